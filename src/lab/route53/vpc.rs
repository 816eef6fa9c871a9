//! Which VPCs see a private zone?
//!
//! A private zone has one VPC at least, from its making on; what a VPC may see twice is no name. The lab
//! has no VPCs of its own: every id that could be one is taken, all of them belong to the lab's account,
//! and nothing in the lab asks a private zone (its name servers are the public ones).

use super::{
    errors::{ApiError, Code},
    types::Vpc,
    zones::{ChangeInfo, Moment, Zones},
};
use crate::model::Region;

/// Lets a VPC see a zone.
pub(crate) fn associate(
    zones: &mut Zones,
    id: &str,
    vpc: Vpc,
    comment: Option<String>,
    now: Moment,
) -> Result<ChangeInfo, ApiError> {
    let hosted = zones.get(id)?;
    if !hosted.is_private() {
        let message = "Associating a VPC with a public hosted zone is not supported.";
        return Err(ApiError::new(Code::PublicZoneVPCAssociation, message));
    }
    let name = hosted.zone.name.clone();
    let (present, most) = (hosted.vpcs.len(), zones.quotas().vpcs);
    zones.free_of(&name, &vpc)?;
    if present >= most {
        let message = format!("The hosted zone {id} has {most} VPCs, as many as it may have.");
        return Err(ApiError::new(Code::LimitsExceeded, message));
    }
    let vpcs = &mut zones.get_mut(id)?.vpcs;
    vpcs.push(vpc);
    vpcs.sort();
    Ok(zones.note(comment, now))
}

/// Takes a VPC's sight of a zone away.
pub(crate) fn disassociate(
    zones: &mut Zones,
    id: &str,
    vpc: &Vpc,
    comment: Option<String>,
    now: Moment,
) -> Result<ChangeInfo, ApiError> {
    let vpcs = &mut zones.get_mut(id)?.vpcs;
    if !vpcs.contains(vpc) {
        let message = format!("The VPC {} and hosted zone {id} are not currently associated.", vpc.id);
        return Err(ApiError::new(Code::VPCAssociationNotFound, message));
    }
    if vpcs.len() == 1 {
        let message = format!(
            "The VPC {} is the last VPC that is associated with the hosted zone {id} and cannot be disassociated.",
            vpc.id
        );
        return Err(ApiError::new(Code::LastVPCAssociation, message));
    }
    vpcs.retain(|other| other != vpc);
    Ok(zones.note(comment, now))
}

/// A VPC by the texts of its region and its id: `vpc-` and 8 or 17 digits in hexadecimal (EC2 User
/// Guide, `resource-ids`).
pub(crate) fn named(region: &str, id: &str) -> Result<Vpc, ApiError> {
    let digits = id.strip_prefix("vpc-").unwrap_or_default();
    let plausible = [8, 17].contains(&digits.len())
        && digits.bytes().all(|digit| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit));
    if !plausible || region.parse::<Region>().is_err() {
        let message = format!("The VPC: {id} in region {region} that you provided is not a valid VPC.");
        return Err(ApiError::new(Code::InvalidVPCId, message));
    }
    Ok(Vpc { region: region.to_owned(), id: id.to_owned() })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{
        super::{quotas::Quotas, zones::NewZone},
        *,
    };

    fn vpc(number: u32) -> Vpc {
        named("us-east-1", &format!("vpc-{number:08x}")).expect("a VPC")
    }

    #[test]
    fn a_private_zone_has_one_vpc_at_least_and_a_vpc_each_name_once() {
        let now = Moment { elapsed: Duration::ZERO, date: jiff::Timestamp::UNIX_EPOCH };
        let mut zones = Zones::new(Duration::from_secs(20), Quotas { vpcs: 2, ..Quotas::default() });
        let name = "example.com".parse().expect("a name");
        let mut make = |reference: &str, vpc: Option<Vpc>| {
            let new = NewZone { name: &name, reference, comment: None, vpc };
            zones.create(new, now).map(|(id, _)| id)
        };
        let public = make("public", None).expect("a zone");
        let first = make("first", Some(vpc(1))).expect("a zone");
        let second = make("second", Some(vpc(2))).expect("another, for another VPC");
        let taken = make("third", Some(vpc(2))).expect_err("the VPC has such a zone");
        assert_eq!(taken.code, Code::ConflictingDomainExists);

        let mut join = |id: &str, vpc| associate(&mut zones, id, vpc, None, now).map_err(|e| e.code).err();
        assert_eq!(join(&public, vpc(3)), Some(Code::PublicZoneVPCAssociation));
        assert_eq!(join(&first, vpc(2)), Some(Code::ConflictingDomainExists));
        assert_eq!(join(&first, vpc(3)), None);
        assert_eq!(join(&first, vpc(4)), Some(Code::LimitsExceeded));
        let mut part =
            |id: &str, vpc| disassociate(&mut zones, id, &vpc, None, now).map_err(|e| e.code).err();
        assert_eq!(part(&first, vpc(9)), Some(Code::VPCAssociationNotFound));
        assert_eq!(part(&first, vpc(1)), None);
        assert_eq!(part(&first, vpc(3)), Some(Code::LastVPCAssociation));
        assert_eq!(part(&second, vpc(2)), Some(Code::LastVPCAssociation));
    }

    #[test]
    fn an_id_is_told_from_a_text() {
        assert!(named("eu-west-1", "vpc-0123456789abcdef0").is_ok());
        for (region, id) in
            [("eu-west-1", "vpc-1"), ("eu-west-1", "vpc-0123456G"), ("eu west", "vpc-01234567")]
        {
            assert_eq!(named(region, id).expect_err("no VPC").code, Code::InvalidVPCId, "{region} {id}");
        }
    }
}
