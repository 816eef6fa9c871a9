//! The whole view: what is watched at the top, every failover with its vantage points, the keys below.

use std::{fmt::Write as _, time::Duration};

use ratatui::{
    Frame,
    layout::{Constraint, Layout},
    style::{Modifier, Style},
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{
    row::{Columns, aged, brief, client, cut, endpoint, left, observed},
    view::{View, Waiting},
};
use crate::{
    model::Side,
    watch::{Change, FailoverState, Phase, State},
};

/// What stands around the state.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around {
    /// The moment of the frame, by the clock of the world that is watched.
    pub(super) now: Duration,
    /// What is waited for.
    pub(super) waiting: Waiting,
}

/// Draws a frame.
pub(super) fn draw(frame: &mut Frame, state: &State, view: &mut View, around: Around) {
    let [top, middle, foot] =
        Layout::vertical([Constraint::Length(1), Constraint::Min(1), Constraint::Length(1)])
            .areas(frame.area());
    frame.render_widget(Paragraph::new(head(state, around, usize::from(top.width))), top);
    let lines: Vec<Line> = state
        .failovers
        .iter()
        .flat_map(|failover| of_failover(failover, usize::from(middle.width), around.now))
        .collect();
    let height = usize::from(middle.height);
    view.within(lines.len(), height);
    let below = lines.len().saturating_sub(view.scroll + height);
    let shown: Vec<Line> = lines.into_iter().skip(view.scroll).take(height).collect();
    frame.render_widget(Paragraph::new(shown), middle);
    frame.render_widget(Paragraph::new(keys(view.scroll, below, usize::from(foot.width))), foot);
}

fn head(state: &State, around: Around, width: usize) -> Line<'static> {
    let (since, waiting) = (brief(state.since_start(around.now)), waiting(around));
    let whole = format!("s3-failover watch  {since}");
    // What the program is called gives way to what is waited for.
    let left = if whole.len() + waiting.len() <= width { whole } else { since };
    let date = state.date(around.now).strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    let room = width.saturating_sub(left.len() + waiting.len());
    let right = if room > date.len() { format!("{date:>room$}") } else { String::new() };
    Line::styled(left + &waiting + &right, Style::new().add_modifier(Modifier::REVERSED))
}

fn waiting(around: Around) -> String {
    let left = around.waiting.until.map(|until| brief(until.saturating_sub(around.now)));
    match (around.waiting.what, left) {
        (Some(what), Some(left)) => format!("  until {what}, {left} left"),
        (Some(what), None) => format!("  until {what}"),
        (None, Some(left)) => format!("  {left} left"),
        (None, None) => String::new(),
    }
}

fn keys(above: usize, below: usize, width: usize) -> Line<'static> {
    let mut text = "q quit".to_owned();
    if above + below > 0 {
        let _ = write!(text, "   ↑↓ PgUp PgDn: {above} above, {below} below");
    }
    let cells = "   cells: P primary  S secondary  0 nothing  ? other  ! no answer";
    // Half of what letters mean says nothing; and without cells there is nothing to say.
    if text.chars().count() + cells.len() <= width {
        text += cells;
    }
    Line::styled(text, Style::new().add_modifier(Modifier::DIM))
}

fn of_failover(failover: &FailoverState, width: usize, now: Duration) -> Vec<Line<'static>> {
    let longest = failover.points.iter().map(|point| point.vantage.to_string().chars().count()).max();
    let columns = Columns::new(width, longest.unwrap_or_default());
    let span = failover.points.iter().map(|point| point.history.span()).max().unwrap_or_default();
    let mut lines = title(failover, width, now);
    lines.push(columns.heading(span));
    lines.extend(failover.points.iter().map(|point| columns.row(point, now)));
    lines.extend(wrapped("too long", failover.points.iter().flat_map(|point| aged(point, now)), width));
    let sides = Side::BOTH.map(|side| endpoint(side, failover.side(side), now));
    lines.extend(wrapped("endpoints", sides.into_iter(), width));
    lines.extend(wrapped("clients", failover.clients.iter().map(client), width));
    let behind = failover.clients.iter().filter_map(|one| Some(left(one, failover.exposed(one, now)?)));
    lines.extend(wrapped("left over", behind, width));
    let change = failover.change.as_ref().map(|change| phases(change, now)).unwrap_or_default();
    lines.extend(wrapped("change", change.into_iter(), width));
    lines.push(Line::default());
    lines
}

/// In one line where there is room, else what is expected stands below.
fn title(failover: &FailoverState, width: usize, now: Duration) -> Vec<Line<'static>> {
    let name = cut(failover.name.as_str(), width.saturating_sub(50).max(20));
    let since = brief(now.saturating_sub(failover.active_since));
    let expected = match (failover.expected, &failover.unread) {
        (Some(side), None) => format!("{side} expected"),
        (Some(side), Some(_)) => format!("{side} expected when last read"),
        (None, _) => String::new(),
    };
    let name = Span::styled(name, Style::new().add_modifier(Modifier::BOLD));
    let about = Span::raw(format!(" for {since}"));
    let mut line = Line::from(vec![name, Span::raw("  "), observed(failover.active), about]);
    if expected.is_empty() {
        return vec![line];
    }
    if line.width() + 2 + expected.len() <= width {
        line.push_span(Span::raw(format!(", {expected}")));
        return vec![line];
    }
    vec![line, Line::from(format!("{:LABEL$}{expected}", ""))]
}

const LABEL: usize = 11;

/// What belongs together behind one word: in one line where there is room, else each on its own.
fn wrapped(
    label: &'static str,
    parts: impl Iterator<Item = Vec<Span<'static>>>,
    width: usize,
) -> Vec<Line<'static>> {
    let mut lines: Vec<Line> = Vec::new();
    for part in parts {
        let part = fit(part, width.saturating_sub(LABEL));
        let needed: usize = part.iter().map(Span::width).sum();
        match lines.last_mut() {
            Some(line) if line.width() + 3 + needed <= width => {
                line.push_span(Span::raw("   "));
                line.extend(part);
            }
            last => {
                let label = if last.is_none() { label } else { "" };
                let mut line = Line::from(Span::raw(format!("{label:<LABEL$}")));
                line.extend(part);
                lines.push(line);
            }
        }
    }
    lines
}

/// What is too long for a line ends in dots.
fn fit(part: Vec<Span<'static>>, width: usize) -> Vec<Span<'static>> {
    let needed: usize = part.iter().map(Span::width).sum();
    if needed <= width {
        return part;
    }
    let mut left = width.saturating_sub(1);
    let mut fitting = Vec::new();
    for span in part {
        let kept: String = span.content.chars().take(left).collect();
        left -= kept.chars().count();
        fitting.push(Span::styled(kept, span.style));
    }
    fitting.push(Span::raw("…"));
    fitting
}

/// How far the change has come, in seconds since it began.
fn phases(change: &Change, now: Duration) -> Vec<Vec<Span<'static>>> {
    let began = brief(now.saturating_sub(change.began));
    let head = vec![Span::raw(format!("to the {}, {began} ago", change.towards))];
    let phases = Phase::ALL.iter().skip(1).map(|phase| {
        let after = change.after(*phase).map(|after| format!("+{:.1} s", after.as_secs_f64()));
        vec![Span::raw(format!("{} {}", phase.words(), after.unwrap_or_else(|| "…".to_owned())))]
    });
    std::iter::once(head).chain(phases).collect()
}
