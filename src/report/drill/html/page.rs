//! What the page shows, in the order of its parts; the template only says how.

use std::collections::BTreeMap;

use serde::Serialize;

use super::figure::Figures;
use crate::report::drill::{
    CheckerFigures, DrillDocument, Lane, RunLine,
    chart::{self, Bin, Chart, Leg, Marker, Size, Window, bins, markers},
    promises::{Kept, Promise, promises},
    words,
};

/// So many rows a table has at most; the JSON has all.
const ROWS: usize = 200;
const SPANS: usize = 24;
const BINS: f64 = 60.0;

/// Everything that the template asks for.
#[derive(Serialize)]
pub(super) struct Page<'a> {
    drill: &'a DrillDocument,
    verdict: Verdict,
    data_loss: String,
    /// Whether anything is known of it.
    loss_is_known: bool,
    failed: String,
    promises: Vec<PromiseView>,
    pictures: Vec<Picture>,
    markers: Vec<MarkerView>,
    legs: Vec<LegView<'a>>,
    timeline_rows: usize,
    lanes: Vec<LaneView<'a>>,
    bins: Vec<BinView>,
    checkers: Vec<&'a CheckerFigures>,
    runs: Option<Runs>,
    earlier: Option<Runs>,
    began: Option<String>,
}

#[derive(Serialize)]
struct Verdict {
    word: &'static str,
    class: &'static str,
    sign: &'static str,
    sentence: String,
    target: Option<String>,
}

#[derive(Serialize)]
struct PromiseView {
    id: String,
    class: &'static str,
    word: &'static str,
    text: String,
}

/// A picture, in both sizes, with its words.
#[derive(Serialize)]
struct Picture {
    id: &'static str,
    title: &'static str,
    description: String,
    wide: Chart,
    narrow: Chart,
}

#[derive(Serialize)]
struct MarkerView {
    number: usize,
    at: f64,
    what: &'static str,
}

#[derive(Serialize)]
struct LegView<'a> {
    title: &'static str,
    change: &'static str,
    phases: Vec<PhaseView<'a>>,
    total: Option<f64>,
}

#[derive(Serialize)]
struct PhaseView<'a> {
    name: &'static str,
    what: &'static str,
    took: Option<f64>,
    floor: Option<f64>,
    beyond: Option<f64>,
    why: &'a str,
}

#[derive(Serialize)]
struct LaneView<'a> {
    role: &'static str,
    lane: &'a Lane,
    spans: usize,
    more: usize,
}

#[derive(Serialize)]
struct BinView {
    from: f64,
    to: f64,
    primary: u64,
    secondary: u64,
    failed: u64,
}

/// Drills one after the other: a picture and a table.
#[derive(Serialize)]
struct Runs {
    picture: Picture,
    lines: Vec<RunLine>,
    this: String,
}

impl<'a> Page<'a> {
    pub(super) fn of(document: &'a DrillDocument, earlier: &[RunLine], figures: Figures) -> Self {
        let whole = chart::whole(document);
        let table = bins(&document.traffic, whole, (whole.to - whole.from) / BINS);
        Self {
            drill: document,
            verdict: verdict(document),
            data_loss: words::data_loss(document),
            loss_is_known: document.data_loss.not_measured.is_none(),
            failed: words::share(document.requests.failed, document.requests.total),
            promises: promise_views(document),
            pictures: pictures(document, figures),
            markers: marker_views(markers(document)),
            legs: legs(document),
            timeline_rows: ROWS,
            lanes: lanes(&document.lanes),
            bins: table.into_iter().map(BinView::of).collect(),
            checkers: document.checkers.iter().collect(),
            runs: document.repetitions.as_ref().and_then(|repetitions| {
                let words = ("repetitions", "Recovery and failback of each repetition");
                runs(repetitions.runs.clone(), document, words)
            }),
            earlier: earlier_runs(document, earlier),
            began: figures.date(0.0),
        }
    }
}

fn verdict(document: &DrillDocument) -> Verdict {
    let word = words::word(document);
    let (class, sign) = match word {
        "Passed" => ("passed", "✓"),
        "Interrupted" => ("interrupted", "!"),
        _ => ("failed", "✗"),
    };
    let sentence = words::sentence(document);
    Verdict { word, class, sign, sentence, target: document.target_seconds.map(words::target) }
}

fn promise_views(document: &DrillDocument) -> Vec<PromiseView> {
    let view = |promise: Promise| {
        let (class, word) = match promise.kept {
            Kept::Yes => ("yes", "✓ kept"),
            Kept::No => ("no", "✗ broken"),
            Kept::Remark => ("remark", "○ remark"),
        };
        PromiseView { id: promise.id, class, word, text: promise.text }
    };
    promises(document).into_iter().map(view).collect()
}

