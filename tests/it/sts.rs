//! Accounts, roles and sessions of the lab, as boto3 meets them in every service.

use std::time::Duration;

use s3_failover::lab::{AccountId, Accounts, Options, Role};

use super::support::{TestLab, judge, quick};

/// IAM User Guide, `id_roles`: who may be what, in which words the others are refused, and what a session opens.
/// The judge, `tests/judges/sts.py`, says which roles there are.
#[tokio::test]
#[expect(clippy::too_many_lines, reason = "most of them are what the judge has found")]
async fn boto3_comes_into_other_accounts_by_roles() {
    let mut accounts = Accounts::several();
    let chained = Role::new(AccountId::LAB, "chained", &[AccountId::PRIMARY]);
    let short = Role::new(AccountId::LAB, "short", &[AccountId::VISITOR]);
    accounts.roles.extend([
        Role::new(AccountId::PRIMARY, "nobody", &[]),
        Role { longest_session: Duration::from_hours(12), ..chained },
        Role { longest_session: Duration::from_secs(2), ..short },
    ]);
    let lab = TestLab::start(Options { accounts, ..quick() }).await;
    let output = judge("sts.py", lab.environment(), &["20"]).await;
    insta::assert_snapshot!(output, @r"
    the lab's user
      000000000000 arn:aws:iam::000000000000:user/lab LAB-USER-lab
    the visitor
      000000000009 arn:aws:iam::000000000009:user/visitor LAB-USER-visitor
    no external id
      403 AccessDenied: User: arn:aws:iam::000000000009:user/visitor is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::000000000000:role/dns
    another external id
      403 AccessDenied: User: arn:aws:iam::000000000009:user/visitor is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::000000000000:role/dns
    a role that is not there
      403 AccessDenied: User: arn:aws:iam::000000000009:user/visitor is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::000000000000:role/other
    a role that trusts nobody
      403 AccessDenied: User: arn:aws:iam::000000000009:user/visitor is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::000000000001:role/nobody
    a role that trusts another account
      403 AccessDenied: User: arn:aws:iam::000000000009:user/visitor is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::000000000000:role/chained
    no role
      400 ValidationError: arn:aws:iam::000000000000:user/dns is invalid
    nothing
      400 ValidationError: 2 validation errors detected: Value at 'roleArn' failed to satisfy constraint: Member must not be null; Value at 'roleSessionName' failed to satisfy constraint: Member must not be null
    much that is wrong
      400 ValidationError: 3 validation errors detected: Value 'dns' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20; Value 'a judge' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*; Value '60' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900
    too long
      400 ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.
    a policy
      400 ValidationError: The lab has no sessions with Policy.
    another secret
      403 SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.
    another key
      403 InvalidClientTokenId: The security token included in the request is invalid.
    assumed
      arn:aws:sts::000000000000:assumed-role/dns/judge LAB-ROLE-0001:judge
    assumed
      arn:aws:sts::000000000001:assumed-role/bucket/judge LAB-ROLE-0002:judge
    assumed
      arn:aws:sts::000000000002:assumed-role/bucket/judge LAB-ROLE-0003:judge
    as the role of
      000000000000
      the zones
      not refused: 200
      a zone
      not refused: 200
      the metrics
      not refused: 200
      the access points
      not refused: 200
      buckets of its own
      []
      the listing of my-app-data-us-east-1
      403 AccessDenied: Access Denied
      what everybody may read of my-app-data-us-east-1
      not refused: 200
      the listing of my-app-data-eu-west-1
      403 AccessDenied: Access Denied
      what everybody may read of my-app-data-eu-west-1
      not refused: 200
    as the role of
      000000000001
      the zones
      403 AccessDenied: User: arn:aws:sts::000000000001:assumed-role/bucket/judge is not authorized to perform: route53:ListHostedZones because no identity-based policy allows the route53:ListHostedZones action
      a zone
      403 AccessDenied: User: arn:aws:sts::000000000001:assumed-role/bucket/judge is not authorized to perform: route53:GetHostedZone because no identity-based policy allows the route53:GetHostedZone action
      the metrics
      403 AccessDenied: User: arn:aws:sts::000000000001:assumed-role/bucket/judge is not authorized to perform: cloudwatch:ListMetrics because no identity-based policy allows the cloudwatch:ListMetrics action
      the access points
      403 AccessDenied: Access Denied
      buckets of its own
      ['my-app-data-us-east-1']
      the listing of my-app-data-us-east-1
      not refused: 200
      what everybody may read of my-app-data-us-east-1
      not refused: 200
      the listing of my-app-data-eu-west-1
      403 AccessDenied: Access Denied
      what everybody may read of my-app-data-eu-west-1
      not refused: 200
    as the role of
      000000000002
      the zones
      403 AccessDenied: User: arn:aws:sts::000000000002:assumed-role/bucket/judge is not authorized to perform: route53:ListHostedZones because no identity-based policy allows the route53:ListHostedZones action
      a zone
      403 AccessDenied: User: arn:aws:sts::000000000002:assumed-role/bucket/judge is not authorized to perform: route53:GetHostedZone because no identity-based policy allows the route53:GetHostedZone action
      the metrics
      403 AccessDenied: User: arn:aws:sts::000000000002:assumed-role/bucket/judge is not authorized to perform: cloudwatch:ListMetrics because no identity-based policy allows the cloudwatch:ListMetrics action
      the access points
      403 AccessDenied: Access Denied
      buckets of its own
      ['my-app-data-eu-west-1']
      the listing of my-app-data-us-east-1
      403 AccessDenied: Access Denied
      what everybody may read of my-app-data-us-east-1
      not refused: 200
      the listing of my-app-data-eu-west-1
      not refused: 200
      what everybody may read of my-app-data-eu-west-1
      not refused: 200
    the visitor by himself: the zones
      403 AccessDenied: User: arn:aws:iam::000000000009:user/visitor is not authorized to perform: route53:ListHostedZones because no identity-based policy allows the route53:ListHostedZones action
    the visitor by himself: a bucket
      403 AccessDenied: Access Denied
    a session without its token: STS
      403 InvalidClientTokenId: The security token included in the request is invalid.
    a session without its token: Route 53
      403 InvalidClientTokenId: The security token included in the request is invalid.
    a session without its token: CloudWatch
      403 InvalidClientTokenId: The security token included in the request is invalid.
    a session without its token: S3
      400 InvalidToken: The provided token is malformed or otherwise invalid.
    a session without its token: S3 Control
      400 InvalidToken: The provided token is malformed or otherwise invalid.
    a session with another token: STS
      403 InvalidClientTokenId: The security token included in the request is invalid.
    a session with another token: Route 53
      403 InvalidClientTokenId: The security token included in the request is invalid.
    a session with another token: CloudWatch
      403 InvalidClientTokenId: The security token included in the request is invalid.
    a session with another token: S3
      400 InvalidToken: The provided token is malformed or otherwise invalid.
    a session with another token: S3 Control
      400 InvalidToken: The provided token is malformed or otherwise invalid.
    chained, too long
      400 ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining
    chained
      000000000000 arn:aws:sts::000000000000:assumed-role/chained/judge LAB-ROLE-0005:judge
    a signed address
      200 b'hello from the primary\n'
    what the bucket policy gives to the visitor
      not refused: 200
    and not to another
      403 AccessDenied: Access Denied
    a bucket that another account has
      409 BucketAlreadyExists: The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.
    the expected owner
      not refused: 200
    another expected owner
      403 403: Forbidden
    a session that is over: STS
      403 ExpiredToken: The security token included in the request is expired
    a session that is over: Route 53
      403 ExpiredToken: The security token included in the request is expired
    a session that is over: CloudWatch
      403 ExpiredToken: The security token included in the request is expired
    a session that is over: S3
      400 ExpiredToken: The provided token has expired.
    a session that is over: S3 Control
      400 ExpiredToken: The provided token has expired.
    ");
}
