//! How lies are told: by the AWS SDK, behind the program's back, as people do it in consoles.

use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ResourceRecordSetFailover, RrType};
use aws_sdk_s3::{config::Credentials, primitives::ByteStream, types::PublicAccessBlockConfiguration};
use s3_failover::lab::credentials::{VISITOR_KEY_ID, VISITOR_SECRET};
use tokio::sync::OnceCell;

use super::table::Lie;
use crate::support::{Held, TestLab, Zone, alias, create_bucket, failover, held, open_bucket, s3, values};

const REGIONS: [&str; 2] = ["us-east-1", "eu-west-1"];
const OBJECT: &str = "failover/health.txt";
/// Of all records, in seconds: resolvers soon ask again.
const TTL: i64 = 20;

/// What a part of the spec says otherwise than the others.
#[derive(Clone, Copy)]
pub(super) enum Told {
    Nothing,
    /// It looks for no text.
    NoText,
    /// It has a switch, and so a calculated check.
    Switch,
    /// A connection is enough.
    Tcp,
    /// It wants to be quicker than it can be.
    Target,
}

/// A failover's names.
pub(super) struct Pair {
    name: String,
}

impl Pair {
    pub(super) fn of(name: &str) -> Self {
        Self { name: name.to_owned() }
    }

    pub(super) fn failover(&self) -> String {
        format!("{}.example.com", self.name)
    }

    fn bucket(&self, side: usize) -> String {
        format!("{}-{}", self.name, REGIONS[side])
    }

    fn host(&self, side: usize) -> String {
        format!("{}.s3.{}.amazonaws.com", self.bucket(side), REGIONS[side])
    }
}

/// The lab, with doors to its S3 and its Route 53.
pub(super) struct World {
    zone: Zone,
    port: String,
    /// A client of our S3 for each region.
    ours: [aws_sdk_s3::Client; 2],
    /// The same of somebody else's account.
    strangers: [aws_sdk_s3::Client; 2],
    /// What was there before the first lie.
    held: OnceCell<Held>,
}

impl World {
    pub(super) async fn new(lab: &TestLab) -> Self {
        let region = REGIONS[0].parse().expect("a region");
        let port = lab.lab.ready().s3[&region].rsplit(':').next().expect("a port").to_owned();
        let url = &lab.lab.ready().s3_endpoint;
        let ours = REGIONS.map(|region| s3(url, region));
        let strangers = REGIONS.map(|region| {
            let keys = Credentials::new(VISITOR_KEY_ID, VISITOR_SECRET, None, None, "another's");
            let config = s3(url, region).config().to_builder().credentials_provider(keys);
            aws_sdk_s3::Client::from_conf(config.build())
        });
        Self { zone: Zone::of(lab).await, port, ours, strangers, held: OnceCell::new() }
    }

    pub(super) fn spec(&self, lie: &Lie) -> String {
        let pair = Pair::of(lie.name);
        let text = if matches!(lie.told, Told::NoText | Told::Tcp) { "" } else { "contains = \"ok\"\n" };
        let (protocol, object) = match lie.told {
            Told::Tcp => ("tcp", String::new()),
            _ => ("http", format!("object = \"{OBJECT}\"\n")),
        };
        let target = if matches!(lie.told, Told::Target) { "target_seconds = 30\n" } else { "" };
        let switch = match lie.told {
            Told::Switch => "[failover.switch]\nobject = \"failover/switch\"\n",
            _ => "",
        };
        let [primary, secondary] = [0, 1]
            .map(|side| format!("bucket = \"{}\"\nregion = \"{}\"\n", pair.bucket(side), REGIONS[side]));
        format!(
            "[[failover]]\nname = \"{}\"\nttl = {TTL}\n{target}[failover.health_check]\n{object}{text}interval = 30\n\
             regions = [\"us-east-1\", \"eu-west-1\", \"sa-east-1\"]\nfailure_threshold = 1\n\
             protocol = \"{protocol}\"\nport = {}\n{switch}[failover.primary]\n{primary}\
             [failover.secondary]\n{secondary}",
            pair.failover(),
            self.port
        )
    }

