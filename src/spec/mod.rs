//! What a person declares: the spec file, read, judged by every rule that needs no network, and made
//! into values that need no further checking.
