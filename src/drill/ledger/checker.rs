//! When did each checker see the change first? By the reports' own times.

use std::time::Duration;

use crate::{drill::Way, model::Region};

/// One health checker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckerRecord {
    /// Where it stands, where Route 53 says it.
    pub region: Option<Region>,
    /// Its first look after the fault that spoke against the side.
    pub first_failure: Option<Duration>,
    /// Its first look after the repair that spoke for it.
    pub first_success: Option<Duration>,
}

impl CheckerRecord {
    /// It looked at this moment, with a result that speaks for the side or against it.
    pub(super) fn see(&mut self, at: Duration, good: bool, marks: [Option<Duration>; 2]) {
        let [broken, mended] = [Way::There, Way::Back].map(|way| marks[way.index()]);
        if !good && broken.is_some_and(|broken| at >= broken) && mended.is_none_or(|mended| at < mended) {
            self.first_failure.get_or_insert(at);
        }
        if good && mended.is_some_and(|mended| at >= mended) {
            self.first_success.get_or_insert(at);
        }
    }
}
