//! Somebody who asks every name server all the time, while the test does something else.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use s3_failover::clock::Clock;
use tokio::task::JoinSet;

use super::{eventually, pointer};

/// Between two questions to one server, in our own time.
const PAUSE: Duration = Duration::from_millis(10);
/// In our own time: far more than ten answers take.
const SOON: Duration = Duration::from_secs(10);

/// Asks until it is ended or dropped.
pub(crate) struct Watch {
    seen: Vec<Arc<Mutex<Seen>>>,
    _tasks: JoinSet<()>,
}

/// What one server answered.
#[derive(Clone, Debug, Default)]
struct Seen {
    looks: usize,
    /// Without final dots; what is no single CNAME, in words.
    answers: BTreeSet<String>,
}

impl Watch {
    /// Begins to ask each of `servers` for the CNAME at `name`, over UDP.
    pub(crate) fn start(servers: &[SocketAddr], name: &'static str) -> Self {
        let mut tasks = JoinSet::new();
        let watch_one = |server: &SocketAddr| {
            let (server, seen) = (*server, Arc::new(Mutex::new(Seen::default())));
            let kept = Arc::clone(&seen);
            tasks.spawn(async move {
                loop {
                    let answer = pointer(server, name).await.unwrap_or_else(|said| said);
                    {
                        let mut seen = kept.lock().expect("no panic");
                        seen.looks += 1;
                        seen.answers.insert(answer);
                    }
                    Clock::system().sleep(PAUSE).await;
                }
            });
            seen
        };
        let seen = servers.iter().map(watch_one).collect();
        Self { seen, _tasks: tasks }
    }

    /// Goes on until each server was asked ten times more, ends it, and gives every different answer that
    /// any server gave.
    pub(crate) async fn answers(self) -> BTreeSet<String> {
        let looks = |seen: &Arc<Mutex<Seen>>| seen.lock().expect("no panic").looks;
        for seen in &self.seen {
            let enough = looks(seen) + 10;
            eventually("ten more answers", SOON, async || match looks(seen) {
                looks if looks >= enough => Ok(()),
                looks => Err(looks),
            })
            .await;
        }
        self.seen.iter().flat_map(|seen| seen.lock().expect("no panic").answers.clone()).collect()
    }
}
