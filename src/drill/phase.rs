//! Where does a drill stand, what comes next, and what has to be mended if it ends here?
//!
//! ```text
//!   preconditions ─▶ announce ─▶ armed ─▶ inject ─▶ detect ─▶ publish ─▶ cache ─▶ client ─▶ hold
//!         │              │         │         ╰─────────┴─────────┴────────┴────────┴───────┤
//!         │ refused      │ no      │ cut                     cut, or nobody arrived        │
//!         ▼              ▼         │                                                       ▼
//!        done ◀─────────────────── clear ◀─ verify ◀─ failback ◀──────────────────────── restore
//!                                    ▲                                                     │ │
//!                                    ╰──────────── interrupted, panicked ──────────────────╯ ╰▶ done: out of
//!                                                                                               patience
//! ```
//!
//! Pure: events in, actions out. Whoever drives it ([`drive`](super::drive)) decides nothing, so that what is true
//! of this file is true of every drill: whatever is broken was written down before, and is asked to be mended
//! whatever happens.

use super::{Milestone, Way};

/// Something that a drill puts into the world, with an undo of its own. A later one is undone before an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stake {
    /// The object that tells other machines of the drill.
    Notice,
    /// The writer's objects.
    Heartbeat,
    /// What is broken.
    Fault,
}

/// Work for whoever drives. Each ends with one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    /// Look whether it may be drilled: [`Event::Ready`] or [`Event::Refused`].
    LookAround,
    /// Say what will be done, and ask: [`Event::Confirmed`] or [`Event::Declined`].
    Announce,
    /// Write down what undoes it: [`Event::Journalled`] or [`Event::NotJournalled`].
    Journal(Stake),
    /// Post the notice, unless there is one: [`Event::Posted`], [`Event::Taken`] or [`Event::NotPosted`].
    PostNotice,
    /// Begin to write and to watch: [`Event::Settled`] or [`Event::NotSettled`].
    Baseline,
    /// Break it: [`Event::Injected`] or [`Event::NotInjected`].
    Inject,
    /// Watch the answer turn: any number of [`Event::Passed`], then [`Event::TurnOver`].
    Turn(Way),
    /// Leave it broken for as long as was asked for: [`Event::Held`].
    Hold,
    /// Mend it: [`Event::Undone`], [`Event::NotUndone`] or [`Event::OutOfPatience`].
    Undo {
        /// What.
        stake: Stake,
        /// How often it was tried before.
        tried: u32,
    },
    /// See whether all is as it was: [`Event::Verified`].
    Verify,
}

/// What becomes of work when a drill is cut short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenCut {
    /// It is dropped: it changes nothing.
    Dropped,
    /// It is finished first: a call in flight that is dropped may still be carried out, after its undo.
    Finished,
    /// It goes on: it is what has to be done anyway.
    Kept,
}

/// What there is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Tell of something; takes no time.
    Tell(Told),
    /// Begin this work. Where there is none, what is under way goes on.
    Do(Work),
}

/// What a person should know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It is mended now, and why.
    Restoring(Why),
    /// It is being mended already, and this does not hasten it.
    StillRestoring(Cut),
    /// It is not mended; what there is to do by hand.
    Remains,
}

/// What may come at any time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cut {
    /// Somebody wants it to end: SIGINT, SIGTERM, SIGHUP.
    Interrupted,
    /// Nobody reads what it says any more.
    Unheard,
    /// A part of this program failed in a way that was thought impossible.
    Panicked,
    /// Nothing can be reached, neither DNS nor S3.
    NetworkLost,
    /// AWS does not know us any more.
    CredentialsExpired,
    /// It took as long as it may.
    LimitReached,
    /// The side that ought to take over does not serve.
    SecondaryDied,
    /// What the checkers see cannot be read.
    Blind,
}

/// Why a drill did not go its whole way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// A precondition does not hold.
    Refused,
    /// The answer was not yes.
    Declined,
    /// Somebody else drills this failover.
    Taken,
    /// What was going to be done could not be written down.
    NotWritten,
    /// The writing or the watching could not begin.
    NotSettled,
    /// It could not be broken.
    NotInjected,
    /// Not everybody arrived at the other side in time.
    NotRecovered,
    /// Something came in between.
    Cut(Cut),
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the end of a `Work`, described there")]
pub enum Event {
    Ready,
    Refused,
    Confirmed,
    Declined,
    Journalled(Stake),
    NotJournalled(Stake),
    Posted,
    Taken,
    NotPosted,
    Settled,
    NotSettled,
    Injected,
    NotInjected,
    Passed(Milestone),
    TurnOver,
    Held,
    Undone(Stake),
    NotUndone(Stake),
    OutOfPatience,
    Verified,
    /// The work under way panicked.
    Broke,
    /// Not the end of any work.
    Cut(Cut),
}

