//! `verify`: do DNS and S3 answer what the spec says, right now?

use super::{
    args::Global,
    exit::{ExitStatus, Failure},
    gather,
    ui::Ui,
    world::{World, load_spec},
};
use crate::{
    probe::{Verdict, judge},
    report::{json, text},
    spec::Spec,
};

pub(super) async fn run(world: &World, global: &Global, ui: Ui) -> Result<ExitStatus, Failure> {
    let spec = load_spec(global, ui)?;
    let world = &world.acting_for(&spec).await;
    let verdicts = verdicts(world, &spec).await?;
    ui.data(&if ui.json {
        json::render(&json::VerifyDocument::new(&verdicts))
    } else {
        text::verify(&verdicts, ui.look())
    })?;
    Ok(if verdicts.iter().all(|verdict| verdict.ok) { ExitStatus::Yes } else { ExitStatus::No })
}

/// Looks once and judges.
pub(super) async fn verdicts(world: &World, spec: &Spec) -> Result<Vec<Verdict>, Failure> {
    let evidence = gather::evidence(world, spec).await?;
    Ok(spec.failovers.iter().zip(&evidence).map(|(failover, evidence)| judge(failover, evidence)).collect())
}
