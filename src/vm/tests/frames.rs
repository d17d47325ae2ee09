//! Time, events and the classes of frames.

use super::bench::*;
use crate::ir::*;
use crate::types::Domain;
use crate::vm::frame::{FrameTime, Mode};
use crate::vm::{FrameClass, FrameError};

#[test]
fn wraps_of_a_loop_are_counted_and_timed() {
    let mut bench = Bench::new(cyclic(1000.0));
    let wrap = bench.time_event(TimeEvent::Wrap);
    let [count, last] = [EventView::Count, EventView::LastTMs].map(|v| bench.view(wrap, v));
    let mut engine = bench.engine();
    let times = at([0.0, 400.0, 2600.0, 2700.0]);
    assert_eq!(values(&mut engine, count, &times), [0.0, 0.0, 2.0, 0.0]);
    let mut engine = {
        let mut bench = Bench::new(cyclic(1000.0));
        let wrap = bench.time_event(TimeEvent::Wrap);
        bench.view(wrap, EventView::Count);
        assert_eq!(bench.view(wrap, EventView::LastTMs), last);
        bench.engine()
    };
    let last = values(&mut engine, last, &times);
    assert_eq!(last, [0.0, 0.0, 2000.0, 0.0]);
}

#[test]
fn no_wrap_is_lost_at_any_frame_rate() {
    for fps in [0.13, 0.5, 3.0, 7.3, 24.0, 29.97, 60.0, 144.0] {
        let mut bench = Bench::new(cyclic(1000.0));
        let wrap = bench.time_event(TimeEvent::Wrap);
        let count = bench.count(wrap);
        let mut engine = bench.engine();
        let mut sum = 0.0;
        let frames = (60.0 * fps) as u32;
        for i in 0..=frames {
            render(&mut engine, FrameTime::at(f64::from(i) * 1000.0 / fps));
            sum += engine.signal(count)[0];
        }
        let end = f64::from(frames) / fps;
        assert_eq!(sum, (end + 1e-9).floor(), "{fps} fps");
    }
}

#[test]
fn a_long_pause_folds_pulses_and_counts_all() {
    let mut bench = Bench::new(cyclic(1.0));
    let wrap = bench.time_event(TimeEvent::Wrap);
    let count = bench.count(wrap);
    let mut engine = bench.engine();
    assert_eq!(
        values(&mut engine, count, &at([0.0, 5000.0])),
        [0.0, 5000.0]
    );
    assert_eq!(engine.health().pulses_folded, 5000 - 1024);
    assert_eq!(engine.totals().pulses, 5000);
}

#[test]
fn classes_follow_the_time_and_the_mode() {
    let mut engine = Bench::new(cyclic(1000.0)).engine();
    let mut class = |time: FrameTime| {
        render(&mut engine, time);
        (engine.health().class, engine.health().frame)
    };
    assert_eq!(class(FrameTime::at(0.0)), (FrameClass::First, 0));
    assert_eq!(class(FrameTime::at(5.0)), (FrameClass::Advance, 1));
    assert_eq!(class(FrameTime::at(5.0)), (FrameClass::Hold, 2));
    let peek = FrameTime::at(900.0).with_mode(Mode::Peek);
    assert_eq!(class(peek), (FrameClass::Peek, 3));
    assert_eq!(class(FrameTime::at(6.0)), (FrameClass::Advance, 3));
    assert_eq!(class(FrameTime::at(1.0)), (FrameClass::Rewind, 0));
    let jump = FrameTime::at(2.0).with_mode(Mode::Jump);
    assert_eq!(class(jump), (FrameClass::Jump, 0));
    assert_eq!(class(FrameTime::cycle(1, 4)), (FrameClass::Advance, 1));
    assert_eq!(class(FrameTime::cycle(1, 4)), (FrameClass::Hold, 2));
}

