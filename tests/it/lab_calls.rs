//! The log of what the lab's APIs were asked for: by everybody who signed, and counted.

use s3_failover::lab::{Accounts, CallCount, Options};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    kinds::alarm_is,
    support::{Ran, TestLab, held, quick},
};

async fn calls(lab: &TestLab, arguments: &[&str]) -> Ran {
    let ran = lab.program().run(&[&["lab", "calls", "--from", "ready.json"], arguments].concat()).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    ran
}

#[tokio::test]
async fn calls_are_written_down_and_counted() {
    let lab = TestLab::start(quick()).await;
    let zone = held(&lab.route53()).await.zone;
    let forgotten = calls(&lab, &["--forget"]).await;
    assert_eq!(forgotten.stdout, "");
    let none = calls(&lab, &[]).await.json();
    assert_eq!(none, json!({"schema": "s3-failover/lab-calls/v1", "counts": {}, "calls": []}));

    let planned = lab.program().run(&["plan", "--output", "json"]).await;
    assert_eq!(planned.code, Some(0), "{planned}");
    let document = calls(&lab, &[]).await.json();
    let once = json!({"calls": 1, "refused": 0});
    let expected = json!({
        "route53:ListHealthChecks": once,
        "route53:ListHostedZonesByName": once,
        "route53:ListResourceRecordSets": once,
    });
    assert_eq!(document["counts"], expected, "{document:#}");
    let listing = &document["calls"][1];
    let told =
        ["number", "service", "operation", "resources", "access_key", "status"].map(|key| &listing[key]);
    let zone = json!([format!("hostedzone/{zone}")]);
    let (operation, key) = (json!("ListResourceRecordSets"), json!("LAB-ACCESS-KEY"));
    assert_eq!(told, [&json!(2), &json!("route53"), &operation, &zone, &key, &json!(200)], "{document:#}");
    lab.stop().await;
}

/// What is refused is told, too; what nobody signed is not an account's call.
#[tokio::test]
async fn refused_calls_are_told_and_strangers_are_not() {
    let lab = TestLab::start(quick()).await;
    lab.lab.forget_calls();
    let missing = lab.route53().get_hosted_zone().id("Z-LAB-NONE").send().await;
    assert!(missing.is_err());
    let s3 = lab.s3("us-east-1");
    s3.get_object()
        .bucket("my-app-data-us-east-1")
        .key("failover/health.txt")
        .send()
        .await
        .expect("it is there");
    let counts = lab.lab.call_counts();
    assert_eq!(counts["route53:GetHostedZone"], CallCount { calls: 1, refused: 1 });
    assert_eq!(counts["s3:GetObject"], CallCount { calls: 1, refused: 0 });
    let calls = lab.lab.calls();
    assert_eq!((calls[0].status, &calls[0].resources[0][..]), (Some(404), "hostedzone/Z-LAB-NONE"));
    assert_eq!(
        (calls[1].status, &calls[1].resources[0][..]),
        (None, "my-app-data-us-east-1/failover/health.txt")
    );

    // A checker's request, or a pointer client's.
    let url = &lab.lab.ready().s3_endpoint;
    let address = url.trim_start_matches("http://").to_owned();
    let path = "/my-app-data-us-east-1/failover/health.txt";
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    let mut stream = TcpStream::connect(&address).await.expect("the lab listens");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("answered");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(lab.lab.calls().len(), 2, "{:?}", lab.lab.calls());
    let document: Value = serde_json::to_value(&calls[1]).expect("a document");
    assert_eq!(document.get("changes"), None);
    lab.stop().await;
}

/// A role is told by the call that assumes it and by the calls of its session, an alarm by its whole name.
#[tokio::test]
async fn roles_and_alarms_are_told() {
    let lab = TestLab::start(Options { accounts: Accounts::several(), ..quick() }).await;
    lab.lab.forget_calls();
    let planned = lab.program().run(&["plan"]).await;
    assert_eq!(planned.code, Some(0), "{planned}");
    let listed = lab.lab.calls();
    let [assumed, next, ..] = &listed[..] else { panic!("{listed:?}") };
    let told = (&*assumed.service, &*assumed.operation, &assumed.resources[..], assumed.status);
    let role = "arn:aws:iam::000000000000:role/dns".to_owned();
    assert_eq!(told, ("sts", "AssumeRole", &[role][..], Some(200)));
    assert_eq!(assumed.principal.as_deref(), Some("arn:aws:iam::000000000009:user/visitor"));
    let session = "arn:aws:sts::000000000000:assumed-role/dns/s3-failover";
    assert_eq!((&*next.service, next.principal.as_deref()), ("route53", Some(session)));
    assert!(next.access_key.as_deref().is_some_and(|key| key.starts_with("LAB_SESSION_")), "{next:?}");

    lab.lab.forget_calls();
    alarm_is(&lab, "eu-west-1", "errors", "OK").await;
    for call in lab.lab.calls() {
        let alarm = "arn:aws:cloudwatch:eu-west-1:000000000000:alarm:errors";
        assert_eq!((&*call.service, &call.resources[..]), ("cloudwatch", &[alarm.to_owned()][..]));
    }
    assert_eq!(lab.lab.call_counts()["cloudwatch:PutMetricAlarm"], CallCount { calls: 1, refused: 0 });
    lab.stop().await;
}
