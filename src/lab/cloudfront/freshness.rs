//! How long is an origin's answer good for?
//!
//! By the table of the CloudFront Developer Guide, `Expiration`, for what is no error:
//! 1. `no-cache`, `no-store` or `private`: the minimum TTL; not kept when that is 0.
//! 2. `s-maxage`, else `max-age`, else `Expires`: but no less than the minimum, no more than the maximum TTL.
//! 3. None of these: the default TTL, or the minimum when that is greater.
//! 4. With a maximum of 0, caching is disabled.
//!
//! And by `HTTPStatusCodes` for errors:
//! 5. 404, 414, 500, 501, 502, 503 and 504 are always kept, 400, 403, 405, 412 and 415 only with `max-age` or
//!    `s-maxage`: for that long, or for the error caching minimum TTL when that is greater.
//! 6. Other errors, 416 among them, are not kept.

use std::time::Duration;

use hyper::{HeaderMap, StatusCode, header};
use jiff::Timestamp;

use super::config::Behaviour;

const ALWAYS_KEPT: [u16; 7] = [404, 414, 500, 501, 502, 503, 504];
const KEPT_IF_TOLD: [u16; 5] = [400, 403, 405, 412, 415];

/// What an origin says about keeping its answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// `no-cache`, `no-store` or `private`.
    kept_from_caches: bool,
    /// `s-maxage`, else `max-age`.
    seconds: Option<u64>,
    /// `stale-if-error`.
    stale_if_error: Option<u64>,
}

