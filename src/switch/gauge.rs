//! Measures how far the side that takes over is behind, by requests to S3 alone.

use std::time::Duration;

use bytes::Bytes;

use super::{Direction, Evidence, Newest, Probe};
use crate::{
    account::{AccountError, Buckets, Conditional, LAG_PREFIX, PutWhen, Store},
    causes::in_one_line,
    clock::Clock,
};

/// Between two looks for one (our choice).
const EVERY: Duration = Duration::from_secs(1);
/// For one look: a region that is down says nothing (our choice).
const LIMIT: Duration = Duration::from_secs(5);
/// So many of the newest keys are asked whether they are replicas: one request each (our choice).
const ASKED: usize = 20;
/// S3's word for a copy (S3 User Guide, `replication-status`).
const REPLICA: &str = "REPLICA";
/// And for what has not arrived: it waits, or will never come ("`FAILED` ... is not retried").
const UNSENT: [&str; 2] = ["PENDING", "FAILED"];

/// How long an object is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// None is sent: nothing is to be written.
    Nothing,
    /// So long.
    Until(Duration),
}

/// Measures the lag of one direction of replication.
#[derive(Clone, Debug)]
pub struct Gauge {
    /// The clock of the world.
    pub clock: Clock,
    /// The door to S3.
    pub buckets: Buckets,
    /// The bucket of the side that is left.
    pub from: Store,
    /// The bucket of the side that takes over.
    pub towards: Store,
}

impl Gauge {
    /// Measures. `name` is what nobody else uses.
    pub async fn evidence(&self, direction: Direction, name: &str, patience: Patience) -> Evidence {
        let probe = match patience {
            Patience::Nothing => Probe::NotSent,
            Patience::Until(limit) => self.probe(&format!("{LAG_PREFIX}{direction}-{name}"), limit).await,
        };
        // Whoever writes to the side that takes over already writes no replicas: they are told apart.
        let newest = match probe {
            Probe::Arrived(_) => Newest::NotLooked,
            _ => self.newest().await,
        };
        Evidence { probe, newest }
    }

    async fn probe(&self, key: &str, limit: Duration) -> Probe {
        let body =
            Bytes::from_static(b"s3-failover measures replication with this object, and removes it.\n");
        let began = self.clock.elapsed();
        // Once: a side that is dead is why somebody is here, and nobody has time for it.
        let probe = match self.in_time(self.buckets.put(&self.from, key, body, &PutWhen::Always)).await {
            Ok(Conditional::Done(_)) => self.wait(key, began, limit).await,
            Ok(Conditional::Changed) => Probe::Refused("somebody else is at work on it".to_owned()),
            Err(why) => Probe::Refused(why),
        };
        // Whatever came of it, nothing is left; that of the other side follows, where delete markers do, and else not.
        for store in [&self.from, &self.towards] {
            let removed = self.in_time(self.buckets.remove(store, key)).await;
            if let Err(why) = removed {
                tracing::info!(bucket = %store.bucket, key, why, "an object of ours could not be removed");
            }
        }
        probe
    }

    async fn wait(&self, key: &str, began: Duration, limit: Duration) -> Probe {
        loop {
            let waited = self.clock.elapsed().saturating_sub(began);
            if let Ok(Some(_)) = self.in_time(self.buckets.look(&self.towards, key)).await {
                return Probe::Arrived(self.clock.elapsed().saturating_sub(began));
            }
            if waited >= limit {
                let there = self.in_time(self.buckets.look(&self.from, key)).await;
                return Probe::UnderWay(waited, there.ok().flatten().and_then(|head| head.replication));
            }
            self.clock.sleep(EVERY).await;
        }
    }

    /// The newest replica on the side that takes over.
    async fn newest(&self) -> Newest {
        let recent = match self.in_time(self.buckets.recent(&self.towards)).await {
            Ok(recent) => recent,
            Err(why) => return Newest::Unknown(why),
        };
        let candidates = recent.iter().filter(|object| !object.key.starts_with(LAG_PREFIX));
        for object in candidates.take(ASKED) {
            match self.in_time(self.buckets.look(&self.towards, &object.key)).await {
                Ok(Some(head)) if head.replication.as_deref() == Some(REPLICA) => {
                    let age = self.clock.now().duration_since(object.written);
                    // A clock that is behind S3's makes nothing younger than new.
                    return Newest::Replica(Duration::try_from(age).unwrap_or_default(), object.key.clone());
                }
                Ok(_) => {}
                Err(why) => return Newest::Unknown(why),
            }
        }
        Newest::None
    }

    /// Objects on the side that is left that have not reached the other, among the newest of a thousand keys; each with
    /// what S3 says of it. None is no proof that there is none.
    pub async fn unsent(&self) -> Result<Vec<(String, String)>, String> {
        let recent = self.in_time(self.buckets.recent(&self.from)).await?;
        let mut unsent = Vec::new();
        let candidates = recent.into_iter().filter(|object| !object.key.starts_with(LAG_PREFIX));
        for object in candidates.take(ASKED) {
            let head = self.in_time(self.buckets.look(&self.from, &object.key)).await?;
            let status = head.and_then(|head| head.replication);
            unsent
                .extend(status.filter(|said| UNSENT.contains(&said.as_str())).map(|said| (object.key, said)));
        }
        Ok(unsent)
    }

    async fn in_time<T>(&self, request: impl Future<Output = Result<T, AccountError>>) -> Result<T, String> {
        match self.clock.timeout(LIMIT, request).await {
            Ok(answer) => answer.map_err(|error| in_one_line(&error)),
            Err(elapsed) => Err(elapsed.to_string()),
        }
    }
}
