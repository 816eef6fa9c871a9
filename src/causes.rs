//! An error with all its causes. Every error of ours says what was tried and leaves the reason to its
//! source, so whoever shows one has to walk the chain.

use std::error::Error;

/// The error itself, then what caused it, and so on to the root.
pub fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause: &&'a (dyn Error + 'static)| (*cause).source())
}

/// The whole chain in one line.
pub fn in_one_line(error: &(dyn Error + 'static)) -> String {
    causes(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
