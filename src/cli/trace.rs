//! `oscilla trace`: where the time goes, and where every value comes from.
//!
//! The frames are those of the plan, one after the other, in one engine that is told to keep records;
//! they become a file that Perfetto opens, or a summary. Only columns and passes are made: painting
//! is no part of a trace.

use super::args::{ClockFlag, LevelFlag, TraceArgs};
use super::console::{self, Console};
use super::failure::{Failure, Status};
use super::job;
use super::load::Ready;
use super::save::save;
use super::signals::Stop;
use super::studio::Host;
use super::table::Table;
use crate::export::{FrameSet, Plan, Walk};
use crate::vm::trace::recorder::Recording;
use crate::vm::trace::summary::{Hot, Summary};
use crate::vm::trace::{Clock, Counter, Recorder, chrome};
use std::io::{self, Write};
use std::time::Instant;

/// Rows of a summary.
const SHOWN: usize = 20;

pub(super) fn run(args: &TraceArgs, console: &mut Console) -> Result<Status, Failure> {
    let ready = args.evaluate.ready(console)?;
    let (plan, frames) = job::plan_to_watch(&args.evaluate.plan, &ready.program)?;
    let work = Work {
        args,
        ready: &ready,
        plan: &plan,
        frames: &frames,
        stop: Stop::listen()?,
    };
    match (args.level, args.clock) {
        (LevelFlag::Timing, ClockFlag::Wall) => work.run::<_, false>(Wall::new(), console),
        (LevelFlag::Timing, ClockFlag::Counter) => {
            work.run::<_, false>(Counter::default(), console)
        }
        (LevelFlag::Full, ClockFlag::Wall) => work.run::<_, true>(Wall::new(), console),
        (LevelFlag::Full, ClockFlag::Counter) => work.run::<_, true>(Counter::default(), console),
    }
}

/// What is traced.
struct Work<'a> {
    args: &'a TraceArgs,
    ready: &'a Ready,
    plan: &'a Plan,
    frames: &'a FrameSet,
    stop: Stop,
}

impl Work<'_> {
    fn run<C: Clock + Send, const FULL: bool>(
        &self,
        clock: C,
        console: &Console,
    ) -> Result<Status, Failure> {
        let options = self.args.evaluate.engine_options();
        let mut recorder = Recorder::<C, FULL>::with_capacity(clock, self.args.records);
        if !self.args.lead_in {
            recorder = recorder.drawn_only();
        }
        let host = Host::with_tracer(&self.ready.program, &self.ready.inputs, options, recorder)?;
        let mut walk = Walk::new(self.plan, host);
        for frame in self.frames.iter() {
            let made = walk.frame(frame, self.stop.flag());
            if made
                .map_err(|error| Failure::frame(frame, &error))?
                .is_none()
            {
                return Ok(self.stop.status());
            }
            walk.source_mut().engine_mut().tracer().name_frame(frame);
        }
        let recording = walk.source_mut().engine_mut().tracer().recording();
        self.report(&recording, console)?;
        Ok(Status::Done)
    }

    fn report(&self, recording: &Recording<'_>, console: &Console) -> Result<(), Failure> {
        let [spans, values, edges] = recording.dropped();
        if spans + values + edges > 0 {
            console.say(format!(
                "warning: the oldest {spans} spans, {values} values and {edges} edges gave way; \
                 fewer `--frames` or more `--records` keep them"
            ));
        }
        if let Some(path) = &self.args.out {
            save(path, |out| {
                chrome::write(recording, &[&self.ready.program], out)
            })?;
        }
        if self.args.summary {
            let summary = Summary::new(recording, &self.ready.program);
            console::data(|out| print(&summary, out))?;
        } else if let Some(path) = &self.args.out {
            console.say(format!(
                "{} frames in `{}`",
                self.frames.len(),
                path.display()
            ));
        }
        Ok(())
    }
}

fn print(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    let Summary { frames, total, .. } = summary;
    let mean = total / (*frames).max(1);
    writeln!(
        out,
        "{frames} frame{}, {} in all, {} a frame\n",
        if *frames == 1 { "" } else { "s" },
        time(*total),
        time(mean)
    )?;
    hot("step", &summary.steps, *total, out)?;
    hot("block", &summary.blocks, *total, out)?;
    if !summary.cache.is_empty() {
        let mut table = Table::new(&["columns", ">count"]);
        for (outcome, count) in &summary.cache {
            let word = match *outcome {
                "hit" => "reused".to_owned(),
                why => format!("computed: {why}"),
            };
            table.row([word, count.to_string()]);
        }
        table.lines(out)?;
    }
    Ok(())
}

fn hot(what: &str, list: &[Hot], total: u64, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new(&[
        what, ">count", ">total", ">mean", ">longest", ">share", ">bytes",
    ]);
    for hot in list.iter().take(SHOWN) {
        let share = hot.total as f64 * 100.0 / total.max(1) as f64;
        table.row([
            hot.key.clone(),
            hot.count.to_string(),
            time(hot.total),
            time(hot.total / hot.count.max(1)),
            time(hot.longest),
            format!("{share:.1} %"),
            hot.bytes.to_string(),
        ]);
    }
    table.lines(out)?;
    if let Some(more) = list.len().checked_sub(SHOWN + 1) {
        writeln!(out, "  and {} more", more + 1)?;
    }
    writeln!(out)
}

/// ns as µs, much as ms.
fn time(ns: u64) -> String {
    let micros = ns as f64 / 1000.0;
    if micros < 10_000.0 {
        format!("{micros:.1} µs")
    } else {
        format!("{:.1} ms", micros / 1000.0)
    }
}

/// The time of day of nobody in particular.
struct Wall(Instant);

impl Wall {
    #[expect(
        clippy::disallowed_methods,
        reason = "a trace measures; no frame depends on it"
    )]
    fn new() -> Self {
        Self(Instant::now())
    }
}

impl Clock for Wall {
    fn now(&mut self) -> u64 {
        u64::try_from(self.0.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}
