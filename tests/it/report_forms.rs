//! The report of a drill for programs: JUnit XML read by junitparser, Markdown made into HTML by markdown-it-py, and
//! the document held against its schema by jsonschema.

use s3_failover::report::drill::{DrillDocument, Format, RunLine, render};

use crate::support::{Program, drills, judge};

/// A drill in one form, read by a judge.
async fn read(script: &str, document: &DrillDocument, earlier: &[RunLine], format: Format) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(format!("drill.{format}"));
    std::fs::write(&file, render(document, earlier, format)).expect("a file");
    judge(script, &[], &[&file.display().to_string()]).await
}

fn every_kind() -> [DrillDocument; 8] {
    [
        drills::good(),
        drills::over_target(),
        drills::not_recovered(),
        drills::interrupted(),
        drills::hostile(),
        drills::long(),
        drills::repeated(),
        serde_json::from_str(drills::OLDER).expect("missing keys are no error"),
    ]
}

#[tokio::test]
async fn junit_has_a_case_for_each_promise() {
    let told = read("junit.py", &drills::not_recovered(), &[], Format::Junit).await;
    insta::assert_snapshot!(told, @"");
}

/// A pipeline is as red as the exit code, whatever is in the names.
#[tokio::test]
async fn junit_fails_when_the_drill_did() {
    for document in every_kind() {
        let told = read("junit.py", &document, &[], Format::Junit).await;
        let failed = told.lines().any(|line| line.starts_with("failed "));
        assert_eq!(failed, !document.ok, "{told}");
    }
}

#[tokio::test]
async fn markdown_begins_with_the_verdict() {
    let told = read("markdown.py", &drills::good(), &drills::lines(2), Format::Markdown).await;
    insta::assert_snapshot!(told, @"");
}

/// The judge asserts that nothing in a cell is markup, and a comment on GitHub holds 65,536 signs.
#[tokio::test]
async fn markdown_holds_any_text_and_fits_into_a_comment() {
    for document in every_kind() {
        let told = read("markdown.py", &document, &drills::lines(300), Format::Markdown).await;
        assert!(!told.contains(['\u{202e}', '\0', '\u{1b}']), "{told}");
        assert!(render(&document, &drills::lines(300), Format::Markdown).len() < 65_536);
    }
}

/// What was written is read again, and is the same: what the history keeps can be shown later.
#[test]
fn a_document_is_read_as_it_was_written() {
    for document in every_kind() {
        let text = render(&document, &[], Format::Json);
        let again: DrillDocument = serde_json::from_str(&text).expect("a document");
        assert_eq!(again, document);
        for format in [Format::Html, Format::Markdown, Format::Junit] {
            // Every file has a moment of its own in it only if the document has.
            let [one, other] = [&document, &again].map(|document| render(document, &[], format));
            assert!(one == other, "{format}");
        }
    }
}

/// Of a newer version, with a key that nobody knows yet; and of none, with none.
#[test]
fn documents_of_other_versions_are_read() {
    let empty: DrillDocument = serde_json::from_str("{}").expect("nothing is necessary");
    assert_eq!(empty, DrillDocument::default());
    for format in [Format::Html, Format::Markdown, Format::Json, Format::Junit] {
        assert!(!render(&empty, &[], format).is_empty());
    }
    let newer = drills::OLDER.replacen('{', "{ \"moon\": { \"phase\": 4 },", 1);
    let newer: DrillDocument = serde_json::from_str(&newer).expect("a key that is not known is no error");
    assert_eq!(newer.recovery_seconds, Some(35.2));
}

/// The judge takes each document, and none of those that it spoils itself.
#[tokio::test]
async fn documents_keep_to_their_schema() {
    for document in every_kind() {
        read("drill_schema.py", &document, &[], Format::Json).await;
    }
    let told = read("drill_schema.py", &drills::good(), &[], Format::Json).await;
    insta::assert_snapshot!(told, @"");
    let folder = tempfile::tempdir().expect("a folder");
    let ran = Program::bare(folder.path()).run(&["demo", "--output", "json", "-q", "--speed", "40"]).await;
    let file = folder.path().join("demo.json");
    std::fs::write(&file, &ran.stdout).expect("a file");
    judge("drill_schema.py", &[], &[&file.display().to_string()]).await;
}
