//! What became of one client: how many requests it made, for how long it got nothing, and when it was on the other
//! side, and on the first one again.

use std::time::Duration;

use super::Requests;
use crate::{drill::Way, model::Side, probe::client::ClientKind};

/// One client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientRecord {
    /// What kind it is.
    pub kind: ClientKind,
    /// What it made.
    pub requests: Requests,
    /// When it had its first bytes from the side to which each way leads. A client that never left has none of the
    /// way back.
    pub first: [Option<Duration>; 2],
    /// The side that served it last.
    pub last_side: Option<Side>,
    /// Why it is not served, where it is not.
    pub failure: Option<String>,
    marks: [Option<Duration>; 2],
    /// Whether there was anything to come back from.
    left: bool,
    without: Duration,
    failing_since: Option<Duration>,
}

impl ClientRecord {
    pub(super) fn new(kind: ClientKind) -> Self {
        Self {
            kind,
            requests: Requests::default(),
            first: [None; 2],
            last_side: None,
            failure: None,
            marks: [None; 2],
            left: false,
            without: Duration::ZERO,
            failing_since: None,
        }
    }

    /// The word for it in documents: `pointer`, `keep-alive`, `pinned`, `https`.
    pub fn word(&self) -> &'static str {
        word(self.kind)
    }

    pub(super) fn mark(&mut self, way: Way, at: Duration, changed: Side) {
        self.marks[way.index()] = Some(at);
        self.left = self.failing_since.is_some() || self.last_side == Some(changed.other());
    }

    /// A request ended that took so long. Tells when it was the first from the side to which the way leads, and how
    /// long after the change.
    pub(super) fn see(
        &mut self,
        at: Duration,
        took: Duration,
        served_by: &Result<Side, String>,
        changed: Side,
    ) -> Option<(Way, Duration)> {
        self.requests.total += 1;
        let side = match served_by {
            Ok(side) => *side,
            Err(why) => {
                self.requests.failed += 1;
                self.failing_since.get_or_insert(at.saturating_sub(took));
                self.failure = Some(why.clone());
                return None;
            }
        };
        if let Some(since) = self.failing_since.take() {
            self.without += at.saturating_sub(since);
        }
        self.failure = None;
        self.last_side = Some(side);
        let [broken, mended] = self.marks;
        let (way, began, leads_to) = match (broken, mended) {
            (_, Some(mended)) => (Way::Back, mended, changed),
            (Some(broken), None) => (Way::There, broken, changed.other()),
            (None, None) => return None,
        };
        if way == Way::Back && side != changed {
            self.left = true;
        }
        let arrived = side == leads_to && at >= began && (way == Way::There || self.left);
        if !arrived || self.first[way.index()].is_some() {
            return None;
        }
        self.first[way.index()] = Some(at);
        Some((way, at.saturating_sub(began)))
    }

    /// For how long it got nothing, all together, from the beginning of the first request that failed to the end of
    /// the next that did not.
    pub fn without_bytes(&self, now: Duration) -> Duration {
        self.without + self.failing_since.map_or(Duration::ZERO, |since| now.saturating_sub(since))
    }
}

pub(super) fn word(kind: ClientKind) -> &'static str {
    match kind {
        ClientKind::KeepAlive => "keep-alive",
        other => other.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRIMARY: Result<Side, String> = Ok(Side::Primary);
    const SECONDARY: Result<Side, String> = Ok(Side::Secondary);

    fn see(client: &mut ClientRecord, second: u64, served_by: &Result<Side, String>) -> Option<(Way, u64)> {
        let took = Duration::from_millis(500);
        let told = client.see(Duration::from_secs(second), took, served_by, Side::Primary);
        told.map(|(way, after)| (way, after.as_secs()))
    }

    #[test]
    fn it_goes_there_and_comes_back() {
        let mut client = ClientRecord::new(ClientKind::Pointer);
        let refused = Err("refused".to_owned());
        assert_eq!(see(&mut client, 1, &PRIMARY), None);
        client.mark(Way::There, Duration::from_secs(2), Side::Primary);
        assert_eq!(see(&mut client, 3, &refused), None);
        assert_eq!(see(&mut client, 4, &refused), None);
        assert_eq!(see(&mut client, 5, &SECONDARY), Some((Way::There, 3)));
        assert_eq!(client.without_bytes(Duration::from_secs(9)), Duration::from_millis(2_500));
        assert_eq!(see(&mut client, 6, &SECONDARY), None);
        client.mark(Way::Back, Duration::from_secs(7), Side::Primary);
        assert_eq!(see(&mut client, 8, &SECONDARY), None);
        assert_eq!(see(&mut client, 9, &PRIMARY), Some((Way::Back, 2)));
        assert_eq!(client.requests, Requests { total: 7, failed: 2 });
    }

    #[test]
    fn one_that_never_left_does_not_come_back_and_one_that_got_nothing_does() {
        let mut stays = ClientRecord::new(ClientKind::Pinned);
        let mut starves = stays.clone();
        for client in [&mut stays, &mut starves] {
            client.mark(Way::There, Duration::ZERO, Side::Primary);
        }
        see(&mut stays, 1, &PRIMARY);
        see(&mut starves, 1, &Err("refused".to_owned()));
        for client in [&mut stays, &mut starves] {
            client.mark(Way::Back, Duration::from_secs(2), Side::Primary);
        }
        assert_eq!(see(&mut stays, 3, &PRIMARY), None);
        assert_eq!(see(&mut starves, 3, &PRIMARY), Some((Way::Back, 1)));
    }
}
