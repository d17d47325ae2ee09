//! Runs: continuing, interrupting, watching, recorded inputs.

use super::bench::*;
use crate::ir::*;
use crate::types::{Domain, Type, World};
use crate::vm::frame::{EngineOptions, FrameCtx, FrameError, FrameTime, Mode};
use crate::vm::inputs::{Inputs, Playback, Question, Reading, Recorded};
use crate::vm::trace::{Edge, Level, Span, SpanEnd, SpanKind, Subject, Tracer, ValueRecord};
use crate::vm::{Engine, EngineError, SampleValue, Snapshot, SnapshotError};
use proptest::prelude::*;
use std::sync::Arc;

/// A bit of everything that remembers: a rail, an envelope, a delay, an integrator, a counter.
fn busy() -> (Arc<Valid<Program>>, Vec<SignalId>) {
    let mut bench = Bench::new(cyclic(1000.0));
    let wrap = bench.time_event(TimeEvent::Wrap);
    let phase = bench.rail(0, Domain::Phase01);
    let [attack, decay, peak, wait] = [0.05, 0.3, 2.0, 0.123].map(|v| bench.num(v));
    let args = [
        Operand::Event(wrap),
        Operand::Sig(attack),
        Operand::Sig(decay),
        Operand::Sig(peak),
    ];
    let envelope = bench.cell(StateOp::EnvelopeAd, 0, None, &args);
    let envelope = bench.out(envelope);
    let args = [Operand::Sig(envelope), Operand::Sig(wait)];
    let delay = bench.cell(StateOp::Delay, 0, None, &args);
    let delay = bench.previous(delay);
    let sum = bench.apply(Op::Add, &[delay, phase]);
    let integral = bench.cell(StateOp::Integrate, 0, None, &[Operand::Sig(sum)]);
    let integral = bench.out(integral);
    let pulse = bench.build.event(EventExpr::Rail(RailId(2)));
    let counter = bench.cell(StateOp::Counter, 0, None, &[Operand::Event(pulse)]);
    let counter = bench.out(counter);
    let history = bench.cell(StateOp::History, 4, None, &[Operand::Sig(sum)]);
    let history = bench.previous(history);
    let watched = vec![phase, envelope, delay, integral, counter, history];
    (bench.finish(), watched)
}

fn engine(program: &Arc<Valid<Program>>) -> Engine {
    super::bench::engine(program)
}

fn bits(engine: &Engine, signals: &[SignalId]) -> Vec<u64> {
    signals
        .iter()
        .map(|&s| engine.signal(s)[0].to_bits())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_restored_run_is_the_uninterrupted_one(
        steps in prop::collection::vec(0u32..400, 2..40),
        cut in any::<prop::sample::Index>(),
    ) {
        let (program, signals) = busy();
        let mut times = Vec::new();
        let mut t = 0;
        for step in steps {
            t += step;
            times.push(f64::from(t));
        }
        let cut = cut.index(times.len());
        let mut whole = engine(&program);
        let mut bytes = whole.snapshot().to_bytes();
        let mut wanted = Vec::new();
        for (i, &t) in times.iter().enumerate() {
            render(&mut whole, FrameTime::at(t));
            wanted.push(bits(&whole, &signals));
            if i + 1 == cut {
                bytes = whole.snapshot().to_bytes();
            }
        }
        let mut rest = engine(&program);
        // Frames of another run do not shine through.
        render(&mut rest, FrameTime::at(77.0));
        render(&mut rest, FrameTime::at(1077.0));
        rest.restore(&Snapshot::from_bytes(&bytes).expect("whole")).expect("the same program");
        for (i, &t) in times.iter().enumerate().skip(cut) {
            render(&mut rest, FrameTime::at(t));
            prop_assert_eq!(&bits(&rest, &signals), &wanted[i]);
        }
        prop_assert_eq!(rest.snapshot().to_bytes(), whole.snapshot().to_bytes());
    }

    #[test]
    fn peeks_leave_no_trace(
        steps in prop::collection::vec((0u32..400, any::<Option<u16>>()), 1..30),
    ) {
        let (program, signals) = busy();
        let (mut plain, mut peeking) = (engine(&program), engine(&program));
        let mut t = 0;
        for (step, peek) in steps {
            t += step;
            if let Some(at) = peek {
                let time = FrameTime::at(f64::from(at)).with_mode(Mode::Peek);
                render(&mut peeking, time);
            }
            render(&mut plain, FrameTime::at(f64::from(t)));
            render(&mut peeking, FrameTime::at(f64::from(t)));
            prop_assert_eq!(bits(&plain, &signals), bits(&peeking, &signals));
        }
    }

    #[test]
    fn a_rewind_or_jump_is_a_new_run(
        before in prop::collection::vec(1u32..400, 1..20),
        after in prop::collection::vec(0u32..400, 1..20),
        jump in any::<bool>(),
    ) {
        let (program, signals) = busy();
        let mut used = engine(&program);
        let mut t = 0;
        for step in before {
            t += step;
            render(&mut used, FrameTime::at(f64::from(t)));
        }
        let mut fresh = engine(&program);
        let mut t = 0;
        for (i, step) in after.into_iter().enumerate() {
            t += step;
            let time = FrameTime::at(f64::from(t));
            let first = match (i, jump) {
                (0, true) => time.with_mode(Mode::Jump),
                (0, false) => FrameTime::at(0.0),
                _ => time,
            };
            render(&mut used, first);
            render(&mut fresh, first.with_mode(Mode::Advance));
            prop_assert_eq!(bits(&used, &signals), bits(&fresh, &signals));
            if i == 0 && !jump {
                t = 0;
            }
        }
    }
}

