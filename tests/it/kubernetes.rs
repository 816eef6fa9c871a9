//! `templates/kubernetes-watch.yaml`: valid by Kubernetes's own schemas, and of a piece with the program.

use super::support::{Program, judge};

/// Issue: "A Grafana dashboard and Kubernetes manifests for that in `templates/`."
#[tokio::test]
async fn manifests_are_what_kubernetes_and_the_program_take() {
    let told = judge("kubernetes.py", &[], &["templates/kubernetes-watch.yaml"]).await;
    let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!(told["kinds"], serde_json::json!(["ServiceAccount", "ConfigMap", "Deployment", "Service"]));
    assert_eq!(told["metrics"], "/metrics");

    let folder = tempfile::tempdir().expect("a folder");
    let text = |key: &str| told[key].as_str().expect("a text").to_owned();
    std::fs::write(folder.path().join(text("file")), text("spec")).expect("a file");
    let ran = Program::bare(folder.path())
        .run(&["export", "--format", "iam", "--for", "verify", "--offline"])
        .await;
    assert_eq!(ran.code, Some(0), "the spec is none: {ran}");

    let arguments = told["arguments"].as_array().expect("a list");
    let mut arguments: Vec<&str> = arguments.iter().map(|one| one.as_str().expect("a text")).collect();
    let port = format!("0.0.0.0:{}", told["port"]);
    assert!(arguments.ends_with(&["--metrics", &port]), "{arguments:?}");
    // Parsed, and not run: the port is a fixed one, and there is no such account.
    arguments.push("--help");
    let mut program = Program::bare(folder.path());
    for (name, value) in told["variables"].as_object().expect("variables") {
        program = program.with(name, value.as_str().expect("a text"));
    }
    let ran = program.run(&arguments).await;
    assert!(ran.code == Some(0) && ran.stdout.starts_with("Keep verifying"), "{ran}");
    arguments[0] = "wathc";
    assert_eq!(program.run(&arguments).await.code, Some(2));
}
