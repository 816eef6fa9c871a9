//! PowerDNS Recursor: a TTL can be stretched and stale answers served; TLS it speaks to others alone.

use tokio::process::Command;

use super::{Resolver, Settings, name_servers};
use crate::support::{TestLab, tool};

pub(crate) struct PdnsRecursor;

impl PdnsRecursor {
    /// Asks the lab's name servers for the lab's zone, and the lab's resolver for the names of AWS.
    pub(crate) async fn start(lab: &TestLab, settings: &Settings<'_>) -> Resolver {
        let Settings { least_ttl, serves_stale, certificate, tells_subnets } = *settings;
        assert!(certificate.is_none(), "PowerDNS Recursor serves neither TLS nor HTTPS");
        let servers = name_servers(lab, ";", ToString::to_string);
        let resolver = lab.lab.ready().resolver;
        Resolver::start("pdns_recursor", false, |folder, ports| {
            let least = least_ttl.unwrap_or(0);
            // How often a stale answer is given again, thirty seconds each.
            let stale = if serves_stale { 10 } else { 0 };
            let subnets = if tells_subnets { "example.com" } else { "" };
            let text = format!(
                "local-address=127.0.0.1\nlocal-port={}\nsocket-dir={}\nconfig-dir={}\ndaemon=no\nthreads=1\n\
                 allow-from=127.0.0.0/8\nhint-file=no\nsecurity-poll-suffix=\ndnssec=off\nquiet=yes\n\
                 forward-zones=example.com={servers}\nforward-zones-recurse=amazonaws.com={resolver}\n\
                 dont-query=\nminimum-ttl-override={least}\nserve-stale-extensions={stale}\npacketcache-ttl=0\n\
                 packetcache-servfail-ttl=0\nextended-resolution-errors=yes\nuse-incoming-edns-subnet=yes\n\
                 edns-subnet-allow-list={subnets}\nserver-id=pdns.test\nqname-minimization=no\n\
                 non-local-bind=no\nrefresh-on-ttl-perc=0\n",
                ports.plain,
                folder.display(),
                folder.display(),
            );
            std::fs::write(folder.join("recursor.conf"), text).expect("a file");
            let mut command = Command::new(tool("pdns_recursor"));
            command.arg(format!("--config-dir={}", folder.display()));
            command
        })
        .await
    }
}
