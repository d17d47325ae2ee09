//! Swaps: what goes on, what starts anew, and that nothing jumps.

use super::bench::*;
use crate::ir::*;
use crate::types::Domain;
use crate::vm::frame::{FrameCtx, FrameTime, Mode};
use crate::vm::{
    Allow, Engine, EngineError, EngineOptions, KeepPhase, KeepState, SampleValue, SwapOptions,
    SwapReport, Target,
};
use proptest::prelude::*;
use std::sync::Arc;

const ANY: SwapOptions = SwapOptions {
    allow: Allow::Any,
    state: KeepState::Keep,
    phase: KeepPhase::Keep,
};

type Ready = Arc<Valid<Program>>;

fn engine(program: &Ready) -> Engine {
    super::bench::engine(program)
}

fn swap(engine: &mut Engine, next: &Ready, how: SwapOptions) -> SwapReport {
    engine.set_program(Arc::clone(next), how).expect("fits")
}

/// A cycle with its phase, its wraps and a lane of the rails.
struct Clockwork {
    program: Ready,
    phase: SignalId,
    wraps: SignalId,
    lane: SignalId,
    ticks: SignalId,
}

fn clockwork(model: TimeModel, lane_ms: f64) -> Clockwork {
    let mut bench = Bench::new(model);
    let phase = bench.time(TimeValue::Phase01);
    let wrap = bench.time_event(TimeEvent::Wrap);
    let wraps = bench.count(wrap);
    let lane = bench.rail(0, Domain::Phase01);
    let tick = bench.build.event(EventExpr::Rail(RailId(2)));
    let ticks = bench.count(tick);
    let period = bench.fixed(lane_ms);
    if let Generator::Cycle { period_ms, .. } = &mut bench.rails[0].generator {
        *period_ms = period;
    }
    let program = bench.finish();
    Clockwork {
        program,
        phase,
        wraps,
        lane,
        ticks,
    }
}

fn there_and_back(period_ms: f64) -> TimeModel {
    TimeModel::Cyclic {
        period_ms,
        mode: CycleMode::Pingpong,
    }
}

/// A cell that sums, or counts to another length.
fn summing(op: StateOp, imm: u32, gain: f64) -> (Ready, SignalId) {
    let mut bench = Bench::new(cyclic(1000.0));
    let t = bench.time(TimeValue::TAbsMs);
    let gain = bench.num(gain);
    let x = bench.apply(Op::Mul, &[t, gain]);
    let cell = bench.cell(op, imm, None, &[Operand::Sig(x)]);
    let out = bench.out(cell);
    (bench.finish(), out)
}

#[test]
fn a_changed_period_keeps_the_phase_and_changes_the_speed() {
    let (old, new) = (
        clockwork(cyclic(2000.0), 800.0),
        clockwork(cyclic(3000.0), 800.0),
    );
    let mut engine = engine(&old.program);
    render(&mut engine, FrameTime::at(500.0));
    assert_eq!(engine.signal(old.phase), [0.25]);
    let report = swap(&mut engine, &new.program, ANY);
    assert!(report.applied && report.diff.class == Class::C);
    assert_eq!(
        (report.time.phase_before, report.time.phase_after),
        (0.25, 0.25)
    );
    render(&mut engine, FrameTime::at(600.0));
    assert!((engine.signal(new.phase)[0] - (0.25 + 100.0 / 3000.0)).abs() < 1e-12);
}

#[test]
fn recomputed_the_phase_is_that_of_the_new_program() {
    let (old, new) = (
        clockwork(cyclic(2000.0), 800.0),
        clockwork(cyclic(3000.0), 800.0),
    );
    let mut engine = engine(&old.program);
    render(&mut engine, FrameTime::at(500.0));
    let how = SwapOptions {
        phase: KeepPhase::Recompute,
        ..ANY
    };
    let report = swap(&mut engine, &new.program, how);
    assert!((report.time.phase_after - 500.0 / 3000.0).abs() < 1e-12);
    render(&mut engine, FrameTime::at(600.0));
    assert_eq!(engine.signal(new.phase), [600.0 / 3000.0]);
    assert_eq!(engine.signal(new.wraps), [0.0]);
}

#[test]
fn a_new_run_forgets_the_gauge() {
    let (old, new) = (
        clockwork(cyclic(2000.0), 800.0),
        clockwork(cyclic(3000.0), 800.0),
    );
    let mut engine = engine(&old.program);
    render(&mut engine, FrameTime::at(500.0));
    swap(&mut engine, &new.program, ANY);
    render(&mut engine, FrameTime::at(600.0));
    render(&mut engine, FrameTime::at(600.0).with_mode(Mode::Jump));
    assert_eq!(engine.signal(new.phase), [0.2]);
}

