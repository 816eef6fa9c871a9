//! Shapes of S3 in documents, for those of which the protocol's crate knows an XML form and none for serde:
//! `#[serde(with = "as_xml")]`, and `#[serde(with = "as_xml::optional")]` for an `Option`.

use s3s::xml::{DeserializeContent, Deserializer as Reader, SerializeContent, Serializer as Writer};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

/// The element's name; nobody else reads it.
const ELEMENT: &str = "Kept";

/// Writes a shape.
pub(super) fn serialize<T: SerializeContent, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
    text(value).map_err(ser::Error::custom)?.serialize(to)
}

/// Reads it.
pub(super) fn deserialize<'de, T, D: Deserializer<'de>>(from: D) -> Result<T, D::Error>
where
    T: for<'xml> DeserializeContent<'xml>,
{
    value(&String::deserialize(from)?)
}

/// The same for a shape that may be missing.
pub(super) mod optional {
    use super::{
        Deserialize, DeserializeContent, Deserializer, Serialize, SerializeContent, Serializer, ser, text,
        value,
    };

    #[expect(clippy::ref_option, reason = "serde hands out the field as it is")]
    pub(in super::super) fn serialize<T: SerializeContent, S: Serializer>(
        value: &Option<T>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(text).transpose().map_err(ser::Error::custom)?.serialize(to)
    }

    pub(in super::super) fn deserialize<'de, T, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error>
    where
        T: for<'xml> DeserializeContent<'xml>,
    {
        Option::<String>::deserialize(from)?.map(|text| value(&text)).transpose()
    }
}

fn text<T: SerializeContent>(value: &T) -> Result<String, String> {
    let mut xml = Vec::new();
    Writer::new(&mut xml).content(ELEMENT, value).map_err(|error| error.to_string())?;
    String::from_utf8(xml).map_err(|error| error.to_string())
}

fn value<T: for<'xml> DeserializeContent<'xml>, E: de::Error>(text: &str) -> Result<T, E> {
    Reader::new(text.as_bytes()).named_element(ELEMENT, Reader::content).map_err(E::custom)
}
