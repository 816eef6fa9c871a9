//! Where is everything that a lab serves? The document that `lab start` writes for other programs.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::model::Region;

/// The kind and version of the document.
const SCHEMA: &str = "s3-failover/lab/v1";

/// The addresses of a running lab. Keys may be added, never renamed; one that the lab does not serve
/// is absent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ready {
    /// `s3-failover/lab/v1`.
    pub schema: String,
    /// URL of the Route 53 API.
    pub route53: String,
    /// URL of CloudWatch.
    pub cloudwatch: String,
    /// URL of STS.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sts: String,
    /// ARN of each role that can be assumed. With them, whoever is led to the lab is the visitor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// URL of the S3 Control API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3control: Option<String>,
    /// URL of S3 Control in each of the regions that can change routes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub s3control_regions: BTreeMap<Region, String>,
    /// URL of each region's S3, at the region's own address.
    pub s3: BTreeMap<Region, String>,
    /// URL of an S3 endpoint for every region, for clients that have one endpoint for all: it serves
    /// the region that a request is signed for.
    pub s3_endpoint: String,
    /// URL of a Multi-Region Access Point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mrap: Option<String>,
    /// URL of a proxy that leads AWS's own host names, where clients insist on them, to the lab.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub https_proxy: Option<String>,
    /// File with the certificate of the authority that vouches for those names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_bundle: Option<PathBuf>,
    /// URL of a distribution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloudfront: Option<String>,
    /// Host name of that distribution, which requests to it have to name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloudfront_domain: Option<String>,
    /// The zone's name servers, for UDP and TCP.
    pub nameservers: Vec<SocketAddr>,
    /// A recursive resolver, for UDP and TCP.
    pub resolver: SocketAddr,
    /// A recursive resolver of each character, by its name: `honest` (which is `resolver`), `stretching`,
    /// `stale` and `forever`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub resolvers: BTreeMap<String, SocketAddr>,
    /// URL of the lab's own controls.
    pub admin: String,
    /// Seconds of the lab that pass in one of ours.
    pub speed: f64,
}

impl Ready {
    /// The schema that this version writes.
    pub(crate) fn schema() -> String {
        SCHEMA.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_the_agreed_keys_and_no_empty_ones() {
        let address: SocketAddr = "127.0.0.1:5300".parse().expect("an address");
        let region: Region = "us-east-1".parse().expect("a region");
        let ready = Ready {
            schema: Ready::schema(),
            route53: "http://127.0.0.1:1".to_owned(),
            cloudwatch: "http://127.0.0.1:5".to_owned(),
            sts: "http://127.0.0.1:6".to_owned(),
            roles: Vec::new(),
            s3control: None,
            s3control_regions: BTreeMap::new(),
            s3: BTreeMap::from([(region, "http://127.0.1.1:2".to_owned())]),
            s3_endpoint: "http://127.0.0.1:3".to_owned(),
            mrap: None,
            https_proxy: None,
            ca_bundle: None,
            cloudfront: None,
            cloudfront_domain: None,
            nameservers: vec![address],
            resolver: address,
            resolvers: BTreeMap::from([("stale".to_owned(), address)]),
            admin: "http://127.0.0.1:4".to_owned(),
            speed: 20.0,
        };
        let text = serde_json::to_string(&ready).expect("a document");
        assert_eq!(
            text,
            r#"{"schema":"s3-failover/lab/v1","route53":"http://127.0.0.1:1","cloudwatch":"http://127.0.0.1:5","sts":"http://127.0.0.1:6","s3":{"us-east-1":"http://127.0.1.1:2"},"s3_endpoint":"http://127.0.0.1:3","nameservers":["127.0.0.1:5300"],"resolver":"127.0.0.1:5300","resolvers":{"stale":"127.0.0.1:5300"},"admin":"http://127.0.0.1:4","speed":20.0}"#
        );
        assert_eq!(serde_json::from_str::<Ready>(&text).expect("the same"), ready);
    }
}
