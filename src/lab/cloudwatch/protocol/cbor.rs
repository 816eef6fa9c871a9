//! Smithy RPC v2 CBOR: what the Rust SDK speaks (Smithy specification, `smithy-rpc-v2`).
//!
//! A document comes as a map of definite or indefinite length, a date as tag 1 around seconds, and an
//! operation without input as an empty body or an empty map.

use std::convert::Infallible;

use minicbor::{
    Decoder, Encoder,
    data::{IanaTag, Type},
    decode::Error,
};
use serde_json::{Map, Number, Value as Json};

use super::value::Value;

/// Documents nest no deeper in this API; beyond it somebody tries the stack.
const DEEPEST: usize = 24;

/// Reads a document.
pub(super) fn read(body: &[u8]) -> Option<Json> {
    if body.is_empty() {
        return Some(Json::Object(Map::new()));
    }
    let mut decoder = Decoder::new(body);
    let value = item(&mut decoder, DEEPEST).ok()?;
    (decoder.position() == body.len()).then_some(value)
}

fn item(from: &mut Decoder<'_>, depth: usize) -> Result<Json, Error> {
    let depth = depth.checked_sub(1).ok_or_else(|| Error::message("too deep"))?;
    let number = |number: f64| Number::from_f64(number).map(Json::Number);
    let number = |found| number(found).ok_or_else(|| Error::message("not a finite number"));
    match from.datatype()? {
        Type::Null | Type::Undefined => from.skip().map(|()| Json::Null),
        Type::Bool => from.bool().map(Json::Bool),
        Type::U8 | Type::U16 | Type::U32 | Type::U64 => from.u64().map(Json::from),
        Type::I8 | Type::I16 | Type::I32 | Type::I64 => from.i64().map(Json::from),
        Type::F16 => number(f64::from(from.f16()?)),
        Type::F32 => number(f64::from(from.f32()?)),
        Type::F64 => number(from.f64()?),
        Type::String => from.str().map(Json::from),
        Type::StringIndef => from.str_iter()?.collect::<Result<String, Error>>().map(Json::String),
        Type::Array | Type::ArrayIndef => {
            let (length, mut items) = (from.array()?, Vec::new());
            while more(from, length, items.len())? {
                items.push(item(from, depth)?);
            }
            Ok(Json::Array(items))
        }
        Type::Map | Type::MapIndef => {
            let (length, mut members, mut read) = (from.map()?, Map::new(), 0);
            while more(from, length, read)? {
                let Json::String(name) = item(from, depth)? else {
                    return Err(Error::message("a name is expected"));
                };
                // A member that is null is a member that is absent (Smithy specification).
                match item(from, depth)? {
                    Json::Null => {}
                    value => drop(members.insert(name, value)),
                }
                read += 1;
            }
            Ok(Json::Object(members))
        }
        Type::Tag => {
            from.tag()?;
            item(from, depth)
        }
        _ => Err(Error::message("no kind of value that the API has")),
    }
}

/// Whether another item of a list or map follows; takes the mark at the end of one without a length.
fn more(from: &mut Decoder<'_>, length: Option<u64>, read: usize) -> Result<bool, Error> {
    match length {
        Some(length) => Ok((read as u64) < length),
        None if from.datatype()? == Type::Break => from.skip().map(|()| false),
        None => Ok(true),
    }
}

/// Writes a document.
pub(super) fn write(value: &Value) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    encode(&mut encoder, value).expect("a vector takes every byte");
    encoder.into_writer()
}

#[expect(clippy::cast_precision_loss, reason = "dates of the lab have milliseconds at most")]
fn encode(to: &mut Encoder<Vec<u8>>, value: &Value) -> Result<(), minicbor::encode::Error<Infallible>> {
    match value {
        Value::Text(text) => to.str(text)?,
        Value::Number(number) => to.f64(*number)?,
        Value::Whole(number) => to.i64(*number)?,
        Value::Truth(truth) => to.bool(*truth)?,
        Value::Date(date) => to.tag(IanaTag::Timestamp)?.f64(date.as_millisecond() as f64 / 1_000.0)?,
        Value::List(items) => {
            to.array(items.len() as u64)?;
            return items.iter().try_for_each(|item| encode(to, item));
        }
        Value::Structure(members) => {
            to.map(members.len() as u64)?;
            for (name, value) in members {
                to.str(name)?;
                encode(to, value)?;
            }
            to
        }
        Value::Map(entries) => {
            to.map(entries.len() as u64)?;
            for (name, value) in entries {
                to.str(name)?;
                encode(to, value)?;
            }
            to
        }
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn documents_of_either_length_are_read_the_same() {
        let definite = b"\xa2\x61a\x82\x01\x20\x61b\xf6";
        let indefinite = b"\xbf\x61a\x9f\x01\x20\xff\x61b\xf6\xff";
        let expected = serde_json::json!({"a": [1, -1]});
        assert_eq!(read(definite), Some(expected.clone()));
        assert_eq!(read(indefinite), Some(expected));
        assert_eq!(read(b""), Some(serde_json::json!({})));
        assert_eq!(
            read(b"\xa1\x61t\xc1\xfb\x41\xda\x00\x00\x00\x00\x00\x00"),
            Some(serde_json::json!({"t": 1_744_830_464.0}))
        );
    }

    #[test]
    fn what_is_no_document_is_refused() {
        let deep = vec![0x81_u8; 100_000];
        let wrong: [&[u8]; 6] =
            [b"\xa1", b"\x01\x01", b"\xa1\x01\x01", b"\xff", b"\xfb\x7f\xf0\0\0\0\0\0\0", &deep];
        for body in wrong {
            assert_eq!(read(body), None);
        }
    }

    proptest! {
        /// Any bytes are read or refused, and what is said to be long costs nothing before it arrives.
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = read(&bytes);
        }

        #[test]
        fn what_is_written_is_read(text in ".*", number in -1e9_f64..1e9, whole in any::<i64>(), truth in any::<bool>()) {
            let value = Value::Structure(vec![
                ("text", Value::text(text.clone())),
                ("list", Value::list([Value::Number(number), Value::Whole(whole), Value::Truth(truth)])),
                ("map", Value::Map(vec![("key".to_owned(), Value::Number(0.5))])),
            ]);
            let expected = serde_json::json!({"text": text, "list": [number, whole, truth], "map": {"key": 0.5}});
            prop_assert_eq!(read(&write(&value)), Some(expected));
        }
    }
}
