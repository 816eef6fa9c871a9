//! What may come back from a server, as a function of bytes: for fuzzers, not for programs.
//!
//! The target of `tests/fuzz` calls it, and `tests/it/fuzzed.rs` does with the kept corpus and with changes of it.

use super::{
    Query, Vantage,
    wire::packet::{Packed, judge_message},
};
use crate::{causes::in_one_line, model::RecordType};

/// A packet as the reply to a question for the pointer of `data.example.com`, under the id that the packet has:
/// it is read or refused, with a sentence that shows no control character.
///
/// # Panics
/// When what must never happen does.
pub fn reply(bytes: &[u8]) {
    let name = "data.example.com".parse().expect("a name");
    let packed = Packed::new(&Query::of(&name, RecordType::Cname)).expect("it fits into a packet");
    let id = bytes.first_chunk::<2>().map_or(0, |id| u16::from_be_bytes(*id));
    let Ok(message) = packed.under(id).read(bytes) else { return };
    let server = Vantage::recursive(([192, 0, 2, 1], 53).into());
    let told = match judge_message(&server, message) {
        Ok(reply) => reply.extended.iter().map(ToString::to_string).collect(),
        Err(error) => in_one_line(&error),
    };
    assert!(!told.contains(char::is_control), "{told:?}");
}
