//! Frames through *evaluate → finish → deliver*, on many threads, in order, in bounded memory.
//!
//! 1. A worker takes the next frame number from the desk, makes a product of it and sends that to
//!    the calling thread, which delivers strictly in order. What a product is depends on the output:
//!    a whole [`super::file::File`] where each frame is one, pixels or a tree where many frames become one
//!    file. [`Finish`] makes it (paints, encodes), [`Delivery`] takes it (writes, appends).
//! 2. The desk gives out a number only while fewer than `jobs + 2` frames are unfinished: memory does
//!    not grow with the number of frames, whatever is slow.
//! 3. Without memory of more than one sample, every worker has an engine of its own and goes to its
//!    frame directly. With state there is one engine, led through all samples in order by whichever
//!    worker holds it; painting and encoding still run side by side.
//! 4. What a frame becomes depends on the plan and its number alone, so the bytes are the same for
//!    any number of threads.
//! 5. The first error, in frame order, ends the run after the frames before it are delivered. A set
//!    `stop` lets the frames in flight finish.

use super::output::OutputError;
use super::walk::Walk;
use super::{Columns, Exposed, Faults, FrameSet, FrameSource, Plan, Sample, Shown, SourceError};
use crate::ir::Memory;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Hands out engines, all for the same program.
pub trait Engines: Sync {
    /// A new engine.
    ///
    /// # Errors
    /// What the engine says, for example that memory is short.
    fn source(&self) -> Result<Box<dyn FrameSource>, SourceError>;
}

/// What a worker makes of a tree. One per thread; reuses its buffers.
pub trait Finish: Send {
    /// What it makes: all that the delivery needs.
    type Product: Send;

    /// Makes it; tells `stage` what it is doing.
    ///
    /// # Errors
    /// What painting or encoding says.
    fn finish(&mut self, shown: Shown, stage: &dyn Fn(Stage))
    -> Result<Self::Product, SourceError>;
}

/// What is to be made.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Which of its frames.
    pub frames: &'a FrameSet,
    /// Threads, ≥ 1.
    pub jobs: usize,
}

/// A finished frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame<P> {
    /// Number in the plan.
    pub number: u64,
    /// When it is.
    pub sample: Sample,
    /// Time, ms, as the engine had it.
    pub t_ms: f64,
    /// What was made of it.
    pub product: P,
    /// What was counted on the way.
    pub faults: Faults,
    /// What it was drawn from.
    pub columns: Columns,
    /// What the first fault is about.
    pub remark: Option<String>,
}

/// Takes finished frames, ascending, on the calling thread.
pub trait Delivery<P> {
    /// Takes one. Returns how many bytes were written for it.
    ///
    /// # Errors
    /// Ends the run.
    fn deliver(&mut self, frame: Frame<P>) -> Result<u64, OutputError>;
}

/// Where a worker is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// It has nothing to do yet, or no more.
    Idle,
    /// It can do nothing until something else happens.
    Wait(Wait),
    /// The engine makes a tree.
    Evaluate,
    /// The tree becomes pixels.
    Paint,
    /// The pixels become a file.
    Encode,
    /// The file is written.
    Write,
}

/// What a worker waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wait {
    /// The engine that all share is with another worker.
    Engine,
    /// Too many frames are unfinished: one of them has to be delivered first.
    Room,
    /// The writer: the next frame is not ready.
    Frame,
}

/// Watches a run; called from all threads.
pub trait Progress: Sync {
    /// A worker enters a stage. The writer has the number after the last worker's.
    fn stage(&self, worker: usize, stage: Stage) {
        let _ = (worker, stage);
    }

    /// All frames are gone through to find something out, before they are made: what, in words; `None`: now
    /// they are made.
    fn pass(&self, what: Option<&'static str>) {
        let _ = what;
    }

    /// So many frames of the run were there before it.
    fn kept(&self, frames: u64) {
        let _ = frames;
    }

    /// A frame was delivered; its number in the plan.
    fn delivered(&self, frame: u64) {
        let _ = frame;
    }
}

/// Watches nothing.
impl Progress for () {}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Frames delivered.
    pub frames: u64,
    /// Bytes written for them.
    pub bytes: u64,
    /// Their faults together.
    pub faults: Faults,
    /// What they were drawn from, together.
    pub columns: Columns,
    /// The first frame with any, and what it is about.
    pub first: Option<(u64, String)>,
    /// Whether it was stopped before the end.
    pub stopped: bool,
}

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// No engine.
    #[error(transparent)]
    Engine(SourceError),
    /// A frame could not be evaluated, painted or encoded.
    #[error("frame {frame}: {error}")]
    Frame {
        /// Its number.
        frame: u64,
        /// Why not.
        error: SourceError,
    },
    /// A file could not be written.
    #[error(transparent)]
    Output(#[from] OutputError),
}

