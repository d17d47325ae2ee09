//! Cells: each op, and the rules that hold for all of them.

use super::bench::*;
use crate::ir::*;
use crate::vm::Engine;
use crate::vm::frame::{FrameTime, Mode};
use proptest::prelude::*;

fn close(a: &[f64], b: &[f64]) {
    let near = a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12);
    assert!(near, "{a:?} is not {b:?}");
}

#[test]
fn integrate_sums_time_and_rewinds() {
    let mut bench = Bench::new(cyclic(1000.0));
    let one = bench.num(1.0);
    let cell = bench.cell(StateOp::Integrate, 0, None, &[Operand::Sig(one)]);
    let out = bench.out(cell);
    let mut engine = bench.engine();
    let times = at([0.0, 100.0, 100.0, 300.0]);
    close(&values(&mut engine, out, &times), &[0.0, 0.1, 0.1, 0.3]);
    let peek = FrameTime::at(1000.0).with_mode(Mode::Peek);
    let times = [peek, FrameTime::at(400.0), FrameTime::at(50.0)];
    close(&values(&mut engine, out, &times), &[0.3, 0.4, 0.0]);
}

#[test]
fn integrate_is_reset_by_a_pulse() {
    let mut bench = Bench::new(cyclic(1000.0));
    let one = bench.num(1.0);
    let wrap = bench.time_event(TimeEvent::Wrap);
    let args = [Operand::Sig(one), Operand::Event(wrap)];
    let cell = bench.cell(StateOp::Integrate, 0, Some(5.0), &args);
    let out = bench.out(cell);
    let mut engine = bench.engine();
    let times = at([0.0, 500.0, 1100.0]);
    close(&values(&mut engine, out, &times), &[5.0, 5.5, 5.6]);
}

#[test]
fn delay_reads_its_history() {
    let mut bench = Bench::new(cyclic(1000.0));
    let (t, hundred, wait) = (
        bench.time(TimeValue::TAbsMs),
        bench.num(100.0),
        bench.num(0.2),
    );
    let x = bench.apply(Op::Div, &[t, hundred]);
    let args = [Operand::Sig(x), Operand::Sig(wait)];
    let cell = bench.cell(StateOp::Delay, 0, None, &args);
    let (out, previous) = (bench.out(cell), bench.previous(cell));
    let mut engine = bench.engine();
    for i in 0..=5 {
        render(&mut engine, FrameTime::at(f64::from(i) * 100.0));
    }
    assert_eq!(
        (engine.signal(out), engine.signal(previous)),
        (&[3.0][..], &[3.0][..])
    );
}

#[test]
fn a_delay_without_delay_is_one_frame_late() {
    let mut bench = Bench::new(cyclic(1000.0));
    let (t, zero) = (bench.time(TimeValue::TAbsMs), bench.num(0.0));
    let args = [Operand::Sig(t), Operand::Sig(zero)];
    let cell = bench.cell(StateOp::Delay, 0, Some(-1.0), &args);
    let out = bench.previous(cell);
    let mut engine = bench.engine();
    let times = at([0.0, 10.0, 30.0]);
    assert_eq!(values(&mut engine, out, &times), [-1.0, 0.0, 10.0]);
}

/// Two unit delays that feed each other; the order of their rows is the flag's.
fn swap(reversed: bool) -> (Engine, [SignalId; 2]) {
    let mut bench = Bench::new(cyclic(1000.0));
    let zero = bench.num(0.0);
    let mut cells = [1.0, 2.0];
    if reversed {
        cells.reverse();
    }
    let cells =
        cells.map(|init| bench.cell(StateOp::UnitDelay, 1, Some(init), &[Operand::Sig(zero)]));
    let outs = cells.map(|c| bench.previous(c));
    bench
        .build
        .set_cell_args(cells[0], vec![Operand::Sig(outs[1])]);
    bench
        .build
        .set_cell_args(cells[1], vec![Operand::Sig(outs[0])]);
    let outs = if reversed { [outs[1], outs[0]] } else { outs };
    (bench.engine(), outs)
}