#[test]
fn a_deep_change_is_refused_unless_it_is_allowed() {
    let (old, new) = (
        clockwork(cyclic(2000.0), 800.0),
        clockwork(cyclic(3000.0), 800.0),
    );
    let mut engine = engine(&old.program);
    render(&mut engine, FrameTime::at(500.0));
    let planned = engine.plan_swap(&new.program);
    let report = swap(&mut engine, &new.program, SwapOptions::default());
    assert!(!report.applied && !planned.applied);
    assert_eq!(report.diff, planned.diff);
    assert!(Arc::ptr_eq(engine.program(), &old.program));
    render(&mut engine, FrameTime::at(600.0));
    assert_eq!(engine.signal(old.phase), [0.3]);
}

#[test]
fn a_program_that_does_not_fit_leaves_the_old_one() {
    let dots = |count: u32| {
        let mut bench = Bench::new(cyclic(1000.0));
        let over = bench.domain("d", count);
        let t = bench.time(TimeValue::TAbsMs);
        let index = bench.build.index(over);
        let index = bench.build.narrow(index);
        let size = bench.build.broadcast(t, false);
        let size = bench
            .build
            .field_apply(Op::Add, 0, &[index, size])
            .expect("fits");
        let pos: Vec<f32> = (0..2 * count).map(|v| v as f32).collect();
        bench.dots("dots", over, &pos, size);
        bench.finish()
    };
    let (small, large) = (dots(4), dots(4000));
    let options = EngineOptions {
        memory_limit: Some(4096),
        ..EngineOptions::default()
    };
    let mut engine = Engine::new(Arc::clone(&small), options).expect("fits");
    let before = render(&mut engine, FrameTime::at(10.0));
    let refused = engine.set_program(large, ANY);
    assert!(
        matches!(refused, Err(EngineError::Memory { .. })),
        "{refused:?}"
    );
    assert!(Arc::ptr_eq(engine.program(), &small));
    let mut alone = self::engine(&small);
    assert_eq!(
        before.passes,
        render(&mut alone, FrameTime::at(10.0)).passes
    );
    let (a, b) = [&mut engine, &mut alone]
        .map(|engine| render(engine, FrameTime::at(20.0)))
        .into();
    assert_eq!(a, b);
}

#[test]
fn a_cell_goes_on_where_it_was() {
    let ((old, _), (new, out)) = (
        summing(StateOp::Integrate, 0, 1.0),
        summing(StateOp::Integrate, 0, 2.0),
    );
    let mut engine = engine(&old);
    for t in [0.0, 1000.0] {
        render(&mut engine, FrameTime::at(t));
    }
    let report = swap(&mut engine, &new, SwapOptions::default());
    assert_eq!(report.diff.cells[0].action, CellAction::Copied);
    render(&mut engine, FrameTime::at(2000.0));
    assert_eq!(engine.signal(out), [1000.0 + 4000.0]);
    assert_eq!(engine.health().state_resets, 0);
}

#[test]
fn state_starts_anew_where_it_is_asked_or_cannot_go_on() {
    let ((old, _), (other, _)) = (
        summing(StateOp::Integrate, 0, 1.0),
        summing(StateOp::UnitDelay, 1, 1.0),
    );
    let mut engine = engine(&old);
    for t in [0.0, 1000.0] {
        render(&mut engine, FrameTime::at(t));
    }
    let report = swap(&mut engine, &other, ANY);
    assert_eq!((report.diff.class, report.resets()), (Class::C, 1));
    assert_eq!(report.diff.cells[0].action, CellAction::ResetLayout);
    render(&mut engine, FrameTime::at(2000.0));
    assert_eq!(engine.health().state_resets, 1);
    render(&mut engine, FrameTime::at(2100.0));
    assert_eq!(
        (engine.health().state_resets, engine.totals().state_resets),
        (0, 1)
    );

    let mut engine = self::engine(&old);
    render(&mut engine, FrameTime::at(0.0));
    render(&mut engine, FrameTime::at(1000.0));
    let how = SwapOptions {
        state: KeepState::Reset,
        ..SwapOptions::default()
    };
    let report = swap(&mut engine, &old, how);
    assert_eq!((report.applied, report.resets()), (true, 1));
}

