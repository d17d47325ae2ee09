//! Arbitrary programs of typed rows: refused by validation, or run, drawn and written without a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use oscilla::ir::Program;
use oscilla_fuzz::choices::Choices;
use oscilla_fuzz::trial::{Ended, round_trip, trial};
use oscilla_fuzz::{bases, programs};
use std::sync::OnceLock;

static BASES: OnceLock<Vec<Program>> = OnceLock::new();

fuzz_target!(|bytes: &[u8]| {
    let bases = BASES.get_or_init(bases);
    let mut choices = Choices::new(bytes);
    let mut program = bases[choices.roll(bases.len())].clone();
    programs::change(&mut program, &mut choices);
    if trial(program.clone()) == Ended::Ran && bytes.len() % 8 == 0 {
        round_trip(&program);
    }
});
