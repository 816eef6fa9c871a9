//! The hand that breaks a lab's primary, and a picture of everything that it could touch, taken by the AWS SDK.

use std::{collections::BTreeMap, fmt::Debug};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_sdk_s3::error::ProvideErrorMetadata;
use s3_failover::{
    account::{Access, Account, Buckets},
    drill::Saboteur,
    lab::credentials,
    model::Side,
    spec::Spec,
};

use super::{TestLab, held};

/// What the name of each run of these tests is.
pub(crate) const RUN: &str = "20261122T010000Z-0badcafe";

/// A saboteur who asks the lab directly.
pub(crate) async fn saboteur(lab: &TestLab) -> Saboteur {
    saboteur_at(lab, &lab.lab.ready().route53, &lab.lab.ready().s3_endpoint).await
}

/// One who asks Route 53 and S3 at these addresses.
pub(crate) async fn saboteur_at(lab: &TestLab, route53: &str, s3: &str) -> Saboteur {
    let clock = lab.lab.clock().clone();
    let spec = Spec::load(&lab.folder().join("failover.toml")).expect("a valid spec").spec;
    let zone = held(&lab.route53()).await.zone;
    Saboteur {
        account: Account::new(&settings(route53).await, &clock),
        buckets: Buckets::new(Access::of_account(settings(s3).await, credentials::ACCOUNT_ID)),
        clock,
        failover: spec.failovers[0].clone(),
        zone: zone.parse().expect("an id"),
        role: None,
        run: RUN.to_owned(),
        lab: Some(lab.lab.ready().admin.clone()),
    }
}

async fn settings(url: &str) -> SdkConfig {
    let keys =
        Credentials::new(credentials::ACCESS_KEY_ID, credentials::SECRET_ACCESS_KEY, None, None, "lab");
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(credentials::DEFAULT_REGION))
        .credentials_provider(keys)
        .use_fips(false)
        .use_dual_stack(false)
        .endpoint_url(url)
        .load()
        .await
}

/// All that a fault could touch, by names. Versions of health checks grow with each change, and are not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Picture(BTreeMap<String, String>);

impl Picture {
    /// How it is now.
    pub(crate) async fn of(lab: &TestLab, saboteur: &Saboteur) -> Self {
        let mut all = BTreeMap::new();
        for (check, tags) in held(&lab.route53()).await.checks {
            let role = tags.get("s3-failover:role").cloned().unwrap_or_else(|| check.id().to_owned());
            let settings = format!("{:?} {tags:?}", check.health_check_config());
            all.insert(format!("check {role}"), settings);
        }
        let failover = &saboteur.failover;
        for side in Side::BOTH {
            let region = failover.side(side).region.as_str();
            let (s3, bucket) = (lab.s3(region), failover.sentinel(side).as_str());
            all.insert(format!("policy {side}"), told(s3.get_bucket_policy().bucket(bucket).send().await));
            let block = s3.get_public_access_block().bucket(bucket).send().await;
            all.insert(format!("public access {side}"), told(block));
            // What is put there is replicated to the primary in its own time, and so is what is taken away.
            if side == Side::Secondary {
                let list = s3.list_objects_v2().bucket(bucket).send().await.expect("a list");
                let keys: Vec<_> =
                    list.contents().iter().filter_map(aws_sdk_s3::types::Object::key).collect();
                all.insert(format!("objects {side}"), format!("{keys:?}"));
            }
            let key = failover.health_object(side).expect("the lab's spec has one").as_str();
            let look = stranger(lab, region).get_object().bucket(bucket).key(key).send().await;
            let seen = match look {
                Ok(_) => "readable".to_owned(),
                Err(error) => error.code().unwrap_or("nothing").to_owned(),
            };
            all.insert(format!("strangers {side}"), seen);
        }
        Self(all)
    }

    /// Of what there is another picture now.
    pub(crate) fn differs(&self, now: &Self) -> Vec<String> {
        let names = self.0.keys().chain(now.0.keys()).collect::<std::collections::BTreeSet<_>>();
        names.into_iter().filter(|name| self.0.get(*name) != now.0.get(*name)).cloned().collect()
    }
}

fn told<T: Debug, E: ProvideErrorMetadata, R>(
    answer: Result<T, aws_sdk_s3::error::SdkError<E, R>>,
) -> String {
    match answer {
        // All but the request's own id, which is another one each time.
        Ok(answer) => {
            let text = format!("{answer:?}");
            text.split(", _extended_request_id").next().unwrap_or_default().to_owned()
        }
        Err(error) => error.code().unwrap_or("no code").to_owned(),
    }
}

/// A client that signs nothing, as checkers.
fn stranger(lab: &TestLab, region: &str) -> aws_sdk_s3::Client {
    let region: s3_failover::model::Region = region.parse().expect("a region");
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
        .region(aws_sdk_s3::config::Region::new(region.to_string()))
        .endpoint_url(&lab.lab.ready().s3[&region])
        .force_path_style(true)
        .allow_no_auth();
    aws_sdk_s3::Client::from_conf(config.build())
}
