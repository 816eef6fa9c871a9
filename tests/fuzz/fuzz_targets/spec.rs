#![no_main]

use s3_failover::spec::{Format, Spec};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = Spec::parse("failover.toml", text, Format::Toml);
        let _ = Spec::parse("failover.json", text, Format::Json);
    }
});
