//! Helpers that several behaviours share.
