//! What can be cut short: each flow with what has to be there before, and what has to be there after,
//! however often and wherever it was broken.

use std::{collections::BTreeSet, time::Duration};

use aws_sdk_route53::types::{
    Change, ChangeAction, ChangeBatch, HealthCheckConfig, HealthCheckType, ResourceRecord, ResourceRecordSet,
    RrType, Tag, TagResourceType,
};
use s3_failover::lab::Options;

use super::{Errand, Held, Inside, NAME, RECORDS, ROLES, TestLab, held};

/// The caller reference of somebody else's health check.
const THEIRS: &str = "somebody-elses";

/// A way in which the account is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// The first apply.
    Apply,
    /// An apply that has to replace health checks: what they search for, and so their type, cannot be changed
    /// in place.
    Replace,
    /// An apply that only changes things in place: a threshold of health checks, the TTL of records.
    Update,
    /// An apply that takes over somebody else's record.
    Adopt,
    /// An apply of a plan that was reviewed.
    PlanFile,
    /// The removal of all that.
    Destroy,
    /// The removal of health checks whose records somebody has taken away.
    Orphans,
}

impl Flow {
    /// The command, for the program. What checkers see is not what these flows are about, and on a busy machine
    /// they may see that nobody answers in time.
    pub(crate) fn command(self) -> &'static [&'static str] {
        match self {
            Self::Apply | Self::Replace | Self::Update => &["apply", "--yes", "--allow-unhealthy"],
            Self::Adopt => &["apply", "--adopt", NAME, "--yes", "--allow-unhealthy"],
            Self::PlanFile => &["apply", "plan.json", "--yes", "--allow-unhealthy"],
            Self::Destroy => &["destroy", "--yes"],
            Self::Orphans => &["destroy", "--orphans", "--yes"],
        }
    }

    /// The same, for this process.
    pub(crate) fn errand(self) -> Errand {
        match self {
            Self::Apply | Self::Replace | Self::Update => Errand::Apply(Vec::new()),
            Self::Adopt => Errand::Apply(vec![NAME.parse().expect("a name")]),
            Self::PlanFile => Errand::ApplyFile,
            Self::Destroy => Errand::Destroy,
            Self::Orphans => Errand::DestroyOrphans,
        }
    }

    /// What goes on where the flow was cut short. A plan that was carried out in part is not the plan that would
    /// be made now, so the file is refused, and what is left is planned anew.
    pub(crate) fn again(self) -> Self {
        if self == Self::PlanFile { Self::Apply } else { self }
    }

    /// The fewest calls that the flow takes.
    pub(crate) fn least_calls(self) -> usize {
        match self {
            // Zone, records, checks; four creations and taggings, three looks, the records and a look at them.
            Self::Apply | Self::Adopt | Self::PlanFile => 16,
            // Tags beside; two creations and taggings, the calculated check, three looks, records, two deletions.
            Self::Replace => 14,
            // Three checks in place, the records.
            Self::Update => 9,
            // The records (or a fence of two halves) and four deletions.
            Self::Destroy | Self::Orphans => 10,
        }
    }

    fn removes(self) -> bool {
        matches!(self, Self::Destroy | Self::Orphans)
    }

    /// The lab for a flow.
    pub(crate) fn options(speed: f64) -> Options {
        let insync_delay = Duration::from_secs(4);
        Options { speed, insync_delay, throttling: false, ..Options::default() }
    }

    /// Brings a new lab to where the flow is still to be done, beside a health check, with a tag, and records
    /// of others. What there is then.
    pub(crate) async fn prepare(self, lab: &TestLab) -> Held {
        // Checkers of the fewest regions, since there are many labs at once.
        let regions = "interval = 10\nregions = [\"us-east-1\", \"eu-west-1\", \"ap-southeast-1\"]";
        lab.edit_spec("interval = 10", regions);
        lab.edit_spec("failure_threshold = 3", "failure_threshold = 1");
        put_check_of_others(lab).await;
        let inside = Inside::direct(lab).await;
        match self {
            Self::Apply => {}
            Self::Adopt => put_record_of_others(lab).await,
            Self::PlanFile => inside.write_plan().await,
            Self::Replace | Self::Update | Self::Destroy | Self::Orphans => {
                inside.run(&Self::Apply.errand()).await.expect("nothing is broken yet");
            }
        }
        match self {
            Self::Replace => lab.edit_spec("contains = \"ok\"\n", ""),
            Self::Update => {
                lab.edit_spec("failure_threshold = 1", "failure_threshold = 2");
                lab.edit_spec("ttl = 60", "ttl = 30");
            }
            Self::Orphans => take_records_away(lab).await,
            _ => {}
        }
        held(&lab.route53()).await
    }

    /// What there must be when the flow has ended well: no orphan, no duplicate, and nothing of others changed.
    pub(crate) async fn settled(self, lab: &TestLab, before: &Held, when: &str) {
        let mut held = held(&lab.route53()).await;
        assert_eq!(held.records_beside(NAME), before.records_beside(NAME), "records of others; {when}");
        let theirs = take_theirs(&mut held);
        assert_eq!(theirs, take_theirs(&mut before.clone()), "a health check of others; {when}");
        if self.removes() {
            assert_eq!(held.described(NAME), [""; 0], "{when}");
            assert_eq!(held.checks, [], "{when}");
        } else {
            self.stands(&held, when);
        }
        let inside = Inside::direct(lab).await;
        let nothing = if self.removes() { self.errand() } else { Self::Apply.errand() };
        let plan = inside.plan(&nothing).await.expect("a plan");
        assert!(plan.is_empty(), "{when}: {plan:#?}");
    }

    fn stands(self, held: &Held, when: &str) {
        // One check a role, each with all its tags.
        assert_eq!(held.roles(), ROLES, "{when}");
        for (check, tags) in &held.checks {
            let tags: Vec<&str> = tags.keys().map(String::as_str).collect();
            let expected =
                ["failover", "hosted-zone", "role", "spec"].map(|key| format!("s3-failover:{key}"));
            assert_eq!(tags, [&["Name".to_owned()][..], &expected].concat(), "{when}: {check:?}");
        }
        // A caller reference is `s3-failover:OWNER:CONTENT:GENERATION`.
        let owner = |reference: &str| reference.split(':').nth(1).map(str::to_owned);
        let owners: BTreeSet<_> =
            held.checks.iter().map(|(check, _)| owner(check.caller_reference())).collect();
        assert_eq!(owners.len(), 4, "{when}: {owners:?}");
        let ttl = if self == Self::Update { " 30 " } else { " 60 " };
        let records = RECORDS.map(|record| record.replace(" 60 ", ttl));
        assert_eq!(held.described(NAME), records, "{when}");
        for role in ["primary", "secondary"] {
            let config = held.check(role).health_check_config().expect("settings");
            let searched = if self == Self::Replace { None } else { Some("ok") };
            assert_eq!(config.search_string(), searched, "{when}: {role}");
            let threshold = if self == Self::Update { 2 } else { 1 };
            assert_eq!(config.failure_threshold(), Some(threshold), "{when}: {role}");
        }
    }
}

