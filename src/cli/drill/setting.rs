//! What is the same for every step of a drill: the world, the failover, what was asked for.

use std::sync::Arc;

use crate::{
    account::{Account, Buckets, OwnedChecks, Store},
    cli::{
        args::Global,
        drill_args::DrillArgs,
        exit::{ExitStatus, Failure},
        gather, lab_admin, roles, signed,
        ui::Ui,
        world::World,
    },
    clock::Clock,
    drill::{
        Periods, Saboteur, Scene, Signal,
        heartbeat::{HeartbeatPlace, HeartbeatPrefix},
    },
    journal::RunId,
    model::{CheckOwner, Side},
    probe::Servers,
    spec::{Failover, Spec},
    watch::{FetchSide, SignFor},
};

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
            lab: lab_admin::address(),
        })
    }

    /// The same world with credentials that are looked up anew: those that there were may have expired, and whoever
    /// sits at the terminal may have signed in again.
    pub(super) async fn fresh_world(&self) -> World {
        let clock = self.world.clock.clone();
        let world = World::from_environment(self.global).await;
        let account = Account::new(&world.access.settings(None).await, &clock);
        World { clock, account, ..world }.acting_for(self.spec).await
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
        let (world, failover) = (&self.world, self.failover);
        let snapshot = world.snapshot(self.spec).await?;
        let zone = snapshot.zone_of(&failover.name).zone.clone();
        let servers = world.servers().await?;
        let name_servers = servers.name_servers(&world.clock, &zone.name).await?;
        let ours = OwnedChecks::of(&snapshot);
        let found = |role| {
            let owner = CheckOwner { zone: zone.id.clone(), failover: failover.name.clone(), role };
            ours.checks_of(&owner).first().copied()
        };
        let signal = Signal::of(&self.args.fault, failover, Side::Primary, found)
            .map_err(|error| Failure::new(ExitStatus::Refused, error.to_string()))?;
        let is_private = Side::BOTH.iter().any(|side| signed::is_private(failover, *side));
        Ok(Scene {
            periods: Periods::for_few(name_servers.len() + servers.resolvers.len(), &world.clock),
            clock: world.clock.clone(),
            name_servers,
            failover: failover.clone(),
            account: world.account.clone(),
            side: Side::Primary,
            signal,
            fetch: is_private.then(|| self.fetch(&servers)),
            sign: Some(self.sign()),
            servers,
            until: None,
        })
    }

    /// Asks endpoints as `verify` does: signed where the data is not for everybody.
    fn fetch(&self, servers: &Servers) -> FetchSide {
        let (world, servers, failover) = (self.world.clone(), servers.clone(), self.failover.clone());
        let parts = Arc::new((world, servers, failover));
        Arc::new(move |_, side| {
            let parts = Arc::clone(&parts);
            Box::pin(async move { gather::side_data(&parts.0, &parts.1, &parts.2, side).await })
        })
    }

    /// Sends clients as `verify` does.
    fn sign(&self) -> SignFor {
        let (world, failover) = (self.world.clone(), self.failover.clone());
        Arc::new(move |_| gather::signer(&world, &failover))
    }
}
