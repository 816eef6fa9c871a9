//! Being asked to end: by Ctrl-C, or by SIGTERM.

use std::{io, pin::pin};

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{
    exit::{ExitStatus, Failure},
    ui::Ui,
};
use crate::apply::Stop;

/// Does `work`, which changes something, until it is done or somebody wants it to end.
///
/// 1. Asked while it only looks, plans, or waits for a yes: it ends at once.
/// 2. Asked while it changes something: the call in flight ends, what was done is told, and that is the end. To
///    cut the call would leave nobody who knows what came of it.
/// 3. Asked a second time: it ends at once all the same. Whatever was left can be taken up by the same
///    command, as after a `kill -9`.
pub(super) async fn interruptible(
    ui: Ui,
    stop: &Stop,
    work: impl Future<Output = Result<ExitStatus, Failure>>,
) -> Result<ExitStatus, Failure> {
    let mut interrupt = Interrupt::listen()?;
    let mut work = pin!(work);
    tokio::select! {
        result = &mut work => return result,
        () = interrupt.heard() => {}
    }
    if !stop.is_heeded() {
        return Err(Failure::new(ExitStatus::Interrupted, "nothing had been changed yet"));
    }
    stop.ask();
    ui.warn("stopping when the call in flight has been answered; once more ends at once");
    tokio::select! {
        result = &mut work => result,
        () = interrupt.heard() => {
            let message = "ended at once; whether the call in flight was carried out is not known";
            Err(Failure::new(ExitStatus::Interrupted, message)
                .hint("Run the same command again: it goes on from what is there."))
        }
    }
}

/// Hears requests to end from the moment it is made; until then they end the program at once.
pub(super) struct Interrupt {
    interrupt: Signal,
    terminate: Signal,
}

impl Interrupt {
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Returns when the program is asked to end.
    pub(super) async fn heard(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
