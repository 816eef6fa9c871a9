//! How would a person undo a step, without this tool? The exact commands, for a shell.

use super::{Undo, fault::public_access::shorthand};
use crate::model::TAG_DRILL;

impl Undo {
    /// The commands, one a line. They act as whoever runs them: where a role is needed, that is said first.
    pub fn by_hand(&self) -> String {
        let commands = self.commands();
        match self.role() {
            Some(arn) => format!("# as {arn}\n{commands}"),
            None => commands,
        }
    }

    fn role(&self) -> Option<String> {
        let role = match self {
            Self::Inverted { role, .. } => role,
            Self::PublicAccess { at, .. }
            | Self::Statement { at, .. }
            | Self::Object { at, .. }
            | Self::Prefix { at, .. } => &at.role,
            Self::LabFault { .. } => &None,
        };
        role.as_ref().map(|role| role.arn.to_string())
    }

    fn commands(&self) -> String {
        match self {
            Self::Inverted { check, inverted, .. } => {
                let (check, not) = (quoted(check.as_str()), if *inverted { "" } else { "no-" });
                format!(
                    "aws route53 update-health-check --health-check-id {check} --{not}inverted\n\
                     aws route53 change-tags-for-resource --resource-type healthcheck --resource-id {check} \
                     --remove-tag-keys {TAG_DRILL}"
                )
            }
            Self::PublicAccess { at, before } => {
                let place = format!("--bucket {} --region {}", at.bucket, at.region);
                match before {
                    None => format!("aws s3api delete-public-access-block {place}"),
                    Some(before) => format!(
                        "aws s3api put-public-access-block {place} --public-access-block-configuration {}",
                        shorthand(*before)
                    ),
                }
            }
            Self::Statement { at, sid, before } => {
                let place = format!("--bucket {} --region {}", at.bucket, at.region);
                let rest = format!(
                    "aws s3api get-bucket-policy {place} --query Policy --output text | \
                     jq -c 'del(.Statement[] | select(.Sid == \"{sid}\"))' > policy.json\n\
                     aws s3api put-bucket-policy {place} --policy file://policy.json"
                );
                match before {
                    Some(_) => rest,
                    None => format!(
                        "# if the statement {sid} is the only one:\naws s3api delete-bucket-policy {place}\n\
                         # else:\n{rest}"
                    ),
                }
            }
            Self::Object { at, key, .. } => format!(
                "aws s3api delete-object --bucket {} --region {} --key {}",
                at.bucket,
                at.region,
                quoted(key)
            ),
            Self::Prefix { at, prefix } => format!(
                "aws s3 rm --recursive {} --region {}",
                quoted(&format!("s3://{}/{prefix}", at.bucket)),
                at.region
            ),
            Self::LabFault { admin, target, before, .. } => format!(
                "curl -X PUT {}/faults/{target} -d '{{\"kind\":\"{before}\"}}'",
                admin.trim_end_matches('/')
            ),
        }
    }
}

/// One word of a POSIX shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn undo(text: &str) -> Undo {
        serde_json::from_str(text).expect("an undo")
    }

    #[test]
    fn each_undo_has_its_commands() {
        let at = r#""at":{"bucket":"my-bucket","region":"us-east-1"}"#;
        let role = r#""role":{"role_arn":"arn:aws:iam::111122223333:role/dns"}"#;
        let all = [
            r#"{"undo":"inverted","check":"abc","inverted":false}"#.to_owned(),
            format!(r#"{{"undo":"inverted","check":"abc","inverted":true,{role}}}"#),
            format!(r#"{{"undo":"public-access",{at},"before":null}}"#),
            format!(r#"{{"undo":"public-access",{at},"before":[true,false,true,false]}}"#),
            format!(r#"{{"undo":"statement",{at},"sid":"Ours","before":"{{}}"}}"#),
            format!(r#"{{"undo":"statement",{at},"sid":"Ours"}}"#),
            format!(r#"{{"undo":"object",{at},"key":"it's here"}}"#),
            format!(r#"{{"undo":"prefix",{at},"prefix":"beat/"}}"#),
            r#"{"undo":"lab-fault","admin":"http://127.0.0.1:1","target":"us-east-1","before":"none"}"#
                .to_owned(),
        ];
        let all: Vec<String> = all.iter().map(|text| undo(text).by_hand()).collect();
        insta::assert_snapshot!(all.join("\n\n"), @r#"
        aws route53 update-health-check --health-check-id abc --no-inverted
        aws route53 change-tags-for-resource --resource-type healthcheck --resource-id abc --remove-tag-keys s3-failover:drill

        # as arn:aws:iam::111122223333:role/dns
        aws route53 update-health-check --health-check-id abc --inverted
        aws route53 change-tags-for-resource --resource-type healthcheck --resource-id abc --remove-tag-keys s3-failover:drill

        aws s3api delete-public-access-block --bucket my-bucket --region us-east-1

        aws s3api put-public-access-block --bucket my-bucket --region us-east-1 --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=false,BlockPublicPolicy=true,RestrictPublicBuckets=false

        aws s3api get-bucket-policy --bucket my-bucket --region us-east-1 --query Policy --output text | jq -c 'del(.Statement[] | select(.Sid == "Ours"))' > policy.json
        aws s3api put-bucket-policy --bucket my-bucket --region us-east-1 --policy file://policy.json

        # if the statement Ours is the only one:
        aws s3api delete-bucket-policy --bucket my-bucket --region us-east-1
        # else:
        aws s3api get-bucket-policy --bucket my-bucket --region us-east-1 --query Policy --output text | jq -c 'del(.Statement[] | select(.Sid == "Ours"))' > policy.json
        aws s3api put-bucket-policy --bucket my-bucket --region us-east-1 --policy file://policy.json

        aws s3api delete-object --bucket my-bucket --region us-east-1 --key 'it'\''s here'

        aws s3 rm --recursive s3://my-bucket/beat/ --region us-east-1

        curl -X PUT http://127.0.0.1:1/faults/us-east-1 -d '{"kind":"none"}'
        "#);
    }
}
