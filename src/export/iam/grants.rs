//! Which calls does each purpose take of Route 53, and on what? (And elsewhere: `roles`.)
//!
//! | action                           | resource          | for                            |
//! |----------------------------------|-------------------|--------------------------------|
//! | `ListHealthChecks`               | none              | all                            |
//! | `ListHostedZonesByName`          | none              | all but orphans, zones by name |
//! | `GetHostedZone`                  | the zone          | zones by id; verify*, any zone |
//! | `ListHostedZones`                | none              | plan, apply, orphans           |
//! | `ListResourceRecordSets`         | every zone        | plan, apply, orphans           |
//! | `ListResourceRecordSets`         | the zone          | verify, drill                  |
//! | `ListTagsForResources`           | any health check  | all                            |
//! | `GetHealthCheckStatus`           | any health check  | apply, verify, drill           |
//! | `CreateHealthCheck`              | none              | apply                          |
//! | `ChangeTagsForResource`          | any health check  | apply, drill                   |
//! | `UpdateHealthCheck`              | any health check  | apply, drill                   |
//! | `DeleteHealthCheck`              | any health check  | apply, orphans                 |
//! | `ChangeResourceRecordSets`       | the zone, by name | apply; orphans: every zone     |
//! | `GetChange`                      | any change        | apply, orphans                 |
//! | `cloudwatch:DescribeAlarms`      | the alarm         | apply, verify*: sides by alarm |
//! | `cloudwatch:DescribeAlarms`      | any alarm         | verify*: checks of others      |
//! | `cloudwatch:GetMetricData`       | none              | verify*: verdicts on checks    |
//! | `TestDNSAnswer`                  | none              | verify*                        |
//! | `sts:AssumeRole`                 | the role          | all, where the spec names one  |
//! | `s3:ListBucket`                  | the bucket        | verify*: whose is it?          |
//! | `s3:GetObject`                   | the health object | verify*, of a private side     |
//! | `s3:GetObject`                   | secondary's data  | switch: which are replicas?    |
//! | `s3:PutObject`, `DeleteObject`   | switch, lag       | switch                         |
//! | `s3:GetBucketPolicyStatus`, …    | secondary         | switch: why is it not seen?    |
//! | `s3:GetBucketPublicAccessBlock`, | the primary's     | drill                          |
//! | `s3:PutBucketPublicAccessBlock`  | sentinel bucket   |                                |
//! | `s3:{Get,Put,Delete}BucketPolicy`| the same          | drill                          |
//! | `s3:{Get,Put,Delete}Object`      | notice and switch | drill                          |
//! | `s3:{Get,Delete}Object`          | notice's copy     | drill: replicated to primary   |
//! | `s3:{Get,Put,Delete}Object`,     | heartbeats, both  | drill                          |
//! | `s3:DeleteObjectVersion`         | sides             |                                |
//! | `s3:ListBucketVersions`          | both buckets      | drill: all of a heartbeat      |
//! | `s3:ListBucket`                  | their buckets     | drill: is it there?            |
//!
//! Apply is destroy, too; drill is recover, and (*) asks first all that verify asks. Every zone is read when a plan
//! deletes a health check, on which a record anywhere in the account may depend: Route 53 would not refuse (API reference, `DeleteHealthCheck`). A zone that only another
//! state of the spec names is asked for by its id, for `--remove`. Where a side is public, S3 is asked as a
//! stranger, who needs no permission.

use std::collections::BTreeSet;

use super::{
    Deeds, Partition,
    names::Names,
    pack::Batch,
    roles::literal,
    statement::{Records, Statement},
    zones::{Needs, ZoneUse},
};
use crate::model::{FENCE_LABEL, RecordType, Region};

/// The statements, and those about batches of records, of which each zone needs one in one piece.
pub(super) fn of(
    deeds: Deeds,
    zones: &Needs,
    partition: Partition,
    adopted: &[RecordType],
) -> (Vec<Statement>, Vec<Batch>) {
    let mut statements = vec![account_wide(deeds, zones)];
    statements.extend(reading(deeds, zones, partition));
    statements.push(of_checks(deeds, zones, partition));
    statements.extend(of_alarms(deeds, zones, partition));
    let mut batches = Vec::new();
    if deeds.changes || deeds.tidies {
        statements.push(Statement::new("Changes", ["route53:GetChange"], [partition.route53("change/*")]));
    }
    if deeds.changes {
        let changing = zones.zones.iter().enumerate();
        batches.extend(changing.map(|(place, zone)| changing_records(place, zone, partition, adopted)));
    }
    if deeds.tidies {
        batches.push(fence(partition));
    }
    (statements, batches)
}

/// Calls that are about no one thing: "you must specify all resources" (Service Authorization Reference).
fn account_wide(deeds: Deeds, zones: &Needs) -> Statement {
    let by_name = zones.zones.iter().any(|zone| zone.name.is_some());
    let calls = [
        (true, "route53:ListHealthChecks"),
        (deeds.looks && by_name, "route53:ListHostedZonesByName"),
        (deeds.looks_everywhere, "route53:ListHostedZones"),
        (deeds.changes, "route53:CreateHealthCheck"),
        (deeds.reads_data, "route53:TestDNSAnswer"),
        (deeds.reads_data, "cloudwatch:GetMetricData"),
    ];
    Statement::new("Account", made(calls), ["*".to_owned()])
}

