//! `status`: where each failover stands, in one line each.

use jiff::Timestamp;
use serde::Serialize;

use super::{
    args::Global,
    exit::{ExitStatus, Failure},
    gather, switching,
    ui::Ui,
    world::{World, load_spec},
};
use crate::{
    model::{CheckRole, Fqdn, Side, Ttl},
    probe::{Basis, CheckState, Evidence, Observed, SideHealth, judge},
    report::json,
    spec::Failover,
    switch::Thrower,
};

#[derive(Serialize)]
struct StatusDocument<'a> {
    schema: &'static str,
    failovers: Vec<Status<'a>>,
}

#[derive(Serialize)]
struct Status<'a> {
    name: Fqdn,
    expected: Side,
    observed: Observed,
    primary: &'static str,
    secondary: &'static str,
    /// On what the health of the primary and of the secondary rests.
    sources: [Option<Basis>; 2],
    /// Since when the primary's health, which decides, has been what it is, when that is known.
    since: Option<Timestamp>,
    /// Whether the manual switch is thrown, where there is one and that is known.
    switch: Option<Switch>,
    /// Who has thrown it, as far as its object says.
    thrown: Option<Thrower>,
    /// The shortest that a name server answered.
    ttl: Option<Ttl>,
    checks: &'a [CheckState],
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum Switch {
    On,
    Off,
}

pub(super) async fn run(world: &World, global: &Global, ui: Ui) -> Result<ExitStatus, Failure> {
    let spec = load_spec(global, ui)?;
    let world = &world.acting_for(&spec).await;
    let (evidence, thrown) =
        tokio::join!(gather::evidence(world, &spec), switching::thrown(world, &spec, ui));
    let evidence = evidence?;
    for (failover, evidence) in spec.failovers.iter().zip(&evidence) {
        tell_of_drills(failover, &evidence.checks.checks, ui);
    }
    let failovers = spec
        .failovers
        .iter()
        .zip(&evidence)
        .zip(thrown)
        .map(|((failover, evidence), thrown)| Status { thrown, ..status(failover, evidence) });
    let document = StatusDocument { schema: "s3-failover/status/v1", failovers: failovers.collect() };
    if ui.json {
        ui.data(&json::render(&document))?;
    } else {
        let head = ["NAME", "ANSWERS", "EXPECTED", "PRIMARY", "SECONDARY", "SWITCH", "TTL", "SINCE"];
        let rows = std::iter::once(head.map(str::to_owned)).chain(document.failovers.iter().map(row));
        ui.data(&aligned(&rows.collect::<Vec<_>>()))?;
    }
    Ok(ExitStatus::Yes)
}

/// Says which checks a drill has turned over, and how they are turned back.
fn tell_of_drills(failover: &Failover, checks: &[CheckState], ui: Ui) {
    for check in checks {
        if let Some(run) = &check.drill {
            let role = check.role.map_or_else(String::new, |role| format!(" ({role})"));
            ui.say(&format!(
                "{}: the health check {}{role} is inverted by the drill {run}; `s3-failover recover` undoes what that \
                 has left, unless it is still running",
                failover.name, check.id
            ));
        }
    }
}

fn status<'a>(failover: &Failover, evidence: &'a Evidence) -> Status<'a> {
    let verdict = judge(failover, evidence);
    let missing = evidence.behind.missing();
    let health = |index: usize| match evidence.expectation.map(|expectation| expectation.health[index]) {
        Some(SideHealth::Healthy) => "healthy",
        Some(SideHealth::Unhealthy) => "unhealthy",
        Some(SideHealth::Unchecked) => "unchecked",
        Some(SideHealth::Gone) => "gone",
        None if missing.contains(&Side::BOTH[index]) => "absent",
        Some(SideHealth::Unknown) | None => "unknown",
    };
    let checks = &evidence.checks.checks;
    let having = |role| checks.iter().find(|check| check.role == Some(role));
    let own = [
        having(CheckRole::Combined).or_else(|| having(CheckRole::Primary)),
        having(CheckRole::SecondaryCombined).or_else(|| having(CheckRole::Secondary)),
    ];
    let rests = evidence.expectation.map(|expectation| expectation.basis);
    let source = |check: Option<&CheckState>| check.and_then(|check| check.basis).or(rests);
    // Healthy is the switch that is not thrown: its check is inverted.
    let switch = having(CheckRole::Switch).and_then(|check| check.healthy);
    let ttls = evidence.servers.iter().filter_map(|server| server.result.as_ref().ok()?.ttl);
    Status {
        name: verdict.name,
        expected: verdict.expected,
        observed: verdict.observed,
        primary: health(0),
        secondary: health(1),
        sources: own.map(source),
        since: own[0].and_then(|check| check.since),
        switch: switch.map(|healthy| if healthy { Switch::Off } else { Switch::On }),
        thrown: None,
        ttl: ttls.min(),
        checks,
    }
}

fn row(status: &Status<'_>) -> [String; 8] {
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let side = |health: &str, source: Option<Basis>| match source {
        Some(source) => format!("{health} ({})", source_name(source)),
        None => health.to_owned(),
    };
    let [of_primary, of_secondary] = status.sources;
    let switch = status.switch.map(|switch| match switch {
        Switch::On => "on".to_owned(),
        Switch::Off => "off".to_owned(),
    });
    [
        status.name.to_string(),
        format!("{:?}", status.observed).to_lowercase(),
        status.expected.to_string(),
        side(status.primary, of_primary),
        side(status.secondary, of_secondary),
        or_none(switch),
        or_none(status.ttl.map(|ttl| ttl.to_string())),
        or_none(status.since.map(|since| since.to_string())),
    ]
}

fn source_name(source: Basis) -> &'static str {
    match source {
        Basis::Settings => "settings",
        Basis::Checkers => "checkers",
        Basis::CloudWatch => "cloudwatch",
        Basis::Alarm => "alarm",
        Basis::OwnProbe => "own probe",
    }
}

/// Each column as wide as its widest entry.
fn aligned(rows: &[[String; 8]]) -> String {
    let widths: Vec<usize> =
        (0..8).map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)).collect();
    let line = |row: &[String; 8]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_what_stands_in_them() {
        let row = |name: &str, last: &str| {
            let mut row = ["a"; 8].map(str::to_owned);
            (row[0], row[7]) = (name.to_owned(), last.to_owned());
            row
        };
        let text = aligned(&[row("NAME", "SINCE"), row("data.example.com", "-")]);
        assert_eq!(
            text,
            "NAME              a  a  a  a  a  a  SINCE\ndata.example.com  a  a  a  a  a  a  -\n"
        );
    }
}
