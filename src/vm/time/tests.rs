//! Times at the edges: long steps, both ends of a cycle, just below a boundary.

use super::*;
use crate::ir::TimeValue;

const fn cyclic(period: f64, mode: CycleMode) -> Model {
    Model::Cyclic {
        period,
        mode,
        gauge: 0.0,
    }
}

fn at(t_ms: f64) -> Moment {
    Moment { t_ms, cycle: None }
}

fn wraps(model: &Model, prev: &Moment, now: &Moment) -> Vec<f64> {
    let mut list = PulseList::new();
    model.pulses(TimeEvent::Wrap, prev, now, &mut list);
    list.kept().iter().map(|p| p.t_ms).collect()
}

#[test]
fn a_long_step_of_a_loop_loses_no_wrap() {
    let model = cyclic(1000.0, CycleMode::Loop);
    assert_eq!(wraps(&model, &at(400.0), &at(2600.0)), [1000.0, 2000.0]);
    assert!(wraps(&model, &at(0.0), &at(400.0)).is_empty());
    let phase = |t| model.values(&at(t))[TimeValue::Phase01 as usize];
    assert_eq!([phase(0.0), phase(400.0)], [0.0, 0.4]);
    assert!((phase(2600.0) - 0.6).abs() < 1e-12 && (phase(2700.0) - 0.7).abs() < 1e-12);
}

#[test]
fn pingpong_turns_at_both_ends_and_reaches_one() {
    let model = cyclic(1000.0, CycleMode::Pingpong);
    let frame = |i: i32| at(f64::from(i) * 1000.0 / 60.0);
    let mut found = Vec::new();
    for i in 1..=240 {
        if !wraps(&model, &frame(i - 1), &frame(i)).is_empty() {
            found.push(i);
        }
    }
    assert_eq!(found, [60, 120, 180, 240]);
    assert_eq!(model.values(&frame(60))[TimeValue::Phase01 as usize], 1.0);
}

#[test]
fn a_time_just_below_a_boundary_has_passed_it() {
    // 3·(1000/3) is a little less than 1000 in some roundings; the frame still wraps.
    let model = cyclic(1000.0, CycleMode::Loop);
    let almost = at(1000.0 - 1e-7);
    assert_eq!(wraps(&model, &at(900.0), &almost), [1000.0]);
    assert!(wraps(&model, &almost, &at(1000.0)).is_empty());
    let values = model.values(&almost);
    assert_eq!(values[TimeValue::Phase01 as usize], 0.0);
    assert_eq!(values[TimeValue::CycleTMs as usize], 0.0);
}

#[test]
fn steps_of_a_cycle_are_exact() {
    let model = cyclic(2000.0, CycleMode::Loop);
    let step = |i| model.check(FrameTime::cycle(i, 120), true).expect("cyclic");
    let values = model.values(&step(15));
    assert_eq!(values[TimeValue::Phase01 as usize], 0.125);
    assert_eq!(values[TimeValue::TAbsMs as usize], 250.0);
    assert_eq!(values[TimeValue::CycleTMs as usize], 250.0);
    let back = cyclic(2000.0, CycleMode::Pingpong);
    let sample = back.check(FrameTime::cycle(90, 120), true).expect("cyclic");
    let values = back.values(&sample);
    assert_eq!(values[TimeValue::Phase01 as usize], 0.5);
    assert_eq!(values[TimeValue::CycleIndex as usize], 1.0);
    assert_eq!(values[TimeValue::CycleTMs as usize], 1000.0);
    assert_eq!(values[TimeValue::TAbsMs as usize], 3000.0);
    // Every step of a later or negative loop has the phase of the first, bit for bit.
    for i in -240..240 {
        assert_eq!(
            model.values(&step(i))[3].to_bits(),
            model.values(&step(i + 120))[3].to_bits()
        );
    }
}

#[test]
fn a_finite_model_ends_once() {
    let model = Model::Finite {
        duration: 1000.0,
        cues: vec![(500.0, 1.0)],
    };
    let times = [983.3, 1000.0, 1016.7].map(at);
    let count = |event, prev: &Moment, now: &Moment| {
        let mut list = PulseList::new();
        model.pulses(event, prev, now, &mut list);
        list.count()
    };
    assert_eq!(count(TimeEvent::End, &at(966.7), &times[0]), 0);
    assert_eq!(count(TimeEvent::End, &times[0], &times[1]), 1);
    assert_eq!(count(TimeEvent::End, &times[1], &times[2]), 0);
    assert_eq!(count(TimeEvent::Cue, &at(499.0), &at(500.0)), 1);
    let energy = times.map(|t| model.values(&t)[TimeValue::Energy as usize]);
    assert_eq!(energy, [1.0, 0.0, 0.0]);
    assert_eq!(model.values(&times[2])[TimeValue::Progress01 as usize], 1.0);
}

#[test]
fn divisions_count_whole_turns_and_both_legs() {
    let model = cyclic(1000.0, CycleMode::Loop);
    let step = |i| model.check(FrameTime::cycle(i, 3), true).expect("cyclic");
    assert_eq!(
        [0, 1, 2, 3, -1].map(|i| model.passed(&step(i), 4)),
        [0, 1, 2, 4, -2]
    );
    let back = cyclic(1000.0, CycleMode::Pingpong);
    let step = |i| back.check(FrameTime::cycle(i, 4), true).expect("cyclic");
    assert_eq!([0, 1, 2, 4].map(|i| back.passed(&step(i), 1)), [0, 0, 1, 2]);
}

#[test]
fn illegal_times_are_told_apart() {
    let model = cyclic(1000.0, CycleMode::Loop);
    assert!(matches!(
        model.check(FrameTime::at(f64::NAN), true),
        Err(FrameError::BadTime(_))
    ));
    assert!(matches!(
        model.check(FrameTime::cycle(0, 0), true),
        Err(FrameError::BadCycle(_))
    ));
    let finite = Model::Finite {
        duration: 1.0,
        cues: Vec::new(),
    };
    assert!(finite.check(FrameTime::cycle(0, 1), true).is_err());
    let clamped = finite.check(FrameTime::at(-5.0), true).expect("finite");
    assert_eq!(clamped.t_ms.to_bits(), 0.0_f64.to_bits());
}

#[test]
fn extreme_times_stay_total() {
    let model = cyclic(1e-300, CycleMode::Pingpong);
    let values = model.values(&at(f64::MAX));
    assert!(values.iter().all(|v| v.is_finite()));
    let mut list = PulseList::new();
    model.pulses(TimeEvent::Wrap, &at(0.0), &at(1e5), &mut list);
    assert_eq!(list.kept().len(), PulseList::CAP);
}
