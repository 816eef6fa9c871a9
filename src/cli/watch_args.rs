//! The options of `watch`, as clap reads them.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};

use crate::{clock::duration, model::Side, watch::Condition};

/// Faster than this, what is measured is the scheduler.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(10);

/// What the exit codes mean; how resolvers are spared.
pub(in crate::cli) const NOTES: &str = "\
Without --until it watches until it is stopped (Ctrl-C, SIGTERM) and ends with 0. With --until it ends with 0 \
when every name server and every resolver answers so, for all failovers of the spec (or of --only) and for \
one full round; with 1 when --timeout came first; with 130 when it was stopped.

A vantage point that has never answered is left out while another of its kind has.

A resolver with a public address is asked each question once a second at most, and ten questions a second in \
all, whatever --interval says: it serves others too.

The metrics of --metrics are also pushed to an OpenTelemetry collector, by OTLP over http/protobuf, when \
OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_METRICS_ENDPOINT names one. OpenTelemetry's other variables are \
heeded too: OTEL_EXPORTER_OTLP_HEADERS, _TIMEOUT, _COMPRESSION and _CERTIFICATE (and those for _METRICS alone), \
OTEL_METRIC_EXPORT_INTERVAL, OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, OTEL_METRICS_EXPORTER and \
OTEL_SDK_DISABLED.";

#[derive(Args, Debug)]
pub(in crate::cli) struct WatchArgs {
    /// End when every vantage point answers this: one side, the same side, or the side that ought to be
    #[arg(long, value_name = "WHAT")]
    pub(in crate::cli) until: Option<UntilArg>,
    /// Stop after so long; with --until, with 1
    #[arg(long, value_name = "TIME", value_parser = longer_than_nothing)]
    pub(in crate::cli) timeout: Option<Duration>,
    /// Between two questions from one vantage point, 10ms at least
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = interval)]
    pub(in crate::cli) interval: Duration,
    /// Append what happens to this file, one JSON object a line; `-` is stdout
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) events: Option<PathBuf>,
    /// Serve metrics for Prometheus on this address, `IP:PORT`, under /metrics
    #[arg(long, value_name = "ADDR")]
    pub(in crate::cli) metrics: Option<SocketAddr>,
}

/// What is waited for, as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum UntilArg {
    Primary,
    Secondary,
    Consistent,
    Expected,
}

impl From<UntilArg> for Condition {
    fn from(until: UntilArg) -> Self {
        match until {
            UntilArg::Primary => Self::Side(Side::Primary),
            UntilArg::Secondary => Self::Side(Side::Secondary),
            UntilArg::Consistent => Self::Consistent,
            UntilArg::Expected => Self::Expected,
        }
    }
}

impl UntilArg {
    /// What is waited for, as it is written.
    pub(in crate::cli) fn word(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Consistent => "consistent",
            Self::Expected => "expected",
        }
    }

    /// What has not come, for people.
    pub(in crate::cli) fn words(self) -> &'static str {
        match self {
            Self::Primary => "every vantage point to answer the primary",
            Self::Secondary => "every vantage point to answer the secondary",
            Self::Consistent => "every vantage point to answer the same side",
            Self::Expected => "every vantage point to answer what ought to be answered",
        }
    }
}

fn longer_than_nothing(text: &str) -> Result<Duration, String> {
    let read = duration(text).map_err(|error| error.to_string())?;
    if read.is_zero() { Err("write more than 0s".to_owned()) } else { Ok(read) }
}

fn interval(text: &str) -> Result<Duration, String> {
    let read = duration(text).map_err(|error| error.to_string())?;
    if read < SHORTEST_INTERVAL { Err("write 10ms or more".to_owned()) } else { Ok(read) }
}
