//! What would S3 Control say? The API by which Multi-Region Access Points are made and switched, and the
//! account's Block Public Access.
//!
//! ```text
//!   127.0.0.1:P  all regions ──┐
//!   127.0.0.1:Q… one of five ──┼─ server ─ service ─ api ─┬─▶ mrap::AccessPoints
//!   tunnel       by its host ──┘           │ fault,       └─▶ the account's block (s3)
//!                                          │ signature, region
//! ```
//!
//! - [`server`] owns the addresses; [`service`] finds out which region is meant, whether it is broken, and
//!   whether the caller is believed;
//! - [`operation`] reads method and path, [`api`] does it, [`shapes`] is the XML, [`errors`] the refusals;
//! - [`fault`] names what can be broken.
//!
//! # How a client gets here
//!
//! Every SDK puts the account in front of the host, whatever the endpoint: of `http://127.0.0.1:P` they make
//! `http://000000000000.127.0.0.1:P`, which is nowhere. But an address may have a user in front of the
//! host (RFC 3986, section 3.2.1), and of `http://lab@127.0.0.1:P` they make
//! `http://000000000000.lab@127.0.0.1:P`: the same host, another user, whom nobody asks. So
//! `AWS_ENDPOINT_URL_S3_CONTROL=http://lab@127.0.0.1:P` is all that a client needs. Seen with boto3, the aws
//! command and the Rust SDK; the last signs the user as a part of the host, which
//! [`service`] allows for.
//!
//! A client with the proxy and the certificate of [`tunnel`](super::tunnel) needs no endpoint at all:
//! `https://000000000000.s3-control.us-west-2.amazonaws.com` leads here too.
//!
//! # Operations
#![doc = include_str!("operations.md")]

mod api;
mod errors;
mod fault;
mod operation;
mod server;
mod service;
mod shapes;

pub use fault::{S3ControlFault, UnknownS3ControlFault};
pub(crate) use server::S3Control;
pub(crate) use service::{Service, region_of_host};
