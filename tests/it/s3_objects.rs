//! Independent clients judge the lab's S3: boto3 as it is installed, and the `aws` command.

use super::support::{TestLab, create_bucket, judge, judges_tool, quick};

/// A lab, and what a script says of it that is told where both regions are.
async fn judged(script: &str) -> String {
    let lab = TestLab::start(quick()).await;
    let of = |region: &str| lab.lab.ready().s3[&region.parse().expect("a region")].clone();
    judge(script, lab.environment(), &[&of("us-east-1"), &of("eu-west-1")]).await
}

/// Objects with everything that is said of them, their copies, parts, versions and listings.
#[tokio::test]
async fn boto3_writes_copies_lists_and_deletes_objects() {
    let output = judged("s3_objects.py").await;
    insta::assert_snapshot!(output, @r#"
    {"here": null, "step": "buckets", "there": "eu-west-1"}
    {"ChecksumCRC32": "cVyvyw==", "ChecksumType": "FULL_OBJECT", "ETag": "\"3363ec3cad65d97d39616cf86dff30e4\"", "ServerSideEncryption": "AES256", "step": "put"}
    {"body": "123456789", "step": "checksum", "type": "FULL_OBJECT", "value": "y/Q5Jg=="}
    {"body": "123456789", "step": "checksum", "type": "FULL_OBJECT", "value": "4waSgw=="}
    {"body": "123456789", "step": "checksum", "type": "FULL_OBJECT", "value": "98O8HYCOBHMq32eZZczDTKeuNEE="}
    {"body": "123456789", "step": "checksum", "type": "FULL_OBJECT", "value": "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="}
    {"body": "123456789", "step": "checksum", "type": "FULL_OBJECT", "value": "rosUhgp5mIg="}
    {"same": true, "step": "newer checksum"}
    {"CacheControl": "max-age=5", "ContentDisposition": "attachment", "ContentEncoding": "identity", "ContentLanguage": "de", "ContentLength": 10, "ContentType": "text/plain", "ETag": "\"781e5e245d69b566979b86e28d23f2c7\"", "Metadata": {"who": "judge"}, "StorageClass": "STANDARD_IA", "TagCount": 2, "WebsiteRedirectLocation": "/elsewhere", "step": "told"}
    {"step": "tags", "tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "two words"}]}
    {"body": "234", "range": "bytes 2-4/10", "status": 206, "step": "range", "wanted": "bytes=2-4"}
    {"body": "789", "range": "bytes 7-9/10", "status": 206, "step": "range", "wanted": "bytes=7-"}
    {"body": "789", "range": "bytes 7-9/10", "status": 206, "step": "range", "wanted": "bytes=-3"}
    {"body": "0123456789", "range": "bytes 0-9/10", "status": 206, "step": "range", "wanted": "bytes=0-99"}
    {"CacheControl": "no-store", "ContentType": "text/css", "step": "chosen headers"}
    {"ContentType": "text/plain", "Metadata": {"who": "judge"}, "TagCount": 2, "etag": "\"781e5e245d69b566979b86e28d23f2c7\"", "step": "copy"}
    {"ContentType": "binary/octet-stream", "Metadata": {"who": "again"}, "body": "0123456789", "step": "copy onto itself", "tags": [{"Key": "c", "Value": "3"}]}
    {"Bucket": "judged-objects-here", "ChecksumAlgorithm": "SHA256", "ChecksumType": "COMPOSITE", "Key": "parts", "step": "upload"}
    {"first": [1], "more": true, "rest": [[2, 1], [9, 4]], "step": "parts"}
    {"keys": ["parts"], "step": "uploads"}
    {"checksum": true, "etag": true, "step": "complete", "type": "COMPOSITE"}
    {"count": 2, "range": "bytes 5242880-5242880/5242881", "same": true, "step": "second part", "type": "text/x-parts"}
    {"ObjectSize": 5242881, "StorageClass": "STANDARD", "etag": true, "parts": 2, "sizes": [5242880, 1], "step": "attributes"}
    {"step": "aborted", "uploads": []}
    {"etag": "-2\"", "same": true, "step": "transfer manager"}
    {"size": 6291456, "step": "copy in parts"}
    {"found": ["list/a/", "list/b/", "list/c", "list/\u00fc"], "kind": "new", "size": 1, "step": "listing"}
    {"found": ["list/a/", "list/b/", "list/c", "list/\u00fc"], "kind": "old", "size": 1, "step": "listing"}
    {"found": ["list/a/", "list/b/", "list/c", "list/\u00fc"], "kind": "new", "size": 2, "step": "listing"}
    {"found": ["list/a/", "list/b/", "list/c", "list/\u00fc"], "kind": "old", "size": 2, "step": "listing"}
    {"found": ["list/a/", "list/b/", "list/c", "list/\u00fc"], "kind": "new", "size": 1000, "step": "listing"}
    {"found": ["list/a/", "list/b/", "list/c", "list/\u00fc"], "kind": "old", "size": 1000, "step": "listing"}
    {"keys": ["list/c", "list/\u00fc"], "owner": true, "step": "listing behind"}
    {"lines": [["v/one", "first", false], ["v/one", "marker", true], ["v/one", "second", false], ["v/two", "new", true]], "size": 1, "step": "versions"}
    {"lines": [["v/one", "first", false], ["v/one", "marker", true], ["v/one", "second", false], ["v/two", "new", true]], "size": 1000, "step": "versions"}
    {"body": "1", "deleted": true, "step": "old version"}
    {"body": "1", "source": "first", "step": "brought back"}
    {"current": [], "second": [{"Key": "k", "Value": "v"}], "step": "tags of versions"}
    {"second": [], "step": "tags gone"}
    {"deleted": [{"Key": "v/one"}, {"DeleteMarker": true, "Key": "v/two"}], "errors": ["InvalidArgument"], "step": "deleted in bulk"}
    {"deleted": [], "step": "deleted quietly"}
    {"body": "123456789", "step": "signed url"}
    {"body": "by url", "step": "signed put"}
    {"code": "SignatureDoesNotMatch", "status": 403, "step": "another's url"}
    {"code": "AccessDenied", "status": 403, "step": "a url that is over"}
    {"mode": "GOVERNANCE", "rule": {"DefaultRetention": {"Days": 1, "Mode": "GOVERNANCE"}}, "step": "locked"}
    {"errors": ["AccessDenied"], "step": "locked against deletion"}
    {"head": "ON", "status": "ON", "step": "held"}
    {"left": [], "step": "unlocked"}
    "#);
}

/// Every refusal with S3's status and code.
#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table of refusals, each with its sentence")]
async fn boto3_is_refused_as_s3_refuses() {
    let output = judged("s3_refusals.py").await;
    insta::assert_snapshot!(output, @r#"
    a bucket
      200
    a bucket of another region, by its own endpoint
      200
    the same bucket again, in us-east-1
      200
    the same bucket again, elsewhere
      409 BucketAlreadyOwnedByYou: Your previous request to create the named bucket succeeded and you already own it.
    a name that another region has
      409 BucketAlreadyOwnedByYou: Your previous request to create the named bucket succeeded and you already own it.
    no constraint outside us-east-1
      400 IllegalLocationConstraintException: The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.
    another region's constraint
      400 IllegalLocationConstraintException: The ap-south-1 location constraint is incompatible for the region specific endpoint this request was sent to.
    us-east-1 as a constraint
      400 InvalidLocationConstraint: The specified location-constraint is not valid
    no region at all
      400 InvalidLocationConstraint: The specified location-constraint is not valid
    a reserved name
      400 InvalidBucketName: The specified bucket is not valid.
    an alias of an access point
      400 InvalidBucketName: The specified bucket is not valid.
    a public bucket
      400 InvalidBucketAclWithObjectOwnership: Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting
    a bucket that is not there
      404 NoSuchBucket: The specified bucket does not exist
    somebody else's bucket
      403 AccessDenied: Access Denied
    a bucket that is not empty
      409 BucketNotEmpty: The bucket you tried to delete is not empty
    a key that is not there
      404 NoSuchKey: The specified key does not exist.
    a range behind the end
      416 InvalidRange: The requested range is not satisfiable
    range and part
      400 InvalidRequest: Cannot specify both Range header and partNumber query parameter
    a part that is not there
      416 InvalidPartNumber: The requested partnumber is not satisfiable
    another entity tag
      412 PreconditionFailed: At least one of the pre-conditions you specified did not hold
    the same entity tag
      304 304: Not Modified
    not modified since
      304 304: Not Modified
    modified since
      412 PreconditionFailed: At least one of the pre-conditions you specified did not hold
    no version at all
      400 InvalidArgument: Invalid version id specified
    a put onto what is there
      412 PreconditionFailed: At least one of the pre-conditions you specified did not hold
    a put onto another
      412 PreconditionFailed: At least one of the pre-conditions you specified did not hold
    a put onto nothing
      404 NoSuchKey: The specified key does not exist.
    a deletion of another
      412 PreconditionFailed: At least one of the pre-conditions you specified did not hold
    another checksum
      400 BadDigest: The SHA256 you specified did not match the calculated checksum.
    no checksum at all
      400 InvalidRequest: Value for x-amz-checksum-sha256 header is invalid.
    another md5
      400 BadDigest: The Content-MD5 you specified did not match what we received.
    no md5 at all
      400 InvalidDigest: The Content-MD5 you specified was invalid.
    too much metadata
      400 MetadataTooLarge: Your metadata headers exceed the maximum allowed metadata size
    no storage class
      400 InvalidStorageClass: The storage class you specified is not valid
    an acl
      400 AccessControlListNotSupported: The bucket does not allow ACLs
    an acl of a bucket
      400 AccessControlListNotSupported: The bucket does not allow ACLs
    an acl of an object
      400 AccessControlListNotSupported: The bucket does not allow ACLs
    eleven tags
      400 BadRequest: Object tags cannot be greater than 10
    a tag twice
      400 InvalidTag: Cannot provide multiple Tags with the same key
    a tag of aws
      400 InvalidTag: System tags cannot be added/updated by requester
    a key that is too long
      400 KeyTooLongError: Your key is too long
    retention without object lock
      400 InvalidRequest: Bucket is missing Object Lock Configuration
    a copy onto itself
      400 InvalidRequest: This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.
    a copy of nothing
      404 NoSuchKey: The specified key does not exist.
    a copy of a bucket that is not there
      404 NoSuchBucket: The specified bucket does not exist
    a copy of another
      412 PreconditionFailed: At least one of the pre-conditions you specified did not hold
    a copy of the same
      412 PreconditionFailed: At least one of the pre-conditions you specified did not hold
    a copy onto what is there
      412 PreconditionFailed: At least one of the pre-conditions you specified did not hold
    parts that are too small
      400 EntityTooSmall: Your proposed upload is smaller than the minimum allowed size
    parts in disorder
      400 InvalidPartOrder: The list of parts was not in ascending order. Parts must be ordered by part number.
    a part that is not there
      400 InvalidPart: One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.
    another entity tag of a part
      400 InvalidPart: One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.
    no part
      400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    part 0
      400 InvalidArgument: Part number must be an integer between 1 and 10000, inclusive
    part 10001
      400 InvalidArgument: Part number must be an integer between 1 and 10000, inclusive
    an upload that is not there
      404 NoSuchUpload: The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.
    an upload of another key
      404 NoSuchUpload: The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.
    an upload that was aborted
      404 NoSuchUpload: The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.
    a version marker alone
      400 InvalidArgument: A version-id marker cannot be specified without a key marker.
    a token of nobody
      400 InvalidArgument: The continuation token provided is incorrect
    a thousand and one keys
      400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    a policy of no json
      400 MalformedPolicy: This policy contains invalid Json
    a public policy
      403 AccessDenied: Access Denied
    no cors
      404 NoSuchCORSConfiguration: The CORS configuration does not exist
    no lifecycle_configuration
      404 NoSuchLifecycleConfiguration: The lifecycle configuration does not exist
    no website
      404 NoSuchWebsiteConfiguration: The specified bucket does not have a website configuration
    no tagging
      404 NoSuchTagSet: The TagSet does not exist
    no policy
      404 NoSuchBucketPolicy: The bucket policy does not exist
    no replication
      404 ReplicationConfigurationNotFoundError: The replication configuration was not found
    no object lock
      404 ObjectLockConfigurationNotFoundError: Object Lock configuration does not exist for this bucket
    no retention
      400 InvalidRequest: Bucket is missing Object Lock Configuration
    no public access block
      404 NoSuchPublicAccessBlockConfiguration: The public access block configuration was not found
    no such metrics
      404 NoSuchConfiguration: The specified configuration does not exist.
    object lock without versions
      409 InvalidBucketState: Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration
    a website without index
      400 InvalidArgument: A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty
    an operation that is not here
      501 NotImplemented: RestoreObject is not implemented yet
    an unsigned get
      403 AccessDenied: Access Denied
    an unknown key id
      403 InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our records.
    another region's bucket
      301 {"Code": "PermanentRedirect", "Endpoint": "judged-refusals-eu.s3.eu-west-1.amazonaws.com", "x-amz-bucket-region": "eu-west-1"} ids: True
    nobody's bucket
      404 {"Code": "NoSuchBucket", "BucketName": "judged-nowhere"} ids: True
    a private bucket
      403 {"Code": "AccessDenied"} ids: True
    no length
      403 {"Code": "AccessDenied"} ids: True
    signed years ago
      403 {"Code": "RequestTimeTooSkewed"} ids: True
    six gigabytes
      400 {"Code": "EntityTooLarge"} ids: True
    "#);
}

/// What is configured comes back, and says what it is when it is not there.
#[tokio::test]
async fn boto3_reads_back_what_it_configures() {
    let output = judged("s3_settings.py").await;
    insta::assert_snapshot!(output, @r#"
    {"after": {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://example.com"], "MaxAgeSeconds": 5}]}, "before": "NoSuchCORSConfiguration", "step": "bucket_cors"}
    {"after": {"Rules": [{"Filter": {"Prefix": "logs/"}, "ID": "old", "NoncurrentVersionExpiration": {"NoncurrentDays": 3}, "Status": "Enabled"}], "TransitionDefaultMinimumObjectSize": "all_storage_classes_128K"}, "before": "NoSuchLifecycleConfiguration", "step": "bucket_lifecycle_configuration"}
    {"after": {"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": {"KMSMasterKeyID": "LAB-KEY", "SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": true}]}}, "before": {"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": false}]}}, "step": "bucket_encryption"}
    {"after": {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}}, "before": {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}, "step": "bucket_ownership_controls"}
    {"after": {"LoggingEnabled": {"TargetBucket": "judged-settings", "TargetPrefix": "logs/"}}, "before": {}, "step": "bucket_logging"}
    {"after": {"Status": "Enabled"}, "before": {}, "step": "bucket_accelerate_configuration"}
    {"after": {"EventBridgeConfiguration": {}}, "before": {}, "step": "bucket_notification_configuration"}
    {"after": {"Payer": "Requester"}, "before": {"Payer": "BucketOwner"}, "step": "bucket_request_payment"}
    {"after": {"TagSet": [{"Key": "team", "Value": "judges & <more>"}]}, "before": "NoSuchTagSet", "step": "bucket_tagging"}
    {"after": {"Status": "Enabled"}, "before": {}, "step": "bucket_versioning"}
    {"after": {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Days": 2, "Mode": "COMPLIANCE"}}}}, "before": "ObjectLockConfigurationNotFoundError", "step": "object_lock_configuration"}
    {"after": {"ErrorDocument": {"Key": "error.html"}, "IndexDocument": {"Suffix": "index.html"}, "RoutingRules": [{"Condition": {"KeyPrefixEquals": "a/"}, "Redirect": {"ReplaceKeyPrefixWith": "b/"}}]}, "before": "NoSuchWebsiteConfiguration", "step": "bucket_website"}
    {"after": {"PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": false, "RestrictPublicBuckets": false}}, "before": {"PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true}}, "step": "public_access_block"}
    {"after": "NoSuchLifecycleConfiguration", "step": "deleted bucket_lifecycle"}
    {"algorithm": "aws:kms", "bucket_key": true, "key": "LAB-KEY", "step": "encrypted by default"}
    {"mode": "COMPLIANCE", "step": "locked by default"}
    {"after": "NoSuchCORSConfiguration", "step": "deleted bucket_cors"}
    {"after": {"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": false}]}}, "step": "deleted bucket_encryption"}
    {"after": "OwnershipControlsNotFoundError", "step": "deleted bucket_ownership_controls"}
    {"after": "NoSuchTagSet", "step": "deleted bucket_tagging"}
    {"after": "NoSuchWebsiteConfiguration", "step": "deleted bucket_website"}
    {"after": "NoSuchPublicAccessBlockConfiguration", "step": "deleted public_access_block"}
    {"grants": 1, "step": "acl"}
    {"gone": "NoSuchConfiguration", "listed": ["all"], "more": false, "same": true, "step": "metrics"}
    {"gone": "NoSuchConfiguration", "listed": ["all"], "more": false, "same": true, "step": "analytics"}
    {"gone": "NoSuchConfiguration", "listed": ["all"], "more": false, "same": true, "step": "intelligent_tiering"}
    {"gone": "NoSuchConfiguration", "listed": ["all"], "more": false, "same": true, "step": "inventory"}
    "#);
}

