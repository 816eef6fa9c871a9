//! What holds of every drill, whatever happens to it.

use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*, sample::select};

use super::{
    Milestone, Way,
    phase::{Action, Cut, Event, Phase, Stake, Told, WhenCut, Why, Work},
};

const STAKES: [Stake; 3] = [Stake::Notice, Stake::Heartbeat, Stake::Fault];
const CUTS: [Cut; 8] = [
    Cut::Interrupted,
    Cut::Unheard,
    Cut::Panicked,
    Cut::NetworkLost,
    Cut::CredentialsExpired,
    Cut::LimitReached,
    Cut::SecondaryDied,
    Cut::Blind,
];
/// More than any drill takes from any phase to its end, when all goes well from there on.
const FAR: usize = 30;

fn every_event() -> Vec<Event> {
    use Event as E;
    let plain = [
        E::Ready,
        E::Refused,
        E::Confirmed,
        E::Declined,
        E::Posted,
        E::Taken,
        E::NotPosted,
        E::Settled,
        E::NotSettled,
        E::Injected,
        E::NotInjected,
        E::TurnOver,
        E::Held,
        E::OutOfPatience,
        E::Verified,
        E::Broke,
    ];
    let passed = [Milestone::Effective, Milestone::Detected, Milestone::Published, Milestone::Cached];
    let passed = passed.into_iter().chain([Milestone::Client]).map(E::Passed);
    let of_stake =
        |stake| [E::Journalled(stake), E::NotJournalled(stake), E::Undone(stake), E::NotUndone(stake)];
    let cuts = CUTS.into_iter().map(E::Cut);
    plain.into_iter().chain(passed).chain(STAKES.into_iter().flat_map(of_stake)).chain(cuts).collect()
}

/// A drill, and what an onlooker knows who sees only events and actions.
struct Observed {
    phase: Phase,
    /// What is under way.
    work: Option<Work>,
    journalled: BTreeSet<Stake>,
    /// What may stand in the world.
    standing: BTreeSet<Stake>,
    asked_to_undo: BTreeSet<Stake>,
    told_remains: bool,
}

impl Observed {
    fn begin() -> Self {
        let (phase, actions) = Phase::begin();
        let mut this = Self {
            phase,
            work: None,
            journalled: BTreeSet::new(),
            standing: BTreeSet::new(),
            asked_to_undo: BTreeSet::new(),
            told_remains: false,
        };
        this.take(&actions);
        this
    }

    fn feed(&mut self, event: Event) {
        if matches!(self.phase, Phase::Done(_)) {
            let before = self.phase.clone();
            assert_eq!(self.phase.clone().next(event), (before, Vec::new()), "nothing follows");
            return;
        }
        match (event, self.work) {
            (Event::Journalled(stake), Some(Work::Journal(wanted))) if stake == wanted => {
                self.journalled.insert(stake);
            }
            (Event::Undone(stake), Some(Work::Undo { stake: wanted, .. })) if stake == wanted => {
                self.standing.remove(&stake);
            }
            // It is somebody else's.
            (Event::Taken, Some(Work::PostNotice)) => drop(self.standing.remove(&Stake::Notice)),
            _ => {}
        }
        let before = self.phase.name();
        let phase = std::mem::replace(&mut self.phase, Phase::Preconditions);
        let (phase, actions) = phase.next(event);
        self.phase = phase;
        self.take(&actions);
        let context = format!("{before}, {event:?} -> {:?}", self.phase);
        assert!(self.standing.iter().all(|stake| self.phase.undo().contains(stake)), "{context}");
        assert!(self.phase.undo().iter().all(|stake| self.journalled.contains(stake)), "{context}");
        assert!(self.phase.undo().is_sorted_by(|a, b| a > b), "the latest first: {context}");
        if let Phase::Done(ending) = &self.phase {
            self.ended(ending.remains, ending.why, &context);
        }
    }

