//! Four name servers and a recursive resolver.
