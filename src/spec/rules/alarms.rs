//! Can an alarm speak for a side?

use super::{Judged, each_failover, each_side};
use crate::{
    model::ALARM_REGIONS,
    spec::{
        draft::Draft,
        finding::{Finding, Rule, Severity::Error},
        reader::nearest,
    },
};

pub(super) const RULES: &[Judged] =
    &[(&ALARM_REGION, alarm_region), (&ONE_ALARM, one_alarm), (&UNUSED_HEALTH_OBJECT, unused_health_object)];

const ALARM_REGION: Rule = Rule {
    id: "alarm-region",
    severity: Error,
    reason: "Route 53 follows alarms in the regions of its own list, which a new region joins later.",
    source: "Route 53 API reference, `CloudWatchRegion`, as of August 2026",
};

fn alarm_region(draft: &Draft) -> Vec<Finding> {
    each_side(draft, |_, side| {
        let alarm = side.alarm.given()?;
        let region = if alarm.value.region.is_absent() { &side.region } else { &alarm.value.region };
        let region = region.given().filter(|region| !ALARM_REGIONS.contains(&region.value.as_str()))?;
        let near = nearest(region.value.as_str(), ALARM_REGIONS).unwrap_or("us-east-1");
        let entry = draft.format.entry("region", &format!("\"{near}\""));
        let message = format!("Route 53 follows no alarms in `{}`", region.value);
        Some(ALARM_REGION.at(region.span, message).and(alarm.span, "the alarm").help(format!(
            "Keep the alarm in a region that Route 53 knows, and name it there: `{entry}` under `alarm`."
        )))
    })
}

const ONE_ALARM: Rule = Rule {
    id: "one-alarm",
    severity: Error,
    reason: "Both sides would be unhealthy at the same moments, and with both unhealthy the primary answers: \
             the failover would never happen.",
    source: "Route 53 Developer Guide, `health-checks-how-route-53-chooses-records`",
};

fn one_alarm(draft: &Draft) -> Vec<Finding> {
    each_failover(draft, |failover| {
        let [one, other] = failover.sides().map(|side| {
            let alarm = &side.alarm.given()?.value;
            let region = if alarm.region.is_absent() { &side.region } else { &alarm.region };
            Some((alarm.name.given()?, region.value()?))
        });
        let ((one, region), (other, others_region)) = (one?, other?);
        if one.value != other.value || region != others_region {
            return None;
        }
        let message = format!("the alarm `{}` in `{region}` speaks for both sides", other.value);
        Some(
            ONE_ALARM
                .at(other.span, message)
                .and(one.span, "the primary's alarm")
                .help("Name an alarm that watches the secondary's bucket."),
        )
    })
}

const UNUSED_HEALTH_OBJECT: Rule = Rule {
    id: "unused-health-object",
    severity: Error,
    reason: "An alarm speaks for each side, so nobody looks at an object. Keeping one public for nobody would \
             be a mistake that is noticed late.",
    source: "Route 53 Developer Guide, `health-checks-types`",
};

fn unused_health_object(draft: &Draft) -> Vec<Finding> {
    each_failover(draft, |failover| {
        let [primary, secondary] = failover.sides().map(|side| side.alarm.given());
        let (primary, secondary) = (primary?, secondary?);
        let check = &failover.health_check;
        let (key, span) = match (check.object.given(), check.contains.given()) {
            (Some(object), _) => ("object", object.span),
            (None, Some(contains)) => ("contains", contains.span),
            (None, None) => return None,
        };
        let message = format!("`{key}` is not used: each side has an alarm");
        let help = if failover.switch.is_absent() {
            "Delete `health_check`, or the alarm of the side whose object is to be looked at."
        } else {
            "Delete `object` and `contains`; the rest of `health_check` says how the switch object is looked \
             at. Or delete the alarm of the side whose object is to be looked at."
        };
        Some(
            UNUSED_HEALTH_OBJECT
                .at(span, message)
                .and(primary.span, "the primary's alarm")
                .and(secondary.span, "the secondary's")
                .help(help),
        )
    })
}
