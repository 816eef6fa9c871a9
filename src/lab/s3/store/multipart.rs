//! Uploads in parts: what has been uploaded so far, and how it becomes an object.
//!
//! S3 User Guide, `qfacts`: parts are numbered 1 to 10,000 and have 5 MiB to 5 GiB, but for the last
//! one. A part that is uploaded again takes the place of the earlier one.

use std::collections::BTreeMap;

use aws_smithy_types::base64;
use bytes::{Bytes, BytesMut};
use jiff::Timestamp;
use s3s::crypto::{Checksum as _, Md5};
use serde::{Deserialize, Serialize};

use super::{Attributes, Object, ObjectPart, Store, StoreError};
use crate::lab::{
    encoding::{from_hex, hex},
    s3::checksum::{Algorithm, Checksum, Kind},
};

/// "Part size: 5 MiB to 5 GiB. There is no minimum size limit on the last part of your multipart
/// upload" (S3 User Guide, `qfacts`).
pub(crate) const SMALLEST_PART: usize = 5 << 20;

/// An upload that is neither complete nor aborted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Upload {
    /// When it was begun.
    pub initiated: Timestamp,
    /// What the object will be told about.
    pub attributes: Attributes,
    /// The checksum that the client wants; without one S3 makes a CRC-64/NVME of the whole.
    pub checksum: Option<(Algorithm, Kind)>,
    /// The parts by their numbers. Kept by `kept`, as are their bytes.
    #[serde(skip)]
    pub parts: BTreeMap<i32, Part>,
}

/// A part that was uploaded.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Part {
    /// Its content.
    #[serde(skip)]
    pub bytes: Bytes,
    /// MD5 of the content, in hex.
    pub etag: String,
    /// The checksum that came with it, or that the upload asks for.
    pub checksum: Option<Checksum>,
    /// When it was uploaded.
    pub modified: Timestamp,
}

/// A part as a client names it when it completes an upload.
#[derive(Clone, Debug)]
pub(crate) struct NamedPart {
    /// Its number.
    pub number: i32,
    /// Its entity tag.
    pub etag: String,
    /// The checksum that the client has for it.
    pub checksum: Option<String>,
}

/// Why an upload cannot be completed. Codes and sentences are S3's own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CompletionError {
    /// The parts are not in ascending order.
    #[error("The list of parts was not in ascending order. Parts must be ordered by part number.")]
    Order,
    /// A part was never uploaded, or has another entity tag or checksum.
    #[error(
        "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."
    )]
    Part,
    /// A part that is not the last one has less than 5 MiB.
    #[error("Your proposed upload is smaller than the minimum allowed size")]
    TooSmall {
        /// Which part.
        number: i32,
        /// How many bytes it has.
        size: usize,
        /// Its entity tag.
        etag: String,
    },
    /// Every part's checksum must be named again.
    #[error(
        "The upload was created using a {algorithm} checksum. The complete request must include the checksum for each part. It was missing for part {number} in the request."
    )]
    ChecksumMissing {
        /// The upload's algorithm.
        algorithm: String,
        /// Which part.
        number: i32,
    },
}

impl Upload {
    /// Puts the object together from the parts that the client names.
    pub(crate) fn assemble(&self, named: &[NamedPart]) -> Result<Object, CompletionError> {
        if named.windows(2).any(|pair| pair[0].number >= pair[1].number) {
            return Err(CompletionError::Order);
        }
        let mut chosen = Vec::new();
        for wanted in named {
            let part = self.parts.get(&wanted.number).filter(|part| part.etag == wanted.etag);
            let part = part.ok_or(CompletionError::Part)?;
            let known = part.checksum.as_ref().map(|checksum| &checksum.value);
            match (&wanted.checksum, self.checksum) {
                (Some(claimed), _) if Some(claimed) != known => return Err(CompletionError::Part),
                (None, Some((algorithm, Kind::Composite))) => {
                    let algorithm = algorithm.name().to_lowercase();
                    return Err(CompletionError::ChecksumMissing { algorithm, number: wanted.number });
                }
                _ => chosen.push((wanted.number, part)),
            }
        }
        let last = named.last().map(|part| part.number);
        for (number, part) in &chosen {
            if part.bytes.len() < SMALLEST_PART && Some(*number) != last {
                let (size, etag) = (part.bytes.len(), part.etag.clone());
                return Err(CompletionError::TooSmall { number: *number, size, etag });
            }
        }
        Ok(self.object(&chosen))
    }

    fn object(&self, parts: &[(i32, &Part)]) -> Object {
        let mut bytes = BytesMut::with_capacity(parts.iter().map(|(_, part)| part.bytes.len()).sum());
        let mut digests = Vec::new();
        for (_, part) in parts {
            bytes.extend_from_slice(&part.bytes);
            digests.extend(from_hex(&part.etag).expect("entity tags of parts are hex"));
        }
        let bytes = bytes.freeze();
        let (algorithm, kind) = self.checksum.unwrap_or((Algorithm::Crc64Nvme, Kind::FullObject));
        let checksum = match kind {
            Kind::FullObject => Checksum::of(algorithm, &bytes),
            Kind::Composite => {
                let digest = |part: &Part| match &part.checksum {
                    Some(checksum) => base64::decode(&checksum.value).expect("checksums are base64"),
                    None => algorithm.digest(&part.bytes),
                };
                let digests: Vec<Vec<u8>> = parts.iter().map(|(_, part)| digest(part)).collect();
                Checksum::of_parts(algorithm, &digests)
            }
        };
        let with_checksum = |part: &Part| part.checksum.clone().filter(|_| self.checksum.is_some());
        let parts: Vec<ObjectPart> = parts
            .iter()
            .map(|(number, part)| ObjectPart {
                number: *number,
                size: part.bytes.len(),
                checksum: with_checksum(part),
            })
            .collect();
        Object {
            etag: format!("{}-{}", hex(Md5::checksum(&digests).as_ref()), parts.len()),
            bytes,
            checksum: Some(checksum),
            parts,
            attributes: self.attributes.clone(),
        }
    }
}

