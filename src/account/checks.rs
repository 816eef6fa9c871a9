//! Health checks, their tags, and what their checkers report.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_route53::{
    Client,
    error::ProvideErrorMetadata,
    operation::update_health_check::builders::UpdateHealthCheckFluentBuilder,
    types::{AlarmIdentifier, HealthCheckObservation, InsufficientDataHealthStatus, Tag, TagResourceType},
};
use futures_util::future::try_join_all;
use jiff::Timestamp;

use super::{Account, AccountError, convert, pace::Call, snapshot::ForeignCheck};
use crate::model::{
    CallerReference, CheckConfig, CheckKind, CheckProtocol, CheckerReport, HealthCheck, HealthCheckId,
    MonthlyCents, is_ours,
};

/// Most checks of one `ListHealthChecks` page (Route 53 API reference, `MaxItems`: "up to 100").
const PAGE: i32 = 100;
/// Most resources of one `ListTagsForResources` call (Route 53 model, `TagResourceIdList`).
const TAGGED: usize = 10;

/// What came of asking for a health check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Created {
    /// It exists now, or did already with the same settings.
    Check(HealthCheckId),
    /// The reference belongs to a check with other settings, or to one that was deleted some days
    /// ago at most; another reference is needed.
    ReferenceTaken,
}

impl Account {
    /// The health checks that this tool created, without tags, and the others of the account, of which
    /// only the calculated ones matter: they may count ours among their children.
    pub(super) async fn health_checks(&self) -> Result<(Vec<HealthCheck>, Vec<ForeignCheck>), AccountError> {
        let what = "list the health checks";
        let (mut ours, mut foreign) = (Vec::new(), Vec::new());
        let mut marker: Option<String> = None;
        loop {
            let request =
                self.route53(Call::Other).await.list_health_checks().max_items(PAGE).set_marker(marker);
            let answer = request.send().await.map_err(|e| AccountError::from_sdk(what, e))?;
            for check in answer.health_checks() {
                // Others may use values that this tool never does; theirs are not read further.
                let reference = check.caller_reference().parse().ok().filter(is_ours);
                match reference {
                    Some(reference) => ours.push(our_check(check, reference).map_err(|e| {
                        AccountError::not_understood(what, format!("check {}: {e}", check.id()))
                    })?),
                    None => foreign.push(foreign_check(check)),
                }
            }
            match answer.next_marker() {
                Some(next) if answer.is_truncated() => marker = Some(next.to_owned()),
                _ => return Ok((ours, foreign)),
            }
        }
    }

    /// Fills in the tags of `checks`.
    pub(super) async fn read_tags(&self, mut checks: Vec<&mut HealthCheck>) -> Result<(), AccountError> {
        let some = checks.chunks_mut(TAGGED).map(|some| self.read_some_tags(some));
        try_join_all(some).await.map(drop)
    }

    async fn read_some_tags(&self, some: &mut [&mut HealthCheck]) -> Result<(), AccountError> {
        let what = "read the tags of the health checks";
        let ids = some.iter().map(|check| check.id.to_string()).collect();
        let request = self
            .route53(Call::Other)
            .await
            .list_tags_for_resources()
            .resource_type(TagResourceType::Healthcheck);
        let answer = request.set_resource_ids(Some(ids)).send().await;
        let answer = answer.map_err(|e| AccountError::from_sdk(what, e))?;
        for set in answer.resource_tag_sets() {
            let check = some.iter_mut().find(|check| Some(check.id.as_str()) == set.resource_id());
            if let Some(check) = check {
                check.tags = set.tags().iter().filter_map(pair).collect();
            }
        }
        Ok(())
    }

    /// The settings of a health check of ours, if it is there. By the call that every plan makes, so that no
    /// policy has to allow another one.
    pub async fn check_settings(&self, id: &HealthCheckId) -> Result<Option<CheckConfig>, AccountError> {
        let (ours, _) = self.health_checks().await?;
        Ok(ours.into_iter().find(|check| check.id == *id).map(|check| check.config))
    }

