//! How do datagrams pass between us and the system? Many in one call, where it has such a call.
//!
//! What was put in leaves in the order in which it was put; how many left is said, and why the next did not.
//! A call that takes fewer than there was room for has found nothing more: that the socket is empty is then
//! known without another call.

use std::io;

use tokio::{io::Interest, net::UdpSocket};

/// Datagrams in one call. One moment is noted for all questions of a call, of which the last leaves some
/// dozens of microseconds after the first (our choice).
pub(super) const MOST: usize = 32;
/// More than any server sends that heeds the size that we name; what is longer is cut and then malformed.
const LARGEST_DATAGRAM: usize = 4_096;

/// Questions that are to leave together, each with its id.
#[derive(Debug, Default)]
pub(super) struct Departures {
    bytes: Vec<u8>,
    /// Each id, and where its question ends.
    questions: Vec<(u16, usize)>,
}

impl Departures {
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.questions.clear();
    }

    pub(super) fn add(&mut self, id: u16, question: &[u8]) {
        self.bytes.extend_from_slice(question);
        self.questions.push((id, self.bytes.len()));
    }

    /// The ids, in order.
    pub(super) fn ids(&self) -> impl Iterator<Item = u16> + '_ {
        self.questions.iter().map(|(id, _)| *id)
    }

    /// Sends as many as the system takes now, and says how many; an error is that of the first.
    pub(super) fn send(&self, socket: &UdpSocket) -> io::Result<usize> {
        match &self.questions[..] {
            [] => Ok(0),
            [_] => socket.try_send(&self.bytes).map(|_| 1),
            _ => send_some(socket, &self.packets()),
        }
    }

    fn packets(&self) -> Vec<&[u8]> {
        let mut begin = 0;
        let ends = self.questions.iter().map(|(_, end)| *end);
        ends.map(|end| &self.bytes[std::mem::replace(&mut begin, end)..end]).collect()
    }
}

/// Room for what comes; made when something does.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    room: Vec<u8>,
    lengths: [usize; MOST],
}

impl Arrivals {
    /// Takes what has come, where so many are `expected`; says how many, and whether that was all.
    pub(super) fn receive(&mut self, socket: &UdpSocket, expected: usize) -> io::Result<(usize, bool)> {
        // One more than is expected: that it stays empty tells that nothing more is there.
        let wanted = expected.saturating_add(1).min(MOST);
        self.room.resize(MOST * LARGEST_DATAGRAM, 0);
        receive_some(socket, &mut self.room, &mut self.lengths[..wanted])
    }

    /// One of those that were taken last.
    pub(super) fn get(&self, index: usize) -> &[u8] {
        &self.room[index * LARGEST_DATAGRAM..][..self.lengths[index]]
    }
}

