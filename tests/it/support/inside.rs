//! What the program does to an account, done in this process and in the lab's time: for tests that need many
//! runs and no process of their own.

use std::fmt::Display;

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use s3_failover::{
    account::{Account, Snapshot, patient},
    apply::{Options, apply},
    causes::in_one_line,
    clock::Clock,
    lab::credentials,
    model::Fqdn,
    plan::{Plan, Reviewed, Terms, destroy, destroy_orphans, plan},
    spec::{Spec, ZoneRef},
};

use super::TestLab;

/// An account, as the program opens it.
pub(crate) struct Inside<'a> {
    lab: &'a TestLab,
    account: Account,
    clock: Clock,
}

/// A command, as far as it concerns the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Errand {
    /// `apply`, taking over what stands at these names.
    Apply(Vec<Fqdn>),
    /// `apply plan.json`.
    ApplyFile,
    /// `destroy`.
    Destroy,
    /// `destroy --orphans`.
    DestroyOrphans,
}

impl<'a> Inside<'a> {
    /// The lab's account, asked at `url`.
    pub(crate) async fn new(lab: &'a TestLab, url: &str) -> Self {
        let keys =
            Credentials::new(credentials::ACCESS_KEY_ID, credentials::SECRET_ACCESS_KEY, None, None, "lab");
        let settings = patient(aws_config::defaults(BehaviorVersion::latest()))
            .region(Region::new(credentials::DEFAULT_REGION))
            .credentials_provider(keys)
            .use_fips(false)
            .use_dual_stack(false)
            .endpoint_url(url);
        let clock = lab.lab.clock().clone();
        Self { lab, account: Account::new(&settings.load().await, &clock), clock }
    }

    /// The lab's account, asked directly.
    pub(crate) async fn direct(lab: &'a TestLab) -> Self {
        Self::new(lab, &lab.lab.ready().route53).await
    }

    /// The account, as the program asks it.
    pub(crate) fn account(&self) -> &Account {
        &self.account
    }

    /// Looks and plans.
    pub(crate) async fn plan(&self, errand: &Errand) -> Result<Plan, String> {
        if *errand == Errand::DestroyOrphans {
            let snapshot = Snapshot::read(&self.account, Vec::new()).await.map_err(line)?;
            let usage = self.account.check_usage().await.map_err(line)?;
            return Ok(destroy_orphans(&snapshot, &usage));
        }
        let (spec, text) = self.spec();
        let failover = &spec.failovers[0];
        let ZoneRef::Name(zone) = spec.zone_of(failover) else { panic!("the lab's spec names its zone") };
        let zones = self.account.zones_by_name(std::slice::from_ref(zone)).await.map_err(line)?;
        let zone = zones.into_iter().next().expect("one for each name");
        let asked = vec![(zone, vec![failover.name.clone()])];
        let snapshot = Snapshot::read(&self.account, asked).await.map_err(line)?;
        let terms = |adopt| Terms { spec_name: "failover.toml", adopt, ..Terms::default() };
        match errand {
            Errand::Apply(adopt) => plan(&spec, &terms(adopt), &snapshot).map_err(line),
            Errand::ApplyFile => {
                let file = std::fs::read_to_string(self.lab.folder().join("plan.json")).expect("a plan");
                let reviewed = Reviewed::parse(&file).map_err(line)?;
                let now = plan(&spec, &terms(reviewed.adopt()), &snapshot).map_err(line)?;
                match reviewed.still_holds(&now, &text, "failover.toml") {
                    Ok(()) => Ok(now),
                    Err(outdated) => Err(format!("outdated: {outdated:?}")),
                }
            }
            Errand::Destroy => destroy(&spec, &snapshot).map_err(line),
            Errand::DestroyOrphans => unreachable!("it needs no spec"),
        }
    }

    /// Plans and carries out.
    pub(crate) async fn run(&self, errand: &Errand) -> Result<(), String> {
        let plan = self.plan(errand).await?;
        // As in the commands of `Flow`.
        let options = Options { allow_both_down: true, ..Options::default() };
        let mut silent = |_| {};
        let done = Box::pin(apply(&self.account, &self.clock, &plan, options, &mut silent)).await;
        done.map(drop).map_err(|error| in_one_line(&error))
    }

    /// `plan --out plan.json`.
    pub(crate) async fn write_plan(&self) {
        let (_, text) = self.spec();
        let plan = self.plan(&Errand::Apply(Vec::new())).await.expect("a plan");
        let terms = Terms { spec_name: "failover.toml", ..Terms::default() };
        let reviewed = serde_json::to_string(&Reviewed::new(plan, &text, &[], &terms)).expect("JSON");
        std::fs::write(self.lab.folder().join("plan.json"), reviewed).expect("a file");
    }

    fn spec(&self) -> (Spec, String) {
        let path = self.lab.folder().join("failover.toml");
        let text = std::fs::read_to_string(&path).expect("a spec");
        (Spec::load(&path).expect("a valid spec").spec, text)
    }
}

fn line(error: impl Display) -> String {
    error.to_string()
}
