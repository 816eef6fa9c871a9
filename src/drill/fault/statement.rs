//! `block-sentinel`: strangers may not read the health object any more, by one statement of the bucket's policy.
//!
//! A stranger is who did not sign: "Anonymous requests do not include this key" (IAM User Guide,
//! `reference_policies_condition-keys`, `aws:PrincipalArn`). So checkers are denied, and nobody else is.
//!
//! A policy has no version: it is looked at just before each change, and what comes between is lost.

use serde_json::{Map, Value, json};

use super::{FaultError, Undone};
use crate::{
    account::{AccountError, Buckets, LONGEST_POLICY, Permission},
    drill::{BucketPlace, Undo},
    model::BucketName,
};

/// The version of the language in which a policy is written that did not exist (IAM User Guide,
/// `reference_policies_elements_version`).
const LANGUAGE: &str = "2012-10-17";

/// Keeps the policy that is there, and asks whether it may be put back.
pub(crate) async fn prepare(
    buckets: &Buckets,
    at: BucketPlace,
    key: &str,
    run: &str,
    unproven: &mut Vec<String>,
) -> Result<Undo, FaultError> {
    if key.contains(['*', '?', '$']) {
        return Err(FaultError::Wildcard(key.to_owned()));
    }
    let store = at.store();
    let (before, sid) = (buckets.policy(&store).await?, sid(run));
    let bytes = with(before.as_deref(), &statement(&at, key, &sid)).map_err(unread(&at.bucket))?.len();
    if bytes > LONGEST_POLICY {
        return Err(FaultError::PolicyTooLong { bucket: at.bucket, bytes });
    }
    match buckets.may_set_policy(&store).await {
        Ok(Permission::Proven) => {}
        Ok(Permission::Unknown) => {
            unproven.push(format!("that the policy of the bucket {} may be set back", at.bucket));
        }
        Err(source) if source.is_denial() => {
            let undo = format!("setting the policy of the bucket {} back", at.bucket);
            return Err(FaultError::NotPermitted { undo, source: Box::new(source) });
        }
        Err(error) => return Err(error.into()),
    }
    if before.is_none() {
        unproven.push(format!(
            "that the policy of the bucket {} may be deleted again (it has none; s3:DeleteBucketPolicy)",
            at.bucket
        ));
    }
    Ok(Undo::Statement { at, sid, before })
}

/// Adds the statement to the policy that is there now.
pub(crate) async fn inject(
    buckets: &Buckets,
    at: &BucketPlace,
    key: &str,
    sid: &str,
) -> Result<(), FaultError> {
    let store = at.store();
    let now = buckets.policy(&store).await?;
    if now.as_deref().map_or(Ok(false), |text| has(text, sid)).map_err(unread(&at.bucket))? {
        return Ok(());
    }
    let wanted = with(now.as_deref(), &statement(at, key, sid)).map_err(unread(&at.bucket))?;
    Ok(buckets.set_policy(&store, Some(&wanted)).await?)
}

/// Takes the statement out; whatever else there is stays. Where nothing else was changed, the very text comes back.
pub(crate) async fn mend(
    buckets: &Buckets,
    at: &BucketPlace,
    sid: &str,
    before: Option<&str>,
) -> Result<Undone, FaultError> {
    let store = at.store();
    let gone = |error: AccountError| {
        if error.has_code("NoSuchBucket") { Ok(Undone::Gone) } else { Err(error.into()) }
    };
    let now = match buckets.policy(&store).await {
        Ok(Some(now)) => now,
        Ok(None) => return Ok(Undone::Already),
        Err(error) => return gone(error),
    };
    if !has(&now, sid).map_err(unread(&at.bucket))? {
        return Ok(Undone::Already);
    }
    let wanted = without(&now, sid, before).map_err(unread(&at.bucket))?;
    match buckets.set_policy(&store, wanted.as_deref()).await {
        Ok(()) => Ok(Undone::Mended),
        Err(error) => gone(error),
    }
}

fn unread(bucket: &BucketName) -> impl FnOnce(String) -> FaultError {
    let bucket = bucket.clone();
    move |why| FaultError::Policy { bucket, why }
}

/// The name of a run's statement: letters and digits only (IAM User Guide, `reference_policies_elements_sid`).
pub(crate) fn sid(run: &str) -> String {
    let plain = run.chars().filter(char::is_ascii_alphanumeric);
    format!("S3FailoverDrill{}", plain.collect::<String>())
}

fn statement(at: &BucketPlace, key: &str, sid: &str) -> Value {
    json!({
        "Sid": sid,
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": format!("arn:{}:s3:::{}/{key}", at.region.partition(), at.bucket),
        "Condition": { "Null": { "aws:PrincipalArn": "true" } },
    })
}

