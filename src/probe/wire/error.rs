//! Why there is no reply that belongs to the question.

use std::{io, time::Duration};

use hickory_proto::op::ResponseCode;

use super::reply::ExtendedError;
use crate::probe::vantage::Vantage;

/// Why there is no reply that belongs to the question.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// Nothing came, or nothing that belonged to the question.
    #[error("{server} did not answer within {} s{}", limit.as_secs_f64(), unbelieved(*strays))]
    TimedOut {
        /// Who was asked.
        server: Vantage,
        /// How long was waited, in the clock's time.
        limit: Duration,
        /// Datagrams with another id or question, which were not believed.
        strays: usize,
    },
    /// It did not come to a question.
    #[error("{server} did not {stage} within {} s", limit.as_secs_f64())]
    NotReady {
        /// Who was asked.
        server: Vantage,
        /// What was waited for.
        stage: &'static str,
        /// How long, in the clock's time.
        limit: Duration,
    },
    /// The port is closed, no way leads there, or the connection broke.
    #[error("{server} could not be asked over {transport}")]
    Unreachable {
        /// Who was asked.
        server: Vantage,
        /// Over what.
        transport: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The certificate is not valid for the name, or TLS failed otherwise.
    #[error("no trusted TLS connection to {server}, whose certificate has to hold {name}")]
    Tls {
        /// Who was asked.
        server: Vantage,
        /// The name or address that the certificate should hold.
        name: String,
        /// What TLS said.
        source: io::Error,
    },
    /// It answered as a web server does, and not as a resolver.
    #[error("{server} {what}: is DNS over HTTPS served at this path?")]
    Http {
        /// Who was asked.
        server: Vantage,
        /// What came instead.
        what: String,
    },
    /// The server says that it cannot or will not answer (RFC 1035, 4.1.1): another one might.
    #[error("{server} says that it cannot answer: {}{}", code.to_str(), because(extended))]
    CannotAnswer {
        /// Who was asked.
        server: Vantage,
        /// Its response code: neither success nor "no such name".
        code: ResponseCode,
        /// Why, by the server's own words.
        extended: Vec<ExtendedError>,
    },
    /// What came is no DNS message, or no answer to the question.
    #[error("{server} answered with something that is no reply to the question: {what}")]
    Malformed {
        /// Who was asked.
        server: Vantage,
        /// What is wrong with it.
        what: String,
    },
}

fn unbelieved(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => " (one datagram that answers no open question came, and was not believed)".to_owned(),
        n => format!(" ({n} datagrams that answer no open question came, and were not believed)"),
    }
}

fn because(extended: &[ExtendedError]) -> String {
    if extended.is_empty() {
        return String::new();
    }
    let all: Vec<String> = extended.iter().map(ToString::to_string).collect();
    format!(" ({})", all.join("; "))
}
