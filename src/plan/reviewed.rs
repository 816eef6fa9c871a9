//! A plan that was written down for review, and is carried out as it was read, or not at all.
//!
//! The file holds the whole plan and its digest. To apply it is to plan again, from the spec and the account
//! as they are now, and to go on only when the outcome is the same, step by step: what somebody has agreed to
//! is then what is done, and a zone that has changed since, a health check that is at another version, or
//! another spec is noticed before anything is sent.

use serde::{Deserialize, Serialize};

use super::{Change, Guard, Plan, Terms};
use crate::{
    account::Zone,
    model::{Fqdn, digest},
};

/// The kind and version of the file.
const SCHEMA: &str = "s3-failover/plan-file/v1";

/// A plan on file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reviewed {
    schema: String,
    /// The version of the tool that wrote it.
    written_by: String,
    /// The SHA-256 of the spec's text.
    spec: String,
    /// What tags call the spec.
    spec_name: String,
    /// The failovers that the plan was cut down to; none means all.
    only: Vec<Fqdn>,
    /// The failovers that take over records of others.
    adopt: Vec<Fqdn>,
    /// The failovers that go although the spec does not declare them.
    #[serde(default)]
    remove: Vec<Fqdn>,
    /// The guards that stand aside.
    allow: Vec<Guard>,
    /// The SHA-256 of the zones and the steps.
    digest: String,
    plan: Plan,
    /// The SHA-256 of all the above. The digest leaves out what only people read, and a review is of that.
    seal: String,
}

/// Why a file holds no plan that could be carried out.
#[derive(Debug, thiserror::Error)]
pub enum NotReviewed {
    /// It is no JSON, or has other keys than a plan file.
    #[error("it is no plan file")]
    Shape(#[from] serde_json::Error),
    /// It is of another version of the format.
    #[error("it is a file of the kind `{0}`, and this version reads `{SCHEMA}`")]
    Schema(String),
    /// Its seal or its digest is not that of what it holds.
    #[error("its seal is not that of its content: somebody has changed the file by hand")]
    Edited,
}

/// What has changed between a plan that was reviewed and the plan as it would be now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outdated {
    /// Whether the spec's text is another one.
    pub spec_changed: bool,
    /// What the tags of health checks would have called the spec, where they would call it something else now.
    pub other_name: Option<String>,
    /// Zones that were reviewed and are not those of the spec any more, as name and id.
    pub zones_gone: Vec<Zone>,
    /// Changes that were reviewed and are not needed any more.
    pub gone: Vec<Change>,
    /// Changes that are needed now and were not reviewed.
    pub new: Vec<Change>,
}

