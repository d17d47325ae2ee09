//! Every row of the table of plans, and what leads to a frame.

use super::*;
use crate::export::shutter::ShutterPhase;
use proptest::prelude::*;

fn finite(duration_ms: f64) -> TimeModel {
    TimeModel::Finite {
        duration_ms,
        cue_points: Vec::new(),
    }
}

fn cyclic(period_ms: f64, mode: CycleMode) -> TimeModel {
    TimeModel::Cyclic { period_ms, mode }
}

fn infinite(window_ms: f64) -> TimeModel {
    TimeModel::Infinite {
        window_ms,
        suggested_ui_window_ms: None,
        ambient_period_ms: None,
    }
}

fn plan(model: &TimeModel, options: PlanOptions) -> Plan {
    Plan::new(model, Memory::None, &options).unwrap()
}

fn refused(model: &TimeModel, options: PlanOptions) -> PlanError {
    Plan::new(model, Memory::None, &options).unwrap_err()
}

fn by_time() -> PlanOptions {
    PlanOptions {
        sampling: Some(Sampling::Time),
        ..Default::default()
    }
}

fn fps(text: &str) -> FrameRate {
    text.parse().unwrap()
}

const LOOP: CycleMode = CycleMode::Loop;
const PINGPONG: CycleMode = CycleMode::Pingpong;

fn one(range: std::ops::Range<i64>) -> Vec<std::ops::Range<i64>> {
    std::iter::once(range).collect()
}

#[test]
fn finite_runs_once_without_its_end() {
    let plan = plan(&finite(1000.0), PlanOptions::default());
    assert_eq!(plan.frames(), 60);
    assert_eq!(plan.sample(0), Sample::At { t_ms: 0.0 });
    assert_eq!(
        plan.sample(59),
        Sample::At {
            t_ms: 59_000.0 / 60.0
        }
    );
    assert_eq!(plan.phase(plan.sample(30)), Some(0.5));
    assert_eq!(plan.closes(), None);
    assert_eq!(plan.warmup(), None);
}

#[test]
fn finite_with_its_end_has_one_frame_at_exactly_d() {
    let options = PlanOptions {
        include_end: true,
        fps: fps("30000/1001"),
        ..Default::default()
    };
    let plan = plan(&finite(1000.0), options);
    // 1000 ms are 29.97 frames: 30 and the end.
    assert_eq!(plan.frames(), 31);
    assert_eq!(
        plan.sample(29),
        Sample::At {
            t_ms: 29.0 * 1_001_000.0 / 30_000.0
        }
    );
    assert_eq!(plan.sample(30), Sample::At { t_ms: 1000.0 });
    assert_eq!(plan.phase(plan.sample(30)), Some(1.0));
}

#[test]
fn a_window_of_a_finite_plan() {
    let options = PlanOptions {
        start_ms: Some(250.0),
        duration_ms: Some(500.0),
        fps: fps("10"),
        ..Default::default()
    };
    let window = plan(&finite(1000.0), options.clone());
    assert_eq!(window.frames(), 5);
    assert_eq!(window.sample(1), Sample::At { t_ms: 350.0 });
    let rest = PlanOptions {
        duration_ms: None,
        ..options.clone()
    };
    assert_eq!(plan(&finite(1000.0), rest).frames(), 8);
    let past = PlanOptions {
        start_ms: Some(1000.0),
        ..options
    };
    assert!(matches!(
        refused(&finite(1000.0), past),
        PlanError::PastEnd { .. }
    ));
}

#[test]
fn even_the_shortest_has_one_frame() {
    assert_eq!(plan(&finite(0.001), PlanOptions::default()).frames(), 1);
    assert_eq!(plan(&cyclic(1.0, LOOP), PlanOptions::default()).frames(), 1);
}

#[test]
fn a_loop_is_driven_by_phase() {
    let plan = plan(&cyclic(2000.0, LOOP), PlanOptions::default());
    assert_eq!((plan.frames(), plan.cycle()), (120, Some((120, 1))));
    let sample = plan.sample(15);
    assert_eq!(sample, Sample::Cycle { step: 15, of: 120 });
    assert_eq!(
        (plan.time_ms(sample), plan.phase(sample)),
        (250.0, Some(0.125))
    );
    assert_eq!(plan.phase(plan.sample(120)), plan.phase(plan.sample(0)));
    assert_eq!(plan.closes(), Some(true));
    assert_eq!(plan.duration_ms(), 2000.0);
}

