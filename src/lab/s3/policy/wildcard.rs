//! Patterns in which `*` stands for any run of characters and `?` for one, and `${*}`, `${?}` and `${$}` for the
//! signs themselves (IAM User Guide, `reference_policies_variables`, "special characters"). Other policy variables
//! stand for nothing here.

/// A piece of a pattern.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Piece {
    Any,
    One,
    Sign(char),
}

fn pieces(pattern: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut signs = pattern.chars();
    while let Some(sign) = signs.next() {
        pieces.push(match (sign, signs.as_str().as_bytes()) {
            ('$', [b'{', escaped @ (b'*' | b'?' | b'$'), b'}', ..]) => {
                signs.nth(2);
                Piece::Sign(char::from(*escaped))
            }
            ('*', _) => Piece::Any,
            ('?', _) => Piece::One,
            _ => Piece::Sign(sign),
        });
    }
    pieces
}

/// Whether `text` fits `pattern`, as a whole and with respect to case (IAM User Guide, `reference_policies_elements_resource`).
pub(super) fn matches_wildcards(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<Piece>, Vec<char>) = (pieces(pattern), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where to go on when a guess about the last `*` was too short: behind it, one character later.
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(Piece::Any) => {
                retry = Some((p + 1, t + 1));
                p += 1;
            }
            Some(&piece) if piece == Piece::One || piece == Piece::Sign(text[t]) => {
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
    pattern[p..].iter().all(|piece| *piece == Piece::Any)
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

    #[test]
    fn an_escaped_sign_is_itself() {
        assert!(matches_wildcards("a${*}b", "a*b"));
        assert!(!matches_wildcards("a${*}b", "axb"));
        assert!(matches_wildcards("${?}${$}{x}*", "?${x} and more"));
        assert!(!matches_wildcards("${?}", "x"));
        assert!(matches_wildcards("${aws:x}${", "${aws:x}${"));
    }

    proptest! {
        #[test]
        fn the_quick_match_is_the_plain_one(pattern in "[ab*?/]{0,8}", text in "[ab/]{0,10}") {
            prop_assert_eq!(matches_wildcards(&pattern, &text), by_definition(&pattern, &text));
        }
    }
}
