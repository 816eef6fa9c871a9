//! What is kept, piece by piece. This file uses nothing of the other rooms, so every room may use it.

use std::{any::Any, sync::Arc};

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

/// A part of the lab that has something to keep.
pub(crate) trait Kept: Send + Sync + 'static {
    /// The kinds of its documents; no other part has any of them.
    fn kinds(&self) -> &'static [&'static str];

    /// Hands out everything, as it is at one moment.
    fn documents(&self, taker: &mut dyn Taker);

    /// Takes back what an earlier run of the lab handed out. Nothing else was done to it yet.
    fn restore(&self, documents: Vec<Document>) -> Result<(), RestoreError>;
}

/// Takes what a part hands out.
pub(crate) trait Taker {
    /// Takes a document.
    fn document(&mut self, document: Document);

    /// Takes the documents of a group, which are all made of `origin`. They are not made at all while the
    /// group has the origin that it had before.
    fn group(
        &mut self,
        name: &str,
        origin: Arc<dyn Any + Send + Sync>,
        documents: &mut dyn Iterator<Item = Document>,
    );
}

/// Takes everything, for tests.
#[cfg(test)]
impl Taker for Vec<Document> {
    fn document(&mut self, document: Document) {
        self.push(document);
    }

    fn group(
        &mut self,
        _: &str,
        _: Arc<dyn Any + Send + Sync>,
        documents: &mut dyn Iterator<Item = Document>,
    ) {
        self.extend(documents);
    }
}

/// One piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Document {
    /// What it is.
    pub(crate) kind: String,
    /// Which one of its kind.
    pub(crate) key: String,
    /// The piece as JSON.
    pub(crate) body: String,
    /// What is too large for JSON. It never changes for the same kind and key.
    pub(crate) bytes: Option<Bytes>,
}

/// A document is not what this lab would have written.
#[derive(Debug, thiserror::Error)]
#[error("the {kind} `{key}` cannot be read")]
pub(crate) struct RestoreError {
    kind: String,
    key: String,
    #[source]
    cause: Box<dyn std::error::Error + Send + Sync>,
}

impl Document {
    /// A piece of this kind.
    pub(crate) fn new(kind: &str, key: impl Into<String>, piece: &impl Serialize) -> Self {
        let body = serde_json::to_string(piece).expect("what is kept has text for keys and no custom rules");
        Self { kind: kind.to_owned(), key: key.into(), body, bytes: None }
    }

    /// The piece.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, RestoreError> {
        serde_json::from_str(&self.body).map_err(|error| self.unfit(error))
    }

    /// This document is not what it should be.
    pub(crate) fn unfit(&self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> RestoreError {
        RestoreError { kind: self.kind.clone(), key: self.key.clone(), cause: cause.into() }
    }
}
