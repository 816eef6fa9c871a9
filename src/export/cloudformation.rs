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
/// Most parameters of one template (the same page: 200).
const MOST_PARAMETERS: usize = 200;
/// Longest template that goes without a bucket (the same page: "Template body size in a request": 51,200 bytes).
const LONGEST_BODY: usize = 51_200;

/// What the template of the records and health checks is filled with.
#[derive(Serialize)]
struct Dns<'a> {
    spec: &'a str,
    /// Which of several templates this is.
    suffix: Option<String>,
    /// How many there are.
    parts: usize,
    zones: Vec<&'a ZoneView>,
    failovers: &'a [FailoverView],
    role: &'a Option<RoleView>,
    /// Whether it is too long to be sent as it is.
    large: bool,
}

/// What the template of the buckets of one place is filled with.
#[derive(Serialize)]
struct Buckets<'a> {
    spec: &'a str,
    file: &'a str,
    /// Which of several templates of the region this is.
    suffix: Option<String>,
    place: &'a PlaceView,
    #[serde(rename = "buckets")]
    all: &'a [&'a BucketView],
    sources: Vec<&'a SourceView>,
    /// Whether it is too long to be sent as it is.
    large: bool,
}

/// The templates that create what apply would create for `spec`: one, unless that is more than one holds.
pub fn cloudformation(spec: &Spec, spec_name: &str) -> Vec<File> {
    let role = role_of(spec);
    let Stack { spec, zones, failovers } = Stack::of(spec, spec_name);
    let weight = |failover: &FailoverView| {
        let checks = failover.checks.len();
        Weight { resources: checks + failover.records.len(), outputs: checks, parameters: 1 }
    };
    let groups = split(failovers, weight);
    let parts = groups.len();
    let file = |(failovers, number): (Vec<FailoverView>, u32)| {
        let used = |zone: &&ZoneView| failovers.iter().any(|failover| failover.zone == zone.key);
        let zones: Vec<&ZoneView> = zones.iter().filter(used).collect();
        let suffix = suffix(number);
        let name = format!("dns{}.yaml", tail(suffix.as_deref()));
        let text = sized(|large| {
            let (suffix, zones) = (suffix.clone(), zones.clone());
            let failovers = &failovers;
            let context = Dns { spec: &spec, suffix, parts, zones, failovers, role: &role, large };
            render(DNS, Language::CloudFormation, context)
        });
        File { name, text }
    };
    groups.into_iter().zip(1..).map(file).collect()
}

/// The templates that create the buckets of `spec`, at least one for each region and account.
pub fn cloudformation_buckets(spec: &Spec, spec_name: &str) -> Result<Vec<File>, TwoPlaces> {
    let (places, all) = buckets(spec)?;
    let weight = |bucket: &&BucketView| {
        let replicates = usize::from(!bucket.replicas.is_empty());
        let policy = usize::from(!bucket.public.is_empty() || !bucket.across.is_empty());
        Weight {
            resources: 1 + policy + replicates,
            outputs: 1 + replicates,
            parameters: bucket.sources.len(),
        }
    };
    let mut used: BTreeMap<&str, u32> = BTreeMap::new();
    let mut files = Vec::new();
    for place in &places {
        let here = all.iter().filter(|bucket| bucket.place == place.key).collect();
        for buckets in split(here, weight) {
            let mut sources: Vec<&SourceView> = buckets.iter().flat_map(|bucket| &bucket.sources).collect();
            sources.sort();
            sources.dedup();
            let number = used.entry(&place.region).and_modify(|number| *number += 1).or_insert(1);
            let suffix = suffix(*number);
            let name = format!("buckets-{}{}.yaml", place.region, tail(suffix.as_deref()));
            let text = sized(|large| {
                let (all, file, sources, suffix) = (&buckets, &name, sources.clone(), suffix.clone());
                let context = Buckets { spec: spec_name, file, suffix, place, all, sources, large };
                render(BUCKETS, Language::CloudFormation, context)
            });
            files.push(File { name, text });
        }
    }
    Ok(files)
}

/// What tells a template, and its stack, from the first. The first has no number: while there is one only, nobody
/// knows whether there will be others, and a stack cannot be renamed.
fn suffix(number: u32) -> Option<String> {
    (number > 1).then(|| number.to_string())
}

fn tail(suffix: Option<&str>) -> String {
    suffix.map(|number| format!("-{number}")).unwrap_or_default()
}

/// A template whose header says so when it is too long to be sent as it is.
fn sized(render: impl Fn(bool) -> String) -> String {
    let text = render(false);
    if text.len() > LONGEST_BODY { render(true) } else { text }
}

/// How much of a template something takes.
#[derive(Clone, Copy, Debug, Default)]
struct Weight {
    resources: usize,
    outputs: usize,
    parameters: usize,
}

impl Weight {
    /// With one parameter beside those of what is in the template.
    fn is_too_much(self) -> bool {
        self.resources > MOST_RESOURCES
            || self.outputs > MOST_OUTPUTS
            || self.parameters + 1 > MOST_PARAMETERS
    }

    fn and(self, other: Self) -> Self {
        Self {
            resources: self.resources + other.resources,
            outputs: self.outputs + other.outputs,
            parameters: self.parameters + other.parameters,
        }
    }
}

/// Things in groups that one template holds each.
fn split<T>(all: Vec<T>, weight: impl Fn(&T) -> Weight) -> Vec<Vec<T>> {
    let mut parts: Vec<Vec<T>> = Vec::new();
    let mut filled = Weight::default();
    for one in all {
        let own = weight(&one);
        filled = filled.and(own);
        if let Some(part) = parts.last_mut().filter(|_| !filled.is_too_much()) {
            part.push(one);
        } else {
            filled = own;
            parts.push(vec![one]);
        }
    }
    parts
}
