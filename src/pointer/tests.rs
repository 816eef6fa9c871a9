//! How long an answer is kept, and how many look-ups go out, by a clock that the test moves.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use futures_util::future::join_all;
use proptest::prelude::*;

use super::cache::{Cache, Held, Kept};
use crate::clock::Clock;

const SECOND: Duration = Duration::from_secs(1);
/// How long the source takes to answer.
const TAKES: Duration = Duration::from_millis(100);

#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    Silent,
    Neither,
}

/// A source whose answers are numbered.
#[derive(Clone)]
struct Source {
    clock: Clock,
    cache: Rc<Cache<u32, Refusal>>,
    asked: Rc<Cell<u32>>,
    ttl: Rc<Cell<Duration>>,
    refuses: Rc<RefCell<Option<Refusal>>>,
    stale_for: Duration,
}

type Outcome = Result<u32, String>;

impl Source {
    fn new(ttl: u64) -> Self {
        Self {
            clock: Clock::system(),
            cache: Rc::default(),
            asked: Rc::default(),
            ttl: Rc::new(Cell::new(Duration::from_secs(ttl))),
            refuses: Rc::default(),
            stale_for: Duration::ZERO,
        }
    }

    async fn look_up(&self) -> Result<Kept<u32>, Refusal> {
        self.asked.set(self.asked.get() + 1);
        let number = self.asked.get();
        self.clock.sleep(TAKES).await;
        let refusal = self.refuses.borrow_mut().take();
        match refusal {
            Some(Refusal::Silent) => {
                *self.refuses.borrow_mut() = Some(Refusal::Silent);
                Err(Refusal::Silent)
            }
            Some(Refusal::Neither) => Err(Refusal::Neither),
            None => Ok(Kept { value: number, lifetime: self.ttl.get() }),
        }
    }

    async fn held(&self) -> Result<Held<u32>, String> {
        let is_silence = |refusal: &Refusal| *refusal == Refusal::Silent;
        let held = self.cache.get(&self.clock, self.stale_for, is_silence, || self.look_up()).await;
        held.map_err(|refusal| format!("{refusal:?}"))
    }

    async fn get(&self) -> Outcome {
        Ok(self.held().await?.value)
    }

    async fn renew(&self) -> Outcome {
        let is_silence = |refusal: &Refusal| *refusal == Refusal::Silent;
        let held = self.cache.renew(&self.clock, self.stale_for, is_silence, || self.look_up()).await;
        held.map(|held| held.value).map_err(|refusal| format!("{refusal:?}"))
    }

    fn falls_silent(&self) {
        *self.refuses.borrow_mut() = Some(Refusal::Silent);
    }
}

/// RFC 1035, 3.2.1: the TTL is the time "that the resource record may be cached before the source of the
/// information should again be consulted". It counts from when the question was asked.
#[tokio::test(start_paused = true)]
async fn an_answer_is_kept_for_its_ttl_and_no_longer() {
    let source = Source::new(60);
    assert_eq!(source.held().await, Ok(Held { value: 1, left: Duration::from_millis(59_900) }));
    source.clock.sleep(59 * SECOND).await;
    assert_eq!(source.held().await, Ok(Held { value: 1, left: Duration::from_millis(900) }));
    source.clock.sleep(SECOND).await;
    assert_eq!(source.get().await, Ok(2));
}

/// RFC 1035, 3.2.1: zero values "can only be used for the transaction in progress, and should not be cached".
#[tokio::test(start_paused = true)]
async fn a_ttl_of_zero_serves_those_who_wait_and_nobody_else() {
    let source = Source::new(0);
    let all = join_all((0..100).map(|_| source.get())).await;
    assert!(all.iter().all(|answer| *answer == Ok(1)), "{all:?}");
    assert_eq!(source.get().await, Ok(2));
}

/// One look-up, and one wait, for a hundred callers; when it fails, for all of them.
#[tokio::test(start_paused = true)]
async fn a_hundred_callers_are_one_look_up() {
    let source = Source::new(60);
    let all = join_all((0..100).map(|_| source.get())).await;
    assert_eq!((all, source.asked.get()), (vec![Ok(1); 100], 1));
    source.clock.sleep(60 * SECOND).await;
    source.falls_silent();
    let before = source.clock.elapsed();
    let all = join_all((0..100).map(|_| source.get())).await;
    assert_eq!((all, source.asked.get()), (vec![Err("Silent".to_owned()); 100], 2));
    assert_eq!(source.clock.elapsed(), before + TAKES);
}

