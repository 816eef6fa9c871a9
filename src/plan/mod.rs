//! Spec and snapshot in, ordered changes out. Pure.
