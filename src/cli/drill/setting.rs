//! What is the same for every step of a drill: the world, the failover, what was asked for.

use crate::{
    account::{Buckets, OwnedChecks, Snapshot, Store},
    cli::{
        args::Global,
        drill_args::DrillArgs,
        exit::{ExitStatus, Failure},
        roles,
        ui::Ui,
        world::World,
    },
    clock::Clock,
    drill::{
        Saboteur, Scene,
        heartbeat::{HeartbeatPlace, HeartbeatPrefix},
    },
    journal::RunId,
    model::{CheckOwner, CheckRole, Side},
    spec::{Failover, Spec},
};

/// Where the controls of a lab are, when the world is one; `lab env` prints it.
const LAB_ADMIN: &str = "S3_FAILOVER_LAB_ADMIN";

/// What is the same for every step of a drill.
pub(super) struct Setting<'a> {
    pub(super) args: &'a DrillArgs,
    pub(super) global: &'a Global,
    pub(super) ui: Ui,
    /// Acting for the spec.
    pub(super) world: World,
    /// Of the one failover.
    pub(super) spec: &'a Spec,
    pub(super) failover: &'a Failover,
    pub(super) run: RunId,
}

impl Setting<'_> {
    pub(super) fn clock(&self) -> &Clock {
        &self.world.clock
    }

    /// Who breaks and mends, by this world's credentials.
    pub(super) async fn saboteur(&self, world: &World) -> Result<Saboteur, Failure> {
        let zones = world.zones(self.spec).await?;
        let zone = zones.into_iter().next().map(|(zone, _)| zone.id);
        Ok(Saboteur {
            clock: world.clock.clone(),
            account: world.account.clone(),
            buckets: Buckets::new(world.access.clone()),
            failover: self.failover.clone(),
            zone: zone.ok_or_else(|| Failure::new(ExitStatus::Refused, "the spec has no zone"))?,
            role: self.spec.role.clone(),
            run: self.run.to_string(),
            lab: lab_admin(),
        })
    }

    /// The same world with credentials that are looked up anew: those that there were may have expired, and whoever
    /// sits at the terminal may have signed in again.
    pub(super) async fn fresh_world(&self) -> World {
        let world = World::from_environment(self.global).await.acting_for(self.spec).await;
        World { clock: self.world.clock.clone(), ..world }
    }

    /// The bucket of a side, as it is asked.
    pub(super) fn store(&self, side: Side) -> Store {
        let declared = self.failover.side(side);
        let role = roles::of_side(self.failover, side);
        Store { bucket: declared.bucket.clone(), region: declared.region.clone(), role }
    }

    /// Where this run's heartbeats are written.
    pub(super) async fn heartbeats(&self) -> Result<HeartbeatPlace, Failure> {
        let prefix = HeartbeatPrefix::of(self.run.as_str());
        Ok(HeartbeatPlace {
            clock: self.clock().clone(),
            servers: self.world.servers().await?,
            failover: self.failover.clone(),
            buckets: Buckets::new(self.world.access.clone()),
            stores: Side::BOTH.map(|side| self.store(side)),
            prefix: prefix.expect("the name of a run is short and plain"),
        })
    }

    /// What is watched.
    pub(super) async fn scene(&self) -> Result<Scene, Failure> {
        let world = &self.world;
        let snapshot = world.snapshot(self.spec).await?;
        let zone = snapshot.zone_of(&self.failover.name).zone.clone();
        let servers = world.servers().await?;
        let name_servers = servers.name_servers(&world.clock, &zone.name).await?;
        Ok(Scene {
            clock: world.clock.clone(),
            servers,
            name_servers,
            failover: self.failover.clone(),
            account: world.account.clone(),
            side: Side::Primary,
            check: self.endpoint_check(&snapshot)?,
        })
    }

    fn endpoint_check(&self, snapshot: &Snapshot) -> Result<crate::model::HealthCheckId, Failure> {
        let owner = CheckOwner {
            zone: snapshot.zone_of(&self.failover.name).zone.id.clone(),
            failover: self.failover.name.clone(),
            role: CheckRole::Primary,
        };
        let checks = OwnedChecks::of(snapshot).checks_of(&owner);
        let check = checks.first();
        let check =
            check.ok_or_else(|| Failure::new(ExitStatus::Refused, "the primary has no health check"))?;
        Ok(check.id.clone())
    }
}

/// Where the controls of the lab are, if there is one.
pub(super) fn lab_admin() -> Option<String> {
    std::env::var(LAB_ADMIN).ok().filter(|url| !url.is_empty())
}
