//! A text that anybody may have written, as HTML.

use minijinja::HtmlEscape;

use crate::report::drill::visible::visible;

/// A text for HTML: nothing in it is markup, and nothing hidden.
pub(super) fn escaped(text: &str) -> String {
    HtmlEscape(&visible(text)).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_hidden_is_shown() {
        assert_eq!(
            escaped("a\0\u{1b}[31m\u{7f}\u{202e}b</script>\n&'\""),
            "a␀␛[31m␡⟨U+202E⟩b&lt;&#x2f;script&gt; &amp;&#x27;&quot;"
        );
    }

    proptest! {
        #[test]
        fn no_markup_is_left(text: String) {
            let dangerous = ['<', '>', '"', '\'', '\0', '\u{202e}'];
            prop_assert!(!escaped(&text).contains(dangerous));
        }
    }
}
