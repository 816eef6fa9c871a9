//! `status`: where each failover stands, in one line each.

use serde::Serialize;

use super::{
    args::Global,
    exit::{ExitStatus, Failure},
    gather,
    ui::Ui,
    world::{World, load_spec},
};
use crate::{
    model::{Fqdn, Side},
    probe::{Evidence, Observed, SideHealth, judge},
    report::json,
    spec::Failover,
};

#[derive(Serialize)]
struct StatusDocument {
    schema: &'static str,
    failovers: Vec<Status>,
}

#[derive(Serialize)]
struct Status {
    name: Fqdn,
    expected: Side,
    observed: Observed,
    primary: &'static str,
    secondary: &'static str,
}

pub(super) async fn run(world: &World, global: &Global, ui: Ui) -> Result<ExitStatus, Failure> {
    let spec = load_spec(global, ui)?;
    let world = &world.acting_for(&spec).await;
    let evidence = gather::evidence(world, &spec).await?;
    let failovers =
        spec.failovers.iter().zip(&evidence).map(|(failover, evidence)| status(failover, evidence));
    let document = StatusDocument { schema: "s3-failover/status/v1", failovers: failovers.collect() };
    if ui.json {
        ui.data(&json::render(&document))?;
        return Ok(ExitStatus::Yes);
    }
    for status in &document.failovers {
        let Status { name, expected, observed, primary, secondary } = status;
        let observed = format!("{observed:?}").to_lowercase();
        ui.data(&format!(
            "{name}: answers {observed}, should be {expected}; primary {primary}, secondary {secondary}\n"
        ))?;
    }
    Ok(ExitStatus::Yes)
}

fn status(failover: &Failover, evidence: &Evidence) -> Status {
    let verdict = judge(failover, evidence);
    let health = |index: usize| match evidence.expectation.map(|expectation| expectation.health[index]) {
        Some(SideHealth::Healthy) => "healthy",
        Some(SideHealth::Unhealthy) => "unhealthy",
        Some(SideHealth::Unchecked) => "unchecked",
        Some(SideHealth::Gone) => "gone",
        Some(SideHealth::Unknown) => "unknown",
        None => "absent",
    };
    Status {
        name: verdict.name,
        expected: verdict.expected,
        observed: verdict.observed,
        primary: health(0),
        secondary: health(1),
    }
}
