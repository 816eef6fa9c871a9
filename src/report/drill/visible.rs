//! May a reader trust what a name seems to say? Only if nothing is hidden in it: signs that nobody sees, or that
//! turn the order of the others around (a key that reads `exe.jpg` and ends in `.exe`), are written as what they
//! are.

use std::fmt::Write as _;

/// A text whose every sign can be seen.
pub(super) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '\n' | '\t' => shown.push(' '),
            // Unicode has pictures of the old control characters, in their order.
            '\0'..='\u{1f}' => shown.extend(char::from_u32(0x2400 + u32::from(sign))),
            '\u{7f}' => shown.push('\u{2421}'),
            '\u{80}'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fdd0}'..='\u{fdef}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{fffe}'
            | '\u{ffff}'
            | '\u{e0000}'..='\u{e0fff}' => {
                // A String takes everything.
                let _ = write!(shown, "⟨U+{:04X}⟩", u32::from(sign));
            }
            other => shown.push(other),
        }
    }
    shown
}
