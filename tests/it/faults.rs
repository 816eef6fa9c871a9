//! Each fault breaks what it says and nothing else, and its undo restores it, byte for byte; or, when somebody
//! else was there meanwhile, leaves his work alone.

use s3_failover::drill::{
    BucketPlace, FaultError, FaultKind, Notice, NoticeStep, Posted, Saboteur, TakenDown, Undo, Undone,
};
use s3_failover::model::Side;

use crate::support::{Action, Picture, Proxy, TestLab, held, quick, saboteur, saboteur_at};

fn kind(name: &str) -> FaultKind {
    name.parse().expect("every name is one of a kind")
}

/// Prepares and injects a fault of one step; what undoes it.
async fn broken(saboteur: &Saboteur, name: &str) -> Undo {
    let prepared = saboteur.prepare(&kind(name)).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(prepared.unproven, Vec::<String>::new(), "{name}");
    saboteur.inject(&prepared).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    let [step] = &prepared.steps[..] else { panic!("one step: {prepared:?}") };
    step.undo.clone()
}

/// As it would come out of a journal on another machine.
fn read_again(undo: &Undo) -> Undo {
    let text = serde_json::to_string(undo).expect("JSON");
    serde_json::from_str(&text).expect("what was written")
}

#[tokio::test]
async fn each_fault_breaks_what_it_says_and_its_undo_restores_it() {
    let lab = TestLab::applied(quick()).await;
    let saboteur = saboteur(&lab).await;
    let before = Picture::of(&lab, &saboteur).await;
    for (name, touched) in [
        ("invert", &["check primary"][..]),
        ("block-public", &["public access primary", "strangers primary"]),
        ("block-sentinel", &["policy primary", "strangers primary"]),
        ("switch", &["objects secondary"]),
        ("http-503", &["strangers primary"]),
    ] {
        let prepared = saboteur.prepare(&kind(name)).await.expect("it can be undone");
        let looked = Picture::of(&lab, &saboteur).await;
        assert_eq!(before.differs(&looked), Vec::<String>::new(), "preparing {name} changes nothing");
        // Signed requests are refused as well by a region that is down, and the picture needs them.
        if name == "http-503" {
            saboteur.inject(&prepared).await.expect("the lab knows it");
            assert_eq!(lab_fault(&lab).await, "http-503");
        } else {
            saboteur.inject(&prepared).await.unwrap_or_else(|error| panic!("{name}: {error}"));
            let now = Picture::of(&lab, &saboteur).await;
            assert_eq!(before.differs(&now), touched, "{name}");
            // Asked again, because the answer was lost.
            saboteur.inject(&prepared).await.unwrap_or_else(|error| panic!("{name} again: {error}"));
        }
        let undo = read_again(&prepared.steps[0].undo);
        assert_eq!(saboteur.undo(&undo).await.expect("it may be"), Undone::Mended, "{name}");
        let after = Picture::of(&lab, &saboteur).await;
        assert_eq!(before.differs(&after), Vec::<String>::new(), "{name} is undone");
        assert_eq!(saboteur.undo(&undo).await.expect("it may be"), Undone::Already, "{name}, twice");
    }
    let observe = saboteur.prepare(&FaultKind::Observe).await.expect("nothing to do");
    assert!(observe.steps.is_empty());
    lab.stop().await;
}

async fn lab_fault(lab: &TestLab) -> serde_json::Value {
    let status = s3_failover::lab::control::status(lab.lab.ready()).await.expect("the lab's controls");
    status["faults"]["us-east-1"].clone()
}

