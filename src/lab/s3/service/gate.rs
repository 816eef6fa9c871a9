//! Who may do what? Asked by s3s before each operation, decided by [`access::judge`].

use std::sync::Arc;

use hyper::{HeaderMap, Uri, header::HeaderValue};
use s3s::{
    S3Error, S3Result,
    access::{S3Access, S3AccessContext},
    auth::{S3Auth, SecretKey},
    dto, s3_error,
};

use super::{RegionalS3, errors::headers};
use crate::lab::{
    calls::Asked,
    principals::{Keyring, Principal, TokenError, token},
    s3::{
        access::{self, BlockPublicAccess},
        fault::Fault,
        policy::{Attempt, Caller, DataAccessPoint, Facts},
        service_key::ServiceKey,
        store::{Bucket, Settings, StoreError},
    },
};

/// Every access key of the lab.
pub(super) struct Keys(pub Arc<Keyring>);

/// Who has signed a request, as an extension of it.
#[derive(Clone, Debug)]
pub(super) struct Signed(pub Arc<Principal>);

/// The number of a request in the log of calls, as an extension of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noted(pub u64);

#[async_trait::async_trait]
impl S3Auth for Keys {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        if let Some(key) = self.0.key(access_key) {
            return Ok(key.secret.into());
        }
        if let Some(key) = ServiceKey::of(access_key) {
            return Ok(key.secret().into());
        }
        let message = "The AWS Access Key Id you provided does not exist in our records.";
        Err(s3_error!(InvalidAccessKeyId, "{message}"))
    }
}

/// Lets a request through to its operation, or not.
pub(super) struct Gate(pub RegionalS3);

#[async_trait::async_trait]
impl S3Access for Gate {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let judged = self.judge(context);
        if context.credentials().is_some() {
            let refused = judged.as_ref().err();
            let status = refused.map(|error| error.status_code().map_or(403, |status| status.as_u16()));
            let number = self.0.calls.note(self.0.store.elapsed(), asked(context), status);
            context.extensions_mut().insert(Noted(number));
        }
        judged
    }
}

impl Gate {
    fn judge(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let access_point = context.extensions_mut().get::<DataAccessPoint>().cloned();
        let access_key = context.credentials().map(|key| key.access_key.clone());
        let principal = self.principal(access_key.as_deref(), context.uri(), context.headers())?;
        let caller = Caller::with_key(access_key.as_deref(), principal.as_deref());
        if let Some(principal) = &principal {
            context.extensions_mut().insert(Signed(Arc::clone(principal)));
        }
        let operation = context.s3_op().name();
        let Some(bucket) = context.s3_path().get_bucket_name() else {
            return if principal.is_some() { Ok(()) } else { Err(access_denied()) };
        };
        if operation == "CreateBucket" {
            return if principal.is_some() { Ok(()) } else { Err(access_denied()) };
        }
        let expected_owner = context.headers().get("x-amz-expected-bucket-owner");
        let query = context.uri().query().unwrap_or_default();
        let action = action(operation, query.split('&').any(|pair| pair.starts_with("versionId=")));
        let attempt = Attempt { action: &action, bucket, key: context.s3_path().get_object_key() };
        let now = self.0.store.now();
        let facts = Facts::of(context.uri(), context.headers(), principal.as_deref(), now);
        let facts = facts.with_access_point(access_point.as_ref());
        // Of many keys each is asked for by itself, when it is deleted.
        let allowed = if operation == "DeleteObjects" {
            self.0.store.read(bucket, |_| Ok(true))
        } else {
            self.0.allows(caller, attempt, &facts)
        };
        let is_expected = |owner: &HeaderValue| self.0.is_owner(bucket, owner.to_str().unwrap_or_default());
        if !expected_owner.is_none_or(is_expected) || !allowed? {
            let mut error = access_denied();
            if operation == "HeadBucket" {
                // S3 API reference, `HeadBucket`: the header comes with 200, 301 and 403.
                error.set_headers(headers(&[("x-amz-bucket-region", self.0.region.as_str())]));
            }
            return Err(error);
        }
        Ok(())
    }
}

