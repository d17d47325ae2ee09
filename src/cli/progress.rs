//! What people and schedulers see while frames are made.
//!
//! A bar with frames done, fps, time left and the slowest stage; a plain line every ten seconds; or
//! JSON lines (`start`, `frame` at most once a second, exactly one `end`). At the end, with `-v`, where the
//! time went ([`super::account`]). Only this file reads a clock, only for what is shown, and only if
//! anything is.

use super::account::{self, Account};
use super::args::ProgressFlag;
use super::console::Console;
use super::failure::Failure;
use crate::export::Progress;
use crate::export::pipeline::Stage;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Shows the progress of one export.
pub(super) struct Display {
    style: Style,
    /// Whether anybody wants to know where the time goes.
    measures: bool,
    total: u64,
    state: Mutex<State>,
}

enum Style {
    Bar(ProgressBar),
    /// A line every so often.
    Lines {
        every: Duration,
        json: bool,
    },
    Silent,
}

struct State {
    begun: Instant,
    shown: Instant,
    /// Frames delivered.
    done: u64,
    /// Frames that were there before.
    kept: u64,
    /// What frames are gone through for, before they are made.
    pass: Option<&'static str>,
    /// Where each worker is, and since when.
    workers: BTreeMap<usize, (Stage, Instant)>,
    account: Account,
}

impl Display {
    pub(super) fn new(flag: ProgressFlag, console: &Console, total: u64) -> Self {
        let terminal = io::stderr().is_terminal();
        let lines = |seconds, json| Style::Lines {
            every: Duration::from_secs(seconds),
            json,
        };
        let style = match flag {
            _ if console.is_quiet() => Style::Silent,
            ProgressFlag::None => Style::Silent,
            ProgressFlag::Json => lines(1, true),
            ProgressFlag::Plain => lines(10, false),
            ProgressFlag::Bar => Style::Bar(bar(total)),
            ProgressFlag::Auto if terminal => Style::Bar(bar(total)),
            ProgressFlag::Auto => lines(10, false),
        };
        let begun = now();
        let display = Self {
            measures: !matches!(style, Style::Silent) || console.is_verbose(),
            style,
            total,
            state: Mutex::new(State {
                begun,
                shown: begun,
                done: 0,
                kept: 0,
                pass: None,
                workers: BTreeMap::new(),
                account: Account::default(),
            }),
        };
        if let Style::Lines { json: true, .. } = display.style {
            line(&json!({"event": "start", "frames": total}).to_string());
        }
        display
    }

    /// A line for people, or an event for machines, past what shows the progress.
    pub(super) fn note(&self, console: &Console, text: &str, event: &Value) {
        match &self.style {
            Style::Bar(bar) => bar.suspend(|| console.say(text)),
            Style::Lines { json: true, .. } => line(&event.to_string()),
            Style::Lines { json: false, .. } | Style::Silent => console.say(text),
        }
    }

    /// What went wrong with one of several exports.
    pub(super) fn failure(&self, console: &Console, failure: &Failure) {
        match &self.style {
            Style::Bar(bar) => bar.suspend(|| console.failure(failure)),
            Style::Lines { .. } | Style::Silent => console.failure(failure),
        }
    }

    /// The last word; called once, however the export ended: `done`, `stopped` or `failed`. `bytes`: what was
    /// written, if that is known.
    pub(super) fn end(&self, status: &str, bytes: Option<u64>) {
        let state = self.state();
        let seconds = (now() - state.begun).as_secs_f64();
        match &self.style {
            Style::Bar(bar) => bar.finish_and_clear(),
            Style::Lines { json: true, .. } => {
                let each = bytes.and_then(|bytes| bytes.checked_div(state.kept + state.done));
                let mut event = json!({
                    "event": "end", "status": status, "done": state.kept + state.done, "frames": self.total,
                    "seconds": (seconds * 1000.0).round() / 1000.0, "bytes": bytes, "bytesPerFrame": each,
                });
                if let Some(event) = event.as_object_mut() {
                    event.extend(state.account.json());
                }
                line(&event.to_string());
            }
            Style::Lines { json: false, .. } | Style::Silent => {}
        }
    }