/// A bucket without any setting of its own, and without a policy, has none again.
#[tokio::test]
async fn what_was_not_there_is_not_there_again() {
    let lab = TestLab::applied(quick()).await;
    let saboteur = saboteur(&lab).await;
    let (s3, bucket) = (lab.s3("us-east-1"), saboteur.failover.sentinel(Side::Primary).to_string());
    s3.delete_public_access_block().bucket(&bucket).send().await.expect("it may be");
    s3.delete_bucket_policy().bucket(&bucket).send().await.expect("it may be");
    let before = Picture::of(&lab, &saboteur).await;
    for name in ["block-public", "block-sentinel"] {
        let prepared = saboteur.prepare(&kind(name)).await.expect("it can be undone");
        // That a policy may be deleted cannot be asked beforehand.
        assert_eq!(prepared.unproven.len(), usize::from(name == "block-sentinel"), "{prepared:?}");
        saboteur.inject(&prepared).await.expect("it is broken");
        assert_ne!(before, Picture::of(&lab, &saboteur).await, "{name}");
        let undone = saboteur.undo(&read_again(&prepared.steps[0].undo)).await;
        assert_eq!(undone.expect("it may be"), Undone::Mended);
        assert_eq!(before, Picture::of(&lab, &saboteur).await, "{name}");
    }
    lab.stop().await;
}

/// Whoever may not mend is told before anything is broken.
#[tokio::test]
async fn an_undo_that_is_not_permitted_is_found_before() {
    let lab = TestLab::applied(quick()).await;
    let direct = saboteur(&lab).await;
    let before = Picture::of(&lab, &direct).await;
    let denied = || Action::Fail(403, "AccessDenied", "User is not authorized");
    for (name, method, sign) in [
        ("invert", "POST", "UpdateHealthCheckRequest"),
        ("invert", "POST", "RemoveTagKeys"),
        ("block-public", "PUT", "<PublicAccessBlockConfiguration"),
        ("block-sentinel", "PUT", "{}"),
        ("switch", "DELETE", ""),
    ] {
        let rule = move |call: &crate::support::Call| {
            if call.method == method && call.body.contains(sign) { denied() } else { Action::Forward }
        };
        let proxies = [&lab.lab.ready().route53, &lab.lab.ready().s3_endpoint];
        let [route53, s3] = proxies.map(|url| Proxy::before(url, rule, str::to_owned));
        let (route53, s3) = (route53.await, s3.await);
        let refused = saboteur_at(&lab, route53.url(), s3.url()).await.prepare(&kind(name)).await;
        assert!(matches!(refused, Err(FaultError::NotPermitted { .. })), "{name}, {sign}: {refused:?}");
        assert_eq!(before, Picture::of(&lab, &direct).await, "{name}, {sign}");
    }
    lab.stop().await;
}

/// What cannot be broken is told with what could be.
#[tokio::test]
async fn what_is_no_fault_here_is_refused() {
    let lab = TestLab::applied(quick()).await;
    let mut saboteur = saboteur(&lab).await;
    let refused = async |saboteur: &Saboteur, name: &str| {
        saboteur.prepare(&kind(name)).await.expect_err("it is refused").to_string()
    };
    let told = refused(&saboteur, "http-418").await;
    assert!(
        told.contains("`http-418` is no fault") && told.contains("invert") && told.contains("refuse"),
        "{told}"
    );
    assert!(refused(&saboteur, "none").await.contains("is no fault"));
    saboteur.lab = None;
    assert!(refused(&saboteur, "http-503").await.contains("there is no lab"));
    saboteur.lab = Some("http://192.0.2.1:1".to_owned());
    assert!(refused(&saboteur, "http-503").await.contains("no address of a lab's controls"));
    saboteur.failover.switch = None;
    assert!(refused(&saboteur, "switch").await.contains("declares no switch"));
    saboteur.failover.secondary.bucket = saboteur.failover.primary.bucket.clone();
    assert!(refused(&saboteur, "block-public").await.contains("is the secondary's as well"));
    saboteur.failover.health_check.object = None;
    assert!(refused(&saboteur, "block-sentinel").await.contains("is not checked by an object"));
    saboteur.failover.name = "others.example.com".parse().expect("a name");
    assert!(refused(&saboteur, "invert").await.contains("has no health check"));
    lab.stop().await;
}

