//! Drives a drill from its first phase to its last. Decides nothing: the [`Phase`] says what comes next, a [`Crew`]
//! does it, and here both meet whatever comes in between.

use std::{collections::VecDeque, panic::AssertUnwindSafe};

use async_trait::async_trait;
use futures_util::FutureExt;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use super::phase::{Action, Cut, Ending, Event, Phase, Told, WhenCut, Work};

/// Who does the work.
#[async_trait(?Send)]
pub trait Crew {
    /// Does it, and says what came of it. What happens on the way goes to `meanwhile`. It may be dropped where
    /// [`Work::when_cut`] says so, and may be asked to undo after it has panicked.
    async fn work(&mut self, work: Work, meanwhile: &UnboundedSender<Event>) -> Event;
}

/// Who tells of it. Beside the crew, since what is to be told may come while it works.
pub trait Voice: Send + Sync {
    /// A phase begins.
    fn entered(&self, phase: &Phase);
    /// Something that a person should know.
    fn tell(&self, told: Told);
    /// It is going to end, as soon as the call in flight has been answered.
    fn finishing(&self, cut: Cut);
}

/// Drives a drill to its end. What cuts it short comes by `cuts`.
pub async fn drive(crew: &mut dyn Crew, voice: &dyn Voice, cuts: &mut UnboundedReceiver<Cut>) -> Ending {
    let (mut phase, mut actions) = Phase::begin();
    voice.entered(&phase);
    let mut waiting = VecDeque::new();
    loop {
        let mut work = None;
        for action in actions {
            match action {
                Action::Tell(told) => voice.tell(told),
                Action::Do(next) => work = Some(next),
            }
        }
        // What came while a call was in flight, before the next one.
        if let Some(cut) = waiting.pop_front() {
            let before = phase.name();
            let (next, then) = phase.next(Event::Cut(cut));
            phase = next;
            told_if_new(voice, before, &phase);
            let goes_on = work.map(Action::Do).filter(|_| !then.iter().copied().any(is_work));
            actions = then.into_iter().chain(goes_on).collect();
            continue;
        }
        if let Phase::Done(ending) = phase {
            return ending;
        }
        let work = work.expect("each transition to another phase but the last one asks for work");
        let (next, ended) = carry_out(work, phase, crew, voice, (cuts, &mut waiting)).await;
        let before = next.name();
        (phase, actions) = next.next(ended);
        told_if_new(voice, before, &phase);
    }
}

/// Does one piece of work; the phase that it was done in, which milestones may have moved on, and how it ended.
async fn carry_out(
    work: Work,
    mut phase: Phase,
    crew: &mut dyn Crew,
    voice: &dyn Voice,
    (cuts, waiting): (&mut UnboundedReceiver<Cut>, &mut VecDeque<Cut>),
) -> (Phase, Event) {
    let (sender, mut meanwhile) = mpsc::unbounded_channel();
    let mut doing = AssertUnwindSafe(crew.work(work, &sender)).catch_unwind().boxed_local();
    let pass = |phase: &mut Phase, event| {
        let before = phase.name();
        let (next, actions) = phase.clone().next(event);
        *phase = next;
        for action in actions {
            // What goes on asks for no other work.
            if let Action::Tell(told) = action {
                voice.tell(told);
            }
        }
        told_if_new(voice, before, phase);
    };
    let ended = loop {
        tokio::select! {
            biased;
            Some(event) = meanwhile.recv() => pass(&mut phase, event),
            ended = &mut doing => break ended.unwrap_or(Event::Broke),
            Some(cut) = cuts.recv() => match work.when_cut() {
                WhenCut::Dropped => break Event::Cut(cut),
                WhenCut::Finished => {
                    voice.finishing(cut);
                    waiting.push_back(cut);
                }
                WhenCut::Kept => pass(&mut phase, Event::Cut(cut)),
            },
        }
    };
    while let Ok(event) = meanwhile.try_recv() {
        pass(&mut phase, event);
    }
    (phase, ended)
}

fn is_work(action: Action) -> bool {
    matches!(action, Action::Do(_))
}

