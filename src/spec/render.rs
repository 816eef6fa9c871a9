//! How does a finding look to a person?
//!
//! The head and the excerpt of the file are miette's; reason and help follow in our own lines, because
//! the order matters: what is wrong at that place, why and who says so, the way out.

use std::fmt::{self, Write as _};

use anstyle::{AnsiColor, Style};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents,
};

use super::finding::{Finding, Label, Position, Severity, Span};

/// How to write findings for the place where they will be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// With terminal colours.
    pub colour: bool,
    /// Columns to wrap at.
    pub width: usize,
}

impl Look {
    /// No colours, 100 columns: for files and tests.
    pub const PLAIN: Look = Look { colour: false, width: 100 };
}

/// Columns before the message: two blanks, the sign of its weight, a blank.
const MESSAGE_INDENT: usize = 4;

/// Writes one finding, ending with a newline.
pub(super) fn finding(finding: &Finding, file: &str, text: &str, look: Look) -> String {
    let theme = if look.colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(look.width).with_wrap_lines(false);
    let message = wrapped(&finding.message, look.width.saturating_sub(MESSAGE_INDENT).max(20)).join("\n");
    let shown = Shown { finding, message, excerpt: Excerpt { file, text } };
    let mut out = String::new();
    handler.render_report(&mut out, &shown).expect("writing to a String cannot fail");
    let why = format!("{} [{}]", finding.rule.reason, finding.rule.source);
    paragraph(&mut out, "   why: ", &why, look);
    paragraph(&mut out, "  help: ", &finding.help, look);
    out
}

/// A paragraph with a coloured lead, wrapped, its further lines indented to the lead's width.
fn paragraph(out: &mut String, lead: &str, text: &str, look: Look) {
    if text.is_empty() {
        return;
    }
    let style = if look.colour { AnsiColor::Cyan.on_default() } else { Style::new() };
    let room = look.width.saturating_sub(lead.len()).max(20);
    for (index, line) in text.lines().flat_map(|line| wrapped(line, room)).enumerate() {
        let indent = if index == 0 { lead } else { &" ".repeat(lead.len()) };
        writeln!(out, "{style}{indent}{style:#}{line}").expect("writing to a String cannot fail");
    }
}

/// A line broken at spaces. What stands between backticks stays whole, so that it can be copied.
fn wrapped(line: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut quoted = false;
    let mut words: Vec<String> = Vec::new();
    for word in line.split(' ') {
        match words.last_mut().filter(|_| quoted) {
            Some(open) => *open = format!("{open} {word}"),
            None => words.push(word.to_owned()),
        }
        quoted ^= word.matches('`').count() % 2 == 1;
    }
    for word in words {
        let current = lines.last_mut().expect("begins with one line and only grows");
        if current.is_empty() {
            *current = word;
        } else if current.chars().count() + 1 + word.chars().count() <= room {
            current.push(' ');
            current.push_str(&word);
        } else {
            lines.push(word);
        }
    }
    lines
}

/// A finding as miette wants to see it.
#[derive(Debug)]
struct Shown<'a> {
    finding: &'a Finding,
    /// Wrapped here, because miette would break within what is quoted.
    message: String,
    excerpt: Excerpt<'a>,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown<'_> {}

impl Shown<'_> {
    /// The label with its span inside of the text, whatever a parser said.
    fn labelled(&self, label: &Label, primary: bool) -> LabeledSpan {
        let text = self.excerpt.text;
        let Span { start, end } = label.span;
        let start = text.floor_char_boundary(start);
        let end = text.floor_char_boundary(end).max(start);
        let span = SourceSpan::from(start..end);
        if primary {
            LabeledSpan::new_primary_with_span(label.text.clone(), span)
        } else {
            LabeledSpan::new_with_span(label.text.clone(), span)
        }
    }
}

impl Diagnostic for Shown<'_> {
    fn code<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        let rule = self.finding.rule;
        Some(Box::new(format!("{}[{}]", rule.severity.as_str(), rule.id)))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.finding.rule.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = std::iter::once(self.labelled(&self.finding.place, true));
        Some(Box::new(place.chain(self.finding.others.iter().map(|label| self.labelled(label, false)))))
    }
}

/// The file with its name. Line and column are [`Position`]'s: miette's own column counts bytes, which
/// is not where an editor puts the cursor.
#[derive(Debug)]
struct Excerpt<'a> {
    file: &'a str,
    text: &'a str,
}

impl SourceCode for Excerpt<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let contents = self.text.read_span(span, lines_before, lines_after)?;
        let column = match lines_before {
            0 => Position::of(self.text, span.offset()).column - 1,
            _ => contents.column(),
        };
        Ok(Box::new(MietteSpanContents::new_named(
            self.file.to_owned(),
            contents.data(),
            *contents.span(),
            contents.line(),
            column,
            contents.line_count(),
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_is_not_broken() {
        assert_eq!(wrapped("one `two three` four", 9), ["one", "`two three`", "four"]);
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("", 7), [""]);
    }
}
