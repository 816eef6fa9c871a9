//! A drill as JUnit XML: a suite, and a case for each promise.
//!
//! A good drill has no failed case and any other one has at least one, so that a pipeline is as red as the exit
//! code. A remark is a case that was *skipped*, with its text: `report::junit` says why.

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::{
    DrillDocument,
    promises::{Kept, Promise, promises},
    words,
};

pub(super) fn junit(document: &DrillDocument) -> String {
    let mut report = Report::new("s3-failover drill");
    let name = format!("drill of {}", document.name);
    let mut suite = TestSuite::new(name.as_str());
    let figure = |value: Option<f64>| value.map_or_else(|| "none".to_owned(), |value| value.to_string());
    let properties = [
        ("id", document.id.clone()),
        ("began", document.began.clone()),
        ("fault", document.fault.clone()),
        ("strategy", document.strategy.clone()),
        ("basis", document.basis.clone()),
        ("recovery_seconds", figure(document.recovery_seconds)),
        ("failback_seconds", figure(document.failback_seconds)),
        ("target_seconds", figure(document.target_seconds)),
        ("outcome", document.outcome.clone()),
        ("verdict", words::sentence(document)),
    ];
    suite.add_properties(properties.map(|(name, value)| Property::new(name, value)));
    suite.add_test_cases(promises(document).iter().map(|promise| case(&name, promise)));
    report.add_test_suite(suite);
    report.to_string().expect("it is written into memory, which takes everything")
}

fn case(suite: &str, promise: &Promise) -> TestCase {
    let status = match promise.kept {
        Kept::Yes => TestCaseStatus::success(),
        Kept::Remark => TestCaseStatus::skipped(),
        Kept::No => TestCaseStatus::non_success(NonSuccessKind::Failure),
    };
    let mut case = TestCase::new(promise.id.as_str(), status);
    case.set_classname(suite);
    if promise.kept == Kept::Yes {
        case.set_system_out(&promise.text);
    } else {
        let kind = if promise.kept == Kept::No { "broken" } else { "remark" };
        case.status.set_type(kind).set_message(&promise.text).set_description(&promise.text);
    }
    case
}
