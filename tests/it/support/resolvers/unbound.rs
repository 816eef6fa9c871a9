//! NLnet Labs' unbound: a TTL can be stretched, stale answers served, and TLS and HTTPS spoken.

use std::fmt::Write as _;

use tokio::process::Command;

use super::{Resolver, Settings, name_servers};
use crate::support::{TestLab, tool};

pub(crate) struct Unbound;

impl Unbound {
    /// Asks the lab's name servers for the lab's zone, and the lab's resolver for the names of AWS.
    pub(crate) async fn start(lab: &TestLab, settings: &Settings<'_>) -> Resolver {
        let Settings { least_ttl, serves_stale, certificate, tells_subnets } = *settings;
        let servers = name_servers(lab, "", |one| format!("  stub-addr: {}@{}\n", one.ip(), one.port()));
        let resolver = lab.lab.ready().resolver;
        Resolver::start("unbound", certificate.is_some(), |folder, ports| {
            let mut text = format!(
                "server:\n  interface: 127.0.0.1\n  port: {}\n  access-control: 127.0.0.0/8 allow\n  do-ip6: no\n  \
                 do-daemonize: no\n  do-not-query-localhost: no\n  username: \"\"\n  chroot: \"\"\n  \
                 directory: \"{}\"\n  pidfile: \"\"\n  use-syslog: no\n  logfile: \"\"\n  verbosity: 1\n  \
                 num-threads: 1\n  private-domain: example.com\n  ede: yes\n",
                ports.plain,
                folder.display(),
            );
            let modules = if tells_subnets { "subnetcache iterator" } else { "iterator" };
            let _ = writeln!(text, "  module-config: \"{modules}\"");
            if tells_subnets {
                text += "  send-client-subnet: 127.0.0.0/8\n  client-subnet-always-forward: yes\n";
            }
            if let Some(least) = least_ttl {
                let _ = writeln!(text, "  cache-min-ttl: {least}");
            }
            if serves_stale {
                // It asks first, and says that an answer is stale (RFC 8767; RFC 8914).
                text += "  serve-expired: yes\n  serve-expired-client-timeout: 300\n  ede-serve-expired: yes\n";
            }
            if let Some(certificate) = certificate {
                let _ = write!(
                    text,
                    "  interface: 127.0.0.1@{}\n  tls-port: {}\n  interface: 127.0.0.1@{}\n  https-port: {}\n  \
                     tls-service-pem: \"{}\"\n  tls-service-key: \"{}\"\n",
                    ports.tls,
                    ports.tls,
                    ports.https,
                    ports.https,
                    certificate.server().display(),
                    certificate.key().display(),
                );
            }
            let _ = write!(
                text,
                "remote-control:\n  control-enable: no\nstub-zone:\n  name: example.com\n{servers}\
                 forward-zone:\n  name: amazonaws.com\n  forward-addr: {}@{}\n",
                resolver.ip(),
                resolver.port(),
            );
            let file = folder.join("unbound.conf");
            std::fs::write(&file, text).expect("a file");
            let mut command = Command::new(tool("unbound"));
            command.arg("-d").arg("-c").arg(&file);
            command
        })
        .await
    }
}