fn pictures(document: &DrillDocument, figures: Figures) -> Vec<Picture> {
    let draw = |id, title, description: String, window: Window, leg| {
        let chart = |size| chart::timeline(document, window, leg, size, |at| figures.time(at));
        Picture { id, title, description, wide: chart(Size::Wide), narrow: chart(Size::Narrow) }
    };
    let recovered = words::seconds_or(document.recovery_seconds, "never");
    let came_back = words::seconds_or(document.failback_seconds, "never");
    let lanes = document.lanes.len();
    let mut pictures = Vec::new();
    if let Some(window) = chart::close(document, Leg::Failover) {
        let text = format!(
            "Phases of the failover beside their floors, {lanes} lanes of what each vantage point saw, and the \
             requests a second. First bytes from the secondary: {recovered} after the fault. The tables below \
             hold the same figures."
        );
        pictures.push(draw("failover", "Failover", text, window, Some(Leg::Failover)));
    }
    if let Some(window) = chart::close(document, Leg::Failback) {
        let text = format!(
            "Phases of the failback beside their floors, the same {lanes} lanes, and the requests a second. \
             First bytes from the primary: {came_back} after it was mended. The tables below hold the same \
             figures."
        );
        pictures.push(draw("failback", "Failback", text, window, Some(Leg::Failback)));
    }
    let text = format!(
        "The same {lanes} lanes and requests a second from the first look to the last. Recovered: {recovered}; \
         came back: {came_back}. The tables below hold the same figures."
    );
    pictures.push(draw("whole", "The whole drill", text, chart::whole(document), None));
    pictures
}

fn marker_views(markers: Vec<Marker>) -> Vec<MarkerView> {
    let view = |Marker { number, at, what }| MarkerView { number, at, what };
    markers.into_iter().map(view).collect()
}

type Figure = BTreeMap<String, Option<f64>>;
type Words = BTreeMap<String, String>;

fn legs<'a>(document: &'a DrillDocument) -> Vec<LegView<'a>> {
    let known = [
        ("detect", "fault to the verdict of the checkers"),
        ("publish", "verdict to the last name server"),
        ("cache", "name server to the resolver"),
        ("client", "resolver to the first bytes"),
    ];
    let leg = |title, change, took: &Figure, floors: &Figure, why: &'a Words, total| {
        let phase = |(name, what)| {
            let [took, floor] = [took, floors].map(|figures| figures.get(name).copied().flatten());
            let why = why.get(name).map_or("", String::as_str);
            PhaseView {
                name,
                what,
                took,
                floor,
                beyond: took.zip(floor).map(|(took, floor)| took - floor),
                why,
            }
        };
        LegView { title, change, phases: known.map(phase).into(), total }
    };
    let DrillDocument { phases, floors, explained, .. } = document;
    let DrillDocument { failback_phases, failback_floors, failback_explained, .. } = document;
    vec![
        leg("Failover", "the fault", phases, floors, explained, document.recovery_seconds),
        leg(
            "Failback",
            "the repair",
            failback_phases,
            failback_floors,
            failback_explained,
            document.failback_seconds,
        ),
    ]
}

fn lanes(lanes: &[Lane]) -> Vec<LaneView<'_>> {
    chart::by_role(lanes)
        .into_iter()
        .flat_map(|(role, lanes)| {
            lanes.into_iter().map(move |lane| LaneView {
                role,
                lane,
                spans: SPANS,
                more: lane.spans.len().saturating_sub(SPANS),
            })
        })
        .collect()
}

impl BinView {
    fn of(bin: Bin) -> Self {
        let Bin { at, seconds, primary, secondary, failed } = bin;
        Self { from: at, to: at + seconds, primary, secondary, failed }
    }
}

fn runs(
    lines: Vec<RunLine>,
    document: &DrillDocument,
    (id, title): (&'static str, &'static str),
) -> Option<Runs> {
    if lines.is_empty() {
        return None;
    }
    let recovered: Vec<f64> = lines.iter().filter_map(|line| line.recovery_seconds).collect();
    let range = match (recovered.iter().copied().reduce(f64::min), recovered.iter().copied().reduce(f64::max))
    {
        (Some(least), Some(most)) => {
            format!("Recovery took {} to {}.", words::seconds(least), words::seconds(most))
        }
        _ => "None of them recovered.".to_owned(),
    };
    let target = document.target_seconds.map(|target| format!(" The target is {}.", words::target(target)));
    let good = lines.iter().filter(|line| line.ok).count();
    let description = format!(
        "{} drills, of which {good} were good. {range}{} The table below holds the same figures.",
        lines.len(),
        target.unwrap_or_default()
    );
    let draw = |size| chart::trend(&lines, document.target_seconds, size);
    let picture = Picture { id, title, description, wide: draw(Size::Wide), narrow: draw(Size::Narrow) };
    Some(Runs { picture, lines, this: document.id.clone() })
}

/// Earlier drills, and this one after them.
fn earlier_runs(document: &DrillDocument, earlier: &[RunLine]) -> Option<Runs> {
    let is_this = |line: &&RunLine| !document.id.is_empty() && line.id == document.id;
    let mut lines: Vec<RunLine> = earlier.iter().filter(|line| !is_this(line)).cloned().collect();
    if lines.is_empty() {
        return None;
    }
    lines.drain(..lines.len().saturating_sub(ROWS / 2));
    lines.push(RunLine {
        id: document.id.clone(),
        began: document.began.clone(),
        fault: document.fault.clone(),
        recovery_seconds: document.recovery_seconds,
        failback_seconds: document.failback_seconds,
        data_loss_seconds: document.data_loss.not_measured.is_none().then_some(document.data_loss.seconds),
        ok: document.ok,
    });
    runs(lines, document, ("trend", "Recovery and failback of this drill and of earlier ones"))
}
