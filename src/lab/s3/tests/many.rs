//! A bucket of very many objects, and bodies that are too long.

use super::*;
use crate::lab::s3::store::{PageRequest, Token, page};

/// A page costs what it holds: the number of keys that a listing looks at is counted, not its time.
#[test]
fn a_page_looks_at_its_own_keys_only() {
    let keys: std::collections::BTreeMap<String, ()> =
        (0..100_000).map(|number| (format!("{:03}/{number:06}", number % 100), ())).collect();
    let looks = std::cell::Cell::new(0);
    let look = |(): &()| {
        looks.set(looks.get() + 1);
        true
    };
    let first = PageRequest { limit: 1000, ..PageRequest::default() };
    let found = page(&keys, &first, look, |key, ()| key.to_owned());
    assert_eq!((found.items.len(), looks.get()), (1000, 1001));
    looks.set(0);
    let late = PageRequest { token: Some(Token::Key("098/000098".into())), ..first.clone() };
    assert_eq!(page(&keys, &late, look, |key, ()| key.to_owned()).items[0], "098/000198");
    assert_eq!(looks.get(), 1001, "a late page costs no more than the first");
    looks.set(0);
    let rolled = PageRequest { delimiter: "/", ..first };
    let found = page(&keys, &rolled, look, |key, ()| key.to_owned());
    assert_eq!((found.common_prefixes.len(), looks.get()), (100, 100), "a common prefix is jumped over");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_too_long_is_refused_before_it_is_read() {
    let world = World::start().await;
    let open = json!({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::data-us/*"}});
    world.regions.set_policy(&bucket("data-us"), &open.to_string()).expect("a policy");
    let put = async |more: &str| {
        let mut connection = Connection::open(world.address(&us())).await;
        let head = format!("PUT /k HTTP/1.1\r\nHost: data-us\r\n{more}\r\n\r\n");
        connection.0.write_all(head.as_bytes()).await.expect("an open connection");
        let answer = connection.answer("PUT").await.expect("an answer");
        (answer.status, answer.code().unwrap_or_default().to_owned())
    };
    let five_gib = 5_u64 << 30;
    let length = format!("Content-Length: {}", five_gib + 1);
    assert_eq!(put(&length).await, (400, "EntityTooLarge".into()));
    assert_eq!(
        put("Transfer-Encoding: chunked\r\nX: y\r\n\r\n0").await,
        (411, "MissingContentLength".into())
    );
    assert_eq!(put("Content-Length: 0").await.0, 200);
}
