//! `verify`: do DNS and S3 answer what the spec says, right now?

use super::{
    args::{Global, Output},
    exit::{ExitStatus, Failure},
    gather, switching,
    ui::Ui,
    verify_args::{ReportKind, VerifyArgs},
    world::{World, load_spec, spec_name},
};
use crate::{
    probe::{Verdict, judge},
    report::{json, junit, markdown, text},
    spec::Spec,
};

pub(super) async fn run(
    args: &VerifyArgs,
    world: &World,
    global: &Global,
    ui: Ui,
) -> Result<ExitStatus, Failure> {
    let spec = load_spec(global, ui)?;
    let world = &world.acting_for(&spec).await;
    let (verdicts, _told) = tokio::join!(verdicts(world, &spec), switching::thrown(world, &spec, ui));
    let verdicts = verdicts?;
    let as_json = || json::render(&json::VerifyDocument::new(&verdicts));
    let as_junit = || junit::verify(&verdicts, &spec_name(&global.config));
    ui.data(&match global.output {
        Output::Human => text::verify(&verdicts, ui.look()),
        Output::Json => as_json(),
        Output::Markdown => markdown::verify(&verdicts),
        Output::Junit => as_junit(),
    })?;
    for file in &args.report {
        let report = match file.kind() {
            ReportKind::Junit => as_junit(),
            ReportKind::Markdown => markdown::verify(&verdicts),
            ReportKind::Json => as_json(),
        };
        std::fs::write(file.path(), report).map_err(|error| Failure::not_written(file.path(), &error))?;
    }
    Ok(if verdicts.iter().all(|verdict| verdict.ok) { ExitStatus::Yes } else { ExitStatus::No })
}

/// Looks once and judges.
pub(super) async fn verdicts(world: &World, spec: &Spec) -> Result<Vec<Verdict>, Failure> {
    let evidence = gather::evidence(world, spec).await?;
    Ok(spec.failovers.iter().zip(&evidence).map(|(failover, evidence)| judge(failover, evidence)).collect())
}
