//! From a file to a spec, or to everything that is wrong with it.
//!
//! Text → tree (`document`) → draft (`shape`) → findings (`rules`) → [`Spec`]. Only a text that is no
//! TOML or JSON at all stops early.

use std::{fmt, io, path::Path};

use super::{
    Spec,
    document::{self, Format},
    finding::{Finding, Position, Rule},
    reader, render,
    render::Look,
    rules, shape, value_rules,
};

/// A spec that can be used, and what is worth knowing about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The spec.
    pub spec: Spec,
    /// Warnings, in the order of the file.
    pub warnings: Findings,
}

/// Findings with the text that they point into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    file: String,
    text: String,
    list: Vec<Finding>,
}

/// The file holds no spec that could be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// All errors and warnings, in the order of the file.
    pub findings: Findings,
}

/// No spec could be had from a file.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    /// The file could not be read as text.
    #[error("cannot read the spec `{path}`")]
    Read {
        /// The path as it was given.
        path: String,
        /// Why not.
        source: io::Error,
    },
    /// What was read is not a valid spec.
    #[error(transparent)]
    Invalid(#[from] Invalid),
}

impl Spec {
    /// Reads a spec file: JSON when its name ends in `.json`, else TOML.
    pub fn load(path: &Path) -> Result<Loaded, SpecError> {
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Spec::parse(&name, &text, Format::of_path(path))?),
            Err(source) => Err(SpecError::Read { path: name, source }),
        }
    }

    /// Reads a spec from a text; `file_name` is only what findings call it.
    pub fn parse(file_name: &str, text: &str, format: Format) -> Result<Loaded, Invalid> {
        let (spec, mut list) = match document::read(text, format) {
            Ok(root) => {
                let (draft, mut findings) = shape::draft(&root, format);
                findings.extend(rules::judge(&draft));
                (draft.finish(), findings)
            }
            Err(findings) => (None, findings),
        };
        list.sort_by_key(|finding| finding.place.span);
        let findings = Findings { file: file_name.to_owned(), text: text.to_owned(), list };
        match spec {
            Some(spec) if findings.errors() == 0 => Ok(Loaded { spec, warnings: findings }),
            _ => Err(Invalid { findings }),
        }
    }
}

/// Every rule that a spec is judged by, those of shape and value first.
pub fn all_rules() -> impl Iterator<Item = &'static Rule> {
    let shape = [&document::SYNTAX].into_iter().chain(reader::RULES.iter().copied());
    shape.chain(value_rules::RULES.iter().copied()).chain(rules::all())
}

impl Findings {
    /// The findings, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.list.iter()
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many of them are errors.
    pub fn errors(&self) -> usize {
        self.iter().filter(|finding| finding.is_error()).count()
    }

    /// The name of the file, as it was given.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Line and column of a finding's place.
    pub fn position(&self, finding: &Finding) -> Position {
        Position::of(&self.text, finding.place.span.start)
    }

    /// All findings as a person reads them, each with its excerpt of the file, a blank line between two.
    pub fn render(&self, look: Look) -> String {
        let each = self.iter().map(|finding| render::finding(finding, &self.file, &self.text, look));
        each.collect::<Vec<_>>().join("\n")
    }

    /// For example "2 errors and 1 warning".
    fn count(&self) -> String {
        let (errors, warnings) = (self.errors(), self.list.len() - self.errors());
        let plural = |count: usize, word: &str| {
            if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
        };
        match (errors, warnings) {
            (_, 0) => plural(errors, "error"),
            (0, _) => plural(warnings, "warning"),
            _ => format!("{} and {}", plural(errors, "error"), plural(warnings, "warning")),
        }
    }
}

impl Invalid {
    /// All findings and a last line that counts them.
    pub fn render(&self, look: Look) -> String {
        format!("{}\n{self}\n", self.findings.render(look))
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the spec `{}` has {}", self.findings.file, self.findings.count())
    }
}

impl std::error::Error for Invalid {}
