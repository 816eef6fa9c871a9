//! What the program says of itself: help, version, completions, manual page, and wrong use.

use std::process::{Command, Stdio};

use super::support::{Program, Ran, tool};

async fn ran(arguments: &[&str]) -> Ran {
    let folder = tempfile::tempdir().expect("a folder");
    Program::bare(folder.path()).run(arguments).await
}

/// The help of a command, without the options that every command has.
async fn own_help(command: &str) -> String {
    let words: Vec<&str> = command.split(' ').chain(["--help"]).collect();
    let ran = ran(&words).await;
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran}");
    let (own, global) = ran.stdout.split_once("\nGlobal options:\n").expect("the options of every command");
    assert!(global.trim_start().starts_with("-c, --config <FILE>"), "{ran}");
    own.to_owned()
}

/// interface.md: "`s3-failover` alone prints this grouped help."
#[tokio::test]
async fn alone_it_prints_the_grouped_help() {
    let alone = ran(&[]).await;
    insta::assert_snapshot!(alone, @"
    ── stdout
    Route 53 DNS failover for two S3 buckets: set it up, prove it, drill it

    Usage: s3-failover [OPTIONS] [COMMAND]

    Set up   init         Write a starter spec for two buckets
             plan         Show what apply would change, and why
             apply        Create or update health checks and failover records
             destroy      Remove what apply created
             import       Write a spec from failover records that already exist
             export       Print the spec as CloudFormation, Terraform or an IAM policy
    Prove    verify       Do DNS and S3 answer what the spec says, right now?
             watch        Keep verifying: tell what changes, or wait until a side answers
             drill        Break the primary, time the recovery, restore, report
    Operate  status       Show where each failover stands
             failover     Switch to the secondary by hand, through the data plane only
             failback     Switch back to the primary, when it has what was written meanwhile
             resolve      Print the bucket, region and endpoint that are active now
             history      Show past drills, switches and changes, and whether recoveries still take as long
             recover      Undo what an interrupted drill left behind
    Try      demo         Run the main job, start to end, on the embedded lab; needs no AWS account
             lab          Serve the lab to other programs
    Other    completions  Print a completion script for a shell
             man          Print the manual page

      -c, --config <FILE>         The spec: TOML, or JSON when the name ends in .json [env:
                                  S3_FAILOVER_CONFIG=] [default: failover.toml]
      -o, --output <FORMAT>       Text for people, one JSON document on stdout, Markdown (plan, verify)
                                  or JUnit XML (verify) [env: S3_FAILOVER_OUTPUT=] [default: human]
                                  [possible values: human, json, markdown, junit]
          --only <NAME>           Only this failover of the spec (can be repeated)
          --profile <PROFILE>     A profile of the AWS configuration files
          --region <REGION>       The AWS region, where none is configured
          --nameserver <ADDR>     Ask this name server instead of the delegated ones: `IP[:PORT]` or
                                  `tcp://IP[:PORT]` (can be repeated) [env: S3_FAILOVER_NAMESERVERS=]
          --resolver <ADDR>       Ask this recursive resolver: `IP[:PORT]`, `tcp://IP`,
                                  `tls://IP[#NAME]`, `https://HOST/dns-query[#IP]`, `system` or `public`
                                  (can be repeated) [env: S3_FAILOVER_RESOLVERS=]
          --client-subnet <CIDR>  Ask on behalf of this network: `192.0.2.0/24`, sent as EDNS client
                                  subnet [env: S3_FAILOVER_CLIENT_SUBNET=]
          --state <DIR>           Where journal and history live; the platform's state folder when
                                  nobody says [env: S3_FAILOVER_STATE]
      -v, --verbose...            Say more about what is done; repeat for more (`RUST_LOG` says it in
                                  detail)
      -q, --quiet                 Say nothing but data and failures
          --color <WHEN>          When to use colours [default: auto] [possible values: auto, always,
                                  never]
      -h, --help                  Print help
      -V, --version               Print version
    ── stderr
    ── ended with 0
    ");
    assert_eq!(ran(&["--help"]).await, alone);
    assert_eq!(ran(&["-h"]).await, alone);
}

/// interface.md, "Commands" and "Options of commands that scripts use".
#[tokio::test]
async fn commands_that_set_up_have_help() {
    insta::assert_snapshot!(own_help("init").await, @"
    Write a starter spec for two buckets

    Usage: s3-failover init [OPTIONS]

    Options:
          --zone <ZONE>                The hosted zone, by name or id [default: example.com]
          --name <NAME>                The name that fails over [default: data.example.com]
          --primary <BUCKET@REGION>    Bucket and region of the primary [default:
                                       my-app-data-us-east-1@us-east-1]
          --secondary <BUCKET@REGION>  Bucket and region of the secondary [default:
                                       my-app-data-eu-west-1@eu-west-1]
      -h, --help                       Print help
    ");
    insta::assert_snapshot!(own_help("plan").await, @"
    Show what apply would change, and why

    Usage: s3-failover plan [OPTIONS]

    Options:
          --adopt <NAME>   Take the place of records of others that stand in this failover's way (can be
                           repeated)
          --remove <NAME>  Remove this failover, which was taken out of the spec (can be repeated)
          --allow <GUARD>  Have a guard stand aside: long-ttl, doubled-cost, last-record, other-spec,
                           unhealthy or both-down (can be repeated)
          --check          End with 1 when something would change
          --out <FILE>     Write the plan here too, for `apply FILE`
      -h, --help           Print help
    ");
    insta::assert_snapshot!(own_help("export").await, @"
    Print the spec as CloudFormation, Terraform or an IAM policy

    Usage: s3-failover export [OPTIONS] --format <FORMAT>

    Options:
          --format <FORMAT>  What to print
          --for <COMMAND>    With `iam`: the command that the policy is for [possible values: plan,
                             apply, verify, drill, orphans, switch, all]
          --buckets          Also the buckets: versioning, replication both ways, its roles, and what
                             health checkers may read
          --out <PATH>       Write to this file, or into this folder where it takes several files,
                             instead of stdout
      -h, --help             Print help

    Options of `iam`:
          --offline       Ask AWS nothing: a hosted zone that the spec names without its id may be any
                          of the account
          --also <FILE>   Another state of the spec, such as the one before: its records may be changed
                          too (can be repeated)
          --adopt <TYPE>  For `apply --adopt`: records of others of this type may be taken over (can be
                          repeated)
    ");
    insta::assert_snapshot!(own_help("apply").await, @"
    Create or update health checks and failover records

    Usage: s3-failover apply [OPTIONS] [PLANFILE]

    Arguments:
      [PLANFILE]  Carry out this plan, as `plan --out` wrote it, or nothing

    Options:
          --adopt <NAME>     Take the place of records of others that stand in this failover's way (can
                             be repeated)
          --remove <NAME>    Remove this failover, which was taken out of the spec (can be repeated)
          --allow <GUARD>    Have a guard stand aside: long-ttl, doubled-cost, last-record, other-spec,
                             unhealthy or both-down (can be repeated)
      -y, --yes              Do not ask
          --allow-unhealthy  Change the records although their health checks are not healthy: both
                             guards, unhealthy and both-down
      -h, --help             Print help
    ");
    insta::assert_snapshot!(own_help("destroy").await, @"
    Remove what apply created

    Usage: s3-failover destroy [OPTIONS]

    Options:
          --orphans        Remove the health checks of ours that no record of any zone uses, instead of
                           the spec's failovers
          --leave <SIDE>   Put a plain record in each failover's place, with what this side answers:
                           primary or secondary [possible values: primary, secondary]
          --allow <GUARD>  Have a guard stand aside: unhealthy, of the side that is left (can be
                           repeated)
      -y, --yes            Do not ask
      -h, --help           Print help
    ");
    insta::assert_snapshot!(own_help("import").await, @"
    Write a spec from failover records that already exist

    Usage: s3-failover import [OPTIONS] <NAME>...

    Arguments:
      <NAME>...  A name that fails over today, whoever made its records

    Options:
          --zone <ZONE>  The hosted zone that holds the names, by name or id; found by the name when
                         left out
          --out <FILE>   Write the spec here instead of to stdout: JSON when the name ends in .json;
                         never overwrites
      -h, --help         Print help
    ");
}

/// interface.md, "Commands" and "Options of commands that scripts use".
#[tokio::test]
async fn watch_and_its_options() {
    insta::assert_snapshot!(own_help("watch").await, @"
    Keep verifying: tell what changes, or wait until a side answers

    Usage: s3-failover watch [OPTIONS]

    Options:
          --until <WHAT>     End when every vantage point answers this: one side, the same side, or the
                             side that ought to be [possible values: primary, secondary, consistent,
                             expected]
          --timeout <TIME>   Stop after so long; with --until, with 1
          --interval <TIME>  Between two questions from one vantage point, 10ms at least [default: 1s]
          --events <FILE>    Append what happens to this file, one JSON object a line; `-` is stdout
          --metrics <ADDR>   Serve metrics for Prometheus on this address, `IP:PORT`, under /metrics
      -h, --help             Print help
    ");
}

/// The same of commands that only look.
#[tokio::test]
async fn commands_that_prove_and_operate_have_help() {
    insta::assert_snapshot!(own_help("verify").await, @"
    Do DNS and S3 answer what the spec says, right now?

    Usage: s3-failover verify [OPTIONS]

    Options:
          --report <FILE>  Write what was found here too: JUnit XML, Markdown or JSON, by the ending
                           .xml, .md or .json (can be repeated)
      -h, --help           Print help
    ");
    insta::assert_snapshot!(own_help("status").await, @"
    Show where each failover stands

    Usage: s3-failover status [OPTIONS]

    Options:
          --orphans  List health checks of ours that nothing uses, or whose failover this spec does not
                     declare
          --all      And those of anybody that nothing uses
      -h, --help     Print help
    ");
    insta::assert_snapshot!(own_help("failover").await, @"
    Switch to the secondary by hand, through the data plane only

    Usage: s3-failover failover [OPTIONS] [NAME]

    Arguments:
      [NAME]  The failover; may be left out when the spec has one

    Options:
          --all             Every failover of the spec: all of them, or none
          --max-lag <TIME>  How far the side that takes over may be behind [default: 15m]
          --timeout <TIME>  How long to wait until everybody has arrived [default: 5m]
          --force           Pass by whatever refuses, and say what
          --dry-run         Look and say what would be done; write nothing
      -y, --yes             Do not ask
          --reason <TEXT>   Why: it stands in the object, which everybody can read, beside your user
                            name and this machine's name
      -h, --help            Print help
    ");
    insta::assert_snapshot!(own_help("failback").await, @"
    Switch back to the primary, when it has what was written meanwhile

    Usage: s3-failover failback [OPTIONS] [NAME]

    Arguments:
      [NAME]  The failover; may be left out when the spec has one

    Options:
          --all                   Every failover of the spec: all of them, or none
          --max-lag <TIME>        How far the side that takes over may be behind [default: 15m]
          --timeout <TIME>        How long to wait until everybody has arrived [default: 5m]
          --force                 Pass by whatever refuses, and say what
          --dry-run               Look and say what would be done; write nothing
      -y, --yes                   Do not ask
          --drain-timeout <TIME>  How long to wait until the primary has what was written on the
                                  secondary [default: 15m]
      -h, --help                  Print help
    ");
    insta::assert_snapshot!(own_help("resolve").await, @"
    Print the bucket, region and endpoint that are active now

    Usage: s3-failover resolve [OPTIONS] [NAME]

    Arguments:
      [NAME]  The failover; may be left out when the spec has one

    Options:
          --format <FORMAT>  Lines for a shell, or an S3 URI [possible values: env, uri]
          --exec <CMD>...    Run this command with the active side in its environment
                             (`S3_FAILOVER_BUCKET`, `AWS_REGION`, …); the rest of the line is its own
      -h, --help             Print help
    ");
}

/// interface.md, "Commands" and "The lab".
#[tokio::test]
async fn commands_to_try_have_help() {
    insta::assert_snapshot!(own_help("demo").await, @"
    Run the main job, start to end, on the embedded lab; needs no AWS account

    Usage: s3-failover demo [OPTIONS]

    Options:
          --fault <KIND>           How the primary's region breaks: refuse, timeout, http-500, http-503,
                                   slow or block-public [default: http-503]
          --interval <INTERVAL>    Seconds between two looks of a checker: 10 or 30 [default: 10]
          --threshold <THRESHOLD>  Results in a row that change a checker's mind: 1 to 10 [default: 3]
          --ttl <TTL>              Seconds for which the pointer records may be cached [default: 60]
          --speed <SPEED>          How many seconds of the lab's world pass in one of ours, 1 to 100
                                   [default: 20]
          --repeat <N>             Break and mend so many times; percentiles are told, and the slowest
                                   run in full [default: 1]
          --events <FILE>          Append what happens as JSON lines
          --report <FILE>          Write the report: HTML, Markdown, JSON or JUnit XML, by the ending
                                   .html, .md, .json or .xml (can be repeated)
      -h, --help                   Print help
    ");
    insta::assert_snapshot!(own_help("lab").await, @"
    Serve the lab to other programs

    Usage: s3-failover lab [OPTIONS] <COMMAND>

    Commands:
      start   Run the lab in the foreground until it is interrupted
      env     Print the `export` lines that lead SDKs, the aws command and this tool to the lab
      fault   Break a part of the lab, or mend it
      calls   Show what the lab's APIs were asked for, and how often, as JSON
      status  Show the lab's faults, verdicts and time, as JSON

    Options:
      -h, --help  Print help
    ");
    insta::assert_snapshot!(own_help("lab start").await, @"
    Run the lab in the foreground until it is interrupted

    Usage: s3-failover lab start [OPTIONS]

    Options:
          --speed <SPEED>      How many seconds of the lab's world pass in one of ours [default: 1]
          --ready-file <FILE>  Write addresses here when the lab can serve
          --spec-file <FILE>   Write a spec for the lab's pair of buckets here
          --scenario <FILE>    Break what this file says, when it says
          --state <DIR>        Keep the lab's world in this folder, and go on with what is there
          --no-throttling      Answer every call, however fast they come
          --no-quotas          Hold any number of zones, health checks and records
          --several-accounts   Give each bucket to an account of its own, which a role opens
      -h, --help               Print help
    ");
    insta::assert_snapshot!(own_help("lab env").await, @"
    Print the `export` lines that lead SDKs, the aws command and this tool to the lab

    Usage: s3-failover lab env [OPTIONS] --from <FILE>

    Options:
          --from <FILE>  The lab's ready file
      -h, --help         Print help
    ");
    insta::assert_snapshot!(own_help("lab fault").await, @"
    Break a part of the lab, or mend it

    Usage: s3-failover lab fault [OPTIONS] --from <FILE> <REGION|PART> <KIND>

    Arguments:
      <REGION|PART>  The part: a region for its S3, or one of the parts below; `all` to mend everything
      <KIND>         What is wrong with it

    Options:
          --after <TIME>  Wait so long first, in the lab's time
          --for <TIME>    Mend it by itself after so long, in the lab's time
          --from <FILE>   The lab's ready file
      -h, --help          Print help
    ");
    insta::assert_snapshot!(own_help("lab status").await, @"
    Show the lab's faults, verdicts and time, as JSON

    Usage: s3-failover lab status [OPTIONS] --from <FILE>

    Options:
          --from <FILE>  The lab's ready file
      -h, --help         Print help
    ");
}

/// interface.md, "Commands": "history: past drills and switches".
#[tokio::test]
async fn history_and_its_options() {
    insta::assert_snapshot!(own_help("history").await, @"
    Show past drills, switches and changes, and whether recoveries still take as long

    Usage: s3-failover history [OPTIONS] [COMMAND]

    Commands:
      show    Print one run, with all that was measured
      export  Print all of it for other programs: every run, in JSON with its document

    Options:
          --deed <COMMAND>  Only what this command did: plan, apply, destroy, drill, failover, failback
                            or recover (can be repeated)
          --since <TIME>    Only what began after this: a date (`2026-11-22`), a time
                            (`2026-11-22T09:00:00Z`), or so long ago (`90d`, `12h`)
          --limit <N>       Only the last so many
      -h, --help            Print help
    ");
    insta::assert_snapshot!(own_help("history show").await, @"
    Print one run, with all that was measured

    Usage: s3-failover history show [OPTIONS] <ID>

    Arguments:
      <ID>  Its number in the list, or the name of the run, or how that begins

    Options:
      -h, --help  Print help
    ");
    insta::assert_snapshot!(own_help("history export").await, @"
    Print all of it for other programs: every run, in JSON with its document

    Usage: s3-failover history export [OPTIONS] --format <FORMAT>

    Options:
          --deed <COMMAND>   Only what this command did: plan, apply, destroy, drill, failover, failback
                             or recover (can be repeated)
          --since <TIME>     Only what began after this: a date (`2026-11-22`), a time
                             (`2026-11-22T09:00:00Z`), or so long ago (`90d`, `12h`)
          --limit <N>        Only the last so many
          --format <FORMAT>  What to write [possible values: csv, json]
          --out <FILE>       Write to this file instead of to stdout
      -h, --help             Print help
    ");
}

/// interface.md: "`completions SHELL` and `man` exist too."
#[tokio::test]
async fn completions_and_man_have_help() {
    insta::assert_snapshot!(own_help("completions").await, @"
    Print a completion script for a shell

    Usage: s3-failover completions [OPTIONS] <SHELL>

    Arguments:
      <SHELL>  The shell [possible values: bash, elvish, fish, powershell, zsh]

    Options:
      -h, --help  Print help
    ");
    insta::assert_snapshot!(own_help("man").await, @"
    Print the manual page

    Usage: s3-failover man [OPTIONS]

    Options:
      -h, --help  Print help
    ");
}

/// The version is that of the package.
#[tokio::test]
async fn the_version_is_the_packages() {
    let expected = format!("s3-failover {}\n", env!("CARGO_PKG_VERSION"));
    for option in ["--version", "-V"] {
        let ran = ran(&[option]).await;
        assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), expected.as_str(), ""));
    }
}

/// interface.md, exit codes: "2: wrong use …; nothing was sent". What is wrong is said on stderr.
#[tokio::test]
async fn wrong_use_ends_with_2() {
    insta::assert_snapshot!(ran(&["plan", "--chekc"]).await, @"
    ── stdout
    ── stderr
    error: unexpected argument '--chekc' found

      tip: a similar argument exists: '--check'

    Usage: s3-failover plan --check

    For more information, try '--help'.
    ── ended with 2
    ");
    insta::assert_snapshot!(ran(&["paln"]).await, @"
    ── stdout
    ── stderr
    error: unrecognized subcommand 'paln'

      tip: some similar subcommands exist: 'man', 'plan'

    Usage: s3-failover [OPTIONS] [COMMAND]

    For more information, try '--help'.
    ── ended with 2
    ");
    insta::assert_snapshot!(ran(&["lab"]).await, @"
    ── stdout
    ── stderr
    Serve the lab to other programs

    Usage: s3-failover lab [OPTIONS] <COMMAND>

    Commands:
      start   Run the lab in the foreground until it is interrupted
      env     Print the `export` lines that lead SDKs, the aws command and this tool to the lab
      fault   Break a part of the lab, or mend it
      calls   Show what the lab's APIs were asked for, and how often, as JSON
      status  Show the lab's faults, verdicts and time, as JSON

    Options:
      -h, --help  Print help

    Global options:
      -c, --config <FILE>         The spec: TOML, or JSON when the name ends in .json [env:
                                  S3_FAILOVER_CONFIG=] [default: failover.toml]
      -o, --output <FORMAT>       Text for people, one JSON document on stdout, Markdown (plan, verify)
                                  or JUnit XML (verify) [env: S3_FAILOVER_OUTPUT=] [default: human]
                                  [possible values: human, json, markdown, junit]
          --only <NAME>           Only this failover of the spec (can be repeated)
          --profile <PROFILE>     A profile of the AWS configuration files
          --region <REGION>       The AWS region, where none is configured
          --nameserver <ADDR>     Ask this name server instead of the delegated ones: `IP[:PORT]` or
                                  `tcp://IP[:PORT]` (can be repeated) [env: S3_FAILOVER_NAMESERVERS=]
          --resolver <ADDR>       Ask this recursive resolver: `IP[:PORT]`, `tcp://IP`,
                                  `tls://IP[#NAME]`, `https://HOST/dns-query[#IP]`, `system` or `public`
                                  (can be repeated) [env: S3_FAILOVER_RESOLVERS=]
          --client-subnet <CIDR>  Ask on behalf of this network: `192.0.2.0/24`, sent as EDNS client
                                  subnet [env: S3_FAILOVER_CLIENT_SUBNET=]
          --state <DIR>           Where journal and history live; the platform's state folder when
                                  nobody says [env: S3_FAILOVER_STATE]
      -v, --verbose...            Say more about what is done; repeat for more (`RUST_LOG` says it in
                                  detail)
      -q, --quiet                 Say nothing but data and failures
          --color <WHEN>          When to use colours [default: auto] [possible values: auto, always,
                                  never]
    ── ended with 2
    ");
    insta::assert_snapshot!(ran(&["demo", "--fault", "flood"]).await, @"
    ── stdout
    ── stderr
    error: invalid value 'flood' for '--fault <KIND>': `flood` is no fault of a region; the faults are none, refuse, timeout, http-500, http-503, slow, block-public and partition

    For more information, try '--help'.
    ── ended with 2
    ");
    insta::assert_snapshot!(ran(&["plan", "--only", "not a name"]).await, @"
    ── stdout
    ── stderr
    error: invalid value 'not a name' for '--only <NAME>': the character ` ` cannot stand in a domain name; use a-z, 0-9, `-` and `_`

    For more information, try '--help'.
    ── ended with 2
    ");
    insta::assert_snapshot!(ran(&["init", "--primary", "bucket-without-region"]).await, @"
    ── stdout
    ── stderr
    error: invalid value 'bucket-without-region' for '--primary <BUCKET@REGION>': write it as BUCKET@REGION

    For more information, try '--help'.
    ── ended with 2
    ");
}

/// A shell can read the script that is meant for it, and it knows the commands.
#[tokio::test]
async fn completions_are_a_script_of_their_shell() {
    let script = ran(&["completions", "bash"]).await;
    assert_eq!((script.code, script.stderr.as_str()), (Some(0), ""), "{script}");
    // What a person gets who types `pl` and the tab key, by the function that the script names for it.
    let typed = "declare -a COMP_WORDS=(s3-failover pl) COMPREPLY; COMP_CWORD=1\n\
                 function=$(complete -p s3-failover | sed 's/.*-F \\([^ ]*\\).*/\\1/')\n\
                 $function s3-failover pl s3-failover; echo \"${COMPREPLY[@]}\"";
    let mut bash = Command::new(tool("bash"));
    bash.arg("-c").arg(format!("{}\n{typed}", script.stdout)).stdin(Stdio::null());
    let read = bash.output().expect("bash runs");
    let said = [read.stdout, read.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert_eq!(said, ["plan\n", ""]);
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        let script = ran(&["completions", shell]).await;
        assert_eq!(script.code, Some(0), "{script}");
        assert!(script.stdout.contains("destroy"), "{shell}: no `destroy` in\n{script}");
    }
}

/// The manual page is one: roff, with a title line and a section for what the program is.
#[tokio::test]
async fn the_manual_page_is_roff() {
    let page = ran(&["man"]).await;
    assert_eq!((page.code, page.stderr.as_str()), (Some(0), ""), "{page}");
    let head: Vec<&str> = page.stdout.lines().take(5).collect();
    insta::assert_snapshot!(head.join("\n"), @r#"
    .ie \n(.g .ds Aq \(aq
    .el .ds Aq '
    .TH s3-failover 1  "s3-failover 0.1.0" 
    .SH NAME
    s3\-failover \- Route 53 DNS failover for two S3 buckets: set it up, prove it, drill it
    "#);
    let sections: Vec<&str> = page.stdout.lines().filter_map(|line| line.strip_prefix(".SH ")).collect();
    insta::assert_snapshot!(sections.join("\n"), @r#"
    NAME
    SYNOPSIS
    DESCRIPTION
    OPTIONS
    "GLOBAL OPTIONS"
    SUBCOMMANDS
    VERSION
    "#);
}
