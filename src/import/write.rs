//! The spec as a file: what serde writes, and each note as a comment above the line that it is about.

use super::Imported;
use crate::spec::{Failover, Format, Target};

/// Columns of a comment, its sign included.
const WIDTH: usize = 100;

/// The text of a spec file. `head` is what stands above everything, a paragraph each. JSON has no comments.
pub fn text(imported: &Imported, head: &[String], format: Format) -> String {
    match format {
        Format::Json => {
            let text = serde_json::to_string_pretty(&imported.spec);
            text.expect("a spec is plain values with text keys, which JSON can always hold") + "\n"
        }
        Format::Toml => toml(imported, head),
    }
}

fn toml(imported: &Imported, head: &[String]) -> String {
    let spec = &imported.spec;
    let written =
        toml::to_string(spec).expect("a spec is plain values with text keys, which TOML can always hold");
    let mut out: String = head.iter().map(|paragraph| comment(paragraph)).collect();
    let mut failovers = spec.failovers.iter();
    let (mut current, mut table) = (None, String::new());
    for line in written.lines() {
        if line == "[[failover]]" {
            current = failovers.next();
            table.clear();
            out += &comments(imported, current, "");
        } else if let Some(name) = line.strip_prefix("[failover.") {
            name.trim_end_matches(']').clone_into(&mut table);
            out += &comments(imported, current, &table);
        } else if let (Some(failover), Some((key, _))) = (current, line.split_once(" = ")) {
            if key == "ttl" && is_unused_ttl(failover) {
                continue;
            }
            let path = if table.is_empty() { key.to_owned() } else { format!("{table}.{key}") };
            out += &comments(imported, current, &path);
        }
        out += line;
        out.push('\n');
    }
    out
}

/// Aliases have the TTL of what they lead to; saying the default of it earns a warning.
fn is_unused_ttl(failover: &Failover) -> bool {
    failover.primary.target != Target::Pointer && failover.ttl == Failover::default_ttl()
}

/// The notes beside a key. Those beside a key that is not written stand above their table.
fn comments(imported: &Imported, failover: Option<&Failover>, path: &str) -> String {
    let Some(failover) = failover else { return String::new() };
    let beside = imported.notes.get(&failover.name).into_iter().flatten().filter(|note| note.key == path);
    beside.map(|note| comment(&note.message)).collect()
}

/// A paragraph behind number signs, wrapped. Control characters, which a comment of TOML cannot hold, and
/// which could end it, are left out.
fn comment(paragraph: &str) -> String {
    let mut lines = vec!["#".to_owned()];
    for word in paragraph.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty())
    {
        let line = lines.last_mut().expect("begins with one line and only grows");
        if line.len() > 1 && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(format!("# {word}"));
        } else {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.join("\n") + "\n"
}
