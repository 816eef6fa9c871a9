//! All access points of the account, and what is done to them.
//!
//! Nothing here waits and nothing runs in the background: whoever asks first lets everything happen whose
//! time has come; see [`AsyncRequest`]. So what is seen depends on the clock alone.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{
    access_point::{AccessPoint, MOST_ACCESS_POINTS, MOST_REGIONS, PointPolicy, Status},
    names::{Alias, Name, alias_of_arn},
    request::{AsyncRequest, Failure, Order},
    routes::{Dial, Route, RouteError, RouteUpdate, Routes},
};
use crate::{
    clock::Clock,
    lab::{
        chance,
        credentials::ACCOUNT_ID,
        s3::{BlockPublicAccess, Holder, PolicyError, Store},
    },
    model::Region,
};

/// How long things take, in the lab's seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Delays {
    /// From an order to its end.
    pub(crate) operation: Duration,
    /// From new routes to their effect.
    pub(crate) routes: Duration,
}

impl Default for Delays {
    /// New routes take "up to 2 minutes" (S3 Control model, `SubmitMultiRegionAccessPointRoutes`), so the
    /// lab takes all of them. Of orders S3 says that "a request can take a few minutes to complete"; a
    /// minute is modelled.
    fn default() -> Self {
        Self { operation: Duration::from_mins(1), routes: Duration::from_mins(2) }
    }
}

/// Why the store said no at once.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// No access point of this name or alias.
    #[error("The specified Multi-Region Access Point does not exist: {0}")]
    NoSuchPoint(String),
    /// No order of this token.
    #[error("The specified async request does not exist: {0}")]
    NoSuchRequest(String),
    /// It is being created, deleted or changed.
    #[error("A conflicting operation is in progress on the Multi-Region Access Point {0}. Try again.")]
    Busy(Name),
    /// The caller's token stood for another request before.
    #[error("The ClientToken has been used for another request.")]
    TokenReused,
    /// The account has as many as it may.
    #[error(
        "You have attempted to create more than the {MOST_ACCESS_POINTS} Multi-Region Access Points that an account may have."
    )]
    TooMany,
    /// No bucket, or more than there may be.
    #[error("A Multi-Region Access Point has 1 to {MOST_REGIONS} Regions, but {0} were given.")]
    Regions(usize),
    /// The document is no policy of the access point.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The text is no ARN of an access point.
    #[error("`{0}` is not the ARN of a Multi-Region Access Point.")]
    NoArn(String),
    /// The routes stay as they are.
    #[error(transparent)]
    Routes(#[from] RouteError),
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) points: BTreeMap<Name, AccessPoint>,
    pub(super) requests: Vec<AsyncRequest>,
    pub(super) created: u64,
}

/// The account's access points.
#[derive(Debug)]
pub(crate) struct AccessPoints {
    clock: Clock,
    delays: Delays,
    buckets: Arc<Store>,
    state: Mutex<State>,
}

impl AccessPoints {
    /// None yet.
    pub(crate) fn new(clock: Clock, delays: Delays, buckets: Arc<Store>) -> Self {
        Self { clock, delays, buckets, state: Mutex::default() }
    }

