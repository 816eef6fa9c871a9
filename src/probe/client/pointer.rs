//! The pointer client: each time it looks the name up, and calls the endpoint that the name names.

use super::{errand::Errand, lead::Lead, look::ClientLook};
use crate::model::Side;

pub(super) async fn look(errand: &Errand, look: &mut ClientLook) -> Result<Side, String> {
    let lead = Lead::find(errand, look).await?;
    let Some(signed) = errand.signer(lead.side) else {
        let mut connection = lead.open(errand, look).await?;
        return lead.ask(errand, &mut connection, look).await;
    };
    let fetched = signed.fetch(lead.side).await?;
    look.region.clone_from(&fetched.region);
    if fetched.is_success() {
        return Ok(lead.side);
    }
    let whom = fetched.signed.map(|signed| format!(" to {}", signed.by)).unwrap_or_default();
    Err(format!("{} answered {}{whom}", lead.endpoint.host, fetched.status))
}
