//! How does CloudWatch start and end?

use std::{io, sync::Arc, time::Duration};

use tokio::task::JoinSet;

use super::{alarms::Alarms, fault::CloudWatchFault, http, metric::MetricSource, service::CloudWatch};
use crate::{
    clock::Clock,
    lab::{
        calls::CallLog,
        fault::Switch,
        http::HttpServer,
        principals::Keyring,
        state::{Durable, guard},
    },
};

/// A running CloudWatch; dropping ends it.
pub(crate) struct CloudWatchServer {
    service: Arc<CloudWatch>,
    http: HttpServer,
    recorder: JoinSet<()>,
}

impl CloudWatchServer {
    /// Begins to gather from the sources, and to answer.
    pub(crate) async fn start(
        clock: Clock,
        delay: Duration,
        sources: Vec<Arc<dyn MetricSource>>,
        alarms: Arc<Alarms>,
        (keys, durable, calls): (Arc<Keyring>, Durable, CallLog),
    ) -> io::Result<Self> {
        let service = Arc::new(CloudWatch::new(clock, delay, alarms));
        let router = guard(http::router(Arc::clone(&service), keys, calls), durable);
        let http = HttpServer::start(router).await?;
        let mut recorder = JoinSet::new();
        recorder.spawn(Arc::clone(&service).record(sources));
        recorder.spawn(Arc::clone(&service).note_faults());
        Ok(Self { service, http, recorder })
    }

    /// Its address as a URL, without a final slash.
    pub(crate) fn url(&self) -> String {
        self.http.url()
    }

    /// How it is broken.
    pub(crate) fn switch(&self) -> &Switch<CloudWatchFault> {
        self.service.switch()
    }

    /// Ends every task and waits until its port is closed.
    pub(crate) async fn stop(mut self) {
        self.http.stop().await;
        self.recorder.shutdown().await;
    }
}
