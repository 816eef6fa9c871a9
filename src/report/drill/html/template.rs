//! How does a value get into the page? By a formatter that escapes it, unless it was made here as HTML.
//!
//! Names, keys and what servers answer may hold anything. Markup in them is escaped, as everywhere, and what is
//! hidden in them is shown.

use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, UndefinedBehavior,
    syntax::SyntaxConfig,
    value::{Serde, Value, ValueKind},
};
use serde::Serialize;

use super::{escape::escaped, figure::Figures};

const PAGE: &str = include_str!("../../../../templates/drill/page.html.j2");
const PARTS: [(&str, &str); 5] = [
    ("macros.html", include_str!("../../../../templates/drill/macros.html.j2")),
    ("chart.svg", include_str!("../../../../templates/drill/chart.svg.j2")),
    ("patterns.svg", include_str!("../../../../templates/drill/patterns.svg")),
    ("trend-keys.html", include_str!("../../../../templates/drill/trend-keys.html")),
    ("style.css", include_str!("../../../../templates/drill/style.css")),
];

/// The page.
///
/// # Panics
/// When the template asks for what the context has not: tests render it for drills of every kind.
pub(super) fn page(context: impl Serialize, figures: Figures) -> String {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("the usual signs do not contradict each other"));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_formatter(|output, _, value| write(output, value));
    figures.add_to(&mut environment);
    for (name, text) in PARTS {
        environment.add_template(name, text).expect("the templates are ours, and tests read them");
    }
    let text = environment.render_named_str("page.html", PAGE, Serde(context));
    text.unwrap_or_else(|error| panic!("a template asks only for what its context holds: {error:#}"))
}

fn write(output: &mut Output<'_>, value: &Value) -> Result<(), Error> {
    if value.is_safe() {
        return Ok(output.write_str(value.as_str().unwrap_or_default())?);
    }
    match value.kind() {
        ValueKind::String => Ok(output.write_str(&escaped(value.as_str().unwrap_or_default()))?),
        ValueKind::Number => Ok(output.write_str(&value.to_string())?),
        other => Err(Error::new(ErrorKind::InvalidOperation, format!("{other} is not for readers"))),
    }
}
