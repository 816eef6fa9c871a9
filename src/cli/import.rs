//! `import`: the spec of what stands already. Looks, and changes nothing at AWS.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write as _,
    path::Path,
};

use serde::Serialize;

use super::{
    args::{ImportArgs, LeaveArgs},
    exit::{ExitStatus, Failure},
    ui::Ui,
    world::{World, spec_look, spec_name},
};
use crate::{
    account::{Snapshot, Zone},
    import::{Asked, Imported, Note, Refusal, ZoneUnknown, further, import, text, zone_for},
    model::Fqdn,
    plan::{Guard, Plan, Refusal as PlanRefusal, Refused, plan},
    report::json,
    spec::{Format, Spec},
};

/// What programs read. Keys may be added, never renamed.
#[derive(Serialize)]
struct ImportDocument<'a> {
    schema: &'static str,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    spec: Option<&'a Spec>,
    findings: Vec<Finding<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<NextDocument<'a>>,
}

#[derive(Serialize)]
struct Finding<'a> {
    id: &'a str,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a Fqdn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

#[derive(Serialize)]
struct NextDocument<'a> {
    adopt: &'a [Fqdn],
    allow: &'a [Guard],
    /// How many things the next plan changes; nothing when it is refused all the same.
    changes: Option<usize>,
}

pub(super) async fn run(args: &ImportArgs, world: &World, ui: Ui) -> Result<ExitStatus, Failure> {
    if let Some(path) = args.out.as_deref().filter(|path| path.exists()) {
        return Err(there_already(path));
    }
    let (asked, snapshot) = look(args, world).await?;
    let imported = match import(&asked, &snapshot) {
        Ok(imported) => imported,
        Err(refusals) => return refused(&refusals, ui),
    };
    let format = args.out.as_deref().map_or(Format::Toml, Format::of_path);
    let name = args.out.as_deref().map_or_else(|| "the spec".to_owned(), |path| path.display().to_string());
    // What import writes must be a spec that plan takes.
    if let Err(invalid) = Spec::parse(&name, &text(&imported, &[], format), format) {
        ui.warn(&invalid.findings.render(spec_look(ui)));
        let failure =
            Failure::new(ExitStatus::No, "what stands there makes no valid spec; nothing was written");
        return Err(failure.hint(
            "Each finding says what would work; the records can be changed by the tool that manages them.",
        ));
    }
    let next = Next::of(&imported.spec, &snapshot, args.out.as_deref());
    let written = text(&imported, &head(args, &snapshot, &next), format);
    if let Some(path) = &args.out {
        write(path, &written)?;
    }
    if ui.json {
        let document = ImportDocument {
            schema: "s3-failover/import/v1",
            ok: true,
            spec: Some(&imported.spec),
            findings: notes(&imported).map(|(name, note)| finding(name, note)).collect(),
            next: Some(next.document()),
        };
        ui.data(&json::render(&document))?;
    } else if args.out.is_none() {
        ui.data(&written)?;
    }
    if let (Some(_), Format::Json) = (&args.out, format) {
        // JSON has no place for comments.
        for (name, Note { key, message, .. }) in notes(&imported) {
            let place = if key.is_empty() { name.to_string() } else { format!("{name}, {key}") };
            ui.say(&format!("{place}: {message}"));
        }
    }
    ui.say(&next.told(args.out.as_deref()));
    Ok(ExitStatus::Yes)
}

/// The names with their zones, and one look at all that they lead to.
async fn look(args: &ImportArgs, world: &World) -> Result<(Vec<Asked>, Snapshot), Failure> {
    let zones = world.account.zones().await?;
    let mut asked: Vec<Asked> = Vec::new();
    let mut by_zone: BTreeMap<Zone, Vec<Fqdn>> = BTreeMap::new();
    for name in &args.names {
        if asked.iter().any(|known| known.name == *name) {
            continue;
        }
        let (zone, by) = zone_for(name, &zones, args.zone.as_ref())?;
        by_zone.entry(zone).or_default().push(name.clone());
        asked.push(Asked { name: name.clone(), by });
    }
    let mut snapshot = Snapshot::read(&world.account, by_zone.into_iter().collect()).await?;
    let mut read = BTreeSet::new();
    loop {
        let further = further(&snapshot, &read);
        if further.is_empty() {
            return Ok((asked, snapshot));
        }
        for (zone, name) in &further {
            snapshot.follow(&world.account, zone, name).await?;
        }
        read.extend(further);
    }
}

fn refused(refusals: &[Refusal], ui: Ui) -> Result<ExitStatus, Failure> {
    if ui.json {
        let finding = |refusal: &Refusal| Finding {
            id: refusal.id(),
            severity: "error",
            name: None,
            key: None,
            message: refusal.to_string(),
            help: Some(refusal.way_out()),
        };
        let findings = refusals.iter().map(finding).collect();
        let schema = "s3-failover/import/v1";
        ui.data(&json::render(&ImportDocument { schema, ok: false, spec: None, findings, next: None }))?;
    }
    let mut failure =
        Failure::new(ExitStatus::No, "what stands there cannot be written as a spec; nothing was written");
    for refusal in refusals {
        failure.causes.push(format!("{}: {refusal}", refusal.id()));
        let way_out = refusal.way_out();
        if !failure.hints.contains(&way_out) {
            failure.hints.push(way_out);
        }
    }
    Err(failure)
}

