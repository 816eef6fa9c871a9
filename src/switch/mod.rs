//! How does a person switch by hand, when Route 53's control plane is down too?
//!
//! By an object. While it exists in the secondary's bucket, the inverted health check that looks for it is
//! unhealthy, and with it the calculated check of the primary: the name servers answer the secondary. Nothing here
//! calls Route 53's API (facts: "Data-plane-only manual trigger", AWS blog
//! creating-disaster-recovery-mechanisms-using-amazon-route-53).
