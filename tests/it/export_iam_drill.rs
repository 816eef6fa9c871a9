//! `export --format iam --for drill` is exact for what `drill` and `recover` ask. See `export_iam.rs`.

use std::collections::BTreeSet;

use s3_failover::{lab::Options, model::Side};

use crate::{
    drill::{SHORT, options, replicated},
    recover::abandoned,
    support::{ENDPOINTS, NAME, Recorded, answered, nothing_of, saboteur, without_metrics},
};

/// Of the hundreds of numbered heartbeats one of each bucket and run will do: the judge looks at each request.
fn without_repetition(recorded: &mut Recorded) {
    let mut seen = BTreeSet::new();
    for call in &mut recorded.calls {
        for resource in &mut call.resources {
            if resource.contains("/s3-failover/heartbeat/") {
                let number = resource.trim_end_matches(|c: char| c.is_ascii_digit());
                if number.len() < resource.len() {
                    *resource = format!("{number}000001");
                }
            }
        }
        call.resources.sort();
        call.resources.dedup();
    }
    recorded
        .calls
        .retain(|call| seen.insert((call.operation.clone(), call.resources.clone(), call.principal.clone())));
}

/// Each fault on AWS, drilled to its end; and what a drill leaves that dies, mended from elsewhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn drilling_and_recovering_is_permitted_exactly() {
    let delay = without_metrics().metric_delay;
    let mut recorded = Recorded::with(Options { metric_delay: delay, ..options() }).await;
    let applied = recorded.lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(applied.code, Some(0), "{applied}");
    answered(&recorded.lab, NAME, ENDPOINTS[0]).await;
    replicated(&recorded.lab).await;
    recorded.variables.push(("S3_FAILOVER_LAB_SPEED".to_owned(), "20".to_owned()));
    for fault in ["invert", "block-public", "block-sentinel", "switch"] {
        recorded.run(&[&SHORT[..], &["--fault", fault]].concat()).await;
    }
    let drilled = recorded.calls.len();
    let mut saboteur = saboteur(&recorded.lab).await;
    let s3 = recorded.lab.s3("us-east-1");
    for (number, fault) in ["invert", "block-public", "block-sentinel", "switch"].into_iter().enumerate() {
        if fault == "block-sentinel" {
            // Where there was no policy, there is none again: that takes a permission of its own.
            let bucket = saboteur.failover.sentinel(Side::Primary).as_str();
            s3.delete_bucket_policy().bucket(bucket).send().await.expect("it may be");
        }
        saboteur.run = format!("20261122T01000{number}Z-0badcafe");
        abandoned(&saboteur, fault, "alpha", -60).await;
        recorded.run(&["recover", "--yes"]).await;
    }
    let asked: BTreeSet<&str> = recorded.calls[drilled..].iter().map(|call| &*call.operation).collect();
    assert!(asked.contains("DeleteBucketPolicy") && asked.contains("UpdateHealthCheck"), "{asked:?}");
    without_repetition(&mut recorded);

    let verdict = recorded.judged("drill", &[]).await;
    nothing_of(&["lint", "denied", "superfluous"], &verdict);
    // Below the prefix of heartbeats anything may be written, and nothing else is named by its beginning.
    let wide = ["eu-west-1", "us-east-1"].map(|region| {
        serde_json::json!(format!("arn:aws:s3:::my-app-data-{region}/s3-failover/heartbeat/*"))
    });
    let mut found = verdict["wide"].as_array().expect("a list").clone();
    found.sort_by_key(ToString::to_string);
    assert_eq!(found, wide, "{verdict:#}");
    for stranger in verdict["let_in"].as_array().expect("a list") {
        let resource = stranger[1].as_str().expect("an ARN");
        assert!(resource.contains("/s3-failover/heartbeat/"), "{stranger}");
    }
    insta::assert_snapshot!(
        serde_json::from_value::<Vec<String>>(verdict["actions"].clone()).expect("texts").join("\n"),
        @"
    cloudwatch:GetMetricData
    route53:ChangeTagsForResource
    route53:GetHealthCheckStatus
    route53:ListHealthChecks
    route53:ListHostedZonesByName
    route53:ListResourceRecordSets
    route53:ListTagsForResources
    route53:TestDNSAnswer
    route53:UpdateHealthCheck
    s3:DeleteBucketPolicy
    s3:DeleteObject
    s3:DeleteObjectVersion
    s3:GetBucketPolicy
    s3:GetBucketPublicAccessBlock
    s3:GetObject
    s3:ListBucket
    s3:ListBucketVersions
    s3:PutBucketPolicy
    s3:PutBucketPublicAccessBlock
    s3:PutObject
    "
    );
    // To look is not enough, and to apply is something else.
    for purpose in ["verify", "apply"] {
        assert_ne!(recorded.judged(purpose, &[]).await["denied"], serde_json::json!([]), "{purpose}");
    }
    recorded.lab.stop().await;
}
