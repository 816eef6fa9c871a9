//! A resolver that answers what the test has just told it, and counts how often it was asked.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
};

use hickory_proto::{
    op::{Message, MessageType, OpCode, ResponseCode},
    rr::{
        Name, RData, Record, RecordType,
        rdata::{A, AAAA, CNAME},
    },
    serialize::binary::{BinDecodable, BinEncodable},
};
use tokio::{net::UdpSocket, task::JoinSet};

/// What a name leads to.
#[derive(Clone, Debug)]
pub(crate) enum Leads {
    To(&'static str),
    At(IpAddr),
}

/// The resolver. It ends when it is dropped.
pub(crate) struct Names {
    pub(crate) address: SocketAddr,
    told: Arc<Mutex<Told>>,
    _task: JoinSet<()>,
}

#[derive(Default)]
struct Told {
    names: BTreeMap<&'static str, (Leads, u32)>,
    silent: bool,
    asked: BTreeMap<String, usize>,
}

impl Names {
    pub(crate) async fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let address = socket.local_addr().expect("an address");
        let told = Arc::new(Mutex::new(Told::default()));
        let mut task = JoinSet::new();
        let of_task = Arc::clone(&told);
        task.spawn(async move {
            let mut buffer = [0; 4_096];
            loop {
                let (length, from) = socket.recv_from(&mut buffer).await.expect("a packet");
                let question = Message::from_bytes(&buffer[..length]).expect("a question");
                let answer = of_task.lock().expect("no panic").answer(&question);
                if let Some(packet) = answer {
                    socket.send_to(&packet, from).await.expect("the packet leaves");
                }
            }
        });
        Self { address, told, _task: task }
    }

    /// From now on this name leads there, for so many seconds.
    pub(crate) fn tell(&self, name: &'static str, leads: Leads, ttl: u32) {
        self.told.lock().expect("no panic").names.insert(name, (leads, ttl));
    }

    /// From now on it answers, or does not.
    pub(crate) fn silent(&self, silent: bool) {
        self.told.lock().expect("no panic").silent = silent;
    }

    /// How often it was asked for a name.
    pub(crate) fn asked(&self, name: &str) -> usize {
        self.told.lock().expect("no panic").asked.get(name).copied().unwrap_or_default()
    }
}

impl Told {
    fn answer(&mut self, question: &Message) -> Option<Vec<u8>> {
        let asked = question.queries.first().expect("one question");
        let mut name = asked.name().to_ascii().trim_end_matches('.').to_owned();
        *self.asked.entry(name.clone()).or_default() += 1;
        if self.silent {
            return None;
        }
        let mut reply = Message::new(question.metadata.id, MessageType::Response, OpCode::Query);
        reply.queries.clone_from(&question.queries);
        let known = self.names.contains_key(name.as_str());
        reply.metadata.response_code = if known { ResponseCode::NoError } else { ResponseCode::NXDomain };
        while let Some((leads, ttl)) = self.names.get(name.as_str()).cloned() {
            let absolute = |name: &str| Name::from_ascii(format!("{name}.")).expect("a name");
            let (data, rtype, next) = match leads {
                Leads::To(other) => (RData::CNAME(CNAME(absolute(other))), RecordType::CNAME, Some(other)),
                Leads::At(IpAddr::V4(ip)) => (RData::A(A(ip)), RecordType::A, None),
                Leads::At(IpAddr::V6(ip)) => (RData::AAAA(AAAA(ip)), RecordType::AAAA, None),
            };
            if next.is_some() || rtype == asked.query_type() {
                reply.answers.push(Record::from_rdata(absolute(&name), ttl, data));
            }
            match next {
                Some(next) if asked.query_type() != RecordType::CNAME => next.clone_into(&mut name),
                _ => break,
            }
        }
        Some(reply.to_bytes().expect("a packet"))
    }
}
