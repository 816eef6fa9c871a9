//! Patterns in which `*` stands for any run of characters and `?` for one.

/// Whether `text` fits `pattern`, as a whole and with respect to case (IAM User Guide, `reference_policies_elements_resource`).
pub(super) fn matches_wildcards(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where to go on when a guess about the last `*` was too short: behind it, one character later.
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p + 1, t + 1));
                p += 1;
            }
            Some(&c) if c == '?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match retry {
                Some((after_star, from)) => {
                    (p, t) = (after_star, from);
                    retry = Some((after_star, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, as slow as it is plain.
    fn by_definition(pattern: &str, text: &str) -> bool {
        let mut rest = text.chars();
        match pattern.chars().next() {
            None => text.is_empty(),
            Some('*') => {
                by_definition(&pattern[1..], text)
                    || (rest.next().is_some() && by_definition(pattern, rest.as_str()))
            }
            Some(c) => {
                rest.next().is_some_and(|t| c == '?' || c == t) && by_definition(&pattern[1..], rest.as_str())
            }
        }
    }

    proptest! {
        #[test]
        fn the_quick_match_is_the_plain_one(pattern in "[ab*?/]{0,8}", text in "[ab/]{0,10}") {
            prop_assert_eq!(matches_wildcards(&pattern, &text), by_definition(&pattern, &text));
        }
    }
}
