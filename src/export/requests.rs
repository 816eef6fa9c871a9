//! The spec as requests: what apply would send, for whoever sends it by other means.
//!
//! Each request is an object of its own with the shape that `aws SERVICE COMMAND --cli-input-json` takes, which is
//! also that of boto3. They stand in the order in which they work. What only an answer tells, such as the id of a
//! health check, is a placeholder in later requests; the request that brings it says how it is found in the answer.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    bucket_requests::bucket_requests,
    buckets::{RoleView, TwoPlaces, buckets},
    operand::Operand,
    request::{Gives, Request, placeholder},
    settings,
    stack::{CheckView, FailoverView, RecordView, Stack, ZoneView, role_of},
};
use crate::spec::Spec;

const HOW: &str = "Send the requests one after the other: `aws SERVICE COMMAND --cli-input-json INPUT`, in the \
    region and with the role that a request names. Where a request has `gives`, the text at `query` (less all up to \
    its last slash, where it is an id of Route 53) takes the place of `placeholder` in every request after it.";

/// All requests.
#[derive(Serialize)]
struct Document {
    schema: &'static str,
    how: &'static str,
    requests: Vec<Request>,
}

/// The requests that create what apply would create for `spec`, and the buckets before that if wanted.
pub fn requests(spec: &Spec, spec_name: &str, with_buckets: bool) -> Result<String, TwoPlaces> {
    let stack = Stack::of(spec, spec_name);
    let mut requests = Vec::new();
    if with_buckets {
        let (places, buckets) = buckets(spec)?;
        requests.extend(bucket_requests(&places, &buckets));
    }
    let dns = Dns { stack: &stack, role: role_of(spec) };
    requests.extend(stack.zones.iter().filter_map(|zone| dns.find_zone(zone)));
    for failover in &stack.failovers {
        requests.extend(failover.checks.iter().flat_map(|check| dns.create_check(check)));
        requests.push(dns.create_records(failover));
    }
    let document = Document { schema: "s3-failover/export/v1", how: HOW, requests };
    let text = serde_json::to_string_pretty(&document).expect("plain values with text keys are JSON");
    Ok(text + "\n")
}

struct Dns<'a> {
    stack: &'a Stack,
    role: Option<RoleView>,
}

impl Dns<'_> {
    fn request(&self, command: &'static str, input: Value, gives: Option<Gives>) -> Request {
        Request { service: "route53", command, region: None, role: self.role.clone(), input, gives }
    }

    fn find_zone(&self, zone: &ZoneView) -> Option<Request> {
        let name = format!("{}.", zone.name.as_ref()?);
        let query = format!("HostedZones[?Name=='{name}' && !(Config.PrivateZone)].Id | [0]");
        let gives = Gives { placeholder: placeholder("zone", &zone.key), query };
        Some(self.request("list-hosted-zones-by-name", json!({ "DNSName": name }), Some(gives)))
    }

    fn create_check(&self, check: &CheckView) -> [Request; 2] {
        let id = placeholder("check", &check.key);
        let mut config = Map::new();
        for setting in &check.settings {
            let Some(key) = setting.api else { continue };
            let value = match &setting.value {
                settings::Value::Number(number) => json!(number),
                settings::Value::Flag(flag) => json!(flag),
                settings::Value::Alarm(alarm) => json!(alarm),
                settings::Value::One(one) => json!(self.text(one)),
                settings::Value::Many(many) => many.iter().map(|one| self.text(one)).collect(),
            };
            config.insert(key.to_owned(), value);
        }
        let create = json!({ "CallerReference": check.reference, "HealthCheckConfig": config });
        let tags: Vec<Value> =
            check.tags.iter().map(|tag| json!({ "Key": tag.key, "Value": self.text(&tag.value) })).collect();
        let tag = json!({ "ResourceType": "healthcheck", "ResourceId": id, "AddTags": tags });
        let gives = Gives { placeholder: id, query: "HealthCheck.Id".to_owned() };
        [
            self.request("create-health-check", create, Some(gives)),
            self.request("change-tags-for-resource", tag, None),
        ]
    }

    /// All records of a failover in one atomic batch.
    fn create_records(&self, failover: &FailoverView) -> Request {
        let create = |record| json!({ "Action": "CREATE", "ResourceRecordSet": self.record_set(record) });
        let changes: Vec<Value> = failover.records.iter().map(create).collect();
        let zone = self.text(&Operand::Zone(failover.zone.clone()));
        let batch = json!({ "HostedZoneId": zone, "ChangeBatch": { "Changes": changes } });
        self.request("change-resource-record-sets", batch, None)
    }

    fn record_set(&self, record: &RecordView) -> Value {
        let mut set = json!({ "Name": format!("{}.", record.name), "Type": record.record_type });
        let mut put = |key: &str, value: Value| set[key] = value;
        if let (Some(side), Some(identifier)) = (record.failover, &record.set_identifier) {
            put("Failover", json!(side));
            put("SetIdentifier", json!(identifier));
        }
        if let Some(check) = &record.check {
            put("HealthCheckId", json!(self.text(check)));
        }
        if let Some(ttl) = record.ttl {
            put("TTL", json!(ttl));
            put("ResourceRecords", record.values.iter().map(|value| json!({ "Value": value })).collect());
        }
        if let Some(alias) = &record.alias {
            let target = json!({
                "HostedZoneId": self.text(&alias.zone),
                "DNSName": self.text(&alias.target),
                "EvaluateTargetHealth": alias.evaluate_target_health,
            });
            put("AliasTarget", target);
        }
        set
    }

    fn text(&self, operand: &Operand) -> String {
        match operand {
            Operand::Text(text) => text.clone(),
            Operand::Check(name) => placeholder("check", name),
            Operand::Role(name) => placeholder("role", name),
            Operand::Zone(name) => {
                let zone = self.stack.zones.iter().find(|zone| zone.key == *name);
                let id = zone.and_then(|zone| zone.id.clone());
                id.unwrap_or_else(|| placeholder("zone", name))
            }
            Operand::Record(name) => {
                let mut records = self.stack.failovers.iter().flat_map(|failover| &failover.records);
                let record = records.find(|record| record.key == *name);
                format!("{}.", record.expect("an alias leads to a record of its own failover").name)
            }
        }
    }
}
