//! How does a value get into a template? By a formatter that quotes it, unless it is vouched for.
//!
//! The usual way, a filter at each place, is safe as long as nobody forgets one. Here nothing is written as it
//! is: the formatter makes a quoted text of every text and a reference of every reference, in the language of
//! the template. What has to stand without quotation marks goes through the filter `bare`, which takes
//! identifiers, and fails on anything else. There is no way to forget.

use std::fmt::Write as _;

use minijinja::{
    Environment, Error, ErrorKind, Output, UndefinedBehavior,
    syntax::SyntaxConfig,
    value::{Serde, Value, ValueKind},
};
use serde::Serialize;

use super::quote;

/// The language of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// YAML with CloudFormation's short forms (`!Ref`).
    CloudFormation,
    /// HCL, for Terraform and OpenTofu.
    Terraform,
}

/// A template filled with `context`.
///
/// # Panics
/// When the template asks for what the context has not: each template is rendered by tests with every kind of
/// spec.
pub(super) fn render(template: &'static str, language: Language, context: impl Serialize) -> String {
    let mut environment = Environment::new();
    let syntax =
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
    environment.set_syntax(syntax.expect("the usual signs do not contradict each other"));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(move |output, _, value| write(output, language, value));
    environment.add_filter("bare", |value: &Value| bare(value));
    environment.add_filter("shell", |text: &str| Value::from_safe_string(quote::shell(text)));
    let text = environment.render_str(template, Serde(context));
    text.expect("a template asks only for what its context holds; tests render each with every kind of spec")
}

/// An identifier as it is.
fn bare(value: &Value) -> Result<Value, Error> {
    let text = value.to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return Ok(Value::from_safe_string(text));
    }
    Err(Error::new(ErrorKind::InvalidOperation, format!("`{text}` needs quotation marks")))
}

fn write(output: &mut Output<'_>, language: Language, value: &Value) -> Result<(), Error> {
    if value.is_safe() {
        return Ok(output.write_str(value.as_str().unwrap_or_default())?);
    }
    match value.kind() {
        ValueKind::String => {
            let text = value.as_str().unwrap_or_default();
            output.write_str(&match language {
                Language::CloudFormation => quote::yaml(text),
                Language::Terraform => quote::hcl(text),
            })?;
        }
        ValueKind::Number | ValueKind::Bool => write!(output, "{value}")?,
        ValueKind::Seq => {
            output.write_char('[')?;
            for (index, item) in value.try_iter()?.enumerate() {
                output.write_str(if index == 0 { "" } else { ", " })?;
                write(output, language, &item)?;
            }
            output.write_char(']')?;
        }
        ValueKind::Map => operand(output, language, value)?,
        other => return Err(Error::new(ErrorKind::InvalidOperation, format!("{other} cannot be written"))),
    }
    Ok(())
}

/// An [`Operand`](super::operand::Operand).
fn operand(output: &mut Output<'_>, language: Language, value: &Value) -> Result<(), Error> {
    let text = value.get_attr("text")?;
    if !text.is_undefined() {
        return write(output, language, &text);
    }
    for kind in ["zone", "check", "record"] {
        let name = value.get_attr(kind)?;
        if name.is_undefined() {
            continue;
        }
        let part = |part: &str| name.get_attr(part).and_then(|part| bare(&part));
        return Ok(match (language, kind) {
            (Language::CloudFormation, _) => write!(output, "!Ref {}", part("camel")?)?,
            (Language::Terraform, "zone") => write!(output, "local.{}", part("snake")?)?,
            (Language::Terraform, "check") => {
                write!(output, "aws_route53_health_check.{}.id", part("snake")?)?;
            }
            (Language::Terraform, _) => write!(output, "aws_route53_record.{}.fqdn", part("snake")?)?,
        });
    }
    Err(Error::new(ErrorKind::InvalidOperation, format!("{value} is neither a text nor a reference")))
}