#[test]
fn the_newest_entries_of_a_shorter_or_longer_delay_go_on() {
    let delayed = |frames| {
        let mut bench = Bench::new(cyclic(1000.0));
        let t = bench.time(TimeValue::TAbsMs);
        let cell = bench.cell(StateOp::UnitDelay, frames, Some(-1.0), &[Operand::Sig(t)]);
        let out = bench.previous(cell);
        (bench.finish(), out)
    };
    let after = |from: u32, to: u32| {
        let ((old, _), (new, out)) = (delayed(from), delayed(to));
        let mut engine = engine(&old);
        for t in [1.0, 2.0, 3.0, 4.0, 5.0] {
            render(&mut engine, FrameTime::at(t));
        }
        let report = swap(&mut engine, &new, SwapOptions::default());
        assert_eq!(report.diff.cells[0].action, CellAction::Resampled);
        values(&mut engine, out, &at([6.0, 7.0, 8.0, 9.0, 10.0]))
    };
    assert_eq!(after(3, 2), [4.0, 5.0, 6.0, 7.0, 8.0]);
    assert_eq!(after(3, 5), [-1.0, -1.0, 3.0, 4.0, 5.0]);
}

#[test]
fn probes_go_on_and_say_when_their_target_is_gone() {
    let (with, _) = summing(StateOp::Integrate, 0, 1.0);
    let without = Bench::new(cyclic(1000.0)).finish();
    let mut engine = engine(&with);
    let probe = engine
        .watch(Target::State("cell0000".to_owned()))
        .expect("there");
    let value = |engine: &mut Engine, t| {
        render(engine, FrameTime::at(t));
        engine.probe(probe).expect("watched").value.clone()
    };
    assert!(matches!(value(&mut engine, 0.0), SampleValue::Lanes { .. }));
    swap(&mut engine, &without, ANY);
    assert_eq!(value(&mut engine, 1.0), SampleValue::Gone);
    swap(&mut engine, &with, ANY);
    assert!(matches!(value(&mut engine, 2.0), SampleValue::Lanes { .. }));
}

#[test]
fn columns_that_are_made_in_the_same_way_stay() {
    let scene = |gain: f64| {
        let mut bench = Bench::new(cyclic(1000.0));
        let over = bench.domain("d", 2);
        let t = bench.time(TimeValue::TAbsMs);
        let gain = bench.num(gain);
        let size = bench.apply(Op::Mul, &[t, gain]);
        let size = bench.build.broadcast(size, false);
        bench.dots("dots", over, &[1.0, 2.0, 3.0, 4.0], size);
        bench.finish()
    };
    let (old, new) = (scene(1.0), scene(2.0));
    let mut engine = engine(&old);
    render(&mut engine, FrameTime::at(10.0));
    assert_eq!(engine.health().materialised, 3);
    let planned = engine.plan_swap(&new);
    let report = swap(&mut engine, &new, SwapOptions::default());
    assert_eq!((report.cache_kept, report.cache_released), (3, 0));
    assert_eq!((planned.cache_kept, planned.cache_released), (3, 0));
    assert_eq!(report.diff.class, Class::A);
    render(&mut engine, FrameTime::at(20.0));
    assert_eq!(engine.health().materialised, 1);
}

#[test]
fn a_swap_to_the_same_program_is_not_seen() {
    let old = clockwork(there_and_back(700.0), 300.0);
    let (mut plain, mut swapped) = (engine(&old.program), engine(&old.program));
    for step in 0..20 {
        if step % 3 == 1 {
            swap(&mut swapped, &old.program, SwapOptions::default());
        }
        for engine in [&mut plain, &mut swapped] {
            engine
                .render_frame(FrameTime::cycle(step, 9), &FrameCtx::default())
                .expect("legal");
        }
        for signal in [old.phase, old.wraps, old.lane, old.ticks] {
            assert_eq!(plain.signal(signal), swapped.signal(signal), "step {step}");
        }
        assert_eq!(plain.snapshot(), swapped.snapshot());
    }
}

#[test]
fn a_snapshot_after_a_swap_holds_the_gauge() {
    let (old, new) = (
        clockwork(cyclic(2000.0), 800.0),
        clockwork(cyclic(3000.0), 500.0),
    );
    let mut engine = engine(&old.program);
    render(&mut engine, FrameTime::at(500.0));
    swap(&mut engine, &new.program, ANY);
    render(&mut engine, FrameTime::at(600.0));
    let mut other = self::engine(&new.program);
    other.restore(&engine.snapshot()).expect("of this program");
    for t in [700.0, 2900.0, 3300.0] {
        for engine in [&mut engine, &mut other] {
            render(engine, FrameTime::at(t));
        }
        for signal in [new.phase, new.wraps, new.lane, new.ticks] {
            assert_eq!(engine.signal(signal), other.signal(signal));
        }
    }
}