/// The website endpoint, as a browser meets it.
#[tokio::test]
async fn a_browser_is_served_by_the_website_endpoint() {
    let output = judged("s3_website.py").await;
    insta::assert_snapshot!(output, @r#"
    nobody's bucket
      404 {"x-amz-error-code": "NoSuchBucket", "Content-Type": "text/html; charset=utf-8"}
    a bucket without a website
      404 {"x-amz-error-code": "NoSuchWebsiteConfiguration", "Content-Type": "text/html; charset=utf-8"}
    the root
      200 {"Content-Type": "text/plain", "body": "index.html"}
    the root, head
      200 {"Content-Type": "text/plain", "body": ""}
    an object
      200 {"Content-Type": "text/plain", "body": "docs/a b.html"}
    a folder
      200 {"Content-Type": "text/plain", "body": "docs/index.html"}
    a folder without its slash
      302 {"Location": "/docs/", "Content-Type": "text/html; charset=utf-8"}
    a private object
      403 {"x-amz-error-code": "AccessDenied", "Content-Type": "text/html; charset=utf-8"}
    a missing object
      404 {"x-amz-error-code": "NoSuchKey", "x-amz-error-detail-Key": "none", "Content-Type": "text/html; charset=utf-8"}
    a missing folder
      404 {"x-amz-error-code": "NoSuchKey", "x-amz-error-detail-Key": "none/index.html", "Content-Type": "text/html; charset=utf-8"}
    a moved object
      301 {"Location": "https://example.org/here", "Content-Type": "text/html; charset=utf-8"}
    a part
      206 {"Content-Type": "text/plain", "Content-Range": "bytes 0-4/10", "body": "index"}
    a range behind the end
      416 {"x-amz-error-code": "InvalidRange", "Content-Type": "text/html; charset=utf-8"}
    another entity tag
      412 {"x-amz-error-code": "PreconditionFailed", "Content-Type": "text/html; charset=utf-8"}
    a post
      405 {"x-amz-error-code": "MethodNotAllowed", "Content-Type": "text/html; charset=utf-8", "Allow": "HEAD, GET"}
    a put
      405 {"x-amz-error-code": "MethodNotAllowed", "Content-Type": "text/html; charset=utf-8", "Allow": "HEAD, GET"}
    the bare endpoint
      301 {"Location": "https://aws.amazon.com/s3/", "Content-Type": "text/html; charset=utf-8"}
    the bare endpoint of another region
      301 {"Location": "https://aws.amazon.com/s3/", "Content-Type": "text/html; charset=utf-8"}
    another region's endpoint
      400 {"x-amz-error-code": "IncorrectEndpoint", "Content-Type": "text/html; charset=utf-8"}
    the record's name at the rest api
      403 {"Content-Type": "application/xml", "code": "AccessDenied"}
    the record's name at the website endpoint
      200 {"Content-Type": "text/plain", "body": "index.html"}
    another name at the website endpoint
      404 {"x-amz-error-code": "NoSuchBucket", "Content-Type": "text/html; charset=utf-8"}
    no name at the website endpoint
      301 {"Location": "https://aws.amazon.com/s3/", "Content-Type": "text/html; charset=utf-8"}
    a missing object, with an error document
      404 {"x-amz-error-code": "NoSuchKey", "x-amz-error-detail-Key": "none", "Content-Type": "text/plain", "body": "error.html"}
    a private object, with an error document
      403 {"x-amz-error-code": "AccessDenied", "Content-Type": "text/plain", "body": "error.html"}
    a missing object, and the error document too
      404 {"x-amz-error-code": "NoSuchKey", "x-amz-error-detail-Key": "none", "Content-Type": "text/html; charset=utf-8"}
    by prefix
      302 {"Location": "http://www.judged.example.s3-website-us-east-1.amazonaws.com/docs/a.html", "Content-Type": "text/html; charset=utf-8"}
    by prefix and error
      301 {"Location": "http://www.judged.example.s3-website-us-east-1.amazonaws.com/error.html", "Content-Type": "text/html; charset=utf-8"}
    by error
      301 {"Location": "https://login.example.org/private.html", "Content-Type": "text/html; charset=utf-8"}
    by no rule
      404 {"x-amz-error-code": "NoSuchKey", "x-amz-error-detail-Key": "none", "Content-Type": "text/html; charset=utf-8"}
    everything elsewhere
      301 {"Location": "https://new.example.org/some/path?and=query", "Content-Type": "text/html; charset=utf-8"}
    the requester pays
      403 {"x-amz-error-code": "AccessDenied", "Content-Type": "text/html; charset=utf-8"}
    public access blocked
      403 {"x-amz-error-code": "AccessDenied", "Content-Type": "text/html; charset=utf-8"}
    the website deleted
      404 {"x-amz-error-code": "NoSuchWebsiteConfiguration", "Content-Type": "text/html; charset=utf-8"}
    "#);
}

/// `aws s3 sync`, `mv`, `cp`, `rb` and `presign`, in parts and between regions, and `aws s3api`.
#[tokio::test]
async fn the_aws_command_moves_files() {
    let lab = TestLab::start(quick()).await;
    for (region, bucket) in [("us-east-1", "judged-by-aws"), ("eu-west-1", "judged-by-aws-eu")] {
        create_bucket(&lab.s3(region), bucket, region).await;
    }
    let script = r#"
        set -eu
        export AWS_CONFIG_FILE="$PWD/config" AWS_EC2_METADATA_DISABLED=true
        printf '[default]\ns3 =\n  multipart_threshold = 5MB\n  multipart_chunksize = 5MB\n' >config
        mkdir -p files/sub && printf small >files/small.txt && printf other >files/sub/other.txt
        head -c 6000000 /dev/zero >files/large
        aws s3 sync files s3://judged-by-aws/files --no-progress | sort
        aws s3 sync files s3://judged-by-aws/files   # nothing is left to do
        aws s3api list-objects-v2 --bucket judged-by-aws --query 'Contents[].[Key, Size, ETag]' --output text | sed 's/"[0-9a-f]*\([-0-9]*\)"/…\1/'
        aws s3 mv s3://judged-by-aws/files/large s3://judged-by-aws-eu/moved --source-region us-east-1 --region eu-west-1 --only-show-errors
        aws s3 cp s3://judged-by-aws-eu/moved back --region eu-west-1 --only-show-errors && cmp back files/large
        python -c 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())' "$(aws s3 presign s3://judged-by-aws/files/small.txt)"
        aws s3 rb s3://judged-by-aws --force | tail -n 1
    "#;
    let aws = judges_tool("aws");
    let folder = aws.parent().expect("a folder");
    let path = format!("{}:/usr/bin:/bin", folder.display());
    let mut command = tokio::process::Command::new("bash");
    command.arg("-c").arg(script).current_dir(lab.folder()).env_clear();
    command.envs(lab.environment().iter().cloned()).env("PATH", path).env("HOME", lab.folder());
    let output = command.kill_on_drop(true).output().await.expect("bash starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{stdout}\n{stderr}");
    insta::assert_snapshot!(stdout, @r#"
    upload: files/large to s3://judged-by-aws/files/large
    upload: files/small.txt to s3://judged-by-aws/files/small.txt
    upload: files/sub/other.txt to s3://judged-by-aws/files/sub/other.txt
    files/large	6000000	…-2
    files/small.txt	5	…
    files/sub/other.txt	5	…
    small
    remove_bucket: judged-by-aws
    "#);
}
