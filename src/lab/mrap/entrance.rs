//! What does the host of an access point answer? Nothing of its own: a region's S3 answers, or a refusal.
//!
//! 1. The host names the access point, and it must be there.
//! 2. The request must be signed: "Anonymous requests aren't supported" (S3 User Guide,
//!    `MultiRegionAccessPointRestrictions`).
//! 3. The closest active region that can be reached takes it; see [`choose`]. What was chosen
//!    stays chosen: a request that is under way when the routes change "will continue to run to [its]
//!    final completion state" (S3 Control model, `SubmitMultiRegionAccessPointRoutes`).
//! 4. The signature must be a `SigV4A` one, good for that region, and true.
//! 5. The operation must be one that goes through; see `operation`.
//! 6. The access point's policy may deny it. (The lab's own account owns the access point, and nobody of another
//!    account gets so far, so nothing has to allow it; the bucket's own policy is asked by the region, and one
//!    of another account's bucket has to.)
//! 7. The region's own door answers, with all its faults; see `handover`.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use hyper::{Request, StatusCode, body::Incoming, header::HOST};
use s3s::HttpResponse;

use super::{
    access_point::AccessPoint,
    claim::{Claim, Scheme},
    handover::{hand_over, payload},
    names::alias_of_host,
    nearness::choose,
    operation::{Operation, operation},
    signature::{self, SignatureError, Signed},
    store::AccessPoints,
};
use crate::{
    clock::Clock,
    lab::{
        credentials::ACCOUNT_ID,
        principals::{AccountId, Keyring},
        s3::{Caller, Cut, DataAccessPoint, Door, Effect, Facts, Fault, refusal},
    },
    model::Region,
};

/// The way in for requests to any access point.
pub(crate) struct Entrance {
    points: Arc<AccessPoints>,
    doors: BTreeMap<Region, Arc<Door>>,
    client: Mutex<Region>,
    clock: Clock,
    keys: Arc<Keyring>,
}

/// A refusal in S3's protocol.
struct Refused {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Entrance {
    /// Leads into these regions, for clients that are near `client`.
    pub(crate) fn new(
        clock: Clock,
        points: Arc<AccessPoints>,
        doors: &[Arc<Door>],
        client: Region,
        keys: Arc<Keyring>,
    ) -> Self {
        let doors = doors.iter().map(|door| (door.region().clone(), Arc::clone(door))).collect();
        Self { points, doors, client: Mutex::new(client), clock, keys }
    }

