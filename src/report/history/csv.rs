//! For spreadsheets: RFC 4180, one line a run, with a header.

use super::Run;
use crate::journal::Line;

/// The runs. Lines end with CRLF ("Each record is located on a separate line, delimited by a line break (CRLF)",
/// RFC 4180, 2), and what is not known is empty.
pub fn csv(lines: &[Line]) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    if lines.is_empty() {
        // The header comes with the first line.
        writer.write_record(COLUMNS).expect("memory takes everything");
    }
    for line in lines {
        writer
            .serialize(Run::new(line, None))
            .expect("memory takes everything, and every line has the same columns");
    }
    let bytes = writer.into_inner().expect("memory takes everything");
    String::from_utf8(bytes).expect("what was text stays text")
}

/// The keys of a [`Run`] without its document.
const COLUMNS: [&str; 17] = [
    "id",
    "run",
    "deed",
    "name",
    "at",
    "took_seconds",
    "clock",
    "spec_digest",
    "plan_digest",
    "version",
    "host",
    "ok",
    "summary",
    "fault",
    "recovery_seconds",
    "failback_seconds",
    "data_loss_seconds",
];

#[cfg(test)]
mod tests {
    use super::{super::trend::tests::drill, *};

    #[test]
    fn every_run_is_a_line_under_the_same_header() {
        let text = csv(&[drill(1, "invert", Some(62.5)), drill(2, "a,\r\nb", None)]);
        insta::assert_snapshot!(text.replace("\r\n", "\\r\\n\n"), @r#"
        id,run,deed,name,at,took_seconds,clock,spec_digest,plan_digest,version,host,ok,summary,fault,recovery_seconds,failback_seconds,data_loss_seconds\r\n
        1,20270116T080000Z-00000007,drill,data.example.com,2027-01-16T08:00:00Z,90.5,system,5bec,,0.1.0,alpha,true,"drilled, ""as agreed""",invert,62.5,,0.0\r\n
        2,20270117T080000Z-00000007,drill,data.example.com,2027-01-17T08:00:00Z,90.5,system,5bec,,0.1.0,alpha,false,"drilled, ""as agreed""","a,\r\n
        b",,,0.0\r\n
        "#);
        assert_eq!(csv(&[]), text[..=text.find('\n').expect("a header")]);
    }
}
