//! Numbered objects, written to the primary until it breaks: what the other side lacks of them is the
//! data that a failover loses.

use std::{sync::Arc, time::Duration};

use aws_sdk_s3::primitives::ByteStream;
use tokio::{sync::Mutex, task::JoinSet};

use crate::{clock::Clock, model::BucketName, report::json::DataLoss};

/// Between two objects, in the clock's time.
const EVERY: Duration = Duration::from_secs(1);
/// A folder of their own, removed afterwards.
const PREFIX: &str = "s3-failover/heartbeat/";

/// Writes until it is stopped.
pub(super) struct Heartbeat {
    s3: aws_sdk_s3::Client,
    bucket: BucketName,
    /// Keys that S3 acknowledged, and when.
    written: Arc<Mutex<Vec<(String, Duration)>>>,
    task: JoinSet<()>,
}

impl Heartbeat {
    /// Begins to write into `bucket`.
    pub(super) fn start(clock: &Clock, s3: &aws_sdk_s3::Client, bucket: &BucketName) -> Self {
        let written = Arc::new(Mutex::new(Vec::new()));
        let mut task = JoinSet::new();
        let (clock, client, name, list) =
            (clock.clone(), s3.clone(), bucket.to_string(), Arc::clone(&written));
        task.spawn(async move {
            for number in 1_u64.. {
                let began = clock.elapsed();
                let key = format!("{PREFIX}{number:06}");
                let body = ByteStream::from(number.to_string().into_bytes());
                let put = client.put_object().bucket(&name).key(&key).body(body).send();
                // What is not acknowledged within a few seconds does not count as written.
                if let Ok(Ok(_)) = clock.timeout(EVERY * 5, put).await {
                    list.lock().await.push((key, clock.elapsed()));
                }
                clock.sleep_until(began + EVERY).await;
            }
        });
        Self { s3: s3.clone(), bucket: bucket.clone(), written, task }
    }

    /// Stops writing, and says which of the objects written so far `other` does not have; the oldest's
    /// age is that at `fault`.
    pub(super) async fn loss(&mut self, other: &BucketName, fault: Duration) -> DataLoss {
        self.task.shutdown().await;
        let written = self.written.lock().await.clone();
        let mut loss = DataLoss { written: written.len() as u64, ..DataLoss::default() };
        for (key, at) in &written {
            if self.s3.head_object().bucket(other.as_str()).key(key).send().await.is_err() {
                loss.missing += 1;
                loss.seconds = loss.seconds.max(fault.saturating_sub(*at).as_secs_f64());
            }
        }
        loss.seconds = crate::timeline::seconds(Duration::from_secs_f64(loss.seconds));
        loss
    }

    /// Removes the objects from both sides.
    pub(super) async fn remove(&self, other: &BucketName) {
        for (key, _) in self.written.lock().await.iter() {
            for bucket in [&self.bucket, other] {
                // The lab ends in a moment; an object that is left goes with it.
                let _ = self.s3.delete_object().bucket(bucket.as_str()).key(key).send().await;
            }
        }
    }
}
