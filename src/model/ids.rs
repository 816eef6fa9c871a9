//! Identifiers that AWS gives or takes, each with a type of its own and in one spelling.

use std::{fmt, str::FromStr};

use super::serde_as_text;

/// Why a text is no identifier of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no {kind}: it has 1 to {longest} visible characters")]
pub struct IdError {
    text: String,
    kind: &'static str,
    longest: usize,
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $longest:literal, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The identifier without the path prefix that Route 53 puts before some of them.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let id = text.strip_prefix($prefix).unwrap_or(text);
                let visible = !id.is_empty() && id.chars().all(|c| c.is_ascii_graphic() || c == ' ');
                if visible && id.len() <= $longest {
                    Ok(Self(id.to_owned()))
                } else {
                    Err(IdError { text: text.to_owned(), kind: $kind, longest: $longest })
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        serde_as_text!($name);
    };
}

identifier! {
    /// A hosted zone's id, without `/hostedzone/`. At most 32 characters (Route 53 model, `ResourceId`).
    HostedZoneId, "hosted zone id", 32, "/hostedzone/"
}
identifier! {
    /// A health check's id. At most 64 characters (Route 53 model, `HealthCheckId`).
    HealthCheckId, "health check id", 64, "/healthcheck/"
}
identifier! {
    /// The id of a change batch, without `/change/`. At most 32 characters (Route 53 model, `ChangeId`,
    /// less the prefix).
    ChangeId, "change id", 32, "/change/"
}
identifier! {
    /// What tells records of one name and type apart. 1 to 128 characters (Route 53 model,
    /// `ResourceRecordSetIdentifier`).
    SetIdentifier, "set identifier", 128, ""
}
identifier! {
    /// The key that makes a `CreateHealthCheck` safe to repeat. 1 to 64 characters (Route 53 model,
    /// `HealthCheckNonce`).
    CallerReference, "caller reference", 64, ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_prefix_is_dropped() {
        let with: HostedZoneId = "/hostedzone/Z123".parse().expect("an id");
        assert_eq!(with, "Z123".parse().expect("an id"));
        assert_eq!(with.as_str(), "Z123");
    }

    #[test]
    fn the_length_is_checked() {
        assert!("".parse::<SetIdentifier>().is_err());
        assert!("x".repeat(128).parse::<SetIdentifier>().is_ok());
        assert!("x".repeat(129).parse::<SetIdentifier>().is_err());
    }
}
