//! S3 in two regions.
