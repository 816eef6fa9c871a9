//! How are a drill's figures and its verdict put into words? The same in every form of the report.

use super::DrillDocument;

/// Seconds, as a reader wants them: a decimal as long as it says something.
pub(super) fn seconds(value: f64) -> String {
    if value.abs() < 1_000.0 { format!("{value:.1} s") } else { format!("{value:.0} s") }
}

/// The same, with a word where there is none.
pub(super) fn seconds_or(value: Option<f64>, word: &str) -> String {
    value.map_or_else(|| word.to_owned(), seconds)
}

/// The target, which somebody wrote as a whole number more often than not.
pub(super) fn target(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0} s") } else { seconds(value) }
}

/// What a drill came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    WithinTarget,
    NoTarget,
    OverTarget,
    NotRecovered,
    NotRestored,
    Interrupted,
}

impl Outcome {
    /// As the document says; older documents do not, but hold the figures.
    pub(super) fn of(document: &DrillDocument) -> Self {
        match document.outcome.as_str() {
            "within-target" => Self::WithinTarget,
            "no-target" => Self::NoTarget,
            "over-target" => Self::OverTarget,
            "not-recovered" => Self::NotRecovered,
            "not-restored" => Self::NotRestored,
            "interrupted" => Self::Interrupted,
            _ => match (document.restored, document.recovery_seconds, document.target_seconds) {
                (false, ..) => Self::NotRestored,
                (true, None, _) => Self::NotRecovered,
                (true, Some(_), None) => Self::NoTarget,
                (true, Some(took), Some(target)) if took <= target => Self::WithinTarget,
                (true, Some(_), Some(_)) => Self::OverTarget,
            },
        }
    }
}

/// One word for the whole drill.
pub(in crate::report) fn word(document: &DrillDocument) -> &'static str {
    match (document.ok, Outcome::of(document)) {
        (true, _) => "Passed",
        (false, Outcome::Interrupted) => "Interrupted",
        (false, _) => "Failed",
    }
}

/// The verdict in a sentence or two, with its figures.
pub(in crate::report) fn sentence(document: &DrillDocument) -> String {
    let recovered = document.recovery_seconds.map(|took| format!("Recovered in {}", seconds(took)));
    let never = || "Did not recover".to_owned();
    let text = match (Outcome::of(document), recovered, document.target_seconds) {
        (Outcome::WithinTarget, Some(recovered), Some(wanted)) => {
            format!("{recovered}, within the target of {}.", target(wanted))
        }
        (Outcome::OverTarget, Some(recovered), Some(wanted)) => {
            let over = document.recovery_seconds.unwrap_or_default() - wanted;
            format!("{recovered}, {} over the target of {}.", seconds(over), target(wanted))
        }
        (Outcome::NotRecovered, _, wanted) => {
            let wanted = wanted.map(|wanted| format!(" The target was {}.", target(wanted)));
            format!(
                "Did not recover: no client got bytes from the secondary before the drill ended.{}",
                wanted.unwrap_or_default()
            )
        }
        (Outcome::NotRestored, recovered, _) => {
            format!("{}, but not everything that was broken is mended.", recovered.unwrap_or_else(never))
        }
        (Outcome::Interrupted, recovered, _) => {
            let so_far = recovered.map(|recovered| format!(" {recovered}.")).unwrap_or_default();
            format!("Interrupted before its end.{so_far}")
        }
        (_, recovered, _) => format!("{}. No target was set.", recovered.unwrap_or_else(never)),
    };
    let still_broken =
        if document.restored { "" } else { " Run `s3-failover recover` to undo what is still broken." };
    text + still_broken
}

/// What was lost, in a sentence.
pub(super) fn data_loss(document: &DrillDocument) -> String {
    let loss = &document.data_loss;
    if let Some(why) = &loss.not_measured {
        return format!("Data loss was not measured: {why}");
    }
    match (loss.written, loss.missing) {
        (0, _) => "Nothing was written, so nothing is known of data loss.".to_owned(),
        (written, 0) => {
            format!("The secondary had all {written} objects that were written before it took over.")
        }
        (written, missing) => format!(
            "Of {written} objects written to the primary, the secondary lacked {missing} when it took over; the \
             oldest was {} old.",
            seconds(loss.seconds)
        ),
    }
}

/// `3 of 40`, and the share.
pub(super) fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "none".to_owned();
    }
    #[expect(clippy::cast_precision_loss, reason = "a share is shown with one decimal")]
    let percent = part as f64 * 100.0 / whole as f64;
    format!("{part} of {whole} ({percent:.1} %)")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drill(outcome: &str, recovery: Option<f64>, target: Option<f64>) -> DrillDocument {
        DrillDocument {
            outcome: outcome.to_owned(),
            recovery_seconds: recovery,
            target_seconds: target,
            restored: true,
            ok: matches!(outcome, "within-target" | "no-target"),
            ..DrillDocument::default()
        }
    }

    #[test]
    fn each_outcome_has_its_sentence() {
        let told = |document: &DrillDocument| format!("{}: {}", word(document), sentence(document));
        let (quick, slow, wanted) = (Some(47.24), Some(75.0), Some(60.0));
        let all = [
            drill("within-target", quick, wanted),
            drill("no-target", quick, None),
            drill("over-target", slow, wanted),
            drill("not-recovered", None, wanted),
            DrillDocument { restored: false, ..drill("not-restored", quick, wanted) },
            drill("interrupted", None, None),
            DrillDocument { restored: false, ..drill("interrupted", quick, None) },
        ];
        insta::assert_snapshot!(all.iter().map(told).collect::<Vec<_>>().join("\n"), @"
        Passed: Recovered in 47.2 s, within the target of 60 s.
        Passed: Recovered in 47.2 s. No target was set.
        Failed: Recovered in 75.0 s, 15.0 s over the target of 60 s.
        Failed: Did not recover: no client got bytes from the secondary before the drill ended. The target was 60 s.
        Failed: Recovered in 47.2 s, but not everything that was broken is mended. Run `s3-failover recover` to undo what is still broken.
        Interrupted: Interrupted before its end.
        Interrupted: Interrupted before its end. Recovered in 47.2 s. Run `s3-failover recover` to undo what is still broken.
        ");
    }

    /// A document of before there was an `outcome`.
    #[test]
    fn an_older_document_shows_its_outcome_by_its_figures() {
        let old = |recovery, target, restored| {
            Outcome::of(&DrillDocument { restored, ..drill("", recovery, target) })
        };
        assert_eq!(old(Some(5.0), Some(5.0), true), Outcome::WithinTarget);
        assert_eq!(old(Some(5.1), Some(5.0), true), Outcome::OverTarget);
        assert_eq!(old(Some(5.0), None, true), Outcome::NoTarget);
        assert_eq!(old(None, Some(5.0), true), Outcome::NotRecovered);
        assert_eq!(old(Some(5.0), None, false), Outcome::NotRestored);
    }
}
