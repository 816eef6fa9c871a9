//! Which bucket does a host name of S3 stand for, and in which region?
//!
//! Read from the right, after the partition's suffix, since a bucket's name may look like anything (S3 endpoint
//! rules of 2026, and the older forms of the S3 User Guide, `VirtualHosting`).

use crate::model::{BucketName, Fqdn, Region};

/// A host name, as far as S3 is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Host {
    /// It stands for one bucket.
    Bucket(Endpoint),
    /// It is S3's and stands for no bucket that a pointer could lead to: a verb with what it is.
    NoBucket(&'static str),
    /// It is not S3's.
    Elsewhere,
}

/// One bucket by one of its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) bucket: BucketName,
    /// Nothing where the form does not say it.
    pub(super) region: Option<Region>,
    pub(super) form: Form,
}

/// How the name is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `BUCKET.s3.REGION`, which is what this tool writes.
    Regional,
    /// `BUCKET.s3-REGION`, of the older regions.
    Dash,
    /// `BUCKET.s3`, without a region.
    Global,
    /// `BUCKET.s3.dualstack.REGION`, which has IPv6.
    DualStack,
    /// `BUCKET.s3-fips.REGION`, with or without `dualstack`.
    Fips,
    /// `BUCKET.s3-website-REGION` or `BUCKET.s3-website.REGION`.
    Website,
    /// `BUCKET.s3-accelerate`, without a region.
    Accelerate,
}

impl Form {
    /// What it is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Regional => "the regional endpoint",
            Self::Dash => "the regional endpoint in its older form",
            Self::Global => "the global endpoint",
            Self::DualStack => "the dual-stack endpoint",
            Self::Fips => "the FIPS endpoint",
            Self::Website => "the website endpoint",
            Self::Accelerate => "the accelerated endpoint",
        }
    }
}

impl Host {
    pub(super) fn of(name: &Fqdn) -> Self {
        let labels: Vec<&str> = name.labels().collect();
        match labels.as_slice() {
            [rest @ .., "amazonaws", "com"] | [rest @ .., "amazonaws", "com", "cn"] => at_aws(rest),
            [_, .., "mrap"] => Self::NoBucket(MRAP),
            _ => Self::Elsewhere,
        }
    }

    /// The bucket, when there is one.
    pub(super) fn bucket(self) -> Option<Endpoint> {
        match self {
            Self::Bucket(endpoint) => Some(endpoint),
            Self::NoBucket(_) | Self::Elsewhere => None,
        }
    }
}

const MRAP: &str = "is a Multi-Region Access Point, which fails over by its own routes";
const ACCESS_POINT: &str = "is an access point's name and not a bucket's";
const PRIVATE: &str = "is an endpoint within a VPC, which no health checker reaches";
const SERVICE: &str = "names no bucket";
const OLD_NAME: &str = "holds a bucket name that S3's rules do not allow";

fn at_aws(labels: &[&str]) -> Host {
    let is_region = |text: &str| text.parse::<Region>().is_ok();
    match labels {
        [.., "accesspoint", "s3-global"] => Host::NoBucket(MRAP),
        [.., "vpce"] if labels.contains(&"s3") => Host::NoBucket(PRIVATE),
        [bucket @ .., "s3", "dualstack", code] if is_region(code) => of(bucket, Some(code), Form::DualStack),
        [bucket @ .., "s3-fips", "dualstack", code] if is_region(code) => of(bucket, Some(code), Form::Fips),
        [bucket @ .., "s3-fips", code] if is_region(code) => of(bucket, Some(code), Form::Fips),
        [bucket @ .., "s3-website", code] if is_region(code) => of(bucket, Some(code), Form::Website),
        [bucket @ .., "s3", code] if is_region(code) => of(bucket, Some(code), Form::Regional),
        [.., service, "dualstack", code] | [.., service, code]
            if is_region(code) && is_access_point(service) =>
        {
            Host::NoBucket(ACCESS_POINT)
        }
        [bucket @ .., "s3-accelerate", "dualstack"] | [bucket @ .., "s3-accelerate"] => {
            of(bucket, None, Form::Accelerate)
        }
        [bucket @ .., "s3"] => of(bucket, None, Form::Global),
        // "Amazon S3 renamed the US Standard Region to US East (N. Virginia)", whose second name this was.
        [bucket @ .., "s3-external-1"] => of(bucket, Some("us-east-1"), Form::Global),
        [bucket @ .., last] => {
            let forms = [("s3-website-", Form::Website), ("s3-fips-", Form::Fips), ("s3-", Form::Dash)];
            let dashed = |(prefix, form)| Some((last.strip_prefix(prefix)?, form));
            match forms.into_iter().filter_map(dashed).find(|(code, _)| is_region(code)) {
                Some((code, form)) => of(bucket, Some(code), form),
                None => Host::Elsewhere,
            }
        }
        [] => Host::Elsewhere,
    }
}

