//! What does S3 hold? Buckets, objects and their versions, in memory, for all regions together.
//!
//! Bucket names are unique over all regions (S3 User Guide, `bucketnamingrules`), so there is one map
//! of buckets and each bucket says where it lives; that a region only serves its own buckets is the
//! door's business, not the store's.
//!
//! - [`object`]: an object, and the versions of one key with the rules of versioning;
//! - [`bucket`]: a bucket with its settings and its keys;
//! - [`listing`]: a page of a listing, as a pure function;
//! - [`world`]: the store itself, a mutex around the buckets, and what is done to their objects;
//! - [`pending`] and [`delivery`]: replication from bucket to bucket.

mod bucket;
mod delivery;
mod kept;
mod listing;
mod object;
mod pending;
mod world;

pub(crate) use bucket::{Bucket, PolicyText, Versioning};
pub(crate) use listing::{Page, PageRequest, Token, page};
pub(crate) use object::{Content, Deleted, History, NULL_VERSION, Object, ReplicationState, Version};
pub(crate) use world::{PutCondition, Store, StoreError};
