//! Who threw the switch, when and why? It stands in the object itself, which everybody can read.

use std::fmt;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a note begins with.
const SCHEMA: &str = "s3-failover/switch-object/v1";
/// So much is shown of a body that is not ours, in characters.
const SHOWN: usize = 80;

/// The body of the object, as this tool writes it. Whatever stands in it is what somebody said of himself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    schema: String,
    /// The failover's name.
    pub failover: String,
    /// The user.
    pub by: String,
    /// The machine.
    pub host: String,
    /// When, by the clock of the world.
    pub at: Timestamp,
    /// Why, if that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// By which version of this tool.
    pub version: String,
}

/// Whoever threw a switch, as far as its object says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Thrower {
    /// This tool.
    Tool(Note),
    /// Somebody by other means; the beginning of what they wrote.
    Other {
        /// The beginning of the body.
        text: String,
    },
}

impl Note {
    /// A note about a failover that is switched now.
    pub fn new(failover: impl fmt::Display, by: String, host: String, at: Timestamp) -> Self {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Self {
            schema: SCHEMA.to_owned(),
            failover: failover.to_string(),
            by,
            host,
            at,
            reason: None,
            version,
        }
    }

    /// As the object's body.
    pub fn body(&self) -> Bytes {
        let text = serde_json::to_string_pretty(self);
        Bytes::from(text.expect("a note is of texts, which JSON can always hold") + "\n")
    }
}

impl Thrower {
    /// Reads a body, whoever wrote it.
    pub fn read(body: &[u8]) -> Self {
        match serde_json::from_slice::<Note>(body) {
            Ok(note) if note.schema == SCHEMA => Self::Tool(note),
            _ => {
                let text = String::from_utf8_lossy(&body[..body.len().min(4 * SHOWN)]);
                // What stands there may be meant for a terminal.
                let text = text.chars().map(|c| if c.is_control() { ' ' } else { c });
                Self::Other { text: text.take(SHOWN).collect::<String>().trim().to_owned() }
            }
        }
    }
}

/// As the end of a sentence: "by ana at ops-1 since 2026-11-22T01:00:00Z (region is down)".
impl fmt::Display for Thrower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tool(Note { by, host, at, reason, .. }) => {
                let plain = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
                write!(f, "by {} at {} since {}", plain(by), plain(host), at.strftime("%Y-%m-%dT%H:%M:%SZ"))?;
                match reason {
                    Some(reason) => write!(f, " ({})", plain(reason)),
                    None => Ok(()),
                }
            }
            Self::Other { text } if text.is_empty() => f.write_str("by other means than this tool"),
            Self::Other { text } => write!(f, "by other means than this tool (it says: {text})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn note(reason: Option<&str>) -> Note {
        let reason = reason.map(str::to_owned);
        let at = Timestamp::from_second(1_800_000_000).expect("a time");
        Note { reason, ..Note::new("data.example.com", "ana".to_owned(), "ops-1".to_owned(), at) }
    }

    #[test]
    fn what_was_written_is_read_and_what_others_wrote_is_shown() {
        let told = |body: &[u8]| Thrower::read(body).to_string();
        let ours = note(Some("region is down"));
        assert_eq!(Thrower::read(&ours.body()), Thrower::Tool(ours.clone()));
        assert_eq!(told(&ours.body()), "by ana at ops-1 since 2027-01-15T08:00:00Z (region is down)");
        assert_eq!(told(&note(None).body()), "by ana at ops-1 since 2027-01-15T08:00:00Z");
        assert_eq!(told(b""), "by other means than this tool");
        assert_eq!(told(b"\x1b[2Jgo\n"), "by other means than this tool (it says: [2Jgo)");
        let other = String::from_utf8(ours.body().to_vec()).expect("UTF-8").replace("/v1", "/v9");
        assert!(told(other.as_bytes()).starts_with("by other means"), "another schema is not ours");
    }

    proptest! {
        /// Whatever a body holds, it is told in one short line that does nothing to a terminal.
        #[test]
        fn any_body_is_told_in_one_line(body in prop::collection::vec(any::<u8>(), 0..600)) {
            let told = Thrower::read(&body).to_string();
            prop_assert!(!told.contains(char::is_control));
            prop_assert!(told.chars().count() <= 130, "{}", told);
        }

        #[test]
        fn any_note_is_read_again(by in ".{0,20}", host in ".{0,20}", reason in prop::option::of(".{0,40}")) {
            let at = Timestamp::from_second(1_800_000_000).expect("a time");
            let note = Note { reason, ..Note::new("data.example.com", by, host, at) };
            prop_assert_eq!(Thrower::read(&note.body()), Thrower::Tool(note.clone()));
            prop_assert!(!Thrower::Tool(note).to_string().contains(char::is_control));
        }
    }
}
