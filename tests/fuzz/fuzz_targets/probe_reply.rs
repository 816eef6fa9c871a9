#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s3_failover::probe::fuzzing::reply(bytes));
