//! The rules of routes, one by one, and under any updates.

use proptest::prelude::*;

use super::*;

const DELAY: Duration = Duration::from_mins(2);
const REGIONS: [&str; 3] = ["us-east-1", "eu-west-1", "ap-southeast-2"];

fn routes(dials: &[Dial]) -> Routes {
    let route = |(dial, region): (&Dial, &str)| Route {
        bucket: format!("b-{region}"),
        region: region.parse().expect("a region"),
        dial: *dial,
    };
    Routes::new(dials.iter().zip(REGIONS).map(route).collect())
}

fn update(bucket: Option<&str>, region: Option<&str>, percentage: i64) -> RouteUpdate {
    RouteUpdate { bucket: bucket.map(str::to_owned), region: region.map(str::to_owned), percentage }
}

fn dials(routes: &[Route]) -> Vec<u8> {
    routes.iter().map(|route| route.dial.percentage()).collect()
}

fn swap() -> [RouteUpdate; 2] {
    [update(None, Some("us-east-1"), 0), update(Some("b-eu-west-1"), None, 100)]
}

#[test]
fn a_swap_is_configured_at_once_and_acts_after_the_delay() {
    let mut routes = routes(&[Dial::Active, Dial::Passive]);
    let start = Duration::from_secs(10);
    routes.submit(&swap(), start, DELAY).expect("a swap");
    assert_eq!(dials(routes.configured()), [0, 100]);
    assert_eq!(dials(routes.acting(start + DELAY.mul_f64(0.99))), [100, 0]);
    assert_eq!(dials(routes.acting(start + DELAY)), [0, 100]);
}

#[test]
fn of_two_updates_at_a_time_the_first_wins() {
    let mut routes = routes(&[Dial::Active, Dial::Passive]);
    routes.submit(&swap(), Duration::ZERO, DELAY).expect("the first");
    let back = [update(None, Some("us-east-1"), 100)];
    assert_eq!(routes.submit(&back, DELAY / 2, DELAY), Err(RouteError::InProgress));
    assert_eq!(routes.submit(&swap(), DELAY / 2, DELAY), Ok(()), "the same again changes nothing");
    assert_eq!(dials(routes.acting(DELAY)), [0, 100], "and does not put off what was asked first");
    assert_eq!(routes.submit(&back, DELAY, DELAY), Ok(()));
    assert_eq!(dials(routes.configured()), [100, 100]);
}

#[test]
fn each_wrong_update_is_refused_for_its_own_reason() {
    let refusal = |dials: &[Dial], updates: &[RouteUpdate]| {
        let mut routes = routes(dials);
        let before = routes.configured().to_vec();
        let error = routes.submit(updates, Duration::ZERO, DELAY).expect_err("a wrong update");
        assert_eq!((routes.configured(), routes.acting(DELAY)), (&before[..], &before[..]), "{error}");
        error
    };
    let both = [Dial::Active, Dial::Passive];
    let one = |update| refusal(&both, &[update]);
    assert_eq!(refusal(&[Dial::Active], &swap()), RouteError::OneRegion);
    assert_eq!(refusal(&both, &[]), RouteError::Nothing);
    assert_eq!(one(update(None, Some("us-east-1"), 0)), RouteError::AllPassive);
    assert_eq!(one(update(None, Some("us-east-1"), 50)), RouteError::Percentage(50));
    assert_eq!(one(update(None, Some("us-east-1"), -1)), RouteError::Percentage(-1));
    assert_eq!(one(update(None, None, 100)), RouteError::Nameless);
    assert_eq!(one(update(None, Some("us-west-2"), 100)), RouteError::Unknown("us-west-2".to_owned()));
    assert_eq!(one(update(Some("nobody"), None, 100)), RouteError::Unknown("nobody".to_owned()));
    assert_eq!(
        one(update(Some("b-eu-west-1"), Some("us-east-1"), 100)),
        RouteError::Disagree { bucket: "b-eu-west-1".to_owned(), region: "us-east-1".to_owned() }
    );
    let twice = [update(Some("b-eu-west-1"), None, 100), update(None, Some("eu-west-1"), 0)];
    assert_eq!(refusal(&both, &twice), RouteError::Twice("eu-west-1".to_owned()));
}

proptest! {
    /// "At least one Region must be active at all times", and what is not named stays as it was,
    /// whatever is submitted and whenever.
    #[test]
    fn one_region_is_active_at_all_times(
        steps in prop::collection::vec((prop::collection::vec((0_usize..4, prop::sample::select(vec![0_i64, 100, 50])), 0..4), 0_u64..200), 0..12),
    ) {
        let mut routes = routes(&[Dial::Active, Dial::Passive, Dial::Active]);
        let mut now = Duration::ZERO;
        for (updates, seconds) in steps {
            now += Duration::from_secs(seconds);
            let names = ["us-east-1", "eu-west-1", "ap-southeast-2", "sa-east-1"];
            let updates: Vec<_> = updates.iter().map(|(name, dial)| update(None, Some(names[*name]), *dial)).collect();
            let before = routes.configured().to_vec();
            let done = routes.submit(&updates, now, DELAY).is_ok();
            for (old, new) in before.iter().zip(routes.configured()) {
                let wanted = updates.iter().find(|update| update.region.as_deref() == Some(old.region.as_str()));
                let expected = match wanted {
                    Some(update) if done => Dial::of(update.percentage).expect("it was accepted"),
                    _ => old.dial,
                };
                prop_assert_eq!(new.dial, expected);
            }
            for table in [routes.configured(), routes.acting(now)] {
                prop_assert!(table.iter().any(|route| route.dial == Dial::Active));
            }
        }
    }
}
