//! The world in which a command acts: its time, its AWS, its DNS.

use std::{collections::BTreeMap, path::Path, time::Duration};

use futures_util::future::{try_join, try_join_all};

use super::{
    args::Global,
    exit::{ExitStatus, Failure},
    memory::Memory,
    roles, speed,
    ui::Ui,
};
use crate::{
    account::{Access, Account, Identity, Snapshot, Zone},
    apply::Stop,
    clock::Clock,
    model::Fqdn,
    probe::{ClientSubnet, ServerError, ServerList, Servers},
    report::Look,
    spec::{self, Loaded, Spec, SpecError, ZoneRef},
};

/// How long one name server or resolver may take.
const DNS_LIMIT: Duration = Duration::from_secs(5);

/// Time, AWS and DNS.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) clock: Clock,
    /// Whether somebody has pressed Ctrl-C, for commands that change something.
    pub(super) stop: Stop,
    pub(super) account: Account,
    /// Who we are, and in other accounts.
    pub(super) access: Access,
    pub(super) resolvers: Vec<String>,
    pub(super) nameservers: Vec<String>,
    /// On whose behalf names are asked for.
    pub(super) subnet: Option<String>,
    /// What is still broken, and what was done.
    pub(super) memory: Memory,
}

impl World {
    /// Our own world, by options and environment.
    pub(super) async fn from_environment(global: &Global) -> Self {
        let clock = speed::clock(global.lab_speed);
        let identity = Identity { profile: global.profile.clone(), region: global.region.clone() };
        let access = Access::new(identity.sdk_config().await);
        let account = Account::new(&access.settings(None).await, &clock);
        let (resolvers, nameservers) = (global.resolvers.clone(), global.nameservers.clone());
        let subnet = global.client_subnet.clone();
        let memory = Memory::new(global);
        Self { clock, stop: Stop::default(), account, access, resolvers, nameservers, subnet, memory }
    }

    /// The same world, for questions about which nothing is measured: a lab that is faster than ours gets as long to
    /// answer as it would have in ours, up to some seconds.
    pub(super) fn patient(&self) -> Self {
        Self { clock: self.clock.patient(), ..self.clone() }
    }

    /// The same world, in which Route 53 is asked as the role that the spec names for it.
    pub(super) async fn acting_for(&self, spec: &Spec) -> Self {
        let Some(role) = roles::of_dns(spec) else { return self.clone() };
        let account = Account::new(&self.access.settings(Some(&role)).await, &self.clock);
        Self { account, ..self.clone() }
    }

    /// Whom to ask for names.
    pub(super) async fn servers(&self) -> Result<Servers, Failure> {
        let list = ServerList::parse(&self.resolvers, &self.nameservers, DNS_LIMIT)?;
        // A variable that is set but empty names nobody.
        let subnet = self.subnet.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let subnet = subnet.map(str::parse::<ClientSubnet>).transpose().map_err(ServerError::from)?;
        Ok(list.on_behalf_of(subnet).located(&self.clock).await?)
    }

    /// The hosted zones of a spec, each once, and the names in it that fail over.
    pub(super) async fn zones(&self, spec: &Spec) -> Result<Vec<(Zone, Vec<Fqdn>)>, Failure> {
        let mut wanted: BTreeMap<&ZoneRef, Vec<Fqdn>> = BTreeMap::new();
        for failover in &spec.failovers {
            wanted.entry(spec.zone_of(failover)).or_default().push(failover.name.clone());
        }
        let found = self.find(wanted.keys().copied()).await?;
        let mut zones: Vec<(Zone, Vec<Fqdn>)> = Vec::new();
        for (zone, names) in wanted {
            let zone = found[zone].clone();
            if let Some(outside) = names.iter().find(|name| !name.is_within(&zone.name)) {
                // By an id alone the spec could not be judged for this.
                let message = format!("{outside} lies outside the hosted zone {} ({})", zone.name, zone.id);
                return Err(Failure::new(ExitStatus::Usage, message)
                    .hint("`hosted_zone` has to name the zone that holds the failover's name."));
            }
            match zones.iter_mut().find(|(known, _)| *known == zone) {
                // Once by its name, once by its id.
                Some((_, known)) => known.extend(names),
                None => zones.push((zone, names)),
            }
        }
        Ok(zones)
    }

    /// The zones that a spec names; all by one call whose names lie close together, the others at once.
    async fn find<'a>(
        &self,
        wanted: impl Iterator<Item = &'a ZoneRef> + Clone,
    ) -> Result<BTreeMap<&'a ZoneRef, Zone>, Failure> {
        let name = |zone: &'a ZoneRef| match zone {
            ZoneRef::Name(name) => Some((zone, name.clone())),
            ZoneRef::Id(_) => None,
        };
        let id = |zone: &'a ZoneRef| match zone {
            ZoneRef::Name(_) => None,
            ZoneRef::Id(id) => Some((zone, self.account.zone_by_id(id))),
        };
        let (written, names): (Vec<_>, Vec<Fqdn>) = wanted.clone().filter_map(name).unzip();
        let (ids, by_id): (Vec<_>, Vec<_>) = wanted.filter_map(id).unzip();
        let (by_name, by_id) = try_join(self.account.zones_by_name(&names), try_join_all(by_id)).await?;
        Ok(written.into_iter().zip(by_name).chain(ids.into_iter().zip(by_id)).collect())
    }

    /// One look at the account, at all that concerns the spec.
    pub(super) async fn snapshot(&self, spec: &Spec) -> Result<Snapshot, Failure> {
        Ok(Snapshot::read(&self.account, self.zones(spec).await?).await?)
    }
}

/// The spec of `--config`, cut down to `--only`. Warnings are said.
pub(super) fn load_spec(global: &Global, ui: Ui) -> Result<Spec, Failure> {
    let look = spec_look(ui);
    let Loaded { spec, warnings } = match Spec::load(&global.config) {
        Ok(loaded) => loaded,
        Err(SpecError::Invalid(invalid)) => {
            ui.warn(&invalid.findings.render(look));
            return Err(Failure::new(ExitStatus::Usage, format!("{invalid}; nothing was sent")));
        }
        Err(error @ SpecError::Read { .. }) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            let mut failure = Failure::new(ExitStatus::Usage, error.to_string());
            failure.causes.extend(cause);
            return Err(failure
                .hint("`s3-failover init` writes a spec to begin with; `--config FILE` names another."));
        }
    };
    if !warnings.is_empty() {
        ui.say(&warnings.render(look));
    }
    if global.only.is_empty() {
        return Ok(spec);
    }
    spec.only(&global.only).map_err(|error| Failure::new(ExitStatus::Usage, error.to_string()))
}

/// How findings about a spec look.
pub(super) fn spec_look(ui: Ui) -> spec::Look {
    spec::Look { colour: ui.look() == Look::Coloured, ..spec::Look::PLAIN }
}

/// What tags call the spec: the file's own name.
pub(super) fn spec_name(path: &Path) -> String {
    path.file_name().map_or_else(|| "spec".to_owned(), |name| name.to_string_lossy().into_owned())
}
