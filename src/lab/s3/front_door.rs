//! One address for all regions, for SDKs that know one endpoint URL (`AWS_ENDPOINT_URL_S3`).
//!
//! The Host is an IP address here, so requests are path style, and the region must come from
//! elsewhere: from what the request was signed for, or, for an anonymous one, from where its bucket
//! lives. The region's own door then answers, faults and redirects included; no socket lies between.
//! While a region refuses connections, a request for it is cut without an answer, since the front
//! door itself belongs to no region.

use std::sync::Arc;

use hyper::{Request, body::Incoming};
use s3s::HttpResponse;
use tokio::net::TcpListener;

use super::{
    door::Door,
    host::Host,
    listener,
    reading::{bucket, host, signed_region},
    refusal::Cut,
    store::Store,
};
use crate::model::Region;

/// Serves the front door for as long as it is polled. There is at least one door.
pub(super) async fn serve(doors: Vec<Arc<Door>>, store: Arc<Store>, bound: TcpListener) {
    let doors: Arc<[Arc<Door>]> = doors.into();
    let answer = move |request: Request<Incoming>| {
        let door = choose(&doors, &store, &request);
        async move { answer(door, request).await }
    };
    listener::accept(&bound, answer).await;
}

async fn answer(door: Option<Arc<Door>>, request: Request<Incoming>) -> Result<HttpResponse, Cut> {
    door.ok_or(Cut)?.answer(request).await
}

/// A region that the lab does not have is answered by the first one, which then says what is wrong.
fn choose(doors: &[Arc<Door>], store: &Store, request: &Request<Incoming>) -> Option<Arc<Door>> {
    let (uri, headers) = (request.uri(), request.headers());
    let region: Option<Region> = match (signed_region(uri, headers), host(headers)) {
        (_, Host::Website { region, .. }) => Some(region),
        (Some(region), _) => region.parse().ok(),
        (None, _) => bucket(uri, headers).and_then(|bucket| store.region_of(&bucket)),
    };
    let chosen = doors.iter().find(|door| Some(door.region()) == region.as_ref());
    chosen.or_else(|| doors.first()).cloned()
}
