//! What a tracer costs: frames of gallery patches without one, with spans, with everything.
//!
//! `cargo bench --bench trace`. The first two columns are the same engine, once named `Engine` and
//! once with another tracer that is off, measured in turns: their ratio is the noise, and what a
//! tracer that is off costs beyond it. No pixels are made.

#![allow(clippy::print_stdout, reason = "a benchmark prints its result")]
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use oscilla::diag::Diagnostics;
use oscilla::ir::{Program, Valid};
use oscilla::vm::trace::{
    Clock, Edge, FullRecorder, Level, NoTrace, Span, SpanEnd, TimingRecorder, Tracer, ValueRecord,
};
use oscilla::vm::{Engine, EngineOptions, FrameCtx, FrameTime};
use oscilla::{compile, patch};
use std::sync::Arc;
use std::time::{Duration, Instant};

mod clock;

/// Frames in a round.
fn frames() -> u32 {
    if clock::is_quick() { 3 } else { 300 }
}
const ROUNDS: usize = 15;

/// Off, like `NoTrace`, but with bodies that would cost if they were ever called.
#[derive(Default)]
struct Off(Vec<u64>);

impl Tracer for Off {
    const LEVEL: Level = Level::Off;

    fn now(&mut self) -> u64 {
        self.0.push(0);
        self.0.len() as u64
    }

    fn begin(&mut self, span: Span) {
        self.0.push(span.at);
    }

    fn end(&mut self, end: SpanEnd) {
        self.0.push(end.at);
    }

    fn value(&mut self, record: ValueRecord) {
        self.0.push(record.hash);
    }

    fn edge(&mut self, edge: Edge) {
        self.0.push(u64::from(edge.flags));
    }
}

struct Wall(Instant);

impl Clock for Wall {
    fn now(&mut self) -> u64 {
        self.0.elapsed().as_nanos() as u64
    }
}

fn program(name: &str) -> Arc<Valid<Program>> {
    let path = format!("{}/patches/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect("a patch");
    let mut found = Diagnostics::new();
    let document = patch::read(&patch::Source::new(path, text), &mut found).expect("JSON");
    let options = compile::Options::default();
    Arc::new(compile::compile(&document, &options, &mut found).expect("a right patch"))
}

fn run<T: Tracer>(program: &Arc<Valid<Program>>, tracer: T) -> Duration {
    let options = EngineOptions::default();
    let mut engine = Engine::with_tracer(Arc::clone(program), options, tracer).expect("fits");
    let mut frame = |i: u32| {
        let time = FrameTime::at(f64::from(i) * 1000.0 / 60.0);
        let tree = engine.render_frame(time, &FrameCtx::default());
        std::hint::black_box(tree.expect("legal"));
    };
    // The first frames make buffers.
    (0..10).for_each(&mut frame);
    let begun = Instant::now();
    (10..10 + frames()).for_each(frame);
    begun.elapsed()
}

fn main() {
    println!(
        "µs a frame, best of {ROUNDS} rounds of {} frames, in turns",
        frames()
    );
    println!("patch          none     off   off/none   timing  full");
    for name in ["breathing", "tide", "pendulum", "mosaic", "phyllotaxis"] {
        let program = program(name);
        let mut best = [Duration::MAX; 4];
        let wall = || Wall(Instant::now());
        for _ in 0..clock::rounds(ROUNDS) {
            let times = [
                run(&program, NoTrace),
                run(&program, Off::default()),
                run(&program, TimingRecorder::new(wall())),
                run(&program, FullRecorder::new(wall())),
            ];
            for (best, time) in best.iter_mut().zip(times) {
                *best = (*best).min(time);
            }
        }
        let [none, off, timing, full] = best.map(|t| t.as_secs_f64() * 1e6 / f64::from(frames()));
        println!(
            "{name:<12} {none:6.2}  {off:6.2}   {:8.3}   {timing:6.2}  {full:7.2}",
            off / none
        );
    }
}
