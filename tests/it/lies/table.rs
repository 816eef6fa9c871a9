//! The lies, and what is to be found of each.

use std::pin::Pin;

use super::tell::{Pair, Told, World};

/// A lie, told about a failover of its own.
#[derive(Clone, Copy)]
pub(super) struct Lie {
    /// Also the first label of the failover's name.
    pub(super) name: &'static str,
    /// What its part of the spec says otherwise than the others.
    pub(super) told: Told,
    /// How it is told.
    pub(super) tell: Tell,
    /// What is found before, because the spec itself asks for it.
    pub(super) by_the_spec: &'static [&'static str],
    /// All that is found.
    pub(super) found: &'static [&'static str],
}

type Tell = for<'a> fn(&'a World, &'a Pair) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

const fn lie(name: &'static str, tell: Tell, found: &'static [&'static str]) -> Lie {
    Lie { name, told: Told::Nothing, tell, by_the_spec: &[], found }
}

const fn spec(
    name: &'static str,
    told: Told,
    tell: Tell,
    by_the_spec: &'static [&'static str],
    found: &'static [&'static str],
) -> Lie {
    Lie { name, told, tell, by_the_spec, found }
}

const SILENT: Tell = |_, _| Box::pin(async {});
const SECONDARY: usize = 1;

const HONEST: Lie = lie("honest", SILENT, &[]);

/// What the buckets hold.
pub(super) const CONTENT: &[Lie] = &[
    HONEST,
    lie("edited", |w, p| Box::pin(w.write(p, SECONDARY, "ok, but older\n")), &["sentinel.equal"]),
    lie(
        "wordless",
        |w, p| Box::pin(w.write_both(p, "up\n")),
        &["data.contains", "secondary.healthy", "standby.contains"],
    ),
    lie(
        "secondary-wordless",
        |w, p| Box::pin(w.write(p, SECONDARY, "up\n")),
        &["secondary.healthy", "sentinel.equal", "standby.contains"],
    ),
    // The secondary is answered, and there is no way back.
    lie("primary-wordless", |w, p| Box::pin(w.write(p, 0, "up\n")), &["sentinel.equal", "standby.contains"]),
    lie(
        "objectless",
        |w, p| Box::pin(w.remove_object(p, SECONDARY)),
        &["secondary.healthy", "standby.reachable"],
    ),
    lie("hidden", |w, p| Box::pin(w.hide(p, SECONDARY)), &["secondary.healthy", "standby.reachable"]),
];

/// Whose the buckets are, and where.
pub(super) const OWNERS: &[Lie] = &[
    HONEST,
    lie(
        "bucketless",
        |w, p| Box::pin(w.remove_bucket(p, SECONDARY)),
        &["secondary.healthy", "standby.owner", "standby.reachable"],
    ),
    lie("primaryless", |w, p| Box::pin(w.remove_bucket(p, 0)), &["standby.owner", "standby.reachable"]),
    lie("taken", |w, p| Box::pin(w.take_over(p, SECONDARY)), &["standby.owner"]),
    lie("primary-taken", |w, p| Box::pin(w.take_over(p, 0)), &["data.owner"]),
    lie(
        "moved",
        |w, p| Box::pin(w.move_bucket(p, SECONDARY)),
        &["secondary.healthy", "standby.reachable", "standby.region"],
    ),
    spec(
        "redirected",
        Told::NoText,
        |w, p| Box::pin(w.move_bucket(p, SECONDARY)),
        &[],
        &["check.meaningful", "standby.reachable", "standby.region"],
    ),
    spec(
        "primary-redirected",
        Told::NoText,
        |w, p| Box::pin(w.move_bucket(p, 0)),
        &[],
        &[
            "check.meaningful",
            "client.keep_alive",
            "client.pinned",
            "client.pointer",
            "data.reachable",
            "data.region",
        ],
    ),
    lie("namesake", |w, p| Box::pin(w.make_namesake(p)), &["client.https"]),
];

/// Where the records lead.
pub(super) const RECORDS: &[Lie] = &[
    HONEST,
    lie(
        "misled",
        |w, p| Box::pin(w.lead_to(p, SECONDARY, "nobodys-bucket.s3.eu-west-1.amazonaws.com")),
        &["check.endpoint", "standby.owner"],
    ),
    lie(
        "primary-misled",
        |w, p| Box::pin(w.lead_to(p, 0, "nobodys-bucket.s3.us-east-1.amazonaws.com")),
        &[
            "authoritative.expected",
            "check.endpoint",
            "client.keep_alive",
            "client.pinned",
            "client.pointer",
            "data.owner",
        ],
    ),
    lie("one-sided", |w, p| Box::pin(w.point_at_the_primary(p)), &["check.endpoint"]),
    lie("long-lived", |w, p| Box::pin(w.longer_ttl(p)), &["authoritative.ttl"]),
    lie("secondaryless", |w, p| Box::pin(w.remove_secondary_record(p)), &["records.present"]),
    lie("unguarded", |w, p| Box::pin(w.unguard_primary(p)), &["primary.checked"]),
];

/// What the checks look at.
pub(super) const CHECKS: &[Lie] = &[
    HONEST,
    lie("crossed", |w, p| Box::pin(w.cross(p)), &["check.endpoint"]),
    lie("own-name", |w, p| Box::pin(w.look_at_own_name(p)), &["check.endpoint", "secondary.healthy"]),
    lie("other-path", |w, p| Box::pin(w.look_at_path(p)), &["check.endpoint", "secondary.healthy"]),
    lie("loose-text", |w, p| Box::pin(w.look_for_code(p)), &["check.meaningful"]),
    lie("switched-off", |w, p| Box::pin(w.switch_check_off(p)), &["checks.enabled"]),
    lie("inverted", |w, p| Box::pin(w.invert_check(p)), &["checks.inverted", "secondary.healthy"]),
    lie("checkless", |w, p| Box::pin(w.delete_check(p)), &["checks.present"]),
    spec("threshold-0", Told::Switch, |w, p| Box::pin(w.count_nothing(p)), &[], &["check.meaningful"]),
    spec("tcp", Told::Tcp, SILENT, &["check.meaningful"], &["check.meaningful"]),
    spec("too-slow", Told::Target, SILENT, &["target.attainable"], &["target.attainable"]),
];
