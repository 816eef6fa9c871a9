//! Uploads in parts and copies, through the AWS SDK with its own settings.

use aws_sdk_s3::{
    error::ProvideErrorMetadata as _,
    primitives::ByteStream,
    types::{
        ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart, MetadataDirective, ObjectAttributes,
    },
};

use super::*;

#[tokio::test(start_paused = true)]
async fn the_sdk_uploads_in_parts_and_copies_to_another_region() {
    let world = World::start().await;
    let client = world.client(&us());
    let create = client.create_multipart_upload().bucket("data-us").key("parts").content_type("text/parts");
    let upload = create.checksum_algorithm(ChecksumAlgorithm::Crc32C).send().await.expect("an upload");
    let id = upload.upload_id.expect("an id");
    let part = |number: i32| {
        let part = client.upload_part().bucket("data-us").key("parts").upload_id(&id).part_number(number);
        part.checksum_algorithm(ChecksumAlgorithm::Crc32C).body(ByteStream::from_static(b"one part"))
    };
    let one = part(3).send().await.expect("a part");
    let named = CompletedPart::builder()
        .part_number(3)
        .e_tag(one.e_tag.expect("an entity tag"))
        .checksum_crc32_c(one.checksum_crc32_c.expect("a checksum"))
        .build();
    let complete = |parts: Vec<CompletedPart>| {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let complete = client.complete_multipart_upload().bucket("data-us").key("parts").upload_id(&id);
        complete.multipart_upload(parts)
    };
    let taken = complete(vec![named.clone()]).if_match("\"0\"").send().await.expect_err("no such object");
    assert_eq!(taken.code(), Some("NoSuchKey"));
    let done = complete(vec![named.clone()]).if_none_match("*").send().await.expect("an object");
    assert!(done.e_tag.expect("an entity tag").ends_with("-1\""));
    assert!(done.checksum_crc32_c.expect("a checksum").ends_with("-1"));
    let again = complete(vec![named]).send().await.expect_err("it is complete");
    assert_eq!(again.code(), Some("NoSuchUpload"));

    let (there, source) = (world.client(&eu()), "data-us/parts");
    let copy = || there.copy_object().bucket("data-eu").key("copy").copy_source(source);
    copy().send().await.expect("a copy");
    let copied = there.head_object().bucket("data-eu").key("copy").send().await.expect("the copy");
    assert_eq!(copied.content_type.as_deref(), Some("text/parts"));
    assert!(!copied.e_tag.expect("an entity tag").contains('-'), "a copy is made at once");
    copy()
        .metadata_directive(MetadataDirective::Replace)
        .content_type("text/other")
        .send()
        .await
        .expect("a copy");
    let attributes = there.get_object_attributes().bucket("data-eu").key("copy");
    let attributes = attributes.object_attributes(ObjectAttributes::ObjectSize).send().await;
    assert_eq!(attributes.expect("attributes").object_size, Some(8));
    world.fault(&us(), Fault::Timeout);
    let broken = copy().send().await.expect_err("the source's region is down");
    assert_eq!(broken.code(), Some("ServiceUnavailable"));
}
