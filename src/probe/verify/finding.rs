//! One thing that was looked at, and what is to be said of it.

use serde::Serialize;

use super::ids::IDS;

/// So many places of one fault are named, since a list of a hundred resolvers is no sentence (our choice).
const NAMED: usize = 8;
/// More than any sentence of ours takes, in characters; what others answer may be as long as they like.
const LONGEST: usize = 2_000;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Clients are, or would be, served wrongly.
    Error,
    /// Not now, but something that was meant to protect them does not.
    Warning,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stays the same from version to version.
    pub id: &'static str,
    /// Whether it is as it should be.
    pub ok: bool,
    /// How bad it is when it is not.
    pub severity: Severity,
    /// What was seen.
    pub detail: String,
    /// Where it was seen, or the rule by which it is judged.
    pub source: String,
    /// What to do about it, when it is not as it should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

impl Finding {
    /// Whether it says that clients are, or would be, served wrongly.
    pub fn is_error(&self) -> bool {
        !self.ok && self.severity == Severity::Error
    }

    /// With what to do about it, which is said only when it is not as it should be.
    pub(super) fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = (!self.ok).then(|| advice.into());
        self
    }
}

/// A finding of `detail`, seen at `source`.
pub(super) fn finding(
    id: &'static str,
    severity: Severity,
    ok: bool,
    detail: String,
    source: &str,
) -> Finding {
    debug_assert!(IDS.contains(&id), "{id} is not among the ids of findings");
    let detail = match detail.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &detail[..end]),
        None => detail,
    };
    Finding { id, ok, severity, detail, source: source.to_owned(), advice: None }
}

/// Several details in one line; of very many the first ones, and how many there are beside.
pub(super) fn join(parts: impl Iterator<Item = String>) -> String {
    let mut parts: Vec<String> = parts.collect();
    if parts.len() > NAMED + 1 {
        let others = parts.len() - NAMED;
        parts.truncate(NAMED);
        parts.push(format!("and {others} more"));
    }
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(count: u32) -> String {
        join((1..=count).map(|number| number.to_string()))
    }

    #[test]
    fn of_very_many_places_the_first_are_named() {
        assert_eq!((joined(0).as_str(), joined(2).as_str()), ("", "1; 2"));
        assert_eq!(joined(9), "1; 2; 3; 4; 5; 6; 7; 8; 9");
        assert_eq!(joined(100), "1; 2; 3; 4; 5; 6; 7; 8; and 92 more");
    }

    #[test]
    fn what_others_answer_is_cut_where_it_is_no_sentence_any_more() {
        let said = |length: usize| {
            let detail = "ä".repeat(length);
            finding("data.reachable", Severity::Error, false, detail, "a test").detail.chars().count()
        };
        assert_eq!([2_000, 2_001, 100_000].map(said), [2_000, 2_001, 2_001]);
    }
}
