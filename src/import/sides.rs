//! The two sides of a spec: which bucket, in which region, and how the name reaches it.

use super::{
    Note, Refusal,
    endpoint::{Endpoint, Form},
    guard::{Guard, bucket_of},
    records::LeadsTo,
};
use crate::{
    model::{BucketName, Fqdn, HostedZoneId, RecordSet, Region, Side, digest},
    spec::{SideSpec, Target, WEBSITES},
};

/// A side in the making.
pub(super) struct Facts<'a> {
    pub(super) name: &'a Fqdn,
    pub(super) zone: &'a HostedZoneId,
    pub(super) side: Side,
    pub(super) set: &'a RecordSet,
    pub(super) leads_to: &'a LeadsTo,
    pub(super) guard: &'a Guard<'a>,
    /// Where the switch lies, which is the secondary's bucket.
    pub(super) switch: Option<Endpoint>,
    /// The region of the other side, when it is known.
    pub(super) other_region: Option<&'a Region>,
}

/// The side, and what had to be guessed.
pub(super) fn side(facts: &Facts<'_>) -> Result<(SideSpec, Vec<Note>), Refusal> {
    match facts.leads_to {
        LeadsTo::Bucket { endpoint, host, .. } => pointer(facts, endpoint, host),
        LeadsTo::Website(website) => {
            let refused = || Refusal::WebsiteName { record: facts.set.key() };
            let bucket = facts.name.as_str().parse().map_err(|_| refused())?;
            let region = website.region.parse().expect("the table of website endpoints holds regions");
            Ok((made(facts, bucket, region, Target::Website), Vec::new()))
        }
        LeadsTo::Alias { dns_name, hosted_zone_id } => Ok(alias(facts, dns_name, hosted_zone_id)),
    }
}

/// The region that is certain without guessing, so that the other side's guess can be another.
pub(super) fn known_region(leads_to: &LeadsTo) -> Option<Region> {
    match leads_to {
        LeadsTo::Bucket { endpoint, .. } => endpoint.region.clone(),
        LeadsTo::Website(website) => website.region.parse().ok(),
        LeadsTo::Alias { dns_name, .. } => named_region(dns_name),
    }
}

fn pointer(facts: &Facts<'_>, endpoint: &Endpoint, host: &Fqdn) -> Result<(SideSpec, Vec<Note>), Refusal> {
    let side = facts.side;
    let Endpoint { bucket, region, form } = endpoint;
    let mut notes = Vec::new();
    let checked = bucket_of(facts.guard.endpoint.as_ref()).filter(|checked| checked.bucket == *bucket);
    let region = match (region, checked.and_then(|checked| checked.region), form) {
        (Some(region), _, _) => region.clone(),
        (None, Some(region), _) => {
            let message = format!("{host} does not say the region; its health check asks in {region}.");
            notes.push(Note::new("region-guessed", format!("{side}.region"), message));
            region
        }
        // "the legacy global endpoint … defaults to us-east-1" (S3 endpoint rules; S3 User Guide, `VirtualHosting`).
        (None, None, Form::Global) => {
            let message = format!(
                "Guessed: {host} does not say the region. S3 sends such requests to us-east-1 first; see where \
                 the bucket is (`aws s3api head-bucket --bucket {bucket}`)."
            );
            notes.push(Note::new("region-guessed", format!("{side}.region"), message));
            "us-east-1".parse().expect("is a region")
        }
        (None, None, _) => {
            return Err(Refusal::RegionUnknown { record: facts.set.key(), host: host.to_string() });
        }
    };
    let regional = bucket.rest_endpoint(&region);
    if *form != Form::Regional || *host != regional {
        let website = if *form == Form::Website {
            " That speaks for the REST API: it serves no index page, and it speaks HTTPS."
        } else {
            ""
        };
        let message = format!(
            "Answered today is {host}, {} of the bucket. `apply`'s pointer leads to {regional}.{website}",
            form.name()
        );
        notes.push(Note::new("endpoint-form", format!("{side}.bucket"), message));
    }
    Ok((made(facts, bucket.clone(), region, Target::Pointer), notes))
}

