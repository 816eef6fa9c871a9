//! Waiting for a state.

use std::{fmt::Display, time::Duration};

use s3_failover::clock::Clock;

/// Between two looks, in our own seconds.
const PAUSE: Duration = Duration::from_millis(25);

/// Looks until `look` gives a value, and gives that. `look` says by its error what it saw instead.
///
/// # Panics
/// After `deadline` (our own seconds), with `what` was waited for and what was seen last.
pub(crate) async fn eventually<T, E: Display>(
    what: &str,
    deadline: Duration,
    mut look: impl AsyncFnMut() -> Result<T, E>,
) -> T {
    let clock = Clock::system();
    loop {
        match look().await {
            Ok(value) => return value,
            Err(seen) if clock.elapsed() >= deadline => {
                panic!("{what}: not within {} s. Last seen: {seen}", deadline.as_secs_f64())
            }
            Err(_) => clock.sleep(PAUSE).await,
        }
    }
}
