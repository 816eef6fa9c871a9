//! What does a person want? The spec file, read, judged by every rule that needs no network, and made
//! into values that need no further checking.
//!
//! ```text
//! TOML ─┐                      shape                 rules
//!       ├─▶ tree with places ────────▶ draft ─────────────────▶ Spec (and warnings)
//! JSON ─┘        │                       │                        or
//!                └─ syntax               └─ keys, types, values   Invalid: all findings at once
//! ```
//!
//! 1. `document`: the text becomes one tree for both formats, each value with its place.
//! 2. `shape`: the tree becomes a draft; unknown and missing keys, wrong types and impossible values
//!    are collected.
//! 3. `rules`: the draft is judged, by one small function a rule.
//! 4. `render`: a [`Finding`] says what is wrong at which line and column, why and who says so, and
//!    what would work.
//!
//! Most of what goes wrong with S3 behind Route 53 goes wrong silently: records that resolve and deliver
//! nothing, health checks that are green for ever. All that can be known from the spec alone is said
//! here, before anything is sent. Serde is not used for reading, because it stops at the first fault and
//! forgets where values stood.

mod declared;
mod document;
mod draft;
mod finding;
mod host;
mod load;
mod reader;
mod recovery;
mod render;
mod rules;
mod schema;
mod shape;
mod starter;
mod value_rules;
mod values;
mod website;

pub use declared::{
    CalculatedSpec, CloudFrontSpec, Failover, HealthCheckSpec, MrapSpec, SideSpec, Spec, Target,
    UnknownFailover, ZoneRef, ZoneRefError, marker_name,
};
pub use document::Format;
pub use finding::{Finding, Label, Position, Rule, Severity, Span};
pub use load::{Findings, Invalid, Loaded, SpecError, all_rules};
pub use recovery::NotExpected;
pub use render::Look;
pub use starter::{Starter, StarterSide, starter};
pub use values::{
    AccountId, AccountIdError, MrapAlias, MrapAliasError, ObjectKey, ObjectKeyError, Protocol,
    UnknownProtocol,
};
pub use website::{WEBSITES, Website, website};
