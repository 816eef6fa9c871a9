//! Which keys does a spec have, what does each take, and what is a good example?
//!
//! Data for the reader of shapes: what it accepts and what its messages show come from the same lines.

/// One key of one table.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) presence: Presence,
    pub(super) takes: Takes,
    /// A value that works, written as TOML and JSON both write it; of a table, its header.
    pub(super) example: &'static str,
    /// What the key says, to follow "…: ".
    pub(super) meaning: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    Required,
    Optional,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    Text,
    Number,
    Flag,
    List,
    Table,
    Tables,
    TextOrTable,
}

impl Takes {
    /// The kind of value, to follow "takes ".
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "a whole number",
            Self::Flag => "true or false",
            Self::List => "a list of texts",
            Self::Table => "a table",
            Self::Tables => "a list of tables",
            Self::TextOrTable => "text or a table",
        }
    }
}

const fn key(
    name: &'static str,
    presence: Presence,
    takes: Takes,
    example: &'static str,
    meaning: &'static str,
) -> Key {
    Key { name, presence, takes, example, meaning }
}

use Presence::{Optional, Required};
use Takes::{Flag, List, Number, Table, Tables, Text, TextOrTable};

pub(super) const HOSTED_ZONE: Key =
    key("hosted_zone", Required, Text, "\"example.com\"", "the hosted zone, by name or by id");
pub(super) const OWN_ZONE: Key =
    key("hosted_zone", Optional, Text, "\"example.org\"", "the hosted zone of this name, when it is another");
pub(super) const FAILOVERS: Key =
    key("failover", Required, Tables, "failover", "a name that fails over between two buckets");
pub(super) const ROLE_ARN: Key = key(
    "role_arn",
    Optional,
    Text,
    "\"arn:aws:iam::111122223333:role/dns\"",
    "the role to assume for these requests",
);
pub(super) const EXTERNAL_ID: Key =
    key("external_id", Optional, Text, "\"s3-failover\"", "the word that the role's trust policy asks for");
pub(super) const ROOT: &[&Key] = &[&HOSTED_ZONE, &ROLE_ARN, &EXTERNAL_ID, &FAILOVERS];

pub(super) const NAME: Key =
    key("name", Required, Text, "\"data.example.com\"", "the name that clients look up");
pub(super) const TTL: Key = key("ttl", Optional, Number, "60", "seconds that the pointers may be cached");
pub(super) const TARGET_SECONDS: Key =
    key("target_seconds", Optional, Number, "120", "seconds that a failover may take");
pub(super) const IPV6: Key = key("ipv6", Optional, Flag, "true", "an AAAA record beside each A record");
pub(super) const HEALTH_CHECK: Key =
    key("health_check", Required, Table, "failover.health_check", "how each side is checked");
/// When an alarm speaks for each side.
pub(super) const HEALTH_CHECK_BESIDE_ALARMS: Key = Key { presence: Optional, ..HEALTH_CHECK };
pub(super) const SWITCH: Key = key("switch", Optional, Table, "failover.switch", "the manual switch");
pub(super) const PRIMARY: Key =
    key("primary", Required, Table, "failover.primary", "the side that answers while it is healthy");
pub(super) const SECONDARY: Key =
    key("secondary", Required, Table, "failover.secondary", "the side that takes over");
pub(super) const MRAP: Key =
    key("mrap", Optional, Table, "failover.mrap", "the Multi-Region Access Point to compare with");
pub(super) const CLOUDFRONT: Key =
    key("cloudfront", Optional, Table, "failover.cloudfront", "the distribution to compare with");
pub(super) const FAILOVER: &[&Key] = &[
    &NAME,
    &OWN_ZONE,
    &TTL,
    &TARGET_SECONDS,
    &IPV6,
    &HEALTH_CHECK,
    &SWITCH,
    &PRIMARY,
    &SECONDARY,
    &MRAP,
    &CLOUDFRONT,
];

pub(super) const OBJECT: Key =
    key("object", Required, Text, "\"failover/health.txt\"", "a small public object in each bucket");
/// When an alarm speaks for each side, or a connection is enough.
pub(super) const OBJECT_UNSEEN: Key = Key { presence: Optional, ..OBJECT };
pub(super) const CONTAINS: Key = key("contains", Optional, Text, "\"ok\"", "text that its body must hold");
pub(super) const INTERVAL: Key = key("interval", Optional, Number, "10", "seconds between two looks");
pub(super) const FAILURE_THRESHOLD: Key =
    key("failure_threshold", Optional, Number, "3", "equal results in a row until a checker believes them");
pub(super) const PROTOCOL: Key =
    key("protocol", Optional, Text, "\"https\"", "how the checkers reach the bucket");
