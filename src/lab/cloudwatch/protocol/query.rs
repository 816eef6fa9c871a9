//! AWS query: a form that goes in, XML that comes out. Every older client speaks it.
//!
//! A form names the leaves of a tree, `MetricDataQueries.member.1.MetricStat.Stat=Minimum`; a branch whose
//! children are `member` is a list (Smithy specification, `aws-query-protocol`).

use std::{collections::BTreeMap, fmt::Write as _};

use quick_xml::escape::escape;
use serde_json::{Map, Value as Json};

use super::value::Value;

/// Of answers (CloudWatch model, `xmlNamespace`).
const NAMESPACE: &str = "http://monitoring.amazonaws.com/doc/2010-08-01/";
/// Names nest no deeper in this API.
const DEEPEST: usize = 24;

/// A question: its action, and its parameters as a document.
pub(super) fn read(form: &[u8]) -> Option<(String, Json)> {
    let mut root = Node::default();
    let mut action = None;
    for (name, value) in form_urlencoded::parse(form) {
        match name.as_ref() {
            "Action" => action = Some(value.into_owned()),
            "Version" => {}
            name if name.split('.').count() > DEEPEST => return None,
            name => root.put(name.split('.'), value.into_owned()),
        }
    }
    Some((action?, root.document()))
}

#[derive(Default)]
struct Node {
    leaf: Option<String>,
    children: BTreeMap<String, Node>,
}

impl Node {
    fn put<'a>(&mut self, mut path: impl Iterator<Item = &'a str>, value: String) {
        match path.next() {
            None => self.leaf = Some(value),
            Some(name) => self.children.entry(name.to_owned()).or_default().put(path, value),
        }
    }

    fn document(self) -> Json {
        let Self { leaf, mut children } = self;
        if children.is_empty() {
            return leaf.map_or_else(|| Json::Object(Map::new()), Json::String);
        }
        match children.remove("member") {
            Some(list) if children.is_empty() => {
                // `1` comes before `10`, and gaps do not matter.
                let mut items: Vec<(u64, Node)> =
                    list.children.into_iter().filter_map(|(n, item)| Some((n.parse().ok()?, item))).collect();
                items.sort_by_key(|(number, _)| *number);
                Json::Array(items.into_iter().map(|(_, item)| item.document()).collect())
            }
            _ => children.into_iter().map(|(name, node)| (name, node.document())).collect(),
        }
    }
}

/// Writes an answer; nothing in it for an operation without output.
pub(super) fn write(operation: &str, answer: Option<&Value>, request_id: &str) -> Vec<u8> {
    let mut out = String::new();
    let _ = write!(out, "<{operation}Response xmlns=\"{NAMESPACE}\">");
    if let Some(answer) = answer {
        element(&mut out, &format!("{operation}Result"), answer);
    }
    let _ = write!(
        out,
        "<ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata></{operation}Response>",
        escape(request_id)
    );
    out.into_bytes()
}

/// Writes a refusal.
pub(super) fn refusal(fault: &str, code: &str, message: &str, request_id: &str) -> Vec<u8> {
    let (message, request_id) = (escape(message), escape(request_id));
    format!(
        "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>{fault}</Type><Code>{code}</Code>\
         <Message>{message}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    .into_bytes()
}

fn element(out: &mut String, name: &str, value: &Value) {
    let _ = write!(out, "<{name}>");
    let _ = match value {
        Value::Text(text) => write!(out, "{}", escape(text.as_str())),
        Value::Number(number) => write!(out, "{number:?}"),
        Value::Whole(number) => write!(out, "{number}"),
        Value::Truth(truth) => write!(out, "{truth}"),
        Value::Date(date) => write!(out, "{date}"),
        Value::List(items) => {
            for item in items {
                element(out, "member", item);
            }
            Ok(())
        }
        Value::Structure(members) => {
            for (name, value) in members {
                element(out, name, value);
            }
            Ok(())
        }
        Value::Map(entries) => {
            for (key, value) in entries {
                let _ = write!(out, "<entry><key>{}</key>", escape(key.as_str()));
                element(out, "value", value);
                out.push_str("</entry>");
            }
            Ok(())
        }
    };
    let _ = write!(out, "</{name}>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_a_tree() {
        let form = b"Action=X&Version=2010-08-01&A.member.10.N=j&A.member.2.N=b%26&A.member.1=a&B=1&C.D=x";
        let (action, document) = read(form).expect("a form");
        assert_eq!(action, "X");
        assert_eq!(
            document,
            serde_json::json!({"A": ["a", {"N": "b&"}, {"N": "j"}], "B": "1", "C": {"D": "x"}})
        );
        assert_eq!(read(b"B=1"), None);
        assert_eq!(read(format!("Action=X&{}=1", "A.".repeat(100_000)).as_bytes()), None);
    }

    #[test]
    fn an_answer_is_xml() {
        let answer = Value::Structure(vec![
            ("Label", Value::text("<a>")),
            ("Values", Value::list([Value::Number(1.0), Value::Number(0.5)])),
            ("Extended", Value::Map(vec![("p99".to_owned(), Value::Number(3.0))])),
        ]);
        let text = String::from_utf8(write("Get", Some(&answer), "r")).expect("UTF-8");
        assert_eq!(
            text,
            "<GetResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\"><GetResult>\
             <Label>&lt;a&gt;</Label><Values><member>1.0</member><member>0.5</member></Values>\
             <Extended><entry><key>p99</key><value>3.0</value></entry></Extended></GetResult>\
             <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetResponse>"
        );
    }
}
