//! Texts of programs: refused, or run and written the same.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| oscilla_fuzz::targets::program_json(bytes));
