//! Four name servers and a recursive resolver, on loopback, with real packets.
//!
//! [`answer`] decides what is answered, [`wire`] turns it into packets, [`server`] listens, and
//! [`resolver`] asks the servers on behalf of clients and caches by TTL in the lab's seconds.

pub(crate) mod answer;
mod choice;
