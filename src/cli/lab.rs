//! `lab`: serve the lab to other programs, and control one that is served.

use std::path::Path;

use super::{
    args::{LabArgs, LabCommand},
    exit::{ExitStatus, Failure},
    interrupt::Interrupt,
    ui::Ui,
};
use crate::{
    lab::{Fault, Lab, Options, Ready, StartError, control, credentials},
    model::Region,
    report::json,
};

pub(super) async fn run(args: &LabArgs, ui: Ui) -> Result<ExitStatus, Failure> {
    match &args.command {
        LabCommand::Start { speed, ready_file, spec_file, state, no_throttling } => {
            let state = state.clone();
            let options = Options { speed: *speed, throttling: !no_throttling, state, ..Options::default() };
            start(options, ready_file.as_deref(), spec_file.as_deref(), ui).await
        }
        LabCommand::Env { from } => {
            ui.data(&environment(&ready(from)?))?;
            Ok(ExitStatus::Yes)
        }
        LabCommand::Fault { region, kind, from } => fault(&ready(from)?, region, *kind, ui).await,
        LabCommand::Status { from } => {
            let status = control::status(&ready(from)?).await.map_err(|e| unreachable(&e))?;
            ui.data(&json::render(&status))?;
            Ok(ExitStatus::Yes)
        }
    }
}

async fn start(
    options: Options,
    ready_file: Option<&Path>,
    spec_file: Option<&Path>,
    ui: Ui,
) -> Result<ExitStatus, Failure> {
    let mut interrupt = Interrupt::listen()?;
    let state = options.state.clone();
    let lab = Lab::start(options).await?;
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
    let failed = |error: std::io::Error| {
        Failure::new(ExitStatus::Usage, format!("could not write {}", path.display())).caused_by(&error)
    };
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
    let variables = [
        ("AWS_ACCESS_KEY_ID", credentials::ACCESS_KEY_ID),
        ("AWS_SECRET_ACCESS_KEY", credentials::SECRET_ACCESS_KEY),
        ("AWS_REGION", credentials::DEFAULT_REGION),
        ("AWS_DEFAULT_REGION", credentials::DEFAULT_REGION),
        ("AWS_ENDPOINT_URL", &ready.route53),
        ("AWS_ENDPOINT_URL_CLOUDWATCH", &ready.cloudwatch),
        ("AWS_ENDPOINT_URL_ROUTE_53", &ready.route53),
        ("AWS_ENDPOINT_URL_S3", &ready.s3_endpoint),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("S3_FAILOVER_NAMESERVERS", &servers.join(",")),
        ("S3_FAILOVER_RESOLVERS", &resolver),
    ];
    let lines = variables.iter().map(|(name, value)| format!("export {name}={value}\n"));
    format!("unset AWS_PROFILE AWS_SESSION_TOKEN\n{}", lines.collect::<String>())
}

async fn fault(ready: &Ready, region: &Region, kind: Fault, ui: Ui) -> Result<ExitStatus, Failure> {
    if !ready.s3.contains_key(region) {
        let regions: Vec<&str> = ready.s3.keys().map(Region::as_str).collect();
        let message = format!("the lab has no region {region}; it has {}", regions.join(" and "));
        return Err(Failure::new(ExitStatus::Usage, message));
    }
    control::set_fault(ready, region, kind).await.map_err(|e| unreachable(&e))?;
    ui.say(&format!("The S3 of {region}: {kind}."));
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