/// How far the preparations are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Armed {
    /// The notice is being written down.
    WritingNotice,
    /// It is written down, and being posted.
    Posting,
    /// It is posted; the heartbeat is being written down.
    WritingHeartbeat,
    /// The heart beats, and everything is watched.
    Baseline,
    /// The fault is being written down.
    WritingFault,
}

/// A turn to the secondary that is watched: which of its milestones were passed, in whatever order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each may be passed without the others")]
pub struct Turning {
    detected: bool,
    published: bool,
    cached: bool,
    client: bool,
}

/// How a drill ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Why it did not go its whole way, if it did not.
    pub why: Option<Why>,
    /// What was not undone; the first to undo comes first.
    pub remains: &'static [Stake],
}

/// Where a drill stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It is looked whether it may be drilled.
    Preconditions,
    /// It was said what will be done; somebody has to say yes.
    Announce,
    /// The undo of each step is written down, the notice posted, the beginning watched.
    Armed(Armed),
    /// It is being broken.
    Inject,
    /// The checkers have not noticed yet.
    Detect(Turning),
    /// Not every name server has switched yet.
    Publish(Turning),
    /// Some resolver still answers from its cache.
    Cache(Turning),
    /// No client got bytes from the other side yet.
    Client(Turning),
    /// Clients are on the other side, and stay there for as long as was asked for.
    Hold,
    /// It is being mended.
    Restore {
        /// Why before its time.
        why: Option<Why>,
        /// How often that was tried before.
        tried: u32,
    },
    /// It is mended; clients come back.
    Failback {
        /// Why it was mended before its time.
        why: Option<Why>,
    },
    /// It is looked whether all is as it was.
    Verify {
        /// Why before its time.
        why: Option<Why>,
    },
    /// What helped to drill is taken away again.
    Clear {
        /// What of it.
        stake: Aid,
        /// Why before its time.
        why: Option<Why>,
        /// How often that was tried before.
        tried: u32,
    },
    /// Nothing follows.
    Done(Ending),
}

/// A stake that breaks nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aid {
    /// The writer's objects; then the notice.
    Heartbeat,
    /// The notice, last of all: until then others have to know what to mend.
    Notice,
}

/// All that there may be to undo, in the order in which it is.
const ALL: &[Stake] = &[Stake::Fault, Stake::Heartbeat, Stake::Notice];
const AIDS: &[Stake] = &[Stake::Heartbeat, Stake::Notice];
const NOTICE: &[Stake] = &[Stake::Notice];
const NOTHING: &[Stake] = &[];

impl Phase {
    /// A drill that begins, and what to do first.
    pub fn begin() -> (Self, Vec<Action>) {
        (Self::Preconditions, vec![Action::Do(Work::LookAround)])
    }

