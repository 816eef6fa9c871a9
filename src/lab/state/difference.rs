//! What differs between what the parts hand out and what is in the database?
//!
//! Pure bookkeeping: it remembers the body of each document as it was written last. A group whose origin is
//! the one that it had is passed over, and all of its documents count as handed out.

use std::{
    any::Any,
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use super::document::{Document, Taker};

/// Kind and key.
pub(super) type Key = (String, String);

/// What is known to be written.
#[derive(Default)]
pub(super) struct Difference {
    known: HashMap<Key, Known>,
    groups: HashMap<Arc<str>, Group>,
    pass: u64,
}

struct Known {
    body: Box<str>,
    /// When it was handed out last.
    pass: u64,
    group: Option<Arc<str>>,
}

struct Group {
    origin: Arc<dyn Any + Send + Sync>,
    /// When its documents were made last.
    made: u64,
    /// When it was handed out last.
    seen: u64,
}

/// One look at all documents.
pub(super) struct Pass<'a> {
    difference: &'a mut Difference,
    changed: Vec<(Document, Option<Arc<str>>)>,
}

/// What one look found.
pub(super) struct Changes {
    /// New ones and others; with the group that each belongs to.
    pub(super) changed: Vec<(Document, Option<Arc<str>>)>,
    /// Those that nobody hands out any more.
    pub(super) gone: Vec<Key>,
}

impl Difference {
    /// Takes in what is in the database at the start.
    pub(super) fn load(&mut self, document: &Document) {
        let known = Known { body: document.body.as_str().into(), pass: 0, group: None };
        self.known.insert((document.kind.clone(), document.key.clone()), known);
    }

    /// Begins a look.
    pub(super) fn look(&mut self) -> Pass<'_> {
        self.pass += 1;
        Pass { difference: self, changed: Vec::new() }
    }

    /// The changes are written.
    pub(super) fn written(&mut self, changes: Changes) {
        for key in changes.gone {
            self.known.remove(&key);
        }
        for (document, group) in changes.changed {
            let known = Known { body: document.body.into(), pass: self.pass, group };
            self.known.insert((document.kind, document.key), known);
        }
    }

    /// The changes are not written: everything is looked at anew the next time.
    pub(super) fn not_written(&mut self) {
        self.groups.clear();
    }
}

impl Pass<'_> {
    /// What differs.
    pub(super) fn changes(self) -> Changes {
        let Self { difference: Difference { known, groups, pass }, changed } = self;
        groups.retain(|_, group| group.seen == *pass);
        let handed_out = |known: &Known| {
            let group = known.group.as_ref().and_then(|name| groups.get(name));
            known.pass == *pass || group.is_some_and(|group| known.pass >= group.made)
        };
        let gone = known.iter().filter(|(_, known)| !handed_out(known)).map(|(key, _)| key.clone());
        Changes { changed, gone: gone.collect() }
    }

    fn take(&mut self, document: Document, group: Option<Arc<str>>) {
        // The key is taken out for the look-up and put back, which saves making it twice.
        let key = (document.kind, document.key);
        let same = match self.difference.known.get_mut(&key) {
            Some(known) => {
                (known.pass, known.group) = (self.difference.pass, group.clone());
                *known.body == *document.body
            }
            None => false,
        };
        if !same {
            self.changed.push((Document { kind: key.0, key: key.1, ..document }, group));
        }
    }
}

impl Taker for Pass<'_> {
    fn document(&mut self, document: Document) {
        self.take(document, None);
    }

    fn group(
        &mut self,
        name: &str,
        origin: Arc<dyn Any + Send + Sync>,
        documents: &mut dyn Iterator<Item = Document>,
    ) {
        let (name, pass): (Arc<str>, u64) = (name.into(), self.difference.pass);
        match self.difference.groups.entry(Arc::clone(&name)) {
            Entry::Occupied(mut known) if Arc::ptr_eq(&known.get().origin, &origin) => {
                known.get_mut().seen = pass;
                return;
            }
            Entry::Occupied(mut known) => {
                known.insert(Group { origin, made: pass, seen: pass });
            }
            Entry::Vacant(place) => {
                place.insert(Group { origin, made: pass, seen: pass });
            }
        }
        for document in documents {
            self.take(document, Some(Arc::clone(&name)));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type World = Vec<(u8, Arc<Vec<(u8, u8)>>)>;

    /// Hands out a world of groups, and applies what differs to a database that is a map.
    fn save(difference: &mut Difference, database: &mut HashMap<Key, String>, world: &World, fails: bool) {
        let mut pass = difference.look();
        for (name, group) in world {
            let document = |(key, text): &(u8, u8)| Document::new("text", format!("{name} {key}"), text);
            if *name == 0 {
                group.iter().map(document).for_each(|document| pass.document(document));
            } else {
                let origin = Arc::clone(group) as Arc<dyn Any + Send + Sync>;
                pass.group(&name.to_string(), origin, &mut group.iter().map(document));
            }
        }
        let changes = pass.changes();
        if fails {
            return difference.not_written();
        }
        for key in &changes.gone {
            assert!(database.remove(key).is_some(), "it was there: {key:?}");
        }
        for (document, _) in &changes.changed {
            let key = (document.kind.clone(), document.key.clone());
            let before = database.insert(key, document.body.clone());
            assert_ne!(before.as_ref(), Some(&document.body), "nothing is written that was there");
        }
        difference.written(changes);
    }

    fn group() -> impl Strategy<Value = Vec<(u8, u8)>> {
        proptest::collection::btree_map(0_u8..6, 0_u8..3, 0..6).prop_map(|map| map.into_iter().collect())
    }

    proptest! {
        /// Whatever comes, goes, changes, stays or fails: in the end the database holds the last world.
        #[test]
        fn the_database_follows_the_world(
            steps in proptest::collection::vec((0_u8..4, proptest::option::of(group()), any::<bool>()), 1..30)
        ) {
            let (mut difference, mut database) = (Difference::default(), HashMap::new());
            let mut world: World = Vec::new();
            for (name, group, fails) in steps {
                world.retain(|(other, _)| *other != name);
                world.extend(group.map(|group| (name, Arc::new(group))));
                save(&mut difference, &mut database, &world, fails);
            }
            save(&mut difference, &mut database, &world, false);
            let expected = world.iter().flat_map(|(name, group)| {
                group.iter().map(move |(key, text)| (("text".to_owned(), format!("{name} {key}")), text.to_string()))
            });
            prop_assert_eq!(database, expected.collect::<HashMap<_, _>>());
        }
    }
}
