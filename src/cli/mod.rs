//! The edge: arguments in, exit code out.
