//! Arbitrary programs, made of typed rows: what validation lets pass runs and draws without a panic,
//! and survives both forms of a file. The generator is that of the fuzzer, the choices are fixed.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a trial fails by panicking; the fuzzer uses more of the generator"
)]

#[path = "../fuzz/src/choices.rs"]
mod choices;
#[path = "../fuzz/src/programs.rs"]
mod programs;
#[path = "../fuzz/src/rows.rs"]
mod rows;
mod runs;
mod support;
#[path = "../fuzz/src/trial.rs"]
mod trial;

use choices::Choices;
use oscilla::ir::{Program, validate};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use trial::Ended;

fn bases() -> Vec<Program> {
    let mut texts = vec![runs::RICH.to_owned()];
    for path in support::patches("patches") {
        texts.push(fs::read_to_string(path).expect("readable"));
    }
    let compiled = texts.iter().map(|text| {
        let (program, found) = runs::compile(text);
        program
            .unwrap_or_else(|| panic!("{}", runs::shown(&found)))
            .into_inner()
    });
    compiled.collect()
}

#[test]
fn valid_programs_run_whatever_they_are() {
    let bases = bases();
    let rounds: u64 = std::env::var("OSCILLA_ROUNDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(400);
    let (mut ran, mut wrong) = (0, Vec::new());
    for seed in 0..rounds {
        // The small program with something of everything more often than the others.
        let base = if seed % 3 == 0 {
            (seed / 3) as usize % bases.len()
        } else {
            0
        };
        let bytes = choices::bytes(seed, 600);
        let mut program = bases[base].clone();
        programs::change(&mut program, &mut Choices::new(&bytes));
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let ended = trial::trial(program.clone());
            if ended == Ended::Ran && seed % 8 == 0 {
                trial::round_trip(&program);
            }
            ended
        }));
        match outcome {
            Ok(Ended::Ran) => ran += 1,
            Ok(Ended::Refused) => {}
            Err(panic) => {
                let said = panic.downcast_ref::<String>().cloned();
                wrong.push(format!("seed {seed}: {}", said.unwrap_or_default()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {rounds}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(ran >= rounds / 8, "only {ran} of {rounds} were valid");
}

#[test]
fn putting_right_changes_nothing_that_is_right() {
    for base in bases() {
        let mut again = base.clone();
        again.debug = oscilla::ir::Debug::default();
        let before = again.clone();
        programs::repair(&mut again, &mut Choices::new(&[]));
        assert!(again == before, "{}", base.patch_id);
        assert!(validate(again).is_ok());
    }
}
