//! Any bytes as a patch document and a model.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cirrus_emulator::fuzzing::patch(bytes));
