//! One integration binary; a module a behaviour.

mod support;

mod apply;
mod bad_dns;
mod bad_input;
mod boto3;
mod cli_help;
mod demo;
mod dig;
mod dig_records;
mod dig_zones;
mod failover_rules;
mod forgotten;
mod kill;
mod lab_flow;
mod layering;
mod moto;
mod name_server_faults;
mod octodns;
mod resolvers;
mod specs;
mod unbound;
