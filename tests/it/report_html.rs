//! The report of a drill, opened in a browser: Debian's chromium, driven by playwright-core, with axe-core to judge
//! whether everybody can read it. `tests/judges/report.mjs` says what it looks at.

use s3_failover::report::drill::{DrillDocument, Format, RunLine, render};

use crate::support::{Program, browser, drills};

/// Renders a drill, and has a browser look at it.
async fn looked_at(name: &str, document: &DrillDocument, earlier: &[RunLine]) -> String {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("report").join(name);
    std::fs::create_dir_all(&folder).expect("a folder");
    let page = render(document, earlier, Format::Html);
    std::fs::write(folder.join("drill.html"), &page).expect("a file");
    std::fs::write(folder.join("drill.json"), render(document, earlier, Format::Json)).expect("a file");
    assert!(page.len() < 1 << 20, "{} bytes are more than a MiB", page.len());
    browser("report.mjs", &[&folder.display().to_string()]).await
}

#[tokio::test]
async fn a_good_drill() {
    let told = looked_at("good", &drills::good(), &drills::lines(9)).await;
    insta::assert_snapshot!(told, @"");
}

#[tokio::test]
async fn a_drill_over_its_target() {
    let told = looked_at("over-target", &drills::over_target(), &[]).await;
    insta::assert_snapshot!(told, @"");
}

#[tokio::test]
async fn a_drill_that_did_not_recover() {
    let told = looked_at("not-recovered", &drills::not_recovered(), &drills::lines(1)).await;
    insta::assert_snapshot!(told, @"");
}

#[tokio::test]
async fn a_drill_that_was_interrupted() {
    let told = looked_at("interrupted", &drills::interrupted(), &[]).await;
    insta::assert_snapshot!(told, @"");
}

#[tokio::test]
async fn names_that_try_to_be_markup() {
    let told = looked_at("hostile", &drills::hostile(), &[]).await;
    insta::assert_snapshot!(told, @"");
}

/// "its report below 1 MiB and interactive in the browser within 1 s": the size above, the time by the judge.
#[tokio::test]
async fn half_an_hour_with_twenty_vantage_points() {
    let told = looked_at("long", &drills::long(), &drills::lines(300)).await;
    insta::assert_snapshot!(told, @"");
}

#[tokio::test]
async fn twenty_drills_in_a_row() {
    let told = looked_at("repeated", &drills::repeated(), &drills::lines(2)).await;
    insta::assert_snapshot!(told, @"");
}

/// `history show ID --report FILE`: a document of before there was a history, read and shown.
#[tokio::test]
async fn a_document_of_an_older_version() {
    let document: DrillDocument = serde_json::from_str(drills::OLDER).expect("missing keys are no error");
    let told = looked_at("older", &document, &[]).await;
    insta::assert_snapshot!(told, @"");
}

/// The figures of a drill that was really made, on the embedded lab.
#[tokio::test]
async fn the_document_of_a_demo() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = [
        "demo",
        "--output",
        "json",
        "-q",
        "--interval",
        "10",
        "--threshold",
        "1",
        "--ttl",
        "10",
        "--speed",
        "40",
    ];
    let ran = Program::bare(folder.path()).run(&options).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let document: DrillDocument = serde_json::from_value(ran.json()).expect("a document");
    let told = looked_at("demo", &document, &[]).await;
    let took = document.recovery_seconds.expect("it recovered");
    assert!(told.contains(&format!("Recovery ¦ {took:.1} s ¦ no target was set")), "{told}");
}
