//! Does what Route 53 says that it would answer agree with what its name servers answer?

use super::{
    super::Answered,
    evidence::Evidence,
    finding::{Finding, Severity, finding},
    health::Route53Says,
};

const TEST: &str = "Route 53 TestDNSAnswer, against the name servers";

pub(super) fn findings(evidence: &Evidence) -> Option<Finding> {
    let (ok, detail, advice) = match &evidence.route53 {
        Route53Says::NotAsked => return None,
        Route53Says::Private => (
            true,
            "Route 53 says what it would answer for public zones only, and this one is private".to_owned(),
            "",
        ),
        Route53Says::Failed(why) => (
            false,
            format!("Route 53 would not say what it would answer: {why}"),
            "allow `route53:TestDNSAnswer`: `s3-failover export --format iam --for verify` writes the policy",
        ),
        Route53Says::Answers(answered, server) => {
            let others = evidence.servers.iter().filter_map(|server| {
                let seen = &server.result.as_ref().ok()?.answered;
                (seen != answered).then(|| format!("{} answers {}", server.vantage, told(seen)))
            });
            let others: Vec<String> = others.collect();
            let says = format!("Route 53 says that {server} answers {}", told(answered));
            let detail = if others.is_empty() {
                format!("{says}, and so do the name servers")
            } else {
                format!("{says}, but {}", others.join(", "))
            };
            (
                others.is_empty(),
                detail,
                "look again in a minute, since a change may be on its way; if it stays so, the servers that were asked \
                 are not those of the zone: compare its NS records with the delegation",
            )
        }
    };
    Some(finding("route53.agree", Severity::Warning, ok, detail, TEST).advise(advice))
}

fn told(answered: &Answered) -> String {
    match answered {
        Answered::Side(side) => format!("the {side}"),
        Answered::Nothing(said) => said.clone(),
        Answered::Other(said) => format!("{said}, which is neither side"),
    }
}
