//! Where the time of an export went: what its workers and its writer did, and what they waited for.
//!
//! In: how long each of them was in each stage. Out: lines for people (`-v`), the same figures for machines
//! (`--progress json`), and which stage holds the others up. Times are summed up over workers that run side
//! by side, so they come to more than what passes on a clock. [`super::progress`] measures.

use crate::export::pipeline::{Stage, Wait};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Time by stage.
#[derive(Debug, Clone, Default)]
pub(super) struct Account {
    spent: BTreeMap<Stage, Duration>,
}

/// What workers and the writer do, in the order of a frame.
const WORK: [Stage; 4] = [Stage::Evaluate, Stage::Paint, Stage::Encode, Stage::Write];

/// What they wait for.
const WAITS: [Wait; 3] = [Wait::Engine, Wait::Room, Wait::Frame];

/// A worker that waits for this part of its time is held up by something else.
const HELD_UP: f64 = 0.25;

impl Account {
    /// Somebody was in a stage for so long.
    pub(super) fn add(&mut self, stage: Stage, time: Duration) {
        *self.spent.entry(stage).or_default() += time;
    }

    fn seconds(&self, stage: Stage) -> f64 {
        self.spent.get(&stage).map_or(0.0, Duration::as_secs_f64)
    }

    /// Where most of the time is spent; `None` before anything was done.
    pub(super) fn slowest(&self) -> Option<Stage> {
        let done = WORK.into_iter().filter(|stage| self.seconds(*stage) > 0.0);
        done.max_by(|a, b| self.seconds(*a).total_cmp(&self.seconds(*b)))
    }

    /// The stage that holds the others up, and why it is that one. Where workers wait for room, the writer is
    /// behind; where they wait for the engine that all share, evaluating is, one frame at a time; else they are
    /// busy, and it is what they do longest.
    fn bottleneck(&self) -> Option<(Stage, &'static str)> {
        let [engine, room, frame] = WAITS.map(|wait| self.seconds(Stage::Wait(wait)));
        let busy: f64 = WORK[..3].iter().map(|stage| self.seconds(*stage)).sum();
        let workers = (busy + engine + room).max(f64::MIN_POSITIVE);
        let writer = (self.seconds(Stage::Write) + frame).max(f64::MIN_POSITIVE);
        let slowest = self.slowest()?;
        Some(
            if room / workers > HELD_UP && room / workers > frame / writer {
                (Stage::Write, "workers wait for the writer")
            } else if engine / workers > HELD_UP {
                (
                    Stage::Evaluate,
                    "workers wait for the engine that they share",
                )
            } else if slowest == Stage::Write {
                (Stage::Write, "it takes longest")
            } else {
                (slowest, "workers are busy, and it takes longest")
            },
        )
    }

    /// A table, a row a line. `made` frames took the time; the bytes are those of `all_frames`, which may have
    /// been there before.
    pub(super) fn lines(&self, made: u64, all_frames: u64, bytes: u64) -> Vec<String> {
        let all: f64 = WORK.iter().map(|stage| self.seconds(*stage)).sum();
        let row = |name: &str, seconds: f64, rest: String| {
            format!("{name:22} {seconds:>9.3} s  {rest}")
                .trim_end()
                .to_owned()
        };
        let per_frame = |seconds: f64| 1000.0 * seconds / made.max(1) as f64;
        let mut lines = vec!["time of all threads:".to_owned()];
        lines.extend(WORK.map(|stage| {
            let seconds = self.seconds(stage);
            let share = 100.0 * seconds / all.max(f64::MIN_POSITIVE);
            let each = per_frame(seconds);
            row(
                name(stage),
                seconds,
                format!("{share:>3.0} %  {each:.3} ms a frame"),
            )
        }));
        lines.extend(WAITS.map(|wait| {
            let seconds = self.seconds(Stage::Wait(wait));
            row(words(wait), seconds, String::new())
        }));
        let each = bytes.checked_div(all_frames);
        let each = each.map_or(String::new(), |each| format!(", {each} a frame"));
        lines.push(format!("files: {bytes} bytes{each}"));
        if let Some((stage, why)) = self.bottleneck() {
            lines.push(format!("bottleneck: {} ({why})", name(stage)));
        }
        lines
    }