/// A check that a drill has inverted is not inverted again by another one, and is not mended for one that is over.
#[tokio::test]
async fn a_check_belongs_to_the_drill_that_marked_it() {
    let lab = TestLab::applied(quick()).await;
    let (ours, mut theirs) = (saboteur(&lab).await, saboteur(&lab).await);
    theirs.run = "20261122T020000Z-00000001".to_owned();
    let first = broken(&ours, "invert").await;
    let refused = theirs.prepare(&FaultKind::Invert).await.expect_err("somebody is at it");
    assert!(matches!(&refused, FaultError::Drilled { run, .. } if *run == ours.run), "{refused}");
    assert_eq!(ours.undo(&first).await.expect("it may be"), Undone::Mended);
    let second = broken(&theirs, "invert").await;
    let before = Picture::of(&lab, &ours).await;
    assert_eq!(ours.undo(&first).await.expect("nothing to do"), Undone::Already);
    assert_eq!(before, Picture::of(&lab, &ours).await, "the other drill goes on");
    let Undo::Inverted { check, .. } = &second else { panic!("{second:?}") };
    let drilled = ours.account.drilled(std::slice::from_ref(check)).await.expect("tags");
    assert_eq!(drilled.get(check), Some(&theirs.run));
    lab.route53().delete_health_check().health_check_id(check.as_str()).send().await.expect("it may be");
    assert_eq!(theirs.undo(&second).await.expect("nothing to do"), Undone::Gone);
    lab.stop().await;
}

/// What somebody else has changed since is his, and the rest is mended.
#[tokio::test]
async fn what_somebody_else_changed_meanwhile_is_left_to_him() {
    let lab = TestLab::applied(quick()).await;
    let saboteur = saboteur(&lab).await;
    let (s3, bucket) = (lab.s3("us-east-1"), saboteur.failover.sentinel(Side::Primary).to_string());

    let undo = broken(&saboteur, "block-public").await;
    let his = aws_sdk_s3::types::PublicAccessBlockConfiguration::builder().block_public_acls(true).build();
    let put = s3.put_public_access_block().bucket(&bucket).public_access_block_configuration(his.clone());
    put.send().await.expect("it may be");
    let told = saboteur.undo(&undo).await.expect_err("it is his").to_string();
    assert!(told.contains("it is BlockPublicAcls=true") && told.contains("before the drill"), "{told}");
    let now = s3.get_public_access_block().bucket(&bucket).send().await.expect("a setting");
    let now = now.public_access_block_configuration.expect("a setting");
    assert_eq!((now.block_public_acls, now.block_public_policy), (Some(true), Some(false)));

    let undo = broken(&saboteur, "block-sentinel").await;
    let policy = async || {
        let policy = s3.get_bucket_policy().bucket(&bucket).send().await.expect("a policy").policy;
        serde_json::from_str::<serde_json::Value>(&policy.expect("a text")).expect("JSON")
    };
    let mut changed = policy().await;
    let statements = changed["Statement"].as_array_mut().expect("a list");
    let ours = statements.len();
    statements.push(serde_json::json!({
        "Sid": "His", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
        "Resource": format!("arn:aws:s3:::{bucket}/his"),
    }));
    s3.put_bucket_policy().bucket(&bucket).policy(changed.to_string()).send().await.expect("it may be");
    assert_eq!(saboteur.undo(&undo).await.expect("it may be"), Undone::Mended);
    let left = policy().await;
    let sids: Vec<_> = left["Statement"].as_array().expect("a list").iter().map(|one| &one["Sid"]).collect();
    assert_eq!(sids.len(), ours, "{left}");
    assert_eq!(*sids[ours - 1], "His", "{left}");

    let undo = broken(&saboteur, "switch").await;
    let Undo::Object { at, key, .. } = &undo else { panic!("{undo:?}") };
    let (s3, body) =
        (lab.s3(at.region.as_str()), aws_sdk_s3::primitives::ByteStream::from_static(b"in earnest"));
    s3.put_object().bucket(at.bucket.as_str()).key(key).body(body).send().await.expect("it may be");
    assert!(matches!(saboteur.undo(&undo).await, Err(FaultError::Changed { .. })));
    s3.head_object().bucket(at.bucket.as_str()).key(key).send().await.expect("it is still thrown");
    assert!(matches!(saboteur.prepare(&FaultKind::Switch).await, Err(FaultError::Already(_))));

    let nowhere = BucketPlace { bucket: "nobodys-bucket-at-all".parse().expect("a name"), ..at.clone() };
    for undo in [
        Undo::PublicAccess { at: nowhere.clone(), before: None },
        Undo::Statement { at: nowhere.clone(), sid: "Ours".to_owned(), before: None },
        Undo::Object { at: nowhere.clone(), key: "key".to_owned(), holds: None },
    ] {
        assert_eq!(saboteur.undo(&undo).await.expect("nothing to do"), Undone::Gone, "{undo:?}");
    }
    lab.stop().await;
}

