//! Parses nothing and decides nothing itself: see [`s3_failover::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    s3_failover::cli::main()
}
