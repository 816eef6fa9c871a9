//! Which checksums does S3 know, and what are they of some bytes?
//!
//! An object has exactly one: the one that its client sent, or a CRC-64/NVME that S3 adds (S3 User
//! Guide, `checking-object-integrity`). Clients send it as a header, or as a trailer behind the body.
//! Of an object of several parts it is either that of the whole, or that of the parts' checksums one
//! after the other, which S3 marks with a hyphen and their number.

use aws_smithy_types::base64;
use hyper::{HeaderMap, header::HeaderName};
use s3s::{
    crypto::{self, Checksum as _},
    dto,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha512};
use xxhash_rust::{
    xxh3::{xxh3_64, xxh3_128},
    xxh64::xxh64,
};

/// The algorithms of `ChecksumAlgorithm` in S3's model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
    Sha512,
    Md5,
    XxHash64,
    XxHash3,
    XxHash128,
}

/// What a checksum is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// The object's bytes.
    FullObject,
    /// The checksums of its parts.
    Composite,
}

/// One checksum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checksum {
    /// How it was made.
    pub algorithm: Algorithm,
    /// What it is of.
    pub kind: Kind,
    /// In base64, of several parts with their number behind a hyphen.
    pub value: String,
}

impl Algorithm {
    /// All of them.
    pub(crate) const ALL: [Self; 10] = [
        Self::Crc32,
        Self::Crc32c,
        Self::Crc64Nvme,
        Self::Sha1,
        Self::Sha256,
        Self::Sha512,
        Self::Md5,
        Self::XxHash64,
        Self::XxHash3,
        Self::XxHash128,
    ];

    /// Its name in the model.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
            Self::Md5 => "MD5",
            Self::XxHash64 => "XXHASH64",
            Self::XxHash3 => "XXHASH3",
            Self::XxHash128 => "XXHASH128",
        }
    }

    /// The algorithm of this name, in any case.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    /// The header, or trailer, that carries it.
    pub(crate) fn header(self) -> HeaderName {
        HeaderName::from_static(match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
            Self::Sha512 => "x-amz-checksum-sha512",
            Self::Md5 => "x-amz-checksum-md5",
            Self::XxHash64 => "x-amz-checksum-xxhash64",
            Self::XxHash3 => "x-amz-checksum-xxhash3",
            Self::XxHash128 => "x-amz-checksum-xxhash128",
        })
    }

    /// How many bytes it has.
    pub(crate) fn length(self) -> usize {
        self.digest(&[]).len()
    }

    /// The checksum of some bytes; numbers stand with their highest byte first.
    pub(crate) fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Crc32 => crypto::Crc32::checksum(bytes).to_vec(),
            Self::Crc32c => crypto::Crc32c::checksum(bytes).to_vec(),
            Self::Crc64Nvme => crypto::Crc64Nvme::checksum(bytes).to_vec(),
            Self::Sha1 => crypto::Sha1::checksum(bytes).as_ref().to_vec(),
            Self::Sha256 => crypto::Sha256::checksum(bytes).as_ref().to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
            Self::Md5 => crypto::Md5::checksum(bytes).as_ref().to_vec(),
            Self::XxHash64 => xxh64(bytes, 0).to_be_bytes().to_vec(),
            Self::XxHash3 => xxh3_64(bytes).to_be_bytes().to_vec(),
            Self::XxHash128 => xxh3_128(bytes).to_be_bytes().to_vec(),
        }
    }

    /// What an object of several parts gets when its client does not say (S3 User Guide,
    /// `checking-object-integrity-upload`, "Full object and composite checksum types").
    pub(crate) fn usual_kind(self) -> Kind {
        if self == Self::Crc64Nvme { Kind::FullObject } else { Kind::Composite }
    }

    /// Whether S3 makes it of this kind for an object of several parts: of the whole only what can be
    /// put together from the parts, CRC-64/NVME only so. (The newer algorithms are taken to behave
    /// like SHA; unverified.)
    pub(crate) fn may_be(self, kind: Kind) -> bool {
        match kind {
            Kind::FullObject => matches!(self, Self::Crc32 | Self::Crc32c | Self::Crc64Nvme),
            Kind::Composite => self != Self::Crc64Nvme,
        }
    }
}

