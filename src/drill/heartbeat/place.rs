//! Where a run's objects are put, and by whose leave.

use super::{
    body::Body,
    log::{Mark, Writer},
    prefix::HeartbeatPrefix,
    removal::{RemovalError, remove},
};
use crate::{
    account::{Buckets, PutWhen, Store},
    clock::Clock,
    drill::undo::{BucketPlace, Undo},
    model::Side,
    probe::Servers,
    spec::Failover,
};

/// Where heartbeats are written: a failover, and how its sides are reached.
#[derive(Clone, Debug)]
pub struct HeartbeatPlace {
    /// The clock of the world.
    pub clock: Clock,
    /// The resolvers that programs ask.
    pub servers: Servers,
    /// The failover by whose name the writers go.
    pub failover: Failover,
    /// The door to S3.
    pub buckets: Buckets,
    /// Both sides' buckets, the primary's first, and as whom each is asked.
    pub stores: [Store; 2],
    /// The run's own prefix.
    pub prefix: HeartbeatPrefix,
}

impl HeartbeatPlace {
    /// What takes all of it away again, a step for each side: to be journalled before anything is put.
    pub fn undo(&self) -> [Undo; 2] {
        self.stores.each_ref().map(|store| Undo::Prefix {
            at: BucketPlace {
                bucket: store.bucket.clone(),
                region: store.region.clone(),
                role: store.role.as_ref().map(|role| role.role.clone()),
            },
            prefix: self.prefix.to_string(),
        })
    }

    /// Tries on both sides, with one object, everything that is going to be done: put, read, list, remove.
    pub async fn rehearse(&self) -> Result<(), RemovalError> {
        let key = self.prefix.rehearsal();
        for (side, store) in Side::BOTH.into_iter().zip(&self.stores) {
            let body = self.body(side, Mark { writer: Writer::Pointer, number: 0 }, None);
            self.buckets.put(store, &key, body.to_bytes(), &PutWhen::Always).await?;
            self.buckets.take(store, &key).await?;
            self.buckets.keys(store, self.prefix.as_str()).await?;
            remove(&self.buckets, store, self.prefix.as_str()).await?;
        }
        Ok(())
    }

    pub(super) fn store(&self, side: Side) -> &Store {
        &self.stores[side.index()]
    }

    pub(super) fn body(&self, side: Side, mark: Mark, based_on: Option<Mark>) -> Body {
        Body { run: self.prefix.run().to_owned(), mark, at: self.clock.now(), side, based_on }
    }
}