impl Gate {
    /// Who has signed a request, when it is not one of AWS's services. The signature is right; a session must
    /// come with its token, and not be over (S3 API reference, `ErrorResponses`).
    fn principal(
        &self,
        access_key: Option<&str>,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> S3Result<Option<Arc<Principal>>> {
        let Some(key) = access_key.and_then(|id| self.0.keys.key(id)) else { return Ok(None) };
        match self.0.keys.check_token(&key, token(uri, headers).as_deref()) {
            Ok(()) => Ok(Some(key.principal)),
            Err(TokenError::Expired) => Err(s3_error!(ExpiredToken, "The provided token has expired.")),
            Err(TokenError::Invalid) => {
                Err(s3_error!(InvalidToken, "The provided token is malformed or otherwise invalid."))
            }
        }
    }
}

impl RegionalS3 {
    /// Whether the bucket is this account's; one that is not there may be anybody's.
    pub(super) fn is_owner(&self, bucket: &str, account: &str) -> bool {
        self.store.read(bucket, |bucket| Ok(bucket.owner.to_string() == account)).unwrap_or(true)
    }

    /// Whether the caller may, by the bucket's policy, Block Public Access of the bucket and of the
    /// account, and the region's fault.
    pub(in crate::lab::s3) fn allows(
        &self,
        caller: Caller,
        attempt: Attempt<'_>,
        facts: &Facts,
    ) -> Result<bool, StoreError> {
        self.store.read(attempt.bucket, |bucket| {
            // "Anonymous access to that bucket is not allowed" when the requester pays (S3 User Guide,
            // `RequesterPaysBuckets`).
            let requester_pays = |payer: &dto::Payer| payer.as_str() == dto::Payer::REQUESTER;
            if caller == Caller::Anonymous && bucket.settings.payer.as_ref().is_some_and(requester_pays) {
                return Ok(false);
            }
            let policy = bucket.policy.as_ref().map(|policy| &policy.policy);
            let (caller, facts) = (caller.towards(bucket.owner), facts.clone().of_resource(bucket.owner));
            Ok(access::judge(caller, attempt, &facts, policy, self.block_public_access(bucket)).allows())
        })
    }

    /// Looks at a bucket's settings, or changes them.
    pub(super) fn settings<T>(
        &self,
        bucket: &str,
        change: impl FnOnce(&mut Settings) -> T,
    ) -> Result<T, StoreError> {
        self.store.edit(bucket, |bucket| Ok(change(&mut bucket.settings)))
    }

    /// Whether the region of a bucket answers other regions at present.
    pub(super) fn serves_others(&self, bucket: &str) -> bool {
        let home = self.store.region_of(bucket);
        home.and_then(|home| self.faults.of(&home)).is_none_or(Fault::lets_replication_through)
    }