impl Kind {
    /// Its name in the model.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::FullObject => dto::ChecksumType::FULL_OBJECT,
            Self::Composite => dto::ChecksumType::COMPOSITE,
        }
    }

    /// The same, as the protocol has it.
    pub(crate) fn dto(self) -> dto::ChecksumType {
        dto::ChecksumType::from_static(self.name())
    }
}

impl Checksum {
    /// Of bytes.
    pub(crate) fn of(algorithm: Algorithm, bytes: &[u8]) -> Self {
        Self { algorithm, kind: Kind::FullObject, value: base64::encode(algorithm.digest(bytes)) }
    }

    /// Of parts, from the checksum of each.
    pub(crate) fn of_parts(algorithm: Algorithm, parts: &[Vec<u8>]) -> Self {
        let value = format!("{}-{}", base64::encode(algorithm.digest(&parts.concat())), parts.len());
        Self { algorithm, kind: Kind::Composite, value }
    }

    /// As headers of an answer; the kind only where `with_kind` asks for it.
    pub(crate) fn headers(&self, with_kind: bool) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Ok(value) = self.value.parse() {
            headers.insert(self.algorithm.header(), value);
        }
        if with_kind {
            headers.insert("x-amz-checksum-type", hyper::header::HeaderValue::from_static(self.kind.name()));
        }
        headers
    }

    /// As an element of an answer, of which `s3s` knows the five older algorithms.
    pub(crate) fn dto(&self) -> dto::Checksum {
        let value = Some(self.value.clone());
        let plain = dto::Checksum { checksum_type: Some(self.kind.dto()), ..dto::Checksum::default() };
        match self.algorithm {
            Algorithm::Crc32 => dto::Checksum { checksum_crc32: value, ..plain },
            Algorithm::Crc32c => dto::Checksum { checksum_crc32c: value, ..plain },
            Algorithm::Crc64Nvme => dto::Checksum { checksum_crc64nvme: value, ..plain },
            Algorithm::Sha1 => dto::Checksum { checksum_sha1: value, ..plain },
            Algorithm::Sha256 => dto::Checksum { checksum_sha256: value, ..plain },
            _ => plain,
        }
    }

    /// Its algorithm in a list, as listings name it.
    pub(crate) fn algorithms(&self) -> Vec<dto::ChecksumAlgorithm> {
        vec![dto::ChecksumAlgorithm::from_static(self.algorithm.name())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check values of the CRC catalogue, of RFC 1321, FIPS 180 and the reference `xxhsum`, each
    /// for a text that their documents use.
    #[test]
    fn each_algorithm_is_the_known_one() {
        let hex =
            |algorithm: Algorithm, text: &str| crate::lab::encoding::hex(&algorithm.digest(text.as_bytes()));
        assert_eq!(hex(Algorithm::Crc32, "123456789"), "cbf43926");
        assert_eq!(hex(Algorithm::Crc32c, "123456789"), "e3069283");
        assert_eq!(hex(Algorithm::Crc64Nvme, "123456789"), "ae8b14860a799888");
        assert_eq!(hex(Algorithm::Md5, "abc"), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(hex(Algorithm::Sha1, "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert!(hex(Algorithm::Sha256, "abc").starts_with("ba7816bf8f01cfea"));
        assert!(hex(Algorithm::Sha512, "abc").starts_with("ddaf35a193617aba"));
        assert_eq!(hex(Algorithm::XxHash64, ""), "ef46db3751d8e999");
        assert_eq!(hex(Algorithm::XxHash3, ""), "2d06800538d394c2");
        assert_eq!(hex(Algorithm::XxHash128, ""), "99aa06d3014798d86001c324468d497f");
    }

    #[test]
    fn names_lead_back_and_parts_are_counted() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::named(&algorithm.name().to_lowercase()), Some(algorithm));
            assert!(algorithm.header().as_str().ends_with(&algorithm.name().to_lowercase()));
        }
        let parts = Checksum::of_parts(Algorithm::Sha256, &[b"a".to_vec(), b"b".to_vec()]);
        assert!(parts.value.ends_with("-2"));
        assert_ne!(parts.value, Checksum::of_parts(Algorithm::Sha256, &[b"b".to_vec(), b"a".to_vec()]).value);
    }
}