fn of_checks(deeds: Deeds, zones: &Needs, partition: Partition) -> Statement {
    // One that follows an alarm, or is made of others, has no checkers; but those that others made are not known.
    let checkers = zones.has_checkers || (zones.counts_others && deeds.reads_data);
    let calls = [
        (true, "route53:ListTagsForResources"),
        (deeds.asks_checkers && checkers, "route53:GetHealthCheckStatus"),
        (deeds.changes || deeds.breaks, "route53:ChangeTagsForResource"),
        (deeds.changes || deeds.breaks, "route53:UpdateHealthCheck"),
        (deeds.changes || deeds.tidies, "route53:DeleteHealthCheck"),
    ];
    // They have no ids before they exist, and those of a replaced one are others.
    Statement::new("HealthChecks", made(calls), [partition.route53("healthcheck/*")])
}

/// The account is that of the health checks; whichever that is, when no role tells.
fn of_alarms(deeds: Deeds, zones: &Needs, partition: Partition) -> Vec<Statement> {
    // A check that somebody else made may follow any.
    let any = zones.counts_others && deeds.reads_data;
    if !any && (zones.alarms.is_empty() || !(deeds.changes || deeds.reads_data)) {
        return Vec::new();
    }
    let account = zones.account.as_deref().unwrap_or("*");
    let arn = |(region, name): &(Region, String)| {
        format!("arn:{partition}:cloudwatch:{region}:{account}:alarm:{}", literal(name))
    };
    let alarms: Vec<String> = if any {
        vec![format!("arn:{partition}:cloudwatch:*:{account}:alarm:*")]
    } else {
        zones.alarms.iter().map(arn).collect()
    };
    vec![Statement::new("Alarms", ["cloudwatch:DescribeAlarms"], alarms)]
}

fn made<const N: usize>(calls: [(bool, &'static str); N]) -> impl Iterator<Item = &'static str> {
    calls.into_iter().filter(|(made, _)| *made).map(|(_, action)| action)
}

fn reading(deeds: Deeds, zones: &Needs, partition: Partition) -> Vec<Statement> {
    let by_id: BTreeSet<String> = zones
        .zones
        .iter()
        .filter(|zone| deeds.looks && (zone.by_id || deeds.reads_data))
        .map(|zone| arn(zone, partition))
        .collect();
    let any = partition.route53("hostedzone/*");
    let mut read: BTreeSet<String> = zones.zones.iter().map(|zone| arn(zone, partition)).collect();
    if deeds.looks_everywhere || read.contains(&any) {
        read = BTreeSet::from([any]);
    }
    let (list, get) = ("route53:ListResourceRecordSets", "route53:GetHostedZone");
    if read == by_id {
        return vec![Statement::new("Zones", [get, list], read)];
    }
    let mut statements = vec![Statement::new("Records", [list], read)];
    if !by_id.is_empty() {
        statements.push(Statement::new("Zones", [get], by_id));
    }
    statements
}

/// What may be changed in one zone: exactly the records that apply writes, and in case that these are too
/// many to name, more and more coarsely.
fn changing_records(place: usize, zone: &ZoneUse, partition: Partition, adopted: &[RecordType]) -> Batch {
    let types: BTreeSet<RecordType> = zone.types.iter().chain(adopted).copied().collect();
    let (sid, told) = match (&zone.id, &zone.name) {
        (Some(id), _) => (id.as_str().replace('-', ""), id.to_string()),
        (None, name) => (place.to_string(), name.as_ref().map_or_else(String::new, ToString::to_string)),
    };
    let statement = |names: Names| {
        let records = Records { names, types: types.clone() };
        changing(format!("ChangeRecords{sid}"), arn(zone, partition), records)
    };
    let ways = [
        Names::exact(&zone.names),
        Names::below(&zone.roots),
        Names::beside(&zone.roots, zone.name.as_ref()),
    ];
    let ways = ways.map(|names| (names.reach, statement(names)));
    Batch { zone: told, names: zone.names.len(), ways: ways.into() }
}

/// `destroy --orphans` waits for earlier changes of each zone by a record that it puts there and takes away.
fn fence(partition: Partition) -> Batch {
    let names = Names::labelled(FENCE_LABEL);
    let (reach, types) = (names.reach, BTreeSet::from([RecordType::Txt]));
    let any = partition.route53("hostedzone/*");
    let statement = changing("Fence".to_owned(), any, Records { names, types });
    Batch { zone: "every zone".to_owned(), names: 1, ways: vec![(reach, statement)] }
}

fn changing(sid: String, zone: String, records: Records) -> Statement {
    Statement::new(sid, ["route53:ChangeResourceRecordSets"], [zone]).with(records)
}

fn arn(zone: &ZoneUse, partition: Partition) -> String {
    match &zone.id {
        Some(id) => partition.route53(&format!("hostedzone/{id}")),
        None => partition.route53("hostedzone/*"),
    }
}