    /// Near which region the clients are.
    pub(crate) fn client_location(&self) -> Region {
        self.client.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Moves the clients.
    pub(crate) fn set_client_location(&self, region: Region) {
        *self.client.lock().unwrap_or_else(PoisonError::into_inner) = region;
    }

    /// Answers a request by the numbered steps above.
    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Result<HttpResponse, Cut> {
        match self.pass(request) {
            Ok((door, request)) => door.answer(request).await,
            Err(refused) => {
                tracing::debug!(code = refused.code, message = refused.message, "refused at an access point");
                Ok(refusal(refused.status, refused.code, &refused.message, &[], None))
            }
        }
    }

    fn pass(&self, request: Request<Incoming>) -> Result<(Arc<Door>, Request<Incoming>), Refused> {
        let host = request.headers().get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let host = host.to_owned();
        let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
        let alias = alias_of_host(name).unwrap_or_default();
        let (point, routes) = self.points.serving(&alias).ok_or_else(no_such_point)?;
        let claim = Claim::read(request.uri(), request.headers()).map_err(|_| unreadable())?;
        let claim = claim.ok_or_else(anonymous)?;
        let route = choose(&routes, &self.client_location(), |region| self.reachable(region));
        let route = route.ok_or_else(no_such_point)?;
        good_for(&claim, &route.region)?;
        let signed = Signed {
            method: request.method(),
            uri: request.uri(),
            headers: request.headers(),
            payload: payload(request.headers()),
        };
        // Callers sign by our date, whatever the lab's is.
        let now = Clock::system().now();
        let principal =
            signature::check(&self.keys, &claim, signed, &host, now).map_err(refused_signature)?;
        if principal.account != AccountId::LAB {
            return Err(access_denied());
        }
        let operation = operation(request.method(), request.uri(), request.headers());
        let operation = operation.ok_or_else(not_through)?;
        let arn = point.alias.arn();
        let facts = Facts::of(request.uri(), request.headers(), Some(&principal), self.clock.now());
        let facts = facts.with_access_point(Some(&DataAccessPoint(arn.clone())));
        if denied(&point, &operation, &arn, &facts) {
            return Err(access_denied());
        }
        let door = self.doors.get(&route.region).ok_or_else(no_such_point)?;
        let request = hand_over(request, &claim, route, arn).ok_or_else(unreadable)?;
        Ok((Arc::clone(door), request))
    }

    /// Whether clients reach a region at all. One that answers, with whatever error, is reached: nothing
    /// says that errors of S3 move traffic (unverified). That silence counts as lost is modelled.
    fn reachable(&self, region: &Region) -> bool {
        let fault = self.doors.get(region).map(|door| *door.fault().borrow());
        fault.is_some_and(|fault| !matches!(fault, Fault::Refuse | Fault::Timeout))
    }
}

/// Whether the access point's policy denies it to the owner.
fn denied(point: &AccessPoint, operation: &Operation, arn: &str, facts: &Facts) -> bool {
    let resource = match &operation.key {
        Some(key) => format!("{arn}/object/{key}"),
        None => arn.to_owned(),
    };
    point.established.as_ref().is_some_and(|policy| {
        let what = (operation.action, resource.as_str());
        policy.policy.says(Effect::Deny, Caller::Owner, what, facts, ACCOUNT_ID)
    })
}

/// A signature for one region is refused. For another one than that which takes the request, S3's words
/// are known from a report (github.com/boto/boto3/issues/4627). For the same region they are not: the
/// documentation says that `SigV4A` is needed (S3 User Guide, `MultiRegionAccessPointRequests`), so the
/// sentence of S3 for a wrong mechanism stands here, unverified.
fn good_for(claim: &Claim, region: &Region) -> Result<(), Refused> {
    let (code, start) = match claim.presigned {
        None => ("AuthorizationHeaderMalformed", "The authorization header is malformed"),
        Some(_) => ("AuthorizationQueryParametersError", "Error parsing the X-Amz-Credential parameter"),
    };
    let wrong = |what: &str, signed: &str| {
        let message = format!("{start}; the {what} '{signed}' is wrong; expecting '{region}'");
        Refused { status: StatusCode::BAD_REQUEST, code, message }
    };
    match &claim.scheme {
        Scheme::V4a { .. } if claim.scheme.covers(region.as_str()) => Ok(()),
        Scheme::V4a { region_set } => Err(wrong("region set", region_set)),
        Scheme::V4 { region: signed } if signed != region.as_str() => Err(wrong("region", signed)),
        Scheme::V4 { .. } => Err(Refused {
            status: StatusCode::BAD_REQUEST,
            code: "InvalidRequest",
            message: "The authorization mechanism you have provided is not supported. Please use \
                      AWS4-ECDSA-P256-SHA256."
                .to_owned(),
        }),
    }
}

/// S3 API reference, `ErrorResponses`, for all codes below but the first, which is S3 Control's.
fn no_such_point() -> Refused {
    Refused {
        status: StatusCode::NOT_FOUND,
        code: "NoSuchMultiRegionAccessPoint",
        message: "The specified Multi-Region Access Point does not exist.".to_owned(),
    }
}

fn unreadable() -> Refused {
    Refused {
        status: StatusCode::BAD_REQUEST,
        code: "AuthorizationHeaderMalformed",
        message: "The authorization header that you provided is not valid.".to_owned(),
    }
}

fn anonymous() -> Refused {
    Refused {
        status: StatusCode::FORBIDDEN,
        code: "AccessDenied",
        message: "Anonymous access is not supported for this resource".to_owned(),
    }
}

fn access_denied() -> Refused {
    Refused { status: StatusCode::FORBIDDEN, code: "AccessDenied", message: "Access Denied".to_owned() }
}

/// That it is this code is unverified.
fn not_through() -> Refused {
    Refused {
        status: StatusCode::METHOD_NOT_ALLOWED,
        code: "MethodNotAllowed",
        message: "The specified method is not allowed against this resource.".to_owned(),
    }
}

fn refused_signature(error: SignatureError) -> Refused {
    let code = match error {
        SignatureError::UnknownKey => "InvalidAccessKeyId",
        SignatureError::Expired => "AccessDenied",
        SignatureError::Mismatch => "SignatureDoesNotMatch",
        SignatureError::InvalidToken => "InvalidToken",
        SignatureError::ExpiredToken => "ExpiredToken",
    };
    let status = match error {
        SignatureError::InvalidToken | SignatureError::ExpiredToken => StatusCode::BAD_REQUEST,
        _ => StatusCode::FORBIDDEN,
    };
    Refused { status, code, message: error.to_string() }
}
