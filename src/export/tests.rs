//! Whatever a spec holds, what is exported differs in that value alone.

use proptest::prelude::*;

use super::{
    cloudformation, cloudformation_buckets,
    quote::{hcl, policy_key, shell, yaml},
    requests, terraform,
};
use crate::spec::{Format, Look, Spec};

/// A spec that looks for `contains` in the object `object`.
fn spec(object: &str, contains: &str) -> Spec {
    let side = |bucket: &str, region: &str| serde_json::json!({ "bucket": bucket, "region": region });
    let document = serde_json::json!({
        "hosted_zone": "example.com",
        "failover": [{
            "name": "data.example.com",
            "health_check": { "object": object, "contains": contains },
            "primary": side("one-us-east-1", "us-east-1"),
            "secondary": side("two-eu-west-1", "eu-west-1"),
        }],
    });
    match Spec::parse("spec.json", &document.to_string(), Format::Json) {
        Ok(loaded) => loaded.spec,
        Err(invalid) => panic!("{}", invalid.render(Look::PLAIN)),
    }
}

/// Everything that is written for a spec, but for the caller references, which are made of its settings.
fn exports(spec: &Spec, name: &str) -> [String; 3] {
    let mut files = cloudformation(spec, name);
    files.extend(cloudformation_buckets(spec, name).expect("each bucket lies in one place"));
    let templates = files.into_iter().map(|file| file.text).collect();
    let place = "each bucket lies in one place";
    let requests = requests(spec, name, true).expect(place);
    let requests = requests.lines().filter(|line| !line.contains("\"CallerReference\": "));
    let requests = requests.collect::<Vec<_>>().join("\n");
    [templates, terraform(spec, name, true).expect(place), requests]
}

fn json(text: &str) -> String {
    serde_json::to_string(text).expect("a text")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Texts begin with a sign that stands nowhere else, so that they can be found.
    #[test]
    fn an_odd_text_stays_one_text(text in "~(\\PC{0,30}|[\"'\\\\$%{}#*:&!\n\r\t\u{85}\u{2028}a -]{0,30})") {
        let odd = exports(&spec("health.txt", &text), "failover.toml");
        let plain = exports(&spec("health.txt", "ok"), "failover.toml");
        let as_plain = [
            odd[0].replace(&yaml(&text), "\"ok\"").replace(&shell(&text), "'ok'"),
            odd[1].replace(&hcl(&text), "\"ok\""),
            odd[2].replace(&json(&text), "\"ok\""),
        ];
        prop_assert_eq!(as_plain, plain);
    }

    #[test]
    fn an_odd_name_of_a_file_stays_one_text(text in "~(\\PC{0,30}|[\"'\\\\$%{}#*:&!\n\r\t\u{85}\u{2028}a -]{0,30})") {
        let odd = exports(&spec("health.txt", "ok"), &text);
        let plain = exports(&spec("health.txt", "ok"), "f");
        let as_plain = [
            odd[0].replace(&yaml(&text), "\"f\""),
            odd[1].replace(&hcl(&text), "\"f\""),
            odd[2].replace(&json(&text), "\"f\""),
        ];
        prop_assert_eq!(as_plain, plain);
    }

    /// The policy speaks of one object, even when its key is a pattern.
    #[test]
    fn an_odd_key_stays_one_object(key in "~[a-z\"'*?$%{}#é ]{0,20}") {
        let [templates, configuration, requests] = exports(&spec(&key, "ok"), "failover.toml");
        let resource = format!("arn:aws:s3:::one-us-east-1/{}", policy_key(&key));
        let quoted = yaml(&resource);
        prop_assert!(templates.contains(&quoted), "{} in {}", quoted, templates);
        let quoted = hcl(&resource);
        prop_assert!(configuration.contains(&quoted), "{} in {}", quoted, configuration);
        let requests: serde_json::Value = serde_json::from_str(&requests).expect("JSON");
        let inputs = requests["requests"].as_array().expect("a list").iter().map(|request| &request["input"]);
        let policies: Vec<serde_json::Value> = inputs
            .filter_map(|input| serde_json::from_str(input["Policy"].as_str()?).ok())
            .collect();
        let resources: Vec<&serde_json::Value> =
            policies.iter().map(|policy| &policy["Statement"][0]["Resource"]).collect();
        prop_assert_eq!(resources[0], &serde_json::json!([resource]));
    }
}

/// As `one`, under many names.
fn named(one: &Spec, count: u32) -> Spec {
    let failover = |index: u32| {
        let name = format!("n{index}.example.com").parse().expect("a name");
        crate::spec::Failover { name, ..one.failovers[0].clone() }
    };
    Spec { failovers: (0..count).map(failover).collect(), ..one.clone() }
}

/// The stack that a template's header tells to deploy.
fn stack(text: &str) -> &str {
    let (_, after) = text.split_once("--stack-name ").expect("it says how to deploy it");
    after.split_once(' ').expect("and where").0
}

