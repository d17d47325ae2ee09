//! Order, bytes, errors and stops of the pipeline, with engines of a few lines.

use super::*;
use crate::export::file::{File, PngFiles};
use crate::export::png::PngEffort;
use crate::export::testing::{Bytes, Discs};
use crate::export::{FrameRange, PlanOptions, Sampling};
use crate::ir::{CycleMode, TimeModel};
use std::io;

type Draw = fn(&mut f64, Sample) -> [f32; 2];

#[derive(Default)]
struct Shelf {
    frames: Vec<Frame<File>>,
    /// The frame that cannot be written.
    full_at: Option<u64>,
    /// Set when this many frames are delivered.
    stop_after: Option<(usize, &'static AtomicBool)>,
}

impl Delivery<File> for Shelf {
    fn deliver(&mut self, frame: Frame<File>) -> Result<u64, OutputError> {
        let bytes = frame.product.bytes.len() as u64;
        if self.full_at == Some(frame.number) {
            let source = io::Error::from(io::ErrorKind::StorageFull);
            return Err(OutputError::Io {
                path: "disk".into(),
                source,
            });
        }
        self.frames.push(frame);
        if let Some((count, stop)) = self.stop_after
            && self.frames.len() == count
        {
            stop.store(true, Ordering::Relaxed);
        }
        Ok(bytes)
    }
}

fn plan(memory: Memory) -> Plan {
    let model = TimeModel::Cyclic {
        period_ms: 1000.0,
        mode: CycleMode::Loop,
    };
    let options = PlanOptions {
        sampling: Some(Sampling::Time),
        ..PlanOptions::default()
    };
    Plan::new(&model, memory, &options).unwrap()
}

fn run_with(
    plan: &Plan,
    frames: &FrameSet,
    jobs: usize,
    draw: Draw,
    shelf: &mut Shelf,
    stop: &AtomicBool,
) -> Result<Outcome, PipelineError> {
    let texts = vec![("Software", "test".to_owned())];
    let job = Job { plan, frames, jobs };
    let studio = Discs {
        draw,
        made: Default::default(),
    };
    let finisher = || PngFiles::new(Box::new(Bytes::default()), PngEffort::Fast, Some(&texts));
    let result = run(&job, &studio, finisher, (&(), stop), shelf);
    if plan.memory() == Memory::State {
        assert_eq!(
            studio.made.load(Ordering::Relaxed),
            1,
            "state has one engine"
        );
    }
    result
}

fn frames(memory: Memory, range: Option<&str>, jobs: usize, draw: Draw) -> Vec<Frame<File>> {
    let plan = plan(memory);
    let range: Option<FrameRange> = range.map(|text| text.parse().unwrap());
    let set = plan.select(range.as_ref()).unwrap();
    let mut shelf = Shelf::default();
    let stop = AtomicBool::new(false);
    let outcome = run_with(&plan, &set, jobs, draw, &mut shelf, &stop).unwrap();
    assert_eq!((outcome.frames, outcome.stopped), (set.len(), false));
    assert_eq!(outcome.faults.divisions_by_zero, set.len());
    shelf.frames
}

fn time(sample: Sample) -> f64 {
    match sample {
        Sample::At { t_ms } => t_ms,
        Sample::Cycle { .. } => panic!("sampled by time"),
    }
}

/// Where the dot is depends on all samples so far.
fn history(cell: &mut f64, sample: Sample) -> [f32; 2] {
    *cell = *cell * 1.01 + time(sample).abs();
    [*cell as f32, 1.0]
}

/// Where the dot is depends on this sample and the one before.
fn slope(cell: &mut f64, sample: Sample) -> [f32; 2] {
    let before = std::mem::replace(cell, time(sample));
    [(time(sample) - before).abs() as f32, time(sample) as f32]
}

#[test]
fn any_number_of_threads_gives_the_same_bytes_in_order() {
    for (memory, draw) in [
        (Memory::None, (|_, s| [time(s) as f32, 0.0]) as Draw),
        (Memory::Previous, slope),
        (Memory::State, history),
    ] {
        let one = frames(memory, None, 1, draw);
        assert!(one.iter().map(|frame| frame.number).eq(0..60), "{memory:?}");
        for jobs in [2, 3, 8, 100] {
            assert_eq!(frames(memory, None, jobs, draw), one, "{memory:?} {jobs}");
        }
    }
}

#[test]
fn a_part_has_the_bytes_of_the_whole() {
    for (memory, draw) in [(Memory::Previous, slope as Draw), (Memory::State, history)] {
        let whole = frames(memory, None, 2, draw);
        for frame in frames(memory, Some("3,7,20-40:5"), 2, draw) {
            assert_eq!(frame, whole[frame.number as usize], "{memory:?}");
        }
    }
}

#[test]
fn the_lowest_error_ends_the_run_and_what_is_below_is_there() {
    for jobs in [1, 4] {
        for memory in [Memory::None, Memory::State] {
            let plan = plan(memory);
            let mut shelf = Shelf::default();
            let draw: Draw = |_, s| [if time(s) > 400.0 { -1.0 } else { 1.0 }, 0.0];
            let stop = AtomicBool::new(false);
            let set = FrameSet::all(plan.frames());
            let error = run_with(&plan, &set, jobs, draw, &mut shelf, &stop).unwrap_err();
            assert_eq!(error.to_string(), "frame 25: left of the picture");
            assert_eq!(shelf.frames.len(), 25);
        }
    }
}

#[test]
fn a_full_disk_ends_the_run() {
    let plan = plan(Memory::None);
    let mut shelf = Shelf {
        full_at: Some(11),
        ..Shelf::default()
    };
    let set = FrameSet::all(plan.frames());
    let stop = AtomicBool::new(false);
    let error = run_with(&plan, &set, 3, |_, _| [1.0, 1.0], &mut shelf, &stop).unwrap_err();
    assert_eq!(error.code(), "output-failed");
    assert_eq!(shelf.frames.len(), 11);
}

#[test]
fn a_stop_lets_the_frames_in_flight_finish() {
    static STOP: AtomicBool = AtomicBool::new(false);
    let plan = plan(Memory::None);
    let mut shelf = Shelf {
        stop_after: Some((5, &STOP)),
        ..Shelf::default()
    };
    let set = FrameSet::all(plan.frames());
    let outcome = run_with(&plan, &set, 2, |_, _| [1.0, 1.0], &mut shelf, &STOP).unwrap();
    assert!(outcome.stopped);
    assert!((5..=5 + 4).contains(&outcome.frames), "{}", outcome.frames);
    assert!(
        shelf
            .frames
            .iter()
            .map(|frame| frame.number)
            .eq(0..outcome.frames)
    );
}

#[test]
fn a_panic_of_a_worker_is_passed_on_not_waited_for() {
    let plan = plan(Memory::None);
    let set = FrameSet::all(plan.frames());
    let draw: Draw = |_, s| {
        if time(s) > 100.0 {
            panic!("on purpose")
        } else {
            [1.0, 1.0]
        }
    };
    let result = std::panic::catch_unwind(|| {
        let _ = run_with(
            &plan,
            &set,
            2,
            draw,
            &mut Shelf::default(),
            &AtomicBool::new(false),
        );
    });
    assert!(result.is_err());
}

#[test]
fn files_carry_their_number_and_time() {
    let frame = &frames(Memory::None, Some("30"), 1, |_, _| [1.0, 1.0])[0];
    let reader = png::Decoder::new(io::Cursor::new(&frame.product.bytes))
        .read_info()
        .unwrap();
    let texts = &reader.info().uncompressed_latin1_text;
    let find = |key: &str| {
        texts
            .iter()
            .find(|chunk| chunk.keyword == key)
            .unwrap()
            .text
            .clone()
    };
    assert_eq!(
        (find("Software"), find("oscilla:frame")),
        ("test".into(), "30".into())
    );
    assert_eq!(frame.product.hash, blake3::hash(&frame.product.bytes));
}

/// Which stages each worker went through, the writer last.
#[derive(Default)]
struct Stages(Mutex<BTreeMap<usize, Vec<Stage>>>);

impl Progress for Stages {
    fn stage(&self, worker: usize, stage: Stage) {
        lock(&self.0).entry(worker).or_default().push(stage);
    }
}

#[test]
fn workers_say_what_they_do_and_what_they_wait_for() {
    use Stage::{Encode, Evaluate, Idle, Paint, Write};
    for (memory, draw) in [(Memory::Previous, slope as Draw), (Memory::State, history)] {
        let plan = plan(memory);
        let frames = FrameSet::all(20);
        let job = Job {
            plan: &plan,
            frames: &frames,
            jobs: 2,
        };
        let studio = Discs {
            draw,
            made: Default::default(),
        };
        let finisher = || PngFiles::new(Box::new(Bytes::default()), PngEffort::Fast, None);
        let (stages, stop) = (Stages::default(), AtomicBool::new(false));
        let mut shelf = Shelf::default();
        run(&job, &studio, finisher, (&stages, &stop), &mut shelf).unwrap();

        let mut stages = stages.0.into_inner().unwrap();
        let (_, writer) = stages.pop_last().unwrap();
        let frame = Stage::Wait(Wait::Frame);
        let mut expected = vec![frame];
        expected.extend([Write, frame].repeat(20));
        expected.push(Idle);
        assert_eq!(writer, expected);

        assert_eq!(stages.len(), 2);
        let mut before = vec![Stage::Wait(Wait::Room)];
        if memory == Memory::State {
            before.insert(0, Stage::Wait(Wait::Engine));
        }
        let made = [before.as_slice(), &[Evaluate, Paint, Encode]].concat();
        let mut frames = 0;
        for stages in stages.values() {
            let (last, rest) = stages.split_at(stages.len() - before.len() - 1);
            assert_eq!(rest, [before.as_slice(), &[Idle]].concat(), "{memory:?}");
            assert!(
                last.chunks(made.len()).all(|frame| frame == made),
                "{memory:?}"
            );
            frames += last.len() / made.len();
        }
        assert_eq!(frames, 20);
    }
}
