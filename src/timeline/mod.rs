//! What happened when, folded into phases.