    /// Where the time went, for whoever asked with `-v`.
    pub(super) fn account(&self, bytes: u64, console: &Console) {
        let state = self.state();
        for line in state
            .account
            .lines(state.done, state.kept + state.done, bytes)
        {
            console.detail(line);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The workers of one of several exports that run side by side.
pub(super) struct Lane<'a> {
    display: &'a Display,
    /// Tells them from those of the others.
    number: usize,
    /// Frames are gone through before they are made: they are not counted.
    is_looking: AtomicBool,
}

impl<'a> Lane<'a> {
    /// The workers of export `number`.
    pub(super) fn new(display: &'a Display, number: usize) -> Self {
        Self {
            display,
            number,
            is_looking: AtomicBool::new(false),
        }
    }
}

/// Workers of an export, at most.
const WORKERS: usize = 1 << 16;

impl Progress for Lane<'_> {
    fn stage(&self, worker: usize, stage: Stage) {
        self.display.stage(self.number * WORKERS + worker, stage);
    }

    fn pass(&self, what: Option<&'static str>) {
        self.is_looking.store(what.is_some(), Ordering::Relaxed);
    }

    fn kept(&self, frames: u64) {
        self.display.kept(frames);
    }

    fn delivered(&self, frame: u64) {
        if !self.is_looking.load(Ordering::Relaxed) {
            self.display.delivered(frame);
        }
    }
}

impl State {
    /// Where the workers spend most of their time.
    fn slowest(&self) -> &'static str {
        self.account.slowest().map_or("", account::name)
    }

    fn fps(&self) -> f64 {
        self.done as f64 / (now() - self.begun).as_secs_f64().max(1e-3)
    }
}

impl Progress for Display {
    fn stage(&self, worker: usize, stage: Stage) {
        if !self.measures {
            return;
        }
        let (mut state, at) = (self.state(), now());
        if let Some((before, since)) = state.workers.insert(worker, (stage, at)) {
            state.account.add(before, at - since);
        }
    }

    fn pass(&self, what: Option<&'static str>) {
        let mut state = self.state();
        (state.pass, state.done, state.begun) = (what, 0, now());
        if let Style::Bar(bar) = &self.style {
            bar.set_prefix(what.map_or(String::new(), |what| format!("{what} ")));
            bar.set_position(state.kept);
            bar.reset_eta();
        }
    }

    fn kept(&self, frames: u64) {
        let mut state = self.state();
        state.kept += frames;
        if let Style::Bar(bar) = &self.style {
            bar.set_position(state.kept + state.done);
            bar.reset_eta();
        }
    }

    fn delivered(&self, frame: u64) {
        let mut state = self.state();
        state.done += 1;
        match &self.style {
            Style::Silent => {}
            Style::Bar(bar) => {
                bar.set_message(state.slowest());
                bar.set_position(state.kept + state.done);
            }
            Style::Lines { every, json } => {
                let at = now();
                if at - state.shown < *every {
                    return;
                }
                state.shown = at;
                let (done, total) = (state.kept + state.done, self.total);
                let fps = state.fps();
                let left = (total - done.min(total)) as f64 / fps.max(1e-3);
                let slowest = state.slowest();
                if *json {
                    let event = json!({
                        "event": "frame", "frame": frame, "done": done, "frames": total,
                        "fps": (fps * 100.0).round() / 100.0, "secondsLeft": left.round(),
                        "slowest": slowest, "pass": state.pass,
                    });
                    line(&event.to_string());
                } else {
                    let pass = state.pass.map_or(String::new(), |pass| format!("{pass}: "));
                    line(&format!(
                        "{pass}{done}/{total} frames, {fps:.1} fps, {left:.0} s left, mostly {slowest}"
                    ));
                }
            }
        }
    }
}

fn bar(total: u64) -> ProgressBar {
    let bar = ProgressBar::new(total);
    let template = "{prefix}{bar:32} {pos}/{len} frames  {per_sec}  {eta} left  mostly {msg}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

fn line(text: &str) {
    // If nobody listens there is nobody to tell.
    let _ = writeln!(io::stderr(), "{text}");
}

#[expect(
    clippy::disallowed_methods,
    reason = "progress for people; no frame depends on it"
)]
fn now() -> Instant {
    Instant::now()
}
