//! What `verify` found, for machines and reviewers: `JUnit` XML read by junitparser, Markdown made into HTML by
//! markdown-it-py.

use s3_failover::{
    lab::NameServerFault,
    model::Side,
    probe::{Finding, Observed, Severity, Verdict},
    report::{junit, markdown},
};

use super::support::{NAME, Ran, TestLab, judge, judges_tool, quick};

/// A verdict whose texts try to be markup in every way.
fn verdict() -> Verdict {
    let finding = |id, ok, severity, detail: &str, advice: Option<&str>| Finding {
        id,
        ok,
        severity,
        detail: detail.to_owned(),
        source: "192.0.2.53:53 & others".to_owned(),
        advice: advice.map(str::to_owned),
    };
    Verdict {
        name: NAME.parse().expect("a name"),
        expected: Side::Primary,
        observed: Observed::Mixed,
        ok: false,
        expected_recovery_seconds: None,
        target_seconds: None,
        checks: vec![
            finding("authoritative.reachable", true, Severity::Error, "all | 4 `answer`", None),
            finding(
                "authoritative.agree",
                false,
                Severity::Error,
                "ns-1 says <b>\"x\"</b> | *y*, ]]> & &lt; \u{1b}[31mred\u{0}\n~~z~~ [a](b) __c__",
                Some("Ask `ns-1` again | or not."),
            ),
            finding("secondary.healthy", false, Severity::Warning, "it is down", None),
        ],
    }
}

/// The text, read by a judge.
async fn read(script: &str, text: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("report");
    std::fs::write(&file, text).expect("a file");
    judge(script, &[], &[&file.display().to_string()]).await
}

#[tokio::test]
async fn junit_xml_holds_any_text_and_warnings_fail_nothing() {
    let xml = junit::verify(&[verdict()], "failover.toml");
    insta::assert_snapshot!(read("junit.py", &xml).await, @r#"
    suite data.example.com: 3 tests, 1 failed, 1 skipped (spec=failover.toml, expected=primary, observed=mixed)
    passed authoritative.reachable: all | 4 `answer`
    failed authoritative.agree
      message: error: ns-1 says <b>"x"</b> | *y*, ]]> & &lt; red ~~z~~ [a](b) __c__
      type: error
      | ns-1 says <b>"x"</b> | *y*, ]]> & &lt; red
      | ~~z~~ [a](b) __c__
      | Where: 192.0.2.53:53 & others
      | What to do: Ask `ns-1` again | or not.
    skipped secondary.healthy
      message: warning: it is down
      type: warning
      | it is down
      | Where: 192.0.2.53:53 & others
    "#);
}

#[tokio::test]
async fn markdown_is_a_table_of_what_is_not_well() {
    let good = Verdict { ok: true, checks: verdict().checks[..1].to_vec(), ..verdict() };
    let text = markdown::verify(&[verdict(), good]);
    insta::assert_snapshot!(text, @"**NOT OK**: 1 of 2 failovers is not what the spec says.\n\n### data.example.com: NOT OK\n\nExpected: primary. Observed: both sides, by different servers.\n\n| | Finding | What was seen | Where | What to do |\n|---|---|---|---|---|\n| **error** | `authoritative.agree` | ns-1 says \\<b>\"x\"\\</b> \\| \\*y\\*, ]]> \\& \\&lt; \u{1b}\\[31mred\0 \\~\\~z\\~\\~ \\[a](b) \\_\\_c\\_\\_ | 192.0.2.53:53 \\& others | Ask \\`ns-1\\` again \\| or not. |\n| warning | `secondary.healthy` | it is down | 192.0.2.53:53 \\& others |  |\n\n<details>\n<summary>1 as it should be</summary>\n\n| Finding | What was seen |\n|---|---|\n| `authoritative.reachable` | all \\| 4 \\`answer\\` |\n\n</details>\n\n### data.example.com: ok\n\nExpected: primary. Observed: both sides, by different servers.\n\n\n<details>\n<summary>1 as it should be</summary>\n\n| Finding | What was seen |\n|---|---|\n| `authoritative.reachable` | all \\| 4 \\`answer\\` |\n\n</details>");
    insta::assert_snapshot!(read("markdown.py", &text).await, @r#"
    <strong>NOT OK</strong>: 1 of 2 failovers is not what the spec says.
    data.example.com: NOT OK
    Expected: primary. Observed: both sides, by different servers.
     ¦ Finding ¦ What was seen ¦ Where ¦ What to do
    error ¦ authoritative.agree ¦ ns-1 says <b>"x"</b> | *y*, ]]> & &lt; [31mred� ~~z~~ [a](b) __c__ ¦ 192.0.2.53:53 & others ¦ Ask `ns-1` again | or not.
    warning ¦ secondary.healthy ¦ it is down ¦ 192.0.2.53:53 & others ¦ 
    1 as it should be
    Finding ¦ What was seen
    authoritative.reachable ¦ all | 4 `answer`
    data.example.com: ok
    Expected: primary. Observed: both sides, by different servers.
    1 as it should be
    Finding ¦ What was seen
    authoritative.reachable ¦ all | 4 `answer`
    "#);
}