#[test]
fn engines_and_trees_go_to_other_threads() {
    const fn send<T: Send>() {}
    const fn share<T: Send + Sync>() {}
    const { send::<Engine>() };
    const { share::<crate::render_tree::RenderTree>() };
    let (program, signals) = busy();
    let run = |program: &Arc<Valid<Program>>| {
        let mut engine = engine(program);
        for i in 0..40 {
            render(&mut engine, FrameTime::at(f64::from(i) * 41.0));
        }
        bits(&engine, &signals)
    };
    let here = run(&program);
    let there = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(|| run(&program))).collect();
        threads
            .into_iter()
            .map(|t| t.join().expect("no panic"))
            .collect::<Vec<_>>()
    });
    assert!(there.iter().all(|bits| *bits == here));
}

#[test]
fn steps_without_drawing_give_the_same_state() {
    let (program, signals) = busy();
    let (mut drawn, mut stepped) = (engine(&program), engine(&program));
    for i in 0..50 {
        let time = FrameTime::cycle(i - 10, 24);
        render(&mut drawn, time);
        stepped.step(time, &FrameCtx::default()).expect("legal");
        assert_eq!(bits(&drawn, &signals), bits(&stepped, &signals));
    }
}

#[test]
fn a_snapshot_that_does_not_fit_changes_nothing() {
    let (program, _) = busy();
    let mut engine = engine(&program);
    render(&mut engine, FrameTime::at(0.0));
    let before = engine.snapshot();
    let bytes = before.to_bytes();
    let mut cut = bytes.clone();
    cut.pop();
    let mut changed = bytes.clone();
    changed[60] ^= 1;
    let mut version = bytes.clone();
    version[4] = 9;
    let read = |bytes: &[u8]| Snapshot::from_bytes(bytes).expect_err("damaged");
    assert_eq!(read(&cut), SnapshotError::Damaged);
    assert_eq!(read(&changed), SnapshotError::Damaged);
    assert_eq!(read(b"OSCS"), SnapshotError::Damaged);
    assert_eq!(read(&version), SnapshotError::Version);
    let mut other = Bench::new(cyclic(1000.0)).engine();
    other.restore(&before).expect_err("another state");
    let mut foreign = before.clone();
    foreign.program_hash = "b3:other".to_owned();
    assert_eq!(engine.restore(&foreign), Err(SnapshotError::Program));
    assert_eq!(engine.snapshot(), before);
}

#[test]
fn a_program_that_keeps_state_starts_at_the_start() {
    let mut bench = Bench::new(cyclic(1000.0));
    let one = bench.num(1.0);
    let cell = bench.cell(StateOp::Integrate, 0, None, &[Operand::Sig(one)]);
    let out = bench.out(cell);
    let size = bench.build.broadcast(out, false);
    let over = bench.domain("d", 1);
    bench.dots("dots", over, &[0.0; 2], size);
    let program = bench.finish();
    assert_eq!(program.memory, Memory::State);
    let mut engine = engine(&program);
    let refused = engine.start_after(FrameTime::at(100.0));
    assert_eq!(refused, Err(EngineError::NeedsState));
    render(&mut engine, FrameTime::at(0.0));
    let snapshot = engine.snapshot();
    engine.restore(&snapshot).expect("its own");
    engine.start_after(FrameTime::at(100.0)).expect("restored");
    render(&mut engine, FrameTime::at(300.0));
    assert_eq!(engine.signal(out), [0.2]);
}

