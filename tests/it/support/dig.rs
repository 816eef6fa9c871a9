//! Debian's `dig` and Knot's `kdig`, which share no code with us.

use std::net::SocketAddr;

use tokio::process::Command;

use super::tool;

/// What `dig` prints of one answer, with single spaces and without its id.
pub(crate) async fn dig(server: SocketAddr, arguments: &str) -> String {
    let mut command = Command::new(tool("dig"));
    command.arg(format!("@{}", server.ip())).args(["-p", &server.port().to_string()]);
    command.args(["+tries=1", "+time=5", "+noall", "+comments", "+answer", "+authority", "+additional"]);
    // A cookie is random; whether there is one is not the lab's to say.
    command.arg("+nocookie").args(arguments.split(' ')).env("HOME", "/nonexistent").kill_on_drop(true);
    let output = command.output().await.expect("dig starts");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "dig {arguments}: {text}{}", String::from_utf8_lossy(&output.stderr));
    let lines = text.lines().filter(|line| !line.is_empty() && *line != ";; Got answer:");
    let lines = lines.map(|line| {
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        line.split_once(", id:").map_or(line.clone(), |(before, _)| before.to_owned())
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What `dig +short` prints: the values alone, a line each.
pub(crate) async fn short(server: SocketAddr, arguments: &str) -> Vec<String> {
    let output = run("dig", server, &format!("+short +norecurse +nocookie {arguments}")).await;
    output.lines().map(str::to_owned).collect()
}

/// What `kdig` prints of the header and the sections, with single spaces and without its id.
pub(crate) async fn kdig(server: SocketAddr, arguments: &str) -> String {
    let output =
        run("kdig", server, &format!("+noall +header +answer +authority +additional {arguments}")).await;
    let lines = output.lines().filter(|line| !line.is_empty()).map(|line| {
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        line.split_once("; id:").map_or(line.clone(), |(before, _)| before.to_owned())
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether `dig` gives up without an answer ("9: No reply from server", its manual).
pub(crate) async fn is_unanswered(server: SocketAddr, arguments: &str) -> bool {
    let mut command = Command::new(tool("dig"));
    command.arg(format!("@{}", server.ip())).args(["-p", &server.port().to_string()]);
    command.args(["+tries=1", "+time=1"]).args(arguments.split(' '));
    let output = command.env("HOME", "/nonexistent").kill_on_drop(true).output().await.expect("dig starts");
    output.status.code() == Some(9)
}

async fn run(program: &str, server: SocketAddr, arguments: &str) -> String {
    let mut command = Command::new(tool(program));
    command.arg(format!("@{}", server.ip())).args(["-p", &server.port().to_string()]);
    command.args(arguments.split(' ')).env("HOME", "/nonexistent").kill_on_drop(true);
    let output = command.output().await.expect("the program starts");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(
        output.status.success(),
        "{program} {arguments}: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}
