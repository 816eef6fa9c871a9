//! Orders whose time has not come yet.
//!
//! An order that lasts for a while is two entries: it breaks, and later it mends. A newer order for the
//! same part takes the older one's mending off, as everybody expects of a newer order.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::Serialize;
use tokio::sync::Notify;

use super::{Order, Refused, Switchboard, Target};
use crate::clock::Clock;

/// What is going to happen to a part.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Upcoming {
    /// When, in the lab's seconds since its start.
    at_seconds: f64,
    target: Target,
    /// The fault; nothing for mending.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
}

/// Carries out orders when their time has come.
pub(crate) struct Schedule {
    clock: Clock,
    switches: Switchboard,
    waiting: Mutex<Waiting>,
    wake: Notify,
}

#[derive(Default)]
struct Waiting {
    /// By moment, and by the order in which they came.
    steps: BTreeMap<(Duration, u64), Step>,
    orders: u64,
    /// The newest order that was carried out for each part.
    newest: BTreeMap<Target, u64>,
}

struct Step {
    order: u64,
    target: Target,
    what: What,
}

enum What {
    Break { kind: String, lasting: Option<Duration> },
    Mend,
}

impl Schedule {
    pub(crate) fn new(clock: Clock, switches: Switchboard) -> Self {
        Self { clock, switches, waiting: Mutex::default(), wake: Notify::new() }
    }

    /// The parts that can be broken.
    pub(crate) fn switches(&self) -> &Switchboard {
        &self.switches
    }

    /// Takes orders, all or none. Those whose time has come are carried out before it returns.
    pub(crate) fn take(&self, orders: &[Order]) -> Result<(), Refused> {
        for order in orders {
            self.switches.judge(&order.target, &order.kind)?;
        }
        let now = self.clock.elapsed();
        let mut waiting = self.lock();
        for order in orders {
            waiting.add(now + order.after, order);
        }
        waiting.carry_out(now, &self.switches);
        drop(waiting);
        self.wake.notify_one();
        Ok(())
    }

    /// Mends everything, and forgets what was going to happen.
    pub(crate) fn clear(&self) {
        self.lock().steps.clear();
        self.switches.mend_all();
    }

    /// What is going to happen, the soonest first.
    pub(crate) fn upcoming(&self) -> Vec<Upcoming> {
        let told = |((at, _), step): (&(Duration, u64), &Step)| Upcoming {
            at_seconds: at.as_secs_f64(),
            target: step.target.clone(),
            kind: match &step.what {
                What::Break { kind, .. } => Some(kind.clone()),
                What::Mend => None,
            },
        };
        self.lock().steps.iter().map(told).collect()
    }

    /// Waits for the moments for as long as it is polled.
    pub(crate) async fn run(self: Arc<Self>) {
        loop {
            let next = self.lock().steps.keys().next().map(|(moment, _)| *moment);
            match next {
                None => self.wake.notified().await,
                Some(moment) => {
                    tokio::select! {
                        () = self.clock.sleep_until(moment) => {}
                        () = self.wake.notified() => {}
                    }
                }
            }
            let now = self.clock.elapsed();
            self.lock().carry_out(now, &self.switches);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Every change leaves the maps whole, so what a panicking thread left behind is usable.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn add(&mut self, at: Duration, order: &Order) {
        self.orders += 1;
        let what = What::Break { kind: order.kind.clone(), lasting: order.lasting };
        self.steps.insert((at, self.orders), Step { order: self.orders, target: order.target.clone(), what });
    }

    fn carry_out(&mut self, now: Duration, switches: &Switchboard) {
        while let Some(first) = self.steps.first_entry().filter(|first| first.key().0 <= now) {
            let ((at, _), step) = first.remove_entry();
            match step.what {
                What::Break { kind, lasting } => {
                    // Judged when it was taken, and switches do not go away.
                    let _ = switches.set(&step.target, &kind);
                    self.newest.insert(step.target.clone(), step.order);
                    if let Some(lasting) = lasting {
                        self.orders += 1;
                        let mend = Step { order: step.order, target: step.target, what: What::Mend };
                        self.steps.insert((at + lasting, self.orders), mend);
                    }
                }
                What::Mend if self.newest.get(&step.target) == Some(&step.order) => {
                    switches.mend(&step.target);
                }
                What::Mend => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        lab::fault::{FaultKind, Switch},
        model::Region,
    };

    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    enum Fault {
        #[default]
        None,
        Slow,
        Down,
    }

    impl FaultKind for Fault {
        fn all() -> &'static [Self] {
            &[Self::None, Self::Slow, Self::Down]
        }

        fn name(self) -> &'static str {
            match self {
                Self::None => "none",
                Self::Slow => "slow",
                Self::Down => "down",
            }
        }
    }

    struct World {
        clock: Clock,
        switch: Switch<Fault>,
        schedule: Arc<Schedule>,
        _running: tokio::task::JoinSet<()>,
    }

    fn world() -> World {
        let clock = Clock::system();
        let switch = Switch::new();
        let mut board = Switchboard::default();
        board.add(Target::Route53, switch.clone());
        let schedule = Arc::new(Schedule::new(clock.clone(), board));
        let mut running = tokio::task::JoinSet::new();
        running.spawn(Arc::clone(&schedule).run());
        World { clock, switch, schedule, _running: running }
    }

    fn order(kind: &str, after: u64, lasting: Option<u64>) -> Order {
        let (after, lasting) = (Duration::from_secs(after), lasting.map(Duration::from_secs));
        Order { after, lasting, ..Order::now(Target::Route53, kind) }
    }

    impl World {
        /// The fault in the middle of each of the next seconds.
        async fn next(&self, seconds: usize) -> Vec<Fault> {
            let mut seen = Vec::new();
            for _ in 0..seconds {
                self.clock.sleep(Duration::from_millis(500)).await;
                seen.push(self.switch.now());
                self.clock.sleep(Duration::from_millis(500)).await;
            }
            seen
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_order_waits_for_its_time_and_lasts_as_long_as_it_says() {
        let world = world();
        world.schedule.take(&[order("down", 1, Some(2)), order("slow", 4, None)]).expect("known");
        assert_eq!(world.schedule.upcoming().len(), 2);
        let seen: Vec<_> = world.next(6).await.into_iter().map(FaultKind::name).collect();
        assert_eq!(seen, ["none", "down", "down", "none", "slow", "slow"]);
        assert_eq!(world.schedule.upcoming(), []);
    }

    #[tokio::test(start_paused = true)]
    async fn a_newer_order_is_not_mended_by_an_older_ones_end() {
        let world = world();
        world.schedule.take(&[order("down", 0, Some(2))]).expect("known");
        assert_eq!(world.switch.now(), Fault::Down, "at once");
        world.schedule.take(&[order("slow", 1, None)]).expect("known");
        assert_eq!(world.next(4).await, [Fault::Down, Fault::Slow, Fault::Slow, Fault::Slow]);
        world.schedule.clear();
        assert_eq!(world.switch.now(), Fault::None);
    }

    #[tokio::test(start_paused = true)]
    async fn one_wrong_order_among_several_leaves_everything_as_it_is() {
        let world = world();
        let region: Region = "us-east-1".parse().expect("a region");
        let orders = [order("down", 0, None), Order::now(Target::S3(region), "refuse")];
        world.schedule.take(&orders).expect_err("there is no S3 here");
        assert_eq!(world.switch.now(), Fault::None);
        assert_eq!(world.schedule.upcoming(), []);
    }
}
