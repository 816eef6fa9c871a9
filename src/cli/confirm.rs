//! Asks before anything is changed.

use super::{
    exit::{ExitStatus, Failure},
    ui::Ui,
};

/// Goes on only when the person says so, or has said so by `--yes`.
///
/// Who answers takes time, and may press Ctrl-C instead: so the answer is waited for beside everything else.
pub(super) async fn confirm(ui: Ui, yes: bool, question: &'static str) -> Result<(), Failure> {
    confirm_by(ui, yes, question, "yes").await
}

/// The same, for what ought not to be done to the wrong one: the answer is its name.
pub(super) async fn confirm_by(ui: Ui, yes: bool, question: &'static str, word: &str) -> Result<(), Failure> {
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
    let wanted = word.to_owned();
    let asked = tokio::task::spawn_blocking(move || ui.ask_for(question, &wanted)).await;
    if asked.expect("asking does not panic, and nobody aborts it")? {
        Ok(())
    } else {
        Err(Failure::new(ExitStatus::Unsafe, format!("the answer was not {word}; nothing was changed")))
    }
}
