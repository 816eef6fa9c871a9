//! The world of a lab: the same commands act in it, over the wire.

use std::path::PathBuf;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;

use crate::{
    account::{Access, Account},
    apply::Stop,
    cli::{
        args::{DemoArgs, Global},
        exit::Failure,
        memory::Memory,
        world::World,
    },
    lab::{Lab, Options, credentials},
};

/// A lab, the world that it makes, and a folder for the spec.
pub(super) struct Stage {
    pub(super) lab: Lab,
    pub(super) world: World,
    pub(super) global: Global,
    folder: Folder,
}

impl Stage {
    /// Builds the stage. `global` gives what is not the lab's to say.
    pub(super) async fn build(args: &DemoArgs, global: &Global) -> Result<Self, Failure> {
        let options = Options {
            speed: args.speed,
            interval: args.interval,
            failure_threshold: args.threshold,
            ttl: args.ttl,
            ..Options::default()
        };
        let lab = Lab::start(options).await?;
        let folder = Folder::create()?;
        let ready = lab.ready();
        let s3 = sdk_config(&ready.s3_endpoint).await;
        let world = World {
            clock: lab.clock().clone(),
            stop: Stop::default(),
            account: Account::new(&sdk_config(&ready.route53).await, lab.clock()),
            access: Access::of_account(s3, credentials::ACCOUNT_ID),
            resolvers: vec![ready.resolver.to_string()],
            nameservers: ready.nameservers.iter().map(ToString::to_string).collect(),
            subnet: None,
            memory: Memory::not_kept(),
        };
        let global = Global { config: folder.0.join("failover.toml"), only: Vec::new(), ..global.clone() };
        Ok(Self { lab, world, global, folder })
    }

    /// Takes everything down again.
    pub(super) async fn clear(self) {
        self.lab.stop().await;
        drop(self.folder);
    }
}

/// The lab's credentials and one of its endpoints; nothing of the environment.
async fn sdk_config(endpoint: &str) -> SdkConfig {
    let credentials =
        Credentials::new(credentials::ACCESS_KEY_ID, credentials::SECRET_ACCESS_KEY, None, None, "lab");
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(credentials::DEFAULT_REGION))
        .credentials_provider(credentials)
        .use_fips(false)
        .use_dual_stack(false)
        .endpoint_url(endpoint)
        .load()
        .await
}

/// A folder of our own, gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn create() -> Result<Self, Failure> {
        let path = std::env::temp_dir().join(format!("s3-failover-demo-{}", std::process::id()));
        std::fs::create_dir(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that somebody else removed is removed.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
