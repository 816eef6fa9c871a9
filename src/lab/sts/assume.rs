//! May this caller be this role, and for how long?
//!
//! In this order:
//! 1. Every parameter is as the model has it; all that is wrong is said at once. What the lab does not apply
//!    is refused, since a session that ignores its policy would be allowed more than on AWS.
//! 2. The role must be there, trust the caller's account, and hear its external id. Each of these is refused
//!    in the same words, so that nobody can find out which roles there are.
//! 3. The session may be no longer than the role allows, and no longer than an hour when the caller is a
//!    session itself (IAM User Guide, `id_roles`, "Role chaining").

use std::time::Duration;

use super::{
    errors::ApiError,
    form::{Element, Form},
};
use crate::lab::principals::{Keyring, Principal, Role, Wanted};

/// Parameters that the lab does not apply.
const NOT_APPLIED: [&str; 8] = [
    "Policy",
    "PolicyArns",
    "Tags",
    "TransitiveTagKeys",
    "SerialNumber",
    "TokenCode",
    "SourceIdentity",
    "ProvidedContexts",
];

/// "By default, the value is set to 3600 seconds" (STS API reference, `AssumeRole`).
const USUAL: Duration = Duration::from_hours(1);

/// Answers `AssumeRole`.
pub(super) fn assume(keys: &Keyring, caller: &Principal, form: &Form) -> Result<Vec<Element>, ApiError> {
    let (arn, name, seconds) = read(form)?;
    let denied = || {
        let message =
            format!("User: {} is not authorized to perform: sts:AssumeRole on resource: {arn}", caller.arn);
        ApiError::forbidden("AccessDenied", message)
    };
    let found = keys.role(arn).ok_or_else(denied)?;
    let Role { external_id, trusts, longest_session, .. } = found.1;
    let knows = external_id.as_deref().is_none_or(|wanted| form.get("ExternalId") == Some(wanted));
    if !trusts.contains(&caller.account) || !knows {
        return Err(denied());
    }
    let lasting = match seconds.map(Duration::from_secs) {
        Some(wanted) if wanted > *longest_session => {
            let message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
            return Err(ApiError::invalid(message));
        }
        Some(wanted) if caller.is_session && wanted > USUAL => {
            return Err(ApiError::invalid(
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
            ));
        }
        wanted => wanted.unwrap_or(USUAL).min(*longest_session),
    };
    let session = keys.begin(found, Wanted { name, lasting });
    let principal = &session.key.principal;
    let user = vec![
        Element::Leaf("AssumedRoleId", principal.user_id.clone()),
        Element::Leaf("Arn", principal.arn.clone()),
    ];
    // A second that has begun is no whole one.
    let expires = session.expires.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let credentials = vec![
        Element::Leaf("AccessKeyId", session.key.id.clone()),
        Element::Leaf("SecretAccessKey", session.key.secret.clone()),
        Element::Leaf("SessionToken", session.token.clone()),
        Element::Leaf("Expiration", expires),
    ];
    Ok(vec![Element::Node("AssumedRoleUser", user), Element::Node("Credentials", credentials)])
}

