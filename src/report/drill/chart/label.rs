//! How wide is a text? Nobody knows before it is drawn, in a font that the reader has and we have not. So it is
//! reckoned with what the widest of the usual fonts (Verdana, `DejaVu Sans`) would take, and shortened by that.

use crate::report::drill::visible::visible;

/// What a text takes at most, in the same unit as its font's size.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(share).sum::<f64>() * size
}

/// The share of the font's size that one sign takes.
fn share(sign: char) -> f64 {
    match sign {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 0.42,
        'f' | 't' | 'r' | 'I' | '-' | '/' | '(' | ')' | '[' | ']' => 0.48,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 1.0,
        'A'..='Z' | '+' | '=' | '<' | '>' | '~' | '#' | '&' => 0.86,
        '!'..='~' => 0.66,
        // Some are as wide as high; that is the widest that there is.
        _ => 1.1,
    }
}

/// A text that takes no more than `room`: what is left out is its middle, since the ends tell addresses apart.
/// What is hidden in it is shown, and needs room too.
pub(super) fn fit(text: &str, size: f64, room: f64) -> String {
    let text = visible(text);
    if width(&text, size) <= room {
        return text;
    }
    let signs: Vec<char> = text.chars().collect();
    let fits = |kept: usize| {
        let (head, tail) = (kept.div_ceil(2), kept / 2);
        let head = signs[..head].iter();
        let short: String = head.chain(&['…']).chain(&signs[signs.len() - tail..]).collect();
        (width(&short, size) <= room).then_some(short)
    };
    (0..signs.len()).rev().find_map(fits).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_ends_are_kept() {
        assert_eq!(fit("127.0.0.1:5301", 12.0, 170.0), "127.0.0.1:5301");
        assert_eq!(fit("https://dns.example.com/dns-query", 12.0, 120.0), "https://…s-query");
        assert_eq!(fit("mmmm", 12.0, 5.0), "");
    }

    proptest! {
        #[test]
        fn what_fits_fits(text in "\\PC{0,80}", room in 0.0..300.0) {
            prop_assert!(width(&fit(&text, 12.0, room), 12.0) <= room);
        }
    }
}
