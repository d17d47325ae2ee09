//! A chain of 1,000 signal blocks in the engine, against the same chain in a plain Rust loop.
//!
//! `cargo bench --bench signals`. Each block reads the one before it and a constant, so nothing can be
//! done side by side. Two mixes: `plain` takes add, mul, sub, max, min, clamp and mix in turns; `sines`
//! has a sine of the phase in every eighth place (f64, by `libm`). The engine makes whole frames without
//! drawing them; what a frame of a chain of one block costs is taken off. Peers compute the same nodes:
//! a loop over an enum of expressions, and a loop over boxed closures. All three give the same bits.

#![allow(clippy::print_stdout, reason = "a benchmark prints its result")]

use oscilla::diag::Diagnostics;
use oscilla::ir::{Op, SignalExpr};
use oscilla::math::Real;
use oscilla::render_tree::{Column, Pass};
use oscilla::vm::{Engine, EngineOptions, FrameCtx, FrameTime};
use oscilla::{compile, patch};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

mod clock;

const CHAIN: usize = 1000;
/// Frames in a round.
fn frames() -> u32 {
    if clock::is_quick() { 3 } else { 300 }
}
const ROUNDS: usize = 100;
const PERIOD_MS: f64 = 1000.0;

/// A node; `usize` is the node that it reads.
#[derive(Debug, Clone, Copy)]
enum Expr {
    Add(usize, f64),
    Mul(usize, f64),
    Sub(usize, f64),
    Max(usize, f64),
    Min(usize, f64),
    Clamp(usize, f64, f64),
    Mix(usize, f64, f64),
    Sine(usize),
}

/// The chain; node 0 is the phase.
fn chain(blocks: usize, sines: bool) -> Vec<Expr> {
    let node = |i: usize| {
        let unit = ((i * 37) % 101) as f64 / 101.0;
        match i % 8 {
            0 => Expr::Add(i, unit),
            1 => Expr::Mul(i, 0.5 + unit),
            2 => Expr::Sub(i, unit * 0.7),
            3 => Expr::Max(i, unit * 0.2 - 0.6),
            4 => Expr::Min(i, 1.9 - unit * 0.1),
            5 => Expr::Clamp(i, -1.5, 1.5 + unit),
            6 => Expr::Mix(i, unit, 0.25),
            _ if sines => Expr::Sine(i),
            _ => Expr::Add(i, -unit * 0.5),
        }
    };
    (0..blocks).map(node).collect()
}

