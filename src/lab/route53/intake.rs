//! Is a batch for this zone still being taken in?
//!
//! "If Amazon Route 53 can't process a request before the next request arrives, it will reject
//! subsequent requests for the same hosted zone and return an HTTP 400 error" (Route 53 model,
//! `PriorRequestNotComplete`). How long Route 53 processes a batch is not documented; the lab's figure
//! is modelled. While a batch is in the works its caller waits for the answer, so a client that sends
//! one batch after the other never meets the refusal, and two that write to one zone at once do.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::errors::{ApiError, Code};

/// Time of the lab in which a batch is taken in (modelled).
pub(super) const TIME: Duration = Duration::from_millis(50);

/// The zones whose batches are in the works.
#[derive(Debug, Default)]
pub(super) struct Intake {
    zones: Mutex<BTreeSet<String>>,
}

/// A batch in the works; it is done when this is dropped, also when the caller has gone away.
#[derive(Debug)]
pub(super) struct Taken {
    intake: Arc<Intake>,
    zone: String,
}

impl Intake {
    /// Begins with a batch for a zone, unless another one is in the works.
    pub(super) fn begin(self: &Arc<Self>, zone: &str) -> Result<Taken, ApiError> {
        let mut zones = self.zones.lock().unwrap_or_else(PoisonError::into_inner);
        if zones.insert(zone.to_owned()) {
            return Ok(Taken { intake: Arc::clone(self), zone: zone.to_owned() });
        }
        // Route 53's words (pcorliss/ruby_route_53#34).
        let message = "The request was rejected because Route 53 was still processing a prior request.";
        Err(ApiError::new(Code::PriorRequestNotComplete, message))
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.intake.zones.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.zone);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_batch_a_zone_at_a_time() {
        let intake = Arc::new(Intake::default());
        let first = intake.begin("Z-LAB-1").expect("nothing is in the works");
        let refused = intake.begin("Z-LAB-1").expect_err("the first is");
        assert_eq!(refused.code, Code::PriorRequestNotComplete);
        assert!(intake.begin("Z-LAB-2").is_ok());
        drop(first);
        assert!(intake.begin("Z-LAB-1").is_ok());
    }
}
