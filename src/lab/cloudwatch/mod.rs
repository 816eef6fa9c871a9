//! How does a program learn the verdict on a health check? From CloudWatch: on AWS no call of Route 53
//! tells it.

pub(crate) mod metric;
