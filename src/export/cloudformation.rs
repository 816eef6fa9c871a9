//! The spec as CloudFormation templates.
//!
//! A stack belongs to one region and to one account. So there is a template for DNS, which is global, and with
//! buckets one for each region. (A `StackSet` would spread one template over regions, but takes roles of its own
//! to be set up first, and could not deploy in two rounds, which replication both ways needs.) A spec that is more
//! than one template holds is spread over several.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    File,
    buckets::{BucketView, PlaceView, RoleView, SourceView, TwoPlaces, buckets},
    stack::{FailoverView, Stack, ZoneView, role_of},
    template::{Language, render},
};
use crate::spec::Spec;

const DNS: &str = include_str!("../../templates/cloudformation-dns.yaml.j2");
const BUCKETS: &str = include_str!("../../templates/cloudformation-buckets.yaml.j2");
/// Most resources of one template (CloudFormation User Guide, `cloudformation-limits`: "Maximum number of
/// resources that you can declare in your template: 500").
const MOST_RESOURCES: usize = 500;
/// Most outputs of one template (the same page: 200); each health check is one.
const MOST_OUTPUTS: usize = 200;

/// What the template of the records and health checks is filled with.
#[derive(Serialize)]
struct Dns<'a> {
    spec: &'a str,
    /// Which of several templates this is.
    suffix: Option<String>,
    zones: Vec<&'a ZoneView>,
    failovers: &'a [FailoverView],
    role: &'a Option<RoleView>,
}

/// What the template of the buckets of one place is filled with.
#[derive(Serialize)]
struct Buckets<'a> {
    spec: &'a str,
    file: &'a str,
    place: &'a PlaceView,
    #[serde(rename = "buckets")]
    all: Vec<&'a BucketView>,
    sources: Vec<&'a SourceView>,
}

/// The templates that create what apply would create for `spec`: one, unless that is more than one holds.
pub fn cloudformation(spec: &Spec, spec_name: &str) -> Vec<File> {
    let role = role_of(spec);
    let Stack { spec, zones, failovers } = Stack::of(spec, spec_name);
    let parts = split(failovers);
    let several = parts.len() > 1;
    let file = |(index, failovers): (usize, Vec<FailoverView>)| {
        let suffix = several.then(|| (index + 1).to_string());
        let used = |zone: &&ZoneView| failovers.iter().any(|failover| failover.zone == zone.key);
        let zones = zones.iter().filter(used).collect();
        let number = suffix.as_ref().map(|part| format!("-{part}")).unwrap_or_default();
        let context = Dns { spec: &spec, suffix, zones, failovers: &failovers, role: &role };
        File { name: format!("dns{number}.yaml"), text: render(DNS, Language::CloudFormation, context) }
    };
    parts.into_iter().enumerate().map(file).collect()
}

/// The templates that create the buckets of `spec`, one for each region and account.
pub fn cloudformation_buckets(spec: &Spec, spec_name: &str) -> Result<Vec<File>, TwoPlaces> {
    let (places, all) = buckets(spec)?;
    let mut used: BTreeMap<String, u32> = BTreeMap::new();
    let file = |place: &PlaceView| {
        let buckets: Vec<&BucketView> = all.iter().filter(|bucket| bucket.place == place.key).collect();
        let mut sources: Vec<&SourceView> = buckets.iter().flat_map(|bucket| &bucket.sources).collect();
        sources.sort();
        sources.dedup();
        let number = used.entry(place.region.clone()).and_modify(|number| *number += 1).or_insert(1);
        let name = match number {
            1 => format!("buckets-{}.yaml", place.region),
            number => format!("buckets-{}-{number}.yaml", place.region),
        };
        let context = Buckets { spec: spec_name, file: &name, place, all: buckets, sources };
        let text = render(BUCKETS, Language::CloudFormation, context);
        File { name, text }
    };
    Ok(places.iter().map(file).collect())
}

/// Failovers in groups that one template holds each.
fn split(failovers: Vec<FailoverView>) -> Vec<Vec<FailoverView>> {
    let mut parts: Vec<Vec<FailoverView>> = Vec::new();
    let (mut resources, mut outputs) = (MOST_RESOURCES, MOST_OUTPUTS);
    for failover in failovers {
        let checks = failover.checks.len();
        resources += checks + failover.records.len();
        outputs += checks;
        if resources > MOST_RESOURCES || outputs > MOST_OUTPUTS {
            (resources, outputs) = (checks + failover.records.len(), checks);
            parts.push(Vec::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(failover);
        }
    }
    parts
}
