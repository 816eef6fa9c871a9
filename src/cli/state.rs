//! Where do journal and history live?
//!
//! 1. `--state DIR`; 2. `S3_FAILOVER_STATE`; 3. the platform's own place: `$XDG_STATE_HOME/s3-failover`, which is
//!    `~/.local/state/s3-failover` where nobody says otherwise, and on macOS `~/Library/Application
//!    Support/s3-failover`.
//!
//! The variable is read here and not by clap: `lab start` has a `--state` of its own, the folder of the lab's
//! world, and clap hands the value of an option of all commands down to it, from wherever it came. What is said
//! for the journal in the environment must not become the place of a lab.

use std::path::PathBuf;

use etcetera::{BaseStrategy, base_strategy::choose_native_strategy};

use super::{
    args::Global,
    exit::{ExitStatus, Failure},
};

const VARIABLE: &str = "S3_FAILOVER_STATE";
const NAME: &str = "s3-failover";

/// Nobody says where, and the user has no home.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no place for the journal: this user has no home directory")]
pub(super) struct NoHome;

/// The state folder.
pub(super) fn folder(global: &Global) -> Result<PathBuf, NoHome> {
    choose(global.state.clone(), std::env::var_os(VARIABLE).map(PathBuf::from), || {
        let native = choose_native_strategy().ok()?;
        Some(native.state_dir().unwrap_or_else(|| native.data_dir()))
    })
}

fn choose(
    option: Option<PathBuf>,
    variable: Option<PathBuf>,
    platform: impl FnOnce() -> Option<PathBuf>,
) -> Result<PathBuf, NoHome> {
    // A variable that is set but empty names nothing.
    let said = option.or(variable).filter(|path| !path.as_os_str().is_empty());
    said.or_else(|| Some(platform().filter(|path| path.is_absolute())?.join(NAME))).ok_or(NoHome)
}

impl From<NoHome> for Failure {
    fn from(error: NoHome) -> Self {
        Self::new(ExitStatus::Usage, error.to_string())
            .hint("`--state DIR` (or S3_FAILOVER_STATE) names a folder for it.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_comes_before_the_variable_before_the_platform() {
        let path = |text: &str| Some(PathBuf::from(text));
        let cases = [
            (path("a"), path("b"), path("/c"), Ok("a")),
            (None, path("b"), path("/c"), Ok("b")),
            (None, None, path("/c"), Ok("/c/s3-failover")),
            (None, path(""), path("/c"), Ok("/c/s3-failover")),
            (None, None, path(""), Err(NoHome)),
            (None, None, None, Err(NoHome)),
        ];
        for (option, variable, platform, expected) in cases {
            let chosen = choose(option.clone(), variable.clone(), || platform.clone());
            assert_eq!(chosen, expected.map(PathBuf::from), "{option:?}, {variable:?}, {platform:?}");
        }
    }
}
