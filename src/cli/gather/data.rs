//! The evidence of what lies behind a name beside its bytes: whose the buckets are, and whether each record and
//! its checks mean the same endpoint.

use std::collections::BTreeSet;

use futures_util::future::join_all;

use crate::{
    account::{BucketOwner, Buckets, OwnedChecks, Snapshot, ZoneRecords},
    causes::in_one_line,
    cli::{roles, world::World},
    model::{BucketName, CheckConfig, Fqdn, HealthCheckId, Region, Side},
    probe::{Behind, Bucket, Guard, Owner, Part, SideData},
    spec::{Failover, WEBSITES},
};

/// How many records are followed from one to the next.
const LONGEST_CHAIN: usize = 8;

/// Looks behind a failover's name.
pub(super) async fn behind(
    world: &World,
    failover: &Failover,
    data: &[SideData; 2],
    (snapshot, ours): (&Snapshot, &OwnedChecks<'_>),
) -> Behind {
    let guards = Side::BOTH.map(|side| guard(failover, side, snapshot, ours));
    let buckets = Side::BOTH.into_iter().zip(&guards).zip(data).map(async |((side, guard), data)| {
        // Whoever could not be asked for data, or as a role that is refused, is not asked once more.
        match data {
            Ok(_) => buckets_of(world, failover, side, guard.leads_to.as_ref()).await,
            Err(_) => Vec::new(),
        }
    });
    let buckets = join_all(buckets).await.try_into().expect("there are two sides");
    Behind { buckets, guards: Some(guards) }
}

/// Every bucket that a side depends on, each once.
async fn buckets_of(world: &World, failover: &Failover, side: Side, leads_to: Option<&Fqdn>) -> Vec<Bucket> {
    let declared = failover.side(side);
    let mut wanted = vec![(declared.bucket.clone(), declared.region.clone(), Part::Data)];
    let sentinel = declared.sentinel_bucket.clone();
    wanted.extend(sentinel.map(|bucket| (bucket, declared.region.clone(), Part::Sentinel)));
    let recorded = leads_to.and_then(|host| bucket_at(host, &failover.name));
    let recorded = recorded.filter(|(bucket, _)| wanted.iter().all(|(known, ..)| known != bucket));
    wanted.extend(recorded.map(|(bucket, region)| (bucket, region, Part::Recorded)));
    let role = roles::of_side(failover, side);
    let buckets = Buckets::new(world.access.clone());
    let asked = wanted.into_iter().map(async |(name, region, part)| {
        let account = world.access.account_of(role.as_ref()).await.map_err(|error| in_one_line(&error));
        let expected = account.as_ref().ok().map(String::as_str);
        // An endpoint that does not answer is told with the data that does not come from it.
        let owner = match buckets.owner((&name, &region), expected, role.as_ref()).await.ok()? {
            BucketOwner::Expected => Owner::Own,
            BucketOwner::Nobody => Owner::Nobody,
            BucketOwner::Another => Owner::Other { expected: account.ok()? },
            BucketOwner::Refused(status @ 500..) => {
                tracing::debug!(bucket = %name, status, "S3 is in trouble, so nobody's word is taken");
                return None;
            }
            BucketOwner::Refused(status) => {
                Owner::Unknown(account.err().unwrap_or_else(|| format!("S3 answered {status}")))
            }
        };
        Some(Bucket { name, part, owner })
    });
    join_all(asked).await.into_iter().flatten().collect()
}

/// The bucket that S3 asks for at this host: the one before a REST endpoint, or at a website's endpoint, which is
/// asked by the record's own name, the bucket of that name.
fn bucket_at(host: &Fqdn, name: &Fqdn) -> Option<(BucketName, Region)> {
    if let Some(website) = WEBSITES.iter().find(|website| website.endpoint == host.as_str()) {
        return Some((name.as_str().parse().ok()?, website.region.parse().ok()?));
    }
    let (bucket, rest) = host.as_str().rsplit_once(".s3.")?;
    let region: Region = rest.split_once('.')?.0.parse().ok()?;
    let bucket: BucketName = bucket.parse().ok()?;
    (bucket.rest_endpoint(&region) == *host).then_some((bucket, region))
}

/// A side's record as it is now, and the checks behind it.
fn guard(failover: &Failover, side: Side, snapshot: &Snapshot, ours: &OwnedChecks<'_>) -> Guard {
    let held = snapshot.zone_of(&failover.name);
    let record = held.records_at(&failover.name).into_iter().find(|record| record.side() == Some(side));
    let Some(record) = record else { return Guard::default() };
    let declared: BTreeSet<&HealthCheckId> =
        failover.side(side).calculated.iter().flat_map(|calculated| &calculated.children).collect();
    let mut checks: Vec<CheckConfig> = Vec::new();
    if let Some(config) = record.health_check.as_ref().and_then(|id| config_of(id, snapshot, ours)) {
        let children = config.kind.children().iter().filter(|child| !declared.contains(child));
        checks.push(config.clone());
        checks.extend(children.filter_map(|child| config_of(child, snapshot, ours).cloned()));
    }
    Guard { leads_to: record.leads_to().map(|first| last_name(first, held)), checks }
}

/// The name at which a chain of records of the zone leaves it.
fn last_name(first: Fqdn, held: &ZoneRecords) -> Fqdn {
    let mut name = first;
    for _ in 0..LONGEST_CHAIN {
        match held.records_at(&name).into_iter().find_map(crate::model::RecordSet::leads_to) {
            Some(next) => name = next,
            None => break,
        }
    }
    name
}

fn config_of<'a>(
    id: &HealthCheckId,
    snapshot: &'a Snapshot,
    ours: &OwnedChecks<'a>,
) -> Option<&'a CheckConfig> {
    let others = || snapshot.foreign_checks.iter().find(|check| check.id == id.as_str());
    ours.check(id).map(|check| &check.config).or_else(|| others()?.config.as_ref())
}
