//! One question to one server, in every way in which a server can be asked.
//!
//! ```text
//!   question ──▶ packet ──▶ udp ──────────────────────┐
//!                   │    (truncated: again by TCP)    ├──▶ packet: does it belong? ──▶ reply
//!                   └─────▶ channel ──────────────────┘
//!                            stream: TCP, and TLS over it; many questions at once
//!                            https:  HTTP/2, or HTTP/1.1 where that is all
//! ```
//!
//! [`query`] opens what it needs, asks once and closes; a [`Connection`] stays open for the next question,
//! as clients of TCP, TLS and HTTPS do (RFC 7766, 6.2.1). Whatever happens is over within the limit: the
//! connection and the handshakes count.

mod channel;
mod connection;
mod error;
mod https;
mod once;
pub(super) mod packet;
mod question;
mod reply;
mod stream;
mod subnet;
#[cfg(test)]
mod tests;
mod udp;

pub(super) use self::packet::{Packed, Stray, judge_message};
pub use self::{
    connection::Connection,
    error::QueryError,
    once::{first_answer, query},
    question::Query,
    reply::{ExtendedError, Reply},
    subnet::{ClientSubnet, SubnetError},
};
