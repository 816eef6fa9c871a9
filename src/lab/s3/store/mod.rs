//! What does S3 hold? Buckets, objects and their versions, in memory, for all regions together.
//!
//! Bucket names are unique over all regions (S3 User Guide, `bucketnamingrules`), so there is one map
//! of buckets and each bucket says where it lives; that a region only serves its own buckets is the
//! door's business, not the store's.
//!
//! - [`attributes`]: what can change about an object;
//! - [`object`]: an object, and the versions of one key with the rules of versioning;
//! - [`bucket`]: a bucket with its settings and its keys;
//! - [`attributes`]: what is told about an object beside its bytes; [`versions`] changes it;
//! - [`settings`]: what is configured on a bucket and only told again;
//! - [`multipart`]: uploads in parts;
//! - [`walk`], [`listing`], [`nested`]: a page of a listing, as pure functions;
//! - [`world`]: the store itself, a mutex around the buckets, and what is done to their objects;
//! - [`account`]: what the account sets for all its buckets;
//! - [`modification`]: what can still change on a version;
//! - [`departure`], [`pending`] and [`delivery`]: replication from bucket to bucket,
//!   and [`configuration`] its rules.

mod account;
mod as_xml;
mod attributes;
mod bucket;
mod configuration;
mod delivery;
mod departure;
mod kept;
mod listing;
mod modification;
mod multipart;
mod nested;
mod object;
mod pending;
mod settings;
#[cfg(test)]
mod tests;
mod versions;
mod walk;
mod world;

pub(crate) use account::Holder;
pub(crate) use attributes::{Attributes, Encryption, Retention};
pub(crate) use bucket::{Bucket, PolicyText, Versioning};
pub(crate) use listing::{Page, PageRequest, Token, page};
pub(crate) use modification::Modification;
pub(crate) use multipart::{CompletionError, NamedPart, Part};
pub(crate) use nested::{NestedPage, NestedRequest, nested_page};
pub(crate) use object::{
    Content, Deleted, History, NULL_VERSION, Object, ObjectPart, Progress, ReplicationState, Version,
    entity_tag,
};
pub use pending::ReplicationBacklog;
pub(crate) use settings::{Ownership, Settings};
pub(crate) use world::{PutCondition, Store, StoreError};