/// Takes the checks of others out.
fn take_theirs(held: &mut Held) -> Vec<(aws_sdk_route53::types::HealthCheck, Vec<(String, String)>)> {
    let of_others = |check: &aws_sdk_route53::types::HealthCheck| check.caller_reference() == THEIRS;
    let theirs = held.checks.iter().filter(|(check, _)| of_others(check));
    let theirs = theirs.map(|(check, tags)| (check.clone(), tags.clone().into_iter().collect())).collect();
    held.checks.retain(|(check, _)| !of_others(check));
    theirs
}

async fn put_check_of_others(lab: &TestLab) {
    let client = lab.route53();
    let config = HealthCheckConfig::builder()
        .r#type(HealthCheckType::Https)
        .fully_qualified_domain_name("www.example.com")
        .disabled(true)
        .build()
        .expect("a configuration");
    let made = client.create_health_check().caller_reference(THEIRS).health_check_config(config).send().await;
    let id = made.expect("a check").health_check.expect("a check").id;
    let request = client.change_tags_for_resource().resource_type(TagResourceType::Healthcheck);
    let tag = Tag::builder().key("team").value("others").build();
    request.resource_id(id).add_tags(tag).send().await.expect("a tag");
}

async fn put_record_of_others(lab: &TestLab) {
    let value = ResourceRecord::builder().value("elsewhere.example.net").build().expect("a value");
    let set = ResourceRecordSet::builder().name(NAME).r#type(RrType::Cname).ttl(60).resource_records(value);
    change(lab, ChangeAction::Create, vec![set.build().expect("a set")]).await;
}

/// The aliases first.
async fn take_records_away(lab: &TestLab) {
    let held = held(&lab.route53()).await;
    let mut sets: Vec<ResourceRecordSet> = held.records_of(NAME).into_iter().cloned().collect();
    sets.sort_by_key(|set| set.alias_target().is_none());
    change(lab, ChangeAction::Delete, sets).await;
}

async fn change(lab: &TestLab, action: ChangeAction, sets: Vec<ResourceRecordSet>) {
    let client = lab.route53();
    let zone = held(&client).await.zone;
    let change =
        |set| Change::builder().action(action.clone()).resource_record_set(set).build().expect("a change");
    let changes = sets.into_iter().map(change).collect();
    let batch = ChangeBatch::builder().set_changes(Some(changes)).build().expect("a batch");
    let request = client.change_resource_record_sets().hosted_zone_id(zone).change_batch(batch);
    request.send().await.expect("the lab changes its zone");
}
