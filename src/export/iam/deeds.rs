//! What do the commands of a purpose do?

use super::Purpose;

/// What a purpose does.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is done or not, whatever the others")]
pub(super) struct Deeds {
    /// Looks at the spec's zones and at the health checks.
    pub(super) looks: bool,
    /// Looks at every record of every zone: before a health check is deleted, and for leftovers.
    pub(super) looks_everywhere: bool,
    /// Asks what checkers saw.
    pub(super) asks_checkers: bool,
    /// Reads what clients read, from the buckets.
    pub(super) reads_data: bool,
    /// Breaks a primary on purpose, and mends it; writes heartbeats meanwhile.
    pub(super) breaks: bool,
    /// Changes what the spec declares.
    pub(super) changes: bool,
    /// Removes leftovers, which may have been made for any zone.
    pub(super) tidies: bool,
    /// Throws the switch by hand, and takes it back: of S3 alone.
    pub(super) switches: bool,
}

impl Purpose {
    pub(super) fn deeds(self) -> Deeds {
        let looks = Deeds {
            looks: true,
            looks_everywhere: false,
            asks_checkers: false,
            reads_data: false,
            breaks: false,
            changes: false,
            tidies: false,
            switches: false,
        };
        match self {
            Purpose::Plan => Deeds { looks_everywhere: true, ..looks },
            Purpose::Verify => Deeds { asks_checkers: true, reads_data: true, ..looks },
            // Whether it may be drilled now is what `verify` says.
            Purpose::Drill => Deeds { asks_checkers: true, reads_data: true, breaks: true, ..looks },
            Purpose::Apply => Deeds { looks_everywhere: true, asks_checkers: true, changes: true, ..looks },
            Purpose::Orphans => Deeds { looks: false, looks_everywhere: true, tidies: true, ..looks },
            Purpose::All => Deeds {
                looks: true,
                looks_everywhere: true,
                asks_checkers: true,
                reads_data: true,
                breaks: true,
                changes: true,
                tidies: true,
                // For whoever is on duty at night, who may do nothing else.
                switches: false,
            },
            Purpose::Switch => Deeds { looks: false, switches: true, ..looks },
        }
    }
}

impl Deeds {
    /// Whether Route 53's API is asked for anything.
    pub(super) fn ask_route53(self) -> bool {
        self.looks || self.looks_everywhere || self.changes || self.tidies
    }
}
