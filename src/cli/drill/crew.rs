//! Who does the work of a drill: each [`Work`] in a function of its own, in this file or beside it. What comes next
//! is not decided here.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::FutureExt;
use tokio::{sync::mpsc::UnboundedSender, task::JoinSet};

use super::{
    cuts::at_the_limit,
    ledger::{Ledger, not_written},
    notice,
    sentry::Sentry,
    setting::Setting,
    teller::Teller,
    watching::Watching,
};
use crate::{
    account::Cause,
    cli::{
        exit::{ExitStatus, Failure},
        verify,
    },
    drill::{
        Crew, Ended, FaultError, FaultKind, Milestone, Prepared, PreparedStep, RunError, Saboteur, Undo, Way,
        heartbeat::{Heartbeat, HeartbeatPlace},
        phase::{Cut, Event, Stake, Work},
    },
    probe::Verdict,
    timeline::DataLoss,
};

/// How long late heartbeats are waited for at the end, in the clock's time.
const LATE: Duration = Duration::from_secs(20);
/// How long it may take after the way back until all is as it was: resolvers keep answers for a while.
const SETTLED: Duration = Duration::from_mins(1);
/// Between two looks at that.
const AGAIN: Duration = Duration::from_secs(5);

/// What a turn to the secondary passes.
const ALL: [Milestone; 4] = [Milestone::Detected, Milestone::Published, Milestone::Cached, Milestone::Client];

/// Who works, with what was found and made so far.
pub(super) struct Shift<'a> {
    pub(super) setting: &'a Setting<'a>,
    pub(super) teller: Arc<Teller>,
    pub(super) cuts: UnboundedSender<Cut>,
    /// Whether somebody has said yes already: before the first of several drills.
    pub(super) confirmed: bool,
    pub(super) ledger: Ledger<'a>,
    /// What is said before anybody is asked.
    pub(super) announcement: String,
    /// Of the first look.
    pub(super) verdict: Option<Verdict>,
    pub(super) saboteur: Option<Saboteur>,
    pub(super) prepared: Option<Prepared>,
    pub(super) place: Option<HeartbeatPlace>,
    pub(super) heart: Option<Heartbeat>,
    pub(super) watching: Option<Watching>,
    pub(super) sentries: JoinSet<()>,
    /// When it was broken, by the clock of the world.
    pub(super) began: Option<Duration>,
    pub(super) mended: Option<Duration>,
    pub(super) data_loss: DataLoss,
    /// Why a piece of work failed, for the end.
    pub(super) failure: Option<Failure>,
    /// What is not as it was.
    pub(super) problems: Vec<String>,
    /// When the present undo was tried first.
    pub(super) undoing_since: Option<Duration>,
}

#[async_trait(?Send)]
impl Crew for Shift<'_> {
    async fn work(&mut self, work: Work, meanwhile: &UnboundedSender<Event>) -> Event {
        match work {
            Work::LookAround => self.look_around().await,
            Work::Announce => self.announce().await,
            Work::Journal(stake) => self.journal(stake),
            Work::PostNotice => self.post_notice().await,
            Work::Baseline => self.baseline().await,
            Work::Inject => self.inject().await,
            Work::Turn(way) => self.turn(way, meanwhile).await,
            Work::Hold => self.hold().await,
            Work::Undo { stake, tried } => Box::pin(self.undo(stake, tried)).await,
            Work::Verify => self.verify().await,
        }
    }
}

