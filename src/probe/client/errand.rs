//! What every kind of client is sent out with, and what it counts as served.

use std::{fmt, sync::Arc};

use async_trait::async_trait;

use super::super::{Endpoint, Fetched, Servers, connection::Answer};
use crate::{
    clock::Clock,
    model::Side,
    spec::{Failover, Target},
};

/// Sends the requests of the sides whose data is not for everybody. Credentials are the caller's business.
#[async_trait]
pub trait SignedRequests: fmt::Debug + Send + Sync {
    /// Whether strangers are not meant to read this side.
    fn are_needed(&self, side: Side) -> bool;

    /// One signed request for what is looked at there.
    async fn fetch(&self, side: Side) -> Result<Fetched, String>;
}

/// For whom a client goes, by whose time, and whom it asks.
#[derive(Clone, Debug)]
pub struct Errand {
    pub(super) clock: Clock,
    pub(super) servers: Servers,
    pub(super) failover: Failover,
    pub(super) signed: Option<Arc<dyn SignedRequests>>,
}

impl Errand {
    /// An errand for anonymous clients. Name servers that were given are left out: clients know resolvers.
    pub fn new(clock: Clock, servers: Servers, failover: Failover) -> Self {
        Self { clock, servers: Servers { authoritative: Vec::new(), ..servers }, failover, signed: None }
    }

    /// With somebody who signs where that is needed.
    pub fn signed_by(mut self, signed: Arc<dyn SignedRequests>) -> Self {
        self.signed = Some(signed);
        self
    }

    pub(super) fn signer(&self, side: Side) -> Option<&dyn SignedRequests> {
        self.signed.as_deref().filter(|signed| signed.are_needed(side))
    }

    pub(super) fn is_pointer(&self) -> bool {
        Side::BOTH.iter().all(|side| self.failover.side(*side).target == Target::Pointer)
    }

    /// What is asked of a side. Where strangers may not read, it is only seen whether S3 answers for the
    /// bucket.
    pub(super) fn endpoint(&self, side: Side) -> Endpoint {
        let mut endpoint = Endpoint::of(&self.failover, side);
        if self.signer(side).is_some() {
            endpoint.path = None;
        }
        endpoint
    }

    /// Whether that is what a client of this side came for.
    pub(super) fn served(&self, side: Side, endpoint: &Endpoint, answer: &Answer) -> Result<Side, String> {
        let status = answer.status;
        let no_bucket =
            self.failover.side(side).target == Target::Pointer && status == 404 && answer.region.is_none();
        // Where no object is public, that S3 answers for the bucket is all that can be seen.
        let known = endpoint.path.is_none() && status < 500 && !no_bucket;
        if (200..300).contains(&status) || known {
            Ok(side)
        } else {
            Err(format!("{} answered {status}", endpoint.host))
        }
    }
}