pub(super) const PORT: Key = key("port", Optional, Number, "443", "the port that the checkers ask");
pub(super) const REGIONS: Key = key(
    "regions",
    Optional,
    List,
    "[\"us-east-1\", \"eu-west-1\", \"ap-southeast-1\"]",
    "the regions that the checkers look from",
);
pub(super) const CHECK: &[&Key] =
    &[&OBJECT, &CONTAINS, &INTERVAL, &FAILURE_THRESHOLD, &PROTOCOL, &PORT, &REGIONS];

pub(super) const SWITCH_OBJECT: Key = key(
    "object",
    Required,
    Text,
    "\"failover/force-secondary\"",
    "while it exists in the secondary's bucket, the secondary answers",
);
pub(super) const SWITCH_KEYS: &[&Key] = &[&SWITCH_OBJECT];

pub(super) const BUCKET: Key =
    key("bucket", Required, Text, "\"my-app-data-us-east-1\"", "the bucket of this side");
pub(super) const REGION: Key = key("region", Required, Text, "\"us-east-1\"", "the region of the bucket");
pub(super) const TARGET: Key =
    key("target", Optional, TextOrTable, "\"pointer\"", "how the name reaches the bucket");
pub(super) const SENTINEL_BUCKET: Key = key(
    "sentinel_bucket",
    Optional,
    Text,
    "\"my-sentinel-us-east-1\"",
    "a bucket in the same region that holds the health object",
);
pub(super) const ALARM: Key =
    key("alarm", Optional, Table, "failover.primary.alarm", "the CloudWatch alarm that speaks for this side");
pub(super) const CALCULATED: Key = key(
    "calculated",
    Optional,
    Table,
    "failover.primary.calculated",
    "other health checks that count as well",
);
pub(super) const SIDE: &[&Key] =
    &[&BUCKET, &REGION, &TARGET, &ROLE_ARN, &EXTERNAL_ID, &SENTINEL_BUCKET, &ALARM, &CALCULATED];
/// As the messages about the secondary name its tables.
pub(super) const SECONDARY_ALARM: Key = Key { example: "failover.secondary.alarm", ..ALARM };
pub(super) const SECONDARY_CALCULATED: Key = Key { example: "failover.secondary.calculated", ..CALCULATED };

pub(super) const ALARM_NAME: Key =
    key("name", Required, Text, "\"bucket-us-east-1\"", "the name of the alarm");
pub(super) const ALARM_REGION: Key =
    key("region", Optional, Text, "\"us-east-1\"", "the region of the alarm, when it is not the side's");
pub(super) const INSUFFICIENT_DATA: Key = key(
    "insufficient_data",
    Optional,
    Text,
    "\"last-known\"",
    "what the check says while the alarm has too little data",
);
pub(super) const ALARM_KEYS: &[&Key] = &[&ALARM_NAME, &ALARM_REGION, &INSUFFICIENT_DATA];

pub(super) const CHILDREN: Key = key(
    "children",
    Required,
    List,
    "[\"1bc7a5c2-3d4e-4f5a-8b6c-7d8e9f0a1b2c\"]",
    "the ids of the other health checks",
);
pub(super) const HEALTHY: Key =
    key("healthy", Optional, Number, "2", "how many must be healthy, the side's own included");
pub(super) const CALCULATED_KEYS: &[&Key] = &[&CHILDREN, &HEALTHY];

pub(super) const ALIAS: Key =
    key("alias", Required, Text, "\"d111111abcdef8.cloudfront.net\"", "the name that the alias points to");
pub(super) const ALIAS_ZONE: Key = key(
    "hosted_zone_id",
    Required,
    Text,
    "\"Z2FDTNDATAQYW2\"",
    "the id of the zone that the alias's name lives in, which AWS lists for each service",
);
pub(super) const ALIAS_KEYS: &[&Key] = &[&ALIAS, &ALIAS_ZONE];

pub(super) const MRAP_ACCOUNT: Key =
    key("account", Required, Text, "\"111122223333\"", "the account that owns the access point");
pub(super) const MRAP_ALIAS: Key =
    key("alias", Required, Text, "\"mfzwi23gnjvgw.mrap\"", "the alias that S3 gave the access point");
pub(super) const MRAP_KEYS: &[&Key] = &[&MRAP_ACCOUNT, &MRAP_ALIAS];

pub(super) const CLOUDFRONT_DOMAIN: Key = key(
    "domain",
    Required,
    Text,
    "\"d111111abcdef8.cloudfront.net\"",
    "the name under which the distribution answers",
);
pub(super) const CLOUDFRONT_KEYS: &[&Key] = &[&CLOUDFRONT_DOMAIN];
