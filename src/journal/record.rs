//! What is remembered of a run that ended.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::RunId;
use crate::model::Fqdn;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the commands")]
pub enum Deed {
    Plan,
    Apply,
    Destroy,
    Drill,
    Failover,
    Failback,
    Recover,
}

impl Deed {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Plan, Self::Apply, Self::Destroy, Self::Drill, Self::Failover, Self::Failback, Self::Recover];

    /// The command's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Apply => "apply",
            Self::Destroy => "destroy",
            Self::Drill => "drill",
            Self::Failover => "failover",
            Self::Failback => "failback",
            Self::Recover => "recover",
        }
    }

    /// The command of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.as_str() == name)
    }
}

/// A run that ended, however it did.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Which run.
    pub run: RunId,
    /// What it did.
    pub deed: Deed,
    /// To which failover; nothing where it was to a whole spec.
    pub failover: Option<Fqdn>,
    /// When it began, by the clock of the world that it was done to.
    pub at: Timestamp,
    /// How long it took, in that clock's time.
    pub took: Duration,
    /// By which clock: `system`, or `lab, speed N`.
    pub clock: String,
    /// The digest of the spec's text.
    pub spec: Option<String>,
    /// The digest of the plan.
    pub plan: Option<String>,
    /// The version of this tool.
    pub version: String,
    /// Whether the answer was yes.
    pub ok: bool,
    /// In one line, for lists.
    pub summary: String,
    /// What was printed, or would have been, as JSON.
    pub document: Option<Value>,
}

/// A remembered run without its document: what a list shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its number in this journal.
    pub id: i64,
    /// The run, with no document.
    pub record: Record,
    /// What its document said.
    pub figures: Figures,
    /// On which machine it was written.
    pub host: String,
}

/// The figures of a drill or a switch, as its document says them. They are kept beside the documents, so that a
/// list need not read them all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// What was done to the primary.
    pub fault: Option<String>,
    /// Seconds until clients were on the other side.
    pub recovery_seconds: Option<f64>,
    /// Seconds until they were back.
    pub failback_seconds: Option<f64>,
    /// The measured recovery point; nothing where none was measured.
    pub data_loss_seconds: Option<f64>,
}

impl Figures {
    /// By the keys of `s3-failover/drill/v1`.
    pub fn of(document: Option<&Value>) -> Self {
        let Some(document) = document else { return Self::default() };
        let loss = document.get("data_loss").filter(|loss| {
            // Of nothing written nothing is known.
            let something = |key| loss.get(key).and_then(Value::as_u64).unwrap_or(0) > 0;
            loss.get("not_measured").is_none_or(Value::is_null) && something("written")
        });
        let seconds = |key| document.get(key).and_then(Value::as_f64);
        Self {
            fault: document.get("fault").and_then(Value::as_str).map(str::to_owned),
            recovery_seconds: seconds("recovery_seconds"),
            failback_seconds: seconds("failback_seconds"),
            data_loss_seconds: loss.and_then(|loss| loss.get("seconds")).and_then(Value::as_f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deed_is_called_like_its_command() {
        for deed in Deed::ALL {
            assert_eq!(serde_json::to_value(deed).expect("a text"), deed.as_str());
            assert_eq!(Deed::named(deed.as_str()), Some(deed));
        }
        assert_eq!(Deed::named("dance"), None);
    }

    #[test]
    fn figures_are_read_from_a_drills_document() {
        let of = |document: &Value| Figures::of(Some(document));
        let document = serde_json::json!({
            "fault": "http-503", "recovery_seconds": 62.5, "failback_seconds": null,
            "data_loss": {"written": 10, "missing": 2, "seconds": 3.5},
        });
        let figures = Figures {
            fault: Some("http-503".to_owned()),
            recovery_seconds: Some(62.5),
            failback_seconds: None,
            data_loss_seconds: Some(3.5),
        };
        assert_eq!(of(&document), figures);
        let unknown =
            serde_json::json!({"data_loss": {"written": 10, "seconds": 0.0, "not_measured": "no key"}});
        assert_eq!(of(&unknown), Figures::default());
        assert_eq!(of(&serde_json::json!({"data_loss": {"written": 0, "seconds": 0.0}})), Figures::default());
        assert_eq!(of(&serde_json::json!([1])), Figures::default());
        assert_eq!(Figures::of(None), Figures::default());
    }
}
