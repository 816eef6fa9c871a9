//! What do the commands of a purpose do?

use super::Purpose;

/// What a purpose does.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is done or not, whatever the others")]
pub(super) struct Deeds {
    /// Looks at the spec's zones and at the health checks.
    pub(super) looks: bool,
    /// Asks what checkers saw.
    pub(super) asks_checkers: bool,
    /// Reads what clients read, from the buckets.
    pub(super) reads_data: bool,
    /// Changes what the spec declares.
    pub(super) changes: bool,
    /// Looks for leftovers in every zone, and removes them.
    pub(super) tidies: bool,
}

impl Purpose {
    pub(super) fn deeds(self) -> Deeds {
        let looks =
            Deeds { looks: true, asks_checkers: false, reads_data: false, changes: false, tidies: false };
        match self {
            Purpose::Plan => looks,
            Purpose::Verify => Deeds { asks_checkers: true, reads_data: true, ..looks },
            Purpose::Drill => Deeds { asks_checkers: true, ..looks },
            Purpose::Apply => Deeds { asks_checkers: true, changes: true, ..looks },
            Purpose::Orphans => Deeds { looks: false, tidies: true, ..looks },
            Purpose::All => {
                Deeds { looks: true, asks_checkers: true, reads_data: true, changes: true, tidies: true }
            }
        }
    }
}
