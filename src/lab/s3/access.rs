//! May this request go on? Bucket policy and Block Public Access, as one pure function.
//!
//! In order (S3 User Guide, `how-s3-evaluates-access-control` and
//! `access-control-block-public-access`):
//! 1. a Deny statement that applies refuses everyone, the owner too, except that the owner can always
//!    get at the policy itself, so that nobody locks himself out;
//! 2. the owner may do everything;
//! 3. `RestrictPublicBuckets` switches anonymous access and that of other accounts off while the policy is
//!    public ("only AWS service principals and authorized users within the bucket owner's account" remain);
//! 4. an Allow statement that applies lets the anonymous caller through, and a service or an account that it
//!    names, whose own policies allow everything (modelled);
//! 5. nobody else.
//!
//! There are no ACLs: since April 2023 new buckets have them disabled (S3 User Guide,
//! `create-bucket-faq`).

use super::policy::{Attempt, Caller, Effect, Facts, Policy};

/// The four switches of Block Public Access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "they are four switches at AWS as well")]
pub(crate) struct BlockPublicAccess {
    /// Refuse public ACLs. Of effect only on a bucket whose ownership lets it have ACLs at all.
    pub block_public_acls: bool,
    /// Ignore public ACLs. Without effect: the lab's buckets have ACLs disabled.
    pub ignore_public_acls: bool,
    /// Refuse to store a public bucket policy.
    pub block_public_policy: bool,
    /// Give anonymous callers nothing while the policy is public.
    pub restrict_public_buckets: bool,
}

impl BlockPublicAccess {
    /// All four on: what a new bucket has (S3 User Guide, `create-bucket-faq`, since April 2023).
    pub(crate) const ON: Self = Self::all(true);
    /// All four off: what a bucket without the configuration has.
    pub(crate) const OFF: Self = Self::all(false);

    const fn all(on: bool) -> Self {
        Self {
            block_public_acls: on,
            ignore_public_acls: on,
            block_public_policy: on,
            restrict_public_buckets: on,
        }
    }

    /// Each switch that is on here or there: "Amazon S3 applies the most restrictive combination of the
    /// bucket-level and account-level settings" (S3 User Guide, `access-control-block-public-access`).
    pub(crate) fn strictest(self, other: Self) -> Self {
        Self {
            block_public_acls: self.block_public_acls || other.block_public_acls,
            ignore_public_acls: self.ignore_public_acls || other.ignore_public_acls,
            block_public_policy: self.block_public_policy || other.block_public_policy,
            restrict_public_buckets: self.restrict_public_buckets || other.restrict_public_buckets,
        }
    }
}

/// What became of a request at the gate, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The caller owns the bucket.
    AllowedToOwner,
    /// The bucket policy allows it.
    AllowedByPolicy,
    /// A Deny statement applies.
    DeniedByPolicy,
    /// `RestrictPublicBuckets` is on.
    BlockedPublicAccess,
    /// Nothing allows it.
    NotAllowed,
}

impl Verdict {
    /// Whether the request goes on.
    pub(crate) fn allows(self) -> bool {
        matches!(self, Self::AllowedToOwner | Self::AllowedByPolicy)
    }
}

/// The actions by which an owner can always undo a policy that denies too much.
const POLICY_ACTIONS: [&str; 3] = ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"];

/// Actions that S3 gives to nobody without a signature, whatever the policy says: those that are not
/// about objects or their listing (S3 User Guide, `access-control-overview`; the exact list is
/// unverified).
fn open_to_anonymous(attempt: Attempt<'_>) -> bool {
    attempt.key.is_some()
        || matches!(
            attempt.action,
            "s3:ListBucket"
                | "s3:ListBucketVersions"
                | "s3:ListBucketMultipartUploads"
                | "s3:GetBucketLocation"
        )
}

