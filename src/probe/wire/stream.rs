//! Questions over one TCP or TLS connection, as many at once as are asked.
//!
//! "Clients SHOULD pipeline their queries", "responses [...] MAY [come] out of order", and "clients MUST match
//! responses to outstanding queries [...] using the Message ID" (RFC 7766, 6.2.1.1 and 7). One task writes the
//! questions as they come and hands out the replies; whoever gives up waiting leaves its id taken, so
//! that a late reply is nobody else's.

use std::{
    collections::HashMap,
    io,
    sync::{Mutex, PoisonError},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    sync::{mpsc, oneshot},
    task::JoinSet,
};

use super::packet::Packed;

/// What ends a connection.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// It broke, or the server closed it.
    Broken(io::ErrorKind, String),
    /// The server sent what belongs to no question of ours.
    Nonsense(String),
}

/// The id under which a question went out, and the packet that came back under it.
type Answer = Result<(u16, Vec<u8>), End>;
type Pending = Mutex<HashMap<u16, oneshot::Sender<Answer>>>;

/// An open connection.
#[derive(Debug)]
pub(super) struct StreamChannel {
    questions: mpsc::UnboundedSender<(Packed, oneshot::Sender<Answer>)>,
    _task: JoinSet<()>,
}

impl StreamChannel {
    pub(super) fn new(stream: impl AsyncRead + AsyncWrite + Send + 'static) -> Self {
        let (questions, asked) = mpsc::unbounded_channel();
        let mut task = JoinSet::new();
        task.spawn(drive(stream, asked));
        Self { questions, _task: task }
    }

    /// Whether no question can be asked any more.
    pub(super) fn is_closed(&self) -> bool {
        self.questions.is_closed()
    }

    /// Asks, and waits for what comes back.
    pub(super) async fn exchange(&self, packed: &Packed) -> Answer {
        let (answer, answered) = oneshot::channel();
        let closed = || End::Broken(io::ErrorKind::NotConnected, "the connection was closed".to_owned());
        self.questions.send((packed.clone(), answer)).map_err(|_| closed())?;
        answered.await.unwrap_or_else(|_| Err(closed()))
    }
}

/// Writes and reads until either ends, and tells all who still wait.
async fn drive(
    stream: impl AsyncRead + AsyncWrite,
    mut asked: mpsc::UnboundedReceiver<(Packed, oneshot::Sender<Answer>)>,
) {
    let (reader, writer) = tokio::io::split(stream);
    let pending = Pending::default();
    let end = tokio::select! {
        end = read(reader, &pending) => end,
        end = write(writer, &mut asked, &pending) => end,
    };
    // Nobody can ask any more; who has just asked is told too.
    asked.close();
    let late = std::iter::from_fn(|| asked.try_recv().ok()).map(|(_, answer)| answer);
    let late: Vec<_> = late.collect();
    let pending = pending.into_inner().unwrap_or_else(PoisonError::into_inner);
    for answer in pending.into_values().chain(late) {
        // Who does not listen any more has given up.
        let _ = answer.send(Err(end.clone()));
    }
}

fn broken(error: &io::Error) -> End {
    End::Broken(error.kind(), error.to_string())
}

async fn write(
    mut writer: impl AsyncWrite + Unpin,
    asked: &mut mpsc::UnboundedReceiver<(Packed, oneshot::Sender<Answer>)>,
    pending: &Pending,
) -> End {
    while let Some((packed, answer)) = asked.recv().await {
        let bytes = {
            let mut pending = pending.lock().unwrap_or_else(PoisonError::into_inner);
            let free = |id: &u16| !pending.contains_key(id);
            let ids = (0..=u16::MAX).map(|step| packed.id().wrapping_add(step));
            let Some(id) = ids.into_iter().find(free) else {
                return End::Nonsense("65,536 questions are without a reply".to_owned());
            };
            pending.insert(id, answer);
            packed.under(id).with_length()
        };
        let written = async {
            writer.write_all(&bytes).await?;
            writer.flush().await
        };
        if let Err(error) = written.await {
            return broken(&error);
        }
    }
    End::Broken(io::ErrorKind::NotConnected, "nobody asks any more".to_owned())
}

async fn read(mut reader: impl AsyncRead + Unpin, pending: &Pending) -> End {
    loop {
        let packet = match message(&mut reader).await {
            Ok(packet) => packet,
            Err(error) => return broken(&error),
        };
        let id = packet.first_chunk::<2>().map(|id| u16::from_be_bytes(*id));
        let answer = id.and_then(|id| {
            let mut pending = pending.lock().unwrap_or_else(PoisonError::into_inner);
            Some((id, pending.remove(&id)?))
        });
        match answer {
            // Who does not listen any more has given up.
            Some((id, answer)) => drop(answer.send(Ok((id, packet)))),
            // Nobody but the server can speak here, so it is not a forger's.
            None => return End::Nonsense("another id or question".to_owned()),
        }
    }
}

/// A message behind its length (RFC 1035, 4.2.2).
async fn message(reader: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let length = reader.read_u16().await?;
    let mut packet = vec![0; usize::from(length)];
    reader.read_exact(&mut packet).await?;
    Ok(packet)
}