/// A program with a number channel and a trigger channel.
fn channels() -> (Bench, SignalId, SignalId) {
    let mut bench = Bench::new(cyclic(1000.0));
    let build = &mut bench.build;
    let number = build.ty(Type::signal(Domain::Number));
    let trigger = build.ty(Type::new(World::Event, Domain::Trigger));
    let [default, none] = [7.0, 0.0].map(|v| build.const_f64(Domain::Number, &[v]));
    for (key, r#type, default, hold) in [
        ("cc", number, default, Hold::Linear),
        ("hit", trigger, none, Hold::Last),
    ] {
        let key = build.text(key);
        build.tables.graph.externals.push(External {
            key,
            r#type,
            default,
            hold,
        });
    }
    let ty = Type::signal(Domain::Number);
    let value = bench.build.signal(ty, SignalExpr::External(ExtId(0)));
    let hits = bench.build.event(EventExpr::External(ExtId(1)));
    let count = bench.count(hits);
    (bench, value, count)
}

#[test]
fn recorded_inputs_are_read_at_the_frames_time() {
    let (bench, value, hits) = channels();
    let mut engine = bench.engine();
    let mut recording = Playback::new();
    let number = |t_ms, value| Recorded {
        t_ms,
        value: [value, 0.0, 0.0, 0.0],
        lanes: 1,
    };
    recording.add("cc", None, vec![number(100.0, 0.0), number(300.0, 1.0)]);
    let beats = [0.0, 150.0, 160.0].map(|t| number(t, 1.0));
    recording.add("hit", None, beats.to_vec());
    let ctx = FrameCtx {
        inputs: &recording,
        ..FrameCtx::default()
    };
    let mut seen = Vec::new();
    for t in [0.0, 150.0, 200.0, 400.0] {
        engine.render_frame(FrameTime::at(t), &ctx).expect("legal");
        seen.push((engine.signal(value)[0], engine.signal(hits)[0]));
    }
    assert_eq!(seen, [(7.0, 0.0), (0.25, 1.0), (0.5, 1.0), (1.0, 0.0)]);
}

/// A host that answers with the wrong shape, then not at all.
struct Clumsy;

