//! One integration binary; a module a behaviour.

mod support;

mod apply;
mod demo;
mod kill;
mod lab_dns;
mod lab_flow;
mod lab_health;
mod lab_route53;
mod lab_s3;
mod specs;
