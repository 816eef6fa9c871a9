//! The beginning of a drill: may it be, and does somebody want it?

use super::{
    announce,
    crew::{Shift, faulted},
    notice, preconditions,
};
use crate::{
    cli::{
        confirm::confirm_by,
        exit::{ExitStatus, Failure},
        plan, verify,
        world::spec_name,
    },
    drill::phase::Event,
    plan::Terms,
};

const QUESTION: &str = "Break it?";

impl Shift<'_> {
    /// Whether it may be drilled. Changes nothing.
    pub(super) async fn look_around(&mut self) -> Event {
        match self.may_it_be().await {
            Ok(()) => Event::Ready,
            Err(failure) => self.failed(failure, Event::Refused),
        }
    }

    /// The conditions, in their order, the first two of which nobody may lift:
    ///
    /// 1. nobody drills this failover, by this machine's journal or by the notice in the secondary's bucket, and no
    ///    earlier drill left something broken;
    /// 2. what is going to be broken can be mended, as far as that can be known before;
    /// 3. everything is as it ought to be ([`preconditions::hindrances`]).
    async fn may_it_be(&mut self) -> Result<(), Failure> {
        let setting = self.setting;
        self.ledger.nothing_pending()?;
        notice::none_stands(setting).await?;
        let saboteur = setting.saboteur(&setting.world).await?;
        let prepared = saboteur.prepare(&setting.args.fault).await;
        let prepared = prepared.map_err(|error| Failure { status: ExitStatus::Unsafe, ..faulted(&error) })?;
        let name = spec_name(&setting.global.config);
        let terms = Terms { spec_name: &name, cut_down: true, ..Terms::default() };
        let plan = plan::look(&setting.world, setting.spec, &terms).await?;
        let verdict = verify::verdicts(&setting.world.patient(), setting.spec).await?;
        let verdict = verdict.into_iter().next();
        let verdict = verdict.ok_or_else(|| Failure::new(ExitStatus::Usage, "the spec has no failover"))?;
        let found = preconditions::hindrances(&plan, &verdict);
        let name = setting.failover.name.to_string();
        let aside = preconditions::refuse_unless_forced(&name, found, &setting.args.force)?;
        let expected = verdict.expected_recovery_seconds.as_ref();
        let text = announce::text(setting.args, setting.failover, &prepared, expected, &aside);
        self.announcement = text;
        if !setting.args.no_heartbeat {
            self.place = Some(setting.heartbeats().await?);
        }
        (self.saboteur, self.prepared, self.verdict) = (Some(saboteur), Some(prepared), Some(verdict));
        Ok(())
    }

    /// Says what will be done, and asks.
    pub(super) async fn announce(&mut self) -> Event {
        let setting = self.setting;
        if self.confirmed {
            return Event::Confirmed;
        }
        if setting.args.yes {
            setting.ui.say(&self.announcement);
        } else {
            // Whoever is asked must have seen it.
            setting.ui.warn(&self.announcement);
        }
        let name = setting.failover.name.to_string();
        match confirm_by(setting.ui, setting.args.yes, QUESTION, &name).await {
            Ok(()) => Event::Confirmed,
            Err(failure) => self.failed(failure, Event::Declined),
        }
    }
}
