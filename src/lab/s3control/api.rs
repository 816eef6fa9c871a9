//! What does an operation do? On the access points and the account, with the shapes of the model.

use hyper::StatusCode;

use super::{
    errors::ApiError,
    operation::Operation,
    shapes::{
        Answer, AsyncOperation, CreateDetails, DeleteDetails, Details, ErrorDetails, Ordered, Parameters,
        PointDetails, PointList, PointShape, PolicyDetails, PolicyDocument, PolicyShape, PolicyStatus,
        PublicAccessBlock, RegionReport, RegionStatus, RegionWanted, Regions, RouteList, RouteShape,
        RouteUpdates, date, document, read,
    },
};
use crate::lab::{
    credentials::ACCOUNT_ID,
    mrap::{AccessPoint, AccessPoints, AsyncRequest, Name, Order, PointPolicy, Progress, Route, RouteUpdate},
    s3::{BlockPublicAccess, Store},
};

/// Most characters of the caller's token (S3 Control model, `MultiRegionAccessPointClientToken`).
const LONGEST_TOKEN: usize = 64;
/// Largest page of access points (S3 Control model, `MaxResults`), and the one when nothing is said
/// (modelled).
const LARGEST_PAGE: usize = 1_000;

/// What the operations work on.
pub(super) struct Api {
    pub(super) points: std::sync::Arc<AccessPoints>,
    pub(super) account: std::sync::Arc<Store>,
}

/// A request that has been believed.
pub(super) struct Asked<'a> {
    pub(super) query: &'a str,
    pub(super) body: &'a [u8],
}

impl Api {
    /// Does it, and gives the document to answer with.
    pub(super) fn answer(&self, operation: &Operation, asked: &Asked<'_>) -> Result<String, ApiError> {
        let points = &self.points;
        match operation {
            Operation::CreateMultiRegionAccessPoint
            | Operation::DeleteMultiRegionAccessPoint
            | Operation::PutMultiRegionAccessPointPolicy => {
                let (order, client_token) = order(operation, asked.body)?;
                let token = Some(points.order(order, &client_token)?);
                Ok(result(operation, &Answer { token, ..Answer::default() }))
            }
            Operation::DescribeMultiRegionAccessPointOperation { token } => {
                let (request, now) = points.request(token)?;
                let shown = Some(shown(&request, request.progress(now)));
                Ok(result(operation, &Answer { async_operation: shown, ..Answer::default() }))
            }
            Operation::GetMultiRegionAccessPoint { name } => {
                let access_point = Some(report(&points.point(name)?));
                Ok(result(operation, &Answer { access_point, ..Answer::default() }))
            }
            Operation::GetMultiRegionAccessPointPolicy { name } => {
                let point = points.point(name)?;
                let shape = |policy: PointPolicy| PolicyShape { policy: policy.text };
                let policy = PolicyDocument {
                    established: point.established.map(shape),
                    proposed: point.proposed.map(shape),
                };
                Ok(result(operation, &Answer { policy: Some(policy), ..Answer::default() }))
            }
            Operation::GetMultiRegionAccessPointPolicyStatus { name } => {
                let established = points.point(name)?.established;
                let is_public = established.is_some_and(|policy| policy.policy.is_public());
                Ok(result(
                    operation,
                    &Answer { established: Some(PolicyStatus { is_public }), ..Answer::default() },
                ))
            }
            Operation::ListMultiRegionAccessPoints => {
                let (items, next_token) = page(&points.points(), asked.query)?;
                let access_points = Some(PointList { items });
                Ok(result(operation, &Answer { access_points, next_token, ..Answer::default() }))
            }
            Operation::GetMultiRegionAccessPointRoutes { arn } => {
                let items = points.routes_of(arn)?.iter().map(route).collect();
                let (mrap, routes) = (Some(arn.clone()), Some(RouteList { items }));
                Ok(result(operation, &Answer { mrap, routes, ..Answer::default() }))
            }
            Operation::SubmitMultiRegionAccessPointRoutes { arn } => {
                let updates: RouteUpdates = read(asked.body, "SubmitMultiRegionAccessPointRoutesRequest")?;
                let updates: Vec<_> = updates.route_updates.items.into_iter().map(update).collect();
                points.submit_routes(arn, &updates)?;
                Ok(result(operation, &Answer::default()))
            }
            Operation::GetPublicAccessBlock => {
                let block = self.account.account_block().ok_or_else(no_such_block)?;
                Ok(document("PublicAccessBlockConfiguration", &PublicAccessBlock::from(block)))
            }
            Operation::PutPublicAccessBlock => {
                let block: PublicAccessBlock = read(asked.body, "PublicAccessBlockConfiguration")?;
                self.account.set_account_block(Some(block.into()));
                Ok(String::new())
            }
            Operation::DeletePublicAccessBlock => {
                self.account.set_account_block(None);
                Ok(String::new())
            }
        }
    }
}

fn result(operation: &Operation, answer: &Answer) -> String {
    document(&format!("{}Result", operation.name()), answer)
}

/// S3 Control model, `NoSuchPublicAccessBlockConfiguration`.
fn no_such_block() -> ApiError {
    let message = "The public access block configuration was not found";
    ApiError::new(StatusCode::NOT_FOUND, "NoSuchPublicAccessBlockConfiguration", message)
}

