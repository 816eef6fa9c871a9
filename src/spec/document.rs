//! What does the file say, and where does it say it?
//!
//! TOML and JSON become one tree in which each value knows its place in the text, so that the shape
//! and the rules are written once. Both parsers are asked for what they found, not for a type of ours:
//! deserialising with serde stops at the first fault and forgets positions, and a person who corrects
//! a file wants all faults with their places.

use std::path::Path;

use jsonc_parser::{ParseOptions, ast};
use serde::Serialize;
use toml::de::{DeTable, DeValue};

use super::finding::{Finding, Rule, Severity, Span};

/// How a spec file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// TOML 1.1, the default.
    Toml,
    /// JSON as RFC 8259 has it: no comments, no trailing commas, no key twice.
    Json,
}

impl Format {
    /// The format that the ending of the file's name asks for: JSON for `.json`, else TOML.
    pub fn of_path(path: &Path) -> Self {
        let json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
        if json { Self::Json } else { Self::Toml }
    }

    /// A key and its value as this format writes them.
    pub(super) fn entry(self, key: &str, value: &str) -> String {
        match self {
            Self::Toml => format!("{key} = {value}"),
            Self::Json => format!("\"{key}\": {value}"),
        }
    }
}

/// A value and the place where it is written.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) value: Value,
    /// Of a scalar, all of it; of a table, what opens it: its header, or its brace.
    pub(super) span: Span,
}

/// What both formats can say.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Flag(bool),
    List(Vec<Node>),
    Table(Vec<Entry>),
    /// Something no key of a spec takes, by the words a message uses for it.
    Other(&'static str),
}

impl Value {
    /// The kind of value, as a message names it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Integer(_) => "a number",
            Self::Flag(_) => "true or false",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Other(words) => words,
        }
    }
}

/// A key of a table with its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_span: Span,
    pub(super) node: Node,
}

pub(super) const SYNTAX: Rule = Rule {
    id: "syntax",
    severity: Severity::Error,
    reason: "Nothing else in the file can be judged until it can be read.",
    source: "TOML 1.1 (toml.io) or RFC 8259 for files that end in `.json`",
};

/// Reads the text into a tree, or says everything that keeps it from being one.
pub(super) fn read(text: &str, format: Format) -> Result<Node, Vec<Finding>> {
    match format {
        Format::Toml => read_toml(text),
        Format::Json => read_json(text),
    }
}

fn read_toml(text: &str) -> Result<Node, Vec<Finding>> {
    let (root, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Ok(Node { value: toml_table(root.get_ref()), span: Span::START });
    }
    let finding = |error: &toml::de::Error| {
        let span = error.span().map_or(Span::START, Span::from);
        SYNTAX.at(span, format!("the file is not TOML: {}", error.message())).help(
            "Correct this place. Texts stand in double quotes, tables begin with `[name]`, and no key stands \
             twice in one table.",
        )
    };
    Err(errors.iter().map(finding).collect())
}

fn toml_table(table: &DeTable<'_>) -> Value {
    let entry = |(key, value): (&toml::Spanned<_>, &toml::Spanned<DeValue<'_>>)| {
        let name: &std::borrow::Cow<'_, str> = key.get_ref();
        Entry { key: name.to_string(), key_span: key.span().into(), node: toml_node(value) }
    };
    Value::Table(table.iter().map(entry).collect())
}

fn toml_node(node: &toml::Spanned<DeValue<'_>>) -> Node {
    let value = match node.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Value::Other("a number beyond 64 bits"), Value::Integer),
        DeValue::Float(_) => Value::Other("a number with a fraction"),
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Datetime(_) => Value::Other("a date or a time"),
        DeValue::Array(items) => Value::List(items.iter().map(toml_node).collect()),
        DeValue::Table(table) => toml_table(table),
    };
    Node { value, span: node.span().into() }
}

/// Everything that JSONC and JSON5 add to JSON, refused: other readers of the file would refuse it too.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

fn read_json(text: &str) -> Result<Node, Vec<Finding>> {
    let fault = |span, what: String| {
        SYNTAX
            .at(span, format!("the file is not JSON: {what}"))
            .help("Correct this place. JSON has no comments and no comma after the last value.")
    };
    let parsed = jsonc_parser::parse_to_ast(text, &jsonc_parser::CollectOptions::default(), &STRICT);
    let value = match parsed {
        Ok(parsed) => parsed.value,
        Err(error) => {
            let range = error.range();
            return Err(vec![fault(
                Span::new(range.start, range.end),
                lower_first(&error.kind().to_string()),
            )]);
        }
    };
    let Some(value) = value else {
        return Err(vec![fault(Span::START, "it is empty".to_owned())]);
    };
    let mut doubled = Vec::new();
    let node = json_node(&value, &mut doubled);
    if doubled.is_empty() {
        return Ok(node);
    }
    let finding = |double: DoubledKey| {
        SYNTAX
            .at(double.second, format!("the key `{}` stands twice in one object", double.key))
            .label("again here")
            .and(double.first, "first here")
            .help("Keep one of the two.")
    };
    Err(doubled.into_iter().map(finding).collect())
}

/// A key that JSON lets stand twice, and of which most readers silently keep the last.
struct DoubledKey {
    key: String,
    first: Span,
    second: Span,
}

fn json_node(value: &ast::Value<'_>, doubled: &mut Vec<DoubledKey>) -> Node {
    use jsonc_parser::common::Ranged;
    let range = value.range();
    let whole = Span::new(range.start, range.end);
    let opening = Span::new(range.start, range.start + 1);
    match value {
        ast::Value::StringLit(text) => Node { value: Value::Text(text.value.to_string()), span: whole },
        ast::Value::NumberLit(number) => {
            let integer = number.value.parse().map(Value::Integer);
            Node { value: integer.unwrap_or(Value::Other("a number that is not whole")), span: whole }
        }
        ast::Value::BooleanLit(flag) => Node { value: Value::Flag(flag.value), span: whole },
        ast::Value::NullKeyword(_) => Node { value: Value::Other("null"), span: whole },
        ast::Value::Array(array) => {
            let items = array.elements.iter().map(|item| json_node(item, doubled)).collect();
            Node { value: Value::List(items), span: opening }
        }
        ast::Value::Object(object) => {
            let mut entries: Vec<Entry> = Vec::new();
            for property in &object.properties {
                let range = property.name.range();
                let key_span = Span::new(range.start, range.end);
                let key = property.name.as_str().to_owned();
                if let Some(first) = entries.iter().find(|entry| entry.key == key) {
                    doubled.push(DoubledKey { key: key.clone(), first: first.key_span, second: key_span });
                }
                entries.push(Entry { key, key_span, node: json_node(&property.value, doubled) });
            }
            Node { value: Value::Table(entries), span: opening }
        }
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
