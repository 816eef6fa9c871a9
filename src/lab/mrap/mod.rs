//! One name for a bucket in each region: what would S3's Multi-Region Access Points do?
//!
//! ```text
//!   s3control ── orders, routes ──▶ store ◀── who serves now? ── entrance ◀── ALIAS.mrap.accesspoint…
//!                                     │                             │
//!                            names, routes, policy        claim, signature (SigV4A)
//!                                                          nearness: the closest active region
//!                                                          handover ──▶ door of that region (s3)
//! ```
//!
//! The control half, [`store`], knows the access points, the orders that are on their way
//! ([`request`]) and the routes ([`routes`]). The data half, [`entrance`], takes requests for objects and
//! hands each to the door of the region that the routes and the client's place mean. So a region's faults,
//! its policies and its replication lag are seen through an access point as they are on AWS: a replica
//! that has not arrived is a 404, and a write to one region is nowhere else until it is replicated.
//!
//! How a client gets here, since no SDK lets the host of an access point be overridden: see
//! [`tunnel`](super::tunnel).

mod access_point;
mod claim;
mod entrance;
mod handover;
mod kept;
mod names;
mod nearness;
mod operation;
mod request;
mod routes;
mod server;
mod signature;
mod store;

pub(crate) use access_point::{AccessPoint, PointPolicy};
pub(crate) use claim::{Claim, Scheme};
pub(crate) use entrance::Entrance;
pub(crate) use names::{Alias, Name, alias_of_host};
pub(crate) use request::{AsyncRequest, Order, Progress};
pub(crate) use routes::{Dial, Route, RouteError, RouteUpdate};
pub(crate) use server::Server;
pub(crate) use signature::{SignatureError, Signed, check};
pub(crate) use store::{AccessPoints, Delays, Refusal};
