//! Who is told what: lines for people, events for programs, a document or a summary at the end.

use std::sync::{Arc, Mutex, PoisonError};

use super::live;
use crate::{
    cli::{
        events::Sink,
        exit::{ExitStatus, Failure},
        ui::Ui,
        watch_args::{UntilArg, WatchArgs},
    },
    report::{
        json, text,
        watch::{Ended, Line, Summary},
    },
    watch::{Event, State},
};

/// Tells.
pub(super) struct Teller {
    ui: Ui,
    until: Option<UntilArg>,
    events: Sink,
    state: Option<Arc<Mutex<State>>>,
    live: bool,
    /// Said when the view has given the terminal back: the last of what was to be said meanwhile.
    later: Option<String>,
}

impl Teller {
    pub(super) fn new(args: &WatchArgs, ui: Ui) -> Result<Self, Failure> {
        let events = Sink::open(args.events.as_deref(), ui)?;
        if events.is_stdout() && ui.json {
            let message =
                "stdout cannot carry both: one document (`--output json`) and events (`--events -`)";
            return Err(
                Failure::new(ExitStatus::Usage, message).hint("`--events FILE` writes them elsewhere.")
            );
        }
        let live = live::is_possible() && !ui.json && !ui.is_quiet() && !events.is_stdout();
        Ok(Self { ui, until: args.until, events, state: None, live, later: None })
    }

    /// Whether a view on the terminal tells instead of lines.
    pub(super) fn is_live(&self) -> bool {
        self.live
    }

    /// Says something to a person.
    pub(super) fn say(&self, text: &str) {
        self.ui.say(text);
    }

    /// Says something that a person should know even if told little; after the view, where there is one.
    pub(super) fn note(&mut self, text: String) {
        if self.live { self.later = Some(text) } else { self.ui.warn(&text) }
    }

    /// The watch begins. False when nobody reads any more.
    pub(super) fn begin(&mut self, state: &Arc<Mutex<State>>) -> Result<bool, Failure> {
        let line = {
            let state = state.lock().unwrap_or_else(PoisonError::into_inner);
            json::line(&Line::began(&state))
        };
        self.state = Some(Arc::clone(state));
        self.events.write(&line)
    }

    /// Tells of an event. False when nobody reads any more.
    pub(super) fn tell(&mut self, event: &Event) -> Result<bool, Failure> {
        let Some(state) = &self.state else { return Ok(true) };
        let state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let line = text::watch_event(&state, event);
        let heard = self.events.write(&json::line(&Line::event(&state, event)))?;
        if self.live {
            return Ok(heard);
        }
        // Where stdout carries a document or events, people are told on stderr.
        if self.ui.json || self.events.is_stdout() {
            self.ui.say(&line);
            return Ok(heard);
        }
        Ok(heard && self.ui.stream(&line)?)
    }

    /// The watch ends: tells the last state, and with what code.
    pub(super) fn end(&mut self, ended: Ended) -> Result<ExitStatus, Failure> {
        let status = match ended {
            Ended::Met | Ended::Stopped => ExitStatus::Yes,
            Ended::TimedOut | Ended::Unheard if self.until.is_none() => ExitStatus::Yes,
            Ended::TimedOut | Ended::Unheard => ExitStatus::No,
            Ended::Interrupted => ExitStatus::Interrupted,
        };
        if let Some(text) = self.later.take() {
            self.ui.warn(&text);
        }
        if let Some(state) = &self.state {
            let state = state.lock().unwrap_or_else(PoisonError::into_inner);
            self.events.write(&json::line(&Line::ended(&state, ended)))?;
            if self.ui.json {
                self.ui.data(&json::render(&Summary::new(&state, ended, status == ExitStatus::Yes)))?;
            } else if self.events.is_stdout() {
                self.ui.say(&text::watch_summary(&state));
            } else {
                self.ui.data(&text::watch_summary(&state))?;
            }
        }
        if let (Ended::TimedOut, Some(until)) = (ended, self.until) {
            self.ui.warn(&format!("the time was over before it came: {}", until.words()));
        }
        match ended {
            Ended::Interrupted => Err(Failure::new(status, "what was waited for had not come")),
            _ => Ok(status),
        }
    }
}
