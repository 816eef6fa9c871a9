//! The access points' part of a kept state: the points with their routes and policies, and every request
//! with its token.
//!
//! Fields are taken apart without `..`, or written as they are, so that a new one cannot be forgotten here.

use serde::{Deserialize, Serialize};

use super::{
    access_point::{AccessPoint, PointPolicy},
    request::AsyncRequest,
    store::{AccessPoints, State},
};
use crate::lab::state::{Document, Kept, RestoreError, Taker};

const POINT: &str = "mrap access point";
/// The key is its place among all requests.
const REQUEST: &str = "mrap request";
const COUNTERS: &str = "mrap counters";

/// An access point; its policies are texts, which are read again for it.
#[derive(Serialize, Deserialize)]
struct KeptPoint<P> {
    established: Option<String>,
    proposed: Option<String>,
    #[serde(flatten)]
    point: P,
}

#[derive(Serialize, Deserialize)]
struct Counters {
    created: u64,
}

impl Kept for AccessPoints {
    fn kinds(&self) -> &'static [&'static str] {
        &[POINT, REQUEST, COUNTERS]
    }

    fn documents(&self, taker: &mut dyn Taker) {
        let state = self.lock();
        let State { points, requests, created } = &*state;
        for (name, point) in points {
            let text = |policy: &Option<PointPolicy>| policy.as_ref().map(|policy| policy.text.clone());
            let (established, proposed) = (text(&point.established), text(&point.proposed));
            taker.document(Document::new(
                POINT,
                name.to_string(),
                &KeptPoint { established, proposed, point },
            ));
        }
        for (place, request) in requests.iter().enumerate() {
            taker.document(Document::new(REQUEST, place.to_string(), request));
        }
        taker.document(Document::new(COUNTERS, "", &Counters { created: *created }));
    }

    fn restore(&self, documents: Vec<Document>) -> Result<(), RestoreError> {
        let mut state = self.lock();
        let mut requests = Vec::new();
        for document in documents {
            match document.kind.as_str() {
                POINT => {
                    let point = read_point(&document)?;
                    state.points.insert(point.name.clone(), point);
                }
                REQUEST => {
                    let place: usize = document.key.parse().map_err(|_| document.unfit("it has no place"))?;
                    requests.push((place, document.read::<AsyncRequest>()?));
                }
                _ => state.created = document.read::<Counters>()?.created,
            }
        }
        requests.sort_by_key(|(place, _)| *place);
        state.requests = requests.into_iter().map(|(_, request)| request).collect();
        Ok(())
    }
}

fn read_point(document: &Document) -> Result<AccessPoint, RestoreError> {
    let KeptPoint { established, proposed, mut point } = document.read::<KeptPoint<AccessPoint>>()?;
    let read = |text: String| PointPolicy::parse(&text, &point.alias).map_err(|error| document.unfit(error));
    let (established, proposed) = (established.map(read).transpose()?, proposed.map(read).transpose()?);
    (point.established, point.proposed) = (established, proposed);
    Ok(point)
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use super::{
        super::{
            names::Name,
            request::Order,
            routes::{Dial, Route, RouteUpdate},
            store::Delays,
        },
        *,
    };
    use crate::{
        clock::Clock,
        lab::s3::{BlockPublicAccess, Store},
    };

    fn documents(points: &AccessPoints) -> Vec<Document> {
        let mut found = Vec::new();
        points.documents(&mut found);
        found
    }

    fn empty(clock: &Clock) -> AccessPoints {
        let buckets = Store::new(clock.clone(), Duration::from_secs(5));
        AccessPoints::new(clock.clone(), Delays::default(), Arc::new(buckets))
    }

    fn create(name: &Name, bucket: &str) -> Order {
        let buckets = vec![(bucket.to_owned(), None)];
        Order::Create { name: name.clone(), block: BlockPublicAccess::ON, buckets }
    }

    /// A point with two policies and routes that do not act yet, and an order that cannot be done.
    #[tokio::test(start_paused = true)]
    async fn what_was_handed_out_comes_back_whole() {
        let clock = Clock::system();
        let old = empty(&clock);
        let route = |region: &str, dial| {
            let bucket = format!("in-{region}");
            Route { bucket, region: region.parse().expect("a region"), dial }
        };
        let routes = vec![route("us-east-1", Dial::Active), route("eu-west-1", Dial::Passive)];
        let name: Name = "two-sides".parse().expect("a name");
        let alias = old.seed(&name, BlockPublicAccess::ON, routes);
        let put = |reader: &str, token: &str| {
            let policy = format!(
                r#"{{"Statement": {{"Effect": "Allow", "Principal": {{"AWS": "{reader}"}}, "Action": "s3:GetObject", "Resource": "{}/object/*"}}}}"#,
                alias.arn()
            );
            old.order(Order::PutPolicy { name: name.clone(), policy }, token).expect("a policy")
        };
        put("111111111111", "first");
        tokio::time::advance(Duration::from_mins(1)).await;
        let token = put("222222222222", "second");
        let other: Name = "no-bucket".parse().expect("a name");
        let failed = old.order(create(&other, "missing"), "third").expect("a token");
        let update = |region: &str, percentage| RouteUpdate {
            bucket: None,
            region: Some(region.to_owned()),
            percentage,
        };
        old.submit_routes(&alias.arn(), &[update("us-east-1", 0), update("eu-west-1", 100)]).expect("routes");

        let new = empty(&clock);
        new.restore(documents(&old)).expect("its own documents");
        assert_eq!(documents(&new), documents(&old));
        let active = |points: &AccessPoints| {
            let (point, routes) = points.serving(alias.as_str()).expect("it serves");
            let active = routes.into_iter().find(|route| route.dial == Dial::Active);
            (
                active.map(|route| route.bucket),
                point.established.map(|policy| policy.text.contains("222222222222")),
            )
        };
        assert_eq!(active(&new), (Some("in-us-east-1".to_owned()), Some(false)));
        tokio::time::advance(Duration::from_mins(2)).await;
        assert_eq!(active(&new), (Some("in-eu-west-1".to_owned()), Some(true)));
        assert!(new.request(&token).expect("it is known").0.outcome.is_ok());
        let failure = new.request(&failed).expect("it is known").0.outcome.expect_err("no bucket");
        assert_eq!(failure.code, "NoSuchBucket");
        let again = new.order(create(&other, "missing"), "third").expect("the same order");
        assert_eq!(again, failed, "the caller's token still stands for it");
        assert_ne!(
            new.seed(&other, BlockPublicAccess::ON, Vec::new()),
            old.seed(&name, BlockPublicAccess::ON, Vec::new()).clone()
        );
    }
}
