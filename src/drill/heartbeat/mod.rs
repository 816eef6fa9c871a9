//! Which writes does a failover lose, and which cover each other unseen? Two writers write, as programs do.
//!
//! ```text
//!   pointer writer ── looks the name up by its TTL ──▶ RUN/000123, RUN/shared ─▶ the side that is answered
//!   kept writer ───── keeps its address ─────────────▶ RUN/shared ────────────▶ the side that it believes in
//!                                                                │
//!                          what each side lists ◀── first write that a side acknowledges after the other one's
//! ```
//!
//! What happens in a drill, in its order:
//!
//! 1. Once a second of the world's clock the **pointer writer** puts an object of its own, with a number. It stands
//!    for a program that does as this tool says: it keeps an answer for its TTL and looks the name up again, so it
//!    goes over late by up to that, and by what its resolver keeps.
//! 2. Both writers overwrite one shared object once a second, half a second apart: each reads it and writes what
//!    follows from it, as programs do with an index, a manifest or a counter. The **kept writer** stays with its
//!    address for as long as it is answered there, and looks the name up only when a connection breaks. It stands for
//!    connection pools and for runtimes that cache names for ever (S3 User Guide, `UsingRouting`).
//! 3. The primary is broken. Where it answers nobody, the pointer writer fails until DNS has turned, and the kept one
//!    finds its connection broken and follows. Where data still flows (an inverted check, a switch, a health object
//!    that is denied), the kept writer stays, and both sides are written: the split that a failover of DNS alone
//!    always makes possible.
//! 4. The first numbered write that the secondary acknowledges is the take-over. In that moment the secondary is asked
//!    what it lists; the dead side cannot be, and is not. What the primary acknowledged and the secondary does not
//!    list is missing ([`Loss`]). A listing takes a moment, so what arrives within it is not missing.
//! 5. The primary is mended, and takes over in the same way. A kept writer that went over in 3 finds nothing broken
//!    and stays on the secondary: the other half of the same danger.
//! 6. At the end both sides are asked again: what was missing came late, or is lost until somebody acts.
//! 7. Everything below the run's prefix is removed from both sides, all versions ([`remove`]).
//!
//! A write counts as written when S3 has acknowledged it. One that got no answer in time is uncertain: it may be there
//! or not, and counts as neither written nor missing. Each costs a request: three PUTs, two GETs a second in all.
//! "In a versioned pair the later write wins" is plausible and *unverified*: AWS does not say which version becomes
//! current on each side after both were written, so conflicts are told by who knew of whom (see `conflict.rs`), not by
//! who won.
//!
//! On `arn:…:s3:::BUCKET/s3-failover/heartbeat/*` of both sides this takes `s3:PutObject`, `s3:GetObject`,
//! `s3:DeleteObjectVersion` and `s3:DeleteObject` ("you must always specify" it: S3 API reference, `DeleteObjects`); on
//! both buckets `s3:ListBucket` and `s3:ListBucketVersions`, which may be narrowed by `s3:prefix` to
//! `s3-failover/heartbeat/*`. Under SSE-KMS, the key's
//! `kms:GenerateDataKey` and `kms:Decrypt`.

mod belief;
mod body;
mod conflict;
mod heart;
mod log;
mod loss;
mod notes;
mod place;
mod prefix;
mod removal;
#[cfg(test)]
mod tests;
mod writer;

pub use heart::Heartbeat;
pub use log::{Log, Mark, Object, Outcome, Write, Writer};
pub use loss::{Lacked, Loss, TakeOver};
pub use place::HeartbeatPlace;
pub use prefix::{HeartbeatPrefix, NoHeartbeatPrefix};
pub use removal::{Removal, RemovalError, remove, remove_from_both};
