use super::*;

const LIMIT: Duration = Duration::from_secs(1);

fn resolvers(texts: &[&str]) -> Result<Vec<Resolver>, String> {
    let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    ServerList::parse(&texts, &[], LIMIT).map(|list| list.resolvers).map_err(|error| error.to_string())
}

fn vantage(text: &str) -> Vantage {
    match resolvers(&[text]).as_deref() {
        Ok([Resolver::At(vantage)]) => vantage.clone(),
        other => panic!("{text}: {other:?}"),
    }
}

/// Each form, and how it is told again; what is told is read as the same.
#[test]
fn every_form_is_read_and_told() {
    for (text, told, server) in [
        ("192.0.2.1", "192.0.2.1:53", "192.0.2.1:53"),
        ("127.0.0.1:5353", "127.0.0.1:5353", "127.0.0.1:5353"),
        ("2001:db8::1", "[2001:db8::1]:53", "[2001:db8::1]:53"),
        ("[2001:db8::1]", "[2001:db8::1]:53", "[2001:db8::1]:53"),
        ("[::1]:5353", "[::1]:5353", "[::1]:5353"),
        ("tcp://192.0.2.1", "tcp://192.0.2.1:53", "192.0.2.1:53"),
        ("tcp://[::1]:5353", "tcp://[::1]:5353", "[::1]:5353"),
        ("tls://192.0.2.1", "tls://192.0.2.1", "192.0.2.1:853"),
        ("tls://192.0.2.1:8853#DNS.example.", "tls://192.0.2.1:8853#dns.example", "192.0.2.1:8853"),
        ("tls://[2001:db8::1]#dns.example", "tls://[2001:db8::1]#dns.example", "[2001:db8::1]:853"),
        ("https://192.0.2.1/dns-query", "https://192.0.2.1/dns-query", "192.0.2.1:443"),
        ("https://[2001:db8::1]:8443/q", "https://[2001:db8::1]:8443/q", "[2001:db8::1]:8443"),
        ("https://dns.example/q#192.0.2.1", "https://dns.example/q#192.0.2.1", "192.0.2.1:443"),
        ("https://dns.example/q#192.0.2.1:8443", "https://dns.example:8443/q#192.0.2.1", "192.0.2.1:8443"),
        ("https://dns.example:8443/q#[::1]", "https://dns.example:8443/q#[::1]", "[::1]:8443"),
        (" 192.0.2.1 ", "192.0.2.1:53", "192.0.2.1:53"),
    ] {
        let read = vantage(text);
        assert_eq!((read.to_string().as_str(), read.server.to_string().as_str()), (told, server), "{text}");
        assert_eq!(read.role, Role::Recursive);
        assert_eq!(vantage(told), read, "{text}");
    }
}

#[test]
fn a_name_without_an_address_waits_to_be_looked_up() {
    let named = |host: &str, port, path: &str| Resolver::Named {
        host: host.parse().expect("a name"),
        port,
        path: path.to_owned(),
    };
    assert_eq!(
        resolvers(&["https://dns.example/dns-query"]),
        Ok(vec![named("dns.example", 443, "/dns-query")])
    );
    assert_eq!(resolvers(&["https://dns.example:8443/"]), Ok(vec![named("dns.example", 8443, "/")]));
}

#[test]
fn public_resolvers_are_asked_when_they_are_named() {
    let all = resolvers(&["public", "", "192.0.2.1"]).expect("servers");
    assert_eq!(all.len(), PUBLIC.len() + 1);
    assert_eq!(all[0], Resolver::At(vantage("8.8.8.8")));
    assert_eq!(all[8], Resolver::At(vantage("192.0.2.1")));
}

#[test]
fn every_wrong_form_says_what_to_write() {
    for (text, part) in [
        ("dns.example.com", "write IP, IP:PORT"),
        ("192.0.2.1:99999", "write IP, IP:PORT"),
        ("[192.0.2.1]", "write IP, IP:PORT"),
        ("tcp://dns.example", "behind tcp://"),
        ("tls://dns.example", "behind tls://"),
        ("tls://192.0.2.1#", "behind the #"),
        ("tls://192.0.2.1#a b", "behind the #"),
        ("tls://192.0.2.1#*.example", "behind the #"),
        ("https://192.0.2.1", "/dns-query"),
        ("https://dns.example/q{?dns}", "without a query"),
        ("https://dns.example/q?dns=x", "without a query"),
        ("https://dns.example/ü", "a path of letters"),
        ("https://dns.example:x/q", "the port is a number"),
        ("https:///q", "the host of the URL"),
        ("https://user@dns.example/q", "the host of the URL"),
        ("https://dns.example/q#elsewhere", "where the host is"),
        ("https://192.0.2.1/q#192.0.2.2", "address already"),
        ("https://dns.example:1/q#192.0.2.1:2", "different ports"),
        ("http://192.0.2.1/dns-query", "write https://"),
        ("quic://192.0.2.1", "tcp, tls and https"),
    ] {
        let error = resolvers(&[text]).expect_err(text);
        assert!(error.starts_with(&format!("`{text}` is no server to ask: ")), "{error}");
        assert!(error.contains(part), "{error}");
    }
}

#[tokio::test]
async fn name_servers_may_be_asked_over_tcp_alone() {
    let given = ["192.0.2.1".to_owned(), "tcp://192.0.2.2:5353".to_owned(), String::new()];
    let list = ServerList::parse(&["192.0.2.3".to_owned()], &given, LIMIT).expect("servers");
    let servers = list.located(&Clock::system()).await.expect("nothing to look up");
    let vantages = servers.authoritative.iter().map(|server| servers.name_server(*server));
    let told: Vec<(String, Role)> = vantages.map(|vantage| (vantage.to_string(), vantage.role)).collect();
    let expected =
        ["192.0.2.1:53", "tcp://192.0.2.2:5353"].map(|text| (text.to_owned(), Role::Authoritative));
    assert_eq!(told, expected);
    for wrong in ["tls://192.0.2.1", "ns-1.example.com", "system"] {
        let error = ServerList::parse(&[], &[wrong.to_owned()], LIMIT).expect_err(wrong);
        assert!(matches!(error, ServerError::NotAServer { .. }), "{error}");
    }
}
