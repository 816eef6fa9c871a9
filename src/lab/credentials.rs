//! Who may talk to the lab: a user of its own account, for every service of the lab, and a visitor.
//!
//! Signatures are checked as on AWS, so a client needs these values. They are no secret: the lab
//! listens on loopback alone, and none of them could be an AWS one (an access key id of AWS begins
//! with `AKIA` or `ASIA` and has no hyphen; IAM User Guide, `reference_identifiers`).

/// The access key id that signs requests to the lab.
pub const ACCESS_KEY_ID: &str = "LAB-ACCESS-KEY";

/// The secret that belongs to [`ACCESS_KEY_ID`].
pub const SECRET_ACCESS_KEY: &str = "lab-secret-key";

/// The access key id of a user of another account, which owns nothing: what he does, he does by roles.
pub const VISITOR_KEY_ID: &str = "LAB-VISITOR-KEY";

/// The secret that belongs to [`VISITOR_KEY_ID`].
pub const VISITOR_SECRET: &str = "lab-visitor-secret";

/// What the roles of a lab with several accounts want to hear.
pub const EXTERNAL_ID: &str = "lab-external-id";

/// The region that clients sign for when nothing else decides it.
pub const DEFAULT_REGION: &str = "us-east-1";

/// The account that owns everything in the lab, unless its buckets are given to others.
pub const ACCOUNT_ID: &str = "000000000000";

/// The lab's distribution (an id of AWS has no hyphen).
pub const DISTRIBUTION_ARN: &str = "arn:aws:cloudfront::000000000000:distribution/ELAB-DISTRIBUTION";
