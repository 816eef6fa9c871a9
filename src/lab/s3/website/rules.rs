//! Where is a request sent instead? Routing rules, as pure functions.
//!
//! S3 User Guide, `how-to-page-redirect`: the first rule whose condition holds counts. A condition asks
//! for a prefix of the key, for the status of the error, or for both; a rule without one always holds.
//! What the redirect does not say stays as it was asked; the code is 301 when it says none.

use hyper::StatusCode;
use s3s::dto;

use crate::lab::encoding::percent_encoded;

/// A website's routing rules, for requests to one host.
pub(super) struct Rules<'a> {
    rules: &'a [dto::RoutingRule],
    host: &'a str,
}

impl<'a> Rules<'a> {
    pub(super) fn new(rules: &'a [dto::RoutingRule], host: &'a str) -> Self {
        Self { rules, host }
    }

    /// Where to, before the object is looked for.
    pub(super) fn before(&self, key: &str) -> Option<(StatusCode, String)> {
        self.first(key, None)
    }

    /// Where to, once there is an error.
    pub(super) fn after(&self, key: &str, status: StatusCode) -> Option<(StatusCode, String)> {
        self.first(key, Some(status))
    }

    fn first(&self, key: &str, status: Option<StatusCode>) -> Option<(StatusCode, String)> {
        let rule = self.rules.iter().find(|rule| {
            let condition = rule.condition.as_ref();
            let error = condition.and_then(|condition| condition.http_error_code_returned_equals.as_deref());
            let fits = match (error, status) {
                (None, None) => true,
                (Some(code), Some(status)) => code == status.as_str(),
                _ => false,
            };
            fits && key.starts_with(prefix(rule))
        })?;
        Some((code(&rule.redirect), self.location(rule, key)))
    }

    fn location(&self, rule: &dto::RoutingRule, key: &str) -> String {
        let to = &rule.redirect;
        let protocol = to.protocol.as_ref().map_or("http", dto::Protocol::as_str);
        let host = to.host_name.as_deref().unwrap_or(self.host);
        let key = match (&to.replace_key_with, &to.replace_key_prefix_with) {
            (Some(whole), _) => whole.clone(),
            (None, Some(start)) => format!("{start}{}", &key[prefix(rule).len()..]),
            (None, None) => key.to_owned(),
        };
        format!("{protocol}://{host}/{}", percent_encoded(&key))
    }
}

fn prefix(rule: &dto::RoutingRule) -> &str {
    let condition = rule.condition.as_ref();
    condition.and_then(|condition| condition.key_prefix_equals.as_deref()).unwrap_or_default()
}

fn code(redirect: &dto::Redirect) -> StatusCode {
    let code = redirect.http_redirect_code.as_deref().and_then(|code| code.parse().ok());
    code.unwrap_or(StatusCode::MOVED_PERMANENTLY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(prefix: Option<&str>, error: Option<&str>, redirect: dto::Redirect) -> dto::RoutingRule {
        let condition = (prefix.is_some() || error.is_some()).then(|| dto::Condition {
            http_error_code_returned_equals: error.map(str::to_owned),
            key_prefix_equals: prefix.map(str::to_owned),
        });
        dto::RoutingRule { condition, redirect }
    }

    #[test]
    fn the_first_rule_that_fits_says_where() {
        let to = |change: fn(&mut dto::Redirect)| {
            let mut redirect = dto::Redirect::default();
            change(&mut redirect);
            redirect
        };
        let rules = [
            rule(Some("docs/"), None, to(|to| to.replace_key_prefix_with = Some("documents/".into()))),
            rule(Some("old"), Some("404"), to(|to| to.replace_key_with = Some("gone page".into()))),
            rule(
                None,
                Some("403"),
                to(|to| {
                    to.host_name = Some("other.example.com".into());
                    to.protocol = Some(dto::Protocol::from_static("https"));
                    to.http_redirect_code = Some("307".into());
                }),
            ),
        ];
        let rules = Rules::new(&rules, "site.example.com:80");
        let found =
            |found: Option<(StatusCode, String)>| found.map(|(code, to)| format!("{} {to}", code.as_u16()));
        for (key, status, expected) in [
            ("docs/a", None, Some("301 http://site.example.com:80/documents/a")),
            ("other", None, None),
            ("old/a", None, None),
            ("old/a", Some(404), Some("301 http://site.example.com:80/gone%20page")),
            ("new/a", Some(404), None),
            ("new/a", Some(403), Some("307 https://other.example.com/new/a")),
        ] {
            let status = status.map(|code| StatusCode::from_u16(code).expect("a status"));
            let result = match status {
                None => rules.before(key),
                Some(status) => rules.after(key, status),
            };
            assert_eq!(found(result).as_deref(), expected, "{key} {status:?}");
        }
    }
}
