//! The life of access points on a clock that is moved by hand.

use super::*;
use crate::lab::mrap::Progress;

const US: &str = "data-us-east-1";
const EU: &str = "data-eu-west-1";

fn region(name: &str) -> Region {
    name.parse().expect("a region")
}

fn points() -> (AccessPoints, Clock, Arc<Store>) {
    let clock = Clock::system();
    let store = Arc::new(Store::new(clock.clone(), Duration::from_secs(5)));
    for (bucket, home) in [(US, "us-east-1"), (EU, "eu-west-1"), ("second-us-east-1", "us-east-1")] {
        store.create_bucket(bucket, &region(home)).expect("a bucket");
    }
    (AccessPoints::new(clock.clone(), Delays::default(), Arc::clone(&store)), clock, store)
}

fn create(name: &str, buckets: &[&str]) -> Order {
    Order::Create {
        name: name.parse().expect("a name"),
        block: BlockPublicAccess::ON,
        buckets: buckets.iter().map(|bucket| ((*bucket).to_owned(), None)).collect(),
    }
}

fn progress(points: &AccessPoints, token: &str) -> Progress {
    let (request, now) = points.request(token).expect("the order");
    request.progress(now)
}

#[tokio::test(start_paused = true)]
async fn an_access_point_is_created_changed_and_deleted_in_its_time() {
    let (points, clock, _) = points();
    let token = points.order(create("data", &[US, EU]), "one").expect("an order");
    assert!(token.starts_with("arn:aws:s3:us-west-2:000000000000:async-request/mrap/create/lab-"), "{token}");
    assert_eq!(
        (progress(&points, &token), points.point("data").unwrap().status),
        (Progress::New, Status::Creating)
    );
    clock.sleep(Duration::from_secs(10)).await;
    assert_eq!(progress(&points, &token), Progress::Running);
    let alias = points.point("data").unwrap().alias;
    assert!(points.serving(alias.as_str()).is_none(), "it serves nobody before it is ready");
    clock.sleep(Duration::from_secs(50)).await;
    assert_eq!(
        (progress(&points, &token), points.point("data").unwrap().status),
        (Progress::Succeeded, Status::Ready)
    );
    let (_, routes) = points.serving(alias.as_str()).expect("it serves");
    assert!(routes.iter().all(|route| route.dial == Dial::Active), "a new one is active-active");

    let policy = format!(
        r#"{{"Statement":{{"Effect":"Deny","Principal":"*","Action":"s3:DeleteObject","Resource":"{}/object/*"}}}}"#,
        alias.arn()
    );
    let put = Order::PutPolicy { name: "data".parse().unwrap(), policy: policy.clone() };
    points.order(put.clone(), "two").expect("an order");
    assert!(matches!(points.order(put, "three"), Err(Refusal::Busy(_))), "one at a time");
    assert!(points.point("data").unwrap().established.is_none());
    clock.sleep(Duration::from_mins(1)).await;
    let point = points.point("data").unwrap();
    assert_eq!((point.established.map(|policy| policy.text), point.proposed.is_none()), (Some(policy), true));

    points.order(Order::Delete { name: "data".parse().unwrap() }, "four").expect("an order");
    assert!(points.serving(alias.as_str()).is_none(), "it serves nobody any more");
    assert_eq!(points.point("data").unwrap().status, Status::Deleting);
    clock.sleep(Duration::from_mins(1)).await;
    assert!(matches!(points.point("data"), Err(Refusal::NoSuchPoint(_))));
    points.order(create("data", &[US, EU]), "five").expect("an order");
    assert_ne!(points.point("data").unwrap().alias, alias, "unique for all time");
}

#[tokio::test(start_paused = true)]
async fn an_order_that_cannot_be_done_fails_in_its_time_and_leaves_nothing() {
    let (points, clock, _) = points();
    let failed = async |order: Order, client: &str| {
        let token = points.order(order, client).expect("an order");
        assert_eq!(progress(&points, &token), Progress::New);
        clock.sleep(Duration::from_mins(1)).await;
        assert_eq!(progress(&points, &token), Progress::Failed);
        points.request(&token).unwrap().0.outcome.expect_err("failed").code
    };
    assert_eq!(failed(create("none", &[US, "nobody"]), "a").await, "NoSuchBucket");
    assert_eq!(failed(create("none", &[US, "second-us-east-1"]), "b").await, "InvalidRequest");
    assert!(points.points().is_empty());
    points.order(create("data", &[US, EU]), "c").expect("an order");
    assert_eq!(failed(create("data", &[US]), "d").await, "MultiRegionAccessPointAlreadyOwnedByYou");
    let alias = points.point("data").unwrap().alias;
    let public = format!(
        r#"{{"Statement":{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"{}/object/*"}}}}"#,
        alias.arn()
    );
    let name: Name = "data".parse().unwrap();
    assert_eq!(failed(Order::PutPolicy { name, policy: public }, "e").await, "AccessDenied");
}

#[tokio::test(start_paused = true)]
async fn a_token_is_good_for_one_order() {
    let (points, _, _) = points();
    let token = points.order(create("data", &[US, EU]), "one").expect("an order");
    assert_eq!(points.order(create("data", &[US, EU]), "one").expect("the same"), token);
    assert!(matches!(points.order(create("data", &[EU, US]), "one"), Err(Refusal::TokenReused)));
    assert_eq!(points.points().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn limits_hold() {
    let (points, _, _) = points();
    for number in 0..MOST_ACCESS_POINTS {
        points.order(create(&format!("data-{number}"), &[US]), &number.to_string()).expect("an order");
    }
    assert!(matches!(points.order(create("one-more", &[US]), "more"), Err(Refusal::TooMany)));
    assert!(matches!(points.order(create("none", &[]), "none"), Err(Refusal::Regions(0))));
    assert!(matches!(points.order(create("many", &[US; 18]), "many"), Err(Refusal::Regions(18))));
}
