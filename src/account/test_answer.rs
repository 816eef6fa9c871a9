//! What does Route 53 itself say that it would answer?
//!
//! `TestDNSAnswer` asks one of the zone's name servers from within, past every cache and network between; for
//! public zones only ("This call only supports querying public hosted zones", Route 53 API reference,
//! `TestDNSAnswer`).

use std::net::IpAddr;

use aws_sdk_route53::types::RrType;

use super::{Account, AccountError, pace::Call};
use crate::model::{Fqdn, HostedZoneId, RecordType};

/// On whose behalf is asked (EDNS client subnet, RFC 7871).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientSubnet {
    /// An address of the network.
    pub address: IpAddr,
    /// How many of its bits count.
    pub bits: u8,
}

/// What Route 53 would answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestedAnswer {
    /// `NOERROR`, `NXDOMAIN`, …
    pub code: String,
    /// In presentation format, as Route 53 writes them.
    pub values: Vec<String>,
    /// The name server that it speaks for.
    pub server: String,
}

impl Account {
    /// What Route 53 would answer to a question about a public zone. One call.
    pub async fn test_dns_answer(
        &self,
        zone: &HostedZoneId,
        name: &Fqdn,
        record_type: RecordType,
        subnet: Option<ClientSubnet>,
    ) -> Result<TestedAnswer, AccountError> {
        let what = || format!("ask Route 53 what it answers for {name} {record_type}");
        let request = self.route53(Call::Other).await.test_dns_answer().hosted_zone_id(zone.as_str());
        let request = request.record_name(name.absolute()).record_type(RrType::from(record_type.as_str()));
        let request = request
            .set_edns0_client_subnet_ip(subnet.map(|subnet| subnet.address.to_string()))
            .set_edns0_client_subnet_mask(subnet.map(|subnet| subnet.bits.to_string()));
        let answer = request.send().await.map_err(|e| AccountError::from_sdk(what(), e))?;
        Ok(TestedAnswer { code: answer.response_code, values: answer.record_data, server: answer.nameserver })
    }
}