    /// Both buckets with the health object, which everybody may read.
    pub(super) async fn buckets(&self, pair: &Pair) {
        for side in [0, 1] {
            make(&self.ours[side], &pair.bucket(side), REGIONS[side]).await;
        }
    }

    pub(super) async fn write(&self, pair: &Pair, side: usize, text: &str) {
        put(&self.ours[side], &pair.bucket(side), text).await;
    }

    pub(super) async fn write_both(&self, pair: &Pair, text: &str) {
        self.write(pair, 0, text).await;
        self.write(pair, 1, text).await;
    }

    pub(super) async fn remove_object(&self, pair: &Pair, side: usize) {
        let delete = self.ours[side].delete_object().bucket(pair.bucket(side)).key(OBJECT);
        delete.send().await.expect("the object goes");
    }

    pub(super) async fn hide(&self, pair: &Pair, side: usize) {
        let block = PublicAccessBlockConfiguration::builder()
            .block_public_policy(true)
            .restrict_public_buckets(true)
            .ignore_public_acls(true)
            .block_public_acls(true);
        let put = self.ours[side].put_public_access_block().bucket(pair.bucket(side));
        put.public_access_block_configuration(block.build()).send().await.expect("it is blocked");
    }

    pub(super) async fn remove_bucket(&self, pair: &Pair, side: usize) {
        self.remove_object(pair, side).await;
        let delete = self.ours[side].delete_bucket().bucket(pair.bucket(side));
        delete.send().await.expect("the bucket goes");
    }

    /// Deleted, and created by somebody else, who serves what was served.
    pub(super) async fn take_over(&self, pair: &Pair, side: usize) {
        self.remove_bucket(pair, side).await;
        make(&self.strangers[side], &pair.bucket(side), REGIONS[side]).await;
    }

    /// Deleted, and created where the other side is.
    pub(super) async fn move_bucket(&self, pair: &Pair, side: usize) {
        self.remove_bucket(pair, side).await;
        make(&self.ours[1 - side], &pair.bucket(side), REGIONS[1 - side]).await;
    }

    /// S3 finds a bucket by the name that is called.
    pub(super) async fn make_namesake(&self, pair: &Pair) {
        create_bucket(&self.strangers[0], &pair.failover(), REGIONS[0]).await;
    }

    pub(super) async fn lead_to(&self, pair: &Pair, side: usize, host: &str) {
        self.point(pair, side, host, TTL).await;
    }

    async fn point(&self, pair: &Pair, side: usize, host: &str, ttl: i64) {
        let name = format!("{}.{}", REGIONS[side], pair.failover());
        self.zone.replace([values(&name, "CNAME", ttl, &[host])]).await;
    }

    pub(super) async fn point_at_the_primary(&self, pair: &Pair) {
        self.lead_to(pair, 1, &pair.host(0)).await;
    }

    pub(super) async fn longer_ttl(&self, pair: &Pair) {
        self.point(pair, 0, &pair.host(0), 300).await;
    }

    pub(super) async fn remove_secondary_record(&self, pair: &Pair) {
        let held = self.held().await;
        let record = held.records.iter().find(|record| {
            let name = record.name().trim_end_matches('.');
            name == pair.failover() && record.failover() == Some(&ResourceRecordSetFailover::Secondary)
        });
        let record = record.expect("there").clone();
        let change = Change::builder().action(ChangeAction::Delete).resource_record_set(record);
        let batch = ChangeBatch::builder().changes(change.build().expect("a change"));
        let request = self.zone.client.change_resource_record_sets().hosted_zone_id(&self.zone.id);
        request.change_batch(batch.build().expect("a batch")).send().await.expect("the record goes");
    }

