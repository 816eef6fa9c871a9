//! What passes between the sockets and whoever knows the answers?

use async_trait::async_trait;
use hickory_proto::{
    op::ResponseCode,
    rr::{Name, Record, RecordType as WireType},
};

/// One question.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// The name as it was asked, in the client's case.
    pub(crate) name: Name,
    /// The type.
    pub(crate) rtype: WireType,
}

/// One answer, before it is fitted into a packet.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    /// The response code.
    pub(crate) code: ResponseCode,
    /// Whether the server speaks for the zone (AA).
    pub(crate) authoritative: bool,
    /// Whether it would recurse (RA).
    pub(crate) recursion_available: bool,
    /// The answer section.
    pub(crate) answers: Vec<Record>,
    /// The authority section.
    pub(crate) authority: Vec<Record>,
    /// The additional section, without the OPT record.
    pub(crate) additional: Vec<Record>,
}

impl Reply {
    /// A reply without records.
    pub(crate) fn bare(code: ResponseCode) -> Self {
        Self {
            code,
            authoritative: false,
            recursion_available: false,
            answers: Vec::new(),
            authority: Vec::new(),
            additional: Vec::new(),
        }
    }
}

/// Whoever knows the answers.
#[async_trait]
pub(crate) trait Answerer: Send + Sync + 'static {
    /// Answers a question. Whoever needs to wait for nothing is done when first polled, and is answered
    /// without a task of its own.
    async fn answer(&self, question: &Question) -> Reply;

    /// Whether questions are left without any answer at present.
    fn is_silent(&self) -> bool {
        false
    }
}