    /// Creates a health check, or finds the one that the same call created before.
    pub async fn create_health_check(
        &self,
        reference: &CallerReference,
        config: &CheckConfig,
    ) -> Result<Created, AccountError> {
        let what = "create a health check";
        let config = convert::check_config_to_sdk(config).map_err(|e| AccountError::unsendable(what, e))?;
        let create = |route53: &Client| {
            let request = route53.create_health_check().caller_reference(reference.as_str());
            request.health_check_config(config.clone()).send()
        };
        match self.patiently(Call::CreateHealthCheck, create).await {
            Ok(answer) => {
                let check = answer.health_check();
                let check =
                    check.ok_or_else(|| AccountError::not_understood(what, "no health check in it"))?;
                Ok(Created::Check(check.id().parse().map_err(|e| AccountError::not_understood(what, e))?))
            }
            Err(error) if error.code() == Some("HealthCheckAlreadyExists") => Ok(Created::ReferenceTaken),
            Err(error) => Err(AccountError::from_sdk(what, error)),
        }
    }

    /// Sets tags of a health check; others that it has stay.
    pub async fn tag_health_check(
        &self,
        id: &HealthCheckId,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), AccountError> {
        let add: Vec<Tag> =
            tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
        let change = |route53: &Client| {
            let request = route53.change_tags_for_resource().resource_type(TagResourceType::Healthcheck);
            request.resource_id(id.as_str()).set_add_tags(Some(add.clone())).send()
        };
        let answer = self.patiently(Call::Other, change).await;
        answer.map(drop).map_err(|e| AccountError::from_sdk(format!("tag the health check {id}"), e))
    }

    /// Changes the settings of a health check that can be changed in place, if it is still at
    /// `version`.
    pub async fn update_health_check(
        &self,
        id: &HealthCheckId,
        version: i64,
        config: &CheckConfig,
    ) -> Result<(), AccountError> {
        let what = || format!("update the health check {id}");
        let alarm = match &config.kind {
            CheckKind::Alarm(alarm) => Some(convert::alarm_to_sdk(alarm)),
            _ => None,
        };
        let alarm = alarm.transpose().map_err(|e| AccountError::unsendable(what(), e))?;
        let update =
            |route53: &Client| Self::update_request(route53, id, version, config, alarm.as_ref()).send();
        let answer = self.patiently(Call::Other, update).await;
        answer.map(drop).map_err(|e| AccountError::from_sdk(what(), e))
    }

    fn update_request(
        route53: &Client,
        id: &HealthCheckId,
        version: i64,
        config: &CheckConfig,
        alarm: Option<&(AlarmIdentifier, InsufficientDataHealthStatus)>,
    ) -> UpdateHealthCheckFluentBuilder {
        let mut request = route53
            .update_health_check()
            .health_check_id(id.as_str())
            .health_check_version(version)
            .inverted(config.inverted)
            .disabled(config.disabled);
        match &config.kind {
            CheckKind::Endpoint(endpoint) => {
                request = request
                    .failure_threshold(convert::signed(endpoint.failure_threshold))
                    .set_regions(convert::regions_to_sdk(endpoint));
                if endpoint.regions.is_empty() {
                    request = request.reset_elements(aws_sdk_route53::types::ResettableElementName::Regions);
                }
                if endpoint.protocol == CheckProtocol::Https {
                    request = request.enable_sni(endpoint.sni);
                }
            }
            CheckKind::Calculated { children, threshold } => {
                request = request
                    .health_threshold(convert::signed(*threshold))
                    .set_child_health_checks(Some(children.iter().map(ToString::to_string).collect()));
            }
            CheckKind::Alarm(_) | CheckKind::Other(_) => {}
        }
        // The same alarm again also makes Route 53 read its settings anew (Route 53 Developer Guide,
        // health-checks-updating-cloudwatch-alarm-settings).
        let (identifier, insufficient_data) = alarm.cloned().unzip();
        request.set_alarm_identifier(identifier).set_insufficient_data_health_status(insufficient_data)
    }

