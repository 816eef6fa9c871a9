//! What did one vantage point show, and when? Equal sights are one span, so a lane grows with what changes and not
//! with time; and what changes too often is drawn coarser.

use std::time::Duration;

/// A lane never has more spans than this (our choice: more cannot be told apart in a picture, and 40 lanes of so
/// many are below a megabyte).
const MOST_SPANS: usize = 400;
/// The first resolution, once one is needed.
const COARSE: Duration = Duration::from_millis(500);

/// What can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The primary.
    Primary,
    /// The secondary.
    Secondary,
    /// An error, a time-out, no record, something else.
    Nothing,
    /// It serves, or is healthy.
    Up,
    /// It does not, or is not.
    Down,
}

impl Shown {
    /// A side.
    pub fn of(side: crate::model::Side) -> Self {
        match side {
            crate::model::Side::Primary => Self::Primary,
            crate::model::Side::Secondary => Self::Secondary,
        }
    }

    /// The word for it in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Nothing => "none",
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

/// What a vantage point is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words")]
pub enum LaneRole {
    Authoritative,
    Resolver,
    Client,
    Endpoint,
    Verdict,
}

impl LaneRole {
    /// The word for it in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authoritative => "authoritative",
            Self::Resolver => "resolver",
            Self::Client => "client",
            Self::Endpoint => "endpoint",
            Self::Verdict => "verdict",
        }
    }
}

/// One vantage point.
#[derive(Clone, Debug)]
pub struct Lane {
    /// Who.
    pub vantage: String,
    /// What it is.
    pub role: LaneRole,
    /// Each with its beginning; it lasts until the next one begins.
    spans: Vec<(Duration, Shown)>,
    /// When it was looked at last.
    last: Duration,
    /// Spans shorter than this are left out.
    resolution: Duration,
    /// Why it showed nothing, the last time that it did, if it still does.
    words: Option<String>,
}

impl Lane {
    pub(super) fn new(vantage: String, role: LaneRole) -> Self {
        Self {
            vantage,
            role,
            spans: Vec::new(),
            last: Duration::ZERO,
            resolution: Duration::ZERO,
            words: None,
        }
    }

    /// It shows this now.
    pub(super) fn see(&mut self, at: Duration, shown: Shown) {
        let at = at.max(self.spans.last().map_or(Duration::ZERO, |(from, _)| *from));
        self.last = self.last.max(at);
        if self.shown() == Some(shown) {
            return;
        }
        self.spans.push((at, shown));
        while self.spans.len() > MOST_SPANS {
            self.resolution = (self.resolution * 2).max(COARSE);
            self.thin_out();
        }
    }

    pub(super) fn last_words(&mut self, words: Option<String>) {
        self.words = words;
    }

    /// Leaves out what lasted for less than the resolution, except what is shown now.
    fn thin_out(&mut self) {
        let ends: Vec<Duration> = self.spans.iter().skip(1).map(|(from, _)| *from).collect();
        let mut kept: Vec<(Duration, Shown)> = Vec::with_capacity(MOST_SPANS);
        for (index, (from, shown)) in self.spans.iter().enumerate() {
            let lasts = ends.get(index).is_none_or(|end| end.saturating_sub(*from) >= self.resolution);
            // The first one stays: a lane begins where it began.
            if (lasts || kept.is_empty()) && kept.last().is_none_or(|(_, last)| last != shown) {
                kept.push((*from, *shown));
            }
        }
        self.spans = kept;
    }

    /// What it showed last.
    pub fn shown(&self) -> Option<Shown> {
        self.spans.last().map(|(_, shown)| *shown)
    }

    /// Why it shows nothing, where it does.
    pub fn words(&self) -> Option<&str> {
        self.words.as_deref()
    }

    /// What was shorter than this is not to be seen any more, where there was too much of it.
    pub fn resolution(&self) -> Option<Duration> {
        Some(self.resolution).filter(|resolution| !resolution.is_zero())
    }

    /// From when to when it showed what, one after the other, without gaps. What has no end yet goes on until the
    /// lane's last look, or until `end` where that is later.
    pub fn spans(&self, end: Option<Duration>) -> impl Iterator<Item = (Duration, Duration, Shown)> {
        let last = self.last.max(end.unwrap_or_default());
        let ends = self.spans.iter().skip(1).map(|(from, _)| *from).chain([last]);
        self.spans.iter().zip(ends).map(|((from, shown), end)| (*from, end, *shown))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever is seen, spans lie side by side from the first look to the last, no neighbours are equal,
        /// there are not too many, and the last one is what was seen last.
        #[test]
        fn spans_are_without_gaps(sights in prop::collection::vec((0_u64..2_000, 0_u8..3), 1..3_000)) {
            let mut lane = Lane::new("x".to_owned(), LaneRole::Client);
            let mut at = Duration::ZERO;
            let mut first = None;
            for (later, what) in &sights {
                at += Duration::from_millis(*later);
                first.get_or_insert(at);
                lane.see(at, [Shown::Primary, Shown::Secondary, Shown::Nothing][usize::from(*what)]);
            }
            let spans: Vec<_> = lane.spans(None).collect();
            prop_assert!(spans.len() <= MOST_SPANS);
            prop_assert_eq!(spans[0].0, first.expect("there is one"));
            prop_assert_eq!(spans[spans.len() - 1].1, at);
            prop_assert!(spans.windows(2).all(|two| two[0].1 == two[1].0 && two[0].2 != two[1].2));
            prop_assert!(spans.iter().all(|(from, to, _)| from <= to));
            let last = [Shown::Primary, Shown::Secondary, Shown::Nothing][usize::from(sights[sights.len() - 1].1)];
            prop_assert_eq!(lane.shown(), Some(last));
            let changes = sights.windows(2).filter(|two| two[0].1 != two[1].1).count();
            prop_assert!(changes >= MOST_SPANS || (lane.resolution().is_none() && spans.len() == changes + 1));
        }
    }
}
