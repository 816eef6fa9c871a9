//! The live view while it lasts: a few frames a second, and keys in between.

use std::{
    io::{self, IsTerminal},
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::{
    draw::{Around, draw},
    terminal::Terminal,
    view::{View, Waiting, Wish},
};
use crate::{clock::Clock, watch::State};

/// From frame to frame, in our own seconds, however fast the watched world goes.
const FRAME: Duration = Duration::from_millis(200);

/// Whether somebody is there who sees a view and can press keys.
pub(in crate::cli::watch) fn is_possible() -> bool {
    let dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
    io::stdout().is_terminal() && io::stdin().is_terminal() && !dumb
}

/// Shows the state until the reader wants the watch to end. The terminal is given back when this ends or
/// is dropped.
pub(in crate::cli::watch) async fn show(
    state: Arc<Mutex<State>>,
    clock: Clock,
    waiting: Waiting,
) -> io::Result<()> {
    let mut terminal = Terminal::take()?;
    let mut view = View::default();
    loop {
        let frame_ends = clock.elapsed() + FRAME.mul_f64(clock.speed());
        let around = Around { now: clock.elapsed(), waiting };
        // Copied, so that drawing and a slow terminal hold nobody up who has something to fold in.
        let shown = state.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let height = terminal.draw(|frame| draw(frame, &shown, &mut view, around))?;
        let mut frame_over = pin!(clock.sleep_until(frame_ends));
        tokio::select! {
            event = terminal.next() => match event.map(|event| view.press(&event, height)) {
                // The keyboard is gone, and the reader with it.
                None | Some(Wish::Quit) => return Ok(()),
                Some(Wish::Look) => {}
            },
            () = &mut frame_over => {}
        }
    }
}