#[test]
fn frames_per_cycle_cover_both_legs() {
    let options = PlanOptions {
        frames_per_cycle: Some(120),
        ..Default::default()
    };
    let plan = plan(&cyclic(2000.0, PINGPONG), options);
    assert_eq!(plan.frames(), 120);
    let sample = plan.sample(90);
    assert_eq!(
        (plan.time_ms(sample), plan.phase(sample)),
        (3000.0, Some(0.5))
    );
    assert_eq!(plan.phase(plan.sample(60)), Some(1.0));
    assert_eq!(plan.phase(plan.sample(30)), Some(0.5));
}

#[test]
fn a_pingpong_lasts_two_periods() {
    let plan = plan(&cyclic(1000.0, PINGPONG), PlanOptions::default());
    assert_eq!((plan.frames(), plan.duration_ms()), (120, 2000.0));
}

#[test]
fn loop_frames_are_rounded_not_cut() {
    assert_eq!(
        plan(&cyclic(1009.0, LOOP), PlanOptions::default()).frames(),
        61
    );
    let options = PlanOptions {
        fps: fps("30000/1001"),
        loops: Some(3),
        ..Default::default()
    };
    assert_eq!(plan(&cyclic(1000.0, LOOP), options).frames(), 90);
}

#[test]
fn a_cycle_by_time_says_whether_it_closes() {
    let whole = plan(&cyclic(1000.0, LOOP), by_time());
    assert_eq!((whole.frames(), whole.closes()), (60, Some(true)));
    assert_eq!(whole.sample(30), Sample::At { t_ms: 500.0 });
    let broken = plan(&cyclic(1001.0, LOOP), by_time());
    assert_eq!((broken.frames(), broken.closes()), (61, Some(false)));
    let there_and_back = plan(&cyclic(1000.0, PINGPONG), by_time());
    assert_eq!(there_and_back.frames(), 120);
    assert_eq!(
        there_and_back.phase(Sample::At { t_ms: 1250.0 }),
        Some(0.75)
    );
    let part = PlanOptions {
        duration_ms: Some(500.0),
        ..by_time()
    };
    assert_eq!(plan(&cyclic(1000.0, LOOP), part).closes(), Some(false));
}

#[test]
fn infinite_takes_its_window_or_a_duration() {
    assert_eq!(
        plan(&infinite(10_000.0), PlanOptions::default()).frames(),
        600
    );
    let options = PlanOptions {
        start_ms: Some(1000.0),
        duration_ms: Some(101.0),
        ..Default::default()
    };
    let window = plan(&infinite(10_000.0), options);
    assert_eq!(window.frames(), 7);
    assert_eq!(window.sample(6), Sample::At { t_ms: 1100.0 });
    assert_eq!(window.phase(window.sample(0)), None);
}

#[test]
fn options_that_do_not_fit_are_refused() {
    let needs = |error: PlanError| match error {
        PlanError::Needs { option, .. } => option,
        other => panic!("{other}"),
    };
    let with = |edit: fn(&mut PlanOptions)| {
        let mut options = PlanOptions::default();
        edit(&mut options);
        options
    };
    let lap = cyclic(1000.0, LOOP);
    let once = finite(1000.0);
    assert_eq!(
        needs(refused(&once, with(|o| o.loops = Some(2)))),
        "--loops"
    );
    assert_eq!(
        needs(refused(&once, with(|o| o.warmup = Some(0)))),
        "--warmup"
    );
    assert_eq!(
        needs(refused(&once, with(|o| o.frames_per_cycle = Some(4)))),
        "--frames-per-cycle"
    );
    assert_eq!(
        needs(refused(&once, with(|o| o.sampling = Some(Sampling::Phase)))),
        "--sampling phase"
    );
    assert_eq!(
        needs(refused(&lap, with(|o| o.include_end = true))),
        "--include-end"
    );
    assert_eq!(
        needs(refused(&lap, with(|o| o.start_ms = Some(1.0)))),
        "--start"
    );
    assert_eq!(
        needs(refused(&lap, with(|o| o.duration_ms = Some(1.0)))),
        "--duration"
    );
    let timed_warmup = PlanOptions {
        warmup: Some(1),
        ..by_time()
    };
    assert_eq!(needs(refused(&lap, timed_warmup)), "--warmup");
    let zero = refused(&lap, with(|o| o.loops = Some(0)));
    assert!(matches!(
        zero,
        PlanError::Value {
            option: "--loops",
            ..
        }
    ));
    let both = refused(
        &lap,
        with(|o| {
            o.still_ms = Some(1.0);
            o.loops = Some(2);
        }),
    );
    assert_eq!(both, PlanError::Exclusive("--time", "--loops"));
    let endless = refused(&finite(1e300), PlanOptions::default());
    assert_eq!(
        (endless.code(), endless),
        ("too-many-frames", PlanError::TooLong)
    );
    let long = refused(&finite(1e10), PlanOptions::default());
    assert_eq!(long, PlanError::TooLong);
    // The warm-up counts too.
    let stepped = with(|o| o.warmup = Some(u32::MAX));
    assert_eq!(
        Plan::new(&lap, Memory::State, &stepped),
        Err(PlanError::TooLong)
    );
}

