//! What are resources called in a stack? By the failover's name, so that a spec that grows renames nothing.
//!
//! A logical id of CloudFormation holds letters and digits only (CloudFormation User Guide, "Resources":
//! "must be alphanumeric (A-Za-z0-9) and unique within the template"), an identifier of HCL letters, digits,
//! `_` and `-`, and no digit first. Domain names hold more. Where a name cannot be told from another by what is
//! left of it, a piece of its hash is added; so two names never share an id, whatever else the spec holds.

use serde::Serialize;

use crate::model::digest;

/// One thing's name in both ways of writing it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Name {
    /// As CloudFormation has it: `DataExampleComPrimaryCheck`.
    pub(super) camel: String,
    /// As Terraform has it: `data_example_com_primary_check`.
    pub(super) snake: String,
}

impl Name {
    /// The name of what `text` is about: a domain name, a bucket, a region.
    pub(super) fn of(text: &str) -> Self {
        let words = || text.split('.').flat_map(|label| label.split(|c: char| !c.is_ascii_alphanumeric()));
        let camel: String = words().map(capital).collect();
        let snake = words().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_");
        let plain = |word: &str| {
            word.starts_with(|c: char| c.is_ascii_lowercase())
                && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        };
        if text.split('.').all(plain) {
            return Self { camel, snake };
        }
        let hash = &digest(text.as_bytes())[..8];
        let first = if snake.starts_with(|c: char| c.is_ascii_alphabetic()) { "" } else { "n" };
        Self { camel: format!("{}{camel}{hash}", capital(first)), snake: format!("{first}{snake}_{hash}") }
    }

    /// The name of one of the things that belong to this.
    pub(super) fn with(&self, role: &str) -> Self {
        let words = || role.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let camel: String = words().map(capital).collect();
        Self {
            camel: format!("{}{camel}", self.camel),
            snake: format!("{}_{}", self.snake, words().collect::<Vec<_>>().join("_")),
        }
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_plain_name_stays_readable() {
        let name = Name::of("data.example.com").with("primary-check");
        assert_eq!(name.camel, "DataExampleComPrimaryCheck");
        assert_eq!(name.snake, "data_example_com_primary_check");
    }

    #[test]
    fn names_that_look_alike_are_told_apart() {
        let names =
            ["a-b.c", "a.b.c", "ab.c", "a_b.c", "a1.b", "a.1b", "a.1.b", "a1b", "_a", "a", "1a", "*.a"];
        let ids: Vec<Name> = names.into_iter().map(Name::of).collect();
        let camel: BTreeSet<&str> = ids.iter().map(|id| id.camel.as_str()).collect();
        let snake: BTreeSet<&str> = ids.iter().map(|id| id.snake.as_str()).collect();
        assert_eq!((camel.len(), snake.len()), (names.len(), names.len()), "{ids:?}");
    }

    proptest! {
        #[test]
        fn every_name_gives_ids_that_can_be_written(text in "[a-z0-9_*\\\\-]{1,9}(\\.[a-z0-9_-]{1,9}){0,4}", other in "[a-z0-9_-]{1,3}(\\.[a-z0-9_-]{1,3}){0,2}") {
            let id = Name::of(&text);
            prop_assert!(id.camel.chars().all(|c| c.is_ascii_alphanumeric()), "{:?}", id);
            prop_assert!(id.snake.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{:?}", id);
            prop_assert!(id.snake.starts_with(|c: char| c.is_ascii_alphabetic()), "{:?}", id);
            let second = Name::of(&other);
            prop_assert_eq!(text == other, id.camel == second.camel || id.snake == second.snake);
        }
    }
}