impl Told {
    pub(super) fn by(headers: &HeaderMap) -> Self {
        let mut told = Self::default();
        let (mut shared, mut any) = (None, None);
        let values = headers.get_all(header::CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
        for directive in values.flat_map(|text| text.split(',')) {
            let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
            let seconds = || value.trim().trim_matches('"').parse().ok();
            match name.trim().to_ascii_lowercase().as_str() {
                "no-cache" | "no-store" | "private" => told.kept_from_caches = true,
                "s-maxage" => shared = shared.or_else(seconds),
                "max-age" => any = any.or_else(seconds),
                "stale-if-error" => told.stale_if_error = seconds(),
                _ => {}
            }
        }
        told.seconds = shared.or(any);
        told
    }

    /// How long after it has expired the answer may still stand in for an origin that fails; nothing means for
    /// as long as the cache has room (CloudFront Developer Guide, `HTTPStatusCodes`: "CloudFront serves the
    /// object even though it has expired").
    pub(super) fn stale_if_error(&self) -> Option<Duration> {
        self.stale_if_error.map(Duration::from_secs)
    }
}

/// For how long an answer is kept as it is, by the numbered rules above; nothing means that it is not kept.
pub(super) fn lifetime(
    status: StatusCode,
    headers: &HeaderMap,
    behaviour: &Behaviour,
    now: Timestamp,
) -> Option<Duration> {
    let told = Told::by(headers);
    let code = status.as_u16();
    let policy = &behaviour.policy;
    if status.is_client_error() || status.is_server_error() {
        let kept = ALWAYS_KEPT.contains(&code) || (KEPT_IF_TOLD.contains(&code) && told.seconds.is_some());
        let told = Duration::from_secs(told.seconds.unwrap_or(0)).min(policy.max_ttl);
        return kept.then(|| behaviour.error_ttl(code).max(told));
    }
    if policy.max_ttl.is_zero() {
        return None;
    }
    if told.kept_from_caches {
        return (!policy.min_ttl.is_zero()).then_some(policy.min_ttl);
    }
    let seconds = told.seconds.map(Duration::from_secs).or_else(|| until_expiry(headers, now));
    Some(match seconds {
        Some(time) => time.clamp(policy.min_ttl, policy.max_ttl),
        None => policy.default_ttl.max(policy.min_ttl),
    })
}

/// The time until the date in `Expires`; a date that is none lies in the past (RFC 9111, section 5.3).
fn until_expiry(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(header::EXPIRES)?;
    let expires = date(value.as_bytes());
    let left = expires.and_then(|expires| Duration::try_from(expires.duration_since(now)).ok());
    Some(left.unwrap_or_default())
}

/// A date as HTTP has it (RFC 9110, section 5.6.7; of its three forms the one that is still in use).
pub(super) fn date(value: &[u8]) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::{config::CachePolicy, pair::PairSettings},
        *,
    };

    fn behaviour(policy: CachePolicy) -> Behaviour {
        let settings = PairSettings { policy, ..PairSettings::default() };
        let bucket = |name: &str| name.parse().expect("a bucket name");
        let region = |name: &str| name.parse().expect("a region");
        let config = settings
            .over((&bucket("data-us"), &region("us-east-1")), (&bucket("data-eu"), &region("eu-west-1")));
        Behaviour::of(&config).expect("a configuration")
    }

    fn headers(cache_control: &str, expires: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in [(header::CACHE_CONTROL, cache_control), (header::EXPIRES, expires)] {
            if !value.is_empty() {
                headers.insert(name, value.parse().expect("a value"));
            }
        }
        headers
    }

    fn seconds(status: u16, policy: CachePolicy, cache_control: &str, expires: &str) -> Option<u64> {
        let status = StatusCode::from_u16(status).expect("a status");
        let now = "2026-01-01T00:00:00Z".parse().expect("a date");
        let kept = lifetime(status, &headers(cache_control, expires), &behaviour(policy), now);
        kept.map(|time| time.as_secs())
    }

    #[test]
    fn objects_by_the_table_of_the_guide() {
        let plain = CachePolicy::default();
        let in_an_hour = "Thu, 01 Jan 2026 01:00:00 GMT";
        for (cache_control, expires, expected) in [
            ("", "", Some(86_400)),
            ("max-age=60", "", Some(60)),
            ("max-age=60, s-maxage=30", "", Some(30)),
            ("public, S-MaxAge=\"30\"", "", Some(30)),
            ("max-age=99999999", "", Some(31_536_000)),
            ("max-age=0", "", Some(0)),
            ("", in_an_hour, Some(3_600)),
            ("max-age=60", in_an_hour, Some(60)),
            ("", "Thu, 01 Jan 2015 01:00:00 GMT", Some(0)),
            ("", "0", Some(0)),
            ("no-store", "", None),
            ("no-cache", in_an_hour, None),
            ("private, max-age=60", "", None),
        ] {
            assert_eq!(seconds(200, plain, cache_control, expires), expected, "{cache_control} {expires}");
        }
        let at_least_ten = CachePolicy { min_ttl: Duration::from_secs(10), ..plain };
        assert_eq!(seconds(200, at_least_ten, "no-store", ""), Some(10));
        assert_eq!(seconds(200, at_least_ten, "max-age=1", ""), Some(10));
        assert_eq!(seconds(301, plain, "", ""), Some(86_400));
        assert_eq!(seconds(200, CachePolicy::CACHING_DISABLED, "max-age=60", ""), None);
    }

    #[test]
    fn errors_by_their_own_list() {
        let kept = |told: &str| -> Vec<u16> {
            (400..600).filter(|code| seconds(*code, CachePolicy::default(), told, "").is_some()).collect()
        };
        assert_eq!(kept(""), ALWAYS_KEPT);
        assert_eq!(kept("max-age=1"), [400, 403, 404, 405, 412, 414, 415, 500, 501, 502, 503, 504]);
        assert_eq!(seconds(503, CachePolicy::default(), "", ""), Some(10));
        assert_eq!(seconds(503, CachePolicy::default(), "max-age=1", ""), Some(10));
        assert_eq!(seconds(503, CachePolicy::default(), "max-age=60", ""), Some(60));
        assert_eq!(seconds(503, CachePolicy::CACHING_DISABLED, "max-age=60", ""), Some(10));
    }

    proptest! {
        #[test]
        fn whatever_the_origin_says_the_bounds_hold(cache_control in "[a-z0-9=, \"-]{0,40}", expires in "\\PC{0,30}") {
            let policy = CachePolicy { min_ttl: Duration::from_secs(5), ..CachePolicy::default() };
            let status = StatusCode::OK;
            let mut headers = HeaderMap::new();
            for (name, value) in [(header::CACHE_CONTROL, cache_control), (header::EXPIRES, expires)] {
                if let Ok(value) = value.parse() {
                    headers.insert(name, value);
                }
            }
            let kept = lifetime(status, &headers, &behaviour(policy), Timestamp::UNIX_EPOCH);
            prop_assert!(kept.is_some_and(|time| (policy.min_ttl..=policy.max_ttl).contains(&time)));
        }
    }
}
