//! Who wrote a step, and does that process still live? A running drill must not be mistaken for a dead one.
//!
//! The number of a process is given out again, so it is remembered together with when the process began, in
//! ticks since the system was started (proc(5): "(22) starttime"), which start of the system that was, and in
//! which namespace the number is counted: in two containers there are two processes 1.

use std::{fs, path::Path};

use rustix::{
    io::Errno,
    process::{Pid, test_kill_process},
};

/// A process, so that it can be told from every other one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writer {
    /// The machine's name.
    pub host: String,
    /// The number of the process.
    pub process: u32,
    /// Which start of the system; nothing where there is no `/proc`.
    pub boot: Option<String>,
    /// In which namespace the number is counted; nothing where there is no `/proc`.
    pub namespace: Option<String>,
    /// When the process began, in ticks since the system's start; nothing where there is no `/proc`.
    pub started: Option<i64>,
}

/// Whether a process still lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It does.
    Alive,
    /// It does not.
    Gone,
    /// It is, or was, on another machine or in another container, and cannot be seen from here.
    Elsewhere,
}

/// What is found under a process number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Nothing,
    /// Somebody, of whom it may be known when he began.
    Somebody {
        started: Option<i64>,
    },
}

impl Writer {
    /// This process.
    pub fn this() -> Self {
        let process = std::process::id();
        let started = match look(process) {
            Found::Somebody { started } => started,
            Found::Nothing => None,
        };
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok();
        let namespace = fs::read_link("/proc/self/ns/pid").ok();
        Self {
            host: rustix::system::uname().nodename().to_string_lossy().into_owned(),
            process,
            boot: boot.map(|text| text.trim().to_owned()),
            namespace: namespace.map(|path| path.display().to_string()),
            started,
        }
    }

    /// Whether it still lives, seen from this process.
    pub fn life(&self) -> Life {
        self.seen_from(&Self::this(), look(self.process))
    }

    fn seen_from(&self, us: &Self, found: Found) -> Life {
        let differ = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
        if self.host != us.host {
            return Life::Elsewhere;
        }
        if differ(&self.boot, &us.boot) {
            return Life::Gone;
        }
        if differ(&self.namespace, &us.namespace) {
            return Life::Elsewhere;
        }
        match (found, self.started) {
            (Found::Nothing, _) => Life::Gone,
            (Found::Somebody { started: Some(now) }, Some(then)) if now != then => Life::Gone,
            (Found::Somebody { .. }, _) => Life::Alive,
        }
    }
}

/// Looks for a process by its number.
fn look(process: u32) -> Found {
    if let Ok(text) = fs::read_to_string(Path::new("/proc").join(process.to_string()).join("stat")) {
        return stat(&text);
    }
    // No `/proc`, or one that hides the processes of others; the system may still say that it is there.
    let Some(id) = i32::try_from(process).ok().and_then(Pid::from_raw) else { return Found::Nothing };
    match test_kill_process(id) {
        Ok(()) | Err(Errno::PERM) => Found::Somebody { started: None },
        Err(_) => Found::Nothing,
    }
}

/// Reads `/proc/PID/stat`. The second field is the program's name in brackets, which may hold anything.
fn stat(text: &str) -> Found {
    let Some((_, rest)) = text.rsplit_once(')') else { return Found::Nothing };
    let mut fields = rest.split_whitespace();
    match fields.next() {
        // It has ended, and nobody has asked yet how.
        Some("Z" | "X") | None => Found::Nothing,
        // The third field was taken; the 22nd is eighteen further on.
        Some(_) => Found::Somebody { started: fields.nth(18).and_then(|text| text.parse().ok()) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer() -> Writer {
        Writer {
            host: "alpha".to_owned(),
            process: 7,
            boot: Some("boot".to_owned()),
            namespace: Some("pid:[1]".to_owned()),
            started: Some(100),
        }
    }

    #[test]
    fn a_process_is_its_number_and_its_beginning() {
        let us = writer();
        let there = Found::Somebody { started: Some(100) };
        let other = Found::Somebody { started: Some(200) };
        let hidden = Found::Somebody { started: None };
        let some = |text: &str| Some(text.to_owned());
        let cases = [
            (writer(), there, Life::Alive),
            (writer(), hidden, Life::Alive),
            (writer(), other, Life::Gone),
            (writer(), Found::Nothing, Life::Gone),
            (Writer { started: None, ..writer() }, other, Life::Alive),
            (Writer { boot: some("earlier"), ..writer() }, there, Life::Gone),
            (Writer { boot: None, ..writer() }, there, Life::Alive),
            (Writer { namespace: some("pid:[2]"), ..writer() }, there, Life::Elsewhere),
            (Writer { host: "beta".to_owned(), ..writer() }, there, Life::Elsewhere),
        ];
        for (writer, found, life) in cases {
            assert_eq!(writer.seen_from(&us, found), life, "{writer:?}, {found:?}");
        }
    }

    #[test]
    fn the_beginning_is_the_22nd_field_whatever_the_programs_name() {
        let fields = "S 1 1 1 0 -1 4194560 1 0 0 0 1 2 0 0 20 0 1 0 4711 1000 10";
        for name in ["(cat)", "(a b)", "(a) R 5 (b)", "())"] {
            assert_eq!(
                stat(&format!("7 {name} {fields}\n")),
                Found::Somebody { started: Some(4711) },
                "{name}"
            );
        }
        assert_eq!(stat("7 (cat) Z 1 1"), Found::Nothing);
        assert_eq!(stat("nonsense"), Found::Nothing);
    }

    #[test]
    fn this_process_lives_and_an_ended_one_does_not() {
        assert_eq!(Writer::this().life(), Life::Alive);
        let mut child = std::process::Command::new("true").spawn().expect("a child");
        let ended = Writer { process: child.id(), ..Writer::this() };
        child.wait().expect("it ends");
        assert_eq!(ended.life(), Life::Gone);
    }
}
