//! A client that knows nothing of pointers: it calls the failover's own name, with full validation.
//!
//! Behind an alias or a website this is the client. At a pointer it gets nothing, because S3 finds the
//! bucket by the `Host` header, and its certificate holds other names (S3 User Guide, `VirtualHosting`).

use super::{
    super::{
        Endpoint,
        connection::{Connection, addresses},
    },
    errand::Errand,
    lead::Lead,
    look::ClientLook,
};
use crate::{causes::in_one_line, model::Side};

pub(super) async fn look(errand: &Errand, look: &mut ClientLook) -> Result<Side, String> {
    if errand.is_pointer() {
        return by_name(errand, look).await;
    }
    let lead = Lead::find(errand, look).await?;
    let mut connection = lead.open(errand, look).await?;
    lead.ask(errand, &mut connection, look).await
}

/// What becomes of somebody who calls a pointer by its own name.
async fn by_name(errand: &Errand, look: &mut ClientLook) -> Result<Side, String> {
    let Errand { clock, servers, failover, .. } = errand;
    // Where a side's bucket is named like the failover, S3 would find it by the `Host` header.
    let named = |side: &Side| failover.side(*side).bucket.as_str() == failover.name.as_str();
    let named = Side::BOTH.into_iter().find(named);
    let endpoint =
        Endpoint { host: failover.name.clone(), ..errand.endpoint(named.unwrap_or(Side::Primary)) };
    let addresses = addresses(clock, servers, &failover.name, &mut look.phases).await;
    let addresses = addresses.map_err(|error| in_one_line(&error))?;
    let opened = Connection::open(clock, &addresses, &endpoint, &mut look.phases).await;
    let mut connection = opened.map_err(|error| in_one_line(&error))?;
    look.address = Some(connection.address);
    let answer = connection.ask(clock, &endpoint, &mut look.phases).await;
    let answer = answer.map_err(|error| in_one_line(&error))?;
    look.region.clone_from(&answer.region);
    match named {
        Some(side) => errand.served(side, &endpoint, &answer),
        None => Err(format!("{} answered {}", endpoint.host, answer.status)),
    }
}
