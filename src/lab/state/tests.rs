//! The keeper against a database in a folder.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use super::*;
use crate::clock::Clock;

/// Keeps texts, each with bytes of its own.
#[derive(Debug, Default)]
struct Texts(Mutex<Vec<(String, String)>>);

impl Texts {
    fn set(&self, texts: &[(&str, &str)]) {
        let owned = |(key, text): &(&str, &str)| ((*key).to_owned(), (*text).to_owned());
        *self.0.lock().expect("not poisoned") = texts.iter().map(owned).collect();
    }
}

impl Kept for Texts {
    fn kinds(&self) -> &'static [&'static str] {
        &["text"]
    }

    fn documents(&self, taker: &mut dyn Taker) {
        for (key, text) in self.0.lock().expect("not poisoned").iter() {
            let bytes = Some(key.clone().into_bytes().into());
            taker.document(Document { bytes, ..Document::new("text", key, text) });
        }
    }

    fn restore(&self, documents: Vec<Document>) -> Result<(), RestoreError> {
        for document in documents {
            assert_eq!(document.bytes.as_deref(), Some(document.key.as_bytes()));
            self.0.lock().expect("not poisoned").push((document.key.clone(), document.read()?));
        }
        Ok(())
    }
}

struct Run {
    texts: Arc<Texts>,
    durable: Durable,
    clock: Clock,
    keeper: Keeper,
}

fn run(folder: &Path) -> Run {
    let mut kept = KeptState::open(Some(folder), 1.0).expect("a folder").expect("a speed");
    let texts = Arc::new(Texts::default());
    let parts: Vec<Arc<dyn Kept>> = vec![Arc::clone(&texts) as _];
    kept.restore(&parts).expect("its own documents");
    let (durable, clock) = (kept.durable(), kept.clock().clone());
    Run { texts, durable, clock, keeper: kept.keep(parts).expect("a database") }
}

fn found(run: &Run) -> Vec<(String, String)> {
    run.texts.0.lock().expect("not poisoned").clone()
}

#[tokio::test]
async fn what_was_settled_is_there_even_if_nobody_stopped() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = run(folder.path());
    first.texts.set(&[("a", "1"), ("b", "2"), ("c", "3")]);
    first.durable.settled().await.expect("it is written");
    first.texts.set(&[("a", "1"), ("b", "changed")]);
    first.durable.settled().await.expect("it is written");
    let (epoch, elapsed) = (first.clock.epoch(), first.clock.elapsed());
    drop(first);
    let second = again(folder.path()).await;
    let expected = [("a", "1"), ("b", "changed")].map(|(key, text)| (key.to_owned(), text.to_owned()));
    assert_eq!(found(&second), expected);
    assert_eq!(second.clock.epoch(), epoch);
    assert!(second.clock.elapsed() >= elapsed.saturating_sub(std::time::Duration::from_secs(1)));
    second.texts.set(&[]);
    second.keeper.stop().await;
    assert_eq!(found(&run(folder.path())), [], "stopping writes");
}

/// A task that was aborted lets go of the database a moment later.
async fn again(folder: &Path) -> Run {
    let clock = Clock::system();
    for _ in 0..100 {
        match KeptState::open(Some(folder), 1.0) {
            Err(StateError::InUse { .. }) => clock.sleep(std::time::Duration::from_millis(20)).await,
            opened => drop(opened),
        }
    }
    run(folder)
}

#[tokio::test]
async fn many_who_wait_share_transactions() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = run(folder.path());
    run.texts.set(&[("a", "1")]);
    let waiting = (0..500).map(|_| run.durable.settled());
    let settled = futures_util::future::join_all(waiting).await;
    assert!(settled.iter().all(Result::is_ok));
}

/// Panics when it is looked at a second time.
#[derive(Debug, Default)]
struct Broken(Mutex<bool>);

impl Kept for Broken {
    fn kinds(&self) -> &'static [&'static str] {
        &[]
    }

    fn documents(&self, _: &mut dyn Taker) {
        let seen = std::mem::replace(&mut *self.0.lock().expect("once"), true);
        assert!(!seen, "broken on purpose");
    }

    fn restore(&self, _: Vec<Document>) -> Result<(), RestoreError> {
        Ok(())
    }
}

#[tokio::test]
async fn a_keeper_that_broke_says_that_nothing_is_settled() {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = KeptState::open(Some(folder.path()), 1.0).expect("a folder").expect("a speed");
    let durable = kept.durable();
    let keeper = kept.keep(vec![Arc::new(Broken::default())]).expect("it is not broken yet");
    let said = durable.settled().await.map_err(|error| error.to_string());
    assert_eq!(said, Err("the lab could not write its state".to_owned()));
    assert!(durable.settled().await.is_err(), "nor later");
    keeper.stop().await;
}

#[tokio::test]
async fn without_a_folder_everything_is_settled_at_once() {
    let kept = KeptState::open(None, 1.0).expect("no folder").expect("a speed");
    assert!(kept.is_new());
    kept.durable().settled().await.expect("nothing to wait for");
    kept.keep(Vec::new()).expect("no database").stop().await;
}