    fn take(&mut self, actions: &[Action]) {
        let works = actions.iter().filter(|action| matches!(action, Action::Do(_))).count();
        assert!(works <= 1, "one thing at a time: {actions:?}");
        for action in actions {
            match *action {
                Action::Do(work) => {
                    let puts = match work {
                        Work::PostNotice => Some(Stake::Notice),
                        Work::Baseline => Some(Stake::Heartbeat),
                        Work::Inject => Some(Stake::Fault),
                        _ => None,
                    };
                    if let Some(stake) = puts {
                        assert!(self.journalled.contains(&stake), "{work:?} before its journal entry");
                        assert!(!self.asked_to_undo.contains(&stake), "{work:?} after its undo");
                        self.standing.insert(stake);
                    }
                    if let Work::Undo { stake, .. } = work {
                        assert!(self.journalled.contains(&stake), "{work:?} before its journal entry");
                        self.asked_to_undo.insert(stake);
                    }
                    self.work = Some(work);
                }
                Action::Tell(Told::Remains) => self.told_remains = true,
                Action::Tell(_) => {}
            }
        }
    }

    fn ended(&self, remains: &[Stake], why: Option<Why>, context: &str) {
        for stake in &self.standing {
            assert!(remains.contains(stake) && self.told_remains, "{stake:?} stands untold: {context}");
        }
        if self.standing.contains(&Stake::Fault) {
            assert!(
                self.asked_to_undo.contains(&Stake::Fault),
                "the fault was never asked to be undone: {context}"
            );
        } else if let Some(first) = self.standing.iter().next_back() {
            assert!(self.asked_to_undo.contains(first), "{context}");
        }
        let whole = self.asked_to_undo.len() == STAKES.len() && self.standing.is_empty();
        assert!(why.is_some() || whole || self.told_remains, "{context}");
    }

    /// The good end of what is under way, or a bad one.
    fn answer(&self, good: bool) -> Option<Event> {
        let chosen = |yes, no| Some(if good { yes } else { no });
        match self.work? {
            Work::LookAround => chosen(Event::Ready, Event::Refused),
            Work::Announce => chosen(Event::Confirmed, Event::Declined),
            Work::Journal(stake) => chosen(Event::Journalled(stake), Event::NotJournalled(stake)),
            Work::PostNotice => chosen(Event::Posted, Event::NotPosted),
            Work::Baseline => chosen(Event::Settled, Event::NotSettled),
            Work::Inject => chosen(Event::Injected, Event::NotInjected),
            Work::Turn(_) => Some(Event::TurnOver),
            Work::Hold => chosen(Event::Held, Event::Cut(Cut::LimitReached)),
            Work::Undo { stake, .. } => chosen(Event::Undone(stake), Event::OutOfPatience),
            Work::Verify => Some(Event::Verified),
        }
    }
}

/// Straight to its end; how many events that took.
fn to_the_end(mut observed: Observed, good: bool) -> (Observed, usize) {
    for step in 0..FAR {
        if matches!(observed.phase, Phase::Done(_)) {
            return (observed, step);
        }
        let event = observed.answer(good).expect("something is under way until the end");
        observed.feed(event);
    }
    panic!("no end in sight: {:?}", observed.phase);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Whatever is broken was written down before, is asked to be undone, and is never forgotten; and there is a
    /// way to the end from everywhere.
    #[test]
    fn nothing_stays_broken_unasked_and_every_drill_can_end(
        events in vec(select(every_event()), 0..60),
        good in any::<bool>(),
    ) {
        let mut observed = Observed::begin();
        for event in events {
            observed.feed(event);
        }
        to_the_end(observed, good);
    }

    /// The same along likely ways, which chance alone hardly finds: good answers, and something in between.
    #[test]
    fn cut_anywhere_it_undoes_all_and_ends(
        answers in vec((any::<bool>(), proptest::option::weighted(0.15, select(every_event()))), 0..40),
    ) {
        let mut observed = Observed::begin();
        for (arrive, between) in answers {
            if matches!(observed.phase, Phase::Done(_)) {
                break;
            }
            if let Some(event) = between {
                observed.feed(event);
            }
            if arrive && matches!(observed.work, Some(Work::Turn(Way::There))) {
                arrive_everywhere(&mut observed);
            }
            if let Some(event) = observed.answer(true) {
                observed.feed(event);
            }
        }
        to_the_end(observed, true);
    }
}

