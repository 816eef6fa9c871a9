//! `init`: a spec to begin with.

use std::io::Write as _;

use super::{
    args::{Global, InitArgs},
    exit::{ExitStatus, Failure},
    ui::Ui,
};
use crate::spec::{Format, Spec, Starter, StarterSide, starter};

pub(super) fn run(args: &InitArgs, global: &Global, ui: Ui) -> Result<ExitStatus, Failure> {
    let side = |at: &super::args::BucketAtRegion| StarterSide {
        bucket: at.bucket.clone(),
        region: at.region.clone(),
    };
    let answers =
        Starter::new(args.zone.clone(), args.name.clone(), side(&args.primary), side(&args.secondary));
    let path = &global.config;
    let format = Format::of_path(path);
    let text = starter(&answers, format);
    // What init writes must be a spec that plan takes.
    let name = path.display().to_string();
    if let Err(invalid) = Spec::parse(&name, &text, format) {
        ui.warn(&invalid.findings.render(crate::spec::Look::PLAIN));
        return Err(Failure::new(ExitStatus::Usage, "these answers make no valid spec; nothing was written"));
    }
    let created = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = created.map_err(|error| {
        let failure = Failure::new(ExitStatus::Usage, format!("could not create {name}")).caused_by(&error);
        failure.hint("A file that is there already is never overwritten; `--config FILE` names another.")
    })?;
    file.write_all(text.as_bytes())?;
    ui.say(&format!(
        "Wrote {name}. Read it, put the health object into both buckets, then: s3-failover --config {name} plan"
    ));
    Ok(ExitStatus::Yes)
}