    /// The state after everything has happened whose time has come.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // Every change leaves the maps whole, so what a panicking thread left behind is usable.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.settle(self.clock.elapsed());
        state
    }

    /// Seeds one that is there at once, with these routes.
    pub(crate) fn seed(&self, name: &Name, block: BlockPublicAccess, routes: Vec<Route>) -> Alias {
        let mut state = self.lock();
        let alias = state.next_alias(name);
        let point = AccessPoint {
            name: name.clone(),
            alias: alias.clone(),
            created: self.clock.now(),
            status: Status::Ready,
            block,
            routes: Routes::new(routes),
            established: None,
            proposed: None,
        };
        state.points.insert(name.clone(), point);
        alias
    }

    /// Takes an order and gives the token to ask after it. The caller's own token makes the same order
    /// twice one; with another order it is refused ("idempotency token", S3 Control model; that it is
    /// compared with the whole order is unverified).
    pub(crate) fn order(&self, order: Order, client_token: &str) -> Result<String, Refusal> {
        let mut state = self.lock();
        let before = state.requests.iter().find(|request| request.client_token == client_token);
        if let Some(before) = before {
            return if before.order == order { Ok(before.token.clone()) } else { Err(Refusal::TokenReused) };
        }
        let outcome = match &order {
            Order::Create { name, block, buckets } => self.create(&mut state, name, *block, buckets)?,
            Order::Delete { name } => {
                let point = state.ready(name)?;
                point.status = Status::Deleting;
                Ok(regions(point))
            }
            Order::PutPolicy { name, policy } => self.put_policy(state.ready(name)?, policy)?,
        };
        let now = self.clock.elapsed();
        let digits = chance::number(&["request", &state.requests.len().to_string(), client_token]);
        let token = format!(
            "arn:aws:s3:us-west-2:{ACCOUNT_ID}:async-request/mrap/{}/lab-{digits:016x}",
            order.verb()
        );
        state.requests.push(AsyncRequest {
            token: token.clone(),
            client_token: client_token.to_owned(),
            order,
            created: self.clock.now(),
            outcome,
            submitted: now,
            due: now + self.delays.operation,
            settled: false,
        });
        Ok(token)
    }

    fn create(
        &self,
        state: &mut State,
        name: &Name,
        block: BlockPublicAccess,
        buckets: &[(String, Option<String>)],
    ) -> Result<Result<Vec<Region>, Failure>, Refusal> {
        if buckets.is_empty() || buckets.len() > MOST_REGIONS {
            return Err(Refusal::Regions(buckets.len()));
        }
        if state.points.len() >= MOST_ACCESS_POINTS {
            return Err(Refusal::TooMany);
        }
        if state.points.contains_key(name) {
            return Ok(Err(Failure {
                code: "MultiRegionAccessPointAlreadyOwnedByYou".into(),
                message: "You already have a Multi-Region Access Point of this name.".to_owned(),
                resource: name.to_string(),
            }));
        }
        let routes = match self.routes(buckets) {
            Ok(routes) => routes,
            Err(failure) => return Ok(Err(failure)),
        };
        let alias = state.next_alias(name);
        let point = AccessPoint {
            name: name.clone(),
            alias,
            created: self.clock.now(),
            status: Status::Creating,
            block,
            routes: Routes::new(routes),
            established: None,
            proposed: None,
        };
        let regions = regions(&point);
        state.points.insert(name.clone(), point);
        Ok(Ok(regions))
    }

    /// A route for each bucket, all of them active: a new access point is active-active (S3 User Guide,
    /// `FailoverConfiguration`).
    fn routes(&self, buckets: &[(String, Option<String>)]) -> Result<Vec<Route>, Failure> {
        let mut routes: Vec<Route> = Vec::new();
        for (bucket, account) in buckets {
            let failure = |code: &'static str, message: &str| Failure {
                code: code.into(),
                message: message.to_owned(),
                resource: bucket.clone(),
            };
            if account.as_ref().is_some_and(|account| account != ACCOUNT_ID) {
                return Err(failure("AccessDenied", "The bucket does not belong to this account."));
            }
            let region = self.buckets.region_of(bucket);
            let region =
                region.ok_or_else(|| failure("NoSuchBucket", "The specified bucket does not exist"))?;
            if routes.iter().any(|route| route.region == region) {
                let message = "A Multi-Region Access Point can have only one bucket in each Region.";
                return Err(failure("InvalidRequest", message));
            }
            routes.push(Route { bucket: bucket.clone(), region, dial: Dial::Active });
        }
        Ok(routes)
    }

    /// A public policy is refused while Block Public Access forbids it, the account's or its own (S3 User
    /// Guide, `access-control-block-public-access`). That S3 does so within the order is unverified.
    fn put_policy(
        &self,
        point: &mut AccessPoint,
        text: &str,
    ) -> Result<Result<Vec<Region>, Failure>, Refusal> {
        if point.proposed.is_some() {
            return Err(Refusal::Busy(point.name.clone()));
        }
        let policy = PointPolicy::parse(text, &point.alias)?;
        let account = self.buckets.account_block().unwrap_or(BlockPublicAccess::OFF);
        if policy.policy.is_public() && point.block.strictest(account).block_public_policy {
            let message = "Public policies are blocked by the BlockPublicPolicy setting.".to_owned();
            return Ok(Err(Failure {
                code: "AccessDenied".into(),
                message,
                resource: point.name.to_string(),
            }));
        }
        point.proposed = Some(policy);
        Ok(Ok(regions(point)))
    }

    /// An order, and the time by which to tell its progress.
    pub(crate) fn request(&self, token: &str) -> Result<(AsyncRequest, Duration), Refusal> {
        let state = self.lock();
        let found = state.requests.iter().find(|request| request.token == token);
        let found = found.ok_or_else(|| Refusal::NoSuchRequest(token.to_owned()))?;
        Ok((found.clone(), self.clock.elapsed()))
    }

    /// The access point of this name.
    pub(crate) fn point(&self, name: &str) -> Result<AccessPoint, Refusal> {
        let state = self.lock();
        let found = name.parse::<Name>().ok().and_then(|name| state.points.get(&name).cloned());
        found.ok_or_else(|| Refusal::NoSuchPoint(name.to_owned()))
    }

    /// All of them, in the order of their names.
    pub(crate) fn points(&self) -> Vec<AccessPoint> {
        self.lock().points.values().cloned().collect()
    }

    /// The one that serves requests under this alias, and the routes by which it does so now.
    pub(crate) fn serving(&self, alias: &str) -> Option<(AccessPoint, Vec<Route>)> {
        let state = self.lock();
        let point = state.points.values().find(|point| point.alias.as_str() == alias)?;
        let routes = point.routes.acting(self.clock.elapsed()).to_vec();
        (point.status == Status::Ready).then(|| (point.clone(), routes))
    }

    /// The routes of the access point with this ARN, as they were submitted.
    pub(crate) fn routes_of(&self, arn: &str) -> Result<Vec<Route>, Refusal> {
        Ok(self.lock().of_arn(arn)?.routes.configured().to_vec())
    }

    /// Changes routes; see [`Routes::submit`].
    pub(crate) fn submit_routes(&self, arn: &str, updates: &[RouteUpdate]) -> Result<(), Refusal> {
        let (now, delay) = (self.clock.elapsed(), self.delays.routes);
        Ok(self.lock().of_arn(arn)?.routes.submit(updates, now, delay)?)
    }
}