    /// The switches that act on a bucket now.
    pub(super) fn block_public_access(&self, bucket: &Bucket) -> BlockPublicAccess {
        match self.faults.of(&self.region) {
            Some(Fault::BlockPublic) => BlockPublicAccess::ON,
            _ => self.store.effective_block(bucket),
        }
    }
}

/// The request in the words of the log of calls.
fn asked(context: &S3AccessContext<'_>) -> Asked {
    let path = context.s3_path();
    let resource = path.get_bucket_name().map(|bucket| match path.get_object_key() {
        Some(key) => format!("{bucket}/{key}"),
        None => bucket.to_owned(),
    });
    Asked {
        service: "s3",
        operation: context.s3_op().name().to_owned(),
        resources: resource.into_iter().collect(),
        access_key: context.credentials().map(|key| key.access_key.clone()),
        ..Asked::default()
    }
}

/// The error for everything that is not allowed.
pub(super) fn access_denied() -> S3Error {
    s3_error!(AccessDenied, "Access Denied")
}

/// The IAM action that an operation needs (Service Authorization Reference, `list_amazons3`). Where
/// the two have the same name nothing is listed here.
fn action(operation: &str, of_a_version: bool) -> String {
    let action = match operation {
        "HeadBucket" | "ListObjects" | "ListObjectsV2" => "ListBucket",
        "ListObjectVersions" => "ListBucketVersions",
        "ListMultipartUploads" => "ListBucketMultipartUploads",
        "ListParts" => "ListMultipartUploadParts",
        "GetObject" | "HeadObject" if of_a_version => "GetObjectVersion",
        "DeleteObject" if of_a_version => "DeleteObjectVersion",
        "GetObjectAttributes" if of_a_version => "GetObjectVersionAttributes",
        "GetObjectTagging" if of_a_version => "GetObjectVersionTagging",
        "PutObjectTagging" if of_a_version => "PutObjectVersionTagging",
        "DeleteObjectTagging" if of_a_version => "DeleteObjectVersionTagging",
        "GetObjectAcl" if of_a_version => "GetObjectVersionAcl",
        "PutObjectAcl" if of_a_version => "PutObjectVersionAcl",
        "HeadObject" => "GetObject",
        "CopyObject"
        | "CreateMultipartUpload"
        | "UploadPart"
        | "UploadPartCopy"
        | "CompleteMultipartUpload" => "PutObject",
        "GetPublicAccessBlock" => "GetBucketPublicAccessBlock",
        "PutPublicAccessBlock" | "DeletePublicAccessBlock" => "PutBucketPublicAccessBlock",
        "GetBucketReplication" => "GetReplicationConfiguration",
        "PutBucketReplication" | "DeleteBucketReplication" => "PutReplicationConfiguration",
        "GetBucketLifecycleConfiguration" => "GetLifecycleConfiguration",
        "PutBucketLifecycleConfiguration" | "DeleteBucketLifecycle" => "PutLifecycleConfiguration",
        "GetBucketEncryption" => "GetEncryptionConfiguration",
        "PutBucketEncryption" | "DeleteBucketEncryption" => "PutEncryptionConfiguration",
        "DeleteBucketCors" => "PutBucketCORS",
        "DeleteBucketTagging" => "PutBucketTagging",
        "DeleteBucketOwnershipControls" => "PutBucketOwnershipControls",
        "GetBucketAccelerateConfiguration" => "GetAccelerateConfiguration",
        "PutBucketAccelerateConfiguration" => "PutAccelerateConfiguration",
        "GetBucketNotificationConfiguration" => "GetBucketNotification",
        "PutBucketNotificationConfiguration" => "PutBucketNotification",
        "GetObjectLockConfiguration" => "GetBucketObjectLockConfiguration",
        "PutObjectLockConfiguration" => "PutBucketObjectLockConfiguration",
        same => return format!("s3:{}", named_configuration(same).unwrap_or(same)),
    };
    format!("s3:{action}")
}

/// The actions on configurations of which a bucket has several.
fn named_configuration(operation: &str) -> Option<&'static str> {
    const KINDS: [(&str, [&str; 2]); 4] = [
        ("Metrics", ["GetMetricsConfiguration", "PutMetricsConfiguration"]),
        ("Analytics", ["GetAnalyticsConfiguration", "PutAnalyticsConfiguration"]),
        ("Inventory", ["GetInventoryConfiguration", "PutInventoryConfiguration"]),
        ("IntelligentTiering", ["GetIntelligentTieringConfiguration", "PutIntelligentTieringConfiguration"]),
    ];
    let (verb, rest) = operation.split_once("Bucket")?;
    let [get, put] = KINDS.into_iter().find(|(kind, _)| rest.starts_with(&format!("{kind}Configuration")))?.1;
    Some(if matches!(verb, "Get" | "List") { get } else { put })
}
