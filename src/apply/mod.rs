//! Carries out a plan, once, so that it can be carried out again.
