//! What a drill says while it goes on: lines for people on stderr, JSON lines in a file for programs.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use crate::{
    cli::{exit::Failure, ui::Ui},
    clock::Clock,
    drill::{
        DrillEvent, Voice,
        phase::{Cut, Phase, Told, Why},
    },
    timeline::seconds,
};

/// Tells, to whoever still listens.
pub(super) struct Teller {
    ui: Ui,
    clock: Clock,
    began: Duration,
    /// Whom to tell that nobody reads any more.
    cuts: UnboundedSender<Cut>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    events: Option<(PathBuf, File)>,
    /// The first line names the schema.
    named: bool,
    /// When it was broken, or mended: moments are counted from there.
    changed: Option<Duration>,
    unheard: bool,
}

impl Teller {
    pub(super) fn new(
        ui: Ui,
        clock: &Clock,
        events: Option<&Path>,
        cuts: UnboundedSender<Cut>,
    ) -> Result<Self, Failure> {
        let open = |path: &Path| {
            let file = OpenOptions::new().append(true).create(true).open(path);
            let file = file.map_err(|error| Failure::not_written(path, &error))?;
            Ok::<_, Failure>((path.to_owned(), file))
        };
        let events = events.map(open).transpose()?;
        let state = Mutex::new(State { events, ..State::default() });
        Ok(Self { ui, clock: clock.clone(), began: clock.elapsed(), cuts, state })
    }

    /// From now on moments are counted from `at`.
    pub(super) fn count_from(&self, at: Option<Duration>) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).changed = at;
    }

    /// Says a line, with the moment.
    pub(super) fn say(&self, who: &str, text: &str) {
        let from = self.state.lock().unwrap_or_else(PoisonError::into_inner).changed;
        let at = self.clock.elapsed().saturating_sub(from.unwrap_or(self.began)).as_secs_f64();
        self.line(&format!("  {at:>6.1} s  {who:<24} {text}"), false);
    }

    /// Says a line that `--quiet` does not silence.
    pub(super) fn warn(&self, text: &str) {
        self.line(text, true);
    }

    fn line(&self, text: &str, loud: bool) {
        if !self.ui.tell(text, loud) {
            self.unheard();
        }
    }

    /// Nobody reads any more; said once, since restoring goes on and goes on talking.
    fn unheard(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !std::mem::replace(&mut state.unheard, true) {
            let _ = self.cuts.send(Cut::Unheard);
        }
    }

    /// A milestone that was passed.
    pub(super) fn milestone(&self, event: &DrillEvent) {
        self.say(&event.source, &event.detail);
        let more = json!({"source": event.source, "detail": event.detail});
        self.event_at(&event.name(), event.at, more);
    }

    /// Something happened now.
    pub(super) fn event(&self, event: &str, more: Value) {
        self.event_at(event, self.clock.elapsed(), more);
    }

    fn event_at(&self, event: &str, at: Duration, more: Value) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { events: Some((path, file)), named, .. } = &mut *state else { return };
        let mut line = serde_json::Map::new();
        if !std::mem::replace(named, true) {
            line.insert("schema".to_owned(), "s3-failover/drill-events/v1".into());
        }
        let since = jiff::SignedDuration::try_from(at).unwrap_or_default();
        let date = self.clock.epoch().checked_add(since).unwrap_or(self.clock.epoch());
        line.insert("at".to_owned(), seconds(at.saturating_sub(self.began)).into());
        line.insert("time".to_owned(), format!("{date:.3}").into());
        line.insert("event".to_owned(), event.into());
        if let Value::Object(more) = more {
            line.extend(more);
        }
        let text = format!("{}\n", Value::Object(line));
        if let Err(error) = file.write_all(text.as_bytes()) {
            let path = path.display().to_string();
            state.events = None;
            drop(state);
            self.warn(&format!("events are no longer written to {path}: {error}"));
        }
    }
}

impl Voice for Teller {
    fn entered(&self, phase: &Phase) {
        self.event("phase", json!({"phase": phase.name()}));
        let text = match phase {
            Phase::Armed(_) => "writing down what undoes it, then watching while nothing happens",
            Phase::Hold => "clients are on the secondary, and stay there for a while",
            Phase::Restore { why: None, .. } => "mending",
            Phase::Verify { .. } => "looking whether all is as it was",
            Phase::Clear { .. } => "taking away what helped to drill",
            _ => return,
        };
        self.say("drill", text);
    }

    fn tell(&self, told: Told) {
        match told {
            Told::Restoring(why) => self.warn(&format!("{}: restoring now", reason(why))),
            // Of other causes nobody asked for more haste.
            Told::StillRestoring(Cut::Interrupted) => self.warn(STILL),
            Told::StillRestoring(_) | Told::Remains => {}
        }
    }

    fn finishing(&self, _cut: Cut) {
        self.warn(
            "the call in flight is answered first: to drop it would leave nobody who knows what came of it",
        );
    }
}

/// A second signal does not skip the restoring. Whoever presses Ctrl-C twice wants it to be over sooner, and what
/// is being done is the shortest way to a state in which it is; to leave the primary broken by one keypress too many
/// is what a drill must never do. Who wants that has `kill -9`, and has been told what follows.
const STILL: &str = "still restoring, and that is not cut short; only `kill -9` is quicker, and then `s3-failover \
                     recover` has to restore";

/// Why it did not go its whole way, as the beginning of a sentence.
pub(super) fn reason(why: Why) -> &'static str {
    match why {
        Why::Refused => "it may not be drilled now",
        Why::Declined => "the answer was not yes",
        Why::Taken => "somebody else drills this failover",
        Why::NotWritten => "what undoes it could not be written down",
        Why::NotSettled => "the watch could not begin",
        Why::NotInjected => "the primary could not be broken",
        Why::NotRecovered => "not everybody arrived at the secondary in time",
        Why::Cut(Cut::Interrupted) => "interrupted",
        Why::Cut(Cut::Unheard) => "nobody reads what is said any more",
        Why::Cut(Cut::Panicked) => "a part of this program failed",
        Why::Cut(Cut::NetworkLost) => "neither DNS nor S3 can be reached",
        Why::Cut(Cut::CredentialsExpired) => "AWS does not accept the credentials any more",
        Why::Cut(Cut::LimitReached) => "it has taken as long as --max-duration allows",
        Why::Cut(Cut::Blind) => "what the checkers see cannot be read",
        Why::Cut(Cut::SecondaryDied) => "the secondary does not serve any more",
    }
}
