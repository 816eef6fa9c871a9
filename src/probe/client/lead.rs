//! Where does the name lead a client now?

use std::{collections::BTreeSet, net::IpAddr};

use super::{
    super::{
        Answered, Endpoint, FetchError, Phases, ServerError,
        answer::{address, read_answer},
        connection::{Answer, Connection, addresses},
        resolve::{ResolveError, resolve_active},
    },
    errand::Errand,
    look::ClientLook,
};
use crate::{
    causes::in_one_line,
    model::{RecordType, Side},
};

/// The side to which the name leads, and how to get there.
#[derive(Clone, Debug)]
pub(super) struct Lead {
    pub(super) side: Side,
    pub(super) endpoint: Endpoint,
    pub(super) addresses: BTreeSet<IpAddr>,
}

impl Lead {
    /// Looks the name up, and then, for a pointer, the endpoint that it names. Behind an alias the name itself
    /// is called, at the addresses that it answers.
    pub(super) async fn find(errand: &Errand, look: &mut ClientLook) -> Result<Self, String> {
        let started = errand.clock.elapsed();
        let found = if errand.is_pointer() {
            Self::by_pointer(errand, look).await
        } else {
            Self::by_alias(errand, look).await
        };
        look.phases.resolve = Some(errand.clock.elapsed().saturating_sub(started));
        found
    }

    async fn by_pointer(errand: &Errand, look: &mut ClientLook) -> Result<Self, String> {
        let Errand { clock, servers, failover, .. } = errand;
        let active = resolve_active(clock, servers, failover).await;
        let active = active.map_err(|error: ResolveError| in_one_line(&error))?;
        (look.led_to, look.ttl) = (Some(active.side), active.ttl);
        let endpoint = errand.endpoint(active.side);
        let addresses = addresses(clock, servers, &endpoint.host, &mut Phases::default()).await;
        let addresses = addresses.map_err(|error: ServerError| in_one_line(&error))?;
        Ok(Self { side: active.side, endpoint, addresses })
    }

    async fn by_alias(errand: &Errand, look: &mut ClientLook) -> Result<Self, String> {
        let Errand { clock, servers, failover, .. } = errand;
        let told = |error: ServerError| in_one_line(&error);
        let sides = servers.side_addresses(clock, failover).await.map_err(told)?;
        let reply = servers.ask_resolvers(clock, &failover.name, RecordType::A).await.map_err(told)?;
        let answer = read_answer(failover, &reply, &sides);
        look.ttl = answer.ttl;
        let side = match answer.answered {
            Answered::Side(side) => side,
            Answered::Nothing(said) | Answered::Other(said) => {
                return Err(format!("{} answers neither side: {said}", failover.name));
            }
        };
        look.led_to = Some(side);
        let endpoint = Endpoint { host: failover.name.clone(), ..errand.endpoint(side) };
        let addresses = reply.answers.iter().filter_map(|record| address(&record.data)).collect();
        Ok(Self { side, endpoint, addresses })
    }

    /// Connects, and says to whom.
    pub(super) async fn open(&self, errand: &Errand, look: &mut ClientLook) -> Result<Connection, String> {
        let opened = Connection::open(&errand.clock, &self.addresses, &self.endpoint, &mut look.phases).await;
        let connection = opened.map_err(|error: FetchError| in_one_line(&error))?;
        look.address = Some(connection.address);
        Ok(connection)
    }

    /// One request over a connection, and whether it was served.
    pub(super) async fn ask(
        &self,
        errand: &Errand,
        connection: &mut Connection,
        look: &mut ClientLook,
    ) -> Result<Side, String> {
        let answer = self.exchange(errand, connection, look).await?;
        errand.served(self.side, &self.endpoint, &answer)
    }

    /// One request over a connection, and whatever is answered.
    pub(super) async fn exchange(
        &self,
        errand: &Errand,
        connection: &mut Connection,
        look: &mut ClientLook,
    ) -> Result<Answer, String> {
        let answer = connection.ask(&errand.clock, &self.endpoint, &mut look.phases).await;
        let answer = answer.map_err(|error| in_one_line(&error))?;
        look.region.clone_from(&answer.region);
        Ok(answer)
    }
}
