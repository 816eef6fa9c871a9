//! `lab`: serve the lab to other programs, and control one that is served.

use std::{path::Path, time::Duration};

use super::{
    args::{LabArgs, LabCommand},
    exit::{ExitStatus, Failure},
    interrupt::Interrupt,
    lab_admin,
    ui::Ui,
};
use crate::{
    lab::{
        Accounts, Lab, Options, Order, Quotas, Ready, Scenario, StartError, Target, UnknownTarget, control,
        credentials,
    },
    report::json,
};

pub(super) async fn run(args: &LabArgs, ui: Ui) -> Result<ExitStatus, Failure> {
    match &args.command {
        LabCommand::Start {
            speed,
            ready_file,
            spec_file,
            scenario,
            state,
            no_throttling,
            no_quotas,
            several_accounts,
        } => {
            let accounts = if *several_accounts { Accounts::several() } else { Accounts::default() };
            let quotas = if *no_quotas { Quotas::RAISED } else { Quotas::default() };
            let (throttling, state) = (!no_throttling, state.clone());
            let options =
                Options { speed: *speed, throttling, quotas, state, accounts, ..Options::default() };
            let scenario = scenario.as_deref().map(read_scenario).transpose()?.unwrap_or_default();
            start(options, &scenario, ready_file.as_deref(), spec_file.as_deref(), ui).await
        }
        LabCommand::Env { from } => {
            ui.data(&environment(&ready(from)?))?;
            Ok(ExitStatus::Yes)
        }
        LabCommand::Fault { part, kind, after, lasting, from } => {
            fault(&ready(from)?, (part, kind), (*after, *lasting), ui).await
        }
        LabCommand::Calls { forget: true, from } => {
            control::forget_calls(&ready(from)?).await.map_err(|e| unreachable(&e))?;
            ui.say("The lab counts its calls anew.");
            Ok(ExitStatus::Yes)
        }
        LabCommand::Calls { forget: false, from } => {
            let calls = control::calls(&ready(from)?).await.map_err(|e| unreachable(&e))?;
            ui.data(&json::render(&calls))?;
            Ok(ExitStatus::Yes)
        }
        LabCommand::Status { from } => {
            let status = control::status(&ready(from)?).await.map_err(|e| unreachable(&e))?;
            ui.data(&json::render(&status))?;
            Ok(ExitStatus::Yes)
        }
    }
}

async fn start(
    options: Options,
    scenario: &Scenario,
    ready_file: Option<&Path>,
    spec_file: Option<&Path>,
    ui: Ui,
) -> Result<ExitStatus, Failure> {
    let mut interrupt = Interrupt::listen()?;
    let state = options.state.clone();
    let lab = Lab::start(options).await?;
    if let Err(refused) = lab.order(&scenario.orders) {
        lab.stop().await;
        return Err(Failure::new(ExitStatus::Usage, "the lab cannot play the scenario").caused_by(&refused));
    }
    if let Some(path) = spec_file {
        write(path, &lab.spec_toml())?;
    }
    // Last, since its appearance says that everything else is there.
    match ready_file {
        Some(path) => {
            write(path, &json::render(lab.ready()))?;
            ui.say(&format!(
                "The lab is ready. In another terminal: eval \"$(s3-failover lab env --from {})\"",
                path.display()
            ));
        }
        None => ui.data(&json::render(lab.ready()))?,
    }
    interrupt.heard().await;
    lab.stop().await;
    match state {
        Some(folder) => ui.say(&format!("The lab has stopped; its world is kept in {}.", folder.display())),
        None => ui.say("The lab has stopped; nothing of it is left."),
    }
    Ok(ExitStatus::Yes)
}

/// Written beside and moved into place, so that whoever waits for the file never reads half of it.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::not_written(path, &error);
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}", std::process::id()));
    std::fs::write(&beside, text).map_err(failed)?;
    std::fs::rename(&beside, path).map_err(failed)
}

fn ready(from: &Path) -> Result<Ready, Failure> {
    let hint = "The file is the one that `s3-failover lab start --ready-file FILE` wrote.";
    let wrong = |error: &(dyn std::error::Error + 'static)| {
        let failure =
            Failure::new(ExitStatus::Usage, format!("{} is no ready file of a lab", from.display()));
        failure.caused_by(error).hint(hint)
    };
    let text = std::fs::read_to_string(from).map_err(|e| wrong(&e))?;
    serde_json::from_str(&text).map_err(|e| wrong(&e))
}

