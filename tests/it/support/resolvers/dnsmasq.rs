//! Simon Kelley's dnsmasq, as it stands in small networks: it forwards to a resolver, and keeps what that says.

use tokio::process::Command;

use super::{Resolver, Settings};
use crate::support::{TestLab, tool};

pub(crate) struct Dnsmasq;

impl Dnsmasq {
    /// Asks the lab's resolver for everything: answers of servers that do not recurse it does not keep.
    pub(crate) async fn start(lab: &TestLab, settings: &Settings<'_>) -> Resolver {
        let Settings { least_ttl, serves_stale, certificate, tells_subnets } = *settings;
        assert!(certificate.is_none(), "dnsmasq serves neither TLS nor HTTPS");
        let resolver = lab.lab.ready().resolver;
        Resolver::start("dnsmasq", false, |folder, ports| {
            let mut command = Command::new(tool("dnsmasq"));
            command.args([
                "--keep-in-foreground",
                "--conf-file=/dev/null",
                "--no-resolv",
                "--no-hosts",
                "--no-poll",
            ]);
            command.args(["--listen-address=127.0.0.1", "--bind-interfaces", "--user=", "--pid-file="]);
            command.args(["--log-facility=-", "--cache-size=1000", "--dns-forward-max=1000"]);
            command.arg(format!("--port={}", ports.plain));
            command.arg(format!("--server={}#{}", resolver.ip(), resolver.port()));
            command.arg(format!("--dhcp-leasefile={}", folder.join("leases").display()));
            if let Some(least) = least_ttl {
                command.arg(format!("--min-cache-ttl={least}"));
            }
            if serves_stale {
                command.arg("--use-stale-cache");
            }
            if tells_subnets {
                command.arg("--add-subnet=24");
            }
            command
        })
        .await
    }
}
