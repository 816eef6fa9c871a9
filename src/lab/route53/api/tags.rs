//! Tags of health checks and hosted zones.

use std::collections::BTreeMap;

use super::super::{
    errors::ApiError,
    operation::Resource,
    store::{State, Store},
    wire::{records::expect_root, xml::Writer},
};
use super::Request;

/// Most tags of one resource, and most that one request adds or removes (Route 53 model, `TagList`).
const MOST_TAGS: usize = 10;
/// Longest key (Route 53 model, `TagKey`).
const LONGEST_KEY: usize = 128;
/// Longest value (Route 53 model, `TagValue`).
const LONGEST_VALUE: usize = 256;

pub(super) fn list(store: &Store, resource: &Resource) -> Result<String, ApiError> {
    let mut state = store.state();
    let tags = tags_of(&mut state, resource)?;
    Ok(Writer::document("ListTagsForResourceResponse", |out| write(out, resource, tags)))
}

pub(super) fn list_many(store: &Store, kind: &str, request: &Request<'_>) -> Result<String, ApiError> {
    let root = request.xml()?;
    expect_root(&root, "ListTagsForResourcesRequest")?;
    let list = root.child("ResourceIds").ok_or_else(|| root.incomplete("ResourceIds"))?;
    list.at_most("ResourceId", MOST_TAGS)?;
    let ids = root.texts("ResourceIds", "ResourceId").unwrap_or_default();
    if ids.is_empty() {
        return Err(list.incomplete("ResourceId"));
    }
    let mut state = store.state();
    let mut sets = Vec::new();
    for id in ids {
        let id = id.strip_prefix("/hostedzone/").unwrap_or(&id).to_owned();
        let resource = Resource { kind: kind.to_owned(), id };
        let tags = tags_of(&mut state, &resource)?.clone();
        sets.push((resource, tags));
    }
    Ok(Writer::document("ListTagsForResourcesResponse", |out| {
        out.element("ResourceTagSets", |out| {
            for (resource, tags) in &sets {
                write(out, resource, tags);
            }
        });
    }))
}

pub(super) fn change(store: &Store, resource: &Resource, request: &Request<'_>) -> Result<String, ApiError> {
    let root = request.xml()?;
    expect_root(&root, "ChangeTagsForResourceRequest")?;
    for (list, item) in [("AddTags", "Tag"), ("RemoveTagKeys", "Key")] {
        root.child(list).map_or(Ok(()), |list| list.at_most(item, MOST_TAGS))?;
    }
    let removed = root.texts("RemoveTagKeys", "Key").unwrap_or_default();
    let mut added = Vec::new();
    for tag in root.child("AddTags").map_or(&[][..], |list| &list.children) {
        let (key, value) = (tag.required("Key")?, tag.text_of("Value").unwrap_or_default());
        if key.is_empty() || key.chars().count() > LONGEST_KEY || value.chars().count() > LONGEST_VALUE {
            let message = format!(
                "A tag has a key of 1 to {LONGEST_KEY} and a value of at most {LONGEST_VALUE} characters."
            );
            return Err(ApiError::input(message));
        }
        added.push((key.to_owned(), value.to_owned()));
    }
    if added.is_empty() && removed.is_empty() {
        return Err(ApiError::input("There are no tags to add or to remove."));
    }
    let mut state = store.state();
    let tags = tags_of(&mut state, resource)?;
    let mut changed = tags.clone();
    changed.retain(|key, _| !removed.contains(key));
    changed.extend(added);
    if changed.len() > MOST_TAGS {
        return Err(ApiError::input(format!("A resource has at most {MOST_TAGS} tags.")));
    }
    *tags = changed;
    Ok(Writer::document("ChangeTagsForResourceResponse", |_| {}))
}

fn tags_of<'a>(
    state: &'a mut State,
    resource: &Resource,
) -> Result<&'a mut BTreeMap<String, String>, ApiError> {
    match resource.kind.as_str() {
        "healthcheck" => Ok(&mut state.checks.get_mut(&resource.id)?.tags),
        "hostedzone" => Ok(&mut state.zones.get_mut(&resource.id)?.tags),
        other => Err(ApiError::input(format!("Invalid resource type: {other}"))),
    }
}

fn write(out: &mut Writer, resource: &Resource, tags: &BTreeMap<String, String>) {
    out.element("ResourceTagSet", |out| {
        out.leaf("ResourceType", &resource.kind);
        out.leaf("ResourceId", &resource.id);
        out.element("Tags", |out| {
            for (key, value) in tags {
                out.element("Tag", |out| {
                    out.leaf("Key", key);
                    out.leaf("Value", value);
                });
            }
        });
    });
}
