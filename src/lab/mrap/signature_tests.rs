//! Signatures of AWS's own code, which is not the code that checks them, are believed; any other is not.

use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PercentEncodingMode, SessionTokenMode, SignableBody, SignableRequest, SignatureLocation, SigningParams,
    SigningSettings, UriPathNormalizationMode, sign,
};
use hyper::Request;
use proptest::prelude::*;

use super::*;
use crate::{clock::Clock, lab::encoding::percent_encoded};

/// 2026-01-01T00:00:00Z.
const DATE: u64 = 1_767_225_600;
const HOST: &str = "lab-x.mrap.accesspoint.s3-global.amazonaws.com";

#[derive(Clone, Copy)]
enum By {
    V4,
    V4a,
}

fn settings(location: SignatureLocation) -> SigningSettings {
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.session_token_mode = SessionTokenMode::Exclude;
    settings.signature_location = location;
    if location == SignatureLocation::QueryParams {
        settings.expires_in = Some(Duration::from_mins(1));
    }
    settings
}

/// A request that somebody with this key has signed.
fn signed(by: By, key: (&str, &str), location: SignatureLocation, target: &str) -> Request<()> {
    let mut request = Request::get(format!("https://{HOST}{target}")).body(()).expect("a request");
    let identity = Credentials::new(key.0, key.1, None, None, "test").into();
    let time = UNIX_EPOCH + Duration::from_secs(DATE);
    let params: SigningParams<'_> = match by {
        By::V4 => {
            let builder = v4::SigningParams::builder().identity(&identity).region("us-east-1").name("s3");
            builder.time(time).settings(settings(location)).build().expect("complete").into()
        }
        By::V4a => {
            let builder = v4a::SigningParams::builder().identity(&identity).region_set("*").name("s3");
            builder.time(time).settings(settings(location)).build().expect("complete").into()
        }
    };
    let uri = request.uri().to_string();
    let headers = [("x-amz-content-sha256", UNSIGNED), ("x-amz-meta-a", " two   words ")];
    let headers = if location == SignatureLocation::Headers { &headers[..] } else { &[] };
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().expect("a value"));
    }
    let signable = SignableRequest::new("GET", uri, headers.iter().copied(), SignableBody::UnsignedPayload);
    let instructions = sign(signable.expect("signable"), &params).expect("a signature").into_parts().0;
    instructions.apply_to_request_http1x(&mut request);
    request
}

fn judge(request: &Request<()>, seconds_later: u64) -> Result<(), SignatureError> {
    let claim = Claim::read(request.uri(), request.headers()).expect("readable").expect("signed");
    let signed = Signed {
        method: request.method(),
        uri: request.uri(),
        headers: request.headers(),
        payload: UNSIGNED,
    };
    let now = Timestamp::from_second(i64::try_from(DATE + seconds_later).expect("small")).expect("a date");
    let keys = Keyring::new(Clock::system(), Vec::new());
    check(&keys, &claim, signed, HOST, now).map(drop)
}

const KEY: (&str, &str) = (ACCESS_KEY_ID, SECRET_ACCESS_KEY);
const PLACES: [SignatureLocation; 2] = [SignatureLocation::Headers, SignatureLocation::QueryParams];

#[test]
fn both_schemes_are_believed_in_header_and_query() {
    for by in [By::V4, By::V4a] {
        for place in PLACES {
            let request = signed(by, KEY, place, "/a%20b/%C3%BC?list-type=2&prefix=x%2Fy");
            assert_eq!(judge(&request, 0), Ok(()), "{request:?}");
        }
    }
}

#[test]
fn another_key_another_secret_and_another_request_are_not() {
    for by in [By::V4, By::V4a] {
        for place in PLACES {
            let other = signed(by, ("AKIDEXAMPLE", KEY.1), place, "/k");
            assert_eq!(judge(&other, 0), Err(SignatureError::UnknownKey));
            let wrong = signed(by, (KEY.0, "another"), place, "/k");
            assert_eq!(judge(&wrong, 0), Err(SignatureError::Mismatch));
            let mut moved = signed(by, KEY, place, "/k");
            let target = moved.uri().to_string().replace("/k", "/l");
            *moved.uri_mut() = target.parse().expect("a URI");
            assert_eq!(judge(&moved, 0), Err(SignatureError::Mismatch));
            let mut method = signed(by, KEY, place, "/k");
            *method.method_mut() = Method::DELETE;
            assert_eq!(judge(&method, 0), Err(SignatureError::Mismatch));
        }
        let mut changed = signed(by, KEY, SignatureLocation::Headers, "/k");
        changed.headers_mut().insert("x-amz-meta-a", "three".parse().expect("a value"));
        assert_eq!(judge(&changed, 0), Err(SignatureError::Mismatch));
        changed.headers_mut().remove("x-amz-meta-a");
        assert_eq!(judge(&changed, 0), Err(SignatureError::Mismatch));
    }
}

#[test]
fn a_signed_address_ends() {
    for by in [By::V4, By::V4a] {
        let request = signed(by, KEY, SignatureLocation::QueryParams, "/k");
        assert_eq!((judge(&request, 60), judge(&request, 61)), (Ok(()), Err(SignatureError::Expired)));
        let unlimited = signed(by, KEY, SignatureLocation::Headers, "/k");
        assert_eq!(judge(&unlimited, 1_000_000), Ok(()));
    }
}

/// The regions are part of what `SigV4A` signs.
#[test]
fn the_set_of_regions_cannot_be_widened() {
    let mut request = signed(By::V4a, KEY, SignatureLocation::Headers, "/k");
    request.headers_mut().insert("x-amz-region-set", "us-east-1".parse().expect("a value"));
    assert_eq!(judge(&request, 0), Err(SignatureError::Mismatch));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Whatever the key of an object is called.
    #[test]
    fn any_key_can_be_signed(key in "[a-zA-Z0-9 +&=%/ü日~.*'()!-]{1,20}", v4a in any::<bool>()) {
        let by = if v4a { By::V4a } else { By::V4 };
        let target = format!("/{}", percent_encoded(&key));
        prop_assert_eq!(judge(&signed(by, KEY, SignatureLocation::Headers, &target), 0), Ok(()));
    }
}