/// The patch of a chain: its end is the radius of one dot.
fn text(chain: &[Expr]) -> String {
    let mut blocks = format!(
        r#"{{"id": "n0", "type": "CycleTimeRoot", "params": {{"periodMs": {PERIOD_MS}}}}}"#
    );
    let mut wires = String::new();
    for (i, node) in chain.iter().enumerate() {
        let (kind, input, params, from) = match *node {
            Expr::Add(x, b) => ("AddSignal", "a", format!(r#""b": {b}"#), x),
            Expr::Mul(x, b) => ("MulSignal", "a", format!(r#""b": {b}"#), x),
            Expr::Sub(x, b) => ("SubSignal", "a", format!(r#""b": {b}"#), x),
            Expr::Max(x, b) => ("MaxSignal", "a", format!(r#""b": {b}"#), x),
            Expr::Min(x, b) => ("MinSignal", "a", format!(r#""b": {b}"#), x),
            Expr::Clamp(x, lo, hi) => (
                "ClampSignal",
                "in",
                format!(r#""min": {lo}, "max": {hi}"#),
                x,
            ),
            Expr::Mix(x, b, k) => ("MixSignal", "a", format!(r#""b": {b}, "k": {k}"#), x),
            Expr::Sine(x) => ("MapSignal", "x", r#""fn": "sin""#.to_owned(), x),
        };
        let n = i + 1;
        write!(
            blocks,
            r#",{{"id": "n{n}", "type": "{kind}", "params": {{{params}}}}}"#
        )
        .expect("a string");
        let out = match from.checked_sub(1).map(|at| chain[at]) {
            None => "phase",
            Some(Expr::Sine(_)) => "y",
            Some(_) => "out",
        };
        write!(
            wires,
            r#"{{"from": "n{from}.{out}", "to": "n{n}.{input}"}},"#
        )
        .expect("a string");
    }
    let (n, out) = (
        chain.len(),
        if matches!(chain.last(), Some(Expr::Sine(_))) {
            "y"
        } else {
            "out"
        },
    );
    format!(
        r#"{{"size": [64, 64], "blocks": [{blocks},
            {{"id": "dots", "type": "RenderInstances2D", "params": {{"domain": 1, "positions": [8, 8]}}}}],
            "connections": [{wires} {{"from": "n{n}.{out}", "to": "dots.radius"}}]}}"#
    )
}

fn engine(chain: &[Expr]) -> Engine {
    let mut found = Diagnostics::new();
    let source = patch::Source::new("chain.json", text(chain));
    let document = patch::read(&source, &mut found).expect("JSON");
    let program = compile::compile(&document, &compile::Options::default(), &mut found);
    let program = program.unwrap_or_else(|| panic!("{:?}", found.list()));
    let nodes = &program.tables.sig.nodes;
    let computed = nodes
        .iter()
        .filter(|n| matches!(n.expr, SignalExpr::Apply { op, .. } if op != Op::Cast));
    assert_eq!(computed.count(), chain.len(), "a block is a node");
    Engine::new(Arc::new(program), EngineOptions::default()).expect("fits")
}

/// The loop over an enum.
fn by_enum(chain: &[Expr], values: &mut [f64]) -> f64 {
    for (i, node) in chain.iter().enumerate() {
        values[i + 1] = match *node {
            Expr::Add(x, b) => values[x] + b,
            Expr::Mul(x, b) => values[x] * b,
            Expr::Sub(x, b) => values[x] - b,
            Expr::Max(x, b) => Real::max(values[x], b),
            Expr::Min(x, b) => Real::min(values[x], b),
            Expr::Clamp(x, lo, hi) => Real::clamp(values[x], lo, hi),
            Expr::Mix(x, b, k) => values[x].mix(b, k),
            Expr::Sine(x) => Real::sin(values[x]),
        };
    }
    values[chain.len()]
}

type Closure = Box<dyn Fn(&[f64]) -> f64>;

fn closures(chain: &[Expr]) -> Vec<Closure> {
    let closure = |node: &Expr| -> Closure {
        match *node {
            Expr::Add(x, b) => Box::new(move |v| v[x] + b),
            Expr::Mul(x, b) => Box::new(move |v| v[x] * b),
            Expr::Sub(x, b) => Box::new(move |v| v[x] - b),
            Expr::Max(x, b) => Box::new(move |v| Real::max(v[x], b)),
            Expr::Min(x, b) => Box::new(move |v| Real::min(v[x], b)),
            Expr::Clamp(x, lo, hi) => Box::new(move |v| Real::clamp(v[x], lo, hi)),
            Expr::Mix(x, b, k) => Box::new(move |v| v[x].mix(b, k)),
            Expr::Sine(x) => Box::new(move |v| Real::sin(v[x])),
        }
    };
    chain.iter().map(closure).collect()
}

fn by_closures(chain: &[Closure], values: &mut [f64]) -> f64 {
    for (i, node) in chain.iter().enumerate() {
        values[i + 1] = node(values);
    }
    values[chain.len()]
}

/// Times of the frames of a round.
fn times() -> impl Iterator<Item = f64> {
    (0..frames()).map(|i| f64::from(i) * 1.5)
}

fn time(mut frame: impl FnMut(f64)) -> Duration {
    clock::time(|| times().for_each(&mut frame)).0
}

fn measure(name: &str, sines: bool) {
    let chain = chain(CHAIN, sines);
    let closures = closures(&chain);
    let (mut engine, mut short) = (engine(&chain), engine(&chain[..1]));
    let mut values = vec![0.0; CHAIN + 1];
    for t in times() {
        let tree = engine
            .render_frame(FrameTime::at(t), &FrameCtx::default())
            .expect("legal");
        let Some(Pass::Instances2d(pass)) = tree.passes.first() else {
            panic!("nothing is drawn")
        };
        let Column::One(radius) = pass.size else {
            panic!("one radius")
        };
        values[0] = t / PERIOD_MS;
        let want = by_enum(&chain, &mut values);
        assert_eq!(
            want.to_bits(),
            by_closures(&closures, &mut values).to_bits()
        );
        // A radius is not negative.
        assert!(
            want < 0.0 || radius == want as f32,
            "{radius} {want} at {t}"
        );
    }
    let step = |engine: &mut Engine, t: f64| {
        engine
            .step(FrameTime::at(t), &FrameCtx::default())
            .expect("legal");
    };
    let mut best = [Duration::MAX; 4];
    for _ in 0..clock::rounds(ROUNDS) {
        let round = [
            time(|t| step(&mut engine, t)),
            time(|t| step(&mut short, t)),
            time(|t| {
                values[0] = t / PERIOD_MS;
                std::hint::black_box(by_enum(&chain, &mut values));
            }),
            time(|t| {
                values[0] = t / PERIOD_MS;
                std::hint::black_box(by_closures(&closures, &mut values));
            }),
        ];
        for (best, time) in best.iter_mut().zip(round) {
            *best = (*best).min(time);
        }
    }
    let [frame, around, by_enum, by_closures] = best.map(|t| t.as_secs_f64() / f64::from(frames()));
    let rate = |seconds: f64| CHAIN as f64 / seconds / 1e6;
    let nodes = (frame - around).max(f64::EPSILON);
    println!(
        "{name:<6} engine {:6.1} M nodes/s ({:.2} ns a node; the frame around it {:.2} µs)",
        rate(nodes),
        nodes * 1e9 / CHAIN as f64,
        around * 1e6,
    );
    println!(
        "       enum loop {:6.1}, closures {:6.1}; engine / enum {:.2}",
        rate(by_enum),
        rate(by_closures),
        by_enum / nodes
    );
}

fn main() {
    println!(
        "a chain of {CHAIN} nodes, best of {ROUNDS} rounds of {} frames, in turns",
        frames()
    );
    measure("plain", false);
    measure("sines", true);
}