fn parsed(policy: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(policy).map_err(|error| error.to_string())
}

/// The statements of a policy; one alone need not stand in a list.
fn statements(policy: &mut Map<String, Value>) -> Result<&mut Vec<Value>, String> {
    let place = policy.entry("Statement").or_insert_with(|| json!([]));
    if place.is_object() {
        *place = json!([place.take()]);
    }
    place.as_array_mut().ok_or_else(|| "its `Statement` is no list".to_owned())
}

fn is(statement: &Value, sid: &str) -> bool {
    statement.get("Sid").and_then(Value::as_str) == Some(sid)
}

fn has(policy: &str, sid: &str) -> Result<bool, String> {
    Ok(statements(&mut parsed(policy)?)?.iter().any(|statement| is(statement, sid)))
}

fn with(policy: Option<&str>, statement: &Value) -> Result<String, String> {
    let mut policy = match policy {
        Some(policy) => parsed(policy)?,
        None => Map::from_iter([("Version".to_owned(), json!(LANGUAGE))]),
    };
    statements(&mut policy)?.push(statement.clone());
    Ok(Value::Object(policy).to_string())
}

/// The policy without the statement: the text before the drill, when it says the same; none, when there was none and
/// nothing else is in it.
fn without(policy: &str, sid: &str, before: Option<&str>) -> Result<Option<String>, String> {
    let mut policy = parsed(policy)?;
    let rest = statements(&mut policy)?;
    rest.retain(|statement| !is(statement, sid));
    // S3 takes no policy without statements.
    if rest.is_empty() {
        return Ok(before.map(str::to_owned).filter(|text| nothing_in(text)));
    }
    let same = |text: &&str| {
        let mut before = parsed(text).unwrap_or_default();
        statements(&mut before).is_ok() && before == policy
    };
    Ok(Some(match before.filter(same) {
        Some(text) => text.to_owned(),
        None => Value::Object(policy).to_string(),
    }))
}

/// Whether the policy had no statements before either, as some stand-ins allow.
fn nothing_in(policy: &str) -> bool {
    parsed(policy).is_ok_and(|mut policy| statements(&mut policy).is_ok_and(|some| some.is_empty()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ours() -> Value {
        json!({ "Sid": "Ours", "Effect": "Deny" })
    }

    #[test]
    fn the_name_of_a_statement_has_letters_and_digits_only() {
        assert_eq!(sid("20261122T010000Z-0badcafe"), "S3FailoverDrill20261122T010000Z0badcafe");
    }

    #[test]
    fn exactly_the_one_statement_comes_and_goes() {
        let before = "{ \"Statement\": {\"Effect\":\"Allow\"},\n \"Version\": \"2008-10-17\" }";
        let broken = with(Some(before), &ours()).expect("a policy");
        assert!(has(&broken, "Ours").expect("a policy") && !has(before, "Ours").expect("a policy"));
        assert_eq!(without(&broken, "Ours", Some(before)), Ok(Some(before.to_owned())));
        let more = with(Some(&broken), &json!({ "Sid": "Theirs" })).expect("a policy");
        let left = without(&more, "Ours", Some(before)).expect("a policy").expect("one");
        let left: Value = serde_json::from_str(&left).expect("JSON");
        assert_eq!(left["Statement"], json!([{ "Effect": "Allow" }, { "Sid": "Theirs" }]));
        assert_eq!(left["Version"], "2008-10-17");
    }

    #[test]
    fn a_policy_that_was_not_there_goes_whole() {
        let broken = with(None, &ours()).expect("a policy");
        assert_eq!(without(&broken, "Ours", None), Ok(None));
        assert!(with(Some("[]"), &ours()).is_err());
        assert!(with(Some(r#"{"Statement":"x"}"#), &ours()).is_err());
    }

    proptest! {
        /// Whatever a policy says, and however it is written, its text comes back.
        #[test]
        fn the_very_text_comes_back(
            sids in prop::collection::vec("[A-Z][a-z]{0,5}[0-9]", 1..6),
            spaces in "[ \n\t]{0,4}",
        ) {
            let list: Vec<Value> = sids.iter().map(|sid| json!({ "Sid": sid, "Effect": "Allow" })).collect();
            let before = format!("{spaces}{{\"Statement\":{spaces}{},\"Id\":\"x\"}}{spaces}", json!(list));
            let broken = with(Some(&before), &ours()).expect("a policy");
            prop_assert_eq!(without(&broken, "Ours", Some(&before)), Ok(Some(before.clone())));
            let left = without(&broken, "Ours", None).expect("a policy").expect("statements");
            prop_assert_eq!(parsed(&left), parsed(&before));
        }
    }
}
