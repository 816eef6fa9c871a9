//! Programs of others that a test needs.

use std::path::PathBuf;

/// Where the program `name` is.
///
/// # Panics
/// When it is missing: a test that needs it must not pass without it.
pub(crate) fn tool(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").expect("the tests have a PATH");
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("`{name}` is not installed; scripts/test installs what the tests need"))
}
