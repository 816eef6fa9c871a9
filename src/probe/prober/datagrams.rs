//! How is one server asked many things over UDP? By one task, over one socket.
//!
//! Again and again:
//!
//! 1. What has come is taken: each packet is matched to a question by its id, and must repeat the question
//!    (RFC 5452, section 9.1). What matches none is counted and never believed: late, doubled or forged.
//!    The moment is noted before a packet is read.
//! 2. What is waited for too long is given up.
//! 3. What is due is asked, many questions before anything is waited for.
//! 4. A worn socket stays, beside a new one, until nothing is waited for on it.
//!
//! A server that is silent costs what a live one does: its questions stand in a queue, and its schedule
//! goes on. A port that is closed, or a network that is lost, is told by the system about the socket and not
//! about one question: all that wait on it have failed, and the next question gets a new socket.

use std::{collections::VecDeque, io, net::SocketAddr, sync::Arc, time::Duration};

use super::{
    Lookup, Sighting,
    bundle::{self, Arrivals, Departures},
    in_flight::Asked,
    line::{Line, readable, writable},
    packets::{Packets, Received},
    queue::Writer,
    schedule::Schedule,
    streams::Streams,
};
use crate::{
    clock::Clock,
    probe::{QueryError, Reply, Transport, Vantage},
};

/// Packets taken, and questions asked, before the other has its turn (our choice).
const BURST: usize = 64;
/// A look-up without an interval pauses after a failure, or a closed port would be asked without a breath
/// (our choice).
const BREATH: Duration = Duration::from_millis(100);
/// Longest wait in one piece (our choice).
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// One server and all that it is asked.
pub(super) struct Datagrams {
    clock: Clock,
    limit: Duration,
    server: SocketAddr,
    /// With their places in the prober's list.
    lookups: Vec<(usize, Packets)>,
    schedule: Schedule,
    line: Option<Line>,
    /// The line before, while something is waited for on it.
    worn: Option<Line>,
    /// Whether the system takes no more datagrams at the moment.
    blocked: bool,
    /// Look-ups that are due and have not left yet; none, unless the system is blocked.
    due: VecDeque<usize>,
    departures: Departures,
    arrivals: Arrivals,
    streams: Streams,
    sightings: Writer,
}

impl Datagrams {
    /// Prepares to ask; a look-up that no packet can hold is told at once and never asked.
    pub(super) fn new(
        clock: &Clock,
        limit: Duration,
        server: &Vantage,
        lookups: Vec<(usize, Lookup)>,
        sightings: Writer,
    ) -> Self {
        let now = clock.elapsed();
        let mut packed = Vec::with_capacity(lookups.len());
        for (index, lookup) in lookups {
            match Packets::of(lookup) {
                Ok(packets) => packed.push((index, packets)),
                Err(error) => {
                    sightings.put(Sighting { lookup: index, asked: now, answered: now, result: Err(error) });
                }
            }
        }
        let schedule =
            Schedule::new(now, packed.iter().map(|(_, packets)| packets.lookup.every), rand::random());
        Self {
            clock: clock.clone(),
            limit,
            server: server.server,
            lookups: packed,
            schedule,
            line: None,
            worn: None,
            blocked: false,
            due: VecDeque::new(),
            departures: Departures::default(),
            arrivals: Arrivals::default(),
            streams: Streams::new(clock, server.clone().over(Transport::Tcp), sightings.clone()),
            sightings,
        }
    }

    /// Asks until it is dropped.
    pub(super) async fn ask_for_ever(mut self) {
        if self.lookups.is_empty() {
            return;
        }
        loop {
            let (line, worn) = (self.line.take(), self.worn.take());
            self.line = self.receive(line);
            self.worn = self.receive(worn);
            self.give_up();
            self.ask_due();
            self.change_lines();
            self.sightings.skipped(self.schedule.take_skipped());
            self.wait().await;
        }
    }

    /// Until something may have come, may leave, is due, or is to be given up.
    async fn wait(&mut self) {
        let oldest = [&mut self.line, &mut self.worn].into_iter().flatten();
        let deadline = oldest.filter_map(|line| Some(line.in_flight.oldest()?.at + self.limit)).min();
        let due = self.schedule.next().filter(|_| !self.blocked);
        let now = self.clock.elapsed();
        let until = deadline.into_iter().chain(due).min().unwrap_or(now + LONGEST_WAIT);
        if until <= now {
            return tokio::task::yield_now().await;
        }
        tokio::select! {
            biased;
            () = readable(self.line.as_ref()) => {}
            () = readable(self.worn.as_ref()) => {}
            () = writable(self.line.as_ref()), if self.blocked => {}
            () = self.clock.sleep_until(until.min(now + LONGEST_WAIT)) => {}
        }
        tokio::task::consume_budget().await;
    }

    /// Takes what has come on a line, and gives it back unless it is broken.
    fn receive(&mut self, line: Option<Line>) -> Option<Line> {
        let mut line = line?;
        let mut arrivals = std::mem::take(&mut self.arrivals);
        let mut broken = None;
        for _ in 0..BURST / bundle::MOST {
            let received = arrivals.receive(&line.socket, line.in_flight.len());
            let now = self.clock.elapsed();
            match received {
                Ok((taken, all)) => {
                    for index in 0..taken {
                        self.take(&mut line, arrivals.get(index), now);
                    }
                    if all {
                        break;
                    }
                }
                Err(error) => {
                    broken = Some(error);
                    break;
                }
            }
        }
        self.arrivals = arrivals;
        match broken {
            None => Some(line),
            Some(error) => {
                self.fail(line, &error);
                None
            }
        }
    }