fn is_access_point(service: &str) -> bool {
    ["s3-accesspoint", "s3-accesspoint-fips", "s3-object-lambda", "s3-outposts"].contains(&service)
}

fn of(bucket: &[&str], region: Option<&str>, form: Form) -> Host {
    if bucket.is_empty() {
        return Host::NoBucket(SERVICE);
    }
    let region = region.and_then(|code| code.parse().ok());
    match bucket.join(".").parse() {
        Ok(bucket) => Host::Bucket(Endpoint { bucket, region, form }),
        Err(_) => Host::NoBucket(OLD_NAME),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn host(name: &str) -> Host {
        Host::of(&name.parse().expect("a name"))
    }

    fn bucket(bucket: &str, region: Option<&str>, form: Form) -> Host {
        let region = region.map(|code| code.parse().expect("a region"));
        Host::Bucket(Endpoint { bucket: bucket.parse().expect("a bucket name"), region, form })
    }

    #[test]
    fn every_form_has_its_bucket_and_region() {
        let ireland = Some("eu-west-1");
        for (name, region, form) in [
            ("my-data.s3.eu-west-1.amazonaws.com", ireland, Form::Regional),
            ("my-data.s3.cn-north-1.amazonaws.com.cn", Some("cn-north-1"), Form::Regional),
            ("my-data.s3-eu-west-1.amazonaws.com", ireland, Form::Dash),
            ("my-data.s3.amazonaws.com", None, Form::Global),
            ("my-data.s3-external-1.amazonaws.com", Some("us-east-1"), Form::Global),
            ("my-data.s3.dualstack.eu-west-1.amazonaws.com", ireland, Form::DualStack),
            ("my-data.s3-fips.us-east-1.amazonaws.com", Some("us-east-1"), Form::Fips),
            ("my-data.s3-fips.dualstack.us-east-1.amazonaws.com", Some("us-east-1"), Form::Fips),
            ("my-data.s3-fips-us-gov-west-1.amazonaws.com", Some("us-gov-west-1"), Form::Fips),
            ("my-data.s3-website-eu-west-1.amazonaws.com", ireland, Form::Website),
            ("my-data.s3-website.eu-central-1.amazonaws.com", Some("eu-central-1"), Form::Website),
            ("my-data.s3-accelerate.amazonaws.com", None, Form::Accelerate),
            ("my-data.s3-accelerate.dualstack.amazonaws.com", None, Form::Accelerate),
        ] {
            assert_eq!(host(name), bucket("my-data", region, form), "{name}");
        }
        assert_eq!(
            host("s3.eu-west-1.s3.s3-website-eu-west-1.amazonaws.com"),
            bucket("s3.eu-west-1.s3", ireland, Form::Website)
        );
    }

    #[test]
    fn what_is_no_bucket_says_what_it_is() {
        for (name, is) in [
            ("s3.eu-west-1.amazonaws.com", SERVICE),
            ("s3-website-eu-west-1.amazonaws.com", SERVICE),
            ("s3.amazonaws.com", SERVICE),
            ("point-111122223333.s3-accesspoint.eu-west-1.amazonaws.com", ACCESS_POINT),
            ("point-111122223333.s3-accesspoint.dualstack.eu-west-1.amazonaws.com", ACCESS_POINT),
            ("mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com", MRAP),
            ("mfzwi23gnjvgw.mrap", MRAP),
            ("my-data.bucket.vpce-0a1b-2c3d.s3.us-east-1.vpce.amazonaws.com", PRIVATE),
            ("my_data.s3.amazonaws.com", OLD_NAME),
        ] {
            assert_eq!(host(name), Host::NoBucket(is), "{name}");
        }
        for name in ["my-alb-123.eu-west-1.elb.amazonaws.com", "s3.example.com", "d1.cloudfront.net"] {
            assert_eq!(host(name), Host::Elsewhere, "{name}");
        }
    }

    proptest! {
        #[test]
        fn what_this_tool_writes_is_read_back(name in "[a-z0-9][a-z0-9.-]{1,40}[a-z0-9]", code in "(us|eu|cn)-[a-z]{2,9}-[1-9]") {
            if let (Ok(bucket), Ok(region)) = (name.parse::<BucketName>(), code.parse::<Region>()) {
                let endpoint = bucket.rest_endpoint(&region);
                let expected = Endpoint { bucket, region: Some(region), form: Form::Regional };
                prop_assert_eq!(Host::of(&endpoint), Host::Bucket(expected));
            }
        }
    }
}