/// A caller who gives up takes nobody with him.
#[tokio::test(start_paused = true)]
async fn a_look_up_that_is_given_up_is_taken_over() {
    let source = Source::new(60);
    let hasty = source.clock.timeout(TAKES / 2, source.get());
    let (hasty, patient) = tokio::join!(hasty, source.get());
    assert!(hasty.is_err());
    assert_eq!((patient, source.asked.get()), (Ok(2), 2));
}

/// A look-up that was on its way when the request failed may bring what was true before.
#[tokio::test(start_paused = true)]
async fn a_refresh_wants_a_look_up_that_begins_after_it() {
    let source = Source::new(60);
    let later = async {
        source.clock.sleep(TAKES / 2).await;
        join_all((0..50).map(|_| source.renew())).await
    };
    let (first, renewed) = tokio::join!(source.get(), later);
    assert_eq!((first, renewed, source.asked.get()), (Ok(1), vec![Ok(2); 50], 2));
    assert_eq!(source.get().await, Ok(2), "what it brought is kept");
}

/// Without leave, what has run out is not used, and a refresh that finds nobody says so; what still lives
/// stays in use.
#[tokio::test(start_paused = true)]
async fn nothing_stale_is_served_unasked() {
    let source = Source::new(60);
    assert_eq!(source.get().await, Ok(1));
    source.falls_silent();
    assert_eq!(source.renew().await, Err("Silent".to_owned()));
    assert_eq!(source.get().await, Ok(1));
    source.clock.sleep(60 * SECOND).await;
    assert_eq!(source.get().await, Err("Silent".to_owned()));
}

/// RFC 8767: while nobody answers, the old answer, up to the limit that was set; asked again every 30 s only;
/// and a name that answers neither side has answered.
#[tokio::test(start_paused = true)]
async fn a_stale_answer_is_served_with_leave_and_within_its_limit() {
    let source = Source { stale_for: 100 * SECOND, ..Source::new(60) };
    assert_eq!(source.get().await, Ok(1));
    source.clock.sleep(60 * SECOND).await;
    source.falls_silent();
    assert_eq!(source.held().await, Ok(Held { value: 1, left: 30 * SECOND }));
    source.clock.sleep(29 * SECOND).await;
    assert_eq!((source.get().await, source.asked.get()), (Ok(1), 2));
    source.clock.sleep(SECOND).await;
    assert_eq!((source.get().await, source.asked.get()), (Ok(1), 3));
    source.clock.sleep(71 * SECOND).await;
    assert_eq!(source.get().await, Err("Silent".to_owned()), "100 s have passed");

    *source.refuses.borrow_mut() = None;
    assert_eq!(source.get().await, Ok(5));
    source.clock.sleep(60 * SECOND).await;
    *source.refuses.borrow_mut() = Some(Refusal::Neither);
    assert_eq!(source.get().await, Err("Neither".to_owned()));
}

proptest! {
    /// Against the obvious model, over random callers and pauses: nobody gets an answer that is older than its
    /// TTL, and nothing is asked while something lives.
    #[test]
    fn nobody_gets_what_has_run_out(ttl in 0_u64..10, steps in prop::collection::vec((0_u64..8, any::<bool>()), 1..30)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
        runtime.expect("a runtime").block_on(async {
            let source = Source::new(ttl);
            let mut asked_at: Vec<Duration> = Vec::new();
            for (pause, renew) in steps {
                source.clock.sleep(Duration::from_secs(pause)).await;
                let (now, before) = (source.clock.elapsed(), source.asked.get());
                let lives = asked_at.last().is_some_and(|asked| now < *asked + Duration::from_secs(ttl));
                let answer = if renew { source.renew().await } else { source.get().await };
                let asked = source.asked.get() > before;
                if asked {
                    asked_at.push(now);
                }
                assert_eq!(asked, renew || !lives);
                assert_eq!(answer, Ok(source.asked.get()));
            }
        });
    }
}