    fn take(&mut self, line: &mut Line, packet: &[u8], now: Duration) {
        let id = packet.first_chunk().map(|id| u16::from_be_bytes(*id));
        let waiting = id.and_then(|id| Some((id, line.in_flight.get(id)?)));
        // One that came after its deadline is late, whether it was given up already or not.
        let waiting = waiting.filter(|(_, asked)| now < asked.at + self.limit);
        let Some((id, asked)) = waiting else {
            line.strays += 1;
            return;
        };
        match self.lookups[asked.lookup].1.read(packet, id) {
            Received::Stray => line.strays += 1,
            Received::Truncated => {
                line.in_flight.leave(id);
                let (index, packets) = &self.lookups[asked.lookup];
                let rest = (asked.at + self.limit).saturating_sub(now);
                self.streams.ask_instead(*index, &packets.lookup, asked.at, rest);
                self.schedule.again(asked.lookup, now);
            }
            Received::Result(result) => {
                line.in_flight.leave(id);
                self.tell(asked, now, result);
            }
        }
    }

    fn tell(&mut self, asked: Asked, now: Duration, result: Result<Arc<Reply>, QueryError>) {
        let breath = if result.is_err() { BREATH } else { Duration::ZERO };
        self.schedule.again(asked.lookup, now + breath);
        let lookup = self.lookups[asked.lookup].0;
        self.sightings.put(Sighting { lookup, asked: asked.at, answered: now, result });
    }

    /// Gives up what has been waited for long enough.
    fn give_up(&mut self) {
        let now = self.clock.elapsed();
        for worn in [false, true] {
            loop {
                let line = if worn { &mut self.worn } else { &mut self.line };
                let Some(line) = line else { break };
                if line.in_flight.oldest().is_none_or(|asked| asked.at + self.limit > now) {
                    break;
                }
                let strays = line.strays;
                let Some(asked) = line.in_flight.take_oldest() else { break };
                let server = self.lookups[asked.lookup].1.lookup.vantage.clone();
                let strays = strays.saturating_sub(asked.strays);
                self.tell(asked, now, Err(QueryError::TimedOut { server, limit: self.limit, strays }));
            }
        }
    }

    /// All that waits on a line has failed.
    fn fail(&mut self, mut line: Line, error: &io::Error) {
        let now = self.clock.elapsed();
        while let Some(asked) = line.in_flight.take_oldest() {
            self.tell_unreachable(asked, now, error);
        }
    }

    fn tell_unreachable(&mut self, asked: Asked, now: Duration, error: &io::Error) {
        let server = self.lookups[asked.lookup].1.lookup.vantage.clone();
        let source = copy(error);
        self.tell(asked, now, Err(QueryError::Unreachable { server, transport: "UDP", source }));
    }

    /// Asks what is due.
    fn ask_due(&mut self) {
        self.blocked = false;
        for _ in 0..BURST / bundle::MOST {
            let now = self.clock.elapsed();
            while self.due.len() < bundle::MOST
                && let Some(lookup) = self.schedule.due(now)
            {
                self.due.push_back(lookup);
                self.schedule.done(now);
            }
            while !self.due.is_empty() {
                self.ask_some(now);
                if self.blocked {
                    return;
                }
            }
            if self.schedule.next().is_none_or(|next| next > now) {
                return;
            }
        }
    }

    /// Asks some of what is due, and at least one: or it is known why not.
    fn ask_some(&mut self, now: Duration) {
        let opened = self.line.take().map_or_else(|| Line::open(self.server), Ok);
        let mut line = match opened {
            Ok(line) => line,
            Err(error) => return self.cannot_ask(now, &error),
        };
        self.departures.clear();
        let mut entered = 0;
        for lookup in &self.due {
            let asked = Asked { lookup: *lookup, at: now, strays: line.strays };
            let Some(id) = line.in_flight.enter(asked, rand::random) else { break };
            self.departures.add(id, self.lookups[*lookup].1.question(id));
            entered += 1;
        }
        for lookup in self.due.drain(entered..) {
            // Too many are on their way.
            self.schedule.skip();
            self.schedule.again(lookup, now + BREATH);
        }
        let sent = self.departures.send(&line.socket);
        let left = *sent.as_ref().unwrap_or(&0);
        for id in self.departures.ids().skip(left) {
            line.in_flight.leave(id);
        }
        self.due.drain(..left);
        line.asked = line.asked.saturating_add(u32::try_from(left).unwrap_or(u32::MAX));
        match sent {
            Ok(_) => self.line = Some(line),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.line = Some(line);
                self.blocked = true;
            }
            // What the system says here may be about the questions before: then these did not leave, and try a
            // new socket.
            Err(error) if line.in_flight.is_empty() => self.cannot_ask(now, &error),
            Err(error) => self.fail(line, &error),
        }
    }

    /// The first that is due cannot leave.
    fn cannot_ask(&mut self, now: Duration, error: &io::Error) {
        if let Some(lookup) = self.due.pop_front() {
            self.tell_unreachable(Asked { lookup, at: now, strays: 0 }, now, error);
        }
    }

    fn change_lines(&mut self) {
        if self.worn.as_ref().is_some_and(|line| line.in_flight.is_empty()) {
            self.worn = None;
        }
        if self.worn.is_none() {
            self.worn = self.line.take_if(|line| line.is_worn());
        }
    }
}

/// The same error again: the system's number says all that there is to it.
fn copy(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| io::Error::from(error.kind()), io::Error::from_raw_os_error)
}
