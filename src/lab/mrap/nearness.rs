//! Which region is the closest to a client, and which of them answers?
//!
//! "S3 automatically routes the request to the bucket that responds to the request with the lowest
//! latency" (S3 User Guide, `MultiRegionAccessPointBucketReplication`), by "network proximity" and never
//! by content (`MultiRegionAccessPointRequestRouting`). AWS publishes no table of latencies, so the lab's is
//! modelled: light in glass along the great circle, half as long again for the way cables take.

use super::routes::{Dial, Route};
use crate::model::Region;

/// Where regions are, in degrees: the metropolitan area that AWS names for each (AWS Regions page).
const PLACES: [(&str, f64, f64); 29] = [
    ("us-east-1", 38.9, -77.4),
    ("us-east-2", 40.0, -83.0),
    ("us-west-1", 37.4, -121.9),
    ("us-west-2", 45.8, -119.7),
    ("ca-central-1", 45.5, -73.6),
    ("ca-west-1", 51.0, -114.1),
    ("sa-east-1", -23.5, -46.6),
    ("eu-central-1", 50.1, 8.7),
    ("eu-central-2", 47.4, 8.5),
    ("eu-west-1", 53.3, -6.3),
    ("eu-west-2", 51.5, -0.1),
    ("eu-west-3", 48.9, 2.4),
    ("eu-north-1", 59.3, 18.1),
    ("eu-south-1", 45.5, 9.2),
    ("eu-south-2", 41.6, -0.9),
    ("il-central-1", 32.1, 34.8),
    ("me-south-1", 26.1, 50.6),
    ("me-central-1", 24.5, 54.4),
    ("af-south-1", -33.9, 18.4),
    ("ap-south-1", 19.1, 72.9),
    ("ap-south-2", 17.4, 78.5),
    ("ap-east-1", 22.3, 114.2),
    ("ap-northeast-1", 35.7, 139.7),
    ("ap-northeast-2", 37.6, 127.0),
    ("ap-northeast-3", 34.7, 135.5),
    ("ap-southeast-1", 1.4, 103.8),
    ("ap-southeast-2", -33.9, 151.2),
    ("ap-southeast-3", -6.2, 106.8),
    ("ap-southeast-4", -37.8, 145.0),
];

/// Kilometres that light goes in glass in a millisecond, and how much longer than the great circle a
/// cable is (modelled).
const GLASS: f64 = 200.0;
const DETOUR: f64 = 1.5;

/// There and back, in milliseconds; of a region that is not in the table nothing is known but that it is
/// near to itself.
pub(crate) fn round_trip(from: &Region, to: &Region) -> f64 {
    let place = |region: &Region| PLACES.iter().find(|(name, ..)| *name == region.as_str());
    match (place(from), place(to)) {
        _ if from == to => 1.0,
        (Some(one), Some(other)) => 1.0 + 2.0 * DETOUR * kilometres(one, other) / GLASS,
        _ => f64::MAX,
    }
}

/// The haversine formula on a globe of the mean radius of the earth.
fn kilometres(one: &(&str, f64, f64), other: &(&str, f64, f64)) -> f64 {
    let (latitude, other_latitude) = (one.1.to_radians(), other.1.to_radians());
    let half = |a: f64, b: f64| ((b - a).to_radians() / 2.0).sin().powi(2);
    let chord = half(one.1, other.1) + latitude.cos() * other_latitude.cos() * half(one.2, other.2);
    2.0 * 6_371.0 * chord.sqrt().asin()
}

/// The route that a new request from a client at `client` takes:
/// 1. only active routes are open: passive ones "are not eligible to process Amazon S3 requests" (model);
/// 2. of several, those that the client cannot reach are left out: "Active-active also reroutes
///    automatically when client-to-region connectivity is lost" (S3 User Guide, `FailoverConfiguration`);
/// 3. the closest of the rest serves, and between equals the first by name;
/// 4. when none can be reached, the closest active one gets the request all the same, and fails it: an
///    active-passive access point never reroutes by itself.
pub(crate) fn choose<'r>(
    routes: &'r [Route],
    client: &Region,
    reachable: impl Fn(&Region) -> bool,
) -> Option<&'r Route> {
    let nearest = |eligible: &dyn Fn(&Route) -> bool| {
        let open = routes.iter().filter(|route| route.dial == Dial::Active && eligible(route));
        let trip = |route: &Route| round_trip(client, &route.region);
        open.min_by(|a, b| trip(a).total_cmp(&trip(b)).then_with(|| a.region.cmp(&b.region)))
    };
    nearest(&|route| reachable(&route.region)).or_else(|| nearest(&|_| true))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn region(name: &str) -> Region {
        name.parse().expect("a region")
    }

    fn routes(list: &[(&str, Dial)]) -> Vec<Route> {
        let route = |(name, dial): &(&str, Dial)| Route {
            bucket: format!("b-{name}"),
            region: region(name),
            dial: *dial,
        };
        list.iter().map(route).collect()
    }

    fn chosen(list: &[(&str, Dial)], client: &str, unreachable: &[&str]) -> String {
        let routes = routes(list);
        let reachable = |region: &Region| !unreachable.contains(&region.as_str());
        choose(&routes, &region(client), reachable).expect("a route").region.to_string()
    }

    const BOTH: [(&str, Dial); 2] = [("us-east-1", Dial::Active), ("eu-west-1", Dial::Active)];
    const PRIMARY: [(&str, Dial); 2] = [("us-east-1", Dial::Active), ("eu-west-1", Dial::Passive)];

    #[test]
    fn the_closest_active_region_serves() {
        assert_eq!(chosen(&BOTH, "us-west-2", &[]), "us-east-1");
        assert_eq!(chosen(&BOTH, "eu-central-1", &[]), "eu-west-1");
        assert_eq!(chosen(&PRIMARY, "eu-central-1", &[]), "us-east-1", "a passive region is closed");
    }

    #[test]
    fn active_active_reroutes_and_active_passive_does_not() {
        assert_eq!(chosen(&BOTH, "us-west-2", &["us-east-1"]), "eu-west-1");
        assert_eq!(chosen(&BOTH, "us-west-2", &["us-east-1", "eu-west-1"]), "us-east-1");
        assert_eq!(chosen(&PRIMARY, "us-west-2", &["us-east-1"]), "us-east-1");
    }

    #[test]
    fn the_table_is_about_what_people_measure() {
        let trip = |from, to| round_trip(&region(from), &region(to));
        assert!(
            (60.0..100.0).contains(&trip("us-east-1", "eu-west-1")),
            "{}",
            trip("us-east-1", "eu-west-1")
        );
        assert!((40.0..80.0).contains(&trip("us-east-1", "us-west-2")));
        assert!((200.0..300.0).contains(&trip("eu-west-1", "ap-southeast-2")));
        assert!(trip("us-gov-west-1", "us-west-2") > 1e6, "not in the table");
    }

    proptest! {
        #[test]
        fn nearness_is_the_same_both_ways(a in 0..PLACES.len(), b in 0..PLACES.len()) {
            let (a, b) = (region(PLACES[a].0), region(PLACES[b].0));
            prop_assert!((round_trip(&a, &b) - round_trip(&b, &a)).abs() < 1e-6);
            prop_assert!(a == b || round_trip(&a, &b) > round_trip(&a, &a));
        }
    }
}
