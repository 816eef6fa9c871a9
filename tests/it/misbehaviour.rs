//! Route 53, and the way to it, at their worst: answers are lost, late, refused or broken at each single call,
//! and at every n-th call all the time.
//!
//! Holds the sentence: "A test … drops the reply of every N-th call (the change was made, the client does not
//! know), answers every N-th with a throttle, a 500, a timeout, for apply, a changing apply, destroy and
//! adopt; every case converges on the next run with no orphan, no duplicate, no foreign record changed."
//!
//! 1. One call misbehaves, for every call of the flow: the SDK asks again, and the run ends well by itself.
//! 2. Every second, third or fifth call misbehaves, as long as the run lasts: it ends well by itself.
//! 3. Everything misbehaves from one call on, for every call of the flow: the run fails, and the next one goes
//!    on from what is there.
//!
//! The proxy does it, in front of the lab. Client, proxy and lab live in one runtime whose time is paused: it moves
//! when all of them wait, so limits and waits of minutes cost nothing, and a slow machine changes nothing.

use crate::support::{Action, Call, Flow, Inside, Proxy, TestLab};

/// A way in which a call misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// It is carried out, and the connection breaks before the answer.
    LostAnswer,
    /// It is carried out, and the answer never comes.
    LateAnswer,
    /// It is not even carried out, and the answer never comes.
    Timeout,
    /// "Throttling", as Route 53 says it to whoever asks too often.
    Throttling,
    /// `ThrottlingException`, as the model has it for tags, here with the status that HTTP has for it.
    TooManyRequests,
    /// "If Amazon Route 53 can't process a request before the next request arrives, it will reject subsequent
    /// requests for the same hosted zone" (Route 53 API reference, `PriorRequestNotComplete`).
    PriorRequest,
    /// A fault of the service.
    InternalFailure,
    /// The service is away for a moment.
    Unavailable,
}

impl Fault {
    fn action(self) -> Action {
        match self {
            Self::LostAnswer => Action::LoseAnswer,
            Self::LateAnswer => Action::WithholdAnswer,
            Self::Timeout => Action::Swallow,
            Self::Throttling => Action::Fail(400, "Throttling", "Rate exceeded"),
            Self::TooManyRequests => Action::Fail(429, "ThrottlingException", "Rate exceeded"),
            Self::PriorRequest => Action::Fail(400, "PriorRequestNotComplete", "wait for the request before"),
            Self::InternalFailure => Action::Fail(500, "InternalFailure", "an unknown error"),
            Self::Unavailable => Action::Fail(503, "ServiceUnavailable", "a temporary failure of the server"),
        }
    }
}

// What is one fault to whoever asks, in all its kinds.
const LOST: &[Fault] = &[Fault::LostAnswer];
const LATE: &[Fault] = &[Fault::LateAnswer, Fault::Timeout];
const THROTTLES: &[Fault] = &[Fault::Throttling, Fault::TooManyRequests, Fault::PriorRequest];
const FAILURES: &[Fault] = &[Fault::InternalFailure, Fault::Unavailable];

/// Which calls misbehave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    /// This one.
    Only(usize),
    /// Every call whose number this divides.
    Every(usize),
    /// This one and all after it.
    From(usize),
}

impl Which {
    fn hits(self, call: &Call) -> bool {
        match self {
            Self::Only(number) => call.number == number,
            Self::Every(n) => call.number.is_multiple_of(n),
            Self::From(number) => call.number >= number,
        }
    }
}

/// Does the flow while calls misbehave, then looks at what there is. Whether a call was hit.
async fn case(flow: Flow, fault: Fault, which: Which) -> bool {
    let lab = TestLab::without_programs(Flow::options(1.0)).await;
    let before = flow.prepare(&lab).await;
    let rule = move |call: &Call| if which.hits(call) { fault.action() } else { Action::Forward };
    let proxy = Proxy::with(&lab, rule).await;
    let when = format!("{flow:?}, {fault:?}, {which:?}");
    let ran = Inside::new(&lab, proxy.url()).await.run(&flow.errand()).await;
    let hit = proxy.calls().iter().any(|call| which.hits(call));
    match which {
        Which::From(_) if hit => {
            let error = ran.expect_err(&when);
            let again = Inside::direct(&lab).await.run(&flow.again().errand()).await;
            assert_eq!(again, Ok(()), "{when}: {error}; then");
        }
        _ => assert_eq!(ran, Ok(()), "{when}: {:#?}", told(&proxy)),
    }
    flow.settled(&lab, &before, &when).await;
    lab.stop().await;
    hit
}

