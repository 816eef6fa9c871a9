//! CZ.NIC's Knot Resolver: a TTL can be stretched, stale answers served, and TLS and HTTPS spoken.

use std::fmt::Write as _;

use tokio::process::Command;

use super::{Resolver, Settings, name_servers};
use crate::support::{TestLab, tool};

pub(crate) struct KnotResolver;

impl KnotResolver {
    /// Asks the lab's name servers for the lab's zone, and the lab's resolver for the names of AWS.
    pub(crate) async fn start(lab: &TestLab, settings: &Settings<'_>) -> Resolver {
        let Settings { least_ttl, serves_stale, certificate, tells_subnets } = *settings;
        assert!(!tells_subnets, "Knot Resolver tells nobody's subnet");
        let servers = name_servers(lab, ", ", |one| format!("'{}@{}'", one.ip(), one.port()));
        let resolver = lab.lab.ready().resolver;
        Resolver::start("kresd", certificate.is_some(), |folder, ports| {
            let mut text = format!("net.ipv6 = false\nnet.listen('127.0.0.1', {}, {{ kind = 'dns' }})\n", ports.plain);
            if let Some(certificate) = certificate {
                let _ = write!(
                    text,
                    "net.tls('{}', '{}')\nnet.listen('127.0.0.1', {}, {{ kind = 'tls' }})\n\
                     net.listen('127.0.0.1', {}, {{ kind = 'doh2' }})\n",
                    certificate.server().display(),
                    certificate.key().display(),
                    ports.tls,
                    ports.https,
                );
            }
            let _ = write!(
                text,
                "trust_anchors.remove('.')\nmodules.unload('ta_update')\nmodules.unload('ta_signal_query')\n\
                 modules.unload('priming')\nmodules.unload('detect_time_skew')\nmodules.unload('detect_time_jump')\n\
                 cache.size = 10 * MB\ncache.min_ttl({})\n\
                 policy.add(policy.suffix(policy.STUB({{{servers}}}), policy.todnames({{'example.com'}})))\n\
                 policy.add(policy.suffix(policy.STUB('{}@{}'), policy.todnames({{'amazonaws.com'}})))\n",
                least_ttl.unwrap_or(0),
                resolver.ip(),
                resolver.port(),
            );
            if serves_stale {
                text += "modules.load('serve_stale < cache')\n";
            }
            let file = folder.join("kresd.conf");
            std::fs::write(&file, text).expect("a file");
            let mut command = Command::new(tool("kresd"));
            command.args(["-n", "-c"]).arg(&file).arg(folder);
            command
        })
        .await
    }
}
