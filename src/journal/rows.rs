//! Steps and records as rows.

use std::{error::Error, time::Duration};

use rusqlite::{Connection, Row, named_params, types::Type};
use serde_json::Value;

use super::{Deed, Figures, Line, NewStep, Record, RunId, Step, Writer};

/// The columns of a [`Pending`].
pub(super) const STEP: &str =
    "id, run, failover, what, undo, at, host, process, boot, namespace, started FROM step";
/// The columns of a [`Line`].
pub(super) const LINE: &str = "id, run, deed, failover, at, took_nanoseconds, clock, spec, plan, version, ok, \
     summary, fault, recovery_seconds, failback_seconds, data_loss_seconds, host FROM record";

/// A step as it is written down.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pending {
    pub(super) id: i64,
    pub(super) step: NewStep,
    pub(super) writer: Writer,
}

impl Pending {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let step = NewStep {
            run: RunId::written(row.get(1)?),
            failover: parsed(row, 2, str::parse)?,
            what: row.get(3)?,
            undo: parsed(row, 4, |text| serde_json::from_str(text))?,
            at: parsed(row, 5, str::parse)?,
        };
        let writer = Writer {
            host: row.get(6)?,
            process: row.get(7)?,
            boot: row.get(8)?,
            namespace: row.get(9)?,
            started: row.get(10)?,
        };
        Ok(Self { id: row.get(0)?, step, writer })
    }

    /// With what becomes of its writer.
    pub(super) fn into_step(self) -> Step {
        let life = self.writer.life();
        Step { id: self.id, step: self.step, host: self.writer.host, process: self.writer.process, life }
    }
}

/// Writes a step down; gives its number.
pub(super) fn insert_step(connection: &Connection, step: &NewStep, writer: &Writer) -> rusqlite::Result<i64> {
    let mut insert = connection.prepare(
        "INSERT INTO step (run, failover, what, undo, at, host, process, boot, namespace, started)
         VALUES (:run, :failover, :what, :undo, :at, :host, :process, :boot, :namespace, :started)",
    )?;
    insert.insert(named_params! {
        ":run": step.run.as_str(),
        ":failover": step.failover.to_string(),
        ":what": step.what,
        ":undo": step.undo.to_string(),
        ":at": step.at.to_string(),
        ":host": writer.host,
        ":process": writer.process,
        ":boot": writer.boot,
        ":namespace": writer.namespace,
        ":started": writer.started,
    })
}

pub(super) fn read_line(row: &Row<'_>) -> rusqlite::Result<Line> {
    let name: Option<String> = row.get(3)?;
    let record = Record {
        run: RunId::written(row.get(1)?),
        deed: parsed(row, 2, |text| Deed::named(text).ok_or_else(|| format!("`{text}` is no deed")))?,
        failover: name.map(|_| parsed(row, 3, str::parse)).transpose()?,
        at: parsed(row, 4, str::parse)?,
        took: Duration::from_nanos(u64::try_from(row.get::<_, i64>(5)?).unwrap_or(0)),
        clock: row.get(6)?,
        spec: row.get(7)?,
        plan: row.get(8)?,
        version: row.get(9)?,
        ok: row.get(10)?,
        summary: row.get(11)?,
        document: None,
    };
    let figures = Figures {
        fault: row.get(12)?,
        recovery_seconds: row.get(13)?,
        failback_seconds: row.get(14)?,
        data_loss_seconds: row.get(15)?,
    };
    Ok(Line { id: row.get(0)?, record, figures, host: row.get(16)? })
}

/// The document of a record, if it has one.
pub(super) fn read_document(connection: &Connection, record: i64) -> rusqlite::Result<Option<Value>> {
    let mut query = connection.prepare("SELECT body FROM document WHERE record = ?1")?;
    let mut rows = query.query([record])?;
    rows.next()?.map(|row| parsed(row, 0, |text| serde_json::from_str(text))).transpose()
}

/// Writes a record and its document. Only within a transaction.
pub(super) fn insert_record(connection: &Connection, record: &Record, host: &str) -> rusqlite::Result<i64> {
    let figures = Figures::of(record.document.as_ref());
    let mut insert = connection.prepare(
        "INSERT INTO record (run, deed, failover, at, took_nanoseconds, clock, spec, plan, version, ok, summary,
             fault, recovery_seconds, failback_seconds, data_loss_seconds, host)
         VALUES (:run, :deed, :failover, :at, :took, :clock, :spec, :plan, :version, :ok, :summary,
             :fault, :recovery, :failback, :loss, :host)",
    )?;
    let id = insert.insert(named_params! {
        ":run": record.run.as_str(),
        ":deed": record.deed.as_str(),
        ":failover": record.failover.as_ref().map(ToString::to_string),
        ":at": record.at.to_string(),
        ":took": i64::try_from(record.took.as_nanos()).unwrap_or(i64::MAX),
        ":clock": record.clock,
        ":spec": record.spec,
        ":plan": record.plan,
        ":version": record.version,
        ":ok": record.ok,
        ":summary": record.summary,
        ":fault": figures.fault,
        ":recovery": figures.recovery_seconds,
        ":failback": figures.failback_seconds,
        ":loss": figures.data_loss_seconds,
        ":host": host,
    })?;
    if let Some(document) = &record.document {
        let mut insert = connection.prepare("INSERT INTO document (record, body) VALUES (?1, ?2)")?;
        insert.execute((id, document.to_string()))?;
    }
    Ok(id)
}

fn parsed<T, E: Into<Box<dyn Error + Send + Sync>>>(
    row: &Row<'_>,
    column: usize,
    parse: impl Fn(&str) -> Result<T, E>,
) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    parse(&text).map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into()))
}
