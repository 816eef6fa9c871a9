//! The ways in which CloudWatch can be broken, each by its name.

use crate::lab::fault::faults;

faults! {
    /// How the lab's CloudWatch is broken at present.
    CloudWatchFault of "CloudWatch", else UnknownCloudWatchFault {
        /// Every request is answered with 503.
        Down = "down",
        /// Requests are answered, but no data newer than the fault appears until it is mended.
        Late = "late",
    }
}
