//! Is this a table with the right keys, holding the right kinds of value?
//!
//! The questions that every table of the file is asked, answered once. Each answer is a [`Field`]; what
//! is wrong goes onto one list, and reading goes on.

use std::fmt::Display;

use super::{
    document::{Entry, Format, Node, Value},
    draft::{Field, Spanned},
    finding::{Finding, Rule, Severity, Span},
    schema::{Key, Presence, Takes},
};

const UNKNOWN_KEY: Rule = Rule {
    id: "unknown-key",
    severity: Severity::Error,
    reason: "A key that is not read has no effect, and a misspelt one would only be noticed in an outage.",
    source: "s3-failover: unknown keys are errors",
};

const MISSING_KEY: Rule = Rule {
    id: "missing-key",
    severity: Severity::Error,
    reason: "There is no value that could be assumed here without guessing what you want.",
    source: "s3-failover: the keys of a spec",
};

const WRONG_TYPE: Rule = Rule {
    id: "wrong-type",
    severity: Severity::Error,
    reason: "Each key takes one kind of value; nothing is converted silently.",
    source: "s3-failover: the keys of a spec",
};

pub(super) const RULES: &[&Rule] = &[&UNKNOWN_KEY, &MISSING_KEY, &WRONG_TYPE];

/// Reads shapes and collects what is wrong with them.
pub(super) struct Reader {
    pub(super) format: Format,
    pub(super) findings: Vec<Finding>,
}

/// One table that has been found to be one.
pub(super) struct Fields<'n> {
    /// How messages name it, such as `failover.primary`.
    path: &'static str,
    pub(super) span: Span,
    keys: &'static [&'static Key],
    entries: &'n [Entry],
}

impl Fields<'_> {
    /// Whether some unknown key here was probably meant to be this one; then it is misspelt, not missing.
    fn has_misspelt(&self, key: &Key) -> bool {
        let unknown = |entry: &&Entry| self.keys.iter().all(|key| key.name != entry.key);
        self.entries.iter().filter(unknown).any(|entry| near_key(&entry.key, self.keys) == Some(key.name))
    }
}

/// Why a value is refused, and what may have been meant.
pub(super) struct Refused {
    pub(super) message: String,
    pub(super) meant: Option<&'static str>,
}

impl<E: Display> From<E> for Refused {
    fn from(error: E) -> Self {
        Self { message: error.to_string(), meant: None }
    }
}

impl Reader {
    pub(super) fn new(format: Format) -> Self {
        Self { format, findings: Vec::new() }
    }

