//! What `import` writes no spec for, and what it never guesses.

use aws_sdk_route53::types::{
    HostedZoneConfig, ResourceRecordSetFailover,
    ResourceRecordSetFailover::{Primary, Secondary},
    Vpc, VpcRegion,
};
use serde_json::{Value, json};

use crate::{
    import::{foreign, left_alone, masked, nothing_to_do, written},
    support::{NAME, TestLab, Zone, held, instant},
};

/// "is a refusal …: sentence with the record, the reason, the nearest thing that works"; all of them at once.
#[tokio::test]
async fn what_no_spec_can_say_is_refused_by_name() {
    let lab = TestLab::start(instant()).await;
    let checks = foreign(&lab, "impossible").await;
    let zone = held(&lab.route53()).await.zone;
    let program = lab.program();
    let names = [
        "weighted",
        "simple",
        "lonely",
        "text",
        "addresses",
        "elsewhere",
        "path",
        "fast",
        "never",
        "nested",
        "nothing",
    ];
    let names: Vec<String> = names.iter().map(|name| format!("{name}.example.com")).collect();
    let mut arguments = vec!["import", "--out", "imported.toml"];
    arguments.extend(names.iter().map(String::as_str));
    let ran = left_alone(&lab, async || program.run(&arguments).await).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran}");
    assert!(!lab.folder().join("imported.toml").exists());
    insta::assert_snapshot!(masked(&lab, &ran.stderr, &zone, &checks), @r#"
    error: what stands there cannot be written as a spec; nothing was written
      because: other-policy: the record weighted.example.com CNAME "a" is chosen by another policy than failover (weighted, latency, geolocation, multivalue or the like)
      because: simple-record: the record simple.example.com CNAME is no failover record: it has no routing policy and one answer for everybody
      because: half-a-pair: the record lonely.example.com CNAME "p" has no partner: there is no secondary of the same type
      because: record-type: the failover pair at text.example.com is of the type TXT; a spec describes pairs of CNAME or A records
      because: addresses: the record addresses.example.com A "p" answers addresses (192.0.2.1), and a side of a spec is a bucket or an alias
      because: no-bucket: the record elsewhere.example.com CNAME "p" ends at balancer.example.net, which is no bucket of S3
      because: no-bucket: the record path.example.com CNAME "p" ends at s3.us-east-1.amazonaws.com, which names no bucket
      because: region-unknown: the record fast.example.com CNAME "p" ends at my-other-data.s3-accelerate.amazonaws.com, which does not say in which region the bucket is
      because: calculated-check: the record never.example.com CNAME "p" is guarded by the calculated health check CHECK-2, which needs 0 of 1 others to be healthy
      because: more-than-two-sides: the record nested.example.com CNAME "p" leads to weighted.example.com CNAME "a", where Route 53 chooses again, so there are more than two sides
      because: no-record: the hosted zone example.com (ZONE, public) holds no record named nothing.example.com
    hint: Two of its records can become a pair by the tool that manages them. Or write the spec with the two sides that shall remain (`s3-failover init`), have that tool remove the records, and apply.
    hint: `s3-failover init --name simple.example.com` writes a spec with two sides to begin with; `plan --adopt` then shows how the records are taken over.
    hint: Add the secondary by the tool that manages the records, then import again.
    hint: Leave these records to the tool that manages them: no bucket, website or load balancer is reached by a record of this type alone.
    hint: An alias to what has these addresses works (`target = { alias = …, hosted_zone_id = … }`, for a load balancer, CloudFront or another record of the zone): write the spec with `s3-failover init`; `plan --adopt` then shows how the records are taken over.
    hint: A pointer leads to the REST endpoint of a bucket. What is no bucket is reached by an alias of type A, `target = { alias = …, hosted_zone_id = … }` on both sides: write the spec with `s3-failover init`; `plan --adopt` then shows how the records are taken over.
    hint: Have the record end at the bucket's regional endpoint, `BUCKET.s3.REGION.amazonaws.com`, and import again; or write the spec with `s3-failover init`; `plan --adopt` then shows how the records are taken over.
    hint: A spec knows a calculated check over the side's own endpoint check and others that are not calculated themselves (`calculated`), and on the primary the manual switch: an inverted check of an object in the secondary's bucket, with all of them needed. Make it that, or guard the record by the endpoint check alone, and import again.
    hint: Import a name that has two sides; weighted.example.com may be one of its own, or choose which of its answers shall be the side.
    hint: See whether nothing.example.com is written as in the zone, or whether another zone holds it: `--zone ID`. For a name that is still free, `s3-failover init --name nothing.example.com` writes a spec.
    "#);

    arguments.extend(["--output", "json"]);
    let document = program.run(&arguments).await.json();
    let ids: Vec<&Value> =
        document["findings"].as_array().expect("a list").iter().map(|f| &f["id"]).collect();
    let expected = [
        "other-policy",
        "simple-record",
        "half-a-pair",
        "record-type",
        "addresses",
        "no-bucket",
        "no-bucket",
        "region-unknown",
        "calculated-check",
        "more-than-two-sides",
        "no-record",
    ];
    assert_eq!(
        (document["ok"].as_bool(), ids),
        (Some(false), expected.iter().map(|id| json!(id)).collect::<Vec<_>>().iter().collect())
    );
    lab.stop().await;
}