impl PipelineError {
    /// The stable code of the message.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Engine(error) | Self::Frame { error, .. } => error.code,
            Self::Output(error) => error.code(),
        }
    }
}

/// Makes the frames of a job, with a finisher a thread. Returns when all are delivered, or the first
/// error is known.
///
/// # Errors
/// The error of the lowest frame that has one; the frames below it are delivered.
pub fn run<F: Finish>(
    job: &Job<'_>,
    engines: &dyn Engines,
    finisher: impl Fn() -> F,
    (progress, stop): (&dyn Progress, &AtomicBool),
    delivery: &mut dyn Delivery<F::Product>,
) -> Result<Outcome, PipelineError> {
    let workers = usize::try_from(job.frames.len())
        .unwrap_or(usize::MAX)
        .min(job.jobs)
        .max(1);
    let walk = || match engines.source() {
        Ok(source) => Ok(Walk::new(job.plan, source)),
        Err(error) => Err(PipelineError::Engine(error)),
    };
    let shared = match job.plan.memory() {
        Memory::State => Some(Mutex::new(walk()?)),
        Memory::None | Memory::Previous => None,
    };
    let courses = match &shared {
        Some(engine) => (0..workers).map(|_| Engine::Shared(engine)).collect(),
        None => (0..workers)
            .map(|_| walk().map(Engine::Own))
            .collect::<Result<Vec<_>, _>>()?,
    };
    let desk = Desk::new(job.frames, workers as u64 + 2);
    let (send, receive) = channel();
    thread::scope(|scope| {
        for (number, engine) in courses.into_iter().enumerate() {
            let worker = Worker {
                job,
                number,
                engine,
                finisher: finisher(),
                progress,
                desk: &desk,
                stop,
                send: send.clone(),
            };
            scope.spawn(|| worker.run());
        }
        drop(send);
        let place = Writer {
            progress,
            number: workers,
            desk: &desk,
        };
        place.run(&receive, delivery)
    })
    .map(|outcome| Outcome {
        stopped: outcome.frames < job.frames.len(),
        ..outcome
    })
}

type Made<P> = (u64, Result<Frame<P>, PipelineError>);

/// Numbers waiting to be made.
struct Desk {
    state: Mutex<DeskState>,
    moved: Condvar,
    window: u64,
}

struct DeskState {
    frames: super::frames::Frames,
    taken: u64,
    done: u64,
    halted: bool,
}

impl Desk {
    fn new(frames: &FrameSet, window: u64) -> Self {
        let state = DeskState {
            frames: frames.iter(),
            taken: 0,
            done: 0,
            halted: false,
        };
        Self {
            state: Mutex::new(state),
            moved: Condvar::new(),
            window,
        }
    }

    /// The next place in the queue and its frame; waits while too much is unfinished.
    fn take(&self, stop: &AtomicBool) -> Option<(u64, u64)> {
        let mut state = lock(&self.state);
        while state.taken >= state.done + self.window && !state.halted {
            state = self
                .moved
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if state.halted || stop.load(Ordering::Relaxed) {
            return None;
        }
        let frame = state.frames.next()?;
        let place = state.taken;
        state.taken += 1;
        Some((place, frame))
    }

    fn finish_one(&self) {
        lock(&self.state).done += 1;
        self.moved.notify_all();
    }

    /// Nobody takes anything any more.
    fn halt(&self) {
        lock(&self.state).halted = true;
        self.moved.notify_all();
    }
}

/// Wakes the others if its thread panics, so that the panic is reported in place of a deadlock.
struct HaltOnPanic<'a>(&'a Desk);

impl Drop for HaltOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.halt();
        }
    }
}

/// An engine and where it is in the plan.
type Course<'a> = Walk<'a, Box<dyn FrameSource>>;

enum Engine<'a> {
    /// Each worker goes to its frames directly.
    Own(Course<'a>),
    /// One engine sees every sample.
    Shared(&'a Mutex<Course<'a>>),
}

struct Worker<'a, F: Finish> {
    job: &'a Job<'a>,
    number: usize,
    engine: Engine<'a>,
    finisher: F,
    progress: &'a dyn Progress,
    desk: &'a Desk,
    stop: &'a AtomicBool,
    send: Sender<Made<F::Product>>,
}

