//! The terminal while the live view has it: another screen, raw keys, and back to what it was whatever
//! happens.

use std::io::{self, Stdout, Write, stdout};

use ratatui::{
    Frame,
    backend::CrosstermBackend,
    crossterm::{
        cursor::Show,
        event::{Event, EventStream},
        execute,
        terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
    },
};

/// The terminal, given back when this is dropped, by a panic too: unwinding stays on.
pub(super) struct Terminal {
    screen: ratatui::Terminal<CrosstermBackend<Stdout>>,
    keys: EventStream,
}

impl Terminal {
    /// Takes the terminal.
    pub(super) fn take() -> io::Result<Self> {
        enable_raw_mode()?;
        // From here on there is something to give back.
        let given = execute!(stdout(), EnterAlternateScreen)
            .and_then(|()| ratatui::Terminal::new(CrosstermBackend::new(stdout())));
        match given {
            Ok(screen) => Ok(Self { screen, keys: EventStream::new() }),
            Err(error) => {
                give_back();
                Err(error)
            }
        }
    }

    /// Draws a frame; says how many lines it has.
    pub(super) fn draw(&mut self, draw: impl FnOnce(&mut Frame)) -> io::Result<usize> {
        Ok(usize::from(self.screen.draw(draw)?.area.height))
    }

    /// The next key, or change of the terminal's size; nothing when the keyboard is gone.
    pub(super) async fn next(&mut self) -> Option<Event> {
        futures_util::StreamExt::next(&mut self.keys).await?.ok()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
    }
}

fn give_back() {
    // Whoever has closed the terminal does not miss it.
    let _ = execute!(stdout(), LeaveAlternateScreen, Show);
    let _ = disable_raw_mode();
    let _ = stdout().flush();
}