#[test]
fn a_frame_beyond_the_plan_names_the_last() {
    let plan = plan(&finite(1000.0), PlanOptions::default());
    let range: FrameRange = "60".parse().unwrap();
    let error = plan.select(Some(&range)).unwrap_err();
    assert_eq!(error.code(), "frame-beyond-plan");
    assert_eq!(
        error.to_string(),
        "frame 60 is beyond the plan, whose last frame is 59"
    );
    assert_eq!(plan.select(None).unwrap().len(), 60);
}

#[test]
fn frames_without_memory_start_anywhere() {
    let plan = plan(&cyclic(1000.0, LOOP), PlanOptions::default());
    let approach = plan.approach(7);
    assert_eq!((approach.start, approach.steps), (Start::Anywhere, vec![]));
}

#[test]
fn memory_of_one_sample_is_given_that_sample() {
    let model = cyclic(1000.0, LOOP);
    let make = |options| Plan::new(&model, Memory::Previous, &options).unwrap();
    let phase = make(PlanOptions::default());
    let before = |step| Sample::Cycle { step, of: 60 };
    assert_eq!(phase.approach(0).start, Start::After(before(-1)));
    assert_eq!(phase.approach(9).start, Start::After(before(8)));
    assert!(phase.approach(9).steps.is_empty());
    assert_eq!(phase.lead(), 0);
    // Asked to do without: the first frame is a first frame.
    let cold = make(PlanOptions {
        warmup: Some(0),
        ..Default::default()
    });
    assert_eq!(cold.approach(0).start, Start::Latch(before(-1)));
    assert_eq!(cold.approach(1).start, Start::After(before(0)));
    // By time, frame 0 is a first frame.
    let time = make(by_time());
    let t_ms = -1000.0 / 60.0;
    assert_eq!(time.approach(0).start, Start::Latch(Sample::At { t_ms }));
    assert_eq!(
        time.approach(1).start,
        Start::After(Sample::At { t_ms: 0.0 })
    );
}

#[test]
fn state_is_stepped_from_the_start() {
    let model = cyclic(1000.0, LOOP);
    let make = |options| Plan::new(&model, Memory::State, &options).unwrap();
    let phase = make(PlanOptions::default());
    assert_eq!(
        phase.warmup(),
        Some(Warmup {
            loops: 1,
            by_default: true
        })
    );
    let approach = phase.approach(5);
    assert_eq!(
        approach.start,
        Start::Latch(Sample::Cycle { step: -61, of: 60 })
    );
    assert_eq!((approach.steps, phase.lead()), (one(-60..5), 60));
    let twice = make(PlanOptions {
        warmup: Some(2),
        ..Default::default()
    });
    assert_eq!(twice.approach(0).steps, one(-120..0));
    let time = make(by_time());
    assert_eq!(time.approach(5).steps, one(0..5));
}

