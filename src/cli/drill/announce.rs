//! What is going to be done, said before anybody is asked.

use std::time::Duration;

use super::preconditions::Hindrance;
use crate::{
    cli::drill_args::DrillArgs,
    drill::{FaultKind, Prepared},
    model::RecoveryTarget,
    probe::ExpectedRecovery,
    spec::Failover,
};

/// The announcement, for people. Figures of the recovery are by arithmetic, and say so.
pub(super) fn text(
    args: &DrillArgs,
    failover: &Failover,
    prepared: &Prepared,
    expected: Option<&ExpectedRecovery>,
    aside: &[Hindrance],
) -> String {
    let primary = &failover.primary;
    let secondary = &failover.secondary;
    let mut lines = vec![format!(
        "Drill of {}: fault `{}`, from {} ({}) to {} ({}).",
        failover.name, args.fault, primary.bucket, primary.region, secondary.bucket, secondary.region
    )];
    lines.push("  What is done:".to_owned());
    if prepared.steps.is_empty() {
        lines.push(
            "    nothing by this program: you break the primary when it says so, and mend it".to_owned(),
        );
    }
    lines.extend(prepared.steps.iter().map(|step| format!("    {}", step.what)));
    if !args.no_heartbeat {
        lines.push(
            "    numbered objects are written below a prefix of their own, and removed afterwards".to_owned(),
        );
    }
    lines.push(format!("  For how long: {}.", how_long(args)));
    lines.push(format!("  What clients feel: {}.", felt(&args.fault)));
    lines.push(
        "  How it is undone: by this program, whatever happens to it but a kill -9 or a power failure; then \
         `s3-failover recover` does it, on any machine."
            .to_owned(),
    );
    lines.push(match expected {
        Some(ExpectedRecovery { mean, worst }) => format!(
            "  Expected recovery (modelled): {} s on the average, {} s at worst.",
            mean.as_secs(),
            worst.as_secs()
        ),
        None => "  Expected recovery: not known by arithmetic for this spec.".to_owned(),
    });
    if let Some(target) = target(args, failover) {
        lines.push(format!("  Target: {} s.", target.as_secs_f64()));
    }
    lines.extend(
        aside
            .iter()
            .map(|hindrance| format!("  Although (--force {}): {}", hindrance.guard.word(), hindrance.what)),
    );
    lines.join("\n")
}

/// The recovery time that is wanted.
pub(super) fn target(args: &DrillArgs, failover: &Failover) -> Option<Duration> {
    args.target.or_else(|| failover.target_seconds.map(RecoveryTarget::duration))
}

fn how_long(args: &DrillArgs) -> String {
    let hold = seconds(args.hold);
    let limit = seconds(args.max_duration);
    let times = if args.repeat > 1 { format!(", {} times", args.repeat) } else { String::new() };
    format!("until clients have arrived and {hold} more, at most {limit} from its beginning{times}")
}

fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}

fn felt(fault: &FaultKind) -> &'static str {
    match fault {
        FaultKind::Invert | FaultKind::Switch => {
            "they are led to the secondary by DNS; the primary goes on serving whoever still asks it"
        }
        FaultKind::BlockPublic => {
            "whoever reads the primary's bucket without signing is refused, until DNS leads them to the secondary"
        }
        FaultKind::BlockSentinel => {
            "only the health object is denied; they are led to the secondary by DNS, and the primary goes on serving"
        }
        FaultKind::Observe => "what your own fault makes them feel",
        FaultKind::Lab(_) => {
            "requests to the lab's primary region fail until DNS leads them to the secondary"
        }
    }
}