/// "You can't delete a bucket that's part of a Multi-Region Access Point" (S3 User Guide,
/// `MultiRegionAccessPointRestrictions`).
impl Holder for AccessPoints {
    fn holds(&self, bucket: &str) -> bool {
        let mut points = self.points().into_iter();
        points.any(|point| point.routes.configured().iter().any(|route| route.bucket == bucket))
    }
}

fn regions(point: &AccessPoint) -> Vec<Region> {
    point.routes.configured().iter().map(|route| route.region.clone()).collect()
}

impl State {
    fn next_alias(&mut self, name: &Name) -> Alias {
        self.created += 1;
        Alias::new(name, self.created)
    }

    /// The access point, when nothing is being done to it.
    fn ready(&mut self, name: &Name) -> Result<&mut AccessPoint, Refusal> {
        let point = self.points.get_mut(name).ok_or_else(|| Refusal::NoSuchPoint(name.to_string()))?;
        if point.status == Status::Ready { Ok(point) } else { Err(Refusal::Busy(name.clone())) }
    }

    fn of_arn(&mut self, arn: &str) -> Result<&mut AccessPoint, Refusal> {
        let alias = alias_of_arn(arn).ok_or_else(|| Refusal::NoArn(arn.to_owned()))?;
        let point = self.points.values_mut().find(|point| point.alias.as_str() == alias);
        point.ok_or_else(|| Refusal::NoSuchPoint(arn.to_owned()))
    }

    /// Lets every order that is due come to its end.
    fn settle(&mut self, now: Duration) {
        for request in &mut self.requests {
            if request.settled || now < request.due {
                continue;
            }
            request.settled = true;
            if request.outcome.is_err() {
                continue;
            }
            let name = request.order.name();
            match (&request.order, self.points.get_mut(name)) {
                (Order::Create { .. }, Some(point)) => point.status = Status::Ready,
                (Order::Delete { .. }, _) => drop(self.points.remove(name)),
                (Order::PutPolicy { .. }, Some(point)) => point.established = point.proposed.take(),
                (_, None) => {}
            }
        }
    }
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