impl Shift<'_> {
    /// Keeps why something failed, and says what it led to.
    pub(super) fn failed(&mut self, failure: Failure, event: Event) -> Event {
        self.failure = Some(failure);
        event
    }

    fn steps(&self, stake: Stake) -> Vec<PreparedStep> {
        let setting = self.setting;
        match stake {
            Stake::Notice => notice::steps(setting),
            Stake::Heartbeat => {
                let undo = self.place.iter().flat_map(HeartbeatPlace::undo);
                let written = format!("heartbeat objects of the drill {} are written", setting.run);
                let what = |undo: &Undo| match undo {
                    Undo::Prefix { at, .. } => format!("{written} to {}", at.bucket),
                    _ => written.clone(),
                };
                undo.map(|undo| PreparedStep { what: what(&undo), undo }).collect()
            }
            Stake::Fault => self.prepared.iter().flat_map(|prepared| prepared.steps.clone()).collect(),
        }
    }

    fn journal(&mut self, stake: Stake) -> Event {
        if stake == Stake::Notice {
            // From the first thing that is done.
            let (clock, limit) = (self.setting.clock().clone(), self.setting.args.max_duration);
            self.sentries.spawn(at_the_limit(clock, limit, self.cuts.clone()));
        }
        let steps = self.steps(stake);
        match self.ledger.intend(stake, steps, self.setting.clock().now()) {
            Ok(()) => Event::Journalled(stake),
            Err(error) => self.failed(not_written(&error), Event::NotJournalled(stake)),
        }
    }

    async fn post_notice(&mut self) -> Event {
        let others = [Stake::Heartbeat, Stake::Fault].into_iter().flat_map(|stake| self.steps(stake));
        let steps: Vec<PreparedStep> = std::iter::once(notice::copy(self.setting)).chain(others).collect();
        self.ledger.done(Stake::Notice, self.setting.clock().elapsed());
        match notice::post(self.setting, &steps).await {
            Ok(None) => Event::Posted,
            Ok(Some(taken)) => {
                // What stands in the journal would undo another one's.
                self.ledger.never_done(Stake::Notice, self.setting.clock().now());
                self.failed(taken, Event::Taken)
            }
            Err(failure) => self.failed(failure, Event::NotPosted),
        }
    }

    async fn baseline(&mut self) -> Event {
        let clock = self.setting.clock().clone();
        if let Some(place) = &self.place {
            self.ledger.done(Stake::Heartbeat, clock.elapsed());
            if let Err(error) = place.rehearse().await {
                let failure = Failure::of(ExitStatus::Refused, &error)
                    .hint("`--no-heartbeat` drills without; then it is not known which writes are lost.");
                return self.failed(failure, Event::NotSettled);
            }
            self.heart = Some(Heartbeat::start(place.clone()));
        }
        let scene = match self.setting.scene().await {
            Ok(scene) => scene,
            Err(failure) => return self.failed(failure, Event::NotSettled),
        };
        let servers = (scene.servers.clone(), scene.name_servers.clone());
        let watching = self.watching.insert(Watching::start(scene).await);
        if let Err(error) = watching.steady(self.setting.args.baseline).await {
            let event = cut_of(&error);
            return self.failed(unwatched(&error), event);
        }
        self.post_sentry(servers);
        if self.setting.args.fault == FaultKind::Observe {
            return self.wait_for_somebody(Way::There).await;
        }
        Event::Settled
    }

    /// From now on somebody looks after what the drill depends on.
    fn post_sentry(&mut self, (servers, name_servers): (crate::probe::Servers, Vec<std::net::SocketAddr>)) {
        let setting = self.setting;
        let sentry = Sentry {
            world: setting.world.clone(),
            name_servers: name_servers.into_iter().map(|server| servers.name_server(server)).collect(),
            servers,
            failover: setting.failover.clone(),
            key: notice::key(setting),
        };
        let cuts = self.cuts.clone();
        self.sentries.spawn(async move {
            if AssertUnwindSafe(sentry.watch(cuts.clone())).catch_unwind().await.is_err() {
                // Nobody listens when it is over already.
                let _ = cuts.send(Cut::Panicked);
            }
        });
    }

    async fn inject(&mut self) -> Event {
        let (Some(saboteur), Some(prepared)) = (&self.saboteur, &self.prepared) else {
            return Event::NotInjected;
        };
        let clock = self.setting.clock();
        let began = *self.began.get_or_insert_with(|| clock.elapsed());
        self.ledger.done(Stake::Fault, began);
        self.teller.count_from(Some(began));
        match saboteur.inject(prepared).await {
            Ok(()) => {
                for step in &prepared.steps {
                    self.teller.say("drill", &step.what);
                }
                self.teller
                    .event("failover.injected", serde_json::json!({"fault": prepared.kind.to_string()}));
                Event::Injected
            }
            Err(error) => self.failed(faulted(&error), Event::NotInjected),
        }
    }

    async fn turn(&mut self, way: Way, meanwhile: &UnboundedSender<Event>) -> Event {
        let since = match way {
            Way::There => self.began,
            Way::Back => self.mended,
        };
        let (Some(watching), Some(since)) = (&mut self.watching, since) else { return Event::TurnOver };
        let teller = Arc::clone(&self.teller);
        let passed = meanwhile.clone();
        let mut tell = move |event: &crate::drill::DrillEvent| {
            teller.milestone(event);
            if event.way == Way::There {
                // Whoever drives listens as long as this is called.
                let _ = passed.send(Event::Passed(event.milestone));
            }
        };
        match watching.turn(way, since, &mut tell).await {
            Ok(Some(Ended::Lost)) if way == Way::There => Event::Cut(Cut::SecondaryDied),
            Ok(Some(Ended::Complete)) => {
                // Some milestones cannot be seen everywhere: of an alarm nobody sees the verdict, and there may be no
                // resolver. Whoever watched says that all has arrived that can.
                for milestone in ALL {
                    let _ = meanwhile.send(Event::Passed(milestone));
                }
                Event::TurnOver
            }
            Ok(_) => Event::TurnOver,
            // The way back is watched by a drill that has restored already.
            Err(error) if way == Way::Back => {
                self.problems.push(format!("the way back was not watched to its end: {error}"));
                Event::TurnOver
            }
            Err(error) => {
                let event = cut_of(&error);
                self.failed(unwatched(&error), event)
            }
        }
    }

    async fn hold(&mut self) -> Event {
        let Some(watching) = &mut self.watching else { return Event::Held };
        if let Err(error) = watching.steady(self.setting.args.hold).await {
            let event = cut_of(&error);
            return self.failed(unwatched(&error), event);
        }
        if watching.is_lost() {
            return Event::Cut(Cut::SecondaryDied);
        }
        if self.setting.args.fault == FaultKind::Observe {
            return self.wait_for_somebody(Way::Back).await;
        }
        Event::Held
    }

    /// Waits until somebody else has broken, or mended, the primary.
    async fn wait_for_somebody(&mut self, way: Way) -> Event {
        let (ask, ends) = match way {
            Way::There => ("break the primary now", Event::Settled),
            Way::Back => ("mend the primary now", Event::Held),
        };
        self.teller.warn(&format!("{ask}; it is waited for as long as --max-duration allows"));
        let Some(watching) = &mut self.watching else { return ends };
        match watching.noticed(way, self.setting.args.max_duration).await {
            Ok(Some(at)) => {
                match way {
                    Way::There => self.began = Some(at),
                    Way::Back => self.mended = Some(at),
                }
                ends
            }
            Ok(None) => Event::Cut(Cut::LimitReached),
            Err(error) => {
                let event = cut_of(&error);
                self.failed(unwatched(&error), event)
            }
        }
    }

    /// All is as it was when nothing stands in the way of another drill.
    async fn verify(&mut self) -> Event {
        if let Some(heart) = &mut self.heart {
            self.data_loss = heart.finish(LATE).await.into();
        }
        let clock = self.setting.clock().clone();
        let until = clock.elapsed() + SETTLED;
        loop {
            let wrong = match verify::verdicts(&self.setting.world.patient(), self.setting.spec).await {
                Ok(verdicts) => verdicts.iter().flat_map(|verdict| self.worse_than_before(verdict)).collect(),
                Err(failure) => {
                    vec![format!("whether all is as it was is not known: {}", failure.in_one_line())]
                }
            };
            if wrong.is_empty() {
                self.teller.say("verify", "all is as it was");
                return Event::Verified;
            }
            if clock.elapsed() >= until {
                for text in &wrong {
                    self.teller.warn(text);
                }
                self.problems.extend(wrong);
                return Event::Verified;
            }
            clock.sleep(AGAIN).await;
        }
    }

    /// What is wrong now, and was not before.
    fn worse_than_before(&self, now: &Verdict) -> Vec<String> {
        let was_wrong = |id: &str| {
            let before = self.verdict.iter().flat_map(|verdict| &verdict.checks);
            before.filter(|finding| !finding.ok).any(|finding| finding.id == id)
        };
        let errors = now.checks.iter().filter(|finding| finding.is_error() && !was_wrong(finding.id));
        errors.map(|finding| format!("after the drill, {}: {}", finding.id, finding.detail)).collect()
    }
}

/// What a watch that cannot go on means for the drill.
fn cut_of(error: &RunError) -> Event {
    Event::Cut(match error {
        RunError::Account(error) if error.is_about_keys() => Cut::CredentialsExpired,
        RunError::Account(error) if matches!(error.cause, Cause::Unreachable(_) | Cause::TimedOut(_)) => {
            Cut::NetworkLost
        }
        RunError::Account(_) => Cut::Blind,
        RunError::WatchEnded => Cut::Panicked,
    })
}

/// Why AWS, or a lab, did not let it be broken or mended.
pub(super) fn faulted(error: &FaultError) -> Failure {
    Failure::of(ExitStatus::Refused, error).hint(error.hint())
}

fn unwatched(error: &RunError) -> Failure {
    Failure::of(ExitStatus::Refused, error)
}