/// Decides by the numbered rules above.
pub(crate) fn judge(
    caller: Caller,
    attempt: Attempt<'_>,
    facts: &Facts,
    policy: Option<&Policy>,
    block: BlockPublicAccess,
) -> Verdict {
    let statement =
        |effect| policy.is_some_and(|policy| policy.has(effect, caller, attempt, facts, facts.owner()));
    let exempt = caller == Caller::Owner && POLICY_ACTIONS.contains(&attempt.action);
    if statement(Effect::Deny) && !exempt {
        Verdict::DeniedByPolicy
    } else if caller == Caller::Owner {
        Verdict::AllowedToOwner
    } else if matches!(caller, Caller::Anonymous | Caller::Account(_))
        && block.restrict_public_buckets
        && policy.is_some_and(Policy::is_public)
    {
        Verdict::BlockedPublicAccess
    } else if statement(Effect::Allow) && (matches!(caller, Caller::Account(_)) || open_to_anonymous(attempt))
    {
        Verdict::AllowedByPolicy
    } else {
        Verdict::NotAllowed
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PROBE: &str = "arn:aws:s3:::bucket/failover/health.txt";

    fn policy(statements: &serde_json::Value) -> Policy {
        let document = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        Policy::parse(&document, "bucket").expect("a valid policy")
    }

    fn allow(action: &serde_json::Value, resource: &str) -> serde_json::Value {
        json!({"Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource})
    }

    fn get(key: &'static str) -> Attempt<'static> {
        Attempt { action: "s3:GetObject", bucket: "bucket", key: Some(key) }
    }

    const LIST: Attempt<'static> = Attempt { action: "s3:ListBucket", bucket: "bucket", key: None };

    #[test]
    fn anonymous_callers_by_policy() {
        use Verdict::{AllowedByPolicy, DeniedByPolicy, NotAllowed};
        let probe = get("failover/health.txt");
        let read = json!("s3:GetObject");
        let everything = "arn:aws:s3:::bucket/*";
        let insecure = |effect: &str| {
            json!({"Effect": effect, "Principal": {"AWS": "*"}, "Action": "s3:*", "Resource": everything,
                   "Condition": {"Bool": {"aws:SecureTransport": "false"}}})
        };
        let table = [
            ("one key", json!([allow(&read, PROBE)]), probe, AllowedByPolicy),
            ("one key, a single statement", allow(&read, PROBE), probe, AllowedByPolicy),
            ("another key", json!([allow(&read, PROBE)]), get("secret.txt"), NotAllowed),
            ("no statement", json!([]), probe, NotAllowed),
            ("a prefix", json!([allow(&read, "arn:aws:s3:::bucket/failover/*")]), probe, AllowedByPolicy),
            (
                "question marks",
                json!([allow(&read, "arn:aws:s3:::bucket/failover/he??th.txt")]),
                probe,
                AllowedByPolicy,
            ),
            (
                "a star spans slashes",
                json!([allow(&read, "arn:aws:s3:::bucket/*.txt")]),
                probe,
                AllowedByPolicy,
            ),
            (
                "the bucket is not its objects",
                json!([allow(&read, "arn:aws:s3:::bucket")]),
                probe,
                NotAllowed,
            ),
            ("objects are not the bucket", json!([allow(&json!("s3:*"), everything)]), LIST, NotAllowed),
            ("list", json!([allow(&json!("s3:ListBucket"), "arn:aws:s3:::bucket")]), LIST, AllowedByPolicy),
            (
                "the bucket and all in it",
                json!([allow(&json!("s3:*"), "arn:aws:s3:::bucket*")]),
                LIST,
                AllowedByPolicy,
            ),
            (
                "several actions",
                json!([allow(&json!(["s3:PutObject", "s3:Get*"]), everything)]),
                probe,
                AllowedByPolicy,
            ),
            (
                "the case of an action",
                json!([allow(&json!("S3:getobject"), everything)]),
                probe,
                AllowedByPolicy,
            ),
            ("the case of a key", json!([allow(&read, PROBE)]), get("failover/Health.txt"), NotAllowed),
            (
                "deny wins",
                json!([allow(&read, everything),
                       {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": PROBE}]),
                probe,
                DeniedByPolicy,
            ),
            (
                "deny over plain http",
                json!([allow(&read, everything), insecure("Deny")]),
                probe,
                DeniedByPolicy,
            ),
            ("allow over plain http", json!([insecure("Allow")]), probe, AllowedByPolicy),
            (
                "a condition on what the request does not have",
                json!([{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": everything,
                        "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}]),
                probe,
                NotAllowed,
            ),
            (
                "a negative condition holds for what is absent",
                json!([allow(&read, everything),
                       {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": everything,
                        "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}}]),
                probe,
                DeniedByPolicy,
            ),
            (
                "a grant to an account",
                json!([{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                        "Action": "s3:GetObject", "Resource": everything}]),
                probe,
                NotAllowed,
            ),
            (
                "a grant to a service",
                json!([{"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"},
                        "Action": "s3:GetObject", "Resource": everything}]),
                probe,
                NotAllowed,
            ),
            (
                "configuration is never anonymous",
                json!([allow(&json!("s3:*"), "arn:aws:s3:::bucket")]),
                Attempt { action: "s3:PutBucketPolicy", bucket: "bucket", key: None },
                NotAllowed,
            ),
        ];
        for (name, statements, attempt, expected) in table {
            let policy = policy(&statements);
            let verdict =
                judge(Caller::Anonymous, attempt, &Facts::default(), Some(&policy), BlockPublicAccess::OFF);
            assert_eq!(verdict, expected, "{name}");
        }
        assert_eq!(
            judge(Caller::Anonymous, probe, &Facts::default(), None, BlockPublicAccess::OFF),
            NotAllowed
        );
    }

    #[test]
    fn restrict_public_buckets_switches_a_public_policy_off() {
        let public = policy(&allow(&json!("s3:GetObject"), PROBE));
        let probe = get("failover/health.txt");
        let only_restrict = BlockPublicAccess { restrict_public_buckets: true, ..BlockPublicAccess::OFF };
        for block in [BlockPublicAccess::ON, only_restrict] {
            assert_eq!(
                judge(Caller::Anonymous, probe, &Facts::default(), Some(&public), block),
                Verdict::BlockedPublicAccess
            );
            assert_eq!(
                judge(Caller::Owner, probe, &Facts::default(), Some(&public), block),
                Verdict::AllowedToOwner
            );
        }
        let others = BlockPublicAccess { restrict_public_buckets: false, ..BlockPublicAccess::ON };
        assert_eq!(
            judge(Caller::Anonymous, probe, &Facts::default(), Some(&public), others),
            Verdict::AllowedByPolicy
        );
    }

    /// CloudFront Developer Guide, `private-content-restricting-access-to-s3`: the statement names the service
    /// and, as `AWS:SourceArn`, the distribution.
    #[test]
    fn a_service_comes_in_by_its_name_and_for_its_resource() {
        let cloudfront = Caller::with_key(Some("LAB-CLOUDFRONT-KEY"), None);
        let everything = "arn:aws:s3:::bucket/*";
        let grant = |service: &str, arn: &str, operator: &str| {
            policy(&json!({"Effect": "Allow", "Principal": {"Service": service}, "Action": "s3:GetObject",
                           "Resource": everything, "Condition": {operator: {"AWS:SourceArn": arn}}}))
        };
        let (name, arn) = ("cloudfront.amazonaws.com", crate::lab::credentials::DISTRIBUTION_ARN);
        let asks = |policy: &Policy, attempt| {
            judge(cloudfront, attempt, &Facts::default(), Some(policy), BlockPublicAccess::ON)
        };
        let right = grant(name, arn, "StringEquals");
        assert!(!right.is_public());
        assert_eq!(asks(&right, get("a")), Verdict::AllowedByPolicy);
        assert_eq!(asks(&right, LIST), Verdict::NotAllowed);
        let anybody =
            judge(Caller::Anonymous, get("a"), &Facts::default(), Some(&right), BlockPublicAccess::OFF);
        assert_eq!(anybody, Verdict::NotAllowed);
        let like = grant(name, "arn:aws:cloudfront::000000000000:distribution/*", "ArnLike");
        assert_eq!(asks(&like, get("a")), Verdict::AllowedByPolicy);
        for wrong in
            [grant("s3.amazonaws.com", arn, "StringEquals"), grant(name, "arn:other", "StringEquals")]
        {
            assert_eq!(asks(&wrong, get("a")), Verdict::NotAllowed);
        }
        // S3 User Guide, `access-control-block-public-access`, `RestrictPublicBuckets`: "only AWS service
        // principals and authorized users within the bucket owner's account" get through.
        let public = policy(&allow(&json!("s3:GetObject"), everything));
        assert_eq!(asks(&public, get("a")), Verdict::AllowedByPolicy);
    }

    #[test]
    fn a_deny_binds_the_owner_but_not_his_hand_on_the_policy() {
        let deny = policy(&json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*",
                                  "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]}));
        let owner =
            |attempt| judge(Caller::Owner, attempt, &Facts::default(), Some(&deny), BlockPublicAccess::ON);
        assert_eq!(owner(get("a")), Verdict::DeniedByPolicy);
        assert_eq!(owner(LIST), Verdict::DeniedByPolicy);
        for action in POLICY_ACTIONS {
            assert_eq!(owner(Attempt { action, ..LIST }), Verdict::AllowedToOwner);
        }
    }

    #[test]
    fn what_counts_as_public() {
        let with = |condition: serde_json::Value| {
            let mut statement = allow(&json!("s3:GetObject"), PROBE);
            statement["Condition"] = condition;
            policy(&statement).is_public()
        };
        assert!(policy(&allow(&json!("s3:GetObject"), PROBE)).is_public());
        assert!(with(json!({"Bool": {"aws:SecureTransport": true}})));
        assert!(with(json!({"StringLike": {"aws:Referer": "https://example.com/*"}})));
        assert!(with(json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}})));
        assert!(with(json!({"StringLike": {"aws:SourceVpce": "vpce-*"}})));
        assert!(!with(json!({"StringEquals": {"aws:SourceVpce": "vpce-1"}})));
        assert!(!with(json!({"IpAddress": {"aws:SourceIp": ["192.0.2.0/24"]}})));
        assert!(
            !policy(&json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": PROBE}))
                .is_public()
        );
        assert!(
            !policy(&json!({"Effect": "Allow", "Principal": {"AWS": "111122223333"},
                                "Action": "s3:GetObject", "Resource": PROBE}))
            .is_public()
        );
    }

    #[test]
    fn what_is_no_policy_is_refused() {
        let error = |document: &str| Policy::parse(document, "bucket").expect_err("no policy").to_string();
        let statement = |statement: serde_json::Value| error(&json!({"Statement": statement}).to_string());
        assert_eq!(error("{"), "This policy contains invalid Json");
        assert_eq!(error("{\"Statement\": [], \"Other\": 1}"), "This policy contains invalid Json");
        let versioned = |version: &str| {
            let one = allow(&json!("s3:GetObject"), PROBE);
            Policy::parse(&json!({"Version": version, "Statement": [one]}).to_string(), "bucket")
        };
        for version in ["2012-10-17", "2008-10-17"] {
            assert!(versioned(version).is_ok());
        }
        let wrong = versioned("2012-10-18").expect_err("no version").to_string();
        assert_eq!(wrong, "The policy must contain a valid version string");
        let elsewhere = allow(&json!("s3:GetObject"), "arn:aws:s3:::other/*");
        assert_eq!(statement(elsewhere), "Policy has invalid resource");
        assert_eq!(statement(allow(&json!("ec2:*"), PROBE)), "Policy has invalid action");
        let nobody = json!({"Effect": "Allow", "Action": "s3:*", "Resource": PROBE});
        assert_eq!(statement(nobody), "Missing required field Principal");
        let mut strange = allow(&json!("s3:*"), PROBE);
        strange["Condition"] = json!({"StringAlmost": {"aws:UserAgent": "x"}});
        assert_eq!(statement(strange), "Invalid Condition type : StringAlmost");
    }
}
