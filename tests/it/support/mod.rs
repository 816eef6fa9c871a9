//! What the tests share: a lab and a zone's state to look at, the program as a child, a proxy that
//! breaks its calls, packets to name servers, and waiting for a state.
//!
//! ```ignore
//! let lab = TestLab::start(quick()).await;           // lab in this process, its spec in lab.folder()
//! let ran = lab.program().run(&["apply", "--yes"]).await;
//! assert_eq!(ran.code, Some(0), "{ran}");            // a Ran prints stdout, stderr and code
//! let proxy = Proxy::start(&lab).await;              // in front of the lab's Route 53
//! let broken = lab.program().with("AWS_ENDPOINT_URL_ROUTE_53", proxy.url());
//! ```

mod account;
mod buckets;
mod dig;
mod dns;
mod dns_server;
pub(crate) mod drills;
mod eventually;
mod every;
mod flow;
mod gapless;
mod inside;
mod judge;
mod lab;
mod names;
mod program;
mod proxy;
mod recorded;
pub(crate) mod resolvers;
mod sabotage;
mod stand_in;
mod standing;
mod terminal;
mod tools;
mod watch;
mod zone;

pub(crate) use account::{Held, held, route53, s3};
pub(crate) use buckets::{create_bucket, open_bucket};
pub(crate) use dig::{dig, is_unanswered, kdig, short};
pub(crate) use dns::{answers_something, pointer};
pub(crate) use dns_server::{DnsServer, Reaction, cname, nothing, record, reply};
pub(crate) use eventually::eventually;
pub(crate) use every::every_number;
pub(crate) use flow::Flow;
pub(crate) use gapless::{Gapless, Watched};
pub(crate) use inside::{Errand, Inside};
pub(crate) use judge::{browser, judge, judges_tool};
pub(crate) use lab::{ENDPOINTS, NAME, RECORDS, ROLES, TestLab, answered, quick};
pub(crate) use names::{Leads, Names};
pub(crate) use program::{Program, Ran, Running};
pub(crate) use proxy::{Action, Call, Proxy};
pub(crate) use recorded::{Recorded, about_records, exporting, judged, nothing_of, without_metrics};
pub(crate) use sabotage::{Picture, saboteur, saboteur_at};
pub(crate) use stand_in::StandIn;
pub(crate) use standing::{Standing, left_as_it_was, standing};
pub(crate) use terminal::Terminal;
pub(crate) use tools::tool;
pub(crate) use watch::Watch;
pub(crate) use zone::{Zone, alias, failover, instant, routed, values};
