//! The edge: arguments in, exit code out. Nobody imports this room.
//!
//! ```text
//!   args ──▶ world (clock, AWS, whom to ask) ─┐
//!   files ─▶ spec ────────────────────────────┼──▶ one file a command ──▶ ui (stdout: data, stderr: talk) ──▶ exit code
//! ```
//!
//! A command is a function of the `World` that it acts in. The real one comes from the
//! environment; `demo` gives the very same functions the world of a lab.

mod apply;
mod args;
mod confirm;
mod demo;
mod destroy;
mod drill;
mod drill_args;
mod elsewhere;
mod events;
mod exit;
mod export;
mod export_args;
mod export_files;
mod export_iam;
mod export_iam_args;
mod failback;
mod failover;
mod gather;
mod help;
mod history;
mod history_args;
mod import;
mod init;
mod interrupt;
mod lab;
mod lab_admin;
mod memory;
mod metrics;
mod orphans;
mod otlp;
mod plan;
mod plan_file;
mod recover;
mod recover_args;
mod removed;
mod resolve;
mod roles;
mod shell;
mod signed;
mod speed;
mod state;
mod status;
mod switch_args;
mod switching;
mod ui;
mod verify;
mod verify_args;
mod watch;
mod watch_args;
mod world;

use std::{io::IsTerminal, process::ExitCode};

use clap::{FromArgMatches, error::ErrorKind};

use self::{
    args::{Arguments, Command, Output},
    exit::{ExitStatus, Failure},
    interrupt::interruptible,
    memory::Memory,
    ui::Ui,
    world::World,
};

/// Runs the program, from its arguments to its exit code.
pub fn main() -> ExitCode {
    let parsed = help::command().try_get_matches().and_then(|matches| Arguments::from_arg_matches(&matches));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => return explain_usage(&error),
    };
    let ui = Ui::new(&arguments.global);
    start_logging(&arguments.global);
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            return ui
                .fail(&Failure::new(ExitStatus::Refused, "could not start the runtime").caused_by(&error))
                .into();
        }
    };
    let result = runtime.block_on(run(arguments, ui));
    // Look-ups of the system's resolver cannot be interrupted; nobody waits for them.
    runtime.shutdown_background();
    match result {
        Ok(status) => status.into(),
        Err(failure) => ui.fail(&failure).into(),
    }
}

async fn run(arguments: Arguments, ui: Ui) -> Result<ExitStatus, Failure> {
    let Arguments { global, command } = arguments;
    let Some(command) = command else {
        ui.data(&help::grouped())?;
        return Ok(ExitStatus::Yes);
    };
    match (global.output, &command) {
        (Output::Human | Output::Json, _)
        | (Output::Markdown, Command::Plan(_) | Command::Verify(_) | Command::Drill(_))
        | (Output::Junit, Command::Verify(_) | Command::Drill(_)) => {}
        (Output::Markdown, _) => {
            return Err(Failure::new(ExitStatus::Usage, "only `plan`, `verify` and `drill` write Markdown"));
        }
        (Output::Junit, _) => {
            return Err(Failure::new(ExitStatus::Usage, "only `verify` and `drill` write JUnit XML"));
        }
    }
    if asks_aws(&command) {
        Memory::new(&global).tell(ui);
    }
    match command {
        Command::Init(args) => init::run(&args, &global, ui),
        Command::Lab(args) => lab::run(&args, ui).await,
        // Large: it has a whole lab in it.
        Command::Demo(args) => Box::pin(demo::run(&args, &global, ui)).await,
        Command::Completions(args) => shell::completions(&args, ui),
        Command::Man => shell::man(ui),
        Command::Plan(args) => plan::run(&args, &World::from_environment(&global).await, &global, ui).await,
        Command::Apply(args) => {
            let world = World::from_environment(&global).await;
            interruptible(ui, &world.stop, Box::pin(apply::run(&args, &world, &global, ui))).await
        }
        Command::Destroy(args) => {
            let world = World::from_environment(&global).await;
            if args.orphans {
                interruptible(ui, &world.stop, Box::pin(orphans::destroy(&args, &world, &global, ui))).await
            } else {
                interruptible(ui, &world.stop, Box::pin(destroy::run(&args, &world, &global, ui))).await
            }
        }
        Command::Import(args) => import::run(&args, &World::from_environment(&global).await, ui).await,
        Command::Export(args) => Box::pin(export::run(&args, &global, ui)).await,
        Command::Verify(args) => {
            verify::run(&args, &World::from_environment(&global).await, &global, ui).await
        }
        Command::Watch(args) => {
            Box::pin(watch::run(&args, &World::from_environment(&global).await, &global, ui)).await
        }
        Command::Drill(args) => {
            Box::pin(drill::run(&args, &World::from_environment(&global).await, &global, ui)).await
        }
        Command::Failover(args) => {
            let world = World::from_environment(&global).await;
            interruptible(ui, &world.stop, Box::pin(failover::run(&args, &world, &global, ui))).await
        }
        Command::Failback(args) => {
            let world = World::from_environment(&global).await;
            interruptible(ui, &world.stop, Box::pin(failback::run(&args, &world, &global, ui))).await
        }
        Command::Resolve(args) => {
            resolve::run(&args, &World::from_environment(&global).await, &global, ui).await
        }
        Command::Recover(args) => {
            Box::pin(recover::run(&args, &World::from_environment(&global).await, &global, ui)).await
        }
        Command::Status(args) if args.orphans => {
            orphans::status(&args, &World::from_environment(&global).await, &global, ui).await
        }
        Command::History(args) => history::run(&args, &global, ui),
        Command::Status(_) => status::run(&World::from_environment(&global).await, &global, ui).await,
    }
}

/// Whether a command talks to AWS, or of what stands there: whoever runs it should know what is broken on purpose.
fn asks_aws(command: &Command) -> bool {
    match command {
        Command::Plan(_)
        | Command::Apply(_)
        | Command::Destroy(_)
        | Command::Import(_)
        | Command::Verify(_)
        | Command::Watch(_)
        | Command::Status(_) => true,
        // In scripts it runs before every request.
        Command::Resolve(_) => std::io::stderr().is_terminal(),
        // At 3 a.m. nothing stands before them, no journal either; and what is still broken is no reason to wait.
        Command::Failover(_)
        | Command::Failback(_)
        // These say so themselves, of the journal that they open.
        | Command::History(_)
        | Command::Recover(_)
        | Command::Drill(_)
        // The policy for a spec asks for zones; nothing is said about how they are.
        | Command::Export(_)
        | Command::Init(_)
        | Command::Demo(_)
        | Command::Lab(_)
        | Command::Completions(_)
        | Command::Man => false,
    }
}

/// Help and version go to stdout and end with 0, wrong use to stderr and with 2; all by clap's hand.
fn explain_usage(error: &clap::Error) -> ExitCode {
    // Nobody is left to tell when the terminal itself is gone.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitStatus::Yes.into(),
        _ => ExitStatus::Usage.into(),
    }
}

fn start_logging(global: &args::Global) {
    let default = match global.verbose {
        0 => "off",
        1 => "s3_failover=info",
        2 => "s3_failover=debug,aws_config=info",
        _ => "debug",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| default.into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