#[test]
fn an_illegal_time_leaves_the_run_as_it_was() {
    let mut bench = Bench::new(cyclic(1000.0));
    let one = bench.num(1.0);
    let cell = bench.cell(StateOp::Integrate, 0, None, &[Operand::Sig(one)]);
    let out = bench.out(cell);
    let mut engine = bench.engine();
    values(&mut engine, out, &at([0.0, 100.0]));
    let before = engine.snapshot();
    let nan = try_render(&mut engine, FrameTime::at(f64::NAN));
    assert!(matches!(nan, Err(FrameError::BadTime(_))));
    let none = try_render(&mut engine, FrameTime::cycle(0, 0));
    assert!(matches!(none, Err(FrameError::BadCycle(_))));
    assert_eq!(engine.snapshot(), before);
}

#[test]
fn steps_of_equal_length_have_equal_bits() {
    let mut bench = Bench::new(cyclic(2000.0));
    let dt = bench.time(TimeValue::DtMs);
    let mut engine = bench.engine();
    let times: Vec<FrameTime> = (0..300).map(|i| FrameTime::cycle(i, 7)).collect();
    let steps = values(&mut engine, dt, &times);
    assert_eq!(steps[0], 0.0);
    assert!(
        steps[1..]
            .iter()
            .all(|dt| dt.to_bits() == (2000.0_f64 / 7.0).to_bits())
    );
}

#[test]
fn a_trigger_constant_fires_in_the_first_frame_of_a_run() {
    let mut bench = Bench::new(cyclic(1000.0));
    let event = bench.build.event(EventExpr::FirstFrame);
    let count = bench.count(event);
    let mut engine = bench.engine();
    let times = at([0.0, 10.0, 5.0, 6.0]);
    assert_eq!(values(&mut engine, count, &times), [1.0, 0.0, 1.0, 0.0]);
}

#[test]
fn a_direct_divider_counts_in_integers_and_over_whole_turns() {
    let mut bench = Bench::new(cyclic(1000.0));
    let by = bench.num(4.0);
    let divide = bench.build.event(EventExpr::Divide {
        of: PhaseSource::Time,
        by,
    });
    let count = bench.count(divide);
    let program = bench.finish();
    let engine = || super::bench::engine(&program);
    // The first frame counts one; a step over two turns loses nothing.
    let times = at([0.0, 250.0, 2250.0, 2250.0]);
    assert_eq!(values(&mut engine(), count, &times), [1.0, 1.0, 8.0, 0.0]);
    let times: Vec<FrameTime> = (0..7).map(|i| FrameTime::cycle(i, 3)).collect();
    let counts = values(&mut engine(), count, &times);
    assert_eq!(counts, [1.0, 1.0, 1.0, 2.0, 1.0, 1.0, 2.0]);
}

#[test]
fn gates_and_event_buses_see_this_frame() {
    let mut bench = Bench::new(cyclic(1000.0));
    let wrap = bench.time_event(TimeEvent::Wrap);
    let phase = bench.time(TimeValue::Phase01);
    let gate = bench.build.event(EventExpr::Gate {
        src: wrap,
        open: phase,
    });
    let both = bench.build.event(EventExpr::Combine {
        bus: None,
        mode: Combine::Sum,
        terms: vec![wrap, gate],
    });
    let count = bench.count(both);
    let mut engine = bench.engine();
    // Open only while the phase is above a half.
    let times = at([0.0, 1200.0, 2700.0]);
    assert_eq!(values(&mut engine, count, &times), [0.0, 1.0, 2.0]);
}

#[test]
fn counted_divisions_and_values_that_are_not_finite_name_their_step() {
    let mut bench = Bench::new(cyclic(1000.0));
    let (t, zero) = (bench.time(TimeValue::TAbsMs), bench.num(0.0));
    bench.apply(Op::Div, &[t, zero]);
    let ln = bench.apply(Op::Ln, &[t]);
    let nan = bench.apply(Op::Sub, &[ln, ln]);
    let mut engine = bench.engine();
    render(&mut engine, FrameTime::at(0.0));
    let health = engine.health();
    assert_eq!((health.div_zero, health.nan, health.inf), (1, 1, 1));
    assert_eq!(health.first_non_finite, Some((ln, StepId(3))));
    assert_eq!(engine.signal(nan)[0].to_bits(), f64::NAN.to_bits());
    assert_eq!(health.steps.len(), 1);
    render(&mut engine, FrameTime::at(1.0));
    assert_eq!((engine.health().nan, engine.totals().nan), (0, 1));
    let _ = Domain::Number;
}