impl Inputs for Clumsy {
    fn sample(&self, question: &Question<'_>) -> Result<Reading<'_>, String> {
        if question.t_ms > 10.0 {
            return Err("the cable is out".to_owned());
        }
        Ok(Reading::Lanes([1.0, 2.0, 0.0, 0.0], 2))
    }
}

#[test]
fn answers_of_the_wrong_shape_are_counted_and_failures_change_nothing() {
    let (bench, value, _) = channels();
    let mut engine = bench.engine();
    let ctx = FrameCtx {
        inputs: &Clumsy,
        ..FrameCtx::default()
    };
    engine
        .render_frame(FrameTime::at(0.0), &ctx)
        .expect("legal");
    assert_eq!(engine.health().input_rejected, 2);
    assert_eq!(engine.signal(value), [7.0]);
    let before = engine.snapshot();
    let failed = engine.render_frame(FrameTime::at(20.0), &ctx).map(|_| ());
    assert_eq!(
        failed,
        Err(FrameError::Input("the cable is out".to_owned()))
    );
    assert_eq!(engine.snapshot(), before);
}

#[test]
fn probes_see_values_and_force_what_is_skipped() {
    let mut bench = Bench::new(cyclic(1000.0));
    let t = bench.time(TimeValue::TAbsMs);
    let two = bench.num(2.0);
    let twice = bench.apply(Op::Mul, &[t, two]);
    bench.bus(Domain::Number, Combine::Last, &[twice]);
    let over = bench.domain("d", 2);
    let size = bench.build.field_constant(Domain::Number, false, &[1.0]);
    bench.dots("dots", over, &[1.0, 2.0, 3.0, 4.0], size);
    let engine = Engine::new(bench.finish(), EngineOptions::default());
    let mut engine = engine.expect("the program fits");
    render(&mut engine, FrameTime::at(3.0));
    assert_eq!(engine.signal(twice), [0.0], "nothing asked for it");
    let mut watch = |target: &str| {
        let target = target.parse().expect("a target");
        engine.watch(target)
    };
    let bus = watch("bus:bus0000").expect("a bus");
    let column = watch("request:dots.pos").expect("a column");
    let rail = watch("rail:phaseA.internal").expect("a rail");
    let phase = watch("time:phase01").expect("a time value");
    watch("bus:nobody").expect_err("no such bus");
    watch("nobody.out").expect_err("no such block");
    render(&mut engine, FrameTime::at(500.0));
    let lanes = |id| match &engine.probe(id).expect("watched").value {
        SampleValue::Lanes { lanes, .. } => lanes.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(lanes(bus), [1000.0]);
    assert_eq!((lanes(rail), lanes(phase)), (vec![0.25], vec![0.5]));
    match &engine.probe(column).expect("watched").value {
        SampleValue::Column(buffer) => assert_eq!(buffer.number(1, 0), 3.0),
        other => panic!("{other:?}"),
    }
    engine.unwatch(bus);
    assert!(engine.probe(bus).is_none());
}

/// Counts in place of a clock, and keeps what it is told.
#[derive(Default)]
struct Diary {
    now: u64,
    open: Vec<SpanKind>,
    spans: Vec<(SpanKind, Subject)>,
    values: u32,
    edges: u32,
}

impl Tracer for Diary {
    const LEVEL: Level = Level::Full;

    fn now(&mut self) -> u64 {
        self.now += 1;
        self.now
    }

    fn begin(&mut self, span: Span) {
        self.open.push(span.kind);
    }

    fn end(&mut self, end: SpanEnd) {
        assert_eq!(self.open.pop(), Some(end.kind), "spans nest");
        self.spans.push((end.kind, end.subject));
    }

    fn value(&mut self, _: ValueRecord) {
        self.values += 1;
    }

    fn edge(&mut self, _: Edge) {
        self.edges += 1;
    }
}

/// Wants nothing, and breaks if it is told something.
struct Deaf;

impl Tracer for Deaf {
    const LEVEL: Level = Level::Off;

    fn now(&mut self) -> u64 {
        panic!("the clock was read")
    }

    fn frame(&mut self, _: f64, _: bool) {
        panic!("a frame was told")
    }

    fn begin(&mut self, _: Span) {
        panic!("a span was told")
    }

    fn end(&mut self, _: SpanEnd) {
        panic!("the end of a span was told")
    }

    fn value(&mut self, _: ValueRecord) {
        panic!("a value was told")
    }

    fn edge(&mut self, _: Edge) {
        panic!("an edge was told")
    }
}

#[test]
fn a_tracer_that_is_off_is_never_called() {
    let (program, _) = busy();
    let options = EngineOptions::default();
    let mut engine = Engine::with_tracer(Arc::clone(&program), options, Deaf).expect("fits");
    for i in 0..3 {
        let time = FrameTime::at(f64::from(i) * 300.0);
        engine
            .render_frame(time, &FrameCtx::default())
            .expect("legal");
    }
    assert_eq!(engine.health().timings, None, "no clock, no times");
}

#[test]
fn a_tracer_sees_every_step_and_changes_nothing() {
    let (program, signals) = busy();
    let mut plain = engine(&program);
    let options = EngineOptions::default();
    let mut traced =
        Engine::with_tracer(Arc::clone(&program), options, Diary::default()).expect("fits");
    for i in 0..5 {
        let time = FrameTime::at(f64::from(i) * 300.0);
        render(&mut plain, time);
        traced
            .render_frame(time, &FrameCtx::default())
            .expect("legal");
    }
    for &signal in &signals {
        assert_eq!(plain.signal(signal), traced.signal(signal));
    }
    let diary = traced.tracer();
    assert!(diary.open.is_empty() && diary.values > 0 && diary.edges > 0);
    let steps = |(_, subject): &&(SpanKind, Subject)| !matches!(subject, Subject::Request(_));
    let spans = diary.spans.iter().filter(steps).count();
    assert_eq!(spans, 5 * (program.schedule.steps.len() + 1));
}
