//! What is asked.

use crate::model::{Fqdn, RecordType};

use super::subnet::ClientSubnet;

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The name asked for.
    pub name: Fqdn,
    /// The type asked for.
    pub record_type: RecordType,
    /// Whether the server shall ask others: for resolvers, not for name servers.
    pub recursive: bool,
    /// For whose network the answer shall be (RFC 7871), where that is said.
    pub subnet: Option<ClientSubnet>,
}

impl Query {
    /// A question to a name server, for nobody in particular.
    pub fn of(name: &Fqdn, record_type: RecordType) -> Self {
        Self { name: name.clone(), record_type, recursive: false, subnet: None }
    }

    /// The same question to a resolver.
    #[must_use]
    pub fn recursive(self) -> Self {
        Self { recursive: true, ..self }
    }

    /// The same question on behalf of this network, or of nobody in particular.
    #[must_use]
    pub fn on_behalf_of(self, subnet: Option<ClientSubnet>) -> Self {
        Self { subnet, ..self }
    }
}
