//! How does XML become something to ask, and how is an answer written?
//!
//! Requests are read into a small tree, not into serde's shapes: the lab must keep routing policies
//! that it does not know (their XML is stored as it came), and must name the element that is missing,
//! as Route 53's own schema check does. Nesting is bounded, so a hostile body costs no stack; entities
//! beyond XML's five are refused, so nothing expands.

use std::fmt::Display;

use quick_xml::{
    escape::{escape, resolve_xml_entity},
    events::{BytesRef, Event},
    reader::Reader,
};

use super::super::errors::ApiError;

/// The namespace of every document of this API (Route 53 model, `xmlNamespace`).
pub(crate) const NAMESPACE: &str = "https://route53.amazonaws.com/doc/2013-04-01/";

/// Deepest nesting that is read; Route 53's own requests reach 7.
const DEEPEST: usize = 32;

/// An element with what stands in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    /// Without its namespace prefix.
    pub(crate) name: String,
    /// The text, white space kept; of no meaning where there are children.
    pub(crate) text: String,
    /// The elements within, in order.
    pub(crate) children: Vec<Element>,
}

impl Element {
    /// Reads a document.
    pub(crate) fn parse(body: &[u8]) -> Result<Element, ApiError> {
        let text = std::str::from_utf8(body).map_err(invalid)?;
        let mut reader = Reader::from_str(text);
        let mut open = vec![Element::default()];
        loop {
            match reader.read_event().map_err(invalid)? {
                Event::Start(start) => {
                    if open.len() > DEEPEST {
                        return Err(ApiError::input("Invalid XML ; the elements are nested too deeply"));
                    }
                    let name = start.local_name().into_inner().to_owned();
                    open.push(Element { name, ..Element::default() });
                }
                Event::Empty(start) => {
                    let name = start.local_name().into_inner().to_owned();
                    top(&mut open).children.push(Element { name, ..Element::default() });
                }
                Event::End(_) => {
                    // The reader refuses an end tag without its start, so two are open at least.
                    let closed = open.pop().unwrap_or_default();
                    top(&mut open).children.push(closed);
                }
                Event::Text(text) => top(&mut open).text.push_str(&text.xml10_content()),
                Event::CData(text) => top(&mut open).text.push_str(&text.xml10_content()),
                Event::GeneralRef(entity) => resolve(&entity, &mut top(&mut open).text)?,
                Event::DocType(_) => return Err(ApiError::input("Invalid XML ; a DOCTYPE is not allowed")),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
                Event::Eof => break,
            }
        }
        let mut document = open.pop().filter(|_| open.is_empty()).unwrap_or_default();
        match document.children.len() {
            1 => Ok(document.children.remove(0)),
            _ => Err(ApiError::input("Invalid XML ; the body is not one whole XML document")),
        }
    }

    /// The first child of this name.
    pub(crate) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child of this name.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str())
    }

    /// The text of a child that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<&str, ApiError> {
        self.text_of(name).ok_or_else(|| self.incomplete(name))
    }

    /// A child's number.
    pub(crate) fn number<N: std::str::FromStr>(&self, name: &str) -> Result<Option<N>, ApiError> {
        let parse = |text: &str| text.trim().parse().map_err(|_| unfit(name, text));
        self.text_of(name).map(parse).transpose()
    }

    /// A child's truth value, as XML Schema writes it.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        let parse = |text: &str| match text.trim() {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(unfit(name, text)),
        };
        self.text_of(name).map(parse).transpose()
    }

    /// The texts of the `item`s within the child `list`, if the list is there.
    pub(crate) fn texts(&self, list: &str, item: &str) -> Option<Vec<String>> {
        let list = self.child(list)?;
        Some(list.children.iter().filter(|c| c.name == item).map(|c| c.text.clone()).collect())
    }

    /// The refusal of an element that lacks a child, in the words of Route 53's schema check.
    pub(crate) fn incomplete(&self, expected: &str) -> ApiError {
        ApiError::input(format!(
            "Invalid XML ; cvc-complex-type.2.4.b: The content of element '{}' is not complete. One of \
             '{{\"{NAMESPACE}\":{expected}}}' is expected.",
            self.name
        ))
    }

    /// Refuses a child that the element cannot have, in the words of Route 53's schema check.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), ApiError> {
        let Some(unknown) = self.children.iter().find(|child| !known.contains(&child.name.as_str())) else {
            return Ok(());
        };
        let known: Vec<String> = known.iter().map(|name| format!("\"{NAMESPACE}\":{name}")).collect();
        Err(ApiError::input(format!(
            "Invalid XML ; cvc-complex-type.2.4.a: Invalid content was found starting with element \
             '{{\"{NAMESPACE}\":{}}}'. One of '{{{}}}' is expected.",
            unknown.name,
            known.join(", ")
        )))
    }

    /// Refuses more children of a name than there may be, in the words of Route 53's schema check
    /// (cloud-custodian/cloud-custodian#2356).
    pub(crate) fn at_most(&self, name: &str, most: usize) -> Result<(), ApiError> {
        if self.children.iter().filter(|child| child.name == name).count() <= most {
            return Ok(());
        }
        Err(ApiError::input(format!(
            "Invalid XML ; cvc-complex-type.2.4.f: '{name}' can occur a maximum of '{most}' times in the current \
             sequence. This limit was exceeded. No child element is expected at this point."
        )))
    }

    /// What stands in the element, as XML.
    pub(crate) fn inner_xml(&self) -> String {
        let mut out = Writer::default();
        out.content_of(self);
        out.xml
    }
}

