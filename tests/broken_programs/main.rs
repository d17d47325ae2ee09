//! Compiled programs that somebody has damaged: `validate` names the damage by its code, and what it
//! lets pass runs without a panic.
//!
//! Programs are damaged in their JSON form, because that is where a file would be wrong. [`CHECKS`] is
//! the list of what holds for every valid program; the files beside this one have the damage that
//! shows each: `tables`, `graph`, `expressions`, `schedule`, `drawn`. `mutations` changes every leaf of
//! a program and lists what may be changed; `random` damages at random.

mod damage;
mod drawn;
mod expressions;
mod graph;
mod mutations;
mod random;
#[path = "../runs/mod.rs"]
mod runs;
mod schedule;
mod tables;

use damage::{Case, compiled, judge};
use oscilla::ir::{Program, validate};
use runs::{LAYERS, RICH};
use serde_json::Value;
use std::collections::BTreeSet;

/// Everything that validation checks, in the order in which it is described.
const CHECKS: &[(&str, &str)] = &[
    ("ir-version", "the version is this library's"),
    (
        "ir-schema",
        "the shape is that of a program, numbers outside the pools are finite",
    ),
    (
        "ir-limit",
        "tables, texts, pools, elements, chains, terms, state and the viewport are in bounds",
    ),
    ("ir-index", "every index is in range of its table"),
    (
        "ir-duplicate-key",
        "keys are unique and what they say, rows in the order of their keys",
    ),
    (
        "ir-time",
        "lengths are finite and above 0, cue points sorted and inside",
    ),
    (
        "ir-type",
        "types exist; slots, ports, wires, constants, operands and results agree",
    ),
    (
        "ir-const",
        "constants lie in their pools and fit what they are for",
    ),
    ("ir-operand-order", "operands come before users"),
    (
        "ir-op",
        "opcodes have the operands and immediates that they take",
    ),
    (
        "ir-chain",
        "chains compose, with as many arguments as each user gives; curves are known",
    ),
    (
        "ir-domain",
        "operands are over one domain; columns, grids and ids have its count",
    ),
    ("ir-precision", "wide and narrow rows meet only at `narrow`"),
    ("ir-bus", "buses combine their enabled publishers in order"),
    ("ir-combine", "modes are possible for the domain"),
    (
        "ir-state",
        "cells have the size, place, operands, tap and hash of their op",
    ),
    ("ir-rail", "six rails, with generators and drives that fit"),
    (
        "ir-writer",
        "each slot belongs to one thing, each computed row to one step",
    ),
    ("ir-tape-order", "what a step reads was computed before"),
    (
        "ir-step",
        "the steps are those that follow, in the one order, with their phase, key, demand and cache",
    ),
    (
        "ir-deps",
        "what steps read and depend on is stored as it follows",
    ),
    (
        "ir-request",
        "columns have a format that fits, one group and somebody who asks",
    ),
    (
        "ir-sink",
        "sinks, cameras, solids, outlines and effects have the inputs that they take",
    ),
    ("ir-root", "outputs and roots agree with the tables"),
    ("ir-memory", "the memory class is the one that follows"),
    ("ir-debug", "debug rows are parallel or none"),
];

/// Damage to the small program with something of everything.
fn of_rich(sound: &Value) -> Vec<Case> {
    [
        tables::cases(sound),
        graph::cases(sound),
        expressions::cases(sound),
        schedule::cases(sound),
        drawn::of_rich(sound),
    ]
    .concat()
}

#[test]
fn every_damage_has_its_code() {
    let sound = compiled(RICH);
    judge(&sound, of_rich(&sound));
}

#[test]
fn damage_to_layers_has_its_code() {
    let sound = compiled(LAYERS);
    judge(&sound, drawn::of_layers(&sound));
}

#[test]
fn damage_in_space_has_its_code() {
    let sound = compiled(drawn::SPACE);
    judge(&sound, drawn::of_space(&sound));
}

#[test]
fn damage_to_channels_has_its_code() {
    let sound = compiled(graph::KNOBS);
    judge(&sound, graph::of_knobs(&sound));
}

#[test]
fn every_check_is_shown() {
    let shown: BTreeSet<&str> = of_rich(&compiled(RICH)).iter().map(|case| case.2).collect();
    // Damage that the JSON form cannot have, or that needs a type that the program has not.
    let alone = BTreeSet::from(["ir-combine", "ir-debug"]);
    let listed: BTreeSet<&str> = CHECKS.iter().map(|(code, _)| *code).collect();
    assert_eq!(listed, &shown | &alone);
    assert_eq!(listed.len(), CHECKS.len());
}

/// The codes of a program that is no file's.
fn codes(change: impl FnOnce(&mut Program)) -> Vec<&'static str> {
    let (program, _) = runs::compile(RICH);
    let mut program = program.expect("a right patch").into_inner();
    change(&mut program);
    match validate(program) {
        Ok(_) => Vec::new(),
        Err(list) => list.iter().map(|found| found.code).collect(),
    }
}

#[test]
fn numbers_outside_the_pools_are_finite() {
    assert_eq!(codes(|_| ()), [""; 0]);
    let nan = codes(|p| p.viewport.background[2] = f64::NAN);
    assert_eq!(nan, ["ir-schema"]);
    let infinite = codes(|p| p.tables.graph.publishers[0].sort_key = f64::INFINITY);
    assert_eq!(infinite, ["ir-schema"]);
}

#[test]
fn buses_combine_only_what_can_be_combined() {
    // As many lanes as a colour, but no meaning for a bus.
    let found = codes(|p| {
        let quat = oscilla::types::Type::signal(oscilla::types::Domain::Quat);
        p.types.push(quat.into());
        let quat = oscilla::ir::TypeId::at(p.types.len() - 1);
        let strings = &p.tables.strings;
        let rows = &mut p.tables.graph.buses;
        let palette = rows
            .iter_mut()
            .find(|bus| strings[bus.key.index()] == "palette");
        let palette = palette.expect("a bus");
        palette.r#type = quat;
        p.tables.graph.slots[palette.slot.index()].r#type = quat;
    });
    assert_eq!(found, ["ir-combine"]);
}

#[test]
fn debug_rows_fit_or_are_none() {
    assert_eq!(codes(|p| p.debug = Default::default()), [""; 0]);
    assert_eq!(codes(|p| drop(p.debug.strings.pop())), ["ir-debug"]);
    let shorten = |p: &mut Program| p.debug.step_prov.truncate(1);
    assert_eq!(codes(shorten), ["ir-debug"]);
}