/// Route 53's order of a hundred pairs is of no matter, but CloudFormation's limits are.
#[test]
fn many_failovers_are_spread_over_templates() {
    let files = cloudformation(&named(&spec("health.txt", "ok"), 150), "failover.toml");
    let resources = |text: &str| text.matches("    Type: AWS::Route53::").count();
    let sizes: Vec<(&str, usize)> =
        files.iter().map(|file| (file.name.as_str(), resources(&file.text))).collect();
    // Seven resources a pair and the parameter. A spec that grows keeps the name of its first stack.
    assert_eq!(sizes, [("dns.yaml", 498), ("dns-2.yaml", 498), ("dns-3.yaml", 57)]);
    assert!(files[1].text.contains("--template-file dns-2.yaml"), "{}", &files[1].text[..900]);
    assert!(files.iter().all(|file| file.text.contains("# This is one of 3 templates")));
    let stacks: Vec<&str> = files.iter().map(|file| stack(&file.text)).collect();
    assert_eq!(stacks, ["s3-failover-dns", "s3-failover-dns-2", "s3-failover-dns-3"]);
}

/// CloudFormation User Guide, `cloudformation-limits`: 500 resources, 200 outputs and 200 parameters.
#[test]
fn many_buckets_are_spread_over_templates() {
    let mut many = named(&spec("health.txt", "ok"), 200);
    for (index, failover) in many.failovers.iter_mut().enumerate() {
        for side in [&mut failover.primary, &mut failover.secondary] {
            side.bucket = format!("{}-{index}", side.bucket).parse().expect("a bucket");
        }
    }
    let files = cloudformation_buckets(&many, "failover.toml").expect("each bucket lies in one place");
    let sizes: Vec<(&str, usize, usize)> = files
        .iter()
        .map(|file| {
            let (resources, outputs) = file.text.split_once("\nOutputs:\n").expect("outputs");
            let outputs = outputs.matches("    Value: ").count();
            (file.name.as_str(), resources.matches("    Type: AWS::").count(), outputs)
        })
        .collect();
    assert_eq!(
        sizes,
        [
            ("buckets-eu-west-1.yaml", 300, 200),
            ("buckets-eu-west-1-2.yaml", 300, 200),
            ("buckets-us-east-1.yaml", 300, 200),
            ("buckets-us-east-1-2.yaml", 300, 200),
        ]
    );
}

/// A stack that is deployed again under the name of another deletes what the other created.
#[test]
fn no_two_templates_of_a_region_are_one_stack() {
    let mut two = named(&spec("health.txt", "ok"), 2);
    let role = "arn:aws:iam::111122223333:role/media".parse().expect("a role");
    let failover = &mut two.failovers[1];
    failover.primary.bucket = "three-us-east-1".parse().expect("a bucket");
    failover.primary.role = Some(crate::model::AssumedRole { arn: role, external_id: None });
    let files = cloudformation_buckets(&two, "failover.toml").expect("each bucket lies in one place");
    let stacks: Vec<(&str, &str)> =
        files.iter().map(|file| (file.name.as_str(), stack(&file.text))).collect();
    assert_eq!(
        stacks,
        [
            ("buckets-eu-west-1.yaml", "s3-failover-buckets"),
            ("buckets-us-east-1.yaml", "s3-failover-buckets"),
            ("buckets-us-east-1-2.yaml", "s3-failover-buckets-2"),
        ]
    );
}

/// What differs is told, also when it is the external id alone.
#[test]
fn a_bucket_of_two_places_is_refused_with_both() {
    let mut two = named(&spec("health.txt", "ok"), 2);
    for (failover, id) in two.failovers.iter_mut().zip(["one", "two"]) {
        let arn = "arn:aws:iam::111122223333:role/media".parse().expect("a role");
        let external_id = Some(id.parse().expect("an external id"));
        failover.primary.role = Some(crate::model::AssumedRole { arn, external_id });
    }
    let refused = terraform(&two, "failover.toml", true).expect_err("it lies in two places").to_string();
    let place = "us-east-1 as arn:aws:iam::111122223333:role/media with the external id";
    assert_eq!(refused, format!("the bucket one-us-east-1 is said to lie in {place} one and in {place} two"));
}

/// The aws command, `cloudformation deploy`: "Templates with a size greater than 51,200 bytes must be deployed via
/// an S3 Bucket. Please add the --s3-bucket parameter".
#[test]
fn a_large_template_goes_by_a_bucket() {
    for (count, by_bucket) in [(2, false), (60, true)] {
        let files = cloudformation(&named(&spec("health.txt", "ok"), count), "failover.toml");
        assert_eq!(files[0].text.contains(" --s3-bucket "), by_bucket, "{count}");
        assert_eq!(files[0].text.len() > 51_200, by_bucket, "{count}");
    }
}
