//! Patch texts: read, compiled and, if right, run and written.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| oscilla_fuzz::targets::patch(bytes));