    /// Deletes a health check; one that is gone already counts as deleted.
    ///
    /// Route 53 does not refuse when records still use it (Route 53 API reference,
    /// `DeleteHealthCheck`): the caller must know that none does.
    pub async fn delete_health_check(&self, id: &HealthCheckId) -> Result<(), AccountError> {
        let delete = |route53: &Client| route53.delete_health_check().health_check_id(id.as_str()).send();
        match self.patiently(Call::DeleteHealthCheck, delete).await {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("NoSuchHealthCheck") => Ok(()),
            Err(error) => Err(AccountError::from_sdk(format!("delete the health check {id}"), error)),
        }
    }

    /// What each checker saw last, when it is the call's turn. Costs one of the account's `GetHealthCheckStatus` calls, of which
    /// there are 4 at once and 1 a second (Route 53 Developer Guide, throttling-api-requests). Not
    /// available for calculated checks.
    pub async fn checker_reports(&self, id: &HealthCheckId) -> Result<Vec<CheckerReport>, AccountError> {
        let read = |route53: &Client| route53.get_health_check_status().health_check_id(id.as_str()).send();
        let answer = self.patiently(Call::HealthCheckStatus, read).await;
        let answer = answer
            .map_err(|e| AccountError::from_sdk(format!("read the status of the health check {id}"), e))?;
        Ok(answer.health_check_observations().iter().filter_map(report).collect())
    }

    /// The same, unless its turn would come later than `patience` from now: then nothing. All who ask through
    /// this account share the turns.
    pub async fn checker_reports_within(
        &self,
        id: &HealthCheckId,
        patience: Duration,
    ) -> Result<Option<Vec<CheckerReport>>, AccountError> {
        let Some(route53) = self.route53_within(Call::HealthCheckStatus, patience).await else {
            return Ok(None);
        };
        let answer = route53.get_health_check_status().health_check_id(id.as_str()).send().await;
        let answer = answer
            .map_err(|e| AccountError::from_sdk(format!("read the status of the health check {id}"), e))?;
        Ok(Some(answer.health_check_observations().iter().filter_map(report).collect()))
    }
}

fn our_check(
    check: &aws_sdk_route53::types::HealthCheck,
    caller_reference: CallerReference,
) -> Result<HealthCheck, Box<dyn std::error::Error>> {
    let config = check.health_check_config().ok_or("it has no settings")?;
    Ok(HealthCheck {
        id: check.id().parse()?,
        caller_reference,
        version: check.health_check_version(),
        config: convert::check_config_from_sdk(config)?,
        tags: BTreeMap::new(),
    })
}

fn foreign_check(check: &aws_sdk_route53::types::HealthCheck) -> ForeignCheck {
    let told = check.health_check_config();
    let children = told.map(|config| config.child_health_checks().to_vec());
    let config = told.and_then(|config| convert::check_config_from_sdk(config).ok());
    // Settings that this tool cannot read cost at least as much as a basic check.
    let cost = config.as_ref().map_or(MonthlyCents::BASIC, MonthlyCents::of);
    ForeignCheck {
        id: check.id().to_owned(),
        children: children.unwrap_or_default(),
        config,
        monthly_cents: cost.0,
        kind: told.map(|config| config.r#type().to_string()).unwrap_or_default(),
        measures_latency: told.and_then(aws_sdk_route53::types::HealthCheckConfig::measure_latency)
            == Some(true),
    }
}

fn pair(tag: &Tag) -> Option<(String, String)> {
    Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned()))
}

/// A checker without a status has not looked yet.
fn report(observation: &HealthCheckObservation) -> Option<CheckerReport> {
    let report = observation.status_report()?;
    let status = report.status()?;
    let checked_at = report
        .checked_time()
        .and_then(|time| Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).unwrap_or(0)).ok());
    Some(CheckerReport {
        region: observation.region().and_then(|region| region.as_str().parse().ok()),
        ip_address: observation.ip_address().unwrap_or_default().to_owned(),
        // The text has no fixed form; only its first word is reliable.
        success: status.starts_with("Success"),
        status: status.to_owned(),
        checked_at,
    })
}
