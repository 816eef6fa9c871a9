//! A client that has looked the name up once and never does again: a JVM that caches look-ups for ever, PHP until
//! it is started again (the S3 User Guide warns of both, `UsingRouting`), a line in `/etc/hosts`. It connects
//! anew each time, and always to the address that it found then.

use std::{collections::BTreeSet, net::IpAddr};

use super::{errand::Errand, lead::Lead, look::ClientLook};
use crate::model::Side;

#[derive(Debug, Default)]
pub(super) struct Pinned {
    lead: Option<Lead>,
}

impl Pinned {
    pub(super) async fn look(&mut self, errand: &Errand, look: &mut ClientLook) -> Result<Side, String> {
        let lead = match &mut self.lead {
            Some(lead) => lead,
            none => none.insert(Lead::find(errand, look).await?),
        };
        look.led_to = Some(lead.side);
        let mut connection = lead.open(errand, look).await?;
        // Of several addresses it stays with the one that took its first connection.
        let pinned: IpAddr = connection.address.ip();
        lead.addresses = BTreeSet::from([pinned]);
        lead.ask(errand, &mut connection, look).await
    }
}
