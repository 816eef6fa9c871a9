//! The spec as CloudFormation templates.

use serde::Serialize;

use super::{
    File,
    stack::{FailoverView, Stack, ZoneView},
    template::{Language, render},
};
use crate::spec::Spec;

const DNS: &str = include_str!("../../templates/cloudformation-dns.yaml.j2");
/// Most resources of one template (CloudFormation User Guide, `cloudformation-limits`: "Maximum number of
/// resources that you can declare in your template: 500").
const MOST_RESOURCES: usize = 500;
/// Most outputs of one template (the same page: 200). Health checks are told as outputs as far as that goes.
const MOST_OUTPUTS: usize = 200;

/// What the template of the records and health checks is filled with.
#[derive(Serialize)]
struct Dns<'a> {
    spec: &'a str,
    /// Which of several templates this is.
    part: Option<String>,
    zones: Vec<&'a ZoneView>,
    failovers: &'a [FailoverView],
    role: Option<()>,
}

/// The templates that create what apply would create for `spec`: one, unless that is more than one holds.
pub fn cloudformation(spec: &Spec, spec_name: &str) -> Vec<File> {
    let Stack { spec, zones, failovers } = Stack::of(spec, spec_name);
    let parts = split(failovers);
    let several = parts.len() > 1;
    let file = |(index, failovers): (usize, Vec<FailoverView>)| {
        let part = several.then(|| (index + 1).to_string());
        let used = |zone: &&ZoneView| failovers.iter().any(|failover| failover.zone == zone.key);
        let zones = zones.iter().filter(used).collect();
        let number = part.as_ref().map(|part| format!("-{part}")).unwrap_or_default();
        let context = Dns { spec: &spec, part, zones, failovers: &failovers, role: None };
        File { name: format!("dns{number}.yaml"), text: render(DNS, Language::CloudFormation, context) }
    };
    parts.into_iter().enumerate().map(file).collect()
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
