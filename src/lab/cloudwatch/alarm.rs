//! In which state is an alarm? A pure function of its settings, its state before, and the figures of the
//! newest periods.
//!
//! CloudWatch User Guide, `alarms-and-missing-data`, in our words; `N` is `EvaluationPeriods` and `M` is
//! `DatapointsToAlarm`, by default `N`:
//!
//! 1. Somewhat more than `N` periods are looked at (two more: modelled, AWS gives no number), and of the
//!    figures that are there the newest `N` count. If there are `N` of them, `M` that breach make an ALARM,
//!    and fewer make it OK; what is missing does not matter.
//! 2. If there are fewer, `TreatMissingData` fills the gaps with figures that breach, or that do not.
//! 3. `ignore` leaves the state as it is, unless a figure is there that does not breach: then it is OK.
//! 4. `missing`, the default: without any figure it is `INSUFFICIENT_DATA`. It is an ALARM when all
//!    figures breach and the oldest of them is `M` periods old or more (AWS calls it premature). It is OK
//!    when one does not breach. Otherwise it stays.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::metric::Metric;

/// Periods that are looked at beyond `N` (modelled).
pub(super) const BEYOND: i64 = 2;

macro_rules! names {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $text:literal),+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub(super) enum $name { $($variant),+ }

        impl $name {
            /// As it stands in the API.
            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The one of this name.
            pub(super) fn named(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

names! {
    /// `StateValue` of the model.
    State { Ok "OK", Alarm "ALARM", InsufficientData "INSUFFICIENT_DATA" }
}

names! {
    /// `ComparisonOperator` of the model, without those for bands.
    Comparison {
        GreaterOrEqual "GreaterThanOrEqualToThreshold",
        Greater "GreaterThanThreshold",
        Less "LessThanThreshold",
        LessOrEqual "LessThanOrEqualToThreshold"
    }
}

names! {
    /// `TreatMissingData` of the model.
    Treatment { Breaching "breaching", NotBreaching "notBreaching", Ignore "ignore", Missing "missing" }
}

/// What the caller set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Settings {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) actions_enabled: bool,
    /// For OK, ALARM and `INSUFFICIENT_DATA`. They are kept and told, and nothing is sent to them.
    pub(super) actions: [Vec<String>; 3],
    pub(super) metric: Metric,
    pub(super) unit: Option<String>,
    /// A `Statistic`, or an `ExtendedStatistic`.
    pub(super) statistic: String,
    pub(super) period: i64,
    pub(super) evaluation_periods: i64,
    pub(super) datapoints_to_alarm: Option<i64>,
    pub(super) threshold: f64,
    pub(super) comparison: Comparison,
    pub(super) treat_missing_data: Option<Treatment>,
}

/// An alarm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Alarm {
    pub(super) settings: Settings,
    pub(super) state: State,
    pub(super) reason: String,
    /// When it was set last.
    pub(super) configured: Timestamp,
    /// When its state changed last.
    pub(super) turned: Timestamp,
}

impl Settings {
    /// The state, from the figures of the newest periods, the newest first.
    pub(super) fn judge(&self, before: State, figures: &[Option<f64>]) -> State {
        let n = usize::try_from(self.evaluation_periods).unwrap_or(1).max(1);
        let m = self.datapoints_to_alarm.and_then(|m| usize::try_from(m).ok()).unwrap_or(n);
        let there: Vec<f64> = figures.iter().copied().flatten().take(n).collect();
        let breaching = there.iter().filter(|figure| self.breaches(**figure)).count();
        let enough = |breaching: usize| if breaching >= m { State::Alarm } else { State::Ok };
        if there.len() == n || breaching >= m {
            return enough(breaching);
        }
        let all_breach = breaching == there.len();
        match self.treat_missing_data.unwrap_or(Treatment::Missing) {
            Treatment::Breaching => enough(breaching + n - there.len()),
            Treatment::NotBreaching => enough(breaching),
            Treatment::Ignore if all_breach => before,
            Treatment::Missing if there.is_empty() => State::InsufficientData,
            Treatment::Missing if all_breach => {
                let oldest = figures.iter().rposition(Option::is_some).unwrap_or(0);
                if oldest + 1 >= m { State::Alarm } else { before }
            }
            Treatment::Ignore | Treatment::Missing => State::Ok,
        }
    }

    fn breaches(&self, figure: f64) -> bool {
        match self.comparison {
            Comparison::GreaterOrEqual => figure >= self.threshold,
            Comparison::Greater => figure > self.threshold,
            Comparison::Less => figure < self.threshold,
            Comparison::LessOrEqual => figure <= self.threshold,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Figures as AWS's table writes them, the oldest first: `0` does not breach, `X` does, `-` is missing.
    fn judged(pattern: &str, (m, n): (i64, i64), treat: Option<Treatment>) -> &'static str {
        let settings = Settings {
            name: "a".to_owned(),
            description: None,
            actions_enabled: true,
            actions: [const { Vec::new() }; 3],
            metric: Metric::new("n", "m", &[]),
            unit: None,
            statistic: "Maximum".to_owned(),
            period: 60,
            evaluation_periods: n,
            datapoints_to_alarm: Some(m),
            threshold: 1.0,
            comparison: Comparison::GreaterOrEqual,
            treat_missing_data: treat,
        };
        let figure = |mark| match mark {
            'X' => Some(1.0),
            '0' => Some(0.0),
            _ => None,
        };
        let figures: Vec<Option<f64>> = pattern.chars().rev().map(figure).collect();
        match settings.judge(State::InsufficientData, &figures) {
            State::InsufficientData if treat == Some(Treatment::Ignore) => "stays",
            state => state.name(),
        }
    }

    /// CloudWatch User Guide, `alarms-and-missing-data`, the table for three of three periods: missing,
    /// ignore, breaching, not breaching.
    #[test]
    fn missing_data_is_treated_as_in_awss_table() {
        for (pattern, expected) in [
            ("0-X-X", ["OK", "OK", "OK", "OK"]),
            ("0----", ["OK", "OK", "OK", "OK"]),
            ("-----", ["INSUFFICIENT_DATA", "stays", "ALARM", "OK"]),
            ("0XX-X", ["ALARM", "ALARM", "ALARM", "ALARM"]),
            ("--X--", ["ALARM", "stays", "ALARM", "OK"]),
        ] {
            let ways = [Treatment::Missing, Treatment::Ignore, Treatment::Breaching, Treatment::NotBreaching];
            assert_eq!(ways.map(|way| judged(pattern, (3, 3), Some(way))), expected, "{pattern}");
        }
    }

    #[test]
    fn m_of_n_need_not_follow_each_other() {
        assert_eq!(judged("00X0X", (2, 3), None), "ALARM");
        assert_eq!(judged("XX000", (2, 3), None), "OK");
        assert_eq!(judged("0000X", (1, 1), None), "ALARM");
        assert_eq!(judged("X0000", (1, 1), None), "OK");
    }
}
