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
    insta::assert_snapshot!(told, @r##"
    ✓ Passed
    Recovered in 45.2 s, within the target of 60 s.
    Recovery ¦ 45.2 s ¦ target: § documented 60 s
    Failback ¦ 41.0 s ¦ after the primary was mended
    Data loss ¦ 3.4 s ¦ 2 of 57 objects missing
    Failed requests ¦ 453 ¦ 453 of 5106 (8.9 %)
    Restored ¦ ✓ yes ¦ everything that was broken
    "##);
}

#[tokio::test]
async fn a_drill_over_its_target() {
    let told = looked_at("over-target", &drills::over_target(), &[]).await;
    insta::assert_snapshot!(told, @r##"
    ✗ Failed
    Recovered in 45.2 s, 15.2 s over the target of 30 s.
    Recovery ¦ 45.2 s ¦ target: § documented 30 s
    Failback ¦ 41.0 s ¦ after the primary was mended
    Data loss ¦ 3.4 s ¦ 2 of 57 objects missing
    Failed requests ¦ 453 ¦ 453 of 5106 (8.9 %)
    Restored ¦ ✓ yes ¦ everything that was broken
    within-target ¦ ✗ broken ¦ 45.2 s, and the target is 30 s
    completed ¦ ✗ broken ¦ 127.0.0.1:5353 kept an expired answer for 14.9 s
    "##);
}

#[tokio::test]
async fn a_drill_that_did_not_recover() {
    let told = looked_at("not-recovered", &drills::not_recovered(), &drills::lines(1)).await;
    insta::assert_snapshot!(told, @r##"
    ✗ Failed
    Did not recover: no client got bytes from the secondary before the drill ended. The target was 60 s.
    Recovery ¦ not recovered ¦ target: § documented 60 s
    Failback ¦ not back ¦ after the primary was mended
    Data loss ¦ 3.4 s ¦ 2 of 57 objects missing
    Failed requests ¦ 453 ¦ 453 of 5106 (8.9 %)
    Restored ¦ ✓ yes ¦ everything that was broken
    recovered ¦ ✗ broken ¦ no client got bytes from the secondary before the drill ended
    within-target ¦ ✗ broken ¦ not within 60 s
    failback ¦ ✗ broken ¦ no client got bytes from the primary again before the drill ended
    resolver:127.0.0.1:5353 ¦ ✗ broken ¦ never answered the secondary
    resolver:https://resolver.example.net/dns-query ¦ ✗ broken ¦ never answered the secondary
    completed ¦ ✗ broken ¦ no resolver switched before the drill reached its limit of 2 min
    "##);
}

#[tokio::test]
async fn a_drill_that_was_interrupted() {
    let told = looked_at("interrupted", &drills::interrupted(), &[]).await;
    insta::assert_snapshot!(told, @r##"
    ! Interrupted
    Interrupted before its end. Run `s3-failover recover` to undo what is still broken.
    Recovery ¦ not recovered ¦ target: § documented 60 s
    Failback ¦ not back ¦ after the primary was mended
    Data loss ¦ not measured ¦ see below
    Failed requests ¦ 453 ¦ 453 of 5106 (8.9 %)
    Restored ¦ ✗ no ¦ something is still broken
    recovered ¦ ✗ broken ¦ no client got bytes from the secondary before the drill ended
    within-target ¦ ✗ broken ¦ not within 60 s
    restored ¦ ✗ broken ¦ still broken: s3 in us-east-1 answers 503 to everything
    failback ¦ ✗ broken ¦ no client got bytes from the primary again before the drill ended
    authoritative:127.0.0.1:5301 ¦ ✗ broken ¦ never answered the secondary
    authoritative:127.0.0.1:5302 ¦ ✗ broken ¦ never answered the secondary
    authoritative:127.0.0.1:5303 ¦ ✗ broken ¦ never answered the secondary
    authoritative:127.0.0.1:5304 ¦ ✗ broken ¦ never answered the secondary
    resolver:127.0.0.1:5353 ¦ ✗ broken ¦ never answered the secondary
    resolver:https://resolver.example.net/dns-query ¦ ✗ broken ¦ never answered the secondary
    completed ¦ ✗ broken ¦ the drill was interrupted
    "##);
}

#[tokio::test]
async fn names_that_try_to_be_markup() {
    let told = looked_at("hostile", &drills::hostile(), &[]).await;
    insta::assert_snapshot!(told, @r##"
    ✗ Failed
    Recovered in 45.2 s, 15.2 s over the target of 30 s.
    Recovery ¦ 45.2 s ¦ target: § documented 30 s
    Failback ¦ 41.0 s ¦ after the primary was mended
    Data loss ¦ 3.4 s ¦ 2 of 57 objects missing
    Failed requests ¦ 453 ¦ 453 of 5106 (8.9 %)
    Restored ¦ ✓ yes ¦ everything that was broken
    within-target ¦ ✗ broken ¦ 45.2 s, and the target is 30 s
    completed ¦ ✗ broken ¦ </script></style></title><img src=x onerror=alert(1)><script>alert(2)</script> ⟨U+202E⟩gpj.exe⟨U+202C⟩␀␛[31m␇⟨U+0085⟩⟨U+200B⟩ ]]>"'`{{ 7 * 7 }}{% raw %}<!--␍ |*_~~$x$ <b>b</b> &lt; https://example.org/ 日本語のとても長い名前のバケットとキーで折り返しが必要なものです🦀🦀🦀🦀 averyveryveryveryveryveryveryveryveryveryveryverylongnamewithoutanyplacetobreakit.example.com
    "##);
}

/// "its report below 1 MiB and interactive in the browser within 1 s": the size above, the time by the judge.
#[tokio::test]
async fn half_an_hour_with_twenty_vantage_points() {
    let told = looked_at("long", &drills::long(), &drills::lines(300)).await;
    insta::assert_snapshot!(told, @r##"
    ✓ Passed
    Recovered in 45.2 s, within the target of 60 s.
    Recovery ¦ 45.2 s ¦ target: § documented 60 s
    Failback ¦ 41.0 s ¦ after the primary was mended
    Data loss ¦ 3.4 s ¦ 2 of 57 objects missing
    Failed requests ¦ 453 ¦ 453 of 5106 (8.9 %)
    Restored ¦ ✓ yes ¦ everything that was broken
    "##);
}

#[tokio::test]
async fn twenty_drills_in_a_row() {
    let told = looked_at("repeated", &drills::repeated(), &drills::lines(2)).await;
    insta::assert_snapshot!(told, @r##"
    ✗ Failed
    Recovered in 45.2 s, 15.2 s over the target of 30 s.
    Recovery ¦ 45.2 s ¦ target: § documented 30 s
    Failback ¦ 41.0 s ¦ after the primary was mended
    Data loss ¦ 3.4 s ¦ 2 of 57 objects missing
    Failed requests ¦ 453 ¦ 453 of 5106 (8.9 %)
    Restored ¦ ✓ yes ¦ everything that was broken
    within-target ¦ ✗ broken ¦ 45.2 s, and the target is 30 s
    completed ¦ ✗ broken ¦ 127.0.0.1:5353 kept an expired answer for 14.9 s
    "##);
}

/// `history show ID --report FILE`: a document of before there was a history, read and shown.
#[tokio::test]
async fn a_document_of_an_older_version() {
    let document: DrillDocument = serde_json::from_str(drills::OLDER).expect("missing keys are no error");
    let told = looked_at("older", &document, &[]).await;
    insta::assert_snapshot!(told, @r##"
    ✓ Passed
    Recovered in 35.2 s. No target was set.
    Recovery ¦ 35.2 s ¦ no target was set
    Failback ¦ not back ¦ after the primary was mended
    Data loss ¦ 0.0 s ¦ 0 of 0 objects missing
    Failed requests ¦ 70 ¦ 70 of 200 (35.0 %)
    Restored ¦ ✓ yes ¦ everything that was broken
    "##);
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