#[test]
fn a_still_of_a_program_with_state_steps_up_to_its_time() {
    let model = finite(1000.0);
    let still = |t_ms| {
        let options = PlanOptions {
            still_ms: Some(t_ms),
            fps: fps("10"),
            ..Default::default()
        };
        Plan::new(&model, Memory::State, &options).unwrap()
    };
    let plan = still(250.0);
    assert_eq!((plan.frames(), plan.lead()), (1, 3));
    let approach = plan.approach(0);
    assert_eq!(approach.start, Start::Latch(Sample::At { t_ms: -100.0 }));
    let times: Vec<f64> = approach
        .steps
        .iter()
        .cloned()
        .flatten()
        .map(|step| plan.time_ms(plan.sample(step)))
        .collect();
    assert_eq!(times, [0.0, 100.0, 200.0]);
    assert_eq!(plan.sample(0), Sample::At { t_ms: 250.0 });
    // On the grid the still is that frame: nothing is stepped twice.
    assert_eq!(still(200.0).lead(), 2);
    assert_eq!(still(0.0).lead(), 0);
}

proptest! {
    /// Whatever part of a plan is rendered, a frame has the same sample and the same predecessor.
    #[test]
    fn shards_have_the_samples_of_the_whole(
        period in 100.0f64..5000.0, loops in 1u32..3, first in 0u64..40, more in 0u64..40,
        memory in prop::sample::select(vec![Memory::None, Memory::Previous, Memory::State]),
    ) {
        let options = PlanOptions { loops: Some(loops), frames_per_cycle: Some(80), ..Default::default() };
        let plan = Plan::new(&cyclic(period, LOOP), memory, &options).unwrap();
        let range: FrameRange = format!("{first}-{}", first + more).parse().unwrap();
        let whole: Vec<u64> = plan.select(None).unwrap().iter().collect();
        for frame in plan.select(Some(&range)).unwrap().iter() {
            prop_assert_eq!(whole[frame as usize], frame);
            let approach = plan.approach(frame);
            let end = approach.steps.last().map_or(frame as i64, |range| range.end);
            prop_assert_eq!(end, frame as i64);
            if memory == Memory::Previous {
                prop_assert_eq!(approach.start, Start::After(plan.sample(frame as i64 - 1)));
            }
        }
    }

    /// Times of a plan lie inside its window and ascend.
    #[test]
    fn times_ascend_inside_the_window(duration in 1.0f64..5000.0, num in 1u64..240, den in 1u64..8) {
        let fps = FrameRate::new(num, den).unwrap();
        let options = PlanOptions { fps, ..Default::default() };
        let plan = plan(&finite(duration), options);
        let mut previous = f64::NEG_INFINITY;
        for frame in 0..plan.frames() {
            let t_ms = plan.time_ms(plan.sample(frame as i64));
            prop_assert!(t_ms > previous && (0.0..duration).contains(&t_ms));
            previous = t_ms;
        }
    }
}

fn shutter(open: &str, samples: u32) -> Option<Shutter> {
    Some(Shutter {
        open: open.parse().unwrap(),
        phase: ShutterPhase::Centred,
        samples,
    })
}

#[test]
fn moments_of_a_cycle_are_exact_steps_of_it() {
    let model = cyclic(1000.0, CycleMode::Loop);
    let plan = Plan::new(&model, Memory::State, &PlanOptions::default()).unwrap();
    let plan = plan.with_shutter(shutter("1/2", 2)).unwrap();
    let moments: Vec<Sample> = plan.moments(3).collect();
    // 8 steps a frame: 3 frames and ∓ an eighth.
    let step = |step| Sample::Cycle { step, of: 480 };
    assert_eq!(moments, [step(23), step(25)]);
    // One loop later every moment has the same phase.
    for (a, b) in plan.moments(3).zip(plan.moments(63)) {
        assert_eq!(plan.phase(a), plan.phase(b));
    }
    // Rails of frame 0 were latched at the moment before its first.
    assert_eq!(plan.approach(0).start, Start::Latch(step(-61 * 8 + 1)));
    assert_eq!(plan.sample(3), Sample::Cycle { step: 3, of: 60 });
}

#[test]
fn moments_of_time_are_one_division() {
    let model = finite(1000.0);
    let plan = Plan::new(&model, Memory::None, &PlanOptions::default()).unwrap();
    let plan = plan.with_shutter(shutter("1", 2)).unwrap();
    let times: Vec<f64> = plan.moments(6).map(|at| plan.time_ms(at)).collect();
    assert_eq!(times, [5.75 * 1000.0 / 60.0, 6.25 * 1000.0 / 60.0]);
}
