//! `demo`: the main job, start to end, on the embedded lab.
//!
//! ```text
//!   lab ─▶ init ─▶ plan ─▶ apply ─▶ plan (empty) ─▶ verify
//!     ─▶ break the primary's region ─▶ watch the turn ─▶ verify
//!     ─▶ mend it ─▶ watch the way back ─▶ verify ─▶ destroy ─▶ nothing is left
//! ```
//!
//! Every step goes over the wire, through the same functions as the command of that name: the AWS SDK
//! over HTTP, DNS packets, S3 requests. Only the world is another one.

mod stage;
mod story;

use super::{
    args::{DemoArgs, Global},
    events::Sink,
    exit::{ExitStatus, Failure},
    interrupt::Interrupt,
    ui::Ui,
};
use crate::report::{
    drill::{DrillDocument, render},
    json, text,
};

pub(super) async fn run(args: &DemoArgs, global: &Global, ui: Ui) -> Result<ExitStatus, Failure> {
    let mut events = Sink::open(args.events.as_deref(), ui)?;
    if events.is_stdout() && ui.json {
        let message = "stdout cannot carry both: one document (`--output json`) and events (`--events -`)";
        return Err(Failure::new(ExitStatus::Usage, message).hint("`--events FILE` writes them elsewhere."));
    }
    let mut interrupt = Interrupt::listen()?;
    let told = tokio::select! {
        told = story::tell(args, global, ui, &mut events) => told?,
        () = interrupt.heard() => {
            // Nothing outside this process was touched: the lab ends with it.
            let message = "the demo was interrupted; the lab is gone, and with it all that was broken";
            return Err(Failure::new(ExitStatus::Interrupted, message));
        }
    };
    let document = DrillDocument::of_runs(told).expect("--repeat is one at least");
    for report in &args.report {
        let text = render(&document, &[], report.kind);
        std::fs::write(&report.path, text).map_err(|error| Failure::not_written(&report.path, &error))?;
    }
    if events.is_stdout() {
        ui.say(&text::drill(&document, ui.look()));
        return Ok(if document.all_ok() { ExitStatus::Yes } else { ExitStatus::No });
    }
    let text =
        if ui.json { json::render(&document) } else { format!("\n{}", text::drill(&document, ui.look())) };
    ui.data(&text)?;
    Ok(if document.all_ok() { ExitStatus::Yes } else { ExitStatus::No })
}
