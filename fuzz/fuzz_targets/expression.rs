//! Expressions of FieldFromExpression: refused with a place inside the text, or of a known type.

#![no_main]

use libfuzzer_sys::fuzz_target;
use oscilla::blocks::expression::parse;

fuzz_target!(|text: &str| {
    if let Ok(formula) = parse(text) {
        assert!(formula.domain().lanes() > 0);
    }
});
