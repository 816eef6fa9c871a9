//! What is an answer, before it is a packet?

use crate::model::{Fqdn, RecordType};

/// The records of one name and type, in presentation form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// The owner.
    pub(crate) name: Fqdn,
    /// The type.
    pub(crate) rtype: RecordType,
    /// In seconds.
    pub(crate) ttl: u32,
    /// One or more.
    pub(crate) values: Vec<String>,
}

/// What became of the last name of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It has records of the type, or lies outside the zone.
    Found,
    /// It exists without records of the type.
    NoData,
    /// It does not exist (`NXDOMAIN`).
    NoSuchName,
    /// Others speak for it, and for the question itself: the server is no authority here.
    Referral,
}

/// An answer: the chain of CNAMEs with what stands at its end, and what goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    /// Decides the response code and whether the server speaks for the name.
    pub(crate) outcome: Outcome,
    /// The answer section.
    pub(crate) answers: Vec<Line>,
    /// The authority section.
    pub(crate) authority: Vec<Line>,
    /// The additional section.
    pub(crate) additional: Vec<Line>,
}
