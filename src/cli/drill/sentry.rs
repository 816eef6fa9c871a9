//! Looks after what a drill depends on while it goes on: the secondary, the network, the credentials.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::mpsc::UnboundedSender;

use crate::{
    account::{Buckets, Store},
    cli::{gather, roles, world::World},
    drill::phase::Cut,
    model::Side,
    probe::{Asker, Servers, Vantage},
    spec::Failover,
};

/// Between two looks, in the clock's time.
const EVERY: Duration = Duration::from_secs(2);
/// So many looks in a row have to say the same: one request may fail anywhere.
const IN_A_ROW: u32 = 3;
/// The credentials are tried with every so many looks: a request costs little, but is not free.
const SIGNED_EVERY: u32 = 5;

/// Who is looked at, and how.
pub(super) struct Sentry {
    pub(super) world: World,
    pub(super) servers: Servers,
    pub(super) name_servers: Vec<Vantage>,
    pub(super) failover: Failover,
    /// An object in the secondary's bucket that we may read: the notice.
    pub(super) key: String,
}

impl Sentry {
    /// Looks until there is something to say.
    ///
    /// 1. Neither the secondary nor any name server answers, three times in a row: the network is lost.
    /// 2. A name server answers, and the secondary does not serve, three times in a row: the secondary died.
    /// 3. S3 refuses our keys, twice in a row, ten seconds apart: the credentials have expired.
    pub(super) async fn watch(self, cuts: UnboundedSender<Cut>) {
        let (mut dead, mut lost, mut unknown) = (0, 0, 0);
        for look in 0_u32.. {
            let began = self.world.clock.elapsed();
            let (serves, reached) = tokio::join!(self.secondary_serves(), self.is_anybody_there());
            (dead, lost) = match (serves, reached) {
                (true, _) => (0, 0),
                (false, true) => (dead + 1, 0),
                (false, false) => (0, lost + 1),
            };
            if look % SIGNED_EVERY == 0 && reached {
                unknown = if self.are_keys_refused().await { unknown + 1 } else { 0 };
            }
            let cut = match (dead, lost, unknown) {
                (IN_A_ROW.., _, _) => Cut::SecondaryDied,
                (_, IN_A_ROW.., _) => Cut::NetworkLost,
                (_, _, 2..) => Cut::CredentialsExpired,
                _ => {
                    self.world.clock.sleep_until(began + EVERY).await;
                    continue;
                }
            };
            // Nobody listens when it is over already.
            let _ = cuts.send(cut);
            return;
        }
    }

    async fn secondary_serves(&self) -> bool {
        let data = gather::side_data(&self.world, &self.servers, &self.failover, Side::Secondary).await;
        data.is_ok_and(|fetched| fetched.is_success())
    }

    /// Whether any name server answers anything.
    async fn is_anybody_there(&self) -> bool {
        let asker = Asker::new(&self.world.clock, self.servers.limit);
        let query = self.servers.question(&self.failover.name, self.failover.record_type());
        let answers = self.name_servers.iter().map(|vantage| asker.ask(vantage, &query));
        join_all(answers).await.iter().any(|asked| asked.result.is_ok())
    }

    /// Whether S3 does not know our keys. That they do not suffice for this one question says nothing.
    async fn are_keys_refused(&self) -> bool {
        let side = &self.failover.secondary;
        let role = roles::of_side(&self.failover, Side::Secondary);
        let store = Store { bucket: side.bucket.clone(), region: side.region.clone(), role };
        // A whole request: what refuses a `HEAD` has no body to say why.
        let read = Buckets::new(self.world.access.clone()).take(&store, &self.key).await;
        read.is_err_and(|error| error.is_about_keys())
    }
}
