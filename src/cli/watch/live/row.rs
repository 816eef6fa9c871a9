//! One vantage point as one row: who, what, since when, for how long yet, and what it answered before.

use std::time::Duration;

use ratatui::{
    style::{Color, Modifier, Style},
    text::{Line, Span},
};

use crate::{
    model::Side,
    probe::{Observed, Role},
    watch::{Cell, ClientState, Exposed, Point, SideState},
};

/// The columns, by how wide the terminal is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns {
    vantage: usize,
    /// Since when, and how long a reply takes: left out where cells would have no room.
    details: bool,
    cells: usize,
}

const ROLE: usize = 9;
const ANSWERS: usize = 10;
const NUMBER: usize = 8;
/// Fewer cells than these show nothing of what was.
const FEWEST_CELLS: usize = 12;

impl Columns {
    /// For a terminal of this width and vantage points whose longest name is so long.
    pub(super) fn new(width: usize, longest: usize) -> Self {
        let least = |vantage: usize, numbers: usize| ROLE + vantage + 1 + ANSWERS + numbers * NUMBER;
        // On a narrow terminal the end of an address gives way to no number.
        let room = width.saturating_sub(least(0, 1)).clamp(8, 40);
        let vantage = longest.clamp(8, room);
        let details = width >= least(vantage, 3) + FEWEST_CELLS;
        let cells = width.saturating_sub(least(vantage, if details { 3 } else { 1 }));
        Self { vantage, details, cells }
    }

    /// What stands above them, when a cell stands for so long.
    pub(super) fn heading(self, span: Duration) -> Line<'static> {
        let Self { vantage, details, cells } = self;
        let mut text = format!("{:ROLE$}{:vantage$} {:ANSWERS$}", "", "vantage point", "answers");
        if details {
            text += "  since    took ";
        }
        text += "    TTL ";
        let shown = brief(span * u32::try_from(cells).unwrap_or(u32::MAX));
        let over = format!("the last {shown}");
        if cells >= over.len() {
            text += &over;
        }
        Line::styled(text, Style::new().add_modifier(Modifier::DIM))
    }

    /// A vantage point, at this moment.
    pub(super) fn row(self, point: &Point, now: Duration) -> Line<'static> {
        let Self { vantage, details, cells } = self;
        let role = match point.vantage.role {
            Role::Authoritative => "server",
            Role::Recursive => "resolver",
        };
        let name = cut(&point.vantage.to_string(), vantage);
        let mut spans = vec![Span::raw(format!("{role:ROLE$}{name:vantage$} "))];
        let cell = point.answer.as_ref().map_or(Cell::Unseen, Cell::of);
        let answers = if point.stale.is_some() { format!("{}*", word(cell)) } else { word(cell).to_owned() };
        spans.push(Span::styled(format!("{answers:<ANSWERS$}"), ink(cell)));
        if details {
            let since = point.answer.as_ref().map(|_| brief(now.saturating_sub(point.since)));
            let took = point.took.map(milliseconds);
            spans.push(Span::raw(format!(
                "{:>7} {:>7} ",
                since.unwrap_or_default(),
                took.unwrap_or_default()
            )));
        }
        spans.push(Span::raw(format!("{:>7} ", point.ttl_left(now).map(brief).unwrap_or_default())));
        spans.extend(timeline(point, now, cells));
        Line::from(spans)
    }
}

/// That a resolver keeps its answers for longer than it may: each thing that is known of it.
pub(super) fn aged(point: &Point, now: Duration) -> Vec<Vec<Span<'static>>> {
    let stale = point
        .stale
        .map(|stale| format!("* older than its TTL allows, by {}", brief(now.saturating_sub(stale.expired))));
    let stretched = point.ttl_habit.above().map(|by| format!("stretches TTLs by {}", brief(by)));
    let red = Style::new().fg(Color::Red);
    let told = stale.into_iter().chain(stretched);
    told.map(|told| vec![Span::styled(format!("{} {told}", point.vantage), red)]).collect()
}

/// The newest cell stands at the right.
fn timeline(point: &Point, now: Duration, cells: usize) -> Vec<Span<'static>> {
    let cells: Vec<Cell> = point.history.until(now, cells).collect();
    // Equal neighbours are one span: a long line of them is drawn and compared as one.
    let runs = cells.chunk_by(|one, other| one == other);
    runs.map(|run| Span::styled(letter(run[0]).to_string().repeat(run.len()), paper(run[0]))).collect()
}

