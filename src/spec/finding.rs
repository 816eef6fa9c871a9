//! What is wrong, where, why, and what would work?
//!
//! A [`Rule`] holds what never changes: its id, its weight, the reason and where the reason comes from.
//! A [`Finding`] is a rule that was broken at a place. Rules stand as constants beside the functions
//! that judge them, so that the sentence and the code that means it are read together.

use std::ops::Range;

use serde::Serialize;

/// A stretch of the file, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Span {
    /// The very beginning, for what the file lacks as a whole.
    pub(super) const START: Self = Self { start: 0, end: 0 };

    pub(super) fn new(start: usize, end: usize) -> Self {
        Self { start, end: end.max(start) }
    }

    /// As byte offsets into the text.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}

/// Whether a finding keeps the spec from being used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Route 53 would refuse it, or it would resolve and not deliver.
    Error,
    /// It works, with a consequence that is easily overlooked.
    Warning,
}

impl Severity {
    /// In lower case, as reports write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One thing that a spec must or should keep to.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable, in kebab-case; scripts may rely on it.
    pub id: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// Why the rule exists, in whole sentences.
    pub reason: &'static str,
    /// Where the reason comes from.
    pub source: &'static str,
}

impl Rule {
    /// A finding of this rule: at a place, what is wrong there.
    pub(super) fn at(&'static self, span: Span, message: impl Into<String>) -> Finding {
        let place = Label { span, text: None };
        Finding { rule: self, message: message.into(), place, others: Vec::new(), help: String::new() }
    }
}

/// A place in the file with a word on its part in the matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What stands there, when the message alone does not say it.
    pub text: Option<String>,
}

/// A rule that a spec breaks, at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// What is wrong, with the names of this spec.
    pub message: String,
    /// The place to correct.
    pub place: Label,
    /// Other places that have a part in it.
    pub others: Vec<Label>,
    /// A combination that works.
    pub help: String,
}

impl Finding {
    pub(super) fn label(mut self, text: impl Into<String>) -> Self {
        self.place.text = Some(text.into());
        self
    }

    pub(super) fn and(mut self, span: Span, text: impl Into<String>) -> Self {
        self.others.push(Label { span, text: Some(text.into()) });
        self
    }

    pub(super) fn help(mut self, text: impl Into<String>) -> Self {
        self.help = text.into();
        self
    }

    /// Whether the spec cannot be used.
    pub fn is_error(&self) -> bool {
        self.rule.severity == Severity::Error
    }
}

/// A line and a column, both from 1; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Position {
    /// The position of a byte offset. An offset inside a character counts as that character's.
    pub(super) fn of(text: &str, offset: usize) -> Self {
        let before = &text[..text.floor_char_boundary(offset)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let text = "a = 1\nname = \"ü\" # x\n";
        let offset = text.find('#').expect("there");
        assert_eq!(Position::of(text, offset), Position { line: 2, column: 12 });
        assert_eq!(Position::of(text, 0), Position { line: 1, column: 1 });
        assert_eq!(Position::of(text, text.len()), Position { line: 3, column: 1 });
        assert_eq!(Position::of(text, 9999), Position { line: 3, column: 1 });
    }
}
