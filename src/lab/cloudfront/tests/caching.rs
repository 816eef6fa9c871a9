//! What is answered from the cache, and what becomes of it when origins fail.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_hit_needs_no_origin_for_a_day() {
    let world = World::start(PairSettings::default()).await;
    let first = world.get(OBJECT).await;
    assert_eq!((first.x_cache(), first.header("age")), ("Miss", None));
    world.fault(&us(), Fault::Refuse);
    world.fault(&eu(), Fault::Refuse);
    world.wait(86_000).await;
    let answer = world.get(OBJECT).await;
    assert_eq!(answer.brief(), (200, "Hit", "hello from us-east-1"));
    assert_eq!(answer.header("age"), Some("86000"));
    assert_eq!(answer.header("etag"), first.header("etag"));
    let head = world.ask("HEAD", OBJECT, &[]).await;
    assert_eq!((head.brief(), head.header("content-length")), ((200, "Hit", ""), Some("20")));
    let query = world.get(&format!("{OBJECT}?version=2")).await;
    assert_eq!(query.x_cache(), "Hit", "the cache key has no query strings by default");
    assert_eq!(world.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn query_strings_belong_to_the_key_if_the_policy_says_so() {
    let world = World::start(PairSettings::default()).await;
    world.change(|config| config.policy.query = ForwardedQuery::All);
    for (query, expected) in [("?a=1", "Miss"), ("?a=2", "Miss"), ("?a=1", "Hit"), ("", "Miss")] {
        assert_eq!(
            world.get(&format!("{OBJECT}{query}")).await.brief(),
            (200, expected, "hello from us-east-1")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_has_expired_is_confirmed_by_its_etag_or_replaced() {
    let world = World::start(PairSettings::default()).await;
    world.get(OBJECT).await;
    world.wait(86_401).await;
    let answer = world.get(OBJECT).await;
    assert_eq!((answer.brief(), answer.header("age")), ((200, "RefreshHit", "hello from us-east-1"), None));
    assert_eq!(world.last().2, ["primary: status 304"]);
    assert_eq!(world.get(OBJECT).await.x_cache(), "Hit");
    world.wait(86_401).await;
    world.put("data-us", &OBJECT[1..], "new");
    assert_eq!(world.get(OBJECT).await.brief(), (200, "Miss", "new"));
    assert_eq!(world.get(OBJECT).await.brief(), (200, "Hit", "new"));
}

/// "If your origin returns a 5xx error code, CloudFront serves the object even though it has expired. For the
/// duration of the error caching minimum TTL (10 seconds by default), CloudFront continues to respond to viewer
/// requests by serving the object from the edge cache."
#[tokio::test(start_paused = true)]
async fn an_expired_object_stands_in_for_origins_that_fail() {
    let world = World::start(PairSettings::default()).await;
    world.get(OBJECT).await;
    world.wait(86_401).await;
    world.fault(&us(), Fault::Http503);
    world.fault(&eu(), Fault::Http503);
    assert_eq!(world.get(OBJECT).await.brief(), (200, "Hit", "hello from us-east-1"));
    assert_eq!(world.last().0, CacheResult::Stale);
    assert_eq!(world.asked(), 3);
    world.wait(9).await;
    assert_eq!(world.get(OBJECT).await.status, 200);
    assert_eq!(world.asked(), 3, "nobody is asked for 10 seconds");
    world.wait(2).await;
    assert_eq!(world.get(OBJECT).await.status, 200);
    assert_eq!(world.asked(), 5);
    // Only 5xx: "If your origin returns a 4xx status code, CloudFront returns the status code".
    world.wait(11).await;
    world.fault(&us(), Fault::None);
    world.fault(&eu(), Fault::None);
    for name in ["data-us", "data-eu"] {
        let deny = serde_json::json!({"Statement": []}).to_string();
        world.regions.set_policy(&bucket(name), &deny).expect("a policy");
    }
    assert_eq!(world.get(OBJECT).await.status, 403);
}

#[tokio::test(start_paused = true)]
async fn an_error_is_kept_for_ten_seconds() {
    let world = World::start(PairSettings::default()).await;
    world.fault(&us(), Fault::Http503);
    world.fault(&eu(), Fault::Http503);
    let path = "/data/new.txt";
    assert_eq!((world.get(path).await.status, world.asked()), (503, 2));
    world.fault(&us(), Fault::None);
    world.put("data-us", &path[1..], "new");
    world.wait(9).await;
    let answer = world.get(path).await;
    assert_eq!((answer.status, answer.x_cache(), answer.header("age")), (503, "Error", Some("9")));
    assert_eq!((world.last().0, world.asked()), (CacheResult::ErrorHit, 2));
    world.wait(2).await;
    assert_eq!(world.get(path).await.brief(), (200, "Miss", "new"));
}

#[tokio::test(start_paused = true)]
async fn error_caching_can_be_set_for_a_status() {
    let world = World::start(PairSettings::default()).await;
    world.change(|config| config.error_ttls = BTreeMap::from([(503, seconds(0)), (504, seconds(60))]));
    world.fault(&us(), Fault::Http503);
    world.fault(&eu(), Fault::Http503);
    for _ in 0..2 {
        assert_eq!(world.get(OBJECT).await.status, 503);
    }
    assert_eq!(world.asked(), 4, "0 seconds: every request asks anew");
    world.fault(&eu(), Fault::Timeout);
    assert_eq!(world.get(OBJECT).await.status, 504);
    world.wait(59).await;
    assert!(world.get(OBJECT).await.took < 0.1, "from the cache");
}

/// `HTTPStatusCodes`: CloudFront caches 403 only with `Cache-Control: max-age` or `s-maxage`.
#[tokio::test(start_paused = true)]
async fn a_forbidden_object_is_asked_for_each_time() {
    let world = World::start(PairSettings::default()).await;
    for _ in 0..2 {
        assert_eq!(world.get("/data/nowhere.txt").await.status, 403);
    }
    assert_eq!(world.asked(), 4);
}

#[tokio::test(start_paused = true)]
async fn ranges_from_the_origin_and_from_the_cache() {
    let world = World::start(PairSettings::default()).await;
    let part = |answer: &Answer| {
        let range = answer.header("content-range").map(str::to_owned);
        (answer.status, answer.x_cache().to_owned(), range, answer.body.clone())
    };
    let expected = |cache: &str, range: &str, body: &str| {
        (206, cache.to_owned(), Some(format!("bytes {range}/20")), body.to_owned())
    };
    let first = [("range", "bytes=0-4")];
    assert_eq!(part(&world.ask("GET", OBJECT, &first).await), expected("Miss", "0-4", "hello"));
    assert_eq!(part(&world.ask("GET", OBJECT, &first).await), expected("Hit", "0-4", "hello"));
    assert_eq!(world.get(OBJECT).await.brief(), (200, "Miss", "hello from us-east-1"));
    assert_eq!(
        part(&world.ask("GET", OBJECT, &[("range", "bytes=-1")]).await),
        expected("Hit", "19-19", "1")
    );
    let beyond = world.ask("GET", OBJECT, &[("range", "bytes=20-")]).await;
    assert_eq!((beyond.status, beyond.header("content-range")), (416, Some("bytes */20")));
    let several = world.ask("GET", OBJECT, &[("range", "bytes=0-1,3-4")]).await;
    assert_eq!(several.brief(), (200, "Hit", "hello from us-east-1"));
    let changed = world.ask("GET", OBJECT, &[("range", "bytes=0-4"), ("if-range", "\"other\"")]).await;
    assert_eq!(changed.brief(), (200, "Hit", "hello from us-east-1"));
}

#[tokio::test(start_paused = true)]
async fn a_viewers_conditions_hold_at_the_edge() {
    let world = World::start(PairSettings::default()).await;
    let etag = world.get(OBJECT).await.header("etag").expect("an ETag").to_owned();
    let answer = world.ask("GET", OBJECT, &[("if-none-match", &etag)]).await;
    assert_eq!((answer.brief(), answer.header("etag")), ((304, "Hit", ""), Some(etag.as_str())));
    assert_eq!(world.ask("GET", OBJECT, &[("if-match", "\"other\"")]).await.status, 412);
    world.distribution.invalidate(&["/*"]).expect("a path");
    let answer = world.ask("GET", OBJECT, &[("if-none-match", &etag)]).await;
    assert_eq!((answer.status, answer.x_cache()), (304, "Miss"));
}

#[tokio::test(start_paused = true)]
async fn an_invalidated_object_is_asked_for_again() {
    let world = World::start(PairSettings::default()).await;
    world.get(OBJECT).await;
    world.put("data-us", &OBJECT[1..], "new");
    assert_eq!(world.get(OBJECT).await.body, "hello from us-east-1");
    assert_eq!(world.distribution.invalidate(&["/data/*", "/other"]), Ok(1));
    assert_eq!(world.get(OBJECT).await.brief(), (200, "Miss", "new"));
    for path in ["data/*", "/da*ta", ""] {
        assert!(world.distribution.invalidate(&[path]).is_err(), "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_body_goes_through_and_is_not_kept() {
    let world = World::start(PairSettings::default()).await;
    let long = "x".repeat(9 * 1024 * 1024);
    world.put("data-us", "data/long.bin", &long);
    for _ in 0..2 {
        let answer = world.get("/data/long.bin").await;
        assert_eq!((answer.status, answer.x_cache(), answer.body == long), (200, "Miss", true));
    }
}