/// Of two drills anywhere, one is told who is at it.
#[tokio::test]
async fn one_notice_keeps_the_other_away() {
    let lab = TestLab::start(quick()).await;
    let saboteur = saboteur(&lab).await;
    let (buckets, at) = (&saboteur.buckets, Notice::place(&saboteur.failover));
    let name = &saboteur.failover.name;
    let mut ours = Notice {
        schema: Notice::schema(),
        run: saboteur.run.clone(),
        failover: name.clone(),
        fault: "invert".to_owned(),
        host: "alpha".to_owned(),
        process: 7,
        who: "ops".to_owned(),
        since: saboteur.clock.now(),
        until: saboteur.clock.now(),
        steps: Vec::new(),
    };
    let Posted::Ours(etag) = ours.post(buckets, &at).await.expect("it may be") else { panic!("ours") };
    assert!(matches!(ours.post(buckets, &at).await.expect("it may be"), Posted::Ours(_)), "once more");
    let theirs = Notice { run: "another".to_owned(), ..ours.clone() };
    let posted = theirs.post(buckets, &at).await.expect("it may be");
    assert_eq!(posted, Posted::Theirs(Box::new(ours.clone())));
    let undo = Undo::Object { at: at.clone(), key: "key".to_owned(), holds: None };
    ours.steps.push(NoticeStep { what: "something".to_owned(), undo, undone: false });
    ours.update(buckets, &at, &etag).await.expect("it is still ours");
    assert!(theirs.update(buckets, &at, &etag).await.is_err(), "an old version is nobody's");
    let (read, _) = Notice::read(buckets, &at, name).await.expect("it can be read").expect("it is there");
    assert_eq!(read, ours);
    let left = Notice::take_down(buckets, &at, name, "another").await.expect("it may be");
    assert_eq!(left, TakenDown::Theirs(Box::new(ours.clone())));
    assert_eq!(Notice::take_down(buckets, &at, name, &ours.run).await.expect("it may be"), TakenDown::Gone);
    assert_eq!(Notice::take_down(buckets, &at, name, &ours.run).await.expect("it may be"), TakenDown::Absent);
    lab.stop().await;
}

/// A check without our tags is nobody's to invert.
#[tokio::test]
async fn a_check_without_our_tags_is_left_alone() {
    let lab = TestLab::applied(quick()).await;
    let saboteur = saboteur(&lab).await;
    let client = lab.route53();
    let id = held(&client).await.check("primary").id().to_owned();
    let untag = client.change_tags_for_resource().resource_id(&id);
    let untag = untag.resource_type(aws_sdk_route53::types::TagResourceType::Healthcheck);
    untag.remove_tag_keys("s3-failover:role").send().await.expect("it may be");
    let before = held(&client).await;
    assert!(matches!(saboteur.prepare(&FaultKind::Invert).await, Err(FaultError::NoCheck(_))));
    assert_eq!(before, held(&client).await);
    lab.stop().await;
}
