//! One integration binary; a module a behaviour.

mod support;

mod apply;
mod bad_dns;
mod bad_input;
mod boto3;
mod cli_help;
mod cloudwatch;
mod demo;
mod dig;
mod forgotten;
mod kill;
mod lab_flow;
mod layering;
mod moto;
mod octodns;
mod specs;
mod state;
