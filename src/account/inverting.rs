//! One health check is turned over by a drill, and back.
//!
//! Only `Inverted` is sent: "if you don't specify a value, Route 53 doesn't change the value of the setting" holds for
//! all settings of `UpdateHealthCheck` (Route 53 API reference), and the version says that nobody else changed
//! the check meanwhile.

use std::collections::BTreeMap;

use aws_sdk_route53::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::update_health_check::{UpdateHealthCheckError, UpdateHealthCheckOutput},
    types::TagResourceType,
};

use super::{
    Account, AccountError, Conditional,
    dry::{self, Permission},
    pace::Call,
};
use crate::model::{HealthCheck, HealthCheckId, TAG_DRILL, drilled_by};

/// Most resources of one `ListTagsForResources` call (Route 53 model, `TagResourceIdList`).
const TAGGED: usize = 10;

impl Account {
    /// A health check of ours with its tags, if it is there. By the calls that every plan makes, so that no policy has
    /// to allow others.
    pub async fn own_check(&self, id: &HealthCheckId) -> Result<Option<HealthCheck>, AccountError> {
        let (mut ours, _) = self.health_checks().await?;
        ours.retain(|check| check.id == *id);
        self.read_tags(ours.iter_mut().collect()).await?;
        Ok(ours.pop())
    }

    /// Every health check of ours with its tags, however many calls that takes.
    pub async fn own_checks(&self) -> Result<Vec<HealthCheck>, AccountError> {
        let (mut ours, _) = self.health_checks().await?;
        self.read_tags(ours.iter_mut().collect()).await?;
        Ok(ours)
    }

    /// Which of these health checks a drill has changed, each with the drill's run. One call for ten.
    pub async fn drilled(
        &self,
        checks: &[HealthCheckId],
    ) -> Result<BTreeMap<HealthCheckId, String>, AccountError> {
        let what = "read the tags of the health checks";
        let mut found = BTreeMap::new();
        for some in checks.chunks(TAGGED) {
            let request = self.route53(Call::Other).await.list_tags_for_resources();
            let request = request.resource_type(TagResourceType::Healthcheck);
            let ids = some.iter().map(ToString::to_string).collect();
            let answer = request.set_resource_ids(Some(ids)).send().await;
            let answer = answer.map_err(|error| AccountError::from_sdk(what, error))?;
            for set in answer.resource_tag_sets() {
                let tags = set.tags().iter().filter_map(|tag| {
                    Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned()))
                });
                let tags: BTreeMap<String, String> = tags.collect();
                let id = set.resource_id().and_then(|id| id.parse().ok());
                if let (Some(id), Some(run)) = (id, drilled_by(&tags)) {
                    found.insert(id, run.to_owned());
                }
            }
        }
        Ok(found)
    }

    /// Sets `Inverted`, if the check is still at this version.
    pub async fn set_inverted(
        &self,
        id: &HealthCheckId,
        version: i64,
        inverted: bool,
    ) -> Result<Conditional<()>, AccountError> {
        match self.send_inverted(id, version, inverted).await {
            Ok(_) => Ok(Conditional::Done(())),
            Err(error) if error.code() == Some("HealthCheckVersionMismatch") => Ok(Conditional::Changed),
            Err(error) => {
                Err(AccountError::from_sdk(format!("set Inverted of the health check {id}"), error))
            }
        }
    }

    /// Whether `Inverted` of this check may be set, asked with a version that it does not have. "If the value of
    /// `HealthCheckVersion` in the health check is greater, […] Route 53 does not update the health check" (Route 53
    /// API reference, `UpdateHealthCheck`): so the one before. A check that was never changed has none before, as
    /// versions begin with 1; then the next is sent, of which the reference says nothing, with the setting that
    /// the check has. Were it taken, nothing but the version would change.
    pub async fn may_set_inverted(&self, check: &HealthCheck) -> Result<Permission, AccountError> {
        let version = if check.version > 1 { check.version - 1 } else { check.version + 1 };
        let answer = self.send_inverted(&check.id, version, check.config.inverted).await;
        dry::judged(&format!("set Inverted of the health check {} (asked beforehand)", check.id), answer)
    }

    async fn send_inverted(
        &self,
        id: &HealthCheckId,
        version: i64,
        inverted: bool,
    ) -> Result<UpdateHealthCheckOutput, SdkError<UpdateHealthCheckError>> {
        let update = |route53: &Client| {
            let request = route53.update_health_check().health_check_id(id.as_str());
            request.health_check_version(version).inverted(inverted).send()
        };
        self.patiently(Call::Other, update).await
    }

    /// Says by a tag that a drill has changed a check.
    pub async fn mark_drilled(&self, id: &HealthCheckId, run: &str) -> Result<(), AccountError> {
        let tags = BTreeMap::from([(TAG_DRILL.to_owned(), run.to_owned())]);
        self.tag_health_check(id, &tags).await
    }

    /// Takes that tag away again; one that is not there is away.
    pub async fn unmark_drilled(&self, id: &HealthCheckId) -> Result<(), AccountError> {
        let change = |route53: &Client| {
            let request = route53.change_tags_for_resource().resource_type(TagResourceType::Healthcheck);
            request.resource_id(id.as_str()).remove_tag_keys(TAG_DRILL).send()
        };
        let answer = self.patiently(Call::Other, change).await;
        answer.map(drop).map_err(|e| AccountError::from_sdk(format!("untag the health check {id}"), e))
    }
}