/// The calls, in a form that a person can read.
fn told(proxy: &Proxy) -> Vec<String> {
    proxy.calls().iter().map(|call| format!("{} {} {}", call.number, call.method, call.path)).collect()
}

/// Every N, from 1 to the first that is never reached. Kinds of one fault take turns.
async fn every_call(flow: Flow, kinds: &[Fault], which: impl Fn(usize) -> Which) {
    let mut number = 1;
    while case(flow, kinds[number % kinds.len()], which(number)).await {
        number += 1;
    }
    assert!(number > flow.least_calls(), "{flow:?}, {kinds:?}: {} calls only", number - 1);
}

/// These faults, at each single call and at every n-th.
async fn gets_through(flow: Flow, faults: [&[Fault]; 2]) {
    for kinds in faults {
        every_call(flow, kinds, Which::Only).await;
        for (fault, n) in kinds.iter().flat_map(|kind| [2, 3, 5].map(|n| (*kind, n))) {
            assert!(case(flow, fault, Which::Every(n)).await, "{flow:?}, {fault:?}, {n}");
        }
    }
}

/// Whoever does not answer.
async fn silence(flow: Flow) {
    gets_through(flow, [LOST, LATE]).await;
}

/// Whoever answers no.
async fn refusal(flow: Flow) {
    gets_through(flow, [THROTTLES, FAILURES]).await;
}

/// Whoever is gone for good, until the next run.
async fn goes_on(flow: Flow) {
    every_call(flow, &[Fault::LostAnswer, Fault::InternalFailure], Which::From).await;
}

#[tokio::test(start_paused = true)]
async fn apply_gets_through_silence() {
    silence(Flow::Apply).await;
}

#[tokio::test(start_paused = true)]
async fn apply_gets_through_refusals() {
    refusal(Flow::Apply).await;
}

#[tokio::test(start_paused = true)]
async fn apply_goes_on_after_an_outage() {
    goes_on(Flow::Apply).await;
}

#[tokio::test(start_paused = true)]
async fn apply_that_replaces_gets_through_silence() {
    silence(Flow::Replace).await;
}

#[tokio::test(start_paused = true)]
async fn apply_that_replaces_gets_through_refusals() {
    refusal(Flow::Replace).await;
}

#[tokio::test(start_paused = true)]
async fn apply_that_replaces_goes_on_after_an_outage() {
    goes_on(Flow::Replace).await;
}

#[tokio::test(start_paused = true)]
async fn apply_that_changes_in_place_gets_through_silence() {
    silence(Flow::Update).await;
}

#[tokio::test(start_paused = true)]
async fn apply_that_changes_in_place_gets_through_refusals() {
    refusal(Flow::Update).await;
}

#[tokio::test(start_paused = true)]
async fn apply_that_changes_in_place_goes_on_after_an_outage() {
    goes_on(Flow::Update).await;
}

#[tokio::test(start_paused = true)]
async fn apply_that_adopts_gets_through_silence() {
    silence(Flow::Adopt).await;
}

#[tokio::test(start_paused = true)]
async fn apply_that_adopts_gets_through_refusals() {
    refusal(Flow::Adopt).await;
}

#[tokio::test(start_paused = true)]
async fn apply_that_adopts_goes_on_after_an_outage() {
    goes_on(Flow::Adopt).await;
}

#[tokio::test(start_paused = true)]
async fn apply_of_a_plan_file_gets_through_silence() {
    silence(Flow::PlanFile).await;
}

#[tokio::test(start_paused = true)]
async fn apply_of_a_plan_file_gets_through_refusals() {
    refusal(Flow::PlanFile).await;
}

#[tokio::test(start_paused = true)]
async fn apply_of_a_plan_file_goes_on_after_an_outage() {
    goes_on(Flow::PlanFile).await;
}

#[tokio::test(start_paused = true)]
async fn destroy_gets_through_silence() {
    silence(Flow::Destroy).await;
}

#[tokio::test(start_paused = true)]
async fn destroy_gets_through_refusals() {
    refusal(Flow::Destroy).await;
}

#[tokio::test(start_paused = true)]
async fn destroy_goes_on_after_an_outage() {
    goes_on(Flow::Destroy).await;
}

#[tokio::test(start_paused = true)]
async fn destroy_of_orphans_gets_through_silence() {
    silence(Flow::Orphans).await;
}

#[tokio::test(start_paused = true)]
async fn destroy_of_orphans_gets_through_refusals() {
    refusal(Flow::Orphans).await;
}

#[tokio::test(start_paused = true)]
async fn destroy_of_orphans_goes_on_after_an_outage() {
    goes_on(Flow::Orphans).await;
}