/// Lines for a POSIX shell. Every endpoint leads to the lab, those of services that it does not serve
/// too, so that nothing can leave this machine by mistake.
fn environment(ready: &Ready) -> String {
    let servers: Vec<String> = ready.nameservers.iter().map(ToString::to_string).collect();
    let resolver = ready.resolver.to_string();
    // SDKs put the account in front of the host of S3 Control, unless there is a user to put it to.
    let s3control = ready.s3control.as_ref().unwrap_or(&ready.route53).replacen("://", "://lab@", 1);
    let ca_bundle = ready.ca_bundle.as_deref().unwrap_or(Path::new("")).display().to_string();
    let (key, secret) = if ready.roles.is_empty() {
        (credentials::ACCESS_KEY_ID, credentials::SECRET_ACCESS_KEY)
    } else {
        (credentials::VISITOR_KEY_ID, credentials::VISITOR_SECRET)
    };
    let variables = [
        ("AWS_ACCESS_KEY_ID", key),
        ("AWS_SECRET_ACCESS_KEY", secret),
        ("AWS_REGION", credentials::DEFAULT_REGION),
        ("AWS_DEFAULT_REGION", credentials::DEFAULT_REGION),
        ("AWS_ENDPOINT_URL", &ready.route53),
        ("AWS_ENDPOINT_URL_CLOUDWATCH", &ready.cloudwatch),
        ("AWS_ENDPOINT_URL_ROUTE_53", &ready.route53),
        ("AWS_ENDPOINT_URL_S3", &ready.s3_endpoint),
        ("AWS_ENDPOINT_URL_S3_CONTROL", &s3control),
        ("AWS_ENDPOINT_URL_STS", &ready.sts),
        ("HTTPS_PROXY", ready.https_proxy.as_deref().unwrap_or_default()),
        ("AWS_CA_BUNDLE", &ca_bundle),
        ("SSL_CERT_FILE", &ca_bundle),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        (lab_admin::VARIABLE, &ready.admin),
        ("S3_FAILOVER_NAMESERVERS", &servers.join(",")),
        ("S3_FAILOVER_RESOLVERS", &resolver),
    ];
    let said = variables.iter().filter(|(_, value)| !value.is_empty());
    let lines = said.map(|(name, value)| format!("export {name}={value}\n"));
    // Another proxy, or exceptions from one, would lead away from the lab.
    let foreign = "http_proxy HTTP_PROXY https_proxy all_proxy ALL_PROXY no_proxy NO_PROXY";
    format!("unset AWS_PROFILE AWS_SESSION_TOKEN {foreign}\n{}", lines.collect::<String>())
}

fn read_scenario(path: &Path) -> Result<Scenario, Failure> {
    let wrong = |error: &(dyn std::error::Error + 'static)| {
        let message = format!("{} is no scenario", path.display());
        Failure::new(ExitStatus::Usage, message).caused_by(error)
    };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
    Scenario::parse(&text).map_err(|error| wrong(&error))
}

async fn fault(
    ready: &Ready,
    (part, kind): (&str, &str),
    (after, lasting): (Option<Duration>, Option<Duration>),
    ui: Ui,
) -> Result<ExitStatus, Failure> {
    if part == "all" {
        if kind != "none" {
            return Err(Failure::new(ExitStatus::Usage, "all parts at once can only be mended: `all none`"));
        }
        control::mend(ready).await.map_err(|e| unreachable(&e))?;
        ui.say("Everything in the lab is whole.");
        return Ok(ExitStatus::Yes);
    }
    let target: Target = part.parse().map_err(|error: UnknownTarget| {
        Failure::new(ExitStatus::Usage, "the lab cannot break this").caused_by(&error)
    })?;
    let order = Order { target, kind: kind.to_owned(), after: after.unwrap_or(Duration::ZERO), lasting };
    control::order(ready, &order).await.map_err(|error| match error {
        refused @ control::ControlError::Refused(_) => {
            Failure::new(ExitStatus::Usage, "the lab cannot break this").caused_by(&refused)
        }
        other => unreachable(&other),
    })?;
    let what = match &order.target {
        Target::S3(region) => format!("the S3 of {region}"),
        other => other.to_string(),
    };
    let when = after.map(|after| format!(" in {} s of the lab", after.as_secs_f64()));
    let lasting = lasting.map(|lasting| format!(" for {} s of the lab", lasting.as_secs_f64()));
    ui.say(&format!("Fault of {what}: {kind}{}{}.", when.unwrap_or_default(), lasting.unwrap_or_default()));
    Ok(ExitStatus::Yes)
}

fn unreachable(error: &control::ControlError) -> Failure {
    Failure::new(ExitStatus::Refused, "the lab's controls did not answer")
        .caused_by(error)
        .hint("Is the lab still running? Its ready file stays behind when it was killed.")
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let status = match error {
            StartError::Speed(_) | StartError::OnePlace | StartError::State(_) => ExitStatus::Usage,
            _ => ExitStatus::Refused,
        };
        Failure::new(status, "the lab did not start").caused_by(&error)
    }
}
