//! Why can this value not be? The reasons behind the value types' own refusals, each with its source.

use super::finding::{Rule, Severity::Error};

pub(super) const NO_FAILOVER: Rule = Rule {
    id: "no-failover",
    severity: Error,
    reason: "A spec without a failover asks for nothing. What an earlier one created is removed by `destroy`.",
    source: "s3-failover: the keys of a spec",
};

pub(super) const DOMAIN_NAME: Rule = Rule {
    id: "domain-name",
    severity: Error,
    reason: "DNS carries no other names: labels of 1 to 63 characters, 253 characters in all.",
    source: "RFC 1035, 2.3.4; Route 53 Developer Guide, `DomainNameFormat`",
};

pub(super) const HOSTED_ZONE: Rule = Rule {
    id: "hosted-zone",
    severity: Error,
    reason: "A zone is found by its domain name, or by its id: an upper-case Z and no dot, at most 32 \
             characters.",
    source: "Route 53 API reference, `ResourceId`",
};

pub(super) const ALIAS_ZONE_ID: Rule = Rule {
    id: "alias-zone-id",
    severity: Error,
    reason: "Route 53 looks an alias's name up in the zone with this id, and refuses the record when the name \
             does not lie within it.",
    source: "Route 53 API reference, `AliasTarget`, `HostedZoneId`",
};

pub(super) const BUCKET_NAME: Rule = Rule {
    id: "bucket-name",
    severity: Error,
    reason: "S3 creates no general purpose bucket with such a name, so there is none to fail over to.",
    source: "S3 User Guide, `bucketnamingrules`",
};

pub(super) const REGION_CODE: Rule = Rule {
    id: "region-code",
    severity: Error,
    reason: "The region becomes a part of host names and of record names, so it must be AWS's own code.",
    source: "S3 User Guide, `VirtualHosting`",
};

pub(super) const TTL: Rule = Rule {
    id: "ttl",
    severity: Error,
    reason: "DNS carries a TTL as 31 bits of seconds.",
    source: "RFC 2181, section 8; Route 53 API reference, `ResourceRecordSet`, `TTL`",
};

pub(super) const TARGET_SECONDS: Rule = Rule {
    id: "target-seconds",
    severity: Error,
    reason: "The target is compared with the time that a failover takes by its settings: seconds to minutes.",
    source: "s3-failover: the keys of a spec",
};

pub(super) const INTERVAL: Rule = Rule {
    id: "interval",
    severity: Error,
    reason: "Route 53 offers a standard interval of 30 seconds and a fast one of 10, which costs extra.",
    source: "Route 53 Developer Guide, `health-checks-creating-values`",
};

pub(super) const FAILURE_THRESHOLD: Rule = Rule {
    id: "failure-threshold",
    severity: Error,
    reason: "Each checker changes its mind after that many equal results in a row, in both directions.",
    source: "Route 53 API reference, `HealthCheckConfig`, `FailureThreshold`",
};

pub(super) const PROTOCOL: Rule = Rule {
    id: "protocol",
    severity: Error,
    reason: "Route 53's checkers speak these three to an endpoint.",
    source: "Route 53 API reference, `HealthCheckConfig`, `Type`",
};

pub(super) const PORT: Rule = Rule {
    id: "port",
    severity: Error,
    reason: "TCP has no other ports, and Route 53 takes 1 to 65535.",
    source: "Route 53 API reference, `HealthCheckConfig`, `Port`",
};

pub(super) const OBJECT_KEY: Rule = Rule {
    id: "object-key",
    severity: Error,
    reason: "The checkers fetch the object by its path, of at most 255 characters with its leading slash and \
             percent-encoding.",
    source: "Route 53 API reference, `HealthCheckConfig`, `ResourcePath`; S3 User Guide, `object-keys`; \
             RFC 3986, 5.2.4",
};

