//! Independent clients judge the lab's S3: boto3 as it is installed, and the `aws` command.

use super::support::{TestLab, judge, judges_tool, quick};

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
    insta::assert_snapshot!(output, @"");
}

/// Every refusal with S3's status and code.
#[tokio::test]
async fn boto3_is_refused_as_s3_refuses() {
    let output = judged("s3_refusals.py").await;
    insta::assert_snapshot!(output, @"");
}

/// What is configured comes back, and says what it is when it is not there.
#[tokio::test]
async fn boto3_reads_back_what_it_configures() {
    let output = judged("s3_settings.py").await;
    insta::assert_snapshot!(output, @"");
}

/// The website endpoint, as a browser meets it.
#[tokio::test]
async fn a_browser_is_served_by_the_website_endpoint() {
    let output = judged("s3_website.py").await;
    insta::assert_snapshot!(output, @"");
}

/// `aws s3 cp`, `sync`, `mv` and `rm`, in parts and between regions, and `aws s3api`.
#[tokio::test]
async fn the_aws_command_moves_files() {
    let lab = TestLab::start(quick()).await;
    let script = r#"
        set -eu
        export AWS_CONFIG_FILE="$PWD/config" AWS_EC2_METADATA_DISABLED=true
        aws configure set default.s3.multipart_threshold 5MB
        aws configure set default.s3.multipart_chunksize 5MB
        aws s3 mb s3://judged-by-aws >/dev/null
        aws s3 mb s3://judged-by-aws-eu --region eu-west-1 >/dev/null
        mkdir -p files/sub && printf small >files/small.txt && printf other >files/sub/other.txt
        head -c 11000000 /dev/zero >files/large
        aws s3 sync files s3://judged-by-aws/files --only-show-errors
        aws s3 sync files s3://judged-by-aws/files   # nothing is left to do
        aws s3 ls s3://judged-by-aws/files/ | awk '{print $(NF-1), $NF}'
        aws s3api head-object --bucket judged-by-aws --key files/large --query '[ContentLength, ETag]' --output text | sed 's/"[0-9a-f]*/"…/'
        aws s3 cp s3://judged-by-aws/files/large s3://judged-by-aws-eu/copy --source-region us-east-1 --region eu-west-1 --only-show-errors
        aws s3 cp s3://judged-by-aws-eu/copy back --region eu-west-1 --only-show-errors && cmp back files/large
        aws s3 mv s3://judged-by-aws/files/small.txt s3://judged-by-aws/moved.txt --only-show-errors
        aws s3 cp s3://judged-by-aws/moved.txt -
        echo
        aws s3api get-object-attributes --bucket judged-by-aws --key moved.txt --object-attributes ObjectSize Checksum --query 'ObjectSize' --output text
        python -c 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())' "$(aws s3 presign s3://judged-by-aws/moved.txt)"
        aws s3 rm s3://judged-by-aws --recursive --only-show-errors
        aws s3 rb s3://judged-by-aws >/dev/null
        aws s3api head-bucket --bucket judged-by-aws 2>&1 | tail -n 1
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
    insta::assert_snapshot!(stdout, @"");
}
