//! When is a change safe?

use tokio::sync::watch;

/// Tells when what was changed before is in the database. Without a state folder everything is as safe as
/// it gets, at once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Durable(Option<Channels>);

#[derive(Clone, Debug)]
struct Channels {
    /// How many have asked.
    asked: watch::Sender<u64>,
    /// What has become of it.
    done: watch::Receiver<Done>,
}

/// What the keeper has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Done {
    /// Those who had asked before the newest transaction began.
    pub(super) up_to: u64,
    /// Whether that transaction failed.
    pub(super) failed: bool,
}

/// The keeper's ends of the channels.
pub(super) struct KeeperEnds {
    pub(super) asked: watch::Receiver<u64>,
    pub(super) done: watch::Sender<Done>,
}

/// What was changed could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the lab could not write its state")]
pub(crate) struct NotKept;

impl Durable {
    /// Both ends.
    pub(super) fn channel() -> (Self, KeeperEnds) {
        let ((asked, asks), (done, told)) = (watch::channel(0), watch::channel(Done::default()));
        (Self(Some(Channels { asked, done: told })), KeeperEnds { asked: asks, done })
    }

    /// Waits until everything that was changed before this call is in the database.
    pub(crate) async fn settled(&self) -> Result<(), NotKept> {
        let Some(Channels { asked, done }) = &self.0 else { return Ok(()) };
        let mut mine = 0;
        asked.send_modify(|count| {
            *count += 1;
            mine = *count;
        });
        let mut done = done.clone();
        let done = done.wait_for(|done| done.up_to >= mine).await.map_err(|_ended| NotKept)?;
        if done.failed { Err(NotKept) } else { Ok(()) }
    }
}