/// interface.md: "`verify`: `--output junit|markdown` besides human and json". The code is the same in each, and
/// one run writes all of them.
#[tokio::test]
async fn one_look_is_written_in_every_form() {
    let lab = TestLab::answering(quick()).await;
    let reports = ["--report", "a.xml", "--report", "a.md", "--report", "a.json"];
    let look = async |output: &str| -> Ran {
        lab.program().run(&[&["verify", "-o", output], &reports[..]].concat()).await
    };
    let file = |name: &str| std::fs::read_to_string(lab.folder().join(name)).expect("a report");
    let ran = look("junit").await;
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran}");
    assert_eq!(file("a.xml"), ran.stdout);
    assert!(
        file("a.md").starts_with("**OK**: the failover answers what the spec says.\n"),
        "{}",
        file("a.md")
    );
    let found: serde_json::Value = serde_json::from_str(&file("a.json")).expect("JSON");
    let checks = found["failovers"][0]["checks"].as_array().expect("a list").len();
    let told = read("junit.py", &ran.stdout).await;
    assert!(told.starts_with(&format!("suite {NAME}: {checks} tests, 0 failed, ")), "{told}");
    assert!(told.contains("spec=failover.toml, expected=primary, observed=primary"), "{told}");

    lab.lab.set_name_server_fault(0, NameServerFault::Lying).expect("a name server");
    for output in ["junit", "markdown", "human"] {
        let ran = look(output).await;
        assert_eq!(ran.code, Some(1), "{ran}");
        assert!(ran.stdout.contains("authoritative.agree"), "{ran}");
        let told = read("junit.py", &file("a.xml")).await;
        assert!(told.contains("failed authoritative.agree\n  message: error: "), "{told}");
        assert!(told.contains("observed=mixed"), "{told}");
        let told = read("markdown.py", &file("a.md")).await;
        assert!(
            told.starts_with("<strong>NOT OK</strong>: 1 of 1 failover is not what the spec says."),
            "{told}"
        );
        assert!(told.contains("\nerror ¦ authoritative.agree ¦ "), "{told}");
    }
    lab.stop().await;
}

