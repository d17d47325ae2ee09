//! Arbitrary programs, made of typed rows: what validation lets pass runs and draws without a panic,
//! and survives both forms of a file. The generator is that of the fuzzer, the choices are fixed.
//! Then every fuzz target gets damaged files.

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
#[path = "../fuzz/src/targets.rs"]
mod targets;
#[path = "../fuzz/src/trial.rs"]
mod trial;

use choices::Choices;
use oscilla::ir::{Program, binary, json, validate};
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

/// A file after up to three damages: a byte changed, a piece left out, a piece twice.
fn damaged(file: &[u8], choices: &mut Choices) -> Vec<u8> {
    let mut bytes = file.to_vec();
    for _ in 0..=choices.roll(3) {
        let far = (choices.roll(1 << 16) << 16) | choices.roll(1 << 16);
        let at = far % bytes.len().max(1);
        let end = bytes.len().min(at + 1 + choices.roll(12));
        match choices.roll(3) {
            0 if at < end => bytes[at] = choices.roll(256) as u8,
            0 | 1 => drop(bytes.drain(at..end)),
            _ => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}

#[test]
fn every_fuzz_target_takes_damaged_files() {
    let program = runs::compile(runs::RICH).0.expect("a right patch");
    let text = json::to_string(&program).expect("a text");
    let bytes = binary::to_bytes(&program).expect("bytes");
    let words = |check: fn(&str)| {
        move |bytes: &[u8]| {
            if let Ok(text) = std::str::from_utf8(bytes) {
                check(text);
            }
        }
    };
    type Target = Box<dyn Fn(&[u8])>;
    let targets: [(&str, &[u8], Target); 6] = [
        ("patch", runs::RICH.as_bytes(), Box::new(targets::patch)),
        (
            "program_json",
            text.as_bytes(),
            Box::new(targets::program_json),
        ),
        ("program_binary", &bytes, Box::new(targets::program_binary)),
        // Without its head: the target makes another one, with the right hash.
        (
            "program_binary",
            &bytes[48..],
            Box::new(targets::program_binary),
        ),
        (
            "path_data",
            b"M0 0 L10 5.5 h-3 C1 2 3 4 5 6 s1 1 2 2 Q1 1 2 0 t3 3 A5 5 30 0 1 9 9 z",
            Box::new(words(targets::path_data)),
        ),
        (
            "expression",
            b"smoothstep(0, 1, i / n) * sin(phase * TAU) > 0.5 ? hsl(0.5, 1, 0.5) : a[1] ** -2",
            Box::new(words(targets::expression)),
        ),
    ];
    let mut wrong = Vec::new();
    for (name, file, target) in &targets {
        target(file);
        for seed in 0..40 {
            let choices = choices::bytes(seed, 64);
            let bytes = damaged(file, &mut Choices::new(&choices));
            if catch_unwind(AssertUnwindSafe(|| target(&bytes))).is_err() {
                let shown: String = String::from_utf8_lossy(&bytes).chars().take(200).collect();
                wrong.push(format!("{name}, seed {seed}: {shown}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