    pub(super) async fn unguard_primary(&self, pair: &Pair) {
        let name = pair.failover();
        let target = format!("{}.{name}", REGIONS[0]);
        let record = alias(&name, RrType::Cname.as_str(), (&self.zone.id, &target), false);
        let record = failover(record, ResourceRecordSetFailover::Primary, None);
        self.zone.replace([record.set_identifier(format!("primary of {name}"))]).await;
    }

    pub(super) async fn cross(&self, pair: &Pair) {
        let id = self.check(pair, "primary").await;
        let update = self.zone.client.update_health_check().health_check_id(id);
        update.fully_qualified_domain_name(pair.host(1)).send().await.expect("an update");
    }

    pub(super) async fn look_at_own_name(&self, pair: &Pair) {
        let id = self.check(pair, "secondary").await;
        let update = self.zone.client.update_health_check().health_check_id(id);
        update.fully_qualified_domain_name(pair.failover()).send().await.expect("an update");
    }

    pub(super) async fn look_at_path(&self, pair: &Pair) {
        let id = self.check(pair, "secondary").await;
        let update = self.zone.client.update_health_check().health_check_id(id);
        update.resource_path("/failover/other.txt").send().await.expect("an update");
    }

    /// A text that S3's own pages hold, and the object too.
    pub(super) async fn look_for_code(&self, pair: &Pair) {
        self.write_both(pair, "Code: ok\n").await;
        let id = self.check(pair, "secondary").await;
        let update = self.zone.client.update_health_check().health_check_id(id);
        update.search_string("Code").send().await.expect("an update");
    }

    pub(super) async fn switch_check_off(&self, pair: &Pair) {
        let id = self.check(pair, "secondary").await;
        let update = self.zone.client.update_health_check().health_check_id(id);
        update.disabled(true).send().await.expect("an update");
    }

    pub(super) async fn invert_check(&self, pair: &Pair) {
        let id = self.check(pair, "secondary").await;
        let update = self.zone.client.update_health_check().health_check_id(id);
        update.inverted(true).send().await.expect("an update");
    }

    pub(super) async fn delete_check(&self, pair: &Pair) {
        let id = self.check(pair, "primary").await;
        self.zone.client.delete_health_check().health_check_id(id).send().await.expect("it goes");
    }

    pub(super) async fn count_nothing(&self, pair: &Pair) {
        let id = self.check(pair, "combined").await;
        let update = self.zone.client.update_health_check().health_check_id(id);
        update.health_threshold(0).send().await.expect("an update");
    }

    async fn held(&self) -> &Held {
        self.held.get_or_init(|| held(&self.zone.client)).await
    }

    /// The id of a failover's check of this role.
    async fn check(&self, pair: &Pair, role: &str) -> String {
        let held = self.held().await;
        let found = held.checks.iter().find(|(_, tags)| {
            let value = |key: &str| tags.get(key).map(String::as_str);
            value("s3-failover:role") == Some(role)
                && value("s3-failover:failover") == Some(pair.failover().as_str())
        });
        found.unwrap_or_else(|| panic!("no {role} check of {}", pair.failover())).0.id().to_owned()
    }
}

/// A bucket with the health object, which everybody may read, and may list: so what is not there is not found.
async fn make(client: &aws_sdk_s3::Client, name: &str, region: &str) {
    create_bucket(client, name, region).await;
    open_bucket(client, name, &[OBJECT]).await;
    let policy = serde_json::json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
         "Resource": format!("arn:aws:s3:::{name}/failover/*")},
        {"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket",
         "Resource": format!("arn:aws:s3:::{name}")},
    ]});
    client.put_bucket_policy().bucket(name).policy(policy.to_string()).send().await.expect("it is public");
}

async fn put(client: &aws_sdk_s3::Client, bucket: &str, text: &str) {
    let body = ByteStream::from(text.as_bytes().to_vec());
    client.put_object().bucket(bucket).key(OBJECT).body(body).send().await.expect("an object");
}
