//! One case after another, until there are no more.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::task::JoinSet;

/// Runs `case` for 1, 2, 3 and so on, some side by side, up to the first that says that there is no such
/// number. So none is left out, however many there are. How many there were.
pub(crate) async fn every_number<C, F>(side_by_side: usize, case: C) -> usize
where
    C: Fn(usize) -> F + Clone + Send + 'static,
    F: Future<Output = bool> + Send + 'static,
{
    let (next, end) = (Arc::new(AtomicUsize::new(1)), Arc::new(AtomicUsize::new(usize::MAX)));
    let mut workers = JoinSet::new();
    for _ in 0..side_by_side {
        let (next, end, case) = (Arc::clone(&next), Arc::clone(&end), case.clone());
        workers.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number > end.load(Ordering::Relaxed) {
                    return;
                }
                if !case(number).await {
                    end.fetch_min(number, Ordering::Relaxed);
                }
            }
        });
    }
    while let Some(worker) = workers.join_next().await {
        worker.expect("every case holds");
    }
    end.load(Ordering::Relaxed) - 1
}
