//! The spec as one file for Terraform and OpenTofu.

use serde::Serialize;

use super::{
    align::align,
    stack::Stack,
    template::{Language, render},
};
use crate::spec::Spec;

const DNS: &str = include_str!("../../templates/terraform-dns.tf.j2");

/// What the template is filled with.
#[derive(Serialize)]
struct Context {
    #[serde(flatten)]
    stack: Stack,
    role: Option<()>,
    buckets: bool,
}

/// The configuration that creates what apply would create for `spec`.
pub fn terraform(spec: &Spec, spec_name: &str) -> String {
    let context = Context { stack: Stack::of(spec, spec_name), role: None, buckets: false };
    align(&render(DNS, Language::Terraform, context))
}
