//! What a chart consists of. A template draws the marks; nothing is decided there.

use serde::{Serialize, Serializer};

/// A picture: marks in a box whose corner is at 0, 0.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(in crate::report::drill) struct Chart {
    pub(super) width: Px,
    pub(super) height: Px,
    pub(super) marks: Vec<Mark>,
}

/// A length or place in the picture, written with one decimal at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub(super) struct Px(pub(super) f64);

impl Px {
    pub(super) fn text(self) -> String {
        let rounded = (self.0 * 10.0).round() / 10.0;
        // -0 is a number, but not one that anybody wants to read.
        if rounded == 0.0 { "0".to_owned() } else { rounded.to_string() }
    }
}

impl Serialize for Px {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

/// On which side of its place a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Something that is drawn. A class says how it looks, in the page's stylesheet.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(super) enum Mark {
    Rect { x: Px, y: Px, w: Px, h: Px, class: &'static str, tip: Option<String> },
    Line { x1: Px, y1: Px, x2: Px, y2: Px, class: &'static str },
    Path { d: String, bounds: Bounds, class: &'static str },
    Text { x: Px, y: Px, anchor: Anchor, class: &'static str, size: Px, text: String },
}

/// The box that a mark takes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Bounds {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Mark {
    pub(super) fn rect(bounds: Bounds, class: &'static str, tip: Option<String>) -> Self {
        let Bounds { left, top, right, bottom } = bounds;
        Self::Rect { x: Px(left), y: Px(top), w: Px(right - left), h: Px(bottom - top), class, tip }
    }

    pub(super) fn line(from: (f64, f64), to: (f64, f64), class: &'static str) -> Self {
        Self::Line { x1: Px(from.0), y1: Px(from.1), x2: Px(to.0), y2: Px(to.1), class }
    }

    /// A text whose base line is at `at`.
    pub(super) fn text(
        at: (f64, f64),
        anchor: Anchor,
        class: &'static str,
        size: f64,
        text: impl Into<String>,
    ) -> Self {
        Self::Text { x: Px(at.0), y: Px(at.1), anchor, class, size: Px(size), text: text.into() }
    }
}

#[cfg(test)]
impl Mark {
    /// The box that it takes at most.
    pub(super) fn bounds(&self) -> Bounds {
        match self {
            Self::Rect { x, y, w, h, .. } => {
                Bounds { left: x.0, top: y.0, right: x.0 + w.0, bottom: y.0 + h.0 }
            }
            Self::Line { x1, y1, x2, y2, .. } => Bounds {
                left: x1.0.min(x2.0),
                top: y1.0.min(y2.0),
                right: x1.0.max(x2.0),
                bottom: y1.0.max(y2.0),
            },
            Self::Path { bounds, .. } => *bounds,
            Self::Text { x, y, anchor, size, text, .. } => {
                let width = super::label::width(text, size.0);
                let left = match anchor {
                    Anchor::Start => x.0,
                    Anchor::Middle => x.0 - width / 2.0,
                    Anchor::End => x.0 - width,
                };
                Bounds { left, top: y.0 - size.0 * 0.95, right: left + width, bottom: y.0 + size.0 * 0.25 }
            }
        }
    }
}

#[cfg(test)]
impl Bounds {
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}
