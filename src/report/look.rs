//! Colour, sparingly: it repeats what the text says and never says more.

use std::fmt;

use anstyle::{AnsiColor, Effects};

/// Whether text for people carries colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Plain text.
    Plain,
    /// With ANSI colours.
    Coloured,
}

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Good, or new.
    Good,
    /// To be looked at, or changed.
    Attention,
    /// Bad, or gone.
    Bad,
    /// A heading.
    Heading,
    /// Beside the point.
    Faint,
}

impl Look {
    /// `text` in the given style.
    pub fn paint(self, style: Style, text: impl fmt::Display) -> String {
        if self == Look::Plain {
            return text.to_string();
        }
        let ansi = match style {
            Style::Good => AnsiColor::Green.on_default(),
            Style::Attention => AnsiColor::Yellow.on_default(),
            Style::Bad => AnsiColor::Red.on_default(),
            Style::Heading => anstyle::Style::new().effects(Effects::BOLD),
            Style::Faint => anstyle::Style::new().effects(Effects::DIMMED),
        };
        format!("{ansi}{text}{ansi:#}")
    }
}
