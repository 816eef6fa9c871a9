//! One integration binary; a module a behaviour.

mod support;

mod apply;
mod demo;
mod kill;
mod lab_flow;
mod specs;
