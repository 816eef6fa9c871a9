//! What may cut a drill short from outside: signals, the time that it may take. Each comes down one channel.
//!
//! From the moment they are listened to, no signal but SIGKILL ends the program by itself.

use std::{io, time::Duration};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    task::JoinSet,
};

use crate::{clock::Clock, drill::phase::Cut};

/// Listens until it is dropped.
pub(super) struct Cuts {
    pub(super) sender: UnboundedSender<Cut>,
    pub(super) receiver: UnboundedReceiver<Cut>,
    _signals: JoinSet<()>,
}

impl Cuts {
    pub(super) fn listen() -> io::Result<Self> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let mut signals = JoinSet::new();
        let mut kinds = vec![SignalKind::interrupt(), SignalKind::terminate()];
        if !hangups_are_ignored() {
            kinds.push(SignalKind::hangup());
        }
        for kind in kinds {
            signals.spawn(pass_on(signal(kind)?, sender.clone()));
        }
        Ok(Self { sender, receiver, _signals: signals })
    }

    /// Forgets what an earlier drill was cut by; but not that somebody wants it all to end.
    pub(super) fn begin_anew(&mut self) {
        let mut interrupted = false;
        while let Ok(cut) = self.receiver.try_recv() {
            interrupted |= matches!(cut, Cut::Interrupted | Cut::Unheard);
        }
        if interrupted {
            // It listens: it is ours.
            let _ = self.sender.send(Cut::Interrupted);
        }
    }
}

async fn pass_on(mut signal: Signal, sender: UnboundedSender<Cut>) {
    while signal.recv().await.is_some() {
        if sender.send(Cut::Interrupted).is_err() {
            return;
        }
    }
}

/// Cuts a drill when it has taken as long as it may.
pub(super) async fn at_the_limit(clock: Clock, limit: Duration, sender: UnboundedSender<Cut>) {
    clock.sleep(limit).await;
    // Nobody listens when it is over already.
    let _ = sender.send(Cut::LimitReached);
}

/// Whether whoever started us wants a hang-up to be ignored, as `nohup` does. Only Linux says so.
fn hangups_are_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    ignored(&status, 1)
}

/// Whether `SigIgn` of a `/proc/PID/status` has a signal (proc(5): a mask in hexadecimal, signal 1 in its lowest bit).
fn ignored(status: &str, signal: u32) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_says_which_signals_are_ignored() {
        let status =
            |mask: &str| format!("Name:\tx\nSigBlk:\t0000000000000001\nSigIgn:\t{mask}\nSigCgt:\t0\n");
        assert!(ignored(&status("0000000000001001"), 1));
        assert!(!ignored(&status("0000000000001000"), 1));
        assert!(!ignored("", 1));
        assert!(!ignored(&status("no number"), 1));
    }
}
