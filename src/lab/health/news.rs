//! When does a name server know of a verdict?

use std::time::Duration;

use super::event::Turn;
use crate::lab::chance;

/// A verdict reaches a name server no sooner than this after it was reached, in the lab's time
/// (modelled: AWS gives no number for the propagation of a health status).
pub(super) const NEWS_DELAY: Duration = Duration::from_millis(100);
/// And no later than this after that (modelled).
pub(super) const NEWS_SPREAD: Duration = Duration::from_millis(300);

/// How long after `at` the news of a verdict reaches a server; differs by check, server and occasion.
pub(super) fn news_delay(check_id: &str, server: usize, at: Duration) -> Duration {
    let occasion = at.as_nanos().to_string();
    let fraction = chance::fraction(&["news", check_id, &server.to_string(), &occasion]);
    NEWS_DELAY + NEWS_SPREAD.mul_f64(fraction)
}

/// A verdict, and when each of `servers` name servers knows of it.
pub(super) fn turn(check_id: &str, at: Duration, healthy: bool, servers: usize) -> Turn {
    let known = (0..servers).map(|server| (at + news_delay(check_id, server, at)).as_secs_f64());
    Turn { at_seconds: at.as_secs_f64(), healthy, known_at_seconds: known.collect() }
}
