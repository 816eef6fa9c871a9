//! AWS query: a form that goes in, XML that comes out (Smithy specification, `aws-query-protocol`).

use std::{collections::BTreeMap, fmt::Write as _};

use quick_xml::escape::escape;

use super::errors::ApiError;

/// Of answers (STS model, `xmlNamespace`).
const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// A request: its action, and its parameters.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) action: String,
    parameters: BTreeMap<String, String>,
}

/// An answer: elements, some of which hold others.
#[derive(Debug)]
pub(super) enum Element {
    Leaf(&'static str, String),
    Node(&'static str, Vec<Element>),
}

impl Form {
    /// Reads one; nothing when it names no action.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let mut parameters: BTreeMap<String, String> = form_urlencoded::parse(text).into_owned().collect();
        Some(Self { action: parameters.remove("Action")?, parameters })
    }

    /// A parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// Whether a parameter is there, or one of a list or structure of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        let mut names = self.parameters.keys();
        names.any(|given| {
            given.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }
}

/// Writes an answer.
pub(super) fn answer(action: &str, result: &[Element], request_id: &str) -> String {
    let mut out = format!("<{action}Response xmlns=\"{NAMESPACE}\"><{action}Result>");
    for element in result {
        write(&mut out, element);
    }
    let id = escape(request_id);
    let _ = write!(
        out,
        "</{action}Result><ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{action}Response>"
    );
    out
}

fn write(out: &mut String, element: &Element) {
    match element {
        Element::Leaf(name, text) => {
            let _ = write!(out, "<{name}>{}</{name}>", escape(text.as_str()));
        }
        Element::Node(name, elements) => {
            let _ = write!(out, "<{name}>");
            for element in elements {
                write(out, element);
            }
            let _ = write!(out, "</{name}>");
        }
    }
}

/// Writes a refusal.
pub(super) fn refusal(error: &ApiError, request_id: &str) -> String {
    let (code, message, id) = (error.code, escape(&error.message), escape(request_id));
    format!(
        "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>Sender</Type><Code>{code}</Code>\
         <Message>{message}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_has_an_action_and_its_lists_are_seen() {
        let form = Form::read(b"Action=AssumeRole&RoleArn=a%3Ab&Tags.member.1.Key=x").expect("a form");
        assert_eq!((form.action.as_str(), form.get("RoleArn")), ("AssumeRole", Some("a:b")));
        assert!(form.has("Tags") && !form.has("Tag") && form.get("Tags").is_none());
        assert!(Form::read(b"RoleArn=x").is_none());
    }

    #[test]
    fn answers_are_xml() {
        let result = [Element::Node("A", vec![Element::Leaf("B", "<&>".to_owned())])];
        let text = answer("Do", &result, "1");
        assert_eq!(
            text,
            "<DoResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><DoResult><A><B>&lt;&amp;&gt;</B></A>\
             </DoResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></DoResponse>"
        );
    }
}
