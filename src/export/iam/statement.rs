//! A policy document and its statements, as IAM writes them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};

use super::{Reach, names::Names};
use crate::model::RecordType;

const NAMES: &str = "route53:ChangeResourceRecordSetsNormalizedRecordNames";
const TYPES: &str = "route53:ChangeResourceRecordSetsRecordTypes";
const ACTIONS: &str = "route53:ChangeResourceRecordSetsActions";
/// What `apply` does to records: there is no upsert.
const CHANGES: [&str; 2] = ["CREATE", "DELETE"];

/// One policy, as `aws iam create-policy` takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Document {
    version: &'static str,
    statement: Vec<Statement>,
}

/// Something that is permitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Statement {
    pub(super) sid: String,
    effect: &'static str,
    pub(super) action: BTreeSet<&'static str>,
    pub(super) resource: BTreeSet<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Records>,
}

/// Which record sets a batch may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Records {
    pub(super) names: Names,
    pub(super) types: BTreeSet<RecordType>,
}

impl Document {
    /// A policy of these statements.
    pub(super) fn of(statement: Vec<Statement>) -> Self {
        Self { version: "2012-10-17", statement }
    }

    /// Its length as IAM counts it: "IAM doesn't count white space when calculating the size of a policy" (IAM
    /// User Guide, `reference_iam-quotas`).
    pub fn size(&self) -> usize {
        size(self)
    }

    /// The text of the document.
    pub fn render(&self) -> String {
        let text = serde_json::to_string_pretty(self);
        text.expect("a document of texts, lists and maps with text keys") + "\n"
    }
}

impl Statement {
    pub(super) fn new(
        sid: impl Into<String>,
        action: impl IntoIterator<Item = &'static str>,
        resource: impl IntoIterator<Item = String>,
    ) -> Self {
        Self {
            sid: sid.into(),
            effect: "Allow",
            action: action.into_iter().collect(),
            resource: resource.into_iter().collect(),
            condition: None,
        }
    }

    /// Only for these records.
    pub(super) fn with(mut self, records: Records) -> Self {
        self.condition = Some(records);
        self
    }

    /// The characters that it takes in a document, the comma before it included.
    pub(super) fn size(&self) -> usize {
        size(self) + 1
    }
}

fn size(value: &impl Serialize) -> usize {
    let text = serde_json::to_string(value).expect("texts, lists and maps with text keys");
    text.chars().filter(|c| !c.is_whitespace()).count()
}

/// What an operator compares a key with.
#[derive(Serialize)]
#[serde(untagged)]
enum Values<'a> {
    Texts(&'a BTreeSet<String>),
    Types(&'a BTreeSet<RecordType>),
    Words([&'static str; 2]),
    Word(&'static str),
}

/// "`ForAllValues` … also returns true if there are no context keys in the request", and so an Allow wants a
/// `Null` beside it (IAM User Guide, `reference_policies_condition-single-vs-multi-valued-context-keys`).
impl Serialize for Records {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut equal =
            BTreeMap::from([(TYPES, Values::Types(&self.types)), (ACTIONS, Values::Words(CHANGES))]);
        let mut all = BTreeMap::new();
        let names = Values::Texts(&self.names.values);
        match self.names.reach {
            Reach::Exact => {
                equal.insert(NAMES, names);
            }
            Reach::Below | Reach::Beside => {
                all.insert("ForAllValues:StringLike", BTreeMap::from([(NAMES, names)]));
            }
        }
        all.insert("ForAllValues:StringEquals", equal);
        all.insert("Null", [NAMES, TYPES, ACTIONS].map(|key| (key, Values::Word("false"))).into());
        all.serialize(serializer)
    }
}
