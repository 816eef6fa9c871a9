//! How does a client that insists on AWS's own host names, and on TLS, reach the lab?
//!
//! Requests for objects through a Multi-Region Access Point ignore every endpoint that is configured: the
//! host comes from the ARN, `https://ALIAS.mrap.accesspoint.s3-global.amazonaws.com`. What all clients do
//! obey is `HTTPS_PROXY`. So the lab has a proxy that leads these names to the lab's own servers, which
//! show certificates of an authority that `lab env` lets clients believe. Two things are asked of a
//! client, both by environment variables and both measured:
//!
//! | client | proxy | authority |
//! |---|---|---|
//! | boto3 (with awscrt, for `SigV4A`), aws command | `HTTPS_PROXY` | `AWS_CA_BUNDLE` |
//! | AWS SDK for Rust, its default client | `HTTPS_PROXY` | `SSL_CERT_FILE` |
//!
//! The endpoints of the lab are plain HTTP, which `HTTPS_PROXY` does not touch. The other ways would ask
//! for more: names in the system's hosts file (root, port 443), or code in the client (a resolver).
//!
//! Everything that is no name of the lab is refused with 403, so that nothing leaves this machine by
//! mistake. Besides access points the proxy leads to S3 Control and to the regions of S3 under their own
//! names.

mod authority;
mod proxy;

pub(crate) use authority::AuthorityError;
pub(crate) use proxy::Tunnel;
