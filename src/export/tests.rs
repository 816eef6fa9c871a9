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

/// Route 53's order of a hundred pairs is of no matter, but CloudFormation's limits are.
#[test]
fn many_failovers_are_spread_over_templates() {
    let one = spec("health.txt", "ok");
    let failover = |index: u32| {
        let name = format!("n{index}.example.com").parse().expect("a name");
        crate::spec::Failover { name, ..one.failovers[0].clone() }
    };
    let many = Spec { failovers: (0..150).map(failover).collect(), ..one.clone() };
    let files = cloudformation(&many, "failover.toml");
    let resources = |text: &str| text.matches("    Type: AWS::Route53::").count();
    let sizes: Vec<(&str, usize)> =
        files.iter().map(|file| (file.name.as_str(), resources(&file.text))).collect();
    // Seven resources a pair and the parameter.
    assert_eq!(sizes, [("dns-1.yaml", 498), ("dns-2.yaml", 498), ("dns-3.yaml", 57)]);
    assert!(files[1].text.contains("--template-file dns-2.yaml"), "{}", &files[1].text[..900]);
}
