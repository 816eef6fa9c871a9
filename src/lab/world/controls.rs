//! What can be done to a lab that runs: its parts are broken and mended, and replication is looked at.

use std::{collections::BTreeMap, time::Duration};

use super::Lab;
use crate::{
    lab::{
        Call, CallCount, CloudWatchFault,
        cloudfront::Distribution,
        dns::{NameServerFault, UnknownNameServer},
        fault::{Order, Refused, State, Target},
        route53::fault::Route53Fault,
        s3::{Fault, ReplicationBacklog, ReplicationDelay, ReplicationMetric, UnknownRegion},
        s3control::S3ControlFault,
    },
    model::Region,
};

impl Lab {
    /// Takes orders to break or mend parts of the lab, now or later; all of them, or none.
    pub fn order(&self, orders: &[Order]) -> Result<(), Refused> {
        self.faults.take(orders)
    }

    /// Mends everything, and forgets the orders whose time has not come.
    pub fn mend(&self) {
        self.faults.clear();
    }

    /// Every part that can be broken, and how it is.
    pub fn faults(&self) -> BTreeMap<Target, State> {
        self.faults.switches().states()
    }

    /// The newest calls of the lab's APIs, the oldest first.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.calls()
    }

    /// How often each operation was asked for, by `service:Operation`.
    pub fn call_counts(&self) -> BTreeMap<String, CallCount> {
        self.calls.counts()
    }

    /// Forgets the calls so far, and starts to count anew.
    pub fn forget_calls(&self) {
        self.calls.clear();
    }

    /// Breaks or mends a region's S3.
    pub fn set_fault(&self, region: &Region, fault: Fault) -> Result<(), UnknownRegion> {
        self.regions.set_fault(region, fault)
    }

    /// How a region's S3 is broken now; nothing of a region that the lab does not have.
    pub fn fault(&self, region: &Region) -> Option<Fault> {
        self.regions.fault(region)
    }

    /// The distribution over both buckets.
    pub fn cloudfront(&self) -> &Distribution {
        &self.cloudfront
    }

    /// Breaks or mends one of the zone's name servers, numbered 0 to 3.
    pub fn set_name_server_fault(
        &self,
        number: usize,
        fault: NameServerFault,
    ) -> Result<(), UnknownNameServer> {
        self.name_servers.set_fault(number, fault)
    }

    /// How one of the name servers is broken now; nothing for one that the lab does not have.
    pub fn name_server_fault(&self, number: usize) -> Option<NameServerFault> {
        self.name_servers.fault(number)
    }

    /// Breaks or mends Route 53's control plane.
    pub fn set_route53_fault(&self, fault: Route53Fault) {
        self.store.set_fault(fault);
    }

    /// How Route 53's control plane is broken now.
    pub fn route53_fault(&self) -> Route53Fault {
        self.store.fault()
    }

    /// How versions travel from one region to another; nothing of a region that the lab does not have.
    pub fn replication_delay(&self, from: &Region, to: &Region) -> Option<ReplicationDelay> {
        self.regions.replication_delay(from, to)
    }

    /// Changes how versions travel from one region to another, those that are on their way included.
    pub fn set_replication_delay(
        &self,
        from: &Region,
        to: &Region,
        delay: impl Into<ReplicationDelay>,
    ) -> Result<(), UnknownRegion> {
        self.regions.set_replication_delay(from, to, delay.into())
    }

    /// What replication has on its way, for each pair of buckets that has something.
    pub fn replication_backlog(&self) -> Vec<ReplicationBacklog> {
        self.regions.store().replication_backlog()
    }

    /// What the replication rules with metrics measured from `start` to `end` (by the clock's elapsed
    /// time), which has passed.
    pub fn replication_metrics(&self, start: Duration, end: Duration) -> Vec<ReplicationMetric> {
        self.regions.store().replication_metrics(start, end)
    }

    /// Breaks or mends S3 Control in one of its five control regions.
    pub fn set_s3control_fault(&self, region: &Region, fault: S3ControlFault) -> Result<(), UnknownRegion> {
        self.global.control.set_fault(region, fault)
    }

    /// How S3 Control is broken in a region now; nothing of a region that is no control region.
    pub fn s3control_fault(&self, region: &Region) -> Option<S3ControlFault> {
        self.global.control.fault(region)
    }

    /// Moves the clients of access points near another region.
    pub fn set_client_location(&self, region: Region) {
        self.global.entrance.set_client_location(region);
    }

    /// Breaks or mends CloudWatch.
    pub fn set_cloudwatch_fault(&self, fault: CloudWatchFault) {
        self.cloudwatch.switch().set(fault);
    }

    /// How CloudWatch is broken now.
    pub fn cloudwatch_fault(&self) -> CloudWatchFault {
        self.cloudwatch.switch().now()
    }
}
