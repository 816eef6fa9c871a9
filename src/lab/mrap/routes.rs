//! Which regions of an access point are open, and when does a change of that act?
//!
//! Pure functions on a small table: one route a region, each active or passive. What was submitted is
//! what [`Routes::configured`] tells at once; what requests go by, [`Routes::acting`], follows after the
//! delay: "It can take up to 2 minutes for your changes to take effect" (S3 Control model,
//! `SubmitMultiRegionAccessPointRoutes`). That the configuration is told before it acts is modelled: of
//! the two ways it is the one in which a tool that trusts the routes, and does not look at what answers,
//! is found out.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::Region;

/// Whether a region takes new requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Dial {
    /// No: 0 per cent.
    Passive,
    /// Yes: 100 per cent.
    Active,
}

impl Dial {
    /// "A value of 0 indicates a passive status […]. A value of 100 indicates an active status" (S3
    /// Control model, `MultiRegionAccessPointRoute`). The model's range is 0 to 100; that S3 refuses
    /// what lies between is unverified.
    pub(crate) fn of(percentage: i64) -> Option<Self> {
        match percentage {
            0 => Some(Self::Passive),
            100 => Some(Self::Active),
            _ => None,
        }
    }

    /// As the API writes it.
    pub(crate) fn percentage(self) -> u8 {
        match self {
            Self::Passive => 0,
            Self::Active => 100,
        }
    }
}

/// A region behind an access point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Route {
    /// The bucket there.
    pub(crate) bucket: String,
    /// The region.
    pub(crate) region: Region,
    /// Whether it takes new requests.
    pub(crate) dial: Dial,
}

/// What a caller wants of one region: "Each route contains the bucket name or the region" (model).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RouteUpdate {
    /// Names the route by its bucket.
    pub(crate) bucket: Option<String>,
    /// Names the route by its region.
    pub(crate) region: Option<String>,
    /// 0 or 100.
    pub(crate) percentage: i64,
}

/// Why routes stay as they are. The sentences are our own; the rules are those of the S3 User Guide,
/// `mrap-failover-errors`, and of the model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RouteError {
    /// Nothing to change was named.
    #[error("The request must contain at least one route.")]
    Nothing,
    /// A percentage that has no meaning.
    #[error("TrafficDialPercentage must be 0 (passive) or 100 (active), but was {0}.")]
    Percentage(i64),
    /// Neither bucket nor region.
    #[error("Each route must name a bucket or a Region.")]
    Nameless,
    /// The access point has no such bucket or region.
    #[error("The Multi-Region Access Point has no route for {0}.")]
    Unknown(String),
    /// The bucket is there, in another region.
    #[error("The bucket {bucket} is not the one of the Region {region}.")]
    Disagree {
        /// The bucket that was named.
        bucket: String,
        /// The region that was named.
        region: String,
    },
    /// One route, twice in one request.
    #[error("The route of the Region {0} is named more than once.")]
    Twice(String),
    /// "At least one Region must be active at all times" (model).
    #[error("At least one Region must be active at all times.")]
    AllPassive,
    /// 405: an access point with one region has nothing to fail over to.
    #[error("The Multi-Region Access Point has only one Region.")]
    OneRegion,
    /// 409: "concurrent updates, first wins" (S3 User Guide, `mrap-failover-errors`).
    #[error("An update of these routes is in progress already.")]
    InProgress,
}

/// The routes of an access point, as configured and as acting.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Routes {
    configured: Vec<Route>,
    before: Option<Before>,
}

/// What acts until the configuration does.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Before {
    routes: Vec<Route>,
    until: Duration,
}

impl Routes {
    /// These, at once.
    pub(crate) fn new(routes: Vec<Route>) -> Self {
        Self { configured: routes, before: None }
    }

    /// What was submitted last.
    pub(crate) fn configured(&self) -> &[Route] {
        &self.configured
    }

    /// What new requests go by at `now`.
    pub(crate) fn acting(&self, now: Duration) -> &[Route] {
        match &self.before {
            Some(before) if now < before.until => &before.routes,
            _ => &self.configured,
        }
    }

    /// Changes the routes that are named and keeps the others. In order:
    /// 1. an access point with one region has no failover (405);
    /// 2. each update names one route, by bucket, region, or both in agreement, and none twice;
    /// 3. one region at least stays active;
    /// 4. while an earlier change is on its way, another one is refused (409), except that the same one
    ///    again, which is what a client sends that lost the answer, changes nothing (modelled).
    pub(crate) fn submit(
        &mut self,
        updates: &[RouteUpdate],
        now: Duration,
        delay: Duration,
    ) -> Result<(), RouteError> {
        let routes = updated(&self.configured, updates)?;
        if routes == self.configured {
            return Ok(());
        }
        if self.before.as_ref().is_some_and(|before| now < before.until) {
            return Err(RouteError::InProgress);
        }
        let before = std::mem::replace(&mut self.configured, routes);
        self.before = Some(Before { routes: before, until: now + delay });
        Ok(())
    }
}

/// The routes with these updates.
fn updated(routes: &[Route], updates: &[RouteUpdate]) -> Result<Vec<Route>, RouteError> {
    if routes.len() == 1 {
        return Err(RouteError::OneRegion);
    }
    if updates.is_empty() {
        return Err(RouteError::Nothing);
    }
    let (mut changed, mut named) = (routes.to_vec(), Vec::new());
    for update in updates {
        let index = route_of(routes, update)?;
        if named.contains(&index) {
            return Err(RouteError::Twice(routes[index].region.to_string()));
        }
        named.push(index);
        changed[index].dial = Dial::of(update.percentage).ok_or(RouteError::Percentage(update.percentage))?;
    }
    if changed.iter().all(|route| route.dial == Dial::Passive) {
        return Err(RouteError::AllPassive);
    }
    Ok(changed)
}

fn route_of(routes: &[Route], update: &RouteUpdate) -> Result<usize, RouteError> {
    let position = |name: &str, what: &dyn Fn(&Route) -> bool| {
        routes.iter().position(what).ok_or_else(|| RouteError::Unknown(name.to_owned()))
    };
    let by_bucket = |name: &String| position(name, &|route| route.bucket == *name);
    let by_region = |name: &String| position(name, &|route| route.region.as_str() == name);
    match (&update.bucket, &update.region) {
        (None, None) => Err(RouteError::Nameless),
        (Some(bucket), None) => by_bucket(bucket),
        (None, Some(region)) => by_region(region),
        (Some(bucket), Some(region)) => match (by_bucket(bucket)?, by_region(region)?) {
            (one, other) if one == other => Ok(one),
            _ => Err(RouteError::Disagree { bucket: bucket.clone(), region: region.clone() }),
        },
    }
}

#[cfg(test)]
#[path = "routes_tests.rs"]
mod tests;
