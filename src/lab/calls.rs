//! What was the lab asked for, by whom, and what about?
//!
//! Every request to an API of the lab leaves a line here, refused ones too, as `CloudTrail` would have it: so a
//! program's calls can be counted, and what it has to be permitted can be read off. Requests that nobody
//! signed (those of checkers, of browsers, of pointer clients) are not calls of an account and leave none.
//! The newest are kept; the counts forget nothing until they are told to.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::http::HeaderMap;
use serde::Serialize;

use super::principals::Keyring;

/// Calls that are kept (our choice); a hundred failovers are set up with less than a thousand.
const KEPT: usize = 10_000;

/// One request to an API.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Call {
    /// Counts the calls, from 1.
    pub number: u64,
    /// When it was answered, in seconds of the lab since its start.
    pub at_seconds: f64,
    /// The service, as IAM's action names begin: `route53`, `s3`, `cloudwatch`, `sts`.
    pub service: String,
    /// The operation, as the service's API reference names it; empty when the lab knows none.
    pub operation: String,
    /// What it was about: the end of an ARN, such as `hostedzone/ID`, `healthcheck/ID` or `BUCKET/KEY`; the whole of
    /// it for alarms and roles, which are of a region or of an account.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// The record sets that it wanted to change, as they were written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<RecordChange>,
    /// The access key that it says to be signed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_key: Option<String>,
    /// Whose key that is: the ARN of a user, or of a session of a role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// The status of the answer; nothing where S3 let the request in and answers later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

/// One change of a `ChangeResourceRecordSets`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordChange {
    /// `CREATE`, `DELETE` or `UPSERT`.
    pub action: String,
    /// The record's name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub record_type: String,
}

/// How often an operation was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CallCount {
    /// All calls of it.
    pub calls: u64,
    /// Those that were refused, throttled ones included.
    pub refused: u64,
}

/// What is known of a call before it is written down.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) service: &'static str,
    pub(crate) operation: String,
    pub(crate) resources: Vec<String>,
    pub(crate) changes: Vec<RecordChange>,
    pub(crate) access_key: Option<String>,
}

/// The log; each part of the lab has a handle of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallLog {
    log: Arc<Mutex<Log>>,
    /// Tells whose a key is.
    keys: Option<Arc<Keyring>>,
}

#[derive(Debug, Default)]
struct Log {
    calls: VecDeque<Call>,
    total: u64,
    /// By `service:Operation`.
    counts: BTreeMap<String, CallCount>,
}

impl CallLog {
    /// An empty log, which knows whose keys these are.
    pub(crate) fn of(keys: Arc<Keyring>) -> Self {
        Self { log: Arc::default(), keys: Some(keys) }
    }

    /// Writes a call down, which was answered at `at` with `status`; under this number.
    pub(crate) fn note(&self, at: Duration, asked: Asked, status: Option<u16>) -> u64 {
        let Asked { service, operation, resources, changes, access_key } = asked;
        let key = access_key.as_deref().and_then(|id| self.keys.as_ref()?.key(id));
        let principal = key.map(|key| key.principal.arn.clone());
        let mut log = self.lock();
        log.total += 1;
        let count = log.counts.entry(format!("{service}:{operation}")).or_default();
        count.calls += 1;
        count.refused += u64::from(status.is_some_and(|status| status >= 400));
        if log.calls.len() == KEPT {
            log.calls.pop_front();
        }
        let call = Call {
            number: log.total,
            at_seconds: at.as_secs_f64(),
            service: service.to_owned(),
            operation,
            resources,
            changes,
            access_key,
            principal,
            status,
        };
        log.calls.push_back(call);
        log.total
    }

    /// What a call was about, beside what is known of it: its body tells later.
    pub(crate) fn add_resources(&self, number: u64, resources: impl Iterator<Item = String>) {
        if let Some(call) = self.lock().calls.iter_mut().find(|call| call.number == number) {
            call.resources.extend(resources);
        }
    }

    /// The calls that are kept, the oldest first.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.lock().calls.iter().cloned().collect()
    }

    /// How often each operation was asked for, by `service:Operation`.
    pub(crate) fn counts(&self) -> BTreeMap<String, CallCount> {
        self.lock().counts.clone()
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        *self.lock() = Log::default();
    }

    fn lock(&self) -> MutexGuard<'_, Log> {
        // A panic elsewhere leaves at worst one call uncounted.
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The access key that an `Authorization` header names, whoever wrote it.
pub(crate) fn access_key(headers: &HeaderMap) -> Option<String> {
    let text = headers.get("authorization")?.to_str().ok()?;
    let (_, credential) = text.split_once("Credential=")?;
    let (key, _) = credential.split_once('/')?;
    Some(key.to_owned())
}

/// The name of a variant that is named like the operation of the model that it stands for.
pub(crate) fn operation_name(operation: &impl std::fmt::Debug) -> String {
    let shown = format!("{operation:?}");
    shown.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(operation: &str) -> Asked {
        Asked { service: "route53", operation: operation.to_owned(), ..Asked::default() }
    }

    #[test]
    fn the_newest_calls_are_kept_and_all_are_counted() {
        let log = CallLog::default();
        for _ in 0..KEPT {
            log.note(Duration::ZERO, asked("GetChange"), Some(200));
        }
        log.note(Duration::from_secs(1), asked("CreateHealthCheck"), Some(400));
        let calls = log.calls();
        assert_eq!(calls.len(), KEPT);
        assert_eq!((calls[0].number, calls[KEPT - 1].number), (2, KEPT as u64 + 1));
        let counts = log.counts();
        assert_eq!(counts["route53:GetChange"], CallCount { calls: KEPT as u64, refused: 0 });
        assert_eq!(counts["route53:CreateHealthCheck"], CallCount { calls: 1, refused: 1 });
        log.clear();
        assert_eq!((log.calls(), log.counts()), (Vec::new(), BTreeMap::new()));
    }

    #[test]
    fn the_access_key_is_read_from_the_credential() {
        let mut headers = HeaderMap::new();
        assert_eq!(access_key(&headers), None);
        let value = "AWS4-HMAC-SHA256 Credential=LAB/20260101/us-east-1/route53/aws4_request, Signature=0";
        headers.insert("authorization", value.parse().expect("a header"));
        assert_eq!(access_key(&headers), Some("LAB".to_owned()));
    }

    #[test]
    fn an_operation_is_named_by_its_variant() {
        #[derive(Debug)]
        #[expect(dead_code, reason = "what they hold is not looked at")]
        enum Operation {
            ListHealthChecks,
            GetHealthCheck(u8),
            GetRoutes { arn: u8 },
        }
        let all =
            [Operation::ListHealthChecks, Operation::GetHealthCheck(1), Operation::GetRoutes { arn: 1 }];
        assert_eq!(all.map(|one| operation_name(&one)), ["ListHealthChecks", "GetHealthCheck", "GetRoutes"]);
    }
}
