//! Shared values in documents: `#[serde(with = "arc")]` for an `Arc`. (serde has it behind a feature, which
//! would build every crate that uses serde anew; and what was shared is not shared any more when it comes
//! back, which does not matter here.)

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Writes what is shared.
pub(crate) fn serialize<T: Serialize, S: Serializer>(value: &Arc<T>, to: S) -> Result<S::Ok, S::Error> {
    T::serialize(value, to)
}

/// Reads it.
pub(crate) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
) -> Result<Arc<T>, D::Error> {
    T::deserialize(from).map(Arc::new)
}
