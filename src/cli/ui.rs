//! The only place that writes to the terminal: data to stdout, talk to stderr.

use std::io::{self, ErrorKind, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};

use super::{
    args::{Colour, Global, Output},
    exit::{ExitStatus, Failure},
};
use crate::report::{Look, Style};

/// Streams, colour and how much is said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ui {
    /// Whether stdout carries a JSON document.
    pub(super) json: bool,
    quiet: bool,
    colour: ColorChoice,
}

impl Ui {
    pub(super) fn new(global: &Global) -> Self {
        let colour = match global.color {
            Colour::Auto => ColorChoice::Auto,
            Colour::Always => ColorChoice::Always,
            Colour::Never => ColorChoice::Never,
        };
        Self { json: global.output == Output::Json, quiet: global.quiet, colour }
    }

    /// How text on stdout looks.
    pub(super) fn look(self) -> Look {
        look_of(AutoStream::choice(&io::stdout()), self.colour)
    }

    fn talk_look(self) -> Look {
        look_of(AutoStream::choice(&io::stderr()), self.colour)
    }

    /// Whether only data and failures are wanted.
    pub(super) fn is_quiet(self) -> bool {
        self.quiet
    }

    /// Writes data. A reader that has gone away (`| head`) is no failure.
    pub(super) fn data(self, text: &str) -> io::Result<()> {
        let mut stdout = AutoStream::new(io::stdout(), self.colour);
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }

    /// Writes data of which there is no end; false when the reader has gone away.
    pub(super) fn stream(self, text: &str) -> io::Result<bool> {
        let mut stdout = AutoStream::new(io::stdout(), self.colour);
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
            result => result.map(|()| true),
        }
    }

    /// Says something to a person.
    pub(super) fn say(self, text: &str) {
        if !self.quiet {
            self.warn(text);
        }
    }

    /// Says something that `--quiet` does not silence.
    pub(super) fn warn(self, text: &str) {
        let mut stderr = AutoStream::new(io::stderr(), self.colour);
        // Nobody is left to tell when stderr itself is gone.
        let _ = writeln!(stderr, "{}", text.trim_end());
    }

    /// Says something, loudly or not; false when nobody reads it any more.
    pub(super) fn tell(self, text: &str, loud: bool) -> bool {
        if self.quiet && !loud {
            return true;
        }
        let mut stderr = AutoStream::new(io::stderr(), self.colour);
        let written = writeln!(stderr, "{}", text.trim_end());
        !written.is_err_and(|error| error.kind() == ErrorKind::BrokenPipe)
    }

    /// Tells of a failure, and returns the status with which to end.
    pub(super) fn fail(self, failure: &Failure) -> ExitStatus {
        let look = self.talk_look();
        let heading = match failure.status {
            ExitStatus::Unsafe => "refused:",
            ExitStatus::Interrupted => "interrupted:",
            _ => "error:",
        };
        let mut lines = vec![format!("{} {}", look.paint(Style::Bad, heading), failure.message)];
        lines.extend(failure.causes.iter().map(|cause| format!("  because: {cause}")));
        let hint = look.paint(Style::Heading, "hint:");
        lines.extend(failure.hints.iter().map(|text| format!("{hint} {text}")));
        self.warn(&lines.join("\n"));
        failure.status
    }

    /// Whether somebody can be asked.
    pub(super) fn can_ask() -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks a question to which only this word is a yes.
    pub(super) fn ask_for(self, question: &str, word: &str) -> io::Result<bool> {
        let mut stderr = AutoStream::new(io::stderr(), self.colour);
        write!(stderr, "{question} Type {word} to go on: ")?;
        stderr.flush()?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        Ok(answer.trim() == word)
    }
}

fn look_of(automatic: ColorChoice, wanted: ColorChoice) -> Look {
    match wanted {
        ColorChoice::Auto if automatic != ColorChoice::Never => Look::Coloured,
        ColorChoice::Always | ColorChoice::AlwaysAnsi => Look::Coloured,
        ColorChoice::Auto | ColorChoice::Never => Look::Plain,
    }
}
