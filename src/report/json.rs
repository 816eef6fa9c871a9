//! The JSON documents that scripts read. Keys may be added, never renamed.

use serde::Serialize;

use crate::{
    apply::Applied,
    model::{Fqdn, Side},
    plan::{Change, Note, Plan, Summary},
    probe::{Active, Verdict},
    timeline::seconds,
};

/// A document as text, ending with a newline.
pub fn render(document: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(document)
        .expect("documents are plain values with text keys, which JSON can always hold");
    text + "\n"
}

/// A document in one line, for files with one document a line.
pub fn line(document: &impl Serialize) -> String {
    let text = serde_json::to_string(document)
        .expect("documents are plain values with text keys, which JSON can always hold");
    text + "\n"
}

/// Which command carried a plan out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the commands")]
pub enum Carried {
    Apply,
    Destroy,
}

/// How many API calls something takes or took.
#[derive(Debug, Serialize)]
pub struct ApiCalls {
    /// The least that the plan takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planned: Option<u64>,
    /// The least time, in seconds, in which Route 53's throttling lets them through (modelled).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least_seconds: Option<f64>,
    /// What was really sent, retries and the reading of the account included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made: Option<u64>,
}

impl ApiCalls {
    fn of(plan: &Plan, made: Option<u64>) -> Self {
        let calls = plan.calls();
        Self { planned: Some(calls.total()), least_seconds: Some(seconds(calls.least_time())), made }
    }
}

/// `s3-failover/plan/v1`, and with what was done `s3-failover/apply/v1`.
#[derive(Debug, Serialize)]
pub struct PlanDocument<'a> {
    schema: &'static str,
    digest: String,
    changes: &'a [Change],
    summary: Summary,
    #[serde(skip_serializing_if = "<[Note]>::is_empty")]
    notes: &'a [Note],
    #[serde(skip_serializing_if = "Option::is_none")]
    applied: Option<&'a [Applied]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    insync: Option<bool>,
    api_calls: ApiCalls,
}

impl<'a> PlanDocument<'a> {
    /// A plan.
    pub fn plan(plan: &'a Plan) -> Self {
        Self {
            schema: "s3-failover/plan/v1",
            digest: plan.digest(),
            changes: &plan.changes,
            summary: plan.summary(),
            notes: &plan.notes,
            applied: None,
            insync: None,
            api_calls: ApiCalls::of(plan, None),
        }
    }

    /// A plan that was carried out, by the command whose document it is. `insync` is that of the batches
    /// that were sent, each of which was waited for; it is left out when none was.
    pub fn applied(command: Carried, plan: &'a Plan, applied: &'a [Applied], calls_made: u64) -> Self {
        let batches = applied.iter().filter(|done| matches!(done, Applied::RecordsChanged { .. })).count();
        Self {
            schema: match command {
                Carried::Apply => "s3-failover/apply/v1",
                Carried::Destroy => "s3-failover/destroy/v1",
            },
            applied: Some(applied),
            insync: (batches > 0).then_some(true),
            api_calls: ApiCalls::of(plan, Some(calls_made)),
            ..Self::plan(plan)
        }
    }
}

/// `s3-failover/verify/v1`.
#[derive(Debug, Serialize)]
pub struct VerifyDocument<'a> {
    schema: &'static str,
    ok: bool,
    failovers: &'a [Verdict],
}

impl<'a> VerifyDocument<'a> {
    /// What verify says of each failover.
    pub fn new(failovers: &'a [Verdict]) -> Self {
        Self { schema: "s3-failover/verify/v1", ok: failovers.iter().all(|verdict| verdict.ok), failovers }
    }
}

/// `s3-failover/resolve/v1`.
#[derive(Debug, Serialize)]
pub struct ResolveDocument<'a> {
    schema: &'static str,
    name: &'a Fqdn,
    role: Side,
    bucket: &'a str,
    region: &'a str,
    endpoint: &'a Fqdn,
    ttl: Option<u32>,
}

impl<'a> ResolveDocument<'a> {
    /// Where the active side of `name` is.
    pub fn new(name: &'a Fqdn, active: &'a Active) -> Self {
        Self {
            schema: "s3-failover/resolve/v1",
            name,
            role: active.side,
            bucket: active.bucket.as_str(),
            region: active.region.as_str(),
            endpoint: &active.endpoint,
            ttl: active.ttl.map(crate::model::Ttl::seconds),
        }
    }
}
