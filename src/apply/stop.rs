//! A request to stop.

use std::sync::Arc;

use tokio::sync::watch;

/// Asks an attempt to stop where it is safe: when the call in flight has been answered. Clones are one
/// request.
#[derive(Clone, Debug)]
pub struct Stop(Arc<watch::Sender<State>>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct State {
    asked: bool,
    heeded: bool,
}

impl Default for Stop {
    /// A request that nobody has made yet.
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(State::default())))
    }
}

impl Stop {
    /// Makes the request.
    pub fn ask(&self) {
        self.0.send_modify(|state| state.asked = true);
    }

    /// Whether it was made.
    pub fn is_asked(&self) -> bool {
        self.0.borrow().asked
    }

    /// Returns when it is made.
    pub async fn asked(&self) {
        // It cannot fail: the sender lives as long as `self`.
        let _ = self.0.subscribe().wait_for(|state| state.asked).await;
    }

    /// From now on somebody listens, and something may be changed that ought not to be cut short.
    pub fn heed(&self) {
        self.0.send_modify(|state| state.heeded = true);
    }

    /// Whether somebody listens; until then nothing has been changed.
    pub fn is_heeded(&self) -> bool {
        self.0.borrow().heeded
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::Clock;

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_hears_of_it_and_so_does_who_comes_late() {
        let (stop, clock) = (Stop::default(), Clock::system());
        let never = clock.timeout(Duration::from_hours(1), stop.asked()).await;
        assert!(never.is_err() && !stop.is_asked() && !stop.is_heeded());
        let waiting = tokio::spawn({
            let stop = stop.clone();
            async move { stop.asked().await }
        });
        stop.ask();
        waiting.await.expect("it heard");
        stop.asked().await;
        assert!(stop.is_asked() && !stop.is_heeded());
    }
}
