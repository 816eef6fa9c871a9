//! What does a caller ask of a health check, at first and in an update?
//!
//! The API takes nearly every setting as optional, and an update says only what shall change. So an
//! update is the present settings, turned back into what a caller could have written
//! ([`Requested::of`]), with the new ones laid over them ([`Requested::overlay`]) and some taken back
//! ([`Requested::reset`]). Whether the outcome is a health check is judged by `check_config`.

use super::{
    errors::ApiError,
    types::{CheckKind, CheckProtocol, HealthCheckConfig},
};

/// Settings as a caller writes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Requested {
    pub(crate) kind: String,
    pub(crate) ip_address: Option<String>,
    pub(crate) port: Option<u32>,
    pub(crate) resource_path: Option<String>,
    pub(crate) fully_qualified_domain_name: Option<String>,
    pub(crate) search_string: Option<String>,
    pub(crate) request_interval: Option<u32>,
    pub(crate) failure_threshold: Option<u32>,
    pub(crate) measure_latency: Option<bool>,
    pub(crate) inverted: Option<bool>,
    pub(crate) disabled: Option<bool>,
    pub(crate) health_threshold: Option<u32>,
    pub(crate) children: Option<Vec<String>>,
    pub(crate) enable_sni: Option<bool>,
    pub(crate) regions: Option<Vec<String>>,
    /// Region and name.
    pub(crate) alarm: Option<(String, String)>,
    pub(crate) insufficient_data: Option<String>,
}

impl Requested {
    /// What a caller would write to get these settings.
    pub(crate) fn of(config: &HealthCheckConfig) -> Self {
        let mut requested =
            Self { inverted: Some(config.inverted), disabled: Some(config.disabled), ..Self::default() };
        type_name(&config.kind).clone_into(&mut requested.kind);
        match &config.kind {
            CheckKind::Endpoint(check) => {
                let path = Some(check.resource_path.clone()).filter(|path| !path.is_empty());
                requested.ip_address = check.ip_address.map(|address| address.to_string());
                requested.port = Some(u32::from(check.port));
                requested.resource_path = path;
                requested.fully_qualified_domain_name.clone_from(&check.fully_qualified_domain_name);
                requested.search_string.clone_from(&check.search_string);
                requested.request_interval = Some(check.request_interval);
                requested.failure_threshold = Some(check.failure_threshold);
                requested.measure_latency = Some(check.measure_latency);
                requested.enable_sni = Some(check.enable_sni);
                requested.regions = Some(check.regions.clone()).filter(|regions| !regions.is_empty());
            }
            CheckKind::Calculated { children, threshold } => {
                requested.children = Some(children.clone());
                requested.health_threshold = Some(*threshold);
            }
            CheckKind::CloudWatchMetric { alarm_region, alarm_name, insufficient_data } => {
                requested.alarm = Some((alarm_region.clone(), alarm_name.clone()));
                requested.insufficient_data = Some(insufficient_data.clone());
            }
        }
        requested
    }

    /// Lays the settings of an update over these.
    pub(crate) fn overlay(&mut self, update: Requested) {
        fn lay<T>(present: &mut Option<T>, new: Option<T>) {
            if new.is_some() {
                *present = new;
            }
        }
        lay(&mut self.ip_address, update.ip_address);
        lay(&mut self.port, update.port);
        lay(&mut self.resource_path, update.resource_path);
        lay(&mut self.fully_qualified_domain_name, update.fully_qualified_domain_name);
        lay(&mut self.search_string, update.search_string);
        lay(&mut self.failure_threshold, update.failure_threshold);
        lay(&mut self.inverted, update.inverted);
        lay(&mut self.disabled, update.disabled);
        lay(&mut self.health_threshold, update.health_threshold);
        lay(&mut self.children, update.children);
        lay(&mut self.enable_sni, update.enable_sni);
        lay(&mut self.regions, update.regions);
        lay(&mut self.alarm, update.alarm);
        lay(&mut self.insufficient_data, update.insufficient_data);
    }

    /// Takes a setting back to its default (Route 53 model, `ResettableElementName`).
    pub(crate) fn reset(&mut self, element: &str) -> Result<(), ApiError> {
        match element {
            "ChildHealthChecks" => self.children = None,
            "FullyQualifiedDomainName" => self.fully_qualified_domain_name = None,
            "Regions" => self.regions = None,
            "ResourcePath" => self.resource_path = None,
            other => return Err(ApiError::input(format!("'{other}' cannot be reset."))),
        }
        Ok(())
    }
}

/// A check's type as the API names it.
pub(crate) fn type_name(kind: &CheckKind) -> &'static str {
    match kind {
        CheckKind::Calculated { .. } => "CALCULATED",
        CheckKind::CloudWatchMetric { .. } => "CLOUDWATCH_METRIC",
        CheckKind::Endpoint(check) => match (check.protocol, check.search_string.is_some()) {
            (CheckProtocol::Http, false) => "HTTP",
            (CheckProtocol::Http, true) => "HTTP_STR_MATCH",
            (CheckProtocol::Https, false) => "HTTPS",
            (CheckProtocol::Https, true) => "HTTPS_STR_MATCH",
            (CheckProtocol::Tcp, _) => "TCP",
        },
    }
}