#[test]
fn two_unit_delays_swap_whatever_their_order() {
    for reversed in [false, true] {
        let (mut engine, [a, b]) = swap(reversed);
        let mut seen = Vec::new();
        for t in [0.0, 10.0, 10.0] {
            render(&mut engine, FrameTime::at(t));
            seen.push((engine.signal(a)[0], engine.signal(b)[0]));
        }
        assert_eq!(seen, [(1.0, 2.0), (2.0, 1.0), (1.0, 2.0)]);
    }
}

#[test]
fn a_unit_delay_of_three_frames() {
    let mut bench = Bench::new(cyclic(1000.0));
    let t = bench.time(TimeValue::TAbsMs);
    let cell = bench.cell(StateOp::UnitDelay, 3, Some(-1.0), &[Operand::Sig(t)]);
    let out = bench.out(cell);
    let mut engine = bench.engine();
    let times = at([0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    let delayed = values(&mut engine, out, &times);
    assert_eq!(delayed, [-1.0, -1.0, -1.0, 0.0, 1.0, 2.0]);
}

#[test]
fn sample_and_hold_takes_at_pulses() {
    let mut bench = Bench::new(cyclic(100.0));
    let (t, wrap) = (
        bench.time(TimeValue::TAbsMs),
        bench.time_event(TimeEvent::Wrap),
    );
    let args = [Operand::Sig(t), Operand::Event(wrap)];
    let cell = bench.cell(StateOp::SampleHold, 0, Some(7.0), &args);
    let out = bench.out(cell);
    let mut engine = bench.engine();
    let times = at([0.0, 50.0, 120.0, 150.0]);
    assert_eq!(values(&mut engine, out, &times), [7.0, 7.0, 120.0, 120.0]);
}

#[test]
fn slews_follow_exponentially_or_at_a_speed() {
    let mut bench = Bench::new(cyclic(1e6));
    let t = bench.time(TimeValue::TAbsMs);
    let zero = bench.num(0.0);
    let up = bench.apply(Op::Gt, &[t, zero]);
    let rate = bench.num(2.0);
    let args = [Operand::Sig(up), Operand::Sig(rate)];
    let slow = bench.cell(StateOp::SlewExp, 0, None, &args);
    let (rise, fall) = (bench.num(200.0), bench.num(0.0));
    let args = [Operand::Sig(up), Operand::Sig(rise), Operand::Sig(fall)];
    let straight = bench.cell(StateOp::SlewLinear, 0, None, &args);
    let fast = bench.num(f64::INFINITY);
    let args = [Operand::Sig(up), Operand::Sig(fast)];
    let at_once = bench.cell(StateOp::SlewExp, 0, None, &args);
    let outs = [slow, straight, at_once].map(|c| bench.out(c));
    let mut engine = bench.engine();
    let e = |x: f64| 1.0 - crate::math::Real::exp(x);
    for (t, wanted) in [
        (0.0, [0.0, 0.0, 0.0]),
        (50.0, [e(-0.1), 0.25, 1.0]),
        (50.0, [e(-0.1), 0.25, 1.0]),
        (500.0, [e(-1.0), 1.0, 1.0]),
    ] {
        render(&mut engine, FrameTime::at(t));
        close(&outs.map(|o| engine.signal(o)[0]), &wanted);
    }
}

/// A phase that takes these values in the frames at 0, 1, 2… ms.
fn sequence(bench: &mut Bench, list: &[f64]) -> SignalId {
    let t = bench.time(TimeValue::TAbsMs);
    let mut value = bench.num(list[0]);
    for (i, &x) in list.iter().enumerate().skip(1) {
        let (edge, x) = (bench.num(i as f64), bench.num(x));
        let after = bench.apply(Op::Ge, &[t, edge]);
        value = bench.apply(Op::Select, &[after, x, value]);
    }
    value
}

fn run_sequence(bench: Bench, signal: SignalId, frames: usize) -> Vec<f64> {
    let mut engine = bench.engine();
    let times: Vec<FrameTime> = (0..frames).map(|i| FrameTime::at(i as f64)).collect();
    values(&mut engine, signal, &times)
}

#[test]
fn a_pulse_divider_goes_the_short_way_round() {
    let mut bench = Bench::new(cyclic(1e6));
    let phase = sequence(&mut bench, &[0.0, 0.1, 0.3, 0.9, 0.05, 0.6]);
    let by = bench.num(4.0);
    let args = [Operand::Sig(phase), Operand::Sig(by)];
    let cell = bench.cell(StateOp::PulseDivider, 0, None, &args);
    let fired = bench.fired(cell);
    assert_eq!(
        run_sequence(bench, fired, 6),
        [1.0, 0.0, 1.0, 2.0, 1.0, 2.0]
    );
}

#[test]
fn edges_fire_where_they_are_crossed() {
    let mut bench = Bench::new(cyclic(1e6));
    let phase = sequence(&mut bench, &[0.9, 0.1, 0.5, 0.85, 0.15, 0.1]);
    let args = [Operand::Sig(phase)];
    let wrap = bench.cell(StateOp::EdgeWrap, 0, None, &args);
    let fired = bench.fired(wrap);
    assert_eq!(
        run_sequence(bench, fired, 6),
        [0.0, 1.0, 0.0, 0.0, 1.0, 0.0]
    );
    let mut bench = Bench::new(cyclic(1e6));
    let level = sequence(&mut bench, &[1.0, 0.5, 0.6, 0.9, 0.0, 1.0]);
    let rise = bench.cell(StateOp::RiseEdge, 0, None, &[Operand::Sig(level)]);
    let fired = bench.fired(rise);
    assert_eq!(
        run_sequence(bench, fired, 6),
        [1.0, 0.0, 1.0, 0.0, 0.0, 1.0]
    );
}

#[test]
fn a_hysteresis_keeps_its_side_between_the_levels() {
    let mut bench = Bench::new(cyclic(1e6));
    let x = sequence(&mut bench, &[0.5, 0.6, 0.5, 0.4, 0.5]);
    let (low, high) = (bench.num(0.4), bench.num(0.6));
    let args = [Operand::Sig(x), Operand::Sig(low), Operand::Sig(high)];
    let cell = bench.cell(StateOp::Hysteresis, 0, None, &args);
    let out = bench.out(cell);
    assert_eq!(run_sequence(bench, out, 5), [0.4, 0.6, 0.6, 0.4, 0.4]);
}

#[test]
fn an_envelope_rises_and_falls_after_each_pulse() {
    let mut bench = Bench::new(cyclic(1000.0));
    let wrap = bench.time_event(TimeEvent::Wrap);
    let [attack, decay, peak] = [0.1, 0.2, 2.0].map(|v| bench.num(v));
    let args = [
        Operand::Event(wrap),
        Operand::Sig(attack),
        Operand::Sig(decay),
        Operand::Sig(peak),
    ];
    let cell = bench.cell(StateOp::EnvelopeAd, 0, None, &args);
    let out = bench.out(cell);
    let mut engine = bench.engine();
    let times = at([0.0, 900.0, 1000.0, 1050.0, 1100.0, 1200.0, 1300.0]);
    close(
        &values(&mut engine, out, &times),
        &[0.0, 0.0, 0.0, 1.0, 2.0, 1.0, 0.0],
    );
}

#[test]
fn a_counter_adds_all_pulses_of_a_frame() {
    let mut bench = Bench::new(cyclic(100.0));
    let wrap = bench.time_event(TimeEvent::Wrap);
    let cell = bench.cell(StateOp::Counter, 0, None, &[Operand::Event(wrap)]);
    let out = bench.out(cell);
    let mut engine = bench.engine();
    let times = at([0.0, 250.0, 1000.0, 1000.0]);
    assert_eq!(values(&mut engine, out, &times), [0.0, 2.0, 10.0, 10.0]);
}

#[test]
fn a_history_lines_up_oldest_first() {
    use crate::vm::field::Histories;
    let mut bench = Bench::new(cyclic(1000.0));
    let t = bench.time(TimeValue::TAbsMs);
    let cell = bench.cell(StateOp::History, 3, None, &[Operand::Sig(t)]);
    let latest = bench.out(cell);
    let mut engine = bench.engine();
    let mut seen = Vec::new();
    let mut revisions = Vec::new();
    for t in [5.0, 6.0, 7.0, 8.0, 9.0] {
        render(&mut engine, FrameTime::at(t));
        let (entries, revision) = engine.cells().history(cell);
        seen.push(entries.to_vec());
        revisions.push(revision);
        assert_eq!(engine.signal(latest), [t]);
    }
    let wanted = [
        [5.0, 5.0, 5.0],
        [5.0, 5.0, 6.0],
        [5.0, 6.0, 7.0],
        [6.0, 7.0, 8.0],
        [7.0, 8.0, 9.0],
    ];
    assert_eq!(seen, wanted);
    assert!(revisions.windows(2).all(|w| w[0] < w[1]));
}

#[test]
fn cells_that_nobody_reads_go_on() {
    let mut bench = Bench::new(cyclic(1000.0));
    let one = bench.num(1.0);
    bench.cell(StateOp::Integrate, 0, None, &[Operand::Sig(one)]);
    let mut engine = bench.engine();
    let probe = engine
        .watch("state:cell0000".parse().expect("a target"))
        .expect("a cell");
    for t in [0.0, 1000.0, 2500.0] {
        render(&mut engine, FrameTime::at(t));
    }
    let sample = engine.probe(probe).expect("watched");
    let crate::vm::SampleValue::Lanes { lanes, .. } = &sample.value else {
        panic!("{sample:?}");
    };
    assert_eq!(lanes, &[2.5]);
}

/// A ring of cells of all loop-closing kinds; the same ring for every order of its rows.
fn ring(order: &[usize], kinds: &[u8]) -> (Engine, Vec<SignalId>) {
    let mut bench = Bench::new(cyclic(1000.0));
    let n = order.len();
    let (zero, wait) = (bench.num(0.0), bench.num(0.03));
    let mut cells = vec![StateId(0); n];
    for &i in order {
        let x = Operand::Sig(zero);
        let init = Some(i as f64 + 1.0);
        cells[i] = match kinds[i] % 3 {
            0 => bench.cell(StateOp::UnitDelay, 1 + i as u32, init, &[x]),
            1 => bench.cell(StateOp::Integrate, 0, init, &[x]),
            _ => bench.cell(StateOp::Delay, 0, init, &[x, Operand::Sig(wait)]),
        };
    }
    let outs: Vec<SignalId> = cells.iter().map(|&c| bench.previous(c)).collect();
    for i in 0..n {
        let mut args = vec![Operand::Sig(outs[(i + 1) % n])];
        if kinds[i] % 3 == 2 {
            args.push(Operand::Sig(wait));
        }
        bench.build.set_cell_args(cells[i], args);
    }
    (bench.engine(), outs)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_order_of_cells_never_matters(
        kinds in prop::collection::vec(0u8..3, 2..7),
        shuffle in any::<u64>(),
        steps in prop::collection::vec(0u8..3, 1..30),
    ) {
        let straight: Vec<usize> = (0..kinds.len()).collect();
        let mut mixed = straight.clone();
        let mut seed = shuffle;
        for i in (1..mixed.len()).rev() {
            mixed.swap(i, (seed % (i as u64 + 1)) as usize);
            seed = seed.rotate_right(7);
        }
        let (mut a, outs_a) = ring(&straight, &kinds);
        let (mut b, outs_b) = ring(&mixed, &kinds);
        let mut t = 0.0;
        for step in steps {
            t += f64::from(step) * 10.0;
            render(&mut a, FrameTime::at(t));
            render(&mut b, FrameTime::at(t));
            for (x, y) in outs_a.iter().zip(&outs_b) {
                prop_assert_eq!(a.signal(*x)[0].to_bits(), b.signal(*y)[0].to_bits());
            }
        }
    }
}
