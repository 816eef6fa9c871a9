//! How does CloudFront show an origin who it is? Origin Access Control: every request is signed, by AWS's own
//! signing code, as the service principal `cloudfront.amazonaws.com` on behalf of the distribution.
//!
//! The credentials are known to this process alone (`s3::service_key`), so nobody else comes in by the
//! statement of the bucket policy that is for CloudFront.

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
        UriPathNormalizationMode, sign,
    },
    sign::v4,
};
use hyper::{HeaderMap, Method};

use super::config::Origin;
use crate::{clock::Clock, lab::s3::CLOUDFRONT};

/// Adds the headers of a signature to those of a request; nothing when the request cannot be signed, as with a
/// header that is no text.
pub(super) fn sign_request(
    clock: &Clock,
    origin: &Origin,
    method: &Method,
    target: &str,
    headers: &mut HeaderMap,
) -> Option<()> {
    let key = Credentials::new(CLOUDFRONT.access_key_id, CLOUDFRONT.secret(), None, None, "lab").into();
    let mut settings = SigningSettings::default();
    // S3's own way: the path as it is, and the hash of the body among the headers.
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    let params = v4::SigningParams::builder()
        .identity(&key)
        .region(origin.region.as_str())
        .name("s3")
        .time(clock.now().into())
        .settings(settings)
        .build()
        .ok()?
        .into();
    let uri = format!("http://{}{target}", origin.domain());
    let texts = headers.iter().map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let texts: Vec<(&str, &str)> = texts.collect::<Option<_>>()?;
    let request =
        SignableRequest::new(method.as_str(), uri, texts.into_iter(), SignableBody::UnsignedPayload).ok()?;
    let (signature, _) = sign(request, &params).ok()?.into_parts();
    for (name, value) in signature.headers() {
        let name: hyper::header::HeaderName = name.parse().ok()?;
        headers.insert(name, value.parse().ok()?);
    }
    Some(())
}
