//! Fetches an object as a pointer client does: look the endpoint's own name up, connect, speak TLS
//! with full validation, and ask with the endpoint's own host name.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;

use super::{
    Endpoint, FetchError, Phases, Servers,
    connection::{Answer, Connection, addresses},
};
use crate::{clock::Clock, model::Region};

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Who answered; nothing where a library has asked.
    pub address: Option<SocketAddr>,
    /// By whom the request was signed, if anybody has.
    pub signed: Option<Signed>,
    /// The status of the object's request, or of the bucket's where no object was asked for.
    pub status: u16,
    /// The region that S3 names for the bucket; nothing where the endpoint is not S3's.
    pub region: Option<Region>,
    /// The body, if the status is a success.
    pub body: Bytes,
    /// From the look-up of the name to the last byte, in the clock's time.
    pub took: Duration,
}

/// A request that somebody has signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// As whom it was asked, as a phrase for messages.
    pub by: String,
    /// S3's code, when it refused.
    pub code: Option<String>,
}

impl Fetched {
    /// Whether the object was served: the status is a success (RFC 9110, 15.3).
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Fetches the endpoint's object, and asks S3 which region its bucket is in.
pub async fn fetch(clock: &Clock, servers: &Servers, endpoint: &Endpoint) -> Result<Fetched, FetchError> {
    let (started, mut phases) = (clock.elapsed(), Phases::default());
    let addresses = addresses(clock, servers, &endpoint.host, &mut phases).await?;
    let mut connection = Connection::open(clock, &addresses, endpoint, &mut phases).await?;
    let Answer { status, region, body } = connection.ask(clock, endpoint, &mut phases).await?;
    let took = clock.elapsed().saturating_sub(started);
    Ok(Fetched { address: Some(connection.address), signed: None, status, region, body, took })
}
