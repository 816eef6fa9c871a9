#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s3_failover::lab::fuzzing::health_check(bytes));