impl<F: Finish> Worker<'_, F> {
    fn run(mut self) {
        let _guard = HaltOnPanic(self.desk);
        while let Some((place, frame, evaluated)) = self.evaluate() {
            let made = match evaluated {
                Ok(evaluated) => self.finish(frame, evaluated),
                Err(error) => Err(PipelineError::Frame { frame, error }),
            };
            if self.send.send((place, made)).is_err() {
                break;
            }
        }
        self.enter(Stage::Idle);
    }

    fn enter(&self, stage: Stage) {
        self.progress.stage(self.number, stage);
    }

    /// Takes a frame and evaluates it; `None` when there is nothing left to do.
    fn evaluate(&mut self) -> Option<(u64, u64, Result<Exposed, SourceError>)> {
        let (desk, stop, progress) = (self.desk, self.stop, self.progress);
        let enter = |stage| progress.stage(self.number, stage);
        let mut held;
        let walk = match &mut self.engine {
            Engine::Own(walk) => walk,
            Engine::Shared(walk) => {
                enter(Stage::Wait(Wait::Engine));
                held = lock(walk);
                &mut *held
            }
        };
        // Taken under the lock of a shared engine: it is led in the order of the desk.
        enter(Stage::Wait(Wait::Room));
        let (place, frame) = desk.take(stop)?;
        enter(Stage::Evaluate);
        let evaluated = walk.expose(frame, stop).transpose();
        if evaluated.is_none() {
            // This place in the queue stays empty: nobody may wait for it.
            desk.halt();
        }
        Some((place, frame, evaluated?))
    }

    fn finish(
        &mut self,
        number: u64,
        exposed: Exposed,
    ) -> Result<Frame<F::Product>, PipelineError> {
        let Exposed {
            shown,
            faults,
            columns,
            remark,
        } = exposed;
        let (t_ms, progress, worker) = (shown.tree.t_ms, self.progress, self.number);
        let product = self
            .finisher
            .finish(shown, &|stage| progress.stage(worker, stage))
            .map_err(|error| PipelineError::Frame {
                frame: number,
                error,
            })?;
        Ok(Frame {
            number,
            sample: self.job.plan.sample(number as i64),
            t_ms,
            product,
            faults,
            columns,
            remark,
        })
    }
}

/// The calling thread: puts results back in order.
struct Writer<'a> {
    progress: &'a dyn Progress,
    number: usize,
    desk: &'a Desk,
}

impl Writer<'_> {
    fn run<P>(
        &self,
        receive: &Receiver<Made<P>>,
        delivery: &mut dyn Delivery<P>,
    ) -> Result<Outcome, PipelineError> {
        let _guard = HaltOnPanic(self.desk);
        self.progress.stage(self.number, Stage::Wait(Wait::Frame));
        let mut early = BTreeMap::new();
        let mut outcome = Outcome::default();
        let mut error = None;
        let mut next = 0;
        for (place, made) in receive {
            early.insert(place, made);
            while let Some(made) = early.remove(&next) {
                next += 1;
                if error.is_none()
                    && let ControlFlow::Break(first) = self.deliver(made, delivery, &mut outcome)
                {
                    error = Some(first);
                    self.desk.halt();
                }
                self.desk.finish_one();
            }
        }
        self.progress.stage(self.number, Stage::Idle);
        error.map_or(Ok(outcome), Err)
    }

    fn deliver<P>(
        &self,
        made: Result<Frame<P>, PipelineError>,
        delivery: &mut dyn Delivery<P>,
        outcome: &mut Outcome,
    ) -> ControlFlow<PipelineError> {
        let frame = match made {
            Ok(frame) => frame,
            Err(error) => return ControlFlow::Break(error),
        };
        let (number, faults, columns) = (frame.number, frame.faults, frame.columns);
        if outcome.first.is_none() {
            outcome.first = frame.remark.clone().map(|remark| (number, remark));
        }
        self.progress.stage(self.number, Stage::Write);
        match delivery.deliver(frame) {
            Ok(bytes) => outcome.bytes += bytes,
            Err(error) => return ControlFlow::Break(error.into()),
        }
        self.progress.stage(self.number, Stage::Wait(Wait::Frame));
        outcome.frames += 1;
        outcome.faults = outcome.faults.plus(faults);
        outcome.columns = outcome.columns.plus(columns);
        self.progress.delivered(number);
        ControlFlow::Continue(())
    }
}

/// A panic elsewhere is reported where it happened; the data here is whole at any time.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