/// Reads one of the three asynchronous requests.
fn order(operation: &Operation, body: &[u8]) -> Result<(Order, String), ApiError> {
    let root = format!("{}Request", operation.name());
    let (order, token) = match operation {
        Operation::CreateMultiRegionAccessPoint => {
            let read: Ordered<CreateDetails> = read(body, &root)?;
            (create(read.details)?, read.client_token)
        }
        Operation::DeleteMultiRegionAccessPoint => {
            let read: Ordered<DeleteDetails> = read(body, &root)?;
            (Order::Delete { name: name(&read.details.name)? }, read.client_token)
        }
        _ => {
            let read: Ordered<PolicyDetails> = read(body, &root)?;
            let order = Order::PutPolicy { name: name(&read.details.name)?, policy: read.details.policy };
            (order, read.client_token)
        }
    };
    if token.is_empty() || token.len() > LONGEST_TOKEN || token.contains(char::is_whitespace) {
        return Err(ApiError::invalid(format!("ClientToken must have 1 to {LONGEST_TOKEN} characters.")));
    }
    Ok((order, token))
}

/// "By default, all Block Public Access settings are enabled for a Multi-Region Access Point" (S3 User
/// Guide, `multi-region-access-point-block-public-access`).
fn create(details: CreateDetails) -> Result<Order, ApiError> {
    let block = details.public_access_block.map_or(BlockPublicAccess::ON, Into::into);
    let bucket = |wanted: RegionWanted| (wanted.bucket, wanted.bucket_account_id);
    let buckets = details.regions.items.into_iter().map(bucket).collect();
    Ok(Order::Create { name: name(&details.name)?, block, buckets })
}

fn name(text: &str) -> Result<Name, ApiError> {
    text.parse().map_err(|_| {
        ApiError::invalid(format!(
            "The Multi-Region Access Point name '{text}' is not valid: 3 to 50 lower-case letters, digits and \
             hyphens, with no hyphen at either end."
        ))
    })
}

fn update(shape: RouteShape) -> RouteUpdate {
    RouteUpdate { bucket: shape.bucket, region: shape.region, percentage: shape.traffic_dial_percentage }
}

fn route(route: &Route) -> RouteShape {
    RouteShape {
        bucket: Some(route.bucket.clone()),
        region: Some(route.region.to_string()),
        traffic_dial_percentage: route.dial.percentage().into(),
    }
}

fn report(point: &AccessPoint) -> PointShape {
    let region = |route: &Route| RegionReport {
        bucket: route.bucket.clone(),
        region: route.region.to_string(),
        bucket_account_id: ACCOUNT_ID,
    };
    PointShape {
        name: point.name.to_string(),
        alias: point.alias.to_string(),
        created_at: date(point.created),
        public_access_block: point.block.into(),
        status: point.status.name(),
        regions: Regions { items: point.routes.configured().iter().map(region).collect() },
    }
}

/// A page in the order of names; the token is the last name of the page before.
fn page(points: &[AccessPoint], query: &str) -> Result<(Vec<PointShape>, Option<String>), ApiError> {
    let value = |name: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(key, _)| *key == name).map(|(_, value)| value).next()
    };
    let size = match value("maxResults").map(str::parse) {
        None | Some(Ok(0)) => LARGEST_PAGE,
        Some(Ok(size)) if size <= LARGEST_PAGE => size,
        Some(_) => return Err(ApiError::invalid("maxResults must be a number from 0 to 1000.")),
    };
    let after = match value("nextToken").map(str::parse::<Name>) {
        None => None,
        Some(Ok(name)) => Some(name),
        Some(Err(_)) => return Err(ApiError::invalid("The nextToken is not valid.")),
    };
    let rest = points.iter().filter(|point| after.as_ref().is_none_or(|after| point.name > *after));
    let rest: Vec<_> = rest.map(report).collect();
    let more = rest.len() > size;
    let items: Vec<_> = rest.into_iter().take(size).collect();
    let next = items.last().filter(|_| more).map(|last| last.name.clone());
    Ok((items, next))
}

/// An order with its progress.
fn shown(request: &AsyncRequest, progress: Progress) -> AsyncOperation {
    let mut parameters = Parameters::default();
    match &request.order {
        Order::Create { name, block, buckets } => {
            let wanted = |(bucket, account): &(String, Option<String>)| RegionWanted {
                bucket: bucket.clone(),
                bucket_account_id: account.clone(),
            };
            parameters.create = Some(CreateDetails {
                name: name.to_string(),
                public_access_block: Some((*block).into()),
                regions: Regions { items: buckets.iter().map(wanted).collect() },
            });
        }
        Order::Delete { name } => parameters.delete = Some(DeleteDetails { name: name.to_string() }),
        Order::PutPolicy { name, policy } => {
            parameters.put_policy = Some(PolicyDetails { name: name.to_string(), policy: policy.clone() });
        }
    }
    AsyncOperation {
        creation_time: date(request.created),
        operation: request.order.operation(),
        token: request.token.clone(),
        request_parameters: parameters,
        request_status: progress.name(),
        response_details: details(request, progress),
    }
}

/// What each region has to say, or why it failed, once it has.
fn details(request: &AsyncRequest, progress: Progress) -> Details {
    match &request.outcome {
        Ok(regions) => {
            let status = |region: &crate::model::Region| RegionStatus {
                name: region.to_string(),
                request_status: progress.name(),
            };
            let items = regions.iter().map(status).collect();
            let details = PointDetails { regions: Regions { items } };
            Details { multi_region_access_point_details: Some(details), error_details: None }
        }
        Err(failure) if progress == Progress::Failed => {
            let error = ErrorDetails {
                code: failure.code.to_string(),
                message: failure.message.clone(),
                resource: failure.resource.clone(),
                request_id: request.token.rsplit('/').next().unwrap_or_default().to_owned(),
            };
            Details { multi_region_access_point_details: None, error_details: Some(error) }
        }
        Err(_) => Details::default(),
    }
}
