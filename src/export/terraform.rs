//! The spec as one file for Terraform and OpenTofu.

use serde::Serialize;

use super::{
    align::align,
    buckets::{BucketView, PlaceView, RoleView, TwoPlaces, buckets},
    stack::{Stack, role_of},
    template::{Language, render},
};
use crate::spec::Spec;

const DNS: &str = include_str!("../../templates/terraform-dns.tf.j2");
const BUCKETS: &str = include_str!("../../templates/terraform-buckets.tf.j2");

/// What the template of the records and health checks is filled with.
#[derive(Serialize)]
struct Dns {
    #[serde(flatten)]
    stack: Stack,
    role: Option<RoleView>,
    with_buckets: bool,
}

/// What the template of the buckets is filled with.
#[derive(Serialize)]
struct Buckets {
    places: Vec<PlaceView>,
    #[serde(rename = "buckets")]
    all: Vec<BucketView>,
}

/// The configuration that creates what apply would create for `spec`, and the buckets before that if wanted.
pub fn terraform(spec: &Spec, spec_name: &str, with_buckets: bool) -> Result<String, TwoPlaces> {
    let context = Dns { stack: Stack::of(spec, spec_name), role: role_of(spec), with_buckets };
    let mut text = render(DNS, Language::Terraform, context);
    if with_buckets {
        let (places, all) = buckets(spec)?;
        text += &render(BUCKETS, Language::Terraform, Buckets { places, all });
    }
    Ok(align(&text))
}
