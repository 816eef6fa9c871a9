//! Somebody who watches a name all the time, from outside and from inside, and notes every gap.
//!
//! From outside: every name server is asked, in DNS packets, for an address at the name, and must answer something
//! from the moment on that all of them have done so once. From inside: whenever a server serves a failover at the
//! name, both sides are there, and each is guarded by a health check which exists, whose checkers have
//! looked, which is healthy, and which looks at just the place that its record leads to.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use s3_failover::{
    clock::Clock,
    lab::{Lab, ServedSet},
    model::Side,
};
use tokio::task::JoinSet;

use super::{TestLab, answers_something, eventually};

/// Between two questions to one server, in our own time.
const BETWEEN_QUESTIONS: Duration = Duration::from_millis(8);
/// Between two looks inside, in our own time: at speed 20 a tenth of a second of the lab.
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);
/// In our own time: far more than some answers take.
const SOON: Duration = Duration::from_secs(20);

/// A watch over a name.
pub(crate) struct Gapless {
    name: &'static str,
    /// Sides that may be down, since the test has broken them.
    down: BTreeSet<Side>,
    /// Whether servers are asked, too.
    outside: bool,
}

/// What happened while somebody watched.
pub(crate) struct Watched<T> {
    /// What the work gave.
    pub(crate) outcome: T,
    /// Every different gap.
    pub(crate) gaps: BTreeSet<String>,
    /// Every place that some server led the name to, in failovers and in plain records.
    pub(crate) led_to: BTreeSet<String>,
}

impl Gapless {
    /// Of this name.
    pub(crate) fn of(name: &'static str) -> Self {
        Self { name, down: BTreeSet::new(), outside: true }
    }

    /// Only from inside: the test does something to the zone that hides what is looked at.
    pub(crate) fn inside_only(mut self) -> Self {
        self.outside = false;
        self
    }

    /// This side's health check need not be healthy.
    pub(crate) fn with_down(mut self, side: Side) -> Self {
        self.down.insert(side);
        self
    }

    /// Watches while `work` is done, and on until every server was asked ten times more. The name must be
    /// answered already.
    pub(crate) async fn during<T>(&self, lab: &TestLab, work: impl Future<Output = T>) -> Watched<T> {
        let mut servers = lab.lab.ready().nameservers.clone();
        servers.retain(|_| self.outside);
        let outside = Outside::start(&servers, self.name);
        let (gaps, led_to) = (Mutex::new(BTreeSet::new()), Mutex::new(BTreeSet::new()));
        let clock = Clock::system();
        let look = async {
            loop {
                let served = lab.lab.served(&self.name.parse().expect("a name"));
                led_to.lock().expect("no panic").extend(served.iter().filter_map(|set| set.leads_to.clone()));
                gaps.lock().expect("no panic").extend(self.judge(&lab.lab, &served));
                clock.sleep(BETWEEN_LOOKS).await;
            }
        };
        let outcome = tokio::select! {
            outcome = async {
                let outcome = work.await;
                outside.ten_more().await;
                outcome
            } => outcome,
            () = look => unreachable!("looks for ever"),
        };
        let mut gaps = gaps.into_inner().expect("no panic");
        gaps.extend(outside.gaps());
        Watched { outcome, gaps, led_to: led_to.into_inner().expect("no panic") }
    }

    fn judge(&self, lab: &Lab, served: &[ServedSet]) -> Vec<String> {
        let mut gaps = Vec::new();
        for server in 0..lab.ready().nameservers.len() {
            let here: Vec<&ServedSet> = served.iter().filter(|set| set.server == server).collect();
            if here.is_empty() {
                gaps.push(format!("server {server} has no record of {}", self.name));
            }
            for set in &here {
                let Some(side) = set.side else { continue };
                let partner = |other: &&&ServedSet| {
                    other.zone == set.zone && other.record_type == set.record_type && other.side != set.side
                };
                if !here.iter().any(|other| partner(&other)) {
                    gaps.push(format!("server {server} has a {side} alone"));
                }
                gaps.extend(
                    self.judge_check(side, set).map(|gap| format!("server {server}: the {side} {gap}")),
                );
            }
        }
        gaps
    }

    fn judge_check(&self, side: Side, set: &ServedSet) -> Option<String> {
        let Some(check) = &set.check else { return Some("is guarded by nothing".to_owned()) };
        let Some(place) = &set.leads_to else { return Some("leads to nothing".to_owned()) };
        let id = &check.id;
        // A website is asked by the bucket's own name, and reached by the region's.
        let looks = |host: &String| host == place || host.ends_with(&format!(".{place}"));
        if !check.exists {
            Some(format!("is guarded by {id}, which is gone"))
        } else if !check.has_looked {
            Some(format!("is guarded by {id}, whose checkers have not looked"))
        } else if !check.healthy && !self.down.contains(&side) {
            Some(format!("is guarded by {id}, which is not healthy"))
        } else if !check.hosts.iter().any(looks) {
            Some(format!("leads to {place}, and {id} looks at {:?}", check.hosts))
        } else {
            None
        }
    }
}

/// Asks every server until it is dropped.
struct Outside {
    seen: Vec<Arc<Seen>>,
    _tasks: JoinSet<()>,
}

#[derive(Default)]
struct Seen {
    looks: AtomicUsize,
    gaps: Mutex<BTreeSet<String>>,
}

impl Outside {
    fn start(servers: &[SocketAddr], name: &'static str) -> Self {
        let mut tasks = JoinSet::new();
        let mut seen = Vec::new();
        for server in servers.iter().copied() {
            let here = Arc::new(Seen::default());
            seen.push(Arc::clone(&here));
            tasks.spawn(async move {
                loop {
                    if let Err(gap) = answers_something(server, name).await {
                        here.gaps.lock().expect("no panic").insert(gap);
                    }
                    here.looks.fetch_add(1, Ordering::Relaxed);
                    Clock::system().sleep(BETWEEN_QUESTIONS).await;
                }
            });
        }
        Self { seen, _tasks: tasks }
    }

    async fn ten_more(&self) {
        for seen in &self.seen {
            let looks = || seen.looks.load(Ordering::Relaxed);
            let enough = looks() + 10;
            eventually("ten more answers", SOON, async || match looks() {
                looks if looks >= enough => Ok(()),
                looks => Err(looks),
            })
            .await;
        }
    }

    fn gaps(&self) -> BTreeSet<String> {
        self.seen.iter().flat_map(|seen| seen.gaps.lock().expect("no panic").clone()).collect()
    }
}