#[cfg(target_os = "linux")]
fn send_some(socket: &UdpSocket, packets: &[&[u8]]) -> io::Result<usize> {
    use std::{io::IoSlice, os::fd::AsRawFd};

    use nix::sys::socket::{MsgFlags, MultiHeaders, sendmmsg};

    let contents: Vec<[IoSlice<'_>; 1]> = packets.iter().map(|packet| [IoSlice::new(packet)]).collect();
    // The socket is connected.
    let to: Vec<Option<()>> = vec![None; packets.len()];
    let mut headers = MultiHeaders::preallocate(packets.len(), None);
    socket.try_io(Interest::WRITABLE, || {
        let sent = sendmmsg(socket.as_raw_fd(), &mut headers, &contents, &to, [], MsgFlags::MSG_DONTWAIT)?;
        Ok(sent.count())
    })
}

#[cfg(target_os = "linux")]
fn receive_some(socket: &UdpSocket, room: &mut [u8], lengths: &mut [usize]) -> io::Result<(usize, bool)> {
    use std::{io::IoSliceMut, os::fd::AsRawFd};

    use nix::sys::socket::{MsgFlags, MultiHeaders, recvmmsg};

    let wanted = lengths.len();
    let rooms = room.chunks_exact_mut(LARGEST_DATAGRAM).take(wanted);
    let mut rooms: Vec<[IoSliceMut<'_>; 1]> = rooms.map(|room| [IoSliceMut::new(room)]).collect();
    let mut headers = MultiHeaders::<()>::preallocate(wanted, None);
    let mut taken = 0;
    let received = socket.try_io(Interest::READABLE, || {
        let flags = MsgFlags::MSG_DONTWAIT;
        let received = recvmmsg(socket.as_raw_fd(), &mut headers, rooms.iter_mut(), flags, None)?;
        for (length, message) in lengths.iter_mut().zip(received) {
            *length = message.bytes;
            taken += 1;
        }
        // Said here, tokio knows too that the socket is empty, and as of this call.
        if taken < wanted { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(()) }
    });
    match received {
        Ok(()) => Ok((taken, false)),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok((taken, true)),
        Err(error) => Err(error),
    }
}

#[cfg(not(target_os = "linux"))]
fn send_some(socket: &UdpSocket, packets: &[&[u8]]) -> io::Result<usize> {
    let Some(packet) = packets.first() else { return Ok(0) };
    socket.try_send(packet).map(|_| 1)
}

#[cfg(not(target_os = "linux"))]
fn receive_some(socket: &UdpSocket, room: &mut [u8], lengths: &mut [usize]) -> io::Result<(usize, bool)> {
    for taken in 0..lengths.len() {
        match socket.try_recv(&mut room[taken * LARGEST_DATAGRAM..][..LARGEST_DATAGRAM]) {
            Ok(length) => lengths[taken] = length,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok((taken, true)),
            // It is told by the next call, if it lasts.
            Err(_) if taken > 0 => return Ok((taken, false)),
            Err(error) => return Err(error),
        }
    }
    Ok((lengths.len(), false))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn pair() -> (UdpSocket, UdpSocket) {
        let one = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let other = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        one.connect(other.local_addr().expect("an address")).await.expect("it is there");
        other.connect(one.local_addr().expect("an address")).await.expect("it is there");
        (one, other)
    }

    /// Packet `n` is `n` octets long, and each of them is `n`.
    fn packets(count: u8) -> Departures {
        let mut packets = Departures::default();
        for n in 1..=count {
            packets.add(n.into(), &vec![n; n.into()]);
        }
        packets
    }

    #[tokio::test]
    async fn many_leave_and_come_in_their_order_and_whole() {
        let (one, other) = pair().await;
        for count in [1, 2, 32] {
            let packets = packets(count);
            one.writable().await.expect("there is room");
            assert_eq!(packets.send(&one).expect("it leaves"), usize::from(count));
            assert_eq!(packets.ids().collect::<Vec<_>>(), (1..=u16::from(count)).collect::<Vec<_>>());
            let (mut arrivals, mut seen) = (Arrivals::default(), Vec::new());
            while seen.len() < usize::from(count) {
                other.readable().await.expect("something comes");
                let (taken, _) = arrivals.receive(&other, usize::from(count)).expect("it can be read");
                seen.extend((0..taken).map(|index| arrivals.get(index).to_vec()));
            }
            assert_eq!(seen, (1..=count).map(|n| vec![n; n.into()]).collect::<Vec<_>>());
        }
    }

    /// Where more come than are expected, it is said that there may be more; where no more come, that there are
    /// none, and so that what comes afterwards wakes the reader.
    #[tokio::test]
    async fn it_is_known_when_a_socket_is_empty() {
        let (one, other) = pair().await;
        one.writable().await.expect("there is room");
        packets(5).send(&one).expect("they leave");
        other.readable().await.expect("something comes");
        let mut arrivals = Arrivals::default();
        assert_eq!(arrivals.receive(&other, 1).expect("two"), (2, false));
        assert_eq!(arrivals.receive(&other, 5).expect("the rest"), (3, true));
        assert_eq!(arrivals.receive(&other, 5).expect("nothing"), (0, true));
        let ours = [packets(1), packets(1)];
        for departures in &ours {
            departures.send(&one).expect("it leaves");
            other.readable().await.expect("it wakes");
            assert_eq!(arrivals.receive(&other, 1).expect("one"), (1, true));
        }
    }

    #[tokio::test]
    async fn a_closed_port_is_told() {
        let (one, other) = pair().await;
        drop(other);
        one.writable().await.expect("there is room");
        // Of several in one call the system says only how many left, and then forgets why; of the last one it
        // says why at the next call.
        let told = (0..2).find_map(|_| {
            let several = packets(3).send(&one);
            several.and_then(|_| packets(1).send(&one)).err()
        });
        let told = told.expect("it is told of");
        assert_eq!(told.kind(), io::ErrorKind::ConnectionRefused);
    }
}
