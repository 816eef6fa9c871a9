//! In which form is a report wanted? The ending of the file's name says so.

use std::{fmt, path::Path, str::FromStr};

/// A form of the report of a drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One page that needs nothing beside it.
    Html,
    /// `GitHub`'s Markdown.
    Markdown,
    /// The document itself.
    Json,
    /// JUnit XML.
    Junit,
}

/// An ending that names no form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("its name has to end in .html, .md, .json or .xml")]
pub struct UnknownEnding;

impl Format {
    /// What the name of a file asks for.
    pub fn of(path: &Path) -> Result<Self, UnknownEnding> {
        path.extension().and_then(|ending| ending.to_str()).ok_or(UnknownEnding)?.parse()
    }
}

impl FromStr for Format {
    type Err = UnknownEnding;

    fn from_str(ending: &str) -> Result<Self, UnknownEnding> {
        match ending {
            "html" => Ok(Self::Html),
            "md" => Ok(Self::Markdown),
            "json" => Ok(Self::Json),
            "xml" => Ok(Self::Junit),
            _ => Err(UnknownEnding),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Html => "html",
            Self::Markdown => "md",
            Self::Json => "json",
            Self::Junit => "xml",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_says_the_form() {
        for format in [Format::Html, Format::Markdown, Format::Json, Format::Junit] {
            assert_eq!(format.to_string().parse(), Ok(format));
            assert_eq!(Format::of(Path::new(&format!("a.b/drill.{format}"))), Ok(format));
        }
        for wrong in ["drill", "drill.htm", "drill.HTML", "html", ".html", ""] {
            assert_eq!(Format::of(Path::new(wrong)), Err(UnknownEnding), "{wrong}");
        }
    }
}
