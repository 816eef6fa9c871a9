//! One answer, kept for its lifetime, and one look-up at a time.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crate::clock::Clock;

/// RFC 8767, section 5: "attempts to refresh from non-responsive or otherwise failing authoritative nameservers
/// are recommended to be done no more frequently than every 30 seconds".
const RECHECK: Duration = Duration::from_secs(30);

/// What a look-up brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kept<T> {
    pub(super) value: T,
    /// From when the look-up began.
    pub(super) lifetime: Duration,
}

/// What a caller gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held<T> {
    pub(super) value: T,
    /// For how long it may still be used.
    pub(super) left: Duration,
}

#[derive(Debug)]
pub(super) struct Cache<T, E> {
    state: Mutex<State<T, E>>,
    /// Held by whoever looks up.
    flight: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct State<T, E> {
    answer: Option<Answer<T>>,
    /// How many look-ups have begun.
    begun: u64,
    /// The number of the last one that came to its end, and what it brought.
    ended: u64,
    outcome: Option<Result<T, Arc<E>>>,
}

#[derive(Clone, Debug)]
struct Answer<T> {
    value: T,
    /// When its lifetime ends, or, once it is stale, when somebody is asked again.
    until: Duration,
    /// When its own lifetime ended or ends.
    expires: Duration,
}

impl<T, E> Default for Cache<T, E> {
    fn default() -> Self {
        let state = State { answer: None, begun: 0, ended: 0, outcome: None };
        Self { state: Mutex::new(state), flight: tokio::sync::Mutex::default() }
    }
}

impl<T: Clone, E> Cache<T, E> {
    /// What is kept, while it lives; otherwise what a look-up brings that ends after now.
    pub(super) async fn get<F: Future<Output = Result<Kept<T>, E>>>(
        &self,
        clock: &Clock,
        stale_for: Duration,
        is_silence: fn(&E) -> bool,
        look_up: impl FnOnce() -> F,
    ) -> Result<Held<T>, Arc<E>> {
        if let Some(held) = self.living(clock) {
            return Ok(held);
        }
        let newer_than = self.state().ended;
        self.after(newer_than, clock, stale_for, is_silence, look_up).await
    }

    /// What a look-up brings that begins after now.
    pub(super) async fn renew<F: Future<Output = Result<Kept<T>, E>>>(
        &self,
        clock: &Clock,
        stale_for: Duration,
        is_silence: fn(&E) -> bool,
        look_up: impl FnOnce() -> F,
    ) -> Result<Held<T>, Arc<E>> {
        let newer_than = self.state().begun;
        self.after(newer_than, clock, stale_for, is_silence, look_up).await
    }

    /// What a look-up brings that is newer than this one, by whoever is in flight or by our own.
    async fn after<F: Future<Output = Result<Kept<T>, E>>>(
        &self,
        newer_than: u64,
        clock: &Clock,
        stale_for: Duration,
        is_silence: fn(&E) -> bool,
        look_up: impl FnOnce() -> F,
    ) -> Result<Held<T>, Arc<E>> {
        let _flight = self.flight.lock().await;
        match self.brought(clock, newer_than) {
            Some(outcome) => outcome,
            None => self.fly(clock, stale_for, is_silence, look_up).await,
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State<T, E>> {
        // Nothing that holds the lock can leave half a state behind.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn living(&self, clock: &Clock) -> Option<Held<T>> {
        let (state, now) = (self.state(), clock.elapsed());
        let answer = state.answer.as_ref().filter(|answer| now < answer.until)?;
        Some(Held { value: answer.value.clone(), left: answer.until.saturating_sub(now) })
    }

    /// What the last look-up brought, if its number is higher than this.
    fn brought(&self, clock: &Clock, newer_than: u64) -> Option<Result<Held<T>, Arc<E>>> {
        let (state, now) = (self.state(), clock.elapsed());
        let outcome = state.outcome.as_ref().filter(|_| state.ended > newer_than)?;
        let until = state.answer.as_ref().map_or(Duration::ZERO, |answer| answer.until);
        let left = until.saturating_sub(now);
        Some(outcome.as_ref().map(|value| Held { value: value.clone(), left }).map_err(Arc::clone))
    }

    /// Looks up. Who calls holds the flight; dropped on the way, it leaves nothing but a number unused.
    async fn fly<F: Future<Output = Result<Kept<T>, E>>>(
        &self,
        clock: &Clock,
        stale_for: Duration,
        is_silence: fn(&E) -> bool,
        look_up: impl FnOnce() -> F,
    ) -> Result<Held<T>, Arc<E>> {
        let number = {
            let mut state = self.state();
            state.begun += 1;
            state.begun
        };
        let asked = clock.elapsed();
        let result = look_up().await;
        let now = clock.elapsed();
        let mut state = self.state();
        let outcome = match result {
            Ok(Kept { value, lifetime }) => {
                let expires = asked.saturating_add(lifetime);
                state.answer = Some(Answer { value: value.clone(), until: expires, expires });
                Ok(value)
            }
            Err(error) if !stale_for.is_zero() && is_silence(&error) => match state.answer.as_mut() {
                Some(answer) if now < answer.expires.saturating_add(stale_for) => {
                    let recheck = now.saturating_add(RECHECK).min(answer.expires.saturating_add(stale_for));
                    answer.until = recheck.max(answer.expires);
                    Ok(answer.value.clone())
                }
                _ => Err(Arc::new(error)),
            },
            Err(error) => Err(Arc::new(error)),
        };
        state.ended = number;
        state.outcome = Some(outcome.clone());
        let left = state.answer.as_ref().map_or(Duration::ZERO, |answer| answer.until.saturating_sub(now));
        outcome.map(|value| Held { value, left })
    }
}
