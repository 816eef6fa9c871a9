//! Is it said which role to assume?

use super::Judged;
use crate::spec::{
    draft::{Draft, DraftFailover, DraftRole, DraftSide},
    finding::{Finding, Rule, Severity::Error},
};

pub(super) const RULES: &[Judged] = &[(&EXTERNAL_ID_WITHOUT_ROLE, external_id_without_role)];

const EXTERNAL_ID_WITHOUT_ROLE: Rule = Rule {
    id: "external-id-without-role",
    severity: Error,
    reason: "An external id is shown when a role is assumed. Without a role the requests are made with the \
             credentials at hand, and nobody asks for it.",
    source: "STS API reference, `AssumeRole`, `ExternalId`",
};

fn external_id_without_role(draft: &Draft) -> Vec<Finding> {
    let finding = |role: &DraftRole| {
        let external_id = role.external_id.given().filter(|_| role.arn.is_absent())?;
        let entry = draft.format.entry("role_arn", "\"arn:aws:iam::111122223333:role/dns\"");
        let message = "an external id is given here, and no role to assume";
        Some(
            EXTERNAL_ID_WITHOUT_ROLE
                .at(external_id.span, message)
                .help(format!("Name the role beside it, `{entry}`, or delete `external_id`.")),
        )
    };
    let sides = draft.failovers.iter().flat_map(DraftFailover::sides).map(|side: &DraftSide| &side.role);
    std::iter::once(&draft.role).chain(sides).filter_map(finding).collect()
}