fn told_if_new(voice: &dyn Voice, before: &str, phase: &Phase) {
    if before != phase.name() {
        voice.entered(phase);
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Mutex, time::Duration};

    use super::*;
    use crate::{
        clock::Clock,
        drill::{
            Milestone, Way,
            phase::{Stake, Why},
        },
    };

    /// All goes well, but for what a test wants otherwise.
    struct Script {
        clock: Clock,
        done: Vec<Work>,
        panics_at: Option<Work>,
        undo_fails: u32,
    }

    #[async_trait(?Send)]
    impl Crew for Script {
        async fn work(&mut self, work: Work, meanwhile: &UnboundedSender<Event>) -> Event {
            self.done.push(work);
            self.clock.sleep(Duration::from_secs(10)).await;
            assert_ne!(self.panics_at, Some(work), "as the test wants");
            match work {
                Work::LookAround => Event::Ready,
                Work::Announce => Event::Confirmed,
                Work::Journal(stake) => Event::Journalled(stake),
                Work::PostNotice => Event::Posted,
                Work::Baseline => Event::Settled,
                Work::Inject => Event::Injected,
                Work::Turn(_) => {
                    for milestone in
                        [Milestone::Detected, Milestone::Published, Milestone::Cached, Milestone::Client]
                    {
                        meanwhile.send(Event::Passed(milestone)).expect("somebody listens");
                    }
                    Event::TurnOver
                }
                Work::Hold => Event::Held,
                Work::Undo { stake, tried } if tried < self.undo_fails => Event::NotUndone(stake),
                Work::Undo { stake, .. } => Event::Undone(stake),
                Work::Verify => Event::Verified,
            }
        }
    }

    #[derive(Default)]
    struct Heard(Mutex<Vec<String>>);

    impl Voice for Heard {
        fn entered(&self, phase: &Phase) {
            self.0.lock().expect("no panic").push(phase.name().to_owned());
        }

        fn tell(&self, told: Told) {
            self.0.lock().expect("no panic").push(format!("{told:?}"));
        }

        fn finishing(&self, cut: Cut) {
            self.0.lock().expect("no panic").push(format!("finishing, {cut:?}"));
        }
    }

    /// A drill in which each work takes 10 s, cut after so long; what was done, what was heard, how it ended.
    async fn driven(
        script: impl FnOnce(&mut Script),
        cut: &[(u64, Cut)],
    ) -> (Vec<Work>, Vec<String>, Ending) {
        let clock = Clock::system();
        let mut crew = Script { clock: clock.clone(), done: Vec::new(), panics_at: None, undo_fails: 0 };
        script(&mut crew);
        let (sender, mut cuts) = mpsc::unbounded_channel();
        let cut = cut.to_vec();
        let cutting = tokio::spawn(async move {
            for (after, cut) in cut {
                clock.sleep_until(Duration::from_secs(after)).await;
                let _ = sender.send(cut);
            }
        });
        let heard = Heard::default();
        let ending = drive(&mut crew, &heard, &mut cuts).await;
        cutting.abort();
        (crew.done, heard.0.into_inner().expect("no panic"), ending)
    }

    #[tokio::test(start_paused = true)]
    async fn a_whole_drill() {
        let (done, heard, ending) = driven(|_| {}, &[]).await;
        assert_eq!(ending, Ending { why: None, remains: &[] });
        let names = [
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
        assert_eq!(heard, names);
        assert_eq!(done.len(), 15);
    }

    /// Injection is the eighth work, from 70 s to 80 s.
    #[tokio::test(start_paused = true)]
    async fn what_is_in_flight_is_finished_and_then_undone() {
        let (done, heard, ending) = driven(|_| {}, &[(75, Cut::Interrupted), (85, Cut::Interrupted)]).await;
        let after: Vec<&Work> = done.iter().skip_while(|work| **work != Work::Inject).collect();
        let undo = |stake| Work::Undo { stake, tried: 0 };
        let expected = [Work::Inject, undo(Stake::Fault), undo(Stake::Heartbeat), undo(Stake::Notice)];
        assert_eq!(after, expected.iter().collect::<Vec<_>>());
        assert_eq!(ending, Ending { why: Some(Why::Cut(Cut::Interrupted)), remains: &[] });
        let heard: Vec<&str> =
            heard.iter().map(String::as_str).skip_while(|text| *text != "inject").collect();
        let expected = [
            "inject",
            "finishing, Interrupted",
            "detect",
            "restore",
            "Restoring(Cut(Interrupted))",
            "StillRestoring(Interrupted)",
            "clear",
            "done",
        ];
        assert_eq!(heard, expected);
    }

    #[tokio::test(start_paused = true)]
    async fn a_panic_while_it_is_broken_is_undone() {
        let at = Work::Turn(Way::There);
        let (done, _, ending) = driven(|script| script.panics_at = Some(at), &[]).await;
        assert_eq!(ending, Ending { why: Some(Why::Cut(Cut::Panicked)), remains: &[] });
        assert!(done.contains(&Work::Undo { stake: Stake::Fault, tried: 0 }), "{done:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_undo_that_fails_or_panics_is_tried_again() {
        let at = Work::Undo { stake: Stake::Fault, tried: 0 };
        let script = |script: &mut Script| (script.panics_at, script.undo_fails) = (Some(at), 3);
        let (done, _, ending) = driven(script, &[]).await;
        assert_eq!(ending, Ending { why: None, remains: &[] });
        let tried: Vec<u32> = done
            .iter()
            .filter_map(|work| match work {
                Work::Undo { stake: Stake::Fault, tried } => Some(*tried),
                _ => None,
            })
            .collect();
        assert_eq!(tried, [0, 1, 2, 3]);
    }
}
