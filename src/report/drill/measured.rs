//! From figures to the document: rounded, named, and counted from the fault.

use std::{collections::BTreeMap, time::Duration};

use super::{DataLossFigures, DrillDocument, RequestCounts, TimelineEntry};
use crate::{
    drill::Way,
    timeline::{DrillFigures, Phase, Phases, seconds},
};

impl DrillDocument {
    /// The document of a drill of DNS failover whose figures were measured.
    pub fn measured(figures: &DrillFigures) -> Self {
        let timeline = figures.events.iter().map(|event| TimelineEntry {
            at: seconds(event.at.saturating_sub(figures.began)),
            event: match event.way {
                Way::There => format!("failover.{}", event.milestone),
                Way::Back => format!("failback.{}", event.milestone),
            },
            source: event.source.clone(),
            detail: event.detail.clone(),
        });
        let total = |phases: &Phases| phases.total.map(seconds);
        Self {
            schema: "s3-failover/drill/v1".to_owned(),
            name: figures.name.to_string(),
            strategy: "dns".to_owned(),
            fault: figures.fault.clone(),
            basis: "measured".to_owned(),
            timeline: timeline.collect(),
            phases: each(&figures.failover, |phase| phase.took),
            floors: each(&figures.failover, |phase| phase.floor),
            failback_phases: each(&figures.failback, |phase| phase.took),
            failback_floors: each(&figures.failback, |phase| phase.floor),
            authoritative_seconds: figures.failover.published.map(seconds),
            recovery_seconds: total(&figures.failover),
            failback_seconds: total(&figures.failback),
            requests: RequestCounts { total: figures.requests.total, failed: figures.requests.failed },
            data_loss: DataLossFigures::of(&figures.data_loss),
            restored: figures.restored,
            target_seconds: None,
            ok: figures.restored && figures.failover.total.is_some() && figures.failback.total.is_some(),
            ..Self::default()
        }
    }
}

fn each(phases: &Phases, of: impl Fn(&Phase) -> Option<Duration>) -> BTreeMap<String, Option<f64>> {
    let named = [
        ("detect", &phases.detect),
        ("publish", &phases.publish),
        ("cache", &phases.cache),
        ("client", &phases.client),
    ];
    named.into_iter().map(|(name, phase)| (name.to_owned(), of(phase).map(seconds))).collect()
}
