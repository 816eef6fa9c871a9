//! `watch` on a terminal: the live view, seen in tmux.

use s3_failover::lab::Fault;

use super::support::{NAME, Program, Terminal, TestLab, instant};

/// The program, in the lab's time.
fn program(lab: &TestLab) -> Program {
    lab.program().with("S3_FAILOVER_LAB_SPEED", "20")
}

fn row<'a>(screen: &'a str, start: &str) -> &'a str {
    screen.lines().find(|line| line.starts_with(start)).unwrap_or_default()
}

/// A failover as it is seen at eighty columns, then at two hundred; then the reader has seen enough.
#[tokio::test(flavor = "multi_thread")]
async fn a_failover_is_seen_at_80_and_at_200_columns() {
    let lab = TestLab::answering(instant()).await;
    let terminal = Terminal::start(&program(&lab), (80, 24), &["watch", "--events", "events.jsonl"]).await;
    let screen = terminal
        .shows("the primary is answered", |screen| {
            row(screen, NAME).contains("PRIMARY")
                && row(screen, NAME).contains("primary expected")
                && row(screen, "resolver").contains("PPP")
        })
        .await;
    assert!(screen.lines().all(|line| line.chars().count() <= 80), "{screen}");
    assert_eq!(screen.lines().filter(|line| line.starts_with("server ")).count(), 4, "{screen}");
    assert!(row(&screen, "endpoints").contains("primary serves"), "{screen}");
    assert!(row(&screen, "clients").contains("pointer primary"), "{screen}");

    terminal.resize(200, 24).await;
    lab.lab
        .set_fault(&"us-east-1".parse().expect("a region"), Fault::Http503)
        .expect("the lab has this region");
    let screen = terminal
        .shows("everybody has the secondary", |screen| {
            row(screen, NAME).contains("SECONDARY")
                && row(screen, "resolver").contains("PSS")
                && row(screen, "change").contains("client +")
        })
        .await;
    assert!(row(&screen, "server").contains("PSS"), "what was is still seen: {screen}");
    assert!(row(&screen, "endpoints").contains("primary DOWN"), "{screen}");
    assert!(screen.lines().any(|line| line.chars().count() > 150), "{screen}");

    terminal.press("q").await;
    let screen = terminal.shows("the end", |screen| screen.contains("ended with 0")).await;
    assert!(
        screen.contains("name servers answer secondary for "),
        "the last state stays on the screen: {screen}"
    );
    let events = std::fs::read_to_string(lab.folder().join("events.jsonl")).expect("a file");
    assert!(events.lines().last().expect("events").contains("\"ended\""), "{events}");
}

/// Ctrl-C is a key in raw mode; and the terminal is given back after it.
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_it_and_gives_the_terminal_back() {
    let lab = TestLab::answering(instant()).await;
    let arguments = ["watch", "--until", "secondary"];
    let terminal = Terminal::start(&program(&lab), (80, 24), &arguments).await;
    let screen = terminal.shows("a view", |screen| screen.contains("q quit")).await;
    assert!(screen.lines().next().expect("a line").contains("until secondary"), "{screen}");
    terminal.press("C-c").await;
    let screen = terminal.shows("the end", |screen| screen.contains("ended with 130")).await;
    assert!(!screen.contains("q quit"), "{screen}");
}

/// What has no terminal, or wants data, gets lines.
#[tokio::test(flavor = "multi_thread")]
async fn quiet_and_json_have_no_view() {
    let lab = TestLab::answering(instant()).await;
    for arguments in [["watch", "--until", "primary", "-q"], ["watch", "--until", "primary", "-ojson"]] {
        let terminal = Terminal::start(&program(&lab), (80, 50), &arguments).await;
        let screen = terminal.shows("the end", |screen| screen.contains("ended with 0")).await;
        assert!(!screen.contains("q quit"), "{screen}");
    }
}
