//! How wide is a picture, and where in it do names and where do values stand? On a wide page the names stand
//! beside their rows; on a phone, above them.

use super::{
    label,
    mark::{Anchor, Bounds, Chart, Mark, Px},
    scale::{Scale, time_step},
    window::Window,
};

/// The size of plain text, and of what says less.
pub(super) const TEXT: f64 = 13.0;
pub(super) const SMALL: f64 = 11.0;

/// For what a picture is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report::drill) enum Size {
    Wide,
    Narrow,
}

/// A picture that grows downwards.
pub(super) struct Frame {
    pub(super) size: Size,
    pub(super) width: f64,
    pub(super) left: f64,
    pub(super) right: f64,
    /// Where the next row begins.
    pub(super) y: f64,
    pub(super) marks: Vec<Mark>,
}

impl Frame {
    pub(super) fn new(size: Size) -> Self {
        let (width, left, margin) = match size {
            Size::Wide => (900.0, 206.0, 16.0),
            Size::Narrow => (340.0, 6.0, 10.0),
        };
        Self { size, width, left, right: width - margin, y: 4.0, marks: Vec::new() }
    }

    pub(super) fn scale(&self, window: Window) -> Scale {
        Scale::new((window.from, window.to), (self.left, self.right))
    }

    /// A row's name, and where the row itself is drawn: `height` high.
    pub(super) fn row(&mut self, name: &str, figure: &str, class: &'static str, height: f64) -> Bounds {
        let (top, end, base) = match self.size {
            Size::Wide => (self.y, self.left - 12.0, self.y + height / 2.0 + TEXT * 0.35),
            Size::Narrow => (self.y + TEXT + 4.0, self.right, self.y + TEXT),
        };
        let figure = label::fit(figure, SMALL, (end - 8.0) * 0.62);
        let taken = label::width(&figure, SMALL);
        let name = label::fit(name, TEXT, end - 4.0 - taken - 8.0);
        if !name.is_empty() {
            self.marks.push(Mark::text((4.0, base), Anchor::Start, class, TEXT, name));
        }
        if !figure.is_empty() {
            self.marks.push(Mark::text((end, base), Anchor::End, "t-figure", SMALL, figure));
        }
        self.y = top + height + 5.0;
        Bounds { left: self.left, top, right: self.right, bottom: top + height }
    }

    /// A heading over some rows.
    pub(super) fn heading(&mut self, text: &str) {
        self.y += 8.0;
        let text = label::fit(text, SMALL, self.right - 4.0);
        self.marks.push(Mark::text((4.0, self.y + SMALL), Anchor::Start, "t-heading", SMALL, text));
        self.y += SMALL + 7.0;
    }

    /// The axis of time: seconds since the fault, and dates below. The lines go up to `top`.
    pub(super) fn time_axis(&mut self, scale: &Scale, top: f64, utc: impl Fn(f64) -> Option<String>) {
        let most = match self.size {
            Size::Wide => 8,
            Size::Narrow => 4,
        };
        let bottom = self.y;
        self.marks.push(Mark::line((self.left, bottom), (self.right, bottom), "axis"));
        for tick in scale.ticks(most, time_step) {
            let x = scale.at(tick);
            // Below everything else: it is put in front.
            self.marks.insert(0, Mark::line((x, top), (x, bottom + 4.0), "grid"));
            let decimals = usize::from(tick.fract().abs() > 1e-6);
            let texts = [Some(format!("{tick:.decimals$} s")), utc(tick)];
            for (text, base) in texts.into_iter().zip([19.0, 34.0]) {
                let Some(text) = text else { continue };
                let half = label::width(&text, SMALL) / 2.0;
                let x = x.clamp(half, self.width - half);
                self.marks.push(Mark::text((x, bottom + base), Anchor::Middle, "t-tick", SMALL, text));
            }
        }
        if self.size == Size::Wide {
            for (text, base) in [("seconds since the fault", 19.0), ("UTC", 34.0)] {
                // Nothing of the first tick reaches so far to the left.
                let text = label::fit(text, SMALL, self.left - 44.0);
                self.marks.push(Mark::text((4.0, bottom + base), Anchor::Start, "t-tick", SMALL, text));
            }
        }
        self.y = bottom + 40.0;
    }

    /// The picture. Texts are put on top, so that no line goes through one.
    pub(super) fn finish(mut self) -> Chart {
        self.marks.sort_by_key(|mark| matches!(mark, Mark::Text { .. }));
        Chart { width: Px(self.width), height: Px(self.y), marks: self.marks }
    }
}