    /// As reports and events name it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Preconditions => "preconditions",
            Self::Announce => "announce",
            Self::Armed(_) => "armed",
            Self::Inject => "inject",
            Self::Detect(_) => "detect",
            Self::Publish(_) => "publish",
            Self::Cache(_) => "cache",
            Self::Client(_) => "client",
            Self::Hold => "hold",
            Self::Restore { .. } => "restore",
            Self::Failback { .. } => "failback",
            Self::Verify { .. } => "verify",
            Self::Clear { .. } => "clear",
            Self::Done(_) => "done",
        }
    }

    /// What has to be undone if it ends here, in that order: whatever was written down, and is not known to have
    /// been undone.
    #[expect(clippy::match_same_arms, reason = "in the order in which they are passed")]
    pub fn undo(&self) -> &'static [Stake] {
        match self {
            Self::Preconditions | Self::Announce | Self::Armed(Armed::WritingNotice) => NOTHING,
            Self::Armed(Armed::Posting | Armed::WritingHeartbeat) => NOTICE,
            Self::Armed(Armed::Baseline | Armed::WritingFault) => AIDS,
            Self::Inject
            | Self::Detect(_)
            | Self::Publish(_)
            | Self::Cache(_)
            | Self::Client(_)
            | Self::Hold
            | Self::Restore { .. } => ALL,
            Self::Failback { .. } | Self::Verify { .. } | Self::Clear { stake: Aid::Heartbeat, .. } => AIDS,
            Self::Clear { stake: Aid::Notice, .. } => NOTICE,
            Self::Done(ending) => ending.remains,
        }
    }

    /// What an event leads to. An event that does not belong to a phase changes nothing.
    ///
    /// 1. Nothing is put into the world before its journal entry was written: [`Work::PostNotice`] follows
    ///    `Journalled(Notice)`, [`Work::Baseline`] `Journalled(Heartbeat)`, [`Work::Inject`] `Journalled(Fault)`.
    /// 2. What could not be written down is not done, and what stands already is undone.
    /// 3. A notice that is somebody else's is not undone ([`Event::Taken`]).
    /// 4. A fault whose injection failed is undone: some of its steps may have been taken.
    /// 5. When everybody has arrived, it holds; when the watch gives up before, it restores.
    /// 6. Cut before the fault is asked for, the aids are undone; from then on the fault first, by way of `Restore`.
    /// 7. Cut while it undoes, it goes on.
    /// 8. An undo that failed, or panicked, is asked for again, as long as there is patience. Out of patience, it ends, and what
    ///    remains is told; the notice stays then, for others to recover by.
    /// 9. Once it is mended, clients are watched on their way back and all is verified, unless somebody wants it
    ///    to end or this program is not in order.
    /// 10. What was mended is never broken again.
    pub fn next(self, event: Event) -> (Self, Vec<Action>) {
        use Event as E;
        match (self, event) {
            (phase, E::Cut(cut)) => phase.cut(cut),
            (phase @ (Self::Restore { .. } | Self::Clear { .. }), E::Broke) => {
                let stake = phase.undo()[0];
                phase.next(E::NotUndone(stake))
            }
            (phase, E::Broke) => phase.cut(Cut::Panicked),
            (Self::Preconditions, E::Ready) => (Self::Announce, does(Work::Announce)),
            (Self::Preconditions, E::Refused) => done(Why::Refused),
            (Self::Announce, E::Confirmed) => {
                (Self::Armed(Armed::WritingNotice), does(Work::Journal(Stake::Notice)))
            }
            (Self::Announce, E::Declined) => done(Why::Declined),
            (Self::Armed(armed), event) => armed.next(event),
            (Self::Inject, E::Injected) => (Turning::default().phase(), does(Work::Turn(Way::There))),
            (Self::Inject, E::NotInjected) => restore(Some(Why::NotInjected)),
            (
                Self::Detect(turning) | Self::Publish(turning) | Self::Cache(turning) | Self::Client(turning),
                event,
            ) => turning.next(event),
            (Self::Hold, E::Held) => restore(None),
            (Self::Restore { why, .. }, E::Undone(Stake::Fault)) => match why {
                Some(Why::Cut(Cut::Interrupted | Cut::Unheard | Cut::Panicked)) => clear(Aid::Heartbeat, why),
                // It was hardly ever broken: there is no way back to watch.
                Some(Why::NotInjected) => (Self::Verify { why }, does(Work::Verify)),
                _ => (Self::Failback { why }, does(Work::Turn(Way::Back))),
            },
            (Self::Restore { why, tried }, E::NotUndone(Stake::Fault)) => {
                let tried = tried + 1;
                (Self::Restore { why, tried }, does(Work::Undo { stake: Stake::Fault, tried }))
            }
            (Self::Failback { why }, E::TurnOver) => (Self::Verify { why }, does(Work::Verify)),
            (Self::Verify { why }, E::Verified) => clear(Aid::Heartbeat, why),
            (Self::Clear { stake: Aid::Heartbeat, why, .. }, E::Undone(Stake::Heartbeat)) => {
                clear(Aid::Notice, why)
            }
            (Self::Clear { stake: Aid::Notice, why, .. }, E::Undone(Stake::Notice)) => {
                (Self::Done(Ending { why, remains: NOTHING }), Vec::new())
            }
            (Self::Clear { stake, why, tried }, E::NotUndone(failed)) if failed == stake.stake() => {
                let tried = tried + 1;
                (Self::Clear { stake, why, tried }, does(Work::Undo { stake: failed, tried }))
            }
            (phase @ (Self::Restore { why, .. } | Self::Clear { why, .. }), E::OutOfPatience) => {
                let remains = phase.undo();
                (Self::Done(Ending { why, remains }), vec![Action::Tell(Told::Remains)])
            }
            (phase, _) => (phase, Vec::new()),
        }
    }

    fn cut(self, cut: Cut) -> (Self, Vec<Action>) {
        let why = Some(Why::Cut(cut));
        match self {
            Self::Preconditions | Self::Announce | Self::Armed(Armed::WritingNotice) => done(Why::Cut(cut)),
            Self::Armed(Armed::Posting | Armed::WritingHeartbeat) => clear(Aid::Notice, why),
            Self::Armed(Armed::Baseline | Armed::WritingFault) => clear(Aid::Heartbeat, why),
            Self::Inject
            | Self::Detect(_)
            | Self::Publish(_)
            | Self::Cache(_)
            | Self::Client(_)
            | Self::Hold => restore(why),
            phase @ (Self::Restore { .. } | Self::Clear { .. }) => {
                (phase, vec![Action::Tell(Told::StillRestoring(cut))])
            }
            // The side that clients leave anyway; and of the way back there is nothing to lose.
            phase @ (Self::Failback { .. } | Self::Verify { .. }) if cut == Cut::SecondaryDied => {
                (phase, Vec::new())
            }
            Self::Failback { why: before } | Self::Verify { why: before } => {
                clear(Aid::Heartbeat, before.or(why))
            }
            Self::Done(ending) => (Self::Done(ending), Vec::new()),
        }
    }
}