/// Both in one region: there is a spec for it, and its rules say why it would not work.
#[tokio::test]
async fn a_spec_that_breaks_a_rule_is_not_written() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    let check = zone.check("theirs", true).await;
    let set = |bucket: &str, side: ResourceRecordSetFailover| {
        let value = format!("{bucket}.s3.eu-west-1.amazonaws.com");
        crate::support::failover(crate::support::values(NAME, "CNAME", 60, &[&value]), side, Some(&check))
    };
    zone.put([set("my-app-data-one", Primary), set("my-app-data-two", Secondary)]).await;
    let ran = lab.program().run(&["import", NAME]).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran}");
    assert!(ran.stderr.contains("both buckets are in `eu-west-1`"), "{ran}");
    assert!(ran.stderr.contains("what stands there makes no valid spec; nothing was written"), "{ran}");
    lab.stop().await;
}

/// "public and private told apart; ambiguous refused with the ids and the option that chooses"; and no file is
/// overwritten.
#[tokio::test]
async fn the_zone_and_the_file_are_never_guessed() {
    let lab = TestLab::start(instant()).await;
    let program = lab.program();
    let applied = program.run(&["apply", "--yes", "--allow-unhealthy"]).await;
    assert_eq!(applied.code, Some(0), "{applied}");
    let public = Zone::of(&lab).await;
    let private = HostedZoneConfig::builder().private_zone(true).build();
    let vpc = Vpc::builder().vpc_id("vpc-0a1b2c3d").vpc_region(VpcRegion::UsEast1).build();
    let made = public.client.create_hosted_zone().name("example.com").caller_reference("private");
    let made = made.hosted_zone_config(private).vpc(vpc).send().await.expect("a private zone");
    let private = made.hosted_zone.expect("a zone").id.trim_start_matches("/hostedzone/").to_owned();

    let ran = program.run(&["import", NAME]).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""), "{ran}");
    for part in
        [format!("({}, public)", public.id), format!("({private}, private)"), "`--zone ID`".to_owned()]
    {
        assert!(ran.stderr.contains(&part), "{part}: {ran}");
    }
    let chosen = program.run(&["import", NAME, "--zone", &public.id, "--out", "imported.json"]).await;
    assert_eq!(chosen.code, Some(0), "{chosen}");
    let spec: Value = serde_json::from_str(&written(&lab, "imported.json")).expect("JSON");
    assert_eq!(spec["hosted_zone"], json!(public.id), "a name that two zones share names neither");
    nothing_to_do(&program, "imported.json").await;
    let empty = program.run(&["import", NAME, "--zone", &private]).await;
    assert_eq!(empty.code, Some(1), "{empty}");
    assert!(
        empty.stderr.contains(&format!("no-record: the hosted zone example.com ({private}, private)")),
        "{empty}"
    );

    let before = written(&lab, "imported.json");
    let again = program.run(&["import", NAME, "--zone", &public.id, "--out", "imported.json"]).await;
    assert_eq!(again.code, Some(2), "{again}");
    assert_eq!(written(&lab, "imported.json"), before);
    for (arguments, code) in [
        (vec!["import"], 2),
        (vec!["import", "data.example.net"], 3),
        (vec!["import", "data.example.net", "--zone", "example.org"], 3),
        (vec!["import", "data.example.net", "--zone", &private], 2),
    ] {
        let ran = program.run(&arguments).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(code), ""), "{arguments:?}: {ran}");
    }
    lab.stop().await;
}