fn arrive_everywhere(observed: &mut Observed) {
    for milestone in [Milestone::Detected, Milestone::Published, Milestone::Cached, Milestone::Client] {
        observed.feed(Event::Passed(milestone));
    }
}

/// The names of the phases, each once, in which a drill stands that goes well and is cut in the phase of this name.
fn way(cut_in: Option<(&str, Cut)>) -> (Vec<&'static str>, Observed) {
    let mut observed = Observed::begin();
    let mut names = vec![observed.phase.name()];
    let mut cut_in = cut_in;
    let mut milestones =
        [Milestone::Detected, Milestone::Published, Milestone::Cached, Milestone::Client].into_iter();
    while !matches!(observed.phase, Phase::Done(_)) {
        let next = match cut_in {
            Some((name, cut)) if name == observed.phase.name() => {
                cut_in = None;
                Event::Cut(cut)
            }
            _ => match observed.work {
                Some(Work::Turn(Way::There)) => milestones.next().map_or(Event::TurnOver, Event::Passed),
                _ => observed.answer(true).expect("something is under way"),
            },
        };
        observed.feed(next);
        if names.last() != Some(&observed.phase.name()) {
            names.push(observed.phase.name());
        }
    }
    (names, observed)
}

const WHOLE: [&str; 14] = [
    "preconditions",
    "announce",
    "armed",
    "inject",
    "detect",
    "publish",
    "cache",
    "client",
    "hold",
    "restore",
    "failback",
    "verify",
    "clear",
    "done",
];

#[test]
fn a_drill_that_goes_well_passes_every_phase() {
    let (names, observed) = way(None);
    assert_eq!(names, WHOLE);
    assert!(observed.standing.is_empty());
    assert!(
        matches!(&observed.phase, Phase::Done(ending) if ending.why.is_none() && ending.remains.is_empty())
    );
}

/// In every phase, by everything that may come at any time.
#[test]
fn cut_in_any_phase_it_restores_what_that_phase_has_broken() {
    let broken = &WHOLE[3..9];
    for phase in &WHOLE[..13] {
        for cut in CUTS {
            let (names, observed) = way(Some((phase, cut)));
            let context = format!("{cut:?} in {phase}: {names:?}");
            assert!(observed.standing.is_empty(), "{context}");
            assert!(matches!(observed.phase, Phase::Done(_)), "{context}");
            assert_eq!(
                names.contains(&"restore"),
                broken.contains(phase) || WHOLE[9..].contains(phase),
                "{context}"
            );
            let quick = matches!(cut, Cut::Interrupted | Cut::Unheard | Cut::Panicked);
            if broken.contains(phase) {
                assert_eq!(names.contains(&"failback"), !quick, "{context}");
            }
        }
    }
}

#[test]
fn nobody_is_removed_who_came_before() {
    let mut observed = Observed::begin();
    for event in [Event::Ready, Event::Confirmed, Event::Journalled(Stake::Notice), Event::Taken] {
        observed.feed(event);
    }
    assert!(matches!(&observed.phase, Phase::Done(ending) if ending.why == Some(Why::Taken)));
    assert!(observed.asked_to_undo.is_empty());
}

#[test]
fn what_changes_the_world_is_finished_and_what_mends_it_goes_on() {
    for (work, expected) in [
        (Work::Inject, WhenCut::Finished),
        (Work::PostNotice, WhenCut::Finished),
        (Work::Journal(Stake::Fault), WhenCut::Finished),
        (Work::Undo { stake: Stake::Fault, tried: 0 }, WhenCut::Kept),
        (Work::Hold, WhenCut::Dropped),
    ] {
        assert_eq!(work.when_cut(), expected, "{work:?}");
    }
}