proptest! {
    #[test]
    fn no_phase_jumps_and_no_wrap_is_invented(
        before in 20.0..5000.0f64,
        after in 20.0..5000.0f64,
        lanes in (20.0..5000.0f64, 20.0..5000.0f64),
        start in 0.0..100_000.0f64,
        steps in prop::collection::vec(0.1..60.0f64, 2..40),
        pingpong in any::<bool>(),
        at_frame in 1usize..20,
    ) {
        let model = |ms| if pingpong { there_and_back(ms) } else { cyclic(ms) };
        let (old, new) = (clockwork(model(before), lanes.0), clockwork(model(after), lanes.1));
        let mut engine = engine(&old.program);
        render(&mut engine, FrameTime::at(start));
        // Counts of turns that never jump, by hand.
        let (mut c, mut lane) = (start / before, start / lanes.0);
        let (mut t, mut wraps, mut ticks) = (start, 0.0, 0.0);
        let (first, first_tick) = (c.floor(), lane.floor());
        let mut period = (before, lanes.0);
        let mut reads = lane;
        for (frame, dt) in steps.iter().enumerate() {
            if frame == at_frame.min(steps.len() - 1) {
                swap(&mut engine, &new.program, ANY);
                period = (after, lanes.1);
            }
            t += dt;
            (c, lane) = (c + dt / period.0, lane + dt / period.1);
            render(&mut engine, FrameTime::at(t));
            let turn = |c: f64| {
                let part = c - c.floor();
                if pingpong && c.floor() % 2.0 == 1.0 { 1.0 - part } else { part }
            };
            let apart = |a: f64, b: f64| {
                let d = (a - b).abs();
                if pingpong { d } else { d.min(1.0 - d) }
            };
            prop_assert!(apart(engine.signal(new.phase)[0], turn(c)) < 1e-6);
            // A lane is read a frame late.
            let d = (engine.signal(new.lane)[0] - (reads - reads.floor())).abs();
            prop_assert!(d.min(1.0 - d) < 1e-6);
            wraps += engine.signal(new.wraps)[0];
            ticks += engine.signal(new.ticks)[0];
            let near = |c: f64| (c - c.round()).abs() < 1e-6;
            prop_assert!(near(c) || wraps == c.floor() - first, "{wraps} wraps at {c}");
            prop_assert!(near(reads) || ticks == reads.floor() - first_tick, "{ticks} ticks");
            reads = lane;
        }
    }
}

#[test]
fn a_reset_is_told_after_the_swap() {
    use crate::vm::trace::{Counter, FullRecorder, SpanKind, Subject, chrome};
    let (old, _) = summing(StateOp::Integrate, 0, 2.0);
    let (new, _) = summing(StateOp::Integrate, 0, 3.0);
    let recorder = FullRecorder::new(Counter::default());
    let options = EngineOptions::default();
    let mut engine = Engine::with_tracer(Arc::clone(&old), options, recorder).expect("fits");
    for t in [0.0, 100.0] {
        let time = FrameTime::at(t);
        engine
            .render_frame(time, &FrameCtx::default())
            .expect("a frame");
    }
    let how = SwapOptions {
        allow: Allow::Any,
        state: KeepState::Reset,
        ..SwapOptions::default()
    };
    let report = engine.set_program(Arc::clone(&new), how).expect("fits");
    assert_eq!(report.resets(), 1);
    let recording = engine.tracer().recording();
    let resets = recording.values.iter();
    let resets = resets.filter(|told| told.what.kind == SpanKind::Swap);
    let resets: Vec<_> = resets
        .map(|r| (r.what.subject, r.what.lanes[0], r.epoch))
        .collect();
    assert_eq!(resets, [(Subject::Cell(StateId(0)), 0.0, 1)]);
    let mut text = Vec::new();
    chrome::write(&recording, &[&old, &new], &mut text).expect("memory");
    let text = String::from_utf8(text).expect("UTF-8");
    let line = text.lines().find(|line| line.contains("\"reset state:"));
    let line = line.expect("a mark");
    assert!(
        line.contains("\"ph\":\"i\"") && line.contains("\"s\":\"g\""),
        "{line}"
    );
}
