//! One integration binary; a module a behaviour.

mod support;

mod adopt;
mod apply;
mod awscli;
mod bad_dns;
mod bad_input;
mod boto3;
mod cli_help;
mod cloudfront;
mod control_plane;
mod demo;
mod dig;
mod dig_records;
mod dig_zones;
mod failover_rules;
mod forgotten;
mod kill;
mod lab_faults;
mod lab_flow;
mod layering;
mod moto;
mod mrap;
mod name_server_faults;
mod octodns;
mod operations;
mod orphans;
mod refusals;
mod resolvers;
mod reviewed;
mod s3_objects;
mod s3_replication;
mod specs;
mod unbound;
mod zones;