    /// The same for machines.
    pub(super) fn json(&self) -> Map<String, Value> {
        let rounded = |stage| (self.seconds(stage) * 1000.0).round() / 1000.0;
        let stages: Map<String, Value> = WORK
            .map(|stage| (word(stage).to_owned(), json!(rounded(stage))))
            .into_iter()
            .collect();
        let waits: Map<String, Value> = WAITS
            .map(|wait| {
                let stage = Stage::Wait(wait);
                (word(stage).to_owned(), json!(rounded(stage)))
            })
            .into_iter()
            .collect();
        let bottleneck = self.bottleneck().map(|(stage, _)| word(stage));
        let mut map = Map::new();
        map.insert("stages".to_owned(), stages.into());
        map.insert("waits".to_owned(), waits.into());
        map.insert("bottleneck".to_owned(), json!(bottleneck));
        map
    }
}

/// A stage in a sentence.
pub(super) fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Idle => "nothing",
        Stage::Wait(_) => "waiting",
        Stage::Evaluate => "evaluating",
        Stage::Paint => "painting",
        Stage::Encode => "encoding",
        Stage::Write => "writing",
    }
}

/// A wait in a sentence.
fn words(wait: Wait) -> &'static str {
    match wait {
        Wait::Engine => "waiting for the engine",
        Wait::Room => "waiting for room",
        Wait::Frame => "writer waiting",
    }
}

/// The key of a stage or wait.
fn word(stage: Stage) -> &'static str {
    match stage {
        Stage::Idle => "idle",
        Stage::Wait(Wait::Engine) => "engine",
        Stage::Wait(Wait::Room) => "room",
        Stage::Wait(Wait::Frame) => "frame",
        Stage::Evaluate => "evaluate",
        Stage::Paint => "paint",
        Stage::Encode => "encode",
        Stage::Write => "write",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(times: &[(Stage, u64)]) -> Account {
        let mut account = Account::default();
        for &(stage, ms) in times {
            account.add(stage, Duration::from_millis(ms));
        }
        account
    }

    fn bottleneck(times: &[(Stage, u64)]) -> Stage {
        account(times).bottleneck().unwrap().0
    }

    #[test]
    fn what_is_waited_for_is_the_bottleneck() {
        use Stage::{Encode, Evaluate, Paint, Write};
        let [engine, room, frame] = WAITS.map(Stage::Wait);
        assert_eq!(account(&[]).bottleneck(), None);
        // Busy workers, an idle writer.
        assert_eq!(
            bottleneck(&[(Paint, 50), (Encode, 90), (Write, 9), (frame, 60)]),
            Encode
        );
        // Workers that wait for a slow disk.
        assert_eq!(
            bottleneck(&[(Paint, 50), (room, 90), (Write, 70), (frame, 1)]),
            Write
        );
        // An engine that all share.
        assert_eq!(
            bottleneck(&[
                (Evaluate, 50),
                (Paint, 60),
                (engine, 90),
                (Write, 3),
                (frame, 47)
            ]),
            Evaluate
        );
        // A window that is full because the first frame takes long is not the writer's fault.
        assert_eq!(
            bottleneck(&[(Paint, 70), (room, 30), (Write, 1), (frame, 99)]),
            Paint
        );
    }

    #[test]
    fn the_table_has_a_row_for_each_stage_and_wait() {
        let account = account(&[(Stage::Evaluate, 100), (Stage::Encode, 300)]);
        let lines = account.lines(4, 5, 1000);
        assert_eq!(lines.len(), 1 + WORK.len() + WAITS.len() + 2);
        assert_eq!(
            lines[1],
            "evaluating                 0.100 s   25 %  25.000 ms a frame"
        );
        assert_eq!(lines[5], "waiting for the engine     0.000 s");
        assert_eq!(lines[8], "files: 1000 bytes, 200 a frame");
        assert!(lines[9].starts_with("bottleneck: encoding"), "{}", lines[9]);
        let map = account.json();
        assert_eq!(map["stages"]["encode"], 0.3);
        assert_eq!(
            map["waits"],
            json!({"engine": 0.0, "room": 0.0, "frame": 0.0})
        );
        assert_eq!(map["bottleneck"], "encode");
    }
}
