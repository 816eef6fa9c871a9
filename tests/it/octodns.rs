//! octoDNS, a tool that manages Route 53 for a living and shares no code with us, works with the lab.

use std::{fs, path::Path, time::Duration};

use s3_failover::lab::Fault;
use tokio::process::Command;

use super::support::{ENDPOINTS, NAME, TestLab, eventually, judges_tool, pointer, quick};

const CONFIG: &str = "
providers:
  config:
    class: octodns.provider.yaml.YamlProvider
    directory: ./zones
    enforce_order: false
  dump:
    class: octodns.provider.yaml.YamlProvider
    directory: ./dump
  route53:
    class: octodns_route53.Route53Provider
zones:
  octodns.example.:
    sources: [config]
    targets: [route53]
  example.com.:
    sources: [route53]
    targets: [dump]
";

/// A zone of plain records of each type that octoDNS manages in Route 53; an alias at the apex; and two
/// names that it builds of geolocation, weighted and failover records that are aliases of each other,
/// with health checks.
const ZONE: &str = "
'':
  - type: MX
    ttl: 3600
    value: {exchange: mail.octodns.example., preference: 10}
  - type: TXT
    value: v=spf1 -all
  - type: CAA
    ttl: 3600
    values:
      - {flags: 0, tag: issue, value: ca.example.net}
      - {flags: 128, tag: iodef, value: 'mailto:security@octodns.example'}
  - type: Route53Provider/ALIAS
    values:
      - {type: A, name: www, evaluate-target-health: true}
      - {type: AAAA, name: www, evaluate-target-health: false}
'*': {type: A, value: 192.0.2.99}
_sip._udp:
  type: SRV
  values:
    - {priority: 10, weight: 20, port: 5060, target: sip.octodns.example.}
    - {priority: 20, weight: 0, port: 5061, target: sip.octodns.example.}
child:
  - {type: NS, values: [ns1.child.example., ns2.child.example.]}
  - type: DS
    value: {key_tag: 12345, algorithm: 13, digest_type: 2, digest: 49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC0000}
long: {type: TXT, values: ['a text\\; with {long}']}
naptr:
  type: NAPTR
  value: {order: 10, preference: 20, flags: U, service: E2U+sip, regexp: '!^.*$!sip:info@octodns.example!', replacement: .}
ptr: {type: PTR, value: www.octodns.example.}
shop:
  type: A
  ttl: 60
  value: 127.0.3.0
  dynamic:
    pools:
      old: {values: [{value: 127.0.3.0, weight: 9}, {value: 127.0.3.1, weight: 1}]}
      far: {fallback: old, values: [{value: 127.0.4.1}]}
    rules:
      - {geos: [AS, NA-US-WA, EU-FR], pool: far}
      - pool: old
  octodns:
    healthcheck: {protocol: TCP, port: {port}}
mail: {type: A, value: 192.0.2.25}
www:
  - {type: A, values: [192.0.2.10, 192.0.2.11]}
  - {type: AAAA, value: '2001:db8::10'}
data:
  type: CNAME
  ttl: 60
  value: {primary}.
  dynamic:
    pools:
      us: {fallback: eu, values: [{value: {primary}.}]}
      eu: {values: [{value: {secondary}.}]}
    rules:
      - pool: us
  octodns:
    healthcheck: {protocol: HTTP, path: /failover/health.txt, port: {port}}
    route53:
      healthcheck: {request_interval: 10}
";

/// Characters in a text that one character string cannot hold.
const LONG: usize = 300;

/// Runs one of octoDNS's programs in the lab's folder, and gives what it says on both streams, without
/// the date and the thread that begin each line.
async fn octodns(lab: &TestLab, program: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(judges_tool(program));
    command.args(["--quiet", "--config-file", "octodns.yaml"]).args(arguments);
    command.current_dir(lab.folder()).env_clear().envs(lab.environment().iter().cloned());
    let output = command.kill_on_drop(true).output().await.expect("octoDNS starts");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8(said).expect("UTF-8");
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    let lines = said.lines().map(|line| line.split_once("] ").map_or(line, |(_, rest)| rest).trim_end());
    let said = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    said.replace(&"x".repeat(LONG), "x…")
}

