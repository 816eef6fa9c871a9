//! One object of one bucket, by a signed request: for data that is not for everybody.
//!
//! What a bucket answers is an answer, whatever its status; an error is what kept us from asking.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use aws_config::{Region as SdkRegion, SdkConfig, retry::RetryConfig};
use aws_sdk_s3::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    primitives::ByteStream,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use bytes::{Bytes, BytesMut};
use futures_util::FutureExt;

use super::{Access, AccountError, Role};
use crate::model::{AssumedRole, BucketName, Region};

/// No sentinel is longer; a checker looks at 5,120 bytes only.
const LONGEST_BODY: usize = 64 * 1024;
/// The header by which S3 names the region of a bucket (S3 API reference, `HeadBucket`).
const BUCKET_REGION: &str = "x-amz-bucket-region";

/// What a bucket answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// The status of the object's request, or of the bucket's where no object was asked for.
    pub status: u16,
    /// S3's code of a refusal.
    pub code: Option<String>,
    /// The region that S3 names for the bucket.
    pub region: Option<Region>,
    /// The body, if the status is a success.
    pub body: Bytes,
}

/// By role and region.
type Clients = BTreeMap<(Option<AssumedRole>, Region), Client>;

/// The door to S3.
#[derive(Clone, Debug)]
pub struct Buckets {
    pub(super) access: Access,
    /// Those that were made for objects, with their connections: to make one costs more than a request.
    pub(super) clients: Arc<Mutex<Clients>>,
}

impl Buckets {
    /// For those who come with this access.
    pub fn new(access: Access) -> Self {
        Self { access, clients: Arc::default() }
    }

    /// Asks a bucket for its region, and for an object where one is named, as a role or as the own identity.
    pub async fn read(
        &self,
        (bucket, region): (&BucketName, &Region),
        key: Option<&str>,
        role: Option<&Role>,
    ) -> Result<Object, AccountError> {
        let client = client(&self.access.settings(role).await, region);
        let what = || match key {
            Some(key) => format!("read s3://{bucket}/{key}"),
            None => format!("look at the bucket {bucket}"),
        };
        let head = client.head_bucket().bucket(bucket.as_str()).send().boxed().await;
        let head = match head {
            Ok(head) => {
                let region = head.bucket_region().and_then(|text| text.parse().ok());
                Object { status: 200, code: None, region, body: Bytes::new() }
            }
            Err(error) => answered(&what, error)?,
        };
        let Some(key) = key else { return Ok(head) };
        let object = match client.get_object().bucket(bucket.as_str()).key(key).send().boxed().await {
            Ok(object) => {
                let body = first_bytes(object.body).await;
                let body = body.map_err(|error| AccountError::not_understood(what(), error))?;
                Object { status: 200, code: None, region: None, body }
            }
            Err(error) => answered(&what, error)?,
        };
        Ok(Object { region: object.region.or(head.region), ..object })
    }
}

/// A client of one region. It asks once: what is looked at is how S3 is now.
pub(super) fn client(settings: &SdkConfig, region: &Region) -> Client {
    let config = aws_sdk_s3::config::Builder::from(settings)
        .region(SdkRegion::new(region.to_string()))
        .retry_config(RetryConfig::disabled());
    Client::from_conf(config.build())
}

/// A refusal is an answer too, when S3 gave it.
pub(super) fn answered<E>(
    what: &dyn Fn() -> String,
    error: SdkError<E, HttpResponse>,
) -> Result<Object, AccountError>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let Some(response) = error.raw_response() else { return Err(AccountError::from_sdk(what(), error)) };
    let region = response.headers().get(BUCKET_REGION).and_then(|text| text.parse().ok());
    let (status, code) = (response.status().as_u16(), error.code().map(str::to_owned));
    Ok(Object { status, code, region, body: Bytes::new() })
}

pub(super) async fn first_bytes(
    mut stream: ByteStream,
) -> Result<Bytes, aws_sdk_s3::primitives::ByteStreamError> {
    let mut body = BytesMut::new();
    while body.len() < LONGEST_BODY {
        let Some(piece) = stream.try_next().await? else { break };
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}
