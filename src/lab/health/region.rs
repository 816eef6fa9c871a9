//! Who looks: two checkers in each of eight regions.

use crate::model::CHECKER_REGIONS;

/// Checkers in one region. Sixteen redundant availability zones over 8 regions make two (Route 53
/// Developer Guide, monitoring-health-check-latency).
const IN_ONE_REGION: u8 = 2;

/// One checker.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Checker {
    /// From 1 to 16 in the order of the regions.
    number: u8,
    region: &'static str,
}

impl Checker {
    /// The checkers of some regions, or all when none is named. Regions that have no checkers are
    /// passed over: the API has refused them already.
    pub(crate) fn of(regions: &[String]) -> Vec<Self> {
        let all = (1..).step_by(usize::from(IN_ONE_REGION)).zip(CHECKER_REGIONS);
        let wanted = all.filter(|(_, region)| regions.is_empty() || regions.iter().any(|r| r == region));
        wanted
            .flat_map(|(first, region)| {
                (first..first + IN_ONE_REGION).map(move |number| Self { number, region })
            })
            .collect()
    }

    /// The region that it stands in.
    pub(crate) fn region(&self) -> &'static str {
        self.region
    }

    /// The address by which reports name it: of the block for documentation (RFC 5737), so that
    /// nobody takes it for one of AWS's.
    pub(crate) fn ip_address(&self) -> String {
        format!("198.51.100.{}", self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_checkers_look_from_each_region() {
        let all = Checker::of(&[]);
        assert_eq!(all.len(), 16);
        assert_eq!((all[15].region(), all[15].ip_address().as_str()), ("sa-east-1", "198.51.100.16"));
        let some = Checker::of(&["eu-west-1".to_owned(), "us-east-1".to_owned()]);
        let some: Vec<_> = some.iter().map(Checker::region).collect();
        assert_eq!(some, ["us-east-1", "us-east-1", "eu-west-1", "eu-west-1"]);
    }
}
