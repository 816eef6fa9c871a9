//! Whom to ask, as people write it.
//!
//! ```text
//!   192.0.2.1                              over UDP; IPv6 too, and with a port as [2001:db8::1]:5353
//!   tcp://192.0.2.1                        over TCP alone
//!   tls://192.0.2.1#dns.example            over TLS; the certificate has to hold the name, or the address
//!   https://dns.example/dns-query          over HTTPS; the name is looked up once
//!   https://dns.example/dns-query#192.0.2.1     the same without looking it up
//!   system                                 what /etc/resolv.conf names
//!   public                                 the big public resolvers
//! ```
//!
//! Reading a list asks nobody. That is a step of its own, which a list without names goes through unnoticed.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use super::{
    servers::{ServerError, Servers},
    vantage::{Role, Transport, Vantage},
    wire::ClientSubnet,
};
use crate::{clock::Clock, model::Fqdn};

/// Where Unix systems name their resolvers.
const RESOLV_CONF: &str = "/etc/resolv.conf";
/// Resolvers that anybody may ask, by their operators' own pages as of November 2026: developers.google.com/
/// speed/public-dns, one.one.one.one, quad9.net ("secured"), opendns.com/setupguide. Over IPv4, which more
/// machines have.
const PUBLIC: [[u8; 4]; 8] = [
    [8, 8, 8, 8],
    [8, 8, 4, 4],
    [1, 1, 1, 1],
    [1, 0, 0, 1],
    [9, 9, 9, 9],
    [149, 112, 112, 112],
    [208, 67, 222, 222],
    [208, 67, 220, 220],
];

/// A list as it was read.
#[derive(Clone, Debug)]
pub struct ServerList {
    resolvers: Vec<Resolver>,
    authoritative: Vec<Vantage>,
    subnet: Option<ClientSubnet>,
    limit: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Resolver {
    At(Vantage),
    /// Over HTTPS at an address that its name has to be looked up for.
    Named {
        host: Fqdn,
        port: u16,
        path: String,
    },
}

impl ServerList {
    /// Reads what `--resolver` and `--nameserver` gave; without resolvers, the system's own are used.
    pub fn parse(
        resolvers: &[String],
        authoritative: &[String],
        limit: Duration,
    ) -> Result<Self, ServerError> {
        let mut found = Vec::new();
        // A variable that is set but empty names nobody.
        for text in resolvers.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
            match text {
                "system" => found.extend(system()?),
                "public" => found.extend(PUBLIC.map(public)),
                text => found.push(resolver(text)?),
            }
        }
        if found.is_empty() {
            found = system()?;
        }
        let authoritative = authoritative.iter().map(|text| text.trim()).filter(|text| !text.is_empty());
        let authoritative = authoritative.map(name_server).collect::<Result<_, _>>()?;
        Ok(Self { resolvers: found, authoritative, subnet: None, limit })
    }

    /// The same, asking on behalf of this network.
    #[must_use]
    pub fn on_behalf_of(self, subnet: Option<ClientSubnet>) -> Self {
        Self { subnet, ..self }
    }

    /// The servers themselves. Names of resolvers over HTTPS are looked up through the system's resolvers.
    pub async fn located(self, clock: &Clock) -> Result<Servers, ServerError> {
        let named = self.resolvers.iter().any(|resolver| matches!(resolver, Resolver::Named { .. }));
        let finders = if named { system()? } else { Vec::new() };
        let finders = finders.into_iter().filter_map(|finder| match finder {
            Resolver::At(vantage) => Some(vantage),
            Resolver::Named { .. } => None,
        });
        self.located_by(clock, finders.collect()).await
    }

    /// The servers themselves, their names looked up through `finders`.
    pub async fn located_by(self, clock: &Clock, finders: Vec<Vantage>) -> Result<Servers, ServerError> {
        let Self { resolvers, authoritative, subnet, limit } = self;
        let tcp_only = authoritative.iter().filter(|server| server.transport == Transport::Tcp);
        let servers = Servers {
            tcp_only: tcp_only.map(|server| server.server).collect(),
            authoritative: authoritative.into_iter().map(|server| server.server).collect(),
            subnet,
            ..Servers::of(finders, limit)
        };
        let mut located = Vec::new();
        for resolver in resolvers {
            located.push(match resolver {
                Resolver::At(vantage) => vantage,
                Resolver::Named { host, port, path } => {
                    let found: BTreeSet<IpAddr> = servers.addresses(clock, &host).await?;
                    let ip = found.into_iter().next().expect("a name without an address is an error");
                    let host = host.to_string();
                    Place { ip, port: Some(port) }.over(Transport::Https { host, path })
                }
            });
        }
        Ok(Servers { resolvers: located, ..servers })
    }
}

/// An address, and a port where one was written.
#[derive(Clone, Copy, Debug)]
struct Place {
    ip: IpAddr,
    port: Option<u16>,
}

impl Place {
    /// `IP`, `[IPv6]`, `IP:PORT` or `[IPv6]:PORT`.
    fn read(text: &str) -> Option<Self> {
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Some(Self { ip: address.ip(), port: Some(address.port()) });
        }
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        let ip = match bare {
            Some(bare) => bare.parse().ok().filter(IpAddr::is_ipv6)?,
            None => text.parse().ok()?,
        };
        Some(Self { ip, port: None })
    }

    /// The resolver there, at the transport's own port where none was written.
    fn over(self, transport: Transport) -> Vantage {
        let port = self.port.unwrap_or(transport.default_port());
        Vantage { server: SocketAddr::new(self.ip, port), transport, role: Role::Recursive }
    }
}

fn no_server(text: &str, why: &'static str) -> ServerError {
    ServerError::NotAServer { text: text.to_owned(), why }
}