impl Armed {
    fn next(self, event: Event) -> (Phase, Vec<Action>) {
        use Event as E;
        let not_written = Some(Why::NotWritten);
        match (self, event) {
            (Self::WritingNotice, E::Journalled(Stake::Notice)) => {
                (Phase::Armed(Self::Posting), does(Work::PostNotice))
            }
            (Self::WritingNotice, E::NotJournalled(Stake::Notice)) => done(Why::NotWritten),
            (Self::Posting, E::Posted) => {
                (Phase::Armed(Self::WritingHeartbeat), does(Work::Journal(Stake::Heartbeat)))
            }
            (Self::Posting, E::Taken) => done(Why::Taken),
            (Self::Posting, E::NotPosted) | (Self::WritingHeartbeat, E::NotJournalled(Stake::Heartbeat)) => {
                clear(Aid::Notice, not_written)
            }
            (Self::WritingHeartbeat, E::Journalled(Stake::Heartbeat)) => {
                (Phase::Armed(Self::Baseline), does(Work::Baseline))
            }
            (Self::Baseline, E::Settled) => {
                (Phase::Armed(Self::WritingFault), does(Work::Journal(Stake::Fault)))
            }
            (Self::Baseline, E::NotSettled) => clear(Aid::Heartbeat, Some(Why::NotSettled)),
            (Self::WritingFault, E::Journalled(Stake::Fault)) => (Phase::Inject, does(Work::Inject)),
            (Self::WritingFault, E::NotJournalled(Stake::Fault)) => clear(Aid::Heartbeat, not_written),
            (armed, _) => (Phase::Armed(armed), Vec::new()),
        }
    }
}

impl Turning {
    fn next(mut self, event: Event) -> (Phase, Vec<Action>) {
        match event {
            Event::Passed(milestone) => {
                match milestone {
                    Milestone::Detected => self.detected = true,
                    Milestone::Published => self.published = true,
                    Milestone::Cached => self.cached = true,
                    Milestone::Client => self.client = true,
                    _ => {}
                }
                (self.phase(), Vec::new())
            }
            Event::TurnOver if self.is_complete() => (Phase::Hold, does(Work::Hold)),
            Event::TurnOver => restore(Some(Why::NotRecovered)),
            _ => (self.phase(), Vec::new()),
        }
    }

    fn is_complete(self) -> bool {
        self.detected && self.published && self.cached && self.client
    }

    /// The first that has not come yet is what is waited for.
    fn phase(self) -> Phase {
        match self {
            Self { detected: false, .. } => Phase::Detect(self),
            Self { published: false, .. } => Phase::Publish(self),
            Self { cached: false, .. } => Phase::Cache(self),
            Self { .. } => Phase::Client(self),
        }
    }
}

impl Aid {
    fn stake(self) -> Stake {
        match self {
            Self::Heartbeat => Stake::Heartbeat,
            Self::Notice => Stake::Notice,
        }
    }
}

impl Work {
    /// What becomes of it when a drill is cut short.
    pub fn when_cut(self) -> WhenCut {
        match self {
            Self::LookAround
            | Self::Announce
            | Self::Baseline
            | Self::Turn(_)
            | Self::Hold
            | Self::Verify => WhenCut::Dropped,
            Self::Journal(_) | Self::PostNotice | Self::Inject => WhenCut::Finished,
            Self::Undo { .. } => WhenCut::Kept,
        }
    }
}

fn does(work: Work) -> Vec<Action> {
    vec![Action::Do(work)]
}

/// It ends before anything was put into the world.
fn done(why: Why) -> (Phase, Vec<Action>) {
    (Phase::Done(Ending { why: Some(why), remains: NOTHING }), Vec::new())
}

fn restore(why: Option<Why>) -> (Phase, Vec<Action>) {
    let tell = why.map(|why| Action::Tell(Told::Restoring(why)));
    let undo = Action::Do(Work::Undo { stake: Stake::Fault, tried: 0 });
    (Phase::Restore { why, tried: 0 }, tell.into_iter().chain([undo]).collect())
}

fn clear(stake: Aid, why: Option<Why>) -> (Phase, Vec<Action>) {
    (Phase::Clear { stake, why, tried: 0 }, does(Work::Undo { stake: stake.stake(), tried: 0 }))
}
