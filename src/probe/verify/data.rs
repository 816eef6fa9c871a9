//! Do bytes come from each side, from its region, and are they the right ones?

use super::{
    super::{Fetched, Signed},
    evidence::{Evidence, SideData, has_no_bucket},
    finding::{Finding, Severity, finding},
    owner,
};
use crate::{
    model::Side,
    spec::{Failover, Target},
};

const HTTP: &str = "requests to each side's own endpoint";
const REGION: &str = "x-amz-bucket-region of S3's HeadBucket";

pub(super) fn findings(failover: &Failover, evidence: &Evidence, active: Side) -> Vec<Finding> {
    let of = |side: Side| &evidence.data[side.index()];
    let (ok, detail) = served(failover, active, of(active));
    let reach = "look at the bucket, its policy and its Block Public Access, and at the health object in it";
    let mut findings = vec![finding("data.reachable", Severity::Error, ok, detail, HTTP).advise(reach)];
    let move_it = "name the region that the bucket is in, or a bucket of the region that is meant";
    // What refuses altogether is told as that alone: the body of an error is not the object.
    if let Ok(fetched) = of(active)
        && (fetched.is_success() || fetched.region.is_some())
    {
        let (ok, detail) = in_region(failover, active, fetched);
        findings.push(finding("data.region", Severity::Error, ok, detail, REGION).advise(move_it));
    }
    if let Ok(fetched) = of(active)
        && fetched.is_success()
    {
        let seen = (active, fetched);
        findings.extend(holds_text("data.contains", Severity::Error, failover, seen));
    }
    let behind = &evidence.behind;
    findings.extend(owner::finding_of("data.owner", failover, active, (behind, of(active))));

    let standby = of(active.other());
    let (ok, detail) = served(failover, active.other(), standby);
    // A standby that is down harms nobody yet; one whose bucket is anybody's to create does.
    let severity =
        if has_no_bucket(failover, active.other(), standby) { Severity::Error } else { Severity::Warning };
    findings.push(finding("standby.reachable", severity, ok, detail, HTTP).advise(reach));
    // One that refuses says what is wrong with it already.
    if let Ok(fetched) = standby
        && (fetched.is_success() || fetched.region.is_some())
    {
        let (ok, detail) = in_region(failover, active.other(), fetched);
        findings.push(finding("standby.region", Severity::Error, ok, detail, REGION).advise(move_it));
    }
    if let Ok(fetched) = standby
        && fetched.is_success()
    {
        let seen = (active.other(), fetched);
        findings.extend(holds_text("standby.contains", Severity::Warning, failover, seen));
    }
    findings.extend(owner::finding_of("standby.owner", failover, active.other(), (behind, standby)));
    findings
}

/// Whether a side's object holds the text without which its check does not count it as healthy. Nothing where no
/// text is looked for, or strangers may not look.
fn holds_text(
    id: &'static str,
    severity: Severity,
    failover: &Failover,
    (side, fetched): (Side, &Fetched),
) -> Option<Finding> {
    failover.public_object(side)?;
    let text = failover.health_check.contains.as_ref()?;
    let holds = String::from_utf8_lossy(&fetched.body).contains(text.as_str());
    let detail =
        format!("the object of the {side} {} {text:?}", if holds { "holds" } else { "does not hold" });
    let write = "write the text that `contains` names into the object";
    Some(finding(id, severity, holds, detail, HTTP).advise(write))
}

/// Whether a side's data comes from its own region, and what S3 says of it.
fn in_region(failover: &Failover, side: Side, fetched: &Fetched) -> (bool, String) {
    let wanted = &failover.side(side).region;
    // Only S3's own endpoints name a region; behind an alias target there may be anything.
    let must = failover.side(side).target == Target::Pointer;
    match &fetched.region {
        Some(region) if region != wanted => {
            (false, format!("S3 says that the {side}'s bucket is in {region}, and the spec says {wanted}"))
        }
        Some(region) => (true, format!("S3 says that the {side}'s bucket is in {region}")),
        None => (!must, format!("the {side}'s endpoint does not say in which region its bucket is")),
    }
}

fn served(failover: &Failover, side: Side, data: &SideData) -> (bool, String) {
    let bucket = &failover.side(side).bucket;
    match data {
        Ok(fetched) if fetched.is_success() => {
            let milliseconds = fetched.took.as_millis();
            if failover.public_object(side).is_none() {
                if let Some(Signed { by, .. }) = &fetched.signed {
                    return (true, format!("the {side} answered {by} in {milliseconds} ms"));
                }
                let what = "none of its objects is public, so more cannot be seen from outside";
                return (true, format!("the {side} answered in {milliseconds} ms; {what}"));
            }
            (true, format!("the {side} served the object with {} in {milliseconds} ms", fetched.status))
        }
        Ok(fetched) => {
            let reason = match fetched.status {
                403 if fetched.signed.is_some() && failover.public_object(side).is_none() => {
                    format!(": {bucket} does not let this identity look at it (s3:ListBucket)")
                }
                403 if fetched.signed.is_some() => {
                    format!(": the object is missing, or {bucket} does not let this identity read it")
                }
                403 => format!(
                    ": the object is missing, or Block Public Access or the policy of {bucket} hides it"
                ),
                404 if has_no_bucket(failover, side, data) => {
                    format!(
                        ": there is no bucket {bucket}, and anybody could create it and serve your clients"
                    )
                }
                404 => format!(": there is no such object in {bucket}"),
                300..400 => ": a redirect, which Route 53's checkers take for healthy".to_owned(),
                _ => String::new(),
            };
            let whom = fetched.signed.as_ref().map(|Signed { by, code }| match code {
                Some(code) => format!(" {code} to {by}"),
                None => format!(" to {by}"),
            });
            (false, format!("the {side} answered {}{}{reason}", fetched.status, whom.unwrap_or_default()))
        }
        Err(why) => (false, format!("the {side} could not be asked: {why}")),
    }
}
