//! Objects put on one side appear on the other.

use aws_sdk_s3::{error::ProvideErrorMetadata as _, primitives::ByteStream};

use super::*;

impl World {
    async fn replicated() -> Self {
        let world = Self::start().await;
        world.regions.two_way_replication(&bucket("data-us"), &bucket("data-eu")).expect("two buckets");
        world
    }

    async fn put(&self, side: &Region, name: &str, key: &str) -> String {
        let body = ByteStream::from(key.as_bytes().to_vec());
        let put = self.client(side).put_object().bucket(name).key(key).body(body).send().await;
        put.expect("an object").version_id.expect("a version")
    }

    /// Replication status and version of a key, or the error code.
    async fn head(&self, side: &Region, name: &str, key: &str) -> Result<(String, String), String> {
        let head = self.client(side).get_object().bucket(name).key(key).send().await;
        match head {
            Ok(head) => {
                let status = head.replication_status.map(|status| status.to_string()).unwrap_or_default();
                Ok((status, head.version_id.unwrap_or_default()))
            }
            Err(error) => Err(error.code().unwrap_or_default().to_owned()),
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it is compared with what was found, which may be an error")]
fn is(status: &str, version: &str) -> Result<(String, String), String> {
    Ok((status.to_owned(), version.to_owned()))
}

#[tokio::test(start_paused = true)]
async fn an_object_arrives_after_the_delay_in_both_directions() {
    let world = World::replicated().await;
    for (from, source, to, destination) in
        [(us(), "data-us", eu(), "data-eu"), (eu(), "data-eu", us(), "data-us")]
    {
        let version = world.put(&from, source, source).await;
        assert_eq!(world.head(&from, source, source).await, is("PENDING", &version));
        assert_eq!(world.head(&to, destination, source).await, Err("NoSuchKey".to_owned()));
        world.seconds(4).await;
        assert_eq!(world.head(&to, destination, source).await, Err("NoSuchKey".to_owned()));
        world.seconds(2).await;
        assert_eq!(world.head(&from, source, source).await, is("COMPLETED", &version));
        assert_eq!(world.head(&to, destination, source).await, is("REPLICA", &version));
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_there_before_the_rule_stays_where_it_is() {
    let world = World::start().await;
    world.regions.put_object(&bucket("data-us"), "old", "old").expect("an object");
    world.regions.two_way_replication(&bucket("data-us"), &bucket("data-eu")).expect("two buckets");
    world.seconds(60).await;
    assert_eq!(world.head(&us(), "data-us", "old").await, is("", "null"));
    assert_eq!(world.head(&eu(), "data-eu", "old").await, Err("NoSuchKey".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn replication_waits_for_a_broken_region_and_catches_up() {
    let world = World::replicated().await;
    for (fault, waits) in [
        (Fault::Refuse, true),
        (Fault::Timeout, true),
        (Fault::Http503, true),
        (Fault::Slow, false),
        (Fault::BlockPublic, false),
    ] {
        let key = fault.name();
        world.fault(&eu(), fault);
        let version = world.put(&us(), "data-us", key).await;
        world.seconds(60).await;
        let meanwhile = if waits { "PENDING" } else { "COMPLETED" };
        assert_eq!(world.head(&us(), "data-us", key).await, is(meanwhile, &version), "{fault}");
        world.fault(&eu(), Fault::None);
        world.seconds(1).await;
        assert_eq!(world.head(&us(), "data-us", key).await, is("COMPLETED", &version), "{fault}");
        assert_eq!(world.head(&eu(), "data-eu", key).await, is("REPLICA", &version), "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_broken_source_replicates_nothing_either() {
    let world = World::replicated().await;
    let version = world.put(&us(), "data-us", "last-words").await;
    world.fault(&us(), Fault::Http503);
    world.seconds(60).await;
    assert_eq!(world.head(&eu(), "data-eu", "last-words").await, Err("NoSuchKey".to_owned()));
    world.fault(&us(), Fault::None);
    world.seconds(1).await;
    assert_eq!(world.head(&eu(), "data-eu", "last-words").await, is("REPLICA", &version));
}

#[tokio::test(start_paused = true)]
async fn delete_markers_follow_their_objects_when_the_rule_says_so() {
    let world = World::replicated().await;
    world.put(&us(), "data-us", "gone").await;
    world.seconds(6).await;
    let deleted = world.client(&us()).delete_object().bucket("data-us").key("gone").send().await;
    assert_eq!(deleted.expect("a delete marker").delete_marker, Some(true));
    world.seconds(6).await;
    assert_eq!(world.head(&eu(), "data-eu", "gone").await, Err("NoSuchKey".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_destination_that_is_gone_makes_it_failed() {
    let world = World::start().await;
    world.regions.create_bucket(&eu(), &bucket("short-lived")).expect("a new bucket");
    world.regions.two_way_replication(&bucket("data-us"), &bucket("short-lived")).expect("two buckets");
    world.client(&eu()).delete_bucket().bucket("short-lived").send().await.expect("an empty bucket");
    let version = world.put(&us(), "data-us", "lost").await;
    world.seconds(6).await;
    assert_eq!(world.head(&us(), "data-us", "lost").await, is("FAILED", &version));
}

#[tokio::test(start_paused = true)]
async fn the_later_write_is_current_on_both_sides_after_a_conflict() {
    let world = World::replicated().await;
    world.put(&us(), "data-us", "both").await;
    world.seconds(1).await;
    let later = world.put(&eu(), "data-eu", "both").await;
    world.seconds(10).await;
    assert_eq!(world.head(&us(), "data-us", "both").await, is("REPLICA", &later));
    assert_eq!(world.head(&eu(), "data-eu", "both").await, is("COMPLETED", &later));
}
