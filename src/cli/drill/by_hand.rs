//! How a person undoes a step with the `aws` command, when this program cannot.

use crate::drill::{BucketPlace, Undo};

/// The command, ready to be pasted into a shell.
pub(super) fn command(undo: &Undo) -> String {
    match undo {
        Undo::Inverted { check, inverted, .. } => {
            let flag = if *inverted { "--inverted" } else { "--no-inverted" };
            format!("aws route53 update-health-check --health-check-id {check} {flag}")
        }
        Undo::PublicAccess { at, before: None } => {
            format!("aws s3api delete-public-access-block {}", place(at))
        }
        Undo::PublicAccess { at, before: Some(before) } => {
            let names = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];
            let settings: Vec<String> =
                names.iter().zip(before).map(|(name, on)| format!("{name}={on}")).collect();
            let settings = settings.join(",");
            format!(
                "aws s3api put-public-access-block {} --public-access-block-configuration {settings}",
                place(at)
            )
        }
        Undo::Statement { at, before: None, .. } => format!("aws s3api delete-bucket-policy {}", place(at)),
        Undo::Statement { at, before: Some(before), .. } => {
            let policy = before.replace('\'', r"'\''");
            format!("aws s3api put-bucket-policy {} --policy '{policy}'", place(at))
        }
        Undo::Object { at, key, .. } => format!("aws s3 rm {} --region {}", url(at, key), at.region),
        Undo::Prefix { at, prefix } => {
            format!("aws s3 rm {} --recursive --region {}", url(at, prefix), at.region)
        }
        Undo::LabFault { target, before, .. } => {
            format!("s3-failover lab fault {target} {before} --from READY_FILE")
        }
    }
}

/// The undo as a phrase.
pub(super) fn as_a_deed(undo: &Undo) -> String {
    match undo {
        Undo::Inverted { check, .. } => format!("changing the health check {check} back"),
        Undo::PublicAccess { at, .. } => format!("setting the public access block of {} back", at.bucket),
        Undo::Statement { at, .. } => format!("taking the statement out of the policy of {}", at.bucket),
        Undo::Object { at, key, .. } => format!("deleting {}", url(at, key)),
        Undo::Prefix { at, prefix } => format!("deleting everything below {}", url(at, prefix)),
        Undo::LabFault { target, .. } => format!("mending the lab's {target}"),
    }
}

fn place(at: &BucketPlace) -> String {
    format!("--bucket {} --region {}", at.bucket, at.region)
}

fn url(at: &BucketPlace, key: &str) -> String {
    format!("s3://{}/{key}", at.bucket)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> BucketPlace {
        BucketPlace {
            bucket: "my-bucket".parse().expect("a bucket"),
            region: "us-east-1".parse().expect("a region"),
            role: None,
        }
    }

    #[test]
    fn each_undo_has_its_command() {
        let check = "abc".parse().expect("an id");
        let inverted = Undo::Inverted { check, inverted: false, role: None, run: None };
        assert_eq!(command(&inverted), "aws route53 update-health-check --health-check-id abc --no-inverted");
        let blocked = Undo::PublicAccess { at: at(), before: Some([true, false, true, false]) };
        assert_eq!(
            command(&blocked),
            "aws s3api put-public-access-block --bucket my-bucket --region us-east-1 \
             --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=false,\
             BlockPublicPolicy=true,RestrictPublicBuckets=false"
        );
        let none = Undo::PublicAccess { at: at(), before: None };
        assert_eq!(
            command(&none),
            "aws s3api delete-public-access-block --bucket my-bucket --region us-east-1"
        );
        let policy = Some(r#"{"Sid":"it's"}"#.to_owned());
        let denied = Undo::Statement { at: at(), sid: "S".to_owned(), before: policy };
        assert_eq!(
            command(&denied),
            r#"aws s3api put-bucket-policy --bucket my-bucket --region us-east-1 --policy '{"Sid":"it'\''s"}'"#
        );
    }
}
