//! Reports for pull requests, job summaries and wikis: `GitHub`'s Markdown, which others read too.

mod plan;
mod verify;

pub use plan::plan;
pub use verify::verify;

/// A text that stays in its cell and is no markup. (A name of a record may hold an asterisk, and what a
/// server answers may hold anything.)
pub(super) fn cell(text: &str) -> String {
    let escaped = |c: char| match c {
        '|' | '*' | '_' | '`' | '<' | '[' | '\\' | '&' | '~' | '$' => format!("\\{c}"),
        '\n' | '\r' => " ".to_owned(),
        other => other.to_string(),
    };
    text.chars().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_holds_any_text() {
        assert_eq!(cell("*.a|b_c\nd &lt;`~$[\\"), "\\*.a\\|b\\_c d \\&lt;\\`\\~\\$\\[\\\\");
    }
}
