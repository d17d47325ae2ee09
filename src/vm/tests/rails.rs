//! Rails: latches, generators, drives, and what the first frame sees.

use super::bench::*;
use crate::ir::*;
use crate::types::Domain;
use crate::vm::frame::{FrameTime, Mode};

#[test]
fn a_latched_rail_is_read_a_frame_late() {
    let mut bench = Bench::new(cyclic(2000.0));
    let phase = bench.rail(0, Domain::Phase01);
    let mut engine = bench.engine();
    let times = at([0.0, 500.0, 1000.0]);
    assert_eq!(values(&mut engine, phase, &times), [0.0, 0.0, 0.25]);
}

#[test]
fn latched_from_the_step_before_a_loop_closes() {
    let mut bench = Bench::new(cyclic(2000.0));
    let phase = bench.rail(0, Domain::Phase01);
    let mut engine = bench.engine();
    engine.latch_from(FrameTime::cycle(-1, 4)).expect("cyclic");
    let times: Vec<FrameTime> = (0..5).map(|i| FrameTime::cycle(i, 4)).collect();
    let reads = values(&mut engine, phase, &times);
    assert_eq!(reads, [0.75, 0.0, 0.25, 0.5, 0.75]);
}

#[test]
fn any_frame_alone_is_the_frame_of_the_run() {
    let mut bench = Bench::new(cyclic(2000.0));
    let phase = bench.rail(1, Domain::Phase01);
    let pulse = bench.build.event(EventExpr::Rail(RailId(2)));
    let pulses = bench.count(pulse);
    let wrap = bench.time_event(TimeEvent::Wrap);
    let wraps = bench.count(wrap);
    let dt = bench.time(TimeValue::DtMs);
    let sums = [phase, pulses, wraps, dt];
    let size = bench.apply(Op::Add, &[phase, pulses]);
    let size = bench.build.broadcast(size, false);
    let over = bench.domain("d", 1);
    bench.dots("dots", over, &[1.0, 2.0], size);
    let program = bench.finish();
    assert_eq!(program.memory, Memory::Previous);
    let mut run = super::bench::engine(&program);
    run.start_after(FrameTime::cycle(-1, 6)).expect("stateless");
    for i in 0..20 {
        let mut alone = super::bench::engine(&program);
        let before = FrameTime::cycle(i - 1, 6);
        alone.start_after(before).expect("stateless");
        render(&mut run, FrameTime::cycle(i, 6));
        render(&mut alone, FrameTime::cycle(i, 6));
        for signal in sums {
            assert_eq!(run.signal(signal), alone.signal(signal), "frame {i}");
        }
    }
}

#[test]
fn a_rail_marked_internal_now_has_no_delay() {
    let mut bench = Bench::new(cyclic(2000.0));
    bench.rails[0].read = RailRead::InternalNow;
    let phase = bench.rail(0, Domain::Phase01);
    let mut engine = bench.engine();
    let times = at([0.0, 500.0, 1000.0]);
    assert_eq!(values(&mut engine, phase, &times), [0.0, 0.25, 0.5]);
}

#[test]
fn rail_pulses_arrive_once_a_frame_late_with_their_times() {
    let mut bench = Bench::new(cyclic(2000.0));
    bench.rails[2].generator = Generator::Division {
        of: RailId(0),
        n: 4,
    };
    let pulse = bench.build.event(EventExpr::Rail(RailId(2)));
    let [count, last] = [EventView::Count, EventView::LastTMs].map(|v| bench.view(pulse, v));
    let mut engine = bench.engine();
    // Boundaries at 500, 1000, 1500…; the frame at 1100 passes two.
    let times = at([0.0, 400.0, 1100.0, 1200.0, 1200.0]);
    let mut seen = Vec::new();
    for time in times {
        render(&mut engine, time);
        seen.push((engine.signal(count)[0], engine.signal(last)[0]));
    }
    let none = (0.0, 0.0);
    assert_eq!(seen, [none, none, none, (2.0, 1000.0), none]);
}

#[test]
fn energy_and_palette_follow_their_phase() {
    let mut bench = Bench::new(cyclic(2000.0));
    let (energy, palette) = (bench.rail(4, Domain::Number), bench.rail(5, Domain::Color));
    let mut engine = bench.engine();
    render(&mut engine, FrameTime::at(1000.0));
    assert_eq!(engine.signal(energy), [0.5]);
    // Half way round the hue wheel is cyan.
    assert_eq!(engine.signal(palette), [0.0, 1.0, 1.0, 1.0]);
}