fn word(cell: Cell) -> &'static str {
    match cell {
        Cell::Unseen => "-",
        Cell::Side(Side::Primary) => "primary",
        Cell::Side(Side::Secondary) => "secondary",
        Cell::Nothing => "nothing",
        Cell::Other => "other",
        Cell::Silent => "no answer",
    }
}

fn letter(cell: Cell) -> char {
    match cell {
        Cell::Unseen => ' ',
        Cell::Side(Side::Primary) => 'P',
        Cell::Side(Side::Secondary) => 'S',
        Cell::Nothing => '0',
        Cell::Other => '?',
        Cell::Silent => '!',
    }
}

/// Blue and yellow are told apart by those who do not tell red from green.
fn colour(cell: Cell) -> Color {
    match cell {
        Cell::Unseen => Color::Reset,
        Cell::Side(Side::Primary) => Color::Blue,
        Cell::Side(Side::Secondary) => Color::Yellow,
        Cell::Nothing | Cell::Other => Color::Magenta,
        Cell::Silent => Color::Red,
    }
}

fn paper(cell: Cell) -> Style {
    match cell {
        Cell::Unseen => Style::new(),
        Cell::Side(Side::Secondary) => Style::new().bg(colour(cell)).fg(Color::Black),
        _ => Style::new().bg(colour(cell)).fg(Color::White),
    }
}

fn ink(cell: Cell) -> Style {
    Style::new().fg(colour(cell)).add_modifier(Modifier::BOLD)
}

/// The endpoint of a side, asked directly.
pub(super) fn endpoint(side: Side, state: &SideState, now: Duration) -> Vec<Span<'static>> {
    let (word, colour) = match state.up {
        None => ("not asked yet", Color::Reset),
        Some(true) => ("serves", Color::Green),
        Some(false) => ("DOWN", Color::Red),
    };
    let mut spans = vec![
        Span::raw(format!("{side} ")),
        Span::styled(word, Style::new().fg(colour).add_modifier(Modifier::BOLD)),
    ];
    if state.up.is_some() {
        let details = match (&state.why, state.took) {
            (Some(why), _) => format!(" for {}: {why}", brief(now.saturating_sub(state.since))),
            (None, Some(took)) => format!(" ({})", milliseconds(took)),
            (None, None) => String::new(),
        };
        spans.push(Span::raw(details));
    }
    spans
}

/// A client: where it has its bytes from, and how many requests failed.
pub(super) fn client(state: &ClientState) -> Vec<Span<'static>> {
    let cell = match &state.served_by {
        None => Cell::Unseen,
        Some(Ok(side)) => Cell::Side(*side),
        Some(Err(_)) => Cell::Silent,
    };
    let word = if cell == Cell::Silent { "no bytes" } else { word(cell) };
    let counted = format!(" ({} of {} failed)", state.failed, state.requests);
    vec![
        Span::raw(format!("{} ", state.kind.as_str().replace('_', "-"))),
        Span::styled(word, ink(cell)),
        Span::raw(counted),
    ]
}

/// A client that is on the side which was left, and for how long it may be.
pub(super) fn left(state: &ClientState, exposed: Exposed) -> Vec<Span<'static>> {
    let kind = state.kind.as_str().replace('_', "-");
    vec![Span::styled(format!("{kind} {exposed}"), Style::new().fg(Color::Red))]
}

/// What all name servers answer together.
pub(super) fn observed(observed: Observed) -> Span<'static> {
    let (word, colour) = match observed {
        Observed::Primary => ("PRIMARY", Color::Blue),
        Observed::Secondary => ("SECONDARY", Color::Yellow),
        Observed::Mixed => ("MIXED", Color::Magenta),
        Observed::None => ("NEITHER", Color::Red),
    };
    Span::styled(word, Style::new().fg(colour).add_modifier(Modifier::BOLD | Modifier::REVERSED))
}

/// A length of time in at most seven characters.
pub(super) fn brief(length: Duration) -> String {
    let seconds = length.as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{}h{:02}m", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{}d{:02}h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

/// How long a reply took, in at most seven characters.
fn milliseconds(took: Duration) -> String {
    let milliseconds = took.as_secs_f64() * 1_000.0;
    match milliseconds {
        0.0..10.0 => format!("{milliseconds:.1} ms"),
        10.0..10_000.0 => format!("{milliseconds:.0} ms"),
        _ => format!("{:.0} s", took.as_secs_f64()),
    }
}

/// The end of an address tells more than its beginning.
pub(super) fn cut(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().skip(length + 1 - width).collect();
    format!("…{kept}")
}