fn notes(imported: &Imported) -> impl Iterator<Item = (&Fqdn, &Note)> {
    imported.notes.iter().flat_map(|(name, notes)| notes.iter().map(move |note| (name, note)))
}

fn finding<'a>(name: &'a Fqdn, note: &'a Note) -> Finding<'a> {
    let key = Some(note.key.as_str()).filter(|key| !key.is_empty());
    Finding {
        id: note.id,
        severity: "note",
        name: Some(name),
        key,
        message: note.message.clone(),
        help: None,
    }
}

/// What the next plan would say: asked of the plan itself.
struct Next {
    leave: LeaveArgs,
    plan: Result<Plan, Refused>,
}

impl Next {
    fn of(spec: &Spec, snapshot: &Snapshot, file: Option<&Path>) -> Self {
        let name = file.map_or_else(|| "failover.toml".to_owned(), spec_name);
        let mut leave = LeaveArgs::default();
        let mut made = plan(spec, &leave.terms(&name, &[]), snapshot);
        if let Err(Refused { refusals }) = &made {
            for refusal in refusals {
                match refusal {
                    PlanRefusal::ForeignRecord { failover, .. } => {
                        let named = spec.failovers.iter().find(|f| f.name.as_str() == failover);
                        leave.adopt.extend(named.map(|failover| failover.name.clone()));
                    }
                    PlanRefusal::LongTtl { .. } => leave.allow.push(Guard::LongTtl),
                    PlanRefusal::DoubledCost { .. } => leave.allow.push(Guard::DoubledCost),
                    _ => {}
                }
            }
            leave.adopt.dedup();
            leave.allow.sort_by_key(|guard| guard.id());
            leave.allow.dedup();
            made = plan(spec, &leave.terms(&name, &[]), snapshot);
        }
        Self { leave, plan: made }
    }

    fn document(&self) -> NextDocument<'_> {
        let LeaveArgs { adopt, allow, .. } = &self.leave;
        NextDocument { adopt, allow, changes: self.plan.as_ref().ok().map(|plan| plan.changes.len()) }
    }

    /// The options that it takes, each with a blank before it.
    fn options(&self) -> String {
        let adopt = self.leave.adopt.iter().map(|name| format!(" --adopt {name}"));
        adopt.chain(self.leave.allow.iter().map(|guard| format!(" --allow {guard}"))).collect()
    }

    fn sentence(&self) -> String {
        let adopting = if self.leave.adopt.is_empty() {
            ""
        } else {
            " These records are not marked as s3-failover's own, so it takes their place only with `--adopt`."
        };
        match &self.plan {
            Ok(plan) if plan.is_empty() => "The next plan is empty.".to_owned(),
            Ok(plan) => format!(
                "The next plan changes {}: `s3-failover plan{}` shows what.{adopting}",
                match plan.changes.len() {
                    1 => "one thing".to_owned(),
                    many => format!("{many} things"),
                },
                self.options()
            ),
            Err(Refused { refusals }) => {
                let all: Vec<String> =
                    refusals.iter().map(|refusal| format!("{refusal}. {}", refusal.way_out())).collect();
                format!("The next plan will be refused: {}", all.join(" "))
            }
        }
    }

    fn told(&self, file: Option<&Path>) -> String {
        let wrote = file.map(|path| format!("Wrote {}. ", path.display())).unwrap_or_default();
        format!("{wrote}{}", self.sentence())
    }
}

fn head(args: &ImportArgs, snapshot: &Snapshot, next: &Next) -> Vec<String> {
    let names: Vec<String> = args.names.iter().map(|name| format!(" {name}")).collect();
    let zones: Vec<String> =
        snapshot.zones.iter().map(|held| format!("{} ({})", held.zone.name, held.zone.id)).collect();
    vec![
        format!(
            "Written by `s3-failover import{}` from the records and health checks that stood in {}.",
            names.concat(),
            zones.join(", ")
        ),
        format!("{} (Said when this was written.)", next.sentence()),
    ]
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let created = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = match created {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Err(there_already(path)),
        Err(error) => {
            let message = format!("could not create {}", path.display());
            return Err(Failure::new(ExitStatus::Usage, message).caused_by(&error));
        }
    };
    Ok(file.write_all(text.as_bytes())?)
}

fn there_already(path: &Path) -> Failure {
    Failure::new(ExitStatus::Usage, format!("could not create {}: it is there already", path.display()))
        .hint("A file that is there already is never overwritten; `--out FILE` names another.")
}

impl From<ZoneUnknown> for Failure {
    fn from(error: ZoneUnknown) -> Self {
        let (status, hint) = match &error {
            ZoneUnknown::Several { .. } => {
                (ExitStatus::Refused, "`--zone ID` says which one is meant, by its id.")
            }
            ZoneUnknown::Outside { .. } => {
                (ExitStatus::Usage, "Leave `--zone` out, and the zone is found by the name.")
            }
            ZoneUnknown::None { .. } | ZoneUnknown::NotThere { .. } => (
                ExitStatus::Refused,
                "Look at the name and at the account that the credentials are for: `aws route53 list-hosted-zones`.",
            ),
        };
        Failure::new(status, error.to_string()).hint(hint)
    }
}