#[test]
fn a_patched_rail_reads_its_bus_and_mirrors_may_feed_it_back() {
    let mut bench = Bench::new(cyclic(2000.0));
    let energy = bench.rail(4, Domain::Number);
    let one = bench.num(1.0);
    let next = bench.apply(Op::Add, &[energy, one]);
    let bus = bench.bus(Domain::Number, Combine::Last, &[next]);
    bench.rails[4].drive = Drive::Patched;
    bench.rails[4].user = Some(RailUser { bus, r#use: None });
    let mut engine = bench.engine();
    // The loop closes through the latch: each frame sees the one before.
    let times = at([0.0, 1.0, 2.0, 2.0]);
    assert_eq!(values(&mut engine, energy, &times), [0.0, 1.0, 2.0, 3.0]);
}

#[test]
fn a_mixed_rail_combines_and_a_patched_one_without_publisher_is_silent() {
    let mut bench = Bench::new(cyclic(1000.0));
    let (energy, phase) = (
        bench.rail(4, Domain::Number),
        bench.rail(1, Domain::Phase01),
    );
    let two = bench.num(2.0);
    let bus = bench.bus(Domain::Number, Combine::Last, &[two]);
    let empty = bench.bus(Domain::Phase01, Combine::Last, &[]);
    bench.rails[4].drive = Drive::Mixed;
    bench.rails[4].combine = Combine::Sum;
    bench.rails[4].user = Some(RailUser { bus, r#use: None });
    bench.rails[1].drive = Drive::Patched;
    bench.rails[1].user = Some(RailUser {
        bus: empty,
        r#use: None,
    });
    let mut engine = bench.engine();
    render(&mut engine, FrameTime::at(500.0));
    assert_eq!(engine.health().rails_without_publisher, [RailId(1)]);
    // The first frame starts with the generators, without user part.
    assert_eq!(engine.signal(energy), [0.25]);
    render(&mut engine, FrameTime::at(510.0));
    assert!(engine.health().rails_without_publisher.is_empty());
    assert_eq!(engine.signal(energy), [2.25]);
    assert_eq!(engine.signal(phase), [0.0]);
}

#[test]
fn a_driven_period_keeps_the_phase() {
    let mut bench = Bench::new(cyclic(1000.0));
    let t = bench.time(TimeValue::TAbsMs);
    let edge = bench.num(1000.0);
    let late = bench.apply(Op::Ge, &[t, edge]);
    let [slow, fast] = [4000.0, 400.0].map(|v| bench.num(v));
    let period = bench.apply(Op::Select, &[late, fast, slow]);
    let base = bench.build.const_f64(Domain::Number, &[2000.0]);
    bench.rails[0].generator = Generator::Cycle {
        enabled: true,
        mode: CycleMode::Loop,
        period_ms: Param::Drive { sig: period, base },
        offset: bench.fixed(0.0),
    };
    let phase = bench.rail(0, Domain::Phase01);
    let mut engine = bench.engine();
    let times = at([0.0, 1000.0, 1100.0, 1200.0]);
    let reads = values(&mut engine, phase, &times);
    // Read late: base at 0; 1000/4000 in the frame at 1000; then 100/400 a frame.
    assert_eq!(reads, [0.0, 0.0, 0.25, 0.5]);
}

#[test]
fn a_driven_period_that_is_illegal_holds_and_is_counted() {
    let mut bench = Bench::new(cyclic(1000.0));
    let zero = bench.time(TimeValue::DtMs);
    let minus = bench.apply(Op::Neg, &[zero]);
    let base = bench.build.const_f64(Domain::Number, &[2000.0]);
    bench.rails[0].generator = Generator::Cycle {
        enabled: true,
        mode: CycleMode::Loop,
        period_ms: Param::Drive { sig: minus, base },
        offset: bench.fixed(0.0),
    };
    let phase = bench.rail(0, Domain::Phase01);
    let mut engine = bench.engine();
    let reads = values(&mut engine, phase, &at([500.0, 700.0, 900.0]));
    assert_eq!(reads, [0.25, 0.25, 0.25]);
    assert_eq!(engine.health().bad_parameter, 1);
}

#[test]
fn a_divider_of_a_rail_counts_the_latched_phase() {
    let mut bench = Bench::new(cyclic(1000.0));
    let by = bench.num(2.0);
    let divide = bench.build.event(EventExpr::Divide {
        of: PhaseSource::Rail(RailId(0)),
        by,
    });
    let count = bench.count(divide);
    let mut engine = bench.engine();
    // Boundaries of phaseA·2 are at 1000, 2000…; the frame after the one that passes them counts.
    let times = at([0.0, 900.0, 5100.0, 5200.0, 5300.0]);
    assert_eq!(
        values(&mut engine, count, &times),
        [1.0, 0.0, 0.0, 5.0, 0.0]
    );
}

#[test]
fn a_peek_leaves_the_latches_alone() {
    let mut bench = Bench::new(cyclic(2000.0));
    let phase = bench.rail(0, Domain::Phase01);
    let mut engine = bench.engine();
    values(&mut engine, phase, &at([0.0, 500.0]));
    let before = engine.snapshot();
    render(&mut engine, FrameTime::at(1700.0).with_mode(Mode::Peek));
    assert_eq!(engine.signal(phase), [0.25]);
    assert_eq!(engine.snapshot(), before);
}