    /// The node as a table with these keys and no others.
    pub(super) fn fields<'n>(
        &mut self,
        node: &'n Node,
        path: &'static str,
        keys: &'static [&'static Key],
    ) -> Option<Fields<'n>> {
        let Value::Table(entries) = &node.value else {
            let message = format!("{} takes a table, and this is {}", place(path), node.value.kind());
            let names = names(keys);
            self.findings.push(
                WRONG_TYPE.at(node.span, message).help(format!("Make it a table with the keys {names}.")),
            );
            return None;
        };
        for entry in entries.iter().filter(|entry| keys.iter().all(|key| key.name != entry.key)) {
            self.findings.push(unknown_key(entry, path, keys));
        }
        Some(Fields { path, span: node.span, keys, entries })
    }

    /// What stands under a key; a finding when it must be there and is not.
    pub(super) fn node<'n>(&mut self, fields: &Fields<'n>, key: &Key) -> Field<&'n Node> {
        match fields.entries.iter().find(|entry| entry.key == key.name) {
            Some(entry) => Field::Given(Spanned { value: &entry.node, span: entry.node.span }),
            None if fields.has_misspelt(key) => Field::Faulty,
            None if key.presence == Presence::Optional => Field::Absent,
            None => {
                let message = format!("{} has no `{}`", place(fields.path), key.name);
                let help = format!("Add {}: {}.", self.example(key), key.meaning);
                self.findings.push(MISSING_KEY.at(fields.span, message).help(help));
                Field::Faulty
            }
        }
    }

    /// A text, made into a value by `parse`; what `parse` refuses is a finding of `rule`.
    pub(super) fn text<T, E: Into<Refused>>(
        &mut self,
        fields: &Fields<'_>,
        key: &Key,
        rule: &'static Rule,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Field<T> {
        self.node(fields, key).and_then(|node| self.text_node(node.value, key, rule, parse))
    }

    /// As [`Self::text`], of a node at hand.
    pub(super) fn text_node<T, E: Into<Refused>>(
        &mut self,
        node: &Node,
        key: &Key,
        rule: &'static Rule,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Field<T> {
        match &node.value {
            Value::Text(text) => self.parsed(node, key, rule, parse(text)),
            other => self.wrong_type(node, key, other),
        }
    }

    /// A whole number, made into a value by `make`; what `make` refuses is a finding of `rule`.
    pub(super) fn number<T, E: Into<Refused>>(
        &mut self,
        fields: &Fields<'_>,
        key: &Key,
        rule: &'static Rule,
        make: impl FnOnce(i64) -> Result<T, E>,
    ) -> Field<T> {
        self.node(fields, key).and_then(|Spanned { value: node, .. }| match &node.value {
            Value::Integer(number) => self.parsed(node, key, rule, make(*number)),
            other => self.wrong_type(node, key, other),
        })
    }

    /// True or false.
    pub(super) fn flag(&mut self, fields: &Fields<'_>, key: &Key) -> Field<bool> {
        self.node(fields, key).and_then(|Spanned { value: node, span }| match &node.value {
            Value::Flag(flag) => Field::Given(Spanned { value: *flag, span }),
            other => self.wrong_type(node, key, other),
        })
    }

    /// The items of a list.
    pub(super) fn list<'n>(&mut self, fields: &Fields<'n>, key: &Key) -> Field<&'n [Node]> {
        self.node(fields, key).and_then(|Spanned { value: node, span }| match &node.value {
            Value::List(items) => Field::Given(Spanned { value: items.as_slice(), span }),
            other => self.wrong_type(node, key, other),
        })
    }

    fn parsed<T, E: Into<Refused>>(
        &mut self,
        node: &Node,
        key: &Key,
        rule: &'static Rule,
        result: Result<T, E>,
    ) -> Field<T> {
        match result {
            Ok(value) => Field::Given(Spanned { value, span: node.span }),
            Err(error) => {
                let refused = error.into();
                let help = match refused.meant {
                    Some(meant) => format!("Did you mean `{meant}`?"),
                    None => format!("Write it like {}.", self.example(key)),
                };
                self.findings.push(rule.at(node.span, refused.message).help(help));
                Field::Faulty
            }
        }
    }

    /// Says that a key holds the wrong kind of value.
    pub(super) fn wrong_type<T>(&mut self, node: &Node, key: &Key, value: &Value) -> Field<T> {
        let message = format!("`{}` takes {}, and this is {}", key.name, key.takes.words(), value.kind());
        let help = format!("Write it like {}.", self.example(key));
        self.findings.push(WRONG_TYPE.at(node.span, message).help(help));
        Field::Faulty
    }

    /// The key with a value that works, as the file's format writes it.
    fn example(&self, key: &Key) -> String {
        match (key.takes, self.format) {
            (Takes::Table, Format::Toml) => format!("`[{}]`", key.example),
            (Takes::Tables, Format::Toml) => format!("`[[{}]]`", key.example),
            (Takes::Table, Format::Json) => format!("`\"{}\": {{ … }}`", key.name),
            (Takes::Tables, Format::Json) => format!("`\"{}\": [{{ … }}]`", key.name),
            (_, format) => format!("`{}`", format.entry(key.name, key.example)),
        }
    }
}

fn unknown_key(entry: &Entry, path: &str, keys: &[&Key]) -> Finding {
    let message = format!("{} has no key `{}`", place(path), entry.key);
    let finding = UNKNOWN_KEY.at(entry.key_span, message);
    match near_key(&entry.key, keys) {
        Some(near) => finding.help(format!("Did you mean `{near}`? The keys here are {}.", names(keys))),
        None => finding.help(format!("Delete it. The keys here are {}.", names(keys))),
    }
}

fn near_key(word: &str, keys: &[&Key]) -> Option<&'static str> {
    nearest(word, keys.iter().map(|key| key.name))
}

/// How a message names a table.
fn place(path: &str) -> String {
    if path.is_empty() { "the spec".to_owned() } else { format!("`{path}`") }
}

fn names(keys: &[&Key]) -> String {
    let quoted: Vec<String> = keys.iter().map(|key| format!("`{}`", key.name)).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

/// The candidate that somebody who wrote `word` may have meant: at most a third of its letters differ.
pub(super) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let word = word.to_lowercase().replace(['-', ' '], "_");
    let distance = |candidate: &str| strsim::osa_distance(&word, &candidate.replace('-', "_"));
    let best = candidates.into_iter().map(|candidate| (distance(candidate), candidate)).min()?;
    (best.0 <= (word.chars().count() / 3).max(1)).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_nonsense_does_not() {
        let words = ["bucket", "region", "target", "failure_threshold"];
        assert_eq!(nearest("buckt", words), Some("bucket"));
        assert_eq!(nearest("Region", words), Some("region"));
        assert_eq!(nearest("failure-treshold", words), Some("failure_threshold"));
        assert_eq!(nearest("colour", words), None);
        assert_eq!(nearest("", words), None);
    }
}