#[tokio::test]
async fn other_commands_say_where_a_form_is_written() {
    let lab = TestLab::start(quick()).await;
    let status = lab.program().run(&["status", "--output", "junit"]).await;
    insta::assert_snapshot!(status, @"
    ── stdout
    ── stderr
    error: only `verify` and `drill` write JUnit XML
    ── ended with 2
    ");
    let status = lab.program().with("S3_FAILOVER_OUTPUT", "markdown").run(&["status"]).await;
    insta::assert_snapshot!(status, @"
    ── stdout
    ── stderr
    error: only `plan`, `verify` and `drill` write Markdown
    ── ended with 2
    ");
    let plan = lab.program().run(&["plan", "--output", "junit"]).await;
    assert_eq!((plan.code, plan.stdout.as_str()), (Some(2), ""), "{plan}");
    let by_environment = lab.program().with("S3_FAILOVER_OUTPUT", "junit").run(&["verify"]).await;
    assert!(by_environment.stdout.starts_with("<?xml "), "{by_environment}");
    let ending = lab.program().run(&["verify", "--report", "a.html"]).await;
    assert_eq!(ending.code, Some(2), "{ending}");
    assert!(ending.stderr.contains("its name has to end in .xml, .md or .json"), "{ending}");
    let nowhere = lab.program().run(&["verify", "--report", "no/such/folder.xml"]).await;
    assert_eq!(nowhere.code, Some(2), "{nowhere}");
    assert!(nowhere.stderr.contains("could not write no/such/folder.xml"), "{nowhere}");
    lab.stop().await;
}

/// Runs the action as `GitHub`'s runner does; gives what the judge tells of it.
async fn action(lab: &TestLab, inputs: &serde_json::Value) -> String {
    let variables: Vec<(String, String)> = lab
        .environment()
        .iter()
        .cloned()
        .chain([
            ("PATH".to_owned(), std::env::var("PATH").expect("the tests have a PATH")),
            ("HOME".to_owned(), lab.folder().display().to_string()),
            ("INPUTS".to_owned(), inputs.to_string()),
            ("WORKSPACE".to_owned(), lab.folder().display().to_string()),
        ])
        .collect();
    let action = concat!(env!("CARGO_MANIFEST_DIR"), "/.github/actions/verify/action.yml");
    judge("action.py", &variables, &[action]).await
}

/// The schema that check-jsonschema brings of `GitHub`'s actions takes ours, and would not take one without shells.
#[tokio::test]
async fn the_action_is_one_by_its_schema() {
    let folder = tempfile::tempdir().expect("a folder");
    let ours = concat!(env!("CARGO_MANIFEST_DIR"), "/.github/actions/verify/action.yml");
    let wrong = folder.path().join("action.yml");
    let text = std::fs::read_to_string(ours).expect("the action");
    std::fs::write(&wrong, text.replace("using: composite", "using: compost")).expect("a file");
    for (file, is_one) in [(std::path::Path::new(ours), true), (wrong.as_path(), false)] {
        let mut check = tokio::process::Command::new(judges_tool("check-jsonschema"));
        check.args(["--builtin-schema", "vendor.github-actions"]).arg(file).env("HOME", folder.path());
        let output = check.output().await.expect("it starts");
        assert_eq!(output.status.success(), is_one, "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[tokio::test]
async fn the_action_reports_and_ends_as_verify_does() {
    let lab = TestLab::answering(quick()).await;
    let inputs = serde_json::json!({"binary": env!("CARGO_BIN_EXE_s3-failover")});
    let told = action(&lab, &inputs).await;
    assert!(told.contains("ended with 0\n"), "{told}");
    assert!(told.contains("summary: **OK**: the failover answers what the spec says.\n"), "{told}");
    assert!(told.contains("output exit-code: 0\n") && told.contains("junit begins with: <?xml "), "{told}");

    lab.lab.set_name_server_fault(0, NameServerFault::Lying).expect("a name server");
    let mut inputs = inputs;
    inputs["only"] = format!("\n{NAME}\n").into();
    let told = action(&lab, &inputs).await;
    assert!(told.contains("ended with 1\n") && told.contains("output exit-code: 1\n"), "{told}");
    assert!(told.contains("summary: **NOT OK**: 1 of 1 failover is not what the spec says.\n"), "{told}");

    // Inputs are words, whatever is in them.
    inputs["config"] = "$(touch injected) `touch injected`; touch injected".into();
    let told = action(&lab, &inputs).await;
    assert!(told.contains("ended with 2\n"), "{told}");
    assert!(told.contains("summary: **s3-failover verify could not look** (code 2)"), "{told}");
    assert!(!lab.folder().join("injected").exists(), "{told}");
    inputs["fail-on-warning"] = "perhaps".into();
    assert!(action(&lab, &inputs).await.contains("ended with 2\n"));
    lab.stop().await;
}
