//! Which bucket does a Host header mean? As S3 reads it, never looking at how the name resolved.
//!
//! S3 User Guide, `VirtualHosting`: `s3.REGION.amazonaws.com` is path style; `X.s3.REGION...` is
//! bucket X; for anything else "the bucket name is the lowercase value of the Host header". S3 never
//! sees a CNAME's target, which is why a client that sends the failover name as its Host is told
//! `NoSuchBucket`. A website endpoint, `s3-website-REGION.amazonaws.com` or with a dot before the
//! region, has its bucket before it too (S3 User Guide, `WebsiteEndpoints`). The lab adds that an IP address and `localhost` are path style, since it has no
//! other names of its own.

use std::net::IpAddr;

use s3s::{
    S3Result,
    host::{S3Host, VirtualHost},
};

use crate::{lab::aws_hosts::website_region, model::Region};

/// What a Host header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// An IP address or `localhost`: the bucket is in the path, the region in the address.
    Address,
    /// One of S3's own endpoints.
    Endpoint {
        /// The bucket in front of the endpoint; without one it is in the path.
        bucket: Option<String>,
        /// The region in the name; without one it is the legacy global endpoint.
        region: Option<Region>,
    },
    /// A region's website endpoint.
    Website {
        /// The bucket in front of the endpoint.
        bucket: Option<String>,
        /// The region in the name.
        region: Region,
    },
    /// Any other name, which S3 takes for a bucket's.
    Custom(String),
}

impl Host {
    /// Reads a Host header, with or without a port.
    pub(crate) fn parse(header: &str) -> Self {
        let host = without_port(header).to_ascii_lowercase();
        let host = host.strip_suffix('.').unwrap_or(&host);
        if host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
            return Self::Address;
        }
        website(host).or_else(|| endpoint(host)).unwrap_or_else(|| Self::Custom(host.to_owned()))
    }

    /// The bucket that the name holds.
    pub(crate) fn bucket(&self) -> Option<&str> {
        match self {
            Self::Address => None,
            Self::Endpoint { bucket, .. } | Self::Website { bucket, .. } => bucket.as_deref(),
            Self::Custom(bucket) => Some(bucket),
        }
    }
}

fn without_port(header: &str) -> &str {
    match header.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !host.ends_with(':') => host,
        _ => header,
    }
}

/// The website endpoint of a region in that region's own form, with or without a bucket.
fn website(host: &str) -> Option<Host> {
    let at = host.rfind("s3-website")?;
    let bucket = match &host[..at] {
        "" => None,
        front => Some(front.strip_suffix('.').filter(|bucket| !bucket.is_empty())?.to_owned()),
    };
    let region = website_region(&host[at..].parse().ok()?)?;
    Some(Host::Website { bucket, region })
}

/// The endpoint forms of S3's endpoint rules (2026), read from the right: regional, dual-stack, FIPS,
/// the dashed form of the old regions, and the legacy global endpoint.
fn endpoint(host: &str) -> Option<Host> {
    let name = host.strip_suffix(".amazonaws.com").or_else(|| host.strip_suffix(".amazonaws.com.cn"))?;
    let mut labels: Vec<&str> = name.split('.').collect();
    let last = labels.pop()?;
    let region = if last == "s3" {
        None
    } else if let Some(region) = last.strip_prefix("s3-").and_then(|text| text.parse().ok()) {
        Some(region)
    } else {
        let region = last.parse().ok()?;
        if labels.last() == Some(&"dualstack") {
            labels.pop();
        }
        if !matches!(labels.pop()?, "s3" | "s3-fips") {
            return None;
        }
        Some(region)
    };
    let bucket = (!labels.is_empty()).then(|| labels.join("."));
    Some(Host::Endpoint { bucket, region })
}

/// [`Host::parse`], as s3s asks for it.
pub(crate) struct HostRule;

impl S3Host for HostRule {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let virtual_host = VirtualHost::new(host);
        Ok(match Host::parse(host).bucket() {
            Some(bucket) => virtual_host.with_bucket(bucket.to_owned()),
            None => virtual_host,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(header: &str, bucket: Option<&str>, region: Option<&str>) {
        let region = region.map(|text| text.parse().expect("a region"));
        let expected = Host::Endpoint { bucket: bucket.map(str::to_owned), region };
        assert_eq!(Host::parse(header), expected, "{header}");
    }

    #[test]
    fn s3s_own_endpoints() {
        check("s3.us-east-1.amazonaws.com", None, Some("us-east-1"));
        check("b.s3.us-east-1.amazonaws.com", Some("b"), Some("us-east-1"));
        check("B.S3.us-east-1.AmazonAWS.com.:8080", Some("b"), Some("us-east-1"));
        check("a.b.s3.s3.eu-west-1.amazonaws.com", Some("a.b.s3"), Some("eu-west-1"));
        check("b.s3.dualstack.eu-west-1.amazonaws.com", Some("b"), Some("eu-west-1"));
        check("b.s3-fips.us-east-1.amazonaws.com", Some("b"), Some("us-east-1"));
        check("b.s3-fips.dualstack.us-east-1.amazonaws.com", Some("b"), Some("us-east-1"));
        check("b.s3-eu-west-1.amazonaws.com", Some("b"), Some("eu-west-1"));
        check("b.s3.cn-north-1.amazonaws.com.cn", Some("b"), Some("cn-north-1"));
        check("b.s3.amazonaws.com", Some("b"), None);
        check("s3.amazonaws.com", None, None);
    }

    #[test]
    fn website_endpoints_have_the_form_of_their_region() {
        for (host, bucket, region) in [
            ("s3-website-us-east-1.amazonaws.com", None, "us-east-1"),
            ("b.s3-website-us-east-1.amazonaws.com:80", Some("b"), "us-east-1"),
            ("a.s3-website.b.s3-website.eu-central-1.amazonaws.com", Some("a.s3-website.b"), "eu-central-1"),
        ] {
            let region = region.parse().expect("a region");
            let expected = Host::Website { bucket: bucket.map(str::to_owned), region };
            assert_eq!(Host::parse(host), expected, "{host}");
        }
        let other = "b.s3-website.us-east-1.amazonaws.com";
        assert_eq!(Host::parse(other), Host::Custom(other.to_owned()));
    }

    #[test]
    fn addresses_are_path_style() {
        for header in ["127.0.1.1", "127.0.1.1:4566", "[::1]:4566", "::1", "localhost", "localhost:80"] {
            assert_eq!(Host::parse(header), Host::Address, "{header}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_some_host(header in ".{0,40}") {
            Host::parse(&header);
        }
    }

    #[test]
    fn any_other_name_is_a_bucket_in_lower_case() {
        for (header, bucket) in [
            ("Data.Example.com:8080", "data.example.com"),
            ("us-east-1.amazonaws.com", "us-east-1.amazonaws.com"),
            ("b.sqs.us-east-1.amazonaws.com", "b.sqs.us-east-1.amazonaws.com"),
            ("s3.us-east-1.amazonaws.com.example.com", "s3.us-east-1.amazonaws.com.example.com"),
        ] {
            assert_eq!(Host::parse(header), Host::Custom(bucket.to_owned()), "{header}");
        }
    }
}