fn alias(facts: &Facts<'_>, dns_name: &Fqdn, hosted_zone_id: &HostedZoneId) -> (SideSpec, Vec<Note>) {
    let side = facts.side;
    let mut notes = Vec::new();
    let target = Target::Alias { dns_name: dns_name.clone(), hosted_zone_id: hosted_zone_id.clone() };
    let checked = bucket_of(facts.guard.endpoint.as_ref());
    let switch = facts.switch.clone().filter(|_| side == Side::Secondary);
    let region = [&checked, &switch].into_iter().flatten().find_map(|place| place.region.clone());
    if checked.is_some() {
        let message = format!(
            "This is the bucket that the health check asks. If it is the one behind {dns_name}, write it as \
             `bucket` and leave this line out: the check then asks {dns_name}."
        );
        notes.push(Note::new("sentinel-guessed", format!("{side}.sentinel_bucket"), message));
    }
    // A switch lies in the secondary's bucket, where there is no other for it.
    let bucket = switch.map(|switch| switch.bucket).filter(|_| checked.is_none());
    let bucket = bucket.unwrap_or_else(|| {
        let message = format!(
            "Not known: Route 53 does not say which bucket lies behind {dns_name}. Write its name here. `plan` and \
             `apply` work without it; whatever asks the bucket itself does not."
        );
        notes.push(Note::new("bucket-unknown", format!("{side}.bucket"), message));
        nobodys_bucket(facts)
    });
    let region = region.or_else(|| named_region(dns_name)).unwrap_or_else(|| {
        let message = "Not known, as the bucket is not. Write the bucket's region here.".to_owned();
        notes.push(Note::new("region-unknown", format!("{side}.region"), message));
        let taken = facts.other_region.map_or("", Region::as_str);
        let free = if taken == "us-east-1" { "eu-west-1" } else { "us-east-1" };
        free.parse().expect("is a region")
    });
    (made(facts, bucket, region, target), notes)
}

/// The side with what counts for it, and with the bucket apart in its region that is looked into.
fn made(facts: &Facts<'_>, bucket: BucketName, region: Region, target: Target) -> SideSpec {
    let looked_into = bucket_of(facts.guard.endpoint.as_ref()).or_else(|| {
        let switch = facts.switch.clone().filter(|_| facts.side == Side::Secondary)?;
        // Behind an alias it is the bucket itself that the switch lies in.
        (facts.guard.endpoint.is_none() && target_is_known(&target)).then_some(switch)
    });
    let apart = looked_into.filter(|place| place.bucket != bucket && place.region.as_ref() == Some(&region));
    SideSpec {
        bucket,
        region,
        target,
        role: None,
        sentinel_bucket: apart.map(|place| place.bucket),
        alarm: facts.guard.alarm.clone(),
        calculated: facts.guard.calculated.clone(),
    }
}

fn target_is_known(target: &Target) -> bool {
    matches!(target, Target::Pointer | Target::Website)
}

/// The region that a host name of AWS holds (`NAME.eu-west-1.elb.amazonaws.com`).
fn named_region(dns_name: &Fqdn) -> Option<Region> {
    let known = |label: &&str| WEBSITES.iter().any(|website| website.region == *label);
    dns_name.labels().find(known)?.parse().ok()
}

/// A bucket's name that nobody has and nobody will think of, but always the same for the same place: whoever
/// registered a name that can be foreseen would be sent what is meant for the bucket.
fn nobodys_bucket(facts: &Facts<'_>) -> BucketName {
    let place = digest(format!("{} {} {}", facts.zone, facts.name, facts.side).as_bytes());
    format!("not-known-{}", &place[..32]).parse().expect("letters, digits and hyphens, not too many")
}
