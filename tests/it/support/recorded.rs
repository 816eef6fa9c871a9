//! What programs have asked a lab for, and the judge of what they have to be permitted.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    time::Duration,
};

use aws_sdk_route53::types::{HealthCheckConfig, HealthCheckType, Tag, TagResourceType};
use s3_failover::{
    lab::{Call, Options},
    model::{CheckOwner, CheckRole},
};
use serde_json::{Value, json};

use super::{Program, Ran, TestLab, held, instant, judge};

/// A lab, and what programs have asked it for.
pub(crate) struct Recorded {
    pub(crate) lab: TestLab,
    pub(crate) calls: Vec<Call>,
    /// Variables of the programs beside those that lead to the lab.
    pub(crate) variables: Vec<(String, String)>,
}

/// A lab that publishes no verdict while the test lasts, so that checkers are asked.
pub(crate) fn without_metrics() -> Options {
    Options { metric_delay: Duration::from_hours(10), ..instant() }
}

impl Recorded {
    pub(crate) async fn start() -> Self {
        Self::with(without_metrics()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let lab = TestLab::start(options).await;
        put_check_of_another_spec(&lab).await;
        Self { lab, calls: Vec::new(), variables: Vec::new() }
    }

    fn program(&self) -> Program {
        self.lab.program().with_all(&self.variables)
    }

    /// Runs a command that has to succeed, and keeps its calls.
    pub(crate) async fn run(&mut self, arguments: &[&str]) {
        let ran = self.listened(arguments).await;
        assert_eq!(ran.code, Some(0), "{arguments:?}: {ran}");
    }

    pub(crate) async fn listened(&mut self, arguments: &[&str]) -> Ran {
        self.lab.lab.forget_calls();
        let ran = self.program().run(arguments).await;
        self.calls.extend(needing_leave(self.lab.lab.calls()));
        ran
    }

    /// Starts a command, has `meanwhile` see to its end, and keeps its calls.
    pub(crate) async fn started<T>(
        &mut self,
        arguments: &[&str],
        meanwhile: impl AsyncFnOnce(super::Running) -> T,
    ) -> T {
        self.lab.lab.forget_calls();
        let came = meanwhile(self.program().start(arguments)).await;
        self.calls.extend(needing_leave(self.lab.lab.calls()));
        came
    }

    /// Has the judge look at the policy for `purpose` and at the calls so far.
    pub(crate) async fn judged(&self, purpose: &str, options: &[&str]) -> Value {
        let exported = self.lab.program().run(&[&exporting(purpose)[..], options].concat()).await;
        assert_eq!(exported.code, Some(0), "{exported}");
        judged(&self.lab, &[exported.json()], &self.calls, &[]).await
    }

    /// And says that it is exact.
    pub(crate) async fn exact(&self, purpose: &str, options: &[&str]) -> Vec<String> {
        exact(self.judged(purpose, options).await, purpose)
    }

    /// Has the judge look at the policy of each identity and at its own calls, and say that it is exact.
    pub(crate) async fn each_exact(&self, purpose: &str) -> BTreeMap<String, Vec<String>> {
        let mut actions = BTreeMap::new();
        for (whose, policy) in self.policies(purpose).await {
            let verdict = judged(&self.lab, &[policy], &self.calls_of(&whose), &[]).await;
            actions.insert(whose.clone(), exact(verdict, &format!("{purpose} by {whose}")));
        }
        let asked: BTreeSet<String> = self.calls.iter().map(identity).collect();
        assert_eq!(asked, actions.keys().cloned().collect(), "each that asks has a policy, and no other");
        actions
    }

    /// What each identity asks is denied to all the others.
    pub(crate) async fn none_does_anothers(&self, purpose: &str) {
        let policies = self.policies(purpose).await;
        for whose in policies.keys() {
            let others = policies.iter().filter(|(other, _)| *other != whose);
            let others: Vec<Value> = others.map(|(_, policy)| policy.clone()).collect();
            let verdict = judged(&self.lab, &others, &self.calls_of(whose), &["denied", "actions"]).await;
            let denied = verdict["denied"].as_array().expect("a list").iter().map(|request| &request[0]);
            let denied: BTreeSet<&str> = denied.filter_map(Value::as_str).collect();
            assert_eq!(json!(denied), verdict["actions"], "what {whose} does");
        }
    }

    fn calls_of(&self, whose: &str) -> Vec<Call> {
        self.calls.iter().filter(|call| identity(call) == whose).cloned().collect()
    }

    /// The policy of each identity.
    async fn policies(&self, purpose: &str) -> BTreeMap<String, Value> {
        let folder = format!("policies-{purpose}");
        let exported = self.lab.program().run(&[&exporting(purpose)[..], &["--out", &folder]].concat()).await;
        assert_eq!(exported.code, Some(0), "{exported}");
        let files = std::fs::read_dir(self.lab.folder().join(folder)).expect("a folder");
        let paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
        let policy = |path: PathBuf| {
            let whose = path.file_stem().expect("a name").to_str().expect("UTF-8").to_owned();
            let text = std::fs::read_to_string(&path).expect("a text");
            (whose, serde_json::from_str(&text).expect("JSON"))
        };
        paths.into_iter().map(policy).collect()
    }
}

/// Makes a health check for a failover that no spec of the test has, so that tags have to be read: of those that
/// are at work they are known without.
async fn put_check_of_another_spec(lab: &TestLab) {
    let client = lab.route53();
    let zone = held(&client).await.zone.parse().expect("an id");
    let failover = "others.example.com".parse().expect("a name");
    let owner = CheckOwner { zone, failover, role: CheckRole::Primary };
    let config = HealthCheckConfig::builder()
        .r#type(HealthCheckType::Https)
        .fully_qualified_domain_name("www.example.com")
        .disabled(true)
        .build()
        .expect("a configuration");
    let reference = owner.reference("made by hand", 0);
    let request = client.create_health_check().caller_reference(reference.as_str());
    let made = request.health_check_config(config).send().await;
    let id = made.expect("a check").health_check.expect("a check").id;
    let tag = |(key, value)| Tag::builder().key(key).value(value).build();
    let tags = owner.tags("others.toml").into_iter().map(tag).collect();
    let request = client.change_tags_for_resource().resource_type(TagResourceType::Healthcheck);
    request.resource_id(id).set_add_tags(Some(tags)).send().await.expect("tags");
}

/// Whose call it was, by the name of the file with his policy.
fn identity(call: &Call) -> String {
    let arn = call.principal.as_deref().expect("the lab knows its keys");
    match arn.split([':', '/']).collect::<Vec<_>>()[..] {
        ["arn", "aws", "sts", "", account, "assumed-role", name, "s3-failover"] => {
            format!("role-{account}-{name}")
        }
        ["arn", "aws", "iam", "", _, "user", _] => "caller".to_owned(),
        _ => panic!("{arn}"),
    }
}

/// All calls but one: "No permissions are required to perform this operation" (STS API reference,
/// `GetCallerIdentity`), and no policy can deny it.
fn needing_leave(calls: Vec<Call>) -> impl Iterator<Item = Call> {
    calls.into_iter().filter(|call| call.operation != "GetCallerIdentity")
}

/// What `verify` asks only where something calls for it: the zone, when its delegation is walked, which these
/// labs have none of; the checkers, when CloudWatch has nothing new of a check.
fn is_for_now_and_then(superfluous: &str) -> bool {
    superfluous.starts_with("Zones: ") || superfluous.ends_with(": route53:GetHealthCheckStatus")
}

/// The actions, when there is nothing to be said of the policies.
fn exact(mut verdict: Value, whose: &str) -> Vec<String> {
    let actions = verdict["actions"].take();
    assert_eq!(
        verdict,
        json!({"lint": [], "denied": [], "superfluous": [], "wide": [], "let_in": [], "actions": null}),
        "for {whose}: {verdict:#}"
    );
    serde_json::from_value(actions).expect("texts")
}

pub(crate) fn exporting(purpose: &str) -> [&str; 5] {
    ["export", "--format", "iam", "--for", purpose]
}

/// What the judge says in these lists; in all, when none is named.
pub(crate) async fn judged(lab: &TestLab, policies: &[Value], calls: &[Call], lists: &[&str]) -> Value {
    let path = lab.folder().join("judged.json");
    let document = json!({ "policies": policies, "calls": calls, "lists": lists });
    std::fs::write(&path, document.to_string()).expect("a file");
    let verdict = judge("iam.py", &[], &[&path.display().to_string()]).await;
    let mut verdict: Value = serde_json::from_str(&verdict).expect("the judge writes JSON");
    let is_verify = |policy: &Value| policy.to_string().contains("route53:TestDNSAnswer");
    if let (true, Some(superfluous)) = (policies.iter().any(is_verify), verdict["superfluous"].as_array_mut())
    {
        superfluous.retain(|one| !one.as_str().is_some_and(is_for_now_and_then));
    }
    verdict
}

pub(crate) fn nothing_of(lists: &[&str], verdict: &Value) {
    for list in lists {
        assert_eq!(verdict[list], json!([]), "{list}: {verdict:#}");
    }
}

/// The requests about records among those of a list of the verdict.
pub(crate) fn about_records(verdict: &Value, list: &str) -> Vec<Value> {
    let requests = verdict[list].as_array().expect("a list").iter();
    requests.filter(|request| request[0] == "route53:ChangeResourceRecordSets").cloned().collect()
}
