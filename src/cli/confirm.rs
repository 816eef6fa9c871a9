//! Asks before anything is changed.

use super::{
    exit::{ExitStatus, Failure},
    ui::Ui,
};

/// Goes on only when the person says so, or has said so by `--yes`.
pub(super) fn confirm(ui: Ui, yes: bool, question: &str) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !Ui::can_ask() {
        return Err(Failure::new(
            ExitStatus::Unsafe,
            "nobody can be asked, and nobody has said yes; nothing was changed",
        )
        .hint("`--yes` answers for you."));
    }
    if ui.ask(question)? {
        Ok(())
    } else {
        Err(Failure::new(ExitStatus::Unsafe, "the answer was not yes; nothing was changed"))
    }
}
