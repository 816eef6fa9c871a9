//! A bucket's website configuration is put, got and deleted; who serves by it is
//! [`website`](crate::lab::s3::website).

use hyper::StatusCode;
use s3s::{S3Request, S3Response, S3Result, dto, s3_error};

use super::{RegionalS3, errors::custom};

pub(super) fn put_bucket_website(
    s3: &RegionalS3,
    request: S3Request<dto::PutBucketWebsiteInput>,
) -> S3Result<S3Response<dto::PutBucketWebsiteOutput>> {
    let website = request.input.website_configuration;
    check(&website)?;
    s3.settings(&request.input.bucket, |settings| settings.website = Some(website))?;
    Ok(S3Response::new(dto::PutBucketWebsiteOutput {}))
}

/// The rules of the model (S3 API reference, `WebsiteConfiguration`); the sentences are S3's where they
/// are known.
fn check(website: &dto::WebsiteConfiguration) -> S3Result<()> {
    let protocol = |protocol: Option<&dto::Protocol>| {
        protocol.is_none_or(|protocol| ["http", "https"].contains(&protocol.as_str()))
    };
    let invalid_protocol = "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.";
    if let Some(all) = &website.redirect_all_requests_to {
        let others = website.index_document.is_some()
            || website.error_document.is_some()
            || website.routing_rules.is_some();
        if others {
            let message = "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.";
            return Err(s3_error!(InvalidArgument, "{message}"));
        }
        if !protocol(all.protocol.as_ref()) {
            return Err(s3_error!(InvalidRequest, "{invalid_protocol}"));
        }
        return Ok(());
    }
    let Some(index) = &website.index_document else {
        let message = "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty";
        return Err(s3_error!(InvalidArgument, "{message}"));
    };
    if index.suffix.is_empty() || index.suffix.contains('/') {
        return Err(s3_error!(InvalidArgument, "The IndexDocument Suffix is not well formed"));
    }
    if website.error_document.as_ref().is_some_and(|document| document.key.is_empty()) {
        return Err(s3_error!(InvalidArgument, "The ErrorDocument Key is not well formed"));
    }
    let rules = website.routing_rules.as_deref().unwrap_or_default();
    if rules.len() > 50 {
        let count = rules.len();
        return Err(s3_error!(
            InvalidArgument,
            "{count} routing rules provided, the number of routing rules in a website configuration is limited to 50."
        ));
    }
    for rule in rules {
        let to = &rule.redirect;
        if to.replace_key_prefix_with.is_some() && to.replace_key_with.is_some() {
            let message = "You can only define ReplaceKeyPrefix or ReplaceKey but not both.";
            return Err(s3_error!(InvalidRequest, "{message}"));
        }
        if !protocol(to.protocol.as_ref()) {
            return Err(s3_error!(InvalidRequest, "{invalid_protocol}"));
        }
        let code = to.http_redirect_code.as_deref();
        let redirects = |code: &str| matches!(code.parse(), Ok(301..=399_u16));
        if code.is_some_and(|code| !redirects(code)) {
            let code = code.unwrap_or_default();
            return Err(s3_error!(
                InvalidRequest,
                "The provided HTTP redirect code ({code}) is not valid. Valid codes are 3XX except 300."
            ));
        }
        let condition = rule.condition.as_ref();
        let error = condition.and_then(|condition| condition.http_error_code_returned_equals.as_deref());
        if error.is_some_and(|code| !matches!(code.parse(), Ok(400..=599_u16))) {
            let code = error.unwrap_or_default();
            return Err(s3_error!(
                InvalidRequest,
                "The provided HTTP error code ({code}) is not valid. Valid codes are 4XX or 5XX."
            ));
        }
        let nothing =
            condition.is_some_and(|condition| error.is_none() && condition.key_prefix_equals.is_none());
        if nothing {
            let message = "Condition cannot be empty. To redirect all requests without a condition, the condition element shouldn't be present.";
            return Err(s3_error!(InvalidRequest, "{message}"));
        }
    }
    Ok(())
}

pub(super) fn get_bucket_website(
    s3: &RegionalS3,
    request: S3Request<dto::GetBucketWebsiteInput>,
) -> S3Result<S3Response<dto::GetBucketWebsiteOutput>> {
    let website = s3.settings(&request.input.bucket, |settings| settings.website.clone())?;
    let message = "The specified bucket does not have a website configuration";
    let missing = || custom("NoSuchWebsiteConfiguration", StatusCode::NOT_FOUND, message);
    let website = website.ok_or_else(missing)?;
    Ok(S3Response::new(dto::GetBucketWebsiteOutput {
        error_document: website.error_document,
        index_document: website.index_document,
        redirect_all_requests_to: website.redirect_all_requests_to,
        routing_rules: website.routing_rules,
    }))
}

pub(super) fn delete_bucket_website(
    s3: &RegionalS3,
    request: S3Request<dto::DeleteBucketWebsiteInput>,
) -> S3Result<S3Response<dto::DeleteBucketWebsiteOutput>> {
    s3.settings(&request.input.bucket, |settings| settings.website = None)?;
    Ok(S3Response::new(dto::DeleteBucketWebsiteOutput {}))
}
