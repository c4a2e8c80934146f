//! Any bytes as a request to any operation.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cirrus_emulator::fuzzing::request(bytes));
