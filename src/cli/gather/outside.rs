//! What is seen of a failover from outside, against which the verdicts of its checks are held, and which stands
//! in for them where they cannot be read.

use crate::{
    model::Side,
    probe::{Basis, Evidence, Expectation, SideData, SideHealth, choose},
};

/// What is seen of a failover from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::cli) struct Outside {
    /// The sides that name servers answer.
    pub(in crate::cli) answered: Vec<Side>,
    /// Whether each side's endpoint serves; nothing where it was not asked.
    pub(in crate::cli) serves: [Option<bool>; 2],
}

impl Outside {
    /// What the whole evidence shows.
    pub(super) fn of(evidence: &Evidence) -> Self {
        let answers = evidence.servers.iter().filter_map(|server| server.result.as_ref().ok());
        let answered = answers.filter_map(|answer| answer.answered.side()).collect();
        let [primary, secondary] = &evidence.data;
        Self { answered, serves: [Some(serves(primary)), Some(serves(secondary))] }
    }

    /// Whether that is not what the verdicts make expected.
    pub(super) fn contradicts(&self, expectation: Expectation) -> bool {
        let other_side = self.answered.iter().any(|side| !expectation.sides().contains(side));
        let other_health = expectation.health.iter().zip(self.serves).any(|(health, serves)| match health {
            SideHealth::Healthy => serves == Some(false),
            SideHealth::Unhealthy => serves == Some(true),
            SideHealth::Unchecked | SideHealth::Gone | SideHealth::Unknown => false,
        });
        other_side || other_health
    }
}

pub(super) fn serves(data: &SideData) -> bool {
    matches!(data, Ok(fetched) if fetched.is_success())
}

/// Where nothing better could be read, our own request to the side stands in for it. What is known stays, whatever
/// the endpoint answers: that a check is gone, or what an alarm says.
pub(super) fn or_own_probe(expectation: Expectation, outside: &Outside) -> Expectation {
    if !expectation.health.contains(&SideHealth::Unknown) {
        return expectation;
    }
    let mut health = expectation.health;
    for (known, serves) in health.iter_mut().zip(outside.serves) {
        if *known == SideHealth::Unknown {
            *known = if serves == Some(true) { SideHealth::Healthy } else { SideHealth::Unhealthy };
        }
    }
    Expectation { side: choose(health[0], health[1]), health, basis: Basis::OwnProbe }
}
