//! Numbered objects, written to the primary until it breaks: what the other side lacks of them is the
//! data that a failover loses.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_sdk_s3::{Client, operation::head_object::HeadObjectError, primitives::ByteStream};
use tokio::task::JoinSet;

use crate::{
    clock::Clock,
    model::BucketName,
    timeline::{DataLoss, seconds},
};

/// Between two objects, in the clock's time.
const EVERY: Duration = Duration::from_secs(1);
/// What is not acknowledged by then, in the clock's time, does not count as written.
const PATIENCE: Duration = Duration::from_secs(5);
/// A folder of their own, removed afterwards.
const PREFIX: &str = "s3-failover/heartbeat/";

/// A bucket, and a client of its region.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    pub(super) s3: Client,
    pub(super) name: BucketName,
}

/// Writes until it is stopped.
pub(super) struct Heartbeat {
    /// Keys that S3 acknowledged, and when.
    written: Arc<Mutex<Vec<(String, Duration)>>>,
    task: JoinSet<()>,
}

impl Heartbeat {
    /// Begins to write.
    pub(super) fn start(clock: &Clock, bucket: &Bucket) -> Self {
        let written = Arc::new(Mutex::new(Vec::new()));
        let mut task = JoinSet::new();
        task.spawn(write(clock.clone(), bucket.clone(), Arc::clone(&written)));
        Self { written, task }
    }

    /// Stops writing, and says which of the objects that were written before `fault` are not in `other`.
    /// What a side that is broken for readers only still took after it is no loss by the failover.
    pub(super) async fn loss(&mut self, other: &Bucket, fault: Duration) -> DataLoss {
        self.task.shutdown().await;
        let written: Vec<_> = self.list().into_iter().filter(|(_, at)| *at <= fault).collect();
        let mut loss = DataLoss { written: written.len() as u64, ..DataLoss::default() };
        for (key, at) in &written {
            let found = other.s3.head_object().bucket(other.name.as_str()).key(key).send().await;
            if found.is_err_and(|error| error.as_service_error().is_some_and(HeadObjectError::is_not_found)) {
                loss.missing += 1;
                loss.seconds = loss.seconds.max(seconds(fault.saturating_sub(*at)));
            }
        }
        loss
    }

    /// Removes the objects from both sides.
    pub(super) async fn remove(&self, buckets: [&Bucket; 2]) {
        for (key, _) in self.list() {
            for bucket in buckets {
                // The lab ends in a moment; an object that is left goes with it.
                let _ = bucket.s3.delete_object().bucket(bucket.name.as_str()).key(&key).send().await;
            }
        }
    }

    fn list(&self) -> Vec<(String, Duration)> {
        self.written.lock().map(|list| list.clone()).unwrap_or_default()
    }
}

async fn write(clock: Clock, bucket: Bucket, written: Arc<Mutex<Vec<(String, Duration)>>>) {
    for number in 1_u64.. {
        let began = clock.elapsed();
        let key = format!("{PREFIX}{number:06}");
        let body = ByteStream::from(number.to_string().into_bytes());
        let put = bucket.s3.put_object().bucket(bucket.name.as_str()).key(&key).body(body).send();
        if let Ok(Ok(_)) = clock.timeout(PATIENCE, Box::pin(put)).await
            && let Ok(mut list) = written.lock()
        {
            list.push((key, clock.elapsed()));
        }
        clock.sleep_until(began + EVERY).await;
    }
}
