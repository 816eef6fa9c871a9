//! `history`: past drills, switches and changes.

use std::path::Path;

use super::{
    args::{Global, Output},
    exit::{ExitStatus, Failure},
    history_args::{FilterArgs, HistoryArgs, HistoryCommand, HistoryFormat},
    memory::Memory,
    ui::Ui,
};
use crate::{
    clock::Clock,
    journal::{Journal, JournalError, Line},
    report::{history, json},
};

pub(super) fn run(args: &HistoryArgs, global: &Global, ui: Ui) -> Result<ExitStatus, Failure> {
    let journal = Memory::new(global).read(ui)?;
    let journal = journal.as_deref();
    if let Some(text) = journal.and_then(|journal| history::still_broken(&journal.pending().ok()?)) {
        ui.say(&text);
    }
    match &args.command {
        None => list(journal, &args.filter, global, ui),
        Some(HistoryCommand::Show { id }) => show(journal, id, ui),
        Some(HistoryCommand::Export { filter, format, out }) => {
            export(journal, &filter.or(&args.filter), (*format, out.as_deref()), global, ui)
        }
    }
}

fn list(
    journal: Option<&Journal>,
    filter: &FilterArgs,
    global: &Global,
    ui: Ui,
) -> Result<ExitStatus, Failure> {
    let lines = wanted(journal, filter, global)?;
    if global.output == Output::Json {
        let document = history::Document::new(journal.map(Journal::file), &lines, Vec::new());
        ui.data(&json::render(&document))?;
    } else if lines.is_empty() {
        ui.say("Nothing is remembered of that.");
    } else {
        ui.data(&history::list(&lines, ui.look()))?;
    }
    Ok(ExitStatus::Yes)
}

fn show(journal: Option<&Journal>, id: &str, ui: Ui) -> Result<ExitStatus, Failure> {
    let lines = journal.map_or_else(|| Ok(Vec::new()), Journal::lines)?;
    let (Some(journal), line) = (journal, find(&lines, id)?) else {
        return Err(unknown(id));
    };
    let document = journal.document(line.id)?;
    if ui.json {
        ui.data(&json::render(&history::Run::new(line, document)))?;
    } else {
        ui.data(&history::one(line, document.as_ref(), ui.look()))?;
    }
    Ok(ExitStatus::Yes)
}

fn export(
    journal: Option<&Journal>,
    filter: &FilterArgs,
    (format, out): (HistoryFormat, Option<&Path>),
    global: &Global,
    ui: Ui,
) -> Result<ExitStatus, Failure> {
    let lines = wanted(journal, filter, global)?;
    let text = match format {
        HistoryFormat::Csv => history::csv(&lines),
        HistoryFormat::Json => {
            let document = |line: &Line| journal.map_or(Ok(None), |journal| journal.document(line.id));
            let documents = lines.iter().map(document).collect::<Result<Vec<_>, JournalError>>()?;
            json::render(&history::Document::new(journal.map(Journal::file), &lines, documents))
        }
    };
    match out {
        Some(path) => std::fs::write(path, text).map_err(|error| Failure::not_written(path, &error))?,
        None => ui.data(&text)?,
    }
    Ok(ExitStatus::Yes)
}

/// The runs that were asked for, the oldest first.
fn wanted(
    journal: Option<&Journal>,
    filter: &FilterArgs,
    global: &Global,
) -> Result<Vec<Line>, JournalError> {
    let mut lines = journal.map_or_else(|| Ok(Vec::new()), Journal::lines)?;
    let since = filter.since.map(|since| since.moment(Clock::system().now()));
    lines.retain(|Line { record, .. }| {
        let named = record.failover.as_ref().is_some_and(|name| global.only.contains(name));
        (global.only.is_empty() || named)
            && (filter.deed.is_empty() || filter.deed.contains(&record.deed))
            && since.is_none_or(|since| record.at >= since)
    });
    let first = filter.limit.map_or(0, |limit| lines.len().saturating_sub(limit));
    Ok(lines.split_off(first))
}

/// The run of this number, of this name, or the only one whose name begins so.
fn find<'a>(lines: &'a [Line], id: &str) -> Result<&'a Line, Failure> {
    let number: Option<i64> = id.parse().ok();
    if let Some(line) = lines.iter().find(|line| Some(line.id) == number) {
        return Ok(line);
    }
    let begins: Vec<&Line> =
        lines.iter().filter(|line| !id.is_empty() && line.record.run.as_str().starts_with(id)).collect();
    match begins[..] {
        [] => Err(unknown(id)),
        [one] => Ok(one),
        _ => {
            let ids: Vec<String> = begins.iter().map(|line| line.id.to_string()).collect();
            let message = format!("several runs begin with `{id}`: the numbers {}", ids.join(", "));
            Err(Failure::new(ExitStatus::Usage, message).hint("Name one of them by its number."))
        }
    }
}

fn unknown(id: &str) -> Failure {
    Failure::new(ExitStatus::Usage, format!("no run `{id}` is remembered"))
        .hint("`s3-failover history` lists them; `--state DIR` names another folder.")
}
