//! One integration binary; a module a behaviour.

mod support;

mod specs;
