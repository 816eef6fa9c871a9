//! How does `terraform fmt` line up equals signs? Those of attributes on lines that follow each other, one
//! attribute a line, stand below each other; a line that begins something longer, and a line without an
//! attribute, end the group.
//!
//! Doing it here keeps the template readable, and what is printed is what `fmt` would make of it.

/// The text as `terraform fmt` leaves it. Attributes stand as `KEY = VALUE`, with one space on either side.
pub(super) fn align(text: &str) -> String {
    let mut aligned = String::with_capacity(text.len());
    let mut group: Vec<(&str, &str)> = Vec::new();
    for line in text.lines() {
        match attribute(line) {
            Some(attribute) => group.push(attribute),
            None => {
                flush(&mut group, &mut aligned);
                aligned.push_str(line);
                aligned.push('\n');
            }
        }
    }
    flush(&mut group, &mut aligned);
    aligned
}

fn flush(group: &mut Vec<(&str, &str)>, aligned: &mut String) {
    let widest = group.iter().map(|(key, _)| key.len()).max().unwrap_or_default();
    for (key, value) in group.drain(..) {
        aligned.push_str(&format!("{key:widest$} = {value}\n"));
    }
}

/// The key, with what stands before it, and the value of an attribute that begins and ends on this line.
fn attribute(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(" = ")?;
    let word = key.trim_start().trim_matches('"');
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-:".contains(c);
    let goes_on = value.ends_with(['{', '[', '(']);
    (!goes_on && !word.is_empty() && word.chars().all(plain)).then_some((key, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_stand_below_each_other() {
        let text = "a {\n  b = 1\n  long = \"x = y\"\n  c = {\n    \"d:e\" = 2\n    f = 3\n  }\n  g = 4\n}\n";
        let aligned =
            "a {\n  b    = 1\n  long = \"x = y\"\n  c = {\n    \"d:e\" = 2\n    f     = 3\n  }\n  g = 4\n}\n";
        assert_eq!(align(text), aligned);
        assert_eq!(align("# not = this\n"), "# not = this\n");
    }
}
