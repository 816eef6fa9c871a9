//! What does name server `n` answer from at this moment?
//!
//! A change reaches the four name servers one after the other, each at its own moment within the delay
//! after which the change is INSYNC; the last has it exactly then. That a PENDING change has not reached
//! every server is documented (Route 53 model, `GetChange`); in what order it does is modelled: server
//! `n` has it after (`n` + 1) quarters of the delay.

use std::{sync::Arc, time::Duration};

use super::types::Zone;

/// Name servers of a zone (Route 53 Developer Guide, `SOA-NSrecords`: four).
pub(crate) const NAME_SERVERS: usize = 4;

/// The states of a zone that some server still serves, the newest last.
#[derive(Debug, Default)]
pub(crate) struct History {
    states: Vec<State>,
}

#[derive(Debug)]
struct State {
    /// When it was made; nothing for a state that every server has had from the start.
    made: Option<Duration>,
    /// Nothing once the zone is deleted.
    zone: Option<Arc<Zone>>,
}

impl State {
    fn reached(&self, delay: Duration, now: Duration) -> bool {
        self.made.is_none_or(|made| made + delay <= now)
    }
}

/// How long a change takes to reach a server.
pub(crate) fn delay_of(server: usize, insync_delay: Duration) -> Duration {
    let parts = |servers: usize| u32::try_from(servers).expect("no more than there are name servers");
    insync_delay * parts(server.min(NAME_SERVERS - 1) + 1) / parts(NAME_SERVERS)
}

impl History {
    /// Adds the state that a change made at `now`, and forgets those that no server serves any more.
    pub(crate) fn push(&mut self, now: Duration, zone: Option<Arc<Zone>>, insync_delay: Duration) {
        let settled = self.states.iter().rposition(|state| state.reached(insync_delay, now));
        self.states.drain(..settled.unwrap_or(0));
        self.states.push(State { made: Some(now), zone });
    }

    /// Replaces all states by one that every server serves at once.
    pub(crate) fn settle(&mut self, zone: Arc<Zone>) {
        self.states = vec![State { made: None, zone: Some(zone) }];
    }

    /// Whether the zone is deleted and no server serves it any more.
    pub(crate) fn is_over(&self, now: Duration, insync_delay: Duration) -> bool {
        self.states.last().is_none_or(|state| state.zone.is_none() && state.reached(insync_delay, now))
    }

    /// What `server` serves at `now`.
    pub(crate) fn as_served(
        &self,
        server: usize,
        now: Duration,
        insync_delay: Duration,
    ) -> Option<&Arc<Zone>> {
        let delay = delay_of(server, insync_delay);
        self.states.iter().rev().find(|state| state.reached(delay, now))?.zone.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const DELAY: Duration = Duration::from_secs(20);

    fn zone(id: &str) -> Arc<Zone> {
        let name = "example.com".parse().expect("a name");
        Arc::new(Zone { id: id.to_owned(), name, records: BTreeMap::new() })
    }

    fn served(history: &History, at: u64) -> [Option<String>; NAME_SERVERS] {
        [0, 1, 2, 3].map(|server| {
            history.as_served(server, Duration::from_secs(at), DELAY).map(|zone| zone.id.clone())
        })
    }

    #[test]
    fn a_change_reaches_one_server_after_the_other() {
        let mut history = History::default();
        history.settle(zone("old"));
        history.push(Duration::from_secs(100), Some(zone("new")), DELAY);
        let all = |ids: [&str; NAME_SERVERS]| ids.map(|id| Some(id.to_owned()));
        assert_eq!(served(&history, 104), all(["old", "old", "old", "old"]));
        assert_eq!(served(&history, 110), all(["new", "new", "old", "old"]));
        assert_eq!(served(&history, 120), all(["new", "new", "new", "new"]));
    }

    #[test]
    fn a_new_zone_is_unknown_at_first_and_a_deleted_one_in_the_end() {
        let mut history = History::default();
        history.push(Duration::from_secs(1), Some(zone("z")), DELAY);
        assert_eq!(served(&history, 2), [const { None }; NAME_SERVERS]);
        history.push(Duration::from_secs(50), None, DELAY);
        assert_eq!(served(&history, 60)[3], Some("z".to_owned()));
        assert_eq!(served(&history, 70), [const { None }; NAME_SERVERS]);
    }

    #[test]
    fn old_states_are_forgotten() {
        let mut history = History::default();
        for second in 0..1_000 {
            history.push(Duration::from_secs(second * 5), Some(zone("z")), DELAY);
        }
        assert!(history.states.len() <= 6, "{}", history.states.len());
    }
}
