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
    insta::assert_snapshot!(told, @"
    suite drill of data.example.com: 12 tests, 6 failed, 1 skipped (id=2026-11-22-010824-7f3a, began=2026-11-22T01:08:24.500Z, fault=http-503, strategy=dns, basis=measured, recovery_seconds=none, failback_seconds=none, target_seconds=60, outcome=not-recovered, verdict=Did not recover: no client got bytes from the secondary before the drill ended. The target was 60 s.)
    failed recovered
      message: no client got bytes from the secondary before the drill ended
      type: broken
      | no client got bytes from the secondary before the drill ended
    failed within-target
      message: not within 60 s
      type: broken
      | not within 60 s
    passed restored: everything that was broken is mended
    failed failback
      message: no client got bytes from the primary again before the drill ended
      type: broken
      | no client got bytes from the primary again before the drill ended
    skipped data-loss
      message: Of 57 objects written to the primary, the secondary lacked 2 when it took over; the oldest was 3.4 s old.
      type: remark
      | Of 57 objects written to the primary, the secondary lacked 2 when it took over; the oldest was 3.4 s old.
    passed authoritative:127.0.0.1:5301: answered the secondary from 28.3 s on
    passed authoritative:127.0.0.1:5302: answered the secondary from 28.7 s on
    passed authoritative:127.0.0.1:5303: answered the secondary from 29.1 s on
    passed authoritative:127.0.0.1:5304: answered the secondary from 29.5 s on
    failed resolver:127.0.0.1:5353
      message: never answered the secondary
      type: broken
      | never answered the secondary
    failed resolver:https://resolver.example.net/dns-query
      message: never answered the secondary
      type: broken
      | never answered the secondary
    failed completed
      message: no resolver switched before the drill reached its limit of 2 min
      type: broken
      | no resolver switched before the drill reached its limit of 2 min
    ");
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
    insta::assert_snapshot!(told, @"
    <strong>PASSED</strong>: Recovered in 45.2 s, within the target of 60 s.
    Drill of data.example.com
    2026-11-22T01:08:24.500Z · http-503 · the lab
     ¦ Failover ¦ Floor (modelled) ¦ Failback ¦ Floor (modelled) ¦ What explains it
    detect ¦ 27.4 s ¦ 21.3 s ¦ 23.2 s ¦ 17.0 s ¦ the quorum of 16 checkers needed 14 more looks than the luckiest order
    publish ¦ 2.1 s ¦ – ¦ 2.1 s ¦ – ¦ AWS publishes no figure
    cache ¦ 14.9 s ¦ 14.2 s ¦ 14.9 s ¦ 11.4 s ¦ the resolver kept an answer for its rest of TTL, 14.2 s / the rest of its TTL, 13.1 s
    client ¦ 0.8 s ¦ 0.0 s ¦ 0.8 s ¦ 0.0 s ¦ its next request, with a new connection
    total ¦ 45.2 s ¦  ¦ 41.0 s ¦  ¦ 
    Requests that brought no bytes: 453 of 5106 (8.9 %). Of 57 objects written to the primary, the secondary lacked 2 when it took over; the oldest was 3.4 s old.
    What was promised, and what was kept
     ¦ Promise ¦ By which figures
    kept ¦ recovered ¦ first bytes from the secondary 45.2 s after the fault
    kept ¦ within-target ¦ 45.2 s, and the target is 60 s
    kept ¦ restored ¦ everything that was broken is mended
    kept ¦ failback ¦ first bytes from the primary 41.0 s after it was mended
    remark ¦ data-loss ¦ Of 57 objects written to the primary, the secondary lacked 2 when it took over; the oldest was 3.4 s old.
    kept ¦ authoritative:127.0.0.1:5301 ¦ answered the secondary from 28.3 s on
    kept ¦ authoritative:127.0.0.1:5302 ¦ answered the secondary from 28.7 s on
    kept ¦ authoritative:127.0.0.1:5303 ¦ answered the secondary from 29.1 s on
    kept ¦ authoritative:127.0.0.1:5304 ¦ answered the secondary from 29.5 s on
    kept ¦ resolver:127.0.0.1:5353 ¦ answered the secondary from 44.4 s on
    kept ¦ resolver:https://resolver.example.net/dns-query ¦ answered the secondary from 38.4 s on
    kept ¦ completed ¦ the drill came to its end
    What was done, and undone
    What ¦ Done ¦ Undone
    s3 in us-east-1 answers 503 to everything ¦ 0.0 s ¦ 105.0 s
    Each kind of client
    Client ¦ Recovery ¦ Failback ¦ Requests that failed ¦ Without bytes ¦ 
    pointer ¦ 45.2 s ¦ 41.0 s ¦ 151 of 1702 (8.9 %) ¦ 45.2 s ¦ looks the name up for each request
    keep-alive ¦ 45.9 s ¦ 41.7 s ¦ 151 of 1702 (8.9 %) ¦ 45.9 s ¦ its connection was closed by the fault
    pinned ¦ never ¦ never ¦ 151 of 1702 (8.9 %) ¦ 105.0 s ¦ never looks the name up again
    Timeline, in seconds since the fault
    Seconds ¦ Event ¦ Seen by ¦ 
    0.0 ¦ failover.injected ¦ drill ¦ http-503 of S3 in us-east-1
    0.2 ¦ failover.effective ¦ primary endpoint ¦ 503 Slow Down
    27.4 ¦ failover.detected ¦ checkers ¦ 2 of 16 say healthy
    28.2 ¦ failover.switched ¦ 127.0.0.1:5301 ¦ answers the secondary
    29.5 ¦ failover.published ¦ name servers ¦ 4 of 4 answer the secondary
    44.4 ¦ failover.cached ¦ 127.0.0.1:5353 ¦ answers the secondary
    45.2 ¦ failover.client ¦ pointer client ¦ 200 with bytes from eu-west-1
    105.0 ¦ failback.injected ¦ drill ¦ the fault is undone
    129.0 ¦ failback.detected ¦ checkers ¦ 3 of 16 say healthy
    130.9 ¦ failback.published ¦ name servers ¦ 4 of 4 answer the primary
    146.0 ¦ failback.client ¦ pointer client ¦ 200 with bytes from us-east-1
    Earlier drills
    When ¦ Fault ¦ Recovery ¦ Failback ¦ Data loss ¦ 
    2020-01-01T09:00:00Z ¦ http-503 ¦ 31.2 s ¦ 29.0 s ¦ 0.0 s ¦ passed
    2020-02-01T09:00:00Z ¦ block-public ¦ 36.2 s ¦ 52.0 s ¦ – ¦ passed
    Environment
     ¦ 
    run ¦ 2026-11-22-010824-7f3a
    strategy ¦ dns
    basis of the figures ¦ measured
    version ¦ 0.1.0
    spec ¦ sha256:5f0d7a0b6a5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4
    host ¦ drill-host.example.net
    clock ¦ monotonic
    primary ¦ my-app-data-us-east-1 in us-east-1
    secondary ¦ my-app-data-eu-west-1 in eu-west-1
    name servers ¦ 127.0.0.1:5301, 127.0.0.1:5302, 127.0.0.1:5303, 127.0.0.1:5304
    resolvers ¦ 127.0.0.1:5353, https://resolver.example.net/dns-query
    TTL, interval, threshold ¦ 60 s, 10 s, 3
    ");
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
    // The long one is of the same shape, and jsonschema takes long for it.
    for document in every_kind().into_iter().filter(|document| document.timeline.len() < 100) {
        read("drill_schema.py", &document, &[], Format::Json).await;
    }
    let told = read("drill_schema.py", &drills::good(), &[], Format::Json).await;
    insta::assert_snapshot!(told, @"
    another schema: $.schema
    no verdict: $
    a figure in words: $.recovery_seconds
    a phase of the moon: $.phases
    fewer than none: $.data_loss.missing
    an outcome of its own: $.outcome
    an event without a moment: $.timeline[11]
    ");
    let folder = tempfile::tempdir().expect("a folder");
    let ran = Program::bare(folder.path()).run(&["demo", "--output", "json", "-q", "--speed", "40"]).await;
    let file = folder.path().join("demo.json");
    std::fs::write(&file, &ran.stdout).expect("a file");
    judge("drill_schema.py", &[], &[&file.display().to_string()]).await;
}
