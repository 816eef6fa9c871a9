//! Options of `verify`.

use std::path::{Path, PathBuf};

use clap::Args;

#[derive(Args, Debug, Default)]
pub(super) struct VerifyArgs {
    /// Write what was found here too: JUnit XML, Markdown or JSON, by the ending .xml, .md or .json (can be
    /// repeated)
    #[arg(long, value_name = "FILE", value_parser = report_file)]
    pub(super) report: Vec<ReportFile>,
}

/// A file whose ending says what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReportFile {
    path: PathBuf,
    kind: ReportKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReportKind {
    Junit,
    Markdown,
    Json,
}

impl ReportFile {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn kind(&self) -> ReportKind {
        self.kind
    }
}

fn report_file(text: &str) -> Result<ReportFile, String> {
    let path = PathBuf::from(text);
    let kind = match path.extension().and_then(|ending| ending.to_str()) {
        Some("xml") => ReportKind::Junit,
        Some("md") => ReportKind::Markdown,
        Some("json") => ReportKind::Json,
        _ => return Err("its name has to end in .xml, .md or .json".to_owned()),
    };
    Ok(ReportFile { path, kind })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_says_what_a_report_holds() {
        let kind = |text: &str| report_file(text).map(|file| file.kind());
        assert_eq!(kind("a.b/report.xml"), Ok(ReportKind::Junit));
        assert_eq!(kind("report.md"), Ok(ReportKind::Markdown));
        assert_eq!(kind("report.json"), Ok(ReportKind::Json));
        for wrong in ["report", "report.html", "xml", ".xml", ""] {
            assert_eq!(kind(wrong), Err("its name has to end in .xml, .md or .json".to_owned()), "{wrong}");
        }
    }
}
