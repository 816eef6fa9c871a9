//! What the reader has chosen to see.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::crossterm;

/// What is waited for, in a word, and until when.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli::watch) struct Waiting {
    /// What; nothing when the watch goes on until it is stopped.
    pub(in crate::cli::watch) what: Option<&'static str>,
    /// When the time is over, by the clock of the world that is watched.
    pub(in crate::cli::watch) until: Option<Duration>,
}

/// What the reader has chosen to see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct View {
    /// The first line that is shown of all that there is.
    pub(super) scroll: usize,
}

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// To see something else, or nothing at all.
    Look,
    /// To end the watch.
    Quit,
}

impl View {
    /// Takes in a key. `page` is how many lines are seen at once.
    pub(super) fn press(&mut self, event: &Event, page: usize) -> Wish {
        let Event::Key(KeyEvent {
            code, modifiers, kind: KeyEventKind::Press | KeyEventKind::Repeat, ..
        }) = event
        else {
            return Wish::Look;
        };
        match code {
            KeyCode::Char('q') | KeyCode::Esc => return Wish::Quit,
            // The terminal is in raw mode, in which Ctrl-C is a key like any other.
            KeyCode::Char('c') if modifiers.contains(KeyModifiers::CONTROL) => return Wish::Quit,
            KeyCode::Down | KeyCode::Char('j') => self.scroll = self.scroll.saturating_add(1),
            KeyCode::Up | KeyCode::Char('k') => self.scroll = self.scroll.saturating_sub(1),
            KeyCode::PageDown | KeyCode::Char(' ') => self.scroll = self.scroll.saturating_add(page),
            KeyCode::PageUp => self.scroll = self.scroll.saturating_sub(page),
            KeyCode::Home | KeyCode::Char('g') => self.scroll = 0,
            KeyCode::End | KeyCode::Char('G') => self.scroll = usize::MAX,
            _ => {}
        }
        Wish::Look
    }

    /// Holds the view within what there is.
    pub(super) fn within(&mut self, lines: usize, height: usize) {
        self.scroll = self.scroll.min(lines.saturating_sub(height));
    }
}
