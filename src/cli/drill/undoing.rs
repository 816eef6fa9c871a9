//! Mending, tried again and again: by fresh credentials each time, at a pace, as long as there is patience.

use std::time::Duration;

use super::crew::{Shift, faulted};
use crate::{
    cli::exit::Failure,
    drill::{
        FaultError, Saboteur, Undo, Undone, mend,
        phase::{Event, Stake},
    },
};

/// Between the first attempt and the second, in the clock's time; then twice as long each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// No pause is longer: when the network is back, nobody shall wait for long (our choice).
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
/// One attempt at one step, in the clock's time. The SDK waits for no longer than a connection; an answer may never
/// come.
const ATTEMPT: Duration = Duration::from_mins(1);

impl Shift<'_> {
    /// One attempt to undo a stake, after a pause if it is not the first.
    pub(super) async fn undo(&mut self, stake: Stake, tried: u32) -> Event {
        let clock = self.setting.clock().clone();
        if tried == 0 {
            self.undoing_since = Some(clock.elapsed());
            if stake == Stake::Fault {
                self.sentries.abort_all();
            }
        } else {
            let since = self.undoing_since.unwrap_or_default();
            let until = since + self.setting.args.restore_within;
            if clock.elapsed() >= until {
                self.tell_what_remains();
                return Event::OutOfPatience;
            }
            clock.sleep(pause(tried).min(until.saturating_sub(clock.elapsed()))).await;
        }
        if stake == Stake::Heartbeat
            && let Some(heart) = &mut self.heart
        {
            heart.stop().await;
        }
        if stake == Stake::Fault && self.mended.is_none() {
            self.teller.count_from(Some(clock.elapsed()));
        }
        match Box::pin(self.try_to_undo(stake, tried)).await {
            Ok(()) => {
                if stake == Stake::Fault {
                    self.teller.event("failback.injected", serde_json::json!({}));
                }
                Event::Undone(stake)
            }
            Err(failure) => {
                self.tell_of_attempt(stake, tried, &failure);
                self.failure = Some(failure);
                Event::NotUndone(stake)
            }
        }
    }

    async fn try_to_undo(&mut self, stake: Stake, tried: u32) -> Result<(), Failure> {
        let owed = self.ledger.owed(stake);
        if owed.is_empty() {
            let now = self.setting.clock().elapsed();
            if stake == Stake::Fault {
                self.mended.get_or_insert(now);
            }
            return Ok(());
        }
        let saboteur = self.saboteur_for(tried).await?;
        let clock = self.setting.clock().clone();
        for index in owed {
            let entry = &self.ledger.entries[index];
            let (what, undo) = (entry.step.what.clone(), entry.step.undo.clone());
            let began = clock.elapsed();
            let undone =
                clock.timeout(ATTEMPT, Box::pin(mend(&saboteur.account, &saboteur.buckets, &undo))).await;
            match undone {
                Ok(Ok(undone)) => self.say_undone(stake, &what, &undone),
                // Not ours any more: to change it now would undo somebody else's work.
                Ok(Err(error @ FaultError::Changed { .. })) => {
                    let text = error.to_string();
                    self.teller.warn(&text);
                    self.problems.push(text);
                }
                Ok(Err(error)) => return Err(faulted(&error)),
                Err(late) => {
                    return Err(Failure::new(
                        crate::cli::exit::ExitStatus::Refused,
                        format!("not undone: {what}: {late}"),
                    ));
                }
            }
            if stake == Stake::Fault {
                self.mended = Some(began);
            }
            let now = (clock.elapsed(), clock.now());
            if let Err(error) = self.ledger.undone(index, now) {
                // It is mended; that the journal says otherwise does no harm: to undo it again changes nothing.
                self.teller.warn(&format!("what was undone could not be written down: {error}"));
            }
        }
        if stake == Stake::Heartbeat {
            self.sweep_once_more(&saboteur).await?;
        }
        Ok(())
    }

    /// While the first side is emptied, the other one's objects still arrive there. Now that both are empty, nothing is
    /// left that could: a version that is gone is not replicated (modelled).
    async fn sweep_once_more(&self, saboteur: &Saboteur) -> Result<(), Failure> {
        for entry in self.ledger.entries.iter().filter(|entry| entry.stake == Stake::Heartbeat) {
            let swept = Box::pin(mend(&saboteur.account, &saboteur.buckets, &entry.step.undo));
            match self.setting.clock().timeout(ATTEMPT, swept).await {
                Ok(swept) => swept.map(drop).map_err(|error| faulted(&error))?,
                Err(late) => {
                    return Err(Failure::new(crate::cli::exit::ExitStatus::Refused, late.to_string()));
                }
            }
        }
        Ok(())
    }

    /// By the credentials that there are the first time, by new ones afterwards.
    async fn saboteur_for(&mut self, tried: u32) -> Result<Saboteur, Failure> {
        match &self.saboteur {
            Some(saboteur) if tried == 0 => Ok(saboteur.clone()),
            Some(saboteur) => {
                let world = self.setting.fresh_world().await;
                let buckets = crate::account::Buckets::new(world.access);
                Ok(Saboteur { account: world.account, buckets, ..saboteur.clone() })
            }
            None => self.setting.saboteur(&self.setting.fresh_world().await).await,
        }
    }

    fn say_undone(&self, stake: Stake, what: &str, undone: &Undone) {
        let result = match undone {
            Undone::Mended => "undone",
            Undone::Already => "was undone already",
            Undone::Gone => "what it was done to is gone",
        };
        if stake == Stake::Fault {
            self.teller.say("drill", &format!("{what}: {result}"));
        }
    }

    fn tell_of_attempt(&self, stake: Stake, tried: u32, failure: &Failure) {
        let pause = pause(tried + 1).as_secs();
        let why = failure.in_one_line();
        self.teller.warn(&format!("could not undo it yet: {why}; trying again in {pause} s"));
        if tried == 0 {
            self.by_hand(stake).iter().for_each(|line| self.teller.warn(line));
        }
    }

    fn by_hand(&self, stake: Stake) -> Vec<String> {
        let owed = self.ledger.owed(stake).into_iter();
        let undos: Vec<&Undo> = owed.map(|index| &self.ledger.entries[index].step.undo).collect();
        undos.into_iter().map(by_hand).collect()
    }

    fn tell_what_remains(&self) {
        self.teller.warn("still broken, and given up after --restore-within:");
        for stake in [Stake::Fault, Stake::Heartbeat, Stake::Notice] {
            for index in self.ledger.owed(stake) {
                let step = &self.ledger.entries[index].step;
                self.teller.warn(&format!("  {}", step.what));
                self.teller.warn(&by_hand(&step.undo));
            }
        }
        self.teller.warn("`s3-failover recover` undoes all of it, on this machine or another.");
    }
}

/// The commands, indented.
fn by_hand(undo: &Undo) -> String {
    format!("    by hand: {}", undo.by_hand().replace('\n', "\n             "))
}

fn pause(tried: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(tried.saturating_sub(1))).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_bearable() {
        let pauses: Vec<u64> = (1..8).map(|tried| pause(tried).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 20, 20]);
        assert_eq!(pause(u32::MAX), LONGEST_PAUSE);
    }
}
