//! What DNS itself showed, beyond what each name server answered: how they were found, what they say over
//! TCP, and what resolvers say.

use std::{collections::BTreeSet, net::SocketAddr};

use jiff::Timestamp;

use super::{
    super::{Answered, Delegation, Freshness, PointerAnswer, Vantage},
    server_answer::ServerAnswer,
};

/// What a resolver answered, or why it did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolverAnswer {
    /// The resolver, and how it was asked.
    pub vantage: Vantage,
    /// Its answer.
    pub result: Result<PointerAnswer, String>,
    /// How many seconds it may go on to say that there is nothing, where it says so.
    pub negative_ttl: Option<u32>,
    /// What is known of its answers over a while.
    pub freshness: Freshness,
}

/// What DNS itself showed. The default is that nobody has looked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DnsEvidence {
    /// How the name servers were found.
    pub delegation: Delegation,
    /// Name servers to which this machine has no way.
    pub without_route: BTreeSet<SocketAddr>,
    /// What each name server said over TCP.
    pub tcp: Vec<ServerAnswer>,
    /// What each resolver said.
    pub resolvers: Vec<ResolverAnswer>,
    /// What name servers gave when resolvers were asked last.
    pub given: Vec<Answered>,
    /// The date of the moments that freshness tells.
    pub epoch: Option<Timestamp>,
}
