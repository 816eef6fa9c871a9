//! One question in one datagram.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use hickory_proto::op::Message;
use tokio::net::UdpSocket;

use super::{
    error::QueryError,
    packet::{Packed, Stray, malformed},
};
use crate::probe::vantage::Vantage;

/// More than any server sends that heeds the size which the question names.
const LARGEST_DATAGRAM: usize = 4_096;

/// Asks, and waits for the reply; `strays` counts what came and was not believed.
pub(super) async fn ask(
    server: &Vantage,
    packed: &Packed,
    strays: &mut usize,
) -> Result<Message, QueryError> {
    let unreachable = |source| QueryError::Unreachable { server: server.clone(), transport: "UDP", source };
    let any = match server.server.ip() {
        IpAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        IpAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    // A socket of its own for each question has a port of its own, which a forger would have to
    // guess; connected, it takes datagrams from this server alone, and learns of a closed port.
    let socket = UdpSocket::bind(any).await.map_err(unreachable)?;
    socket.connect(server.server).await.map_err(unreachable)?;
    socket.send(packed.bytes()).await.map_err(unreachable)?;
    let mut buffer = vec![0; LARGEST_DATAGRAM];
    loop {
        let length = socket.recv(&mut buffer).await.map_err(unreachable)?;
        match packed.read(&buffer[..length]) {
            Ok(message) => return Ok(message),
            Err(Stray::OtherIdOrQuestion) => *strays += 1,
            // What is longer than the buffer has been cut.
            Err(Stray::Malformed(_)) if length == LARGEST_DATAGRAM => {
                return Err(malformed(server, format!("more than {LARGEST_DATAGRAM} bytes in one datagram")));
            }
            Err(Stray::Malformed(what)) => return Err(malformed(server, what)),
        }
    }
}
