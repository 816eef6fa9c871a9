//! Is it true what the lab says of each operation of a service?
//!
//! Each service's room has a table in its docs: done, differs from AWS in …, or absent. The judge
//! (`tests/judges/operations.py`) knows the operations from botocore's models, calls each, and compares.

use std::path::Path;

use super::support::{TestLab, judge, quick};

/// A service as boto3 names it, and its table.
type Table = (&'static str, &'static str);

const ROUTE_53: Table = ("route53", "src/lab/route53/operations.md");
const S3: Table = ("s3", "src/lab/s3/operations.md");
const S3_CONTROL: Table = ("s3control", "src/lab/s3control/operations.md");
const CLOUDWATCH: Table = ("cloudwatch", "src/lab/cloudwatch/operations.md");
const STS: Table = ("sts", "src/lab/sts/operations.md");

/// What the judge says of a table that is true.
async fn judged((service, table): Table) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(table);
    let lab = TestLab::start(quick()).await;
    let path = path.to_str().expect("the repository's path is UTF-8");
    judge("operations.py", lab.environment(), &[service, path]).await
}

#[tokio::test]
async fn the_table_of_route_53_is_true() {
    insta::assert_snapshot!(judged(ROUTE_53).await, @"74 operations: 21 done, 10 differs, 43 absent");
}

#[tokio::test]
async fn the_table_of_s3_is_true() {
    insta::assert_snapshot!(judged(S3).await, @"116 operations: 64 done, 29 differs, 23 absent");
}

#[tokio::test]
async fn the_table_of_s3_control_is_true() {
    insta::assert_snapshot!(judged(S3_CONTROL).await, @"97 operations: 7 done, 6 differs, 84 absent");
}

#[tokio::test]
async fn the_table_of_cloudwatch_is_true() {
    insta::assert_snapshot!(judged(CLOUDWATCH).await, @"59 operations: 2 done, 6 differs, 51 absent");
}

#[tokio::test]
async fn the_table_of_sts_is_true() {
    insta::assert_snapshot!(judged(STS).await, @"11 operations: 1 done, 1 differs, 9 absent");
}
