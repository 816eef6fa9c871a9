//! How fast, how punctual and how cheap is the prober? A program for `scripts/measure_probe.py`, which sets it
//! beside others and prints a table; by itself it says one line of JSON.
//!
//! ```text
//! prober flood SERVER CONCURRENCY SECONDS NAME...     as many questions as the server answers
//! prober watch EVERY_MS SECONDS FILE                  each look-up on its own schedule
//! ```
//!
//! `flood` keeps CONCURRENCY look-ups on their way, each asked again as soon as it is answered. `watch` asks
//! each line of FILE (`NAME SERVER...`) at those servers, and tells every change of an answer with
//! its date, in seconds since 1970.

use std::{net::SocketAddr, time::Duration};

use s3_failover::{
    clock::Clock,
    model::{Fqdn, RecordType},
    probe::{Lookup, Prober, Query, Sighting, Vantage},
};
use serde_json::{Value, json};

/// How long a reply is waited for.
const LIMIT: Duration = Duration::from_secs(2);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    // One core is what is measured.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let said = match arguments[..] {
        ["flood", server, concurrency, seconds, ref names @ ..] if !names.is_empty() => {
            runtime.block_on(flood(server, number(concurrency), number(seconds), names))
        }
        ["watch", every, seconds, names] => runtime.block_on(watch(number(every), number(seconds), names)),
        _ => {
            json!({ "usage": "prober flood SERVER CONCURRENCY SECONDS NAME... | prober watch EVERY_MS SECONDS FILE" })
        }
    };
    #[expect(clippy::print_stdout, reason = "its one line of output")]
    {
        println!("{said}");
    }
}

fn number(text: &str) -> u32 {
    text.parse().expect("a number")
}

fn lookup(server: &str, name: &str, record_type: RecordType, every: Duration) -> Lookup {
    let server: SocketAddr = server.parse().expect("an address with a port");
    let name: Fqdn = name.parse().expect("a name");
    let question = Query::of(&name, record_type);
    Lookup { vantage: Vantage::authoritative(server), question, every }
}

async fn flood(server: &str, concurrency: u32, seconds: u32, names: &[&str]) -> Value {
    let clock = Clock::system();
    let names = names.iter().cycle().take(usize::try_from(concurrency).expect("a few"));
    let lookups = names.map(|name| lookup(server, name, RecordType::A, Duration::ZERO)).collect();
    let mut prober = Prober::start(&clock, lookups, LIMIT);
    let end = clock.elapsed() + Duration::from_secs(seconds.into());
    let (mut answered, mut failed) = (0_u64, 0_u64);
    let taken = loop {
        let batch = prober.next_batch().await.expect("it never ends");
        for sighting in batch {
            match sighting.result {
                Ok(reply) if !reply.answers.is_empty() => answered += 1,
                _ => failed += 1,
            }
        }
        let now = clock.elapsed();
        if now >= end {
            break now.saturating_sub(end) + Duration::from_secs(seconds.into());
        }
    };
    let dropped = prober.dropped();
    json!({ "answered": answered + dropped, "failed": failed, "dropped": dropped, "seconds": taken.as_secs_f64() })
}

/// What a look-up has answered so far.
#[derive(Clone, Default)]
struct Point {
    said: Option<String>,
    asked: f64,
    sightings: u64,
}

async fn watch(every: u32, seconds: u32, file: &str) -> Value {
    let clock = Clock::system();
    let every = Duration::from_millis(every.into());
    let text = std::fs::read_to_string(file).expect("a file of names and servers");
    let mut lookups = Vec::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let name = words.next().expect("a name");
        lookups.extend(words.map(|server| lookup(server, name, RecordType::A, every)));
    }
    let mut points = vec![Point::default(); lookups.len()];
    let mut prober = Prober::start(&clock, lookups, LIMIT);
    let end = clock.elapsed() + Duration::from_secs(seconds.into());
    let (mut changes, mut failed, mut failure) = (Vec::new(), 0_u64, None);
    while let Ok(batch) = clock.timeout(end.saturating_sub(clock.elapsed()), prober.next_batch()).await {
        for sighting in batch.expect("it never ends") {
            if let Err(error) = &sighting.result {
                failed += 1;
                failure = Some(error.to_string());
            }
            let point = &mut points[sighting.lookup];
            changes.extend(point.see(&clock, sighting));
        }
    }
    let counts = points.iter().map(|point| point.sightings);
    let (least, most) = (counts.clone().min(), counts.clone().max());
    json!({
        "sightings": counts.sum::<u64>(), "least": least, "most": most, "failed": failed, "failure": failure,
        "dropped": prober.dropped(), "skipped": prober.skipped(), "changes": changes,
    })
}

impl Point {
    fn see(&mut self, clock: &Clock, sighting: Sighting) -> Option<Value> {
        self.sightings += 1;
        let date = |moment: Duration| clock.epoch().as_duration().as_secs_f64() + moment.as_secs_f64();
        let before = std::mem::replace(&mut self.asked, date(sighting.asked));
        let records = sighting.result.ok()?;
        let said: Vec<String> = records.answers.iter().map(|record| record.data.to_string()).collect();
        let said = said.join(" ");
        let first = self.said.is_none();
        if self.said.as_ref() == Some(&said) {
            return None;
        }
        self.said = Some(said.clone());
        (!first).then(|| {
            json!({
                "lookup": sighting.lookup, "says": said, "seen": date(sighting.answered),
                "asked": date(sighting.asked), "asked_before": before,
            })
        })
    }
}
