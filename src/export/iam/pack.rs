//! How do the statements fit into documents that IAM takes?
//!
//! A statement that permits reading can be cut in two, since each call is about one zone. One that permits a
//! batch of records cannot: `ForAllValues` wants every record of the batch in one statement, and apply puts the
//! failovers of a zone into one batch. So where the names do not fit, it names them more coarsely, and that is
//! told; where even that does not fit, there is no policy.

use super::{
    Note, Reach,
    statement::{Document, Statement},
};

/// "The size of each managed policy cannot exceed 6,144 characters" (IAM User Guide, `reference_iam-quotas`).
pub const LIMIT: usize = 6_144;

/// What permits the batches of one zone, from exact to coarse.
pub(super) struct Batch {
    /// What people call the zone.
    pub(super) zone: String,
    /// How many record names there are.
    pub(super) names: usize,
    pub(super) ways: Vec<(Reach, Statement)>,
}

/// However coarsely the records are named, no policy holds them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the failovers of {zone} have names so far apart that no policy of {LIMIT} characters can name them, not even \
     coarsely"
)]
pub struct TooLarge {
    zone: String,
}

/// As few documents as it takes in this order, and what had to be coarser than it should.
pub(super) fn pack(
    statements: Vec<Statement>,
    batches: Vec<Batch>,
) -> Result<(Vec<Document>, Vec<Note>), TooLarge> {
    // Each statement counts a comma, and the first has none.
    let room = LIMIT + 1 - Document::of(Vec::new()).size();
    let (mut all, mut notes) = (Vec::new(), Vec::new());
    for statement in statements {
        all.extend(cut(statement, room));
    }
    for Batch { zone, names, ways } in batches {
        let exact = ways.first().map(|(reach, _)| *reach);
        let fitting = ways.into_iter().find(|(_, statement)| statement.size() <= room);
        let Some((reach, statement)) = fitting else { return Err(TooLarge { zone }) };
        if Some(reach) != exact {
            notes.push(Note::Coarse { zone, reach, names });
        }
        all.push(statement);
    }
    let mut documents: Vec<(usize, Vec<Statement>)> = Vec::new();
    for statement in all {
        let size = statement.size();
        match documents.iter_mut().find(|(used, _)| used + size <= room) {
            Some((used, document)) => {
                *used += size;
                document.push(statement);
            }
            None => documents.push((size, vec![statement])),
        }
    }
    Ok((documents.into_iter().map(|(_, statements)| Document::of(statements)).collect(), notes))
}

/// Pieces that fit, each with resources of its own.
fn cut(statement: Statement, room: usize) -> Vec<Statement> {
    if statement.size() <= room || statement.resource.len() < 2 {
        return vec![statement];
    }
    let mut first = statement.clone();
    let mut second = statement;
    let middle = first.resource.iter().nth(first.resource.len() / 2).cloned();
    second.resource = first.resource.split_off(&middle.expect("there are two at least"));
    first.sid.push('a');
    second.sid.push('b');
    [first, second].into_iter().flat_map(|half| cut(half, room)).collect()
}