pub(super) const SEARCH_TEXT: Rule = Rule {
    id: "search-text",
    severity: Error,
    reason: "Route 53 searches the first 5,120 bytes of the body for a text of 1 to 255 characters, upper and \
             lower case apart.",
    source: "Route 53 API reference, `HealthCheckConfig`, `SearchString`",
};

pub(super) const TARGET: Rule = Rule {
    id: "target",
    severity: Error,
    reason: "A pointer is a CNAME to the bucket's own endpoint, a website an alias to S3's website endpoint; \
             every other alias needs a name and a zone id.",
    source: "Route 53 Developer Guide, `resource-record-sets-choosing-alias-non-alias`",
};

pub(super) const ACCOUNT_ID: Rule = Rule {
    id: "account-id",
    severity: Error,
    reason: "The account is a part of the access point's ARN, `arn:aws:s3::ACCOUNT:accesspoint/ALIAS`.",
    source: "S3 User Guide, `MultiRegionAccessPointRequests`",
};

pub(super) const MRAP_ALIAS: Rule = Rule {
    id: "mrap-alias",
    severity: Error,
    reason: "S3 finds an access point by the alias that it generated, which ends in `.mrap`, and not by the \
             name that you gave it.",
    source: "S3 User Guide, `MultiRegionAccessPointRequests`",
};

pub(super) const ROLE_ARN: Rule = Rule {
    id: "role-arn",
    severity: Error,
    reason: "A role is assumed by its ARN, `arn:aws:iam::ACCOUNT:role/NAME`. The ARN of a session, of a user or \
             of an instance profile is no role's.",
    source: "STS API reference, `AssumeRole`, `RoleArn`; IAM User Guide, `reference_identifiers`",
};

pub(super) const EXTERNAL_ID: Rule = Rule {
    id: "external-id",
    severity: Error,
    reason: "STS takes 2 to 1224 characters, without spaces, that the role's trust policy compares.",
    source: "STS API reference, `AssumeRole`, `ExternalId`",
};

pub(super) const ALARM_NAME: Rule = Rule {
    id: "alarm-name",
    severity: Error,
    reason: "Route 53 finds an alarm by its name and region, and CloudWatch creates none with another name.",
    source: "CloudWatch API reference, `PutMetricAlarm`, `AlarmName`; Route 53 API reference, `AlarmIdentifier`",
};

pub(super) const INSUFFICIENT_DATA: Rule = Rule {
    id: "insufficient-data",
    severity: Error,
    reason: "When the metric falls silent, the check is healthy, unhealthy, or what it was before.",
    source: "Route 53 API reference, `HealthCheckConfig`, `InsufficientDataHealthStatus`",
};

pub(super) const CHECK_ID: Rule = Rule {
    id: "check-id",
    severity: Error,
    reason: "Route 53 knows a health check by the id that it gave it, of at most 64 characters, and by nothing \
             else.",
    source: "Route 53 API reference, `HealthCheckId`",
};

pub(super) const HEALTHY: Rule = Rule {
    id: "healthy",
    severity: Error,
    reason: "With 0 the check would be healthy whatever happens, and with more than there are children it \
             never would be.",
    source: "Route 53 API reference, `HealthCheckConfig`, `HealthThreshold`",
};

pub(super) const RULES: &[&Rule] = &[
    &NO_FAILOVER,
    &DOMAIN_NAME,
    &HOSTED_ZONE,
    &ALIAS_ZONE_ID,
    &BUCKET_NAME,
    &REGION_CODE,
    &TTL,
    &TARGET_SECONDS,
    &INTERVAL,
    &FAILURE_THRESHOLD,
    &PROTOCOL,
    &PORT,
    &OBJECT_KEY,
    &SEARCH_TEXT,
    &TARGET,
    &ACCOUNT_ID,
    &MRAP_ALIAS,
    &ROLE_ARN,
    &EXTERNAL_ID,
    &ALARM_NAME,
    &INSUFFICIENT_DATA,
    &CHECK_ID,
    &HEALTHY,
];
