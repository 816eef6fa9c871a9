//! Does a sentinel bucket stand for its side?

use super::{Judged, each_failover, each_side};
use crate::{
    model::Side,
    spec::{
        Protocol,
        draft::Draft,
        finding::{Finding, Rule, Severity::Error, Severity::Warning},
    },
};

pub(super) const RULES: &[Judged] = &[
    (&SENTINEL_WITH_DOTS, sentinel_with_dots),
    (&ONE_SENTINEL_BUCKET, one_sentinel_bucket),
    (&SENTINEL_IS_DATA_BUCKET, sentinel_is_data_bucket),
    (&UNUSED_SENTINEL, unused_sentinel),
];

const SENTINEL_WITH_DOTS: Rule = Rule {
    id: "sentinel-with-dots",
    severity: Error,
    reason: "S3's wildcard certificate covers one label before `s3.REGION.amazonaws.com`. Health checkers do \
             not verify it; `check` and `verify` look at the object as well, and do.",
    source: "S3 User Guide, `VirtualHosting`; Route 53 Developer Guide, \
             `dns-failover-determining-health-of-endpoints`",
};

fn sentinel_with_dots(draft: &Draft) -> Vec<Finding> {
    each_side(draft, |failover, side| {
        let sentinel = side.sentinel_bucket.given().filter(|bucket| bucket.value.has_dot())?;
        if failover.health_check.protocol()? != Protocol::Https {
            return None;
        }
        let hyphens = sentinel.value.as_str().replace('.', "-");
        let entry = draft.format.entry("protocol", "\"http\"");
        let message = format!("`{}` has a dot, so its certificate does not fit over HTTPS", sentinel.value);
        Some(SENTINEL_WITH_DOTS.at(sentinel.span, message).help(format!(
            "Use a bucket without dots, such as `{hyphens}`, or look in the clear: `{entry}` under \
             `health_check`."
        )))
    })
}

const ONE_SENTINEL_BUCKET: Rule = Rule {
    id: "one-sentinel-bucket",
    severity: Error,
    reason: "A bucket lives in one region. Shared by both sides it would speak for that region twice, and not \
             at all for the other.",
    source: "S3 User Guide, `bucketnamingrules`",
};

fn one_sentinel_bucket(draft: &Draft) -> Vec<Finding> {
    each_failover(draft, |failover| {
        let [one, other] = failover.sides().map(|side| side.sentinel_bucket.given());
        let (one, other) = (one?, other?);
        if one.value != other.value {
            return None;
        }
        let message = format!("both sides have the sentinel bucket `{}`", other.value);
        let help = "Keep a sentinel bucket in each region.";
        Some(ONE_SENTINEL_BUCKET.at(other.span, message).and(one.span, "the primary's").help(help))
    })
}

const SENTINEL_IS_DATA_BUCKET: Rule = Rule {
    id: "sentinel-is-data-bucket",
    severity: Error,
    reason: "A sentinel bucket is there to hold the public object apart from the data, in the same region.",
    source: "s3-failover: the sentinel bucket",
};

fn sentinel_is_data_bucket(draft: &Draft) -> Vec<Finding> {
    each_side(draft, |failover, side| {
        let sentinel = side.sentinel_bucket.given()?;
        let buckets = failover.sides().map(|data| Some((data.side, data.bucket.given()?)));
        let (whose, bucket) =
            buckets.into_iter().flatten().find(|(_, bucket)| bucket.value == sentinel.value)?;
        let message =
            format!("the {}'s sentinel bucket is the {whose}'s bucket `{}`", side.side, bucket.value);
        let help = if whose == side.side {
            "Delete it: without it the health object is looked for in the bucket itself."
        } else {
            "Name a bucket of this side's region, or delete it to look for the health object in the bucket \
             itself."
        };
        Some(SENTINEL_IS_DATA_BUCKET.at(sentinel.span, message).and(bucket.span, "the bucket").help(help))
    })
}

const UNUSED_SENTINEL: Rule = Rule {
    id: "unused-sentinel",
    severity: Warning,
    reason: "When an alarm speaks for a side, no checker looks at an object of it.",
    source: "Route 53 Developer Guide, `health-checks-types`",
};

fn unused_sentinel(draft: &Draft) -> Vec<Finding> {
    each_side(draft, |failover, side| {
        let (sentinel, alarm) = (side.sentinel_bucket.given()?, side.alarm.given()?);
        let holds_switch = side.side == Side::Secondary && !failover.switch.is_absent();
        if holds_switch {
            return None;
        }
        let message = format!("the {} has an alarm, so its sentinel bucket is not used", side.side);
        Some(
            UNUSED_SENTINEL
                .at(sentinel.span, message)
                .and(alarm.span, "the alarm")
                .help("Delete `sentinel_bucket`, or the alarm."),
        )
    })
}
