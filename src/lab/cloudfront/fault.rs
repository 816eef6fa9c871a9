//! The ways in which the distribution can be broken, each by its name.

use crate::lab::fault::faults;

faults! {
    /// How the distribution is broken at present.
    CloudFrontFault of "the lab's distribution", else UnknownCloudFrontFault {
        /// Nobody can be reached at the distribution's address: connections are refused, and those that were
        /// open are cut (modelled).
        Down = "down",
    }
}
