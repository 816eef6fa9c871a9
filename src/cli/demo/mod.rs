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
    exit::{ExitStatus, Failure},
    interrupt::Interrupt,
    ui::Ui,
};
use crate::report::{drill::DrillDocument, json, text};

pub(super) async fn run(args: &DemoArgs, global: &Global, ui: Ui) -> Result<ExitStatus, Failure> {
    let mut interrupt = Interrupt::listen()?;
    let told = tokio::select! {
        told = story::tell(args, global, ui) => told?,
        () = interrupt.heard() => {
            // Nothing outside this process was touched: the lab ends with it.
            let message = "the demo was interrupted; the lab is gone, and with it all that was broken";
            return Err(Failure::new(ExitStatus::Interrupted, message));
        }
    };
    let document = DrillDocument::measured(&told);
    let ok = document.ok;
    ui.data(&if ui.json { json::render(&document) } else { format!("\n{}", text::drill(&told, ui.look())) })?;
    Ok(if ok { ExitStatus::Yes } else { ExitStatus::No })
}