fn resolver(text: &str) -> Result<Resolver, ServerError> {
    let no = |why| no_server(text, why);
    let Some((scheme, rest)) = text.split_once("://") else {
        let place = Place::read(text).ok_or_else(|| {
            no("write IP, IP:PORT or [IPv6]:PORT; tcp:// or tls:// before it; an https:// URL; `system` or `public`")
        })?;
        return Ok(Resolver::At(place.over(Transport::Udp)));
    };
    match scheme {
        "tcp" => {
            let place =
                Place::read(rest).ok_or_else(|| no("behind tcp:// write IP, IP:PORT or [IPv6]:PORT"))?;
            Ok(Resolver::At(place.over(Transport::Tcp)))
        }
        "tls" => over_tls(rest).map(Resolver::At).map_err(no),
        "https" => over_https(rest).map_err(no),
        "http" => Err(no("DNS over HTTP without TLS tells everybody what is asked; write https://")),
        _ => Err(no("what may stand before :// is tcp, tls and https; without it, UDP is meant")),
    }
}

/// `IP[:PORT][#NAME]`.
fn over_tls(rest: &str) -> Result<Vantage, &'static str> {
    let (place, name) = rest.split_once('#').map_or((rest, None), |(place, name)| (place, Some(name)));
    let place = Place::read(place).ok_or(
        "behind tls:// write IP, IP:PORT or [IPv6]:PORT; the name that its certificate holds follows behind a #",
    )?;
    let name = name.map(|name| host_name(name).map(|name| name.to_string())).transpose();
    let name = name
        .map_err(|()| "behind the # the certificate's name is expected, as in tls://192.0.2.1#dns.example")?;
    Ok(place.over(Transport::Tls { name }))
}

fn host_name(text: &str) -> Result<Fqdn, ()> {
    // A wildcard is a name of DNS, and nobody's own.
    text.parse().ok().filter(|name: &Fqdn| !name.is_wildcard() && !text.contains('\\')).ok_or(())
}

/// `HOST[:PORT]/PATH[#IP[:PORT]]`.
fn over_https(rest: &str) -> Result<Resolver, &'static str> {
    let (url, pin) = rest.split_once('#').map_or((rest, None), |(url, pin)| (url, Some(pin)));
    let (authority, path) = url.split_at(url.find('/').unwrap_or(url.len()));
    if path.is_empty() {
        return Err("the URL has no path; most resolvers answer at /dns-query");
    }
    // What a request could not carry, and what belongs to another way of asking (RFC 8484, 4.1: `{?dns}`).
    if !path.bytes().all(|byte| byte.is_ascii_graphic())
        || path.contains(['?', '{', '"', '<', '>', '\\', '^', '`'])
    {
        return Err(
            "a path of letters, digits and -._~/% is expected, without a query; most resolvers answer at /dns-query",
        );
    }
    let pin = pin.map(|pin| {
        Place::read(pin).ok_or("behind the # write where the host is: IP, IP:PORT or [IPv6]:PORT")
    });
    let (pin, path) = (pin.transpose()?, path.to_owned());
    if let Some(place) = Place::read(authority) {
        if pin.is_some() {
            return Err("the host is an address already, so nothing can follow behind a #");
        }
        let host = place.ip.to_string();
        return Ok(Resolver::At(place.over(Transport::Https { host, path })));
    }
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => {
            let port = port.parse::<u16>().map_err(|_| "the port is a number from 0 to 65535")?;
            (host, Some(port))
        }
        None => (authority, None),
    };
    let host = host_name(host)
        .map_err(|()| "the host of the URL is a name, an IPv4 address or an [IPv6] address")?;
    let pinned_port = pin.and_then(|pin| pin.port);
    if let (Some(one), Some(other)) = (port, pinned_port)
        && one != other
    {
        return Err("the URL and what follows behind the # name different ports");
    }
    let port = port.or(pinned_port).unwrap_or(Transport::HTTPS_PORT);
    Ok(match pin {
        Some(pin) => {
            let transport = Transport::Https { host: host.to_string(), path };
            Resolver::At(Place { port: Some(port), ..pin }.over(transport))
        }
        None => Resolver::Named { host, port, path },
    })
}

fn name_server(text: &str) -> Result<Vantage, ServerError> {
    let (rest, transport) =
        text.strip_prefix("tcp://").map_or((text, Transport::Udp), |rest| (rest, Transport::Tcp));
    let place = Place::read(rest).ok_or_else(|| {
        no_server(
            text,
            "a name server is written IP, IP:PORT or [IPv6]:PORT, and tcp:// before it for TCP alone",
        )
    })?;
    Ok(Vantage { role: Role::Authoritative, ..place.over(transport) })
}

fn public(ip: [u8; 4]) -> Resolver {
    Resolver::At(Place { ip: Ipv4Addr::from(ip).into(), port: None }.over(Transport::Udp))
}

fn system() -> Result<Vec<Resolver>, ServerError> {
    let text = std::fs::read_to_string(RESOLV_CONF).map_err(ServerError::NoSystemResolver)?;
    let config = resolv_conf::Config::parse(&text)
        .map_err(|e| ServerError::NoSystemResolver(std::io::Error::other(e.to_string())))?;
    let server =
        |ip: &resolv_conf::ScopedIp| Resolver::At(Place { ip: ip.into(), port: None }.over(Transport::Udp));
    let servers: Vec<Resolver> = config.nameservers.iter().map(server).collect();
    if servers.is_empty() {
        return Err(ServerError::NoSystemResolver(std::io::Error::other("it has no `nameserver` line")));
    }
    Ok(servers)
}

#[cfg(test)]
#[path = "server_list_tests.rs"]
mod tests;