fn prepare(lab: &TestLab) {
    let port = lab.lab.ready().s3[&"us-east-1".parse().expect("a region")]
        .rsplit_once(':')
        .expect("a port")
        .1
        .to_owned();
    let zone =
        ZONE.replace("{primary}", ENDPOINTS[0]).replace("{secondary}", ENDPOINTS[1]).replace("{port}", &port);
    let zone = zone.replace("{long}", &"x".repeat(LONG));
    let write = |name: &str, text: &str| fs::write(lab.folder().join(name), text).expect("a file");
    for folder in ["zones", "dump"] {
        fs::create_dir(lab.folder().join(folder)).expect("a folder");
    }
    write("octodns.yaml", CONFIG);
    write("zones/octodns.example.yaml", &zone);
}

/// What octoDNS plans it can apply, and then it plans nothing more: every record came back from the lab
/// as it was sent. What the lab then answers follows the health checks that octoDNS made, through
/// geolocation, failover and weighted aliases.
#[tokio::test]
async fn octodns_finds_nothing_to_do_after_it_has_applied() {
    let lab = TestLab::start(quick()).await;
    prepare(&lab);
    let sync =
        async |doit: &[&str]| octodns(&lab, "octodns-sync", &[doit, &["octodns.example."]].concat()).await;
    let planned = sync(&[]).await;
    insta::assert_snapshot!(planned, @r#"
    WARNING Route53Provider[route53] root NS record supported, but no record is configured for octodns.example.
    INFO    Plan
    ********************************************************************************
    * octodns.example.
    ********************************************************************************
    * route53 (Route53Provider)
    *   Create Zone<octodns.example.>
    *   Create <CaaRecord CAA 3600, octodns.example., ['0 issue "ca.example.net"', '128 iodef "mailto:security@octodns.example"']> (config)
    *   Create <MxRecord MX 3600, octodns.example., [''10 mail.octodns.example.'']> (config)
    *   Create <Route53AliasRecord Route53Provider/ALIAS 3600, octodns.example., ['"www" A ', '"www" AAAA ']> (config)
    *   Create <TxtRecord TXT 3600, octodns.example., ['v=spf1 -all']> (config)
    *   Create <ARecord A 3600, *.octodns.example., ['192.0.2.99']> (config)
    *   Create <SrvRecord SRV 3600, _sip._udp.octodns.example., [''10 20 5060 sip.octodns.example.'', ''20 0 5061 sip.octodns.example.'']> (config)
    *   Create <DsRecord DS 3600, child.octodns.example., ['12345 13 2 49fd46e6c4b45c55d4ac49fd46e6c4b45c55d4ac49fd46e6c4b45c55d4ac0000']> (config)
    *   Create <NsRecord NS 3600, child.octodns.example., ['ns1.child.example.', 'ns2.child.example.']> (config)
    *   Create <CnameRecord CNAME 60, data.octodns.example., my-app-data-us-east-1.s3.us-east-1.amazonaws.com., {'us': {'fallback': 'eu', 'values': [{'value': 'my-app-data-us-east-1.s3.us-east-1.amazonaws.com.', 'weight': 1, 'status': 'obey'}]}, 'eu': {'fallback': None, 'values': [{'value': 'my-app-data-eu-west-1.s3.eu-west-1.amazonaws.com.', 'weight': 1, 'status': 'obey'}]}}, [{'pool': 'us'}]> (config)
    *   Create <TxtRecord TXT 3600, long.octodns.example., ['a text\; with x…']> (config)
    *   Create <ARecord A 3600, mail.octodns.example., ['192.0.2.25']> (config)
    *   Create <NaptrRecord NAPTR 3600, naptr.octodns.example., [''10 20 "U" "E2U+sip" "!^.*$!sip:info@octodns.example!" .'']> (config)
    *   Create <PtrRecord PTR 3600, ptr.octodns.example., ['www.octodns.example.']> (config)
    *   Create <ARecord A 60, shop.octodns.example., ['127.0.3.0'], {'old': {'fallback': None, 'values': [{'value': '127.0.3.0', 'weight': 9, 'status': 'obey'}, {'value': '127.0.3.1', 'weight': 1, 'status': 'obey'}]}, 'far': {'fallback': 'old', 'values': [{'value': '127.0.4.1', 'weight': 1, 'status': 'obey'}]}}, [{'pool': 'far', 'geos': ['AS', 'EU-FR', 'NA-US-WA']}, {'pool': 'old'}]> (config)
    *   Create <ARecord A 3600, www.octodns.example., ['192.0.2.10', '192.0.2.11']> (config)
    *   Create <AaaaRecord AAAA 3600, www.octodns.example., ['2001:db8::10']> (config)
    *   Summary: Creates=16, Updates=0, Deletes=0, Existing=0, Meta=False
    ********************************************************************************
    "#);
    assert_eq!(sync(&["--doit"]).await, planned);
    insta::assert_snapshot!(sync(&["--doit"]).await, @"
    WARNING Route53Provider[route53] root NS record supported, but no record is configured for octodns.example.
    INFO    Plan
    ********************************************************************************
    No changes were planned
    ********************************************************************************
    ");

    let region = "us-east-1".parse().expect("a region");
    for (fault, endpoint) in [(Fault::None, ENDPOINTS[0]), (Fault::Http503, ENDPOINTS[1])] {
        lab.lab.set_fault(&region, fault).expect("the lab has this region");
        for server in lab.lab.ready().nameservers.clone() {
            let what = format!("{server} answers {endpoint}");
            let look = async || match pointer(server, "data.octodns.example").await {
                Ok(answered) if answered == endpoint => Ok(()),
                Ok(other) | Err(other) => Err(other),
            };
            eventually(&what, Duration::from_secs(20), look).await;
        }
    }
}

/// octoDNS builds a failover of geolocation, failover and weighted records that lead to each other, and behind the
/// second pool it puts a third answer, for the case that both fail. A spec has two sides, so import says so, and
/// by which record; it finds the way through all of them first.
#[tokio::test]
async fn what_octodns_makes_has_a_third_side_and_is_not_imported() {
    let lab = TestLab::start(quick()).await;
    prepare(&lab);
    octodns(&lab, "octodns-sync", &["--doit", "octodns.example."]).await;
    let ran = lab.program().run(&["import", "data.octodns.example"]).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran}");
    let told = "more-than-two-sides: the record _octodns-us-pool.data.octodns.example CNAME \"us-Secondary-eu\" leads to \
                _octodns-eu-pool.data.octodns.example CNAME \"eu-Primary\", where Route 53 chooses again";
    assert!(ran.stderr.contains(told), "{ran}");
    lab.stop().await;
}

/// Records of ours do not stand in the way of other tools that manage the same zone.
#[tokio::test]
async fn octodns_reads_the_pair_that_apply_made() {
    let lab = TestLab::start(quick()).await;
    prepare(&lab);
    let applied = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(applied.code, Some(0), "{applied}");
    let said = octodns(&lab, "octodns-dump", &["--output-dir", "dump", "example.com.", "route53"]).await;
    assert_eq!(said, "", "octoDNS has something to say of the records of {NAME}");
    let dumped = fs::read_to_string(Path::new(lab.folder()).join("dump/example.com.yaml")).expect("a zone");
    insta::assert_snapshot!(dumped, @"
    ---
    ? ''
    : - type: MX
        value:
          exchange: mail.example.com
          preference: 10
      - ttl: 172800
        type: NS
        values:
        - ns-1.route53-lab.invalid.
        - ns-2.route53-lab.invalid.
        - ns-3.route53-lab.invalid.
        - ns-4.route53-lab.invalid.
      - type: TXT
        value: v=spf1 mx -all
    '*.apps':
      ttl: 300
      type: A
      value: 192.0.2.80
    _s3-failover.data:
      ttl: 60
      type: TXT
      values:
      - s3-failover v1 owns data.example.com
      - s3-failover v1 owns eu-west-1.data.example.com
      - s3-failover v1 owns us-east-1.data.example.com
    data:
      ttl: 942942942
      type: Route53Provider/ALIAS
      values:
      - evaluate-target-health: true
        hosted-zone-id: null
        name: eu-west-1.data
        type: CNAME
      - evaluate-target-health: true
        hosted-zone-id: null
        name: us-east-1.data
        type: CNAME
    eu-west-1.data:
      ttl: 60
      type: CNAME
      value: my-app-data-eu-west-1.s3.eu-west-1.amazonaws.com
    mail:
      type: A
      value: 192.0.2.25
    us-east-1.data:
      ttl: 60
      type: CNAME
      value: my-app-data-us-east-1.s3.us-east-1.amazonaws.com
    www:
      ttl: 300
      type: A
      value: 192.0.2.10
    ");
}
