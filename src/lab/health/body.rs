//! What stands at the beginning of a body, whatever it is packed in?
//!
//! Health checkers undo gzip and deflate before they search, and no other encoding (Route 53 Developer
//! Guide, `health-checks-creating-values`). That the 5,120 bytes are counted after unpacking is
//! unverified. Bytes go through the unpacker as they arrive and only the first are kept, so a small body
//! that unpacks to a huge one costs no memory.

use std::io::{self, Write};

use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

/// Part of the body in which the search string must lie, whole: Route 53 "searches the first 5,120 bytes
/// of the response body" (Route 53 API reference, `HealthCheckConfig`, `Type`).
pub(super) const SEARCHED_BYTES: usize = 5_120;
/// Deflate, with the largest window, in the first byte of zlib's header (RFC 1950, section 2.2). Some
/// servers send deflate without that header (RFC 9110, section 8.4.1.2), whose first byte is another.
const ZLIB: u8 = 0x78;

/// The beginning of a body that is still arriving.
pub(super) struct Beginning(Packing);

enum Packing {
    None(First),
    Gzip(Box<MultiGzDecoder<First>>),
    /// Before its first byte says which of the next two it is.
    Deflate,
    Zlib(Box<ZlibDecoder<First>>),
    Bare(Box<DeflateDecoder<First>>),
}

impl Beginning {
    /// Of a body with this `Content-Encoding`.
    pub(super) fn new(encoding: &str) -> Self {
        Self(match encoding.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Packing::Gzip(Box::new(MultiGzDecoder::new(First::default()))),
            "deflate" => Packing::Deflate,
            _ => Packing::None(First::default()),
        })
    }

    /// Takes the next bytes; an error when they are not what the encoding says.
    pub(super) fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        if matches!(self.0, Packing::Deflate)
            && let Some(first) = bytes.first()
        {
            self.0 = match *first {
                ZLIB => Packing::Zlib(Box::new(ZlibDecoder::new(First::default()))),
                _ => Packing::Bare(Box::new(DeflateDecoder::new(First::default()))),
            };
        }
        match &mut self.0 {
            Packing::None(first) => first.write_all(bytes),
            Packing::Gzip(decoder) => through(decoder, bytes),
            Packing::Zlib(decoder) => through(decoder, bytes),
            Packing::Bare(decoder) => through(decoder, bytes),
            Packing::Deflate => Ok(()),
        }
    }

    /// What is there so far, and no more than can be searched.
    pub(super) fn bytes(&self) -> &[u8] {
        match &self.0 {
            Packing::None(first) => &first.0,
            Packing::Gzip(decoder) => &decoder.get_ref().0,
            Packing::Deflate => &[],
            Packing::Zlib(decoder) => &decoder.get_ref().0,
            Packing::Bare(decoder) => &decoder.get_ref().0,
        }
    }

    /// Whether more bytes would change nothing.
    pub(super) fn is_full(&self) -> bool {
        self.bytes().len() == SEARCHED_BYTES
    }
}

fn through(decoder: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    decoder.write_all(bytes)?;
    decoder.flush()
}

/// Takes everything and keeps the first [`SEARCHED_BYTES`].
#[derive(Default)]
struct First(Vec<u8>);

impl Write for First {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = SEARCHED_BYTES - self.0.len();
        self.0.extend_from_slice(&bytes[..bytes.len().min(room)]);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use flate2::{
        Compression,
        write::{DeflateEncoder, GzEncoder, ZlibEncoder},
    };
    use proptest::prelude::*;

    use super::*;

    /// A text in each packing that a checker undoes, with the value of its `Content-Encoding`.
    pub(in super::super) fn packed(text: &[u8]) -> [(&'static str, Vec<u8>); 3] {
        let level = Compression::default();
        let mut gzip = GzEncoder::new(Vec::new(), level);
        let mut zlib = ZlibEncoder::new(Vec::new(), level);
        let mut bare = DeflateEncoder::new(Vec::new(), level);
        for packer in [&mut gzip as &mut dyn Write, &mut zlib, &mut bare] {
            packer.write_all(text).expect("a Vec takes everything");
        }
        let done = "a Vec takes everything";
        [
            ("gzip", gzip.finish().expect(done)),
            ("deflate", zlib.finish().expect(done)),
            ("deflate", bare.finish().expect(done)),
        ]
    }

    fn unpacked(encoding: &str, bytes: &[u8], step: usize) -> io::Result<Vec<u8>> {
        let mut beginning = Beginning::new(encoding);
        for part in bytes.chunks(step) {
            beginning.take(part)?;
        }
        Ok(beginning.bytes().to_vec())
    }

    #[test]
    fn gzip_and_deflate_are_undone_and_others_stay() {
        for (encoding, bytes) in packed(b"all is ok") {
            assert_eq!(unpacked(encoding, &bytes, 3).expect("packed"), b"all is ok", "{encoding}");
            assert_eq!(unpacked("br", &bytes, 3).expect("as it is"), bytes);
        }
        assert_eq!(unpacked("", b"all is ok", 3).expect("as it is"), b"all is ok");
        assert!(unpacked("gzip", b"all is ok, but not packed", 99).is_err());
    }

    #[test]
    fn a_bomb_is_cut_off_at_what_is_searched() {
        for (encoding, bytes) in packed(&vec![b'x'; 50_000_000]) {
            let mut beginning = Beginning::new(encoding);
            beginning.take(&bytes[..8_192]).expect("packed");
            assert!(beginning.is_full() && beginning.bytes().len() == SEARCHED_BYTES);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), step in 1_usize..50) {
            for encoding in ["gzip", "deflate", "identity"] {
                let _ = unpacked(encoding, &bytes, step);
            }
        }
    }
}
