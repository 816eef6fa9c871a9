//! The regions as clients meet them, over the wire.