fn top(open: &mut [Element]) -> &mut Element {
    open.last_mut().expect("the document itself stays open to the end")
}

fn resolve(entity: &BytesRef<'_>, text: &mut String) -> Result<(), ApiError> {
    if let Some(character) = entity.resolve_char_ref().map_err(invalid)? {
        text.push(character);
        return Ok(());
    }
    let name = entity.xml10_content();
    let known = resolve_xml_entity(&name);
    text.push_str(known.ok_or_else(|| ApiError::input(format!("Invalid XML ; unknown entity `{name}`")))?);
    Ok(())
}

fn invalid(cause: impl Display) -> ApiError {
    ApiError::input(format!("Invalid XML ; {cause}"))
}

fn unfit(name: &str, text: &str) -> ApiError {
    ApiError::input(format!("Invalid XML ; '{text}' is not a valid value of element '{name}'"))
}

/// Writes a document, element by element.
#[derive(Default)]
pub(crate) struct Writer {
    xml: String,
}

impl Writer {
    /// A whole document with this root element.
    pub(crate) fn document(root: &str, content: impl FnOnce(&mut Writer)) -> String {
        let mut out = Writer { xml: String::from("<?xml version=\"1.0\"?>\n") };
        out.push(&["<", root, " xmlns=\"", NAMESPACE, "\">"]);
        content(&mut out);
        out.push(&["</", root, ">"]);
        out.xml
    }

    /// An element with elements.
    pub(crate) fn element(&mut self, name: &str, content: impl FnOnce(&mut Writer)) {
        self.push(&["<", name, ">"]);
        content(self);
        self.push(&["</", name, ">"]);
    }

    /// An element with text.
    pub(crate) fn leaf(&mut self, name: &str, value: impl Display) {
        let value = value.to_string();
        self.push(&["<", name, ">", &escape(value.as_str()), "</", name, ">"]);
    }

    /// An element with text, if there is any.
    pub(crate) fn optional(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.leaf(name, value);
        }
    }

    /// XML that was made by [`Element::inner_xml`].
    pub(crate) fn raw(&mut self, xml: &str) {
        self.xml.push_str(xml);
    }

    fn push(&mut self, parts: &[&str]) {
        self.xml.extend(parts.iter().copied());
    }

    fn content_of(&mut self, element: &Element) {
        if element.children.is_empty() {
            self.xml.push_str(&escape(element.text.as_str()));
        }
        for child in &element.children {
            self.element(&child.name, |out| out.content_of(child));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_entities_and_prefixes_are_read() {
        let root = Element::parse(b"<?xml version='1.0'?><n:A xmlns:n='x'><B>1 &lt; &#50;</B><C/></n:A>");
        let root = root.expect("well-formed");
        assert_eq!(
            (root.name.as_str(), root.text_of("B"), root.text_of("C")),
            ("A", Some("1 < 2"), Some(""))
        );
        assert_eq!(root.inner_xml(), "<B>1 &lt; 2</B><C></C>");
    }

    #[test]
    fn children_are_held_against_what_there_may_be() {
        let root = Element::parse(b"<A><B/><B/><C/></A>").expect("well-formed");
        assert_eq!(root.only(&["B", "C", "D"]), Ok(()));
        let error = root.only(&["B"]).expect_err("C is unknown");
        assert!(error.message.contains(":C}'. One of '{"), "{error}");
        assert_eq!(root.at_most("B", 2), Ok(()));
        assert!(root.at_most("B", 1).is_err());
    }

    #[test]
    fn what_is_not_one_document_is_refused() {
        for bad in
            ["", "text", "<a>", "<a></b>", "<a/><b/>", "<a>&bomb;</a>", "<!DOCTYPE a><a/>", "<a", "</a>"]
        {
            let error = Element::parse(bad.as_bytes()).expect_err(bad);
            assert!(error.message.starts_with("Invalid XML ; "), "{bad}: {error}");
        }
        assert!(Element::parse(&[b'<', 0xff, b'>']).is_err());
        assert!(Element::parse("<a>".repeat(100_000).as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn any_text_survives(text in "[^\u{0}-\u{8}\u{b}\u{c}\u{e}-\u{1f}\u{fffe}\u{ffff}]*") {
            let document = Writer::document("Root", |out| out.leaf("Leaf", &text));
            let root = Element::parse(document.as_bytes()).expect("we wrote it");
            prop_assert_eq!(root.text_of("Leaf"), Some(text.as_str()));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Element::parse(&bytes);
        }
    }
}