impl Store {
    /// Begins an upload and gives its id.
    pub(crate) fn begin_upload(
        &self,
        bucket: &str,
        key: &str,
        attributes: Attributes,
        checksum: Option<(Algorithm, Kind)>,
    ) -> Result<String, StoreError> {
        let number = self.account.next_number();
        let initiated = self.now();
        self.edit(bucket, |bucket| {
            // Hyphens and upper case: an id of S3 is a random text of letters, digits and dots.
            let id = format!("LAB-UPLOAD-{number:08}");
            let upload = Upload { initiated, attributes, checksum, parts: BTreeMap::new() };
            bucket.uploads.entry(key.to_owned()).or_default().insert(id.clone(), upload);
            Ok(id)
        })
    }

    /// Looks at an upload, or changes it.
    pub(crate) fn upload<T>(
        &self,
        bucket: &str,
        key: &str,
        id: &str,
        change: impl FnOnce(&mut Upload) -> T,
    ) -> Result<T, StoreError> {
        self.edit(bucket, |bucket| {
            let upload = bucket.uploads.get_mut(key).and_then(|uploads| uploads.get_mut(id));
            Ok(change(upload.ok_or(StoreError::NoSuchUpload)?))
        })
    }

    /// Forgets an upload, because it was aborted or is complete.
    pub(crate) fn end_upload(&self, bucket: &str, key: &str, id: &str) -> Result<(), StoreError> {
        self.edit(bucket, |bucket| {
            let uploads = bucket.uploads.get_mut(key).ok_or(StoreError::NoSuchUpload)?;
            uploads.remove(id).ok_or(StoreError::NoSuchUpload)?;
            if uploads.is_empty() {
                bucket.uploads.remove(key);
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upload(sizes: &[usize]) -> Upload {
        let part = |size: &usize| {
            let bytes = Bytes::from(vec![b'x'; *size]);
            Part {
                etag: Object::new(bytes.clone()).etag,
                bytes,
                checksum: None,
                modified: Timestamp::UNIX_EPOCH,
            }
        };
        Upload {
            initiated: Timestamp::UNIX_EPOCH,
            attributes: Attributes::default(),
            checksum: None,
            parts: (1..).zip(sizes.iter().map(part)).collect(),
        }
    }

    fn all(upload: &Upload) -> Vec<NamedPart> {
        let named = |(number, part): (&i32, &Part)| NamedPart {
            number: *number,
            etag: part.etag.clone(),
            checksum: None,
        };
        upload.parts.iter().map(named).collect()
    }

    #[test]
    fn the_entity_tag_counts_the_parts() {
        let whole = upload(&[SMALLEST_PART, 1]);
        let object = whole.assemble(&all(&whole)).expect("two good parts");
        assert_eq!(object.bytes.len(), SMALLEST_PART + 1);
        assert!(object.etag.ends_with("-2"), "{}", object.etag);
        assert_eq!(object.parts.iter().map(|part| part.size).collect::<Vec<_>>(), [SMALLEST_PART, 1]);
    }

    #[test]
    fn parts_have_an_order_a_size_and_an_entity_tag() {
        let small = upload(&[SMALLEST_PART - 1, 1]);
        let mut named = all(&small);
        assert!(matches!(small.assemble(&named), Err(CompletionError::TooSmall { number: 1, .. })));
        assert!(small.assemble(&named[1..]).is_ok(), "the last one may be small");
        named.reverse();
        assert_eq!(small.assemble(&named).err(), Some(CompletionError::Order));
        let twice = [named[0].clone(), named[0].clone()];
        assert_eq!(small.assemble(&twice).err(), Some(CompletionError::Order));
        named[0].etag = "0".into();
        assert_eq!(small.assemble(&named[..1]).err(), Some(CompletionError::Part));
        named[1].number = 9;
        assert_eq!(small.assemble(&named[1..]).err(), Some(CompletionError::Part));
    }

    #[test]
    fn a_composite_checksum_wants_each_parts_own() {
        let mut composite = upload(&[3]);
        composite.checksum = Some((Algorithm::Sha256, Kind::Composite));
        let checksum = Checksum::of(Algorithm::Sha256, b"xxx");
        composite.parts.get_mut(&1).expect("a part").checksum = Some(checksum.clone());
        let mut named = all(&composite);
        assert!(matches!(
            composite.assemble(&named),
            Err(CompletionError::ChecksumMissing { number: 1, .. })
        ));
        named[0].checksum = Some("other".into());
        assert_eq!(composite.assemble(&named).err(), Some(CompletionError::Part));
        named[0].checksum = Some(checksum.value);
        let object = composite.assemble(&named).expect("a good part");
        assert!(object.checksum.expect("a checksum").value.ends_with("-1"));
    }
}
