//! What may arrive on the sockets, as functions of bytes: for fuzzers, not for programs.
//!
//! Each takes whatever bytes there are, and panics when the lab does what it must never do. The targets
//! of `tests/fuzz` call them, and `tests/it/fuzzed.rs` does with the kept corpus and with changes of it,
//! where there is no nightly compiler.

use std::{
    net::Ipv4Addr,
    sync::{Arc, LazyLock},
};

use super::{
    dns::{self, ZoneSource},
    route53::{self, types::Zone},
    s3,
};
use crate::model::Fqdn;

/// A packet, and what a name server makes of it: nothing, or a packet that can be read and is no longer
/// than its client takes.
pub fn dns_packet(bytes: &[u8]) {
    static ZONE: LazyLock<Arc<Zone>> = LazyLock::new(|| {
        let batch = include_bytes!("../../tests/fuzz/corpus/change_batch/every-policy.xml");
        route53::fuzzing::change_batch(batch).expect("the batch of the corpus is a good one")
    });
    dns::fuzzing::decide(Arc::new(OneZone(Arc::clone(&ZONE))), bytes);
}

/// The body of `ChangeResourceRecordSets`: refused, and nothing has changed; or taken in, and then every
/// record of it fits into packets.
pub fn change_batch(bytes: &[u8]) {
    if let Some(zone) = route53::fuzzing::change_batch(bytes) {
        for set in zone.sets() {
            dns::fuzzing::ask(Arc::new(OneZone(Arc::clone(&zone))), &set.name, set.rtype);
        }
    }
}

/// The body of `CreateHealthCheck`: refused, or taken in and then told as it was given.
pub fn health_check(bytes: &[u8]) {
    route53::fuzzing::health_check(bytes);
}

/// A bucket policy: refused, or one that decides.
pub fn bucket_policy(bytes: &[u8]) {
    s3::fuzzing::bucket_policy(bytes);
}

/// A zone whose health checks are all unhealthy, as far as anybody knows.
struct OneZone(Arc<Zone>);

impl ZoneSource for OneZone {
    fn zone(&self, _: usize, name: &Fqdn) -> Option<Arc<Zone>> {
        name.is_within(&self.0.name).then(|| Arc::clone(&self.0))
    }

    fn zones(&self, _: usize) -> Vec<Arc<Zone>> {
        vec![Arc::clone(&self.0)]
    }

    fn healthy(&self, _: usize, _: &str) -> bool {
        false
    }

    fn resource(&self, _: &Fqdn) -> Option<(Ipv4Addr, u32)> {
        Some((Ipv4Addr::LOCALHOST, 60))
    }
}
