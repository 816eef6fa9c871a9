//! Breaks one side on purpose, watches, and mends it.