impl Reviewed {
    /// Writes a plan down that was made from the text of a spec and these failovers of it, on these terms.
    pub fn new(plan: Plan, spec_text: &str, only: &[Fqdn], terms: &Terms<'_>) -> Self {
        let unsealed = Self {
            schema: SCHEMA.to_owned(),
            written_by: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).to_owned(),
            spec: digest(spec_text.as_bytes()),
            spec_name: terms.spec_name.to_owned(),
            only: only.to_vec(),
            adopt: terms.adopt.to_vec(),
            remove: terms.remove.to_vec(),
            allow: terms.allow.to_vec(),
            digest: plan.digest(),
            plan,
            seal: String::new(),
        };
        Self { seal: unsealed.expected_seal(), ..unsealed }
    }

    /// Of everything but the seal itself.
    fn expected_seal(&self) -> String {
        let unsealed = Self { seal: String::new(), ..self.clone() };
        let text = serde_json::to_vec(&unsealed);
        digest(&text.expect("plans are plain values with text keys, which JSON can always hold"))
    }

    /// Reads a plan file.
    pub fn parse(text: &str) -> Result<Self, NotReviewed> {
        #[derive(Deserialize)]
        struct Kind {
            schema: String,
        }
        let kind: Kind = serde_json::from_str(text)?;
        if kind.schema != SCHEMA {
            return Err(NotReviewed::Schema(kind.schema));
        }
        let reviewed: Self = serde_json::from_str(text)?;
        if reviewed.plan.digest() != reviewed.digest || reviewed.expected_seal() != reviewed.seal {
            return Err(NotReviewed::Edited);
        }
        Ok(reviewed)
    }

    /// The failovers that the plan was cut down to; none means all.
    pub fn only(&self) -> &[Fqdn] {
        &self.only
    }

    /// The failovers that take over records of others.
    pub fn adopt(&self) -> &[Fqdn] {
        &self.adopt
    }

    /// The failovers that go although the spec does not declare them.
    pub fn remove(&self) -> &[Fqdn] {
        &self.remove
    }

    /// The guards that stand aside.
    pub fn allow(&self) -> &[Guard] {
        &self.allow
    }

    /// Compares what was reviewed with the plan as it is `now`, from a spec of this text and name.
    pub fn still_holds(&self, now: &Plan, spec_text: &str, spec_name: &str) -> Result<(), Outdated> {
        if now.digest() == self.digest {
            return Ok(());
        }
        let missing = |from: &[Change], in_others: &[Change]| {
            from.iter().filter(|change| !in_others.contains(change)).cloned().collect()
        };
        Err(Outdated {
            spec_changed: digest(spec_text.as_bytes()) != self.spec,
            other_name: Some(self.spec_name.clone()).filter(|name| name != spec_name),
            zones_gone: self.plan.zones.iter().filter(|zone| !now.zones.contains(zone)).cloned().collect(),
            gone: missing(&self.plan.changes, &now.changes),
            new: missing(&now.changes, &self.plan.changes),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Action, Kind, Step};

    fn plan(check: &str) -> Plan {
        Plan {
            zones: vec![Zone {
                id: "Z0123456789ABC".parse().expect("an id"),
                name: "example.com".parse().expect("a name"),
                private: false,
            }],
            changes: vec![Change {
                action: Action::Delete,
                kind: Kind::HealthCheck,
                name: "data.example.com".to_owned(),
                role: check.to_owned(),
                reason: "nothing uses it".to_owned(),
            }],
            steps: vec![Step::DeleteCheck { id: check.parse().expect("an id"), calculated: false }],
            notes: Vec::new(),
        }
    }

    #[test]
    fn a_plan_comes_back_from_its_file() {
        let reviewed = Reviewed::new(
            plan("one"),
            "a spec",
            &["data.example.com".parse().expect("a name")],
            &Terms::default(),
        );
        let text = serde_json::to_string(&reviewed).expect("JSON");
        assert_eq!(Reviewed::parse(&text).expect("the same"), reviewed);
        assert_eq!(reviewed.still_holds(&plan("one"), "a spec", ""), Ok(()));
        // The text of a spec may change as long as it means the same.
        assert_eq!(reviewed.still_holds(&plan("one"), "a spec # and a comment", ""), Ok(()));
    }

    #[test]
    fn another_plan_is_told_by_what_differs() {
        let reviewed = Reviewed::new(plan("one"), "a spec", &[], &Terms::default());
        let outdated = reviewed.still_holds(&plan("two"), "a spec", "").expect_err("another plan");
        let roles = |changes: &[Change]| changes.iter().map(|c| c.role.clone()).collect::<Vec<_>>();
        assert_eq!((roles(&outdated.gone), roles(&outdated.new)), (vec!["one".into()], vec!["two".into()]));
        assert!(!outdated.spec_changed && outdated.zones_gone.is_empty() && outdated.other_name.is_none());
        let outdated = reviewed.still_holds(&plan("two"), "a spec", "b.toml").expect_err("another plan");
        assert_eq!(outdated.other_name.as_deref(), Some(""));
    }

    #[test]
    fn a_zone_of_another_id_is_another_zone() {
        let reviewed = Reviewed::new(plan("one"), "a spec", &[], &Terms::default());
        let mut now = plan("one");
        now.zones[0].id = "Z9876543210CBA".parse().expect("an id");
        let outdated = reviewed.still_holds(&now, "a spec", "").expect_err("another zone");
        assert_eq!(outdated.zones_gone, plan("one").zones);
        assert_eq!((outdated.gone.len(), outdated.new.len()), (0, 0));
    }

    #[test]
    fn a_file_that_was_touched_is_refused() {
        let text = serde_json::to_string(&Reviewed::new(plan("one"), "a spec", &[], &Terms::default()))
            .expect("JSON");
        let edited = text.replace("\"id\":\"one\"", "\"id\":\"two\"");
        assert_ne!(edited, text);
        assert!(matches!(Reviewed::parse(&edited), Err(NotReviewed::Edited)));
        // What only people read counts too, and who is given leave.
        for (old, new) in
            [("nothing uses it", "it is harmless"), ("\"adopt\":[]", "\"adopt\":[\"example.com\"]")]
        {
            let edited = text.replace(old, new);
            assert_ne!(edited, text);
            assert!(matches!(Reviewed::parse(&edited), Err(NotReviewed::Edited)), "{old}");
        }
        let other = text.replace(SCHEMA, "s3-failover/plan/v1");
        assert!(matches!(Reviewed::parse(&other), Err(NotReviewed::Schema(_))));
        for text in ["", "{}", "[1]", "\u{0}", &text[..text.len() / 2], &text[..text.len() - 1]] {
            assert!(matches!(Reviewed::parse(text), Err(NotReviewed::Shape(_))), "{text}");
        }
    }
}