/// The role, the session's name and its length, when all is as the model has it (STS model, version
/// 2011-06-15; the words are those of AWS's check of shapes).
fn read(form: &Form) -> Result<(&str, &str, Option<u64>), ApiError> {
    if let Some(name) = NOT_APPLIED.iter().find(|name| form.has(name)) {
        return Err(ApiError::invalid(format!("The lab has no sessions with {name}.")));
    }
    let mut wrong = Vec::new();
    let mut text = |name: &str, member: &str, bounds: (usize, usize), others: &str| {
        let Some(value) = form.get(name) else { return };
        let mut said = |constraint: String| {
            wrong.push(format!(
                "Value '{value}' at '{member}' failed to satisfy constraint: Member must {constraint}"
            ));
        };
        let length = value.chars().count();
        if length < bounds.0 {
            said(format!("have length greater than or equal to {}", bounds.0));
        }
        if length > bounds.1 {
            said(format!("have length less than or equal to {}", bounds.1));
        }
        if !others.is_empty()
            && !value.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || others.contains(c))
        {
            let escaped = others.replace('/', "\\/");
            said(format!("satisfy regular expression pattern: [\\w{escaped}]*"));
        }
    };
    text("RoleArn", "roleArn", (20, 2_048), "");
    text("RoleSessionName", "roleSessionName", (2, 64), "+=,.@-");
    text("ExternalId", "externalId", (2, 1_224), "+=,.@:/-");
    for (name, member) in [("RoleArn", "roleArn"), ("RoleSessionName", "roleSessionName")] {
        if form.get(name).is_none() {
            wrong.push(format!("Value at '{member}' failed to satisfy constraint: Member must not be null"));
        }
    }
    let seconds = form.get("DurationSeconds").map(|text| text.parse::<u64>().unwrap_or(0));
    if let Some(seconds) = seconds.filter(|seconds| !(900..=43_200).contains(seconds)) {
        let (than, bound) = if seconds < 900 { ("greater", 900) } else { ("less", 43_200) };
        wrong.push(format!(
            "Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value {than} \
             than or equal to {bound}"
        ));
    }
    match (form.get("RoleArn"), form.get("RoleSessionName"), &wrong[..]) {
        (Some(arn), Some(_), []) if !is_role(arn) => Err(ApiError::invalid(format!("{arn} is invalid"))),
        (Some(arn), Some(name), []) => Ok((arn, name, seconds)),
        (.., wrong) => {
            let errors = if wrong.len() == 1 { "error" } else { "errors" };
            Err(ApiError::invalid(format!(
                "{} validation {errors} detected: {}",
                wrong.len(),
                wrong.join("; ")
            )))
        }
    }
}

/// Whether a text is a role's ARN, `arn:aws:iam::ACCOUNT:role/NAME`.
fn is_role(text: &str) -> bool {
    match text.splitn(6, ':').collect::<Vec<_>>()[..] {
        ["arn", partition, "iam", "", account, name] => {
            partition.starts_with("aws")
                && account.len() == 12
                && account.bytes().all(|byte| byte.is_ascii_digit())
                && name.strip_prefix("role/").is_some_and(|name| !name.is_empty())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        clock::Clock,
        lab::{AccountId, credentials::ACCESS_KEY_ID},
    };

    fn keys() -> Keyring {
        let trusting = Role::new(AccountId::PRIMARY, "open", &[AccountId::LAB]);
        let asking = Role::new(AccountId::PRIMARY, "asking", &[AccountId::LAB]).with_external_id("word");
        let foreign = Role::new(AccountId::PRIMARY, "foreign", &[AccountId::VISITOR]);
        Keyring::new(Clock::system(), vec![trusting, asking, foreign])
    }

    fn ask(keys: &Keyring, parameters: &[(&str, String)]) -> Result<Vec<Element>, ApiError> {
        let mut form = form_urlencoded::Serializer::new("Action=AssumeRole".to_owned());
        let form = form.extend_pairs(parameters).finish();
        let caller = keys.key(ACCESS_KEY_ID).expect("every lab knows it").principal;
        assume(keys, &caller, &Form::read(form.as_bytes()).expect("it has an action"))
    }

    proptest! {
        /// Whatever is asked, a session is of a role that is there and trusts the caller, who knows its word.
        #[test]
        fn only_who_is_trusted_gets_a_session(
            role in prop_oneof!["open|asking|foreign|none", "[a-z/ü ]{0,8}"],
            name in prop_oneof![Just("me".to_owned()), ".{0,70}"],
            id in proptest::option::of(prop_oneof![Just("word".to_owned()), ".{0,4}"]),
            seconds in proptest::option::of(0_u32..50_000),
        ) {
            let keys = keys();
            let arn = format!("arn:aws:iam::000000000001:role/{role}");
            let mut parameters = vec![("RoleArn", arn), ("RoleSessionName", name.clone())];
            parameters.extend(id.clone().map(|id| ("ExternalId", id)));
            parameters.extend(seconds.map(|seconds| ("DurationSeconds", seconds.to_string())));
            let good_name = (2..=64).contains(&name.chars().count())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c));
            let good_id = id.as_ref().is_none_or(|id| {
                id.len() >= 2 && id.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c))
            });
            let trusted = role == "open" || (role == "asking" && id.as_deref() == Some("word"));
            let length = seconds.is_none_or(|seconds| (900..=3_600).contains(&seconds));
            let wanted = trusted && good_name && good_id && length;
            prop_assert_eq!(ask(&keys, &parameters).is_ok(), wanted);
        }
    }
}
