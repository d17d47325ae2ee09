//! Expressions of FieldFromExpression: refused with a place inside the text, or of a known type.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| oscilla_fuzz::targets::expression(text));
