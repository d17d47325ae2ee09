//! SVG path data: refused, or well formed.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| oscilla_fuzz::targets::path_data(text));
