//! What became of a case, for tables, JSON, the page and build servers alike.

use super::values::Difference;
use crate::compare::{Measure, Verdict};
use serde::Serialize;

/// What became of a case: that of its worst part. From best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// As recorded.
    Same,
    /// Its pictures are as recorded, its program is not.
    Program,
    /// Something recorded is no longer made.
    Stale,
    /// Something is made that was not recorded.
    Missing,
    /// A picture differs.
    Differs,
    /// It cannot be rendered.
    Error,
}

impl Status {
    /// The word in tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Program => "program",
            Self::Stale => "stale",
            Self::Missing => "missing",
            Self::Differs => "differs",
            Self::Error => "error",
        }
    }
}

/// What became of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FrameStatus {
    /// As recorded, or as near as the rule allows.
    Same,
    /// Recorded and no longer made.
    Stale,
    /// Made and not recorded.
    Missing,
    /// Not as recorded.
    Differs,
}

impl FrameStatus {
    /// What it makes of its case.
    pub const fn of_case(self) -> Status {
        match self {
            Self::Same => Status::Same,
            Self::Stale => Status::Stale,
            Self::Missing => Status::Missing,
            Self::Differs => Status::Differs,
        }
    }
}

/// A frame beside its recorded form.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FrameOutcome {
    /// Number in the plan.
    pub frame: u64,
    /// Name of the picture in the folder of its case.
    pub file: String,
    /// What became of it.
    pub status: FrameStatus,
    /// In words.
    pub line: String,
    /// The plain difference, also on a pass; `None` where there was no picture to compare with.
    pub measure: Option<Measure>,
    /// Pixels that the rule did not forgive.
    pub unforgiven: u64,
    /// Pixels that it forgave.
    pub forgiven: u64,
    /// Of these, pixels on edges.
    pub edges: u64,
    /// The limits of the rule that were not kept, in words.
    pub exceeded: Vec<String>,
    /// Structural similarity; it never decides.
    pub ssim: Option<f64>,
    /// Pictures for the page.
    #[serde(skip)]
    pub shown: Shown,
}

/// PNG files; what there is not is empty.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// As recorded.
    pub expected: Option<Vec<u8>>,
    /// As it is now; `None` also where it is the recorded one to the pixel.
    pub actual: Option<Vec<u8>>,
    /// The difference painted.
    pub difference: Option<Vec<u8>>,
}

impl FrameOutcome {
    /// A frame of which no pixels were compared.
    pub fn uncompared(frame: u64, file: String, status: FrameStatus, line: String) -> Self {
        Self {
            frame,
            file,
            status,
            line,
            measure: None,
            unforgiven: 0,
            forgiven: 0,
            edges: 0,
            exceeded: Vec::new(),
            ssim: None,
            shown: Shown::default(),
        }
    }

    /// A frame whose pixels were compared.
    pub fn compared(frame: u64, file: String, verdict: &Verdict) -> Self {
        let status = if verdict.passed() {
            FrameStatus::Same
        } else {
            FrameStatus::Differs
        };
        let whole = verdict.form.is_none();
        Self {
            measure: whole.then_some(verdict.measure),
            unforgiven: verdict.unforgiven,
            forgiven: verdict.forgiven,
            edges: verdict.edges,
            exceeded: verdict.exceeded.clone(),
            ssim: whole.then_some(verdict.ssim),
            ..Self::uncompared(frame, file, status, verdict.to_string())
        }
    }

    /// How bad it is: the mean difference in millionths of a level. Nothing is worse than a picture that
    /// cannot be compared.
    pub(super) fn badness(&self) -> u64 {
        match (self.status, self.measure) {
            (FrameStatus::Same, _) => 0,
            (_, Some(measure)) => 1 + (measure.mean * 1e6) as u64,
            (_, None) => u64::MAX,
        }
    }
}

/// Why a case is not as recorded.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Why {
    /// Blocks and other places whose rows in the program text differ.
    pub program: Vec<String>,
    /// The first frame whose values differ.
    pub frame: Option<u64>,
    /// Where in it.
    pub values: Option<Difference>,
    /// From what differs first in the flow to the sink, each with what it was and is; the first is the
    /// cause.
    pub path: Vec<String>,
    /// The finding in one line.
    pub line: String,
}

/// A case beside its recorded form.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// Name of the case.
    pub name: String,
    /// The patch or program.
    pub patch: String,
    /// What became of it.
    pub status: Status,
    /// By number.
    pub frames: Vec<FrameOutcome>,
    /// What differs in the text of the program.
    pub program: Option<String>,
    /// Why it is not as recorded.
    pub why: Option<Why>,
    /// What else is to be said: findings of the patch, what cannot be compared.
    pub notes: Vec<String>,
    /// What to type to take the new one; empty where nothing waits: it cannot be rendered, or was compared
    /// in part.
    pub accept: String,
    /// What to type before anything can be taken, where only some of the recorded frames were compared;
    /// else empty.
    pub check_first: String,
}

impl Outcome {
    /// Whether it is as recorded.
    pub fn passed(&self) -> bool {
        self.status == Status::Same
    }

    /// The frame that differs most.
    pub fn worst(&self) -> Option<&FrameOutcome> {
        // The first of those that are equally bad.
        let frames = self.frames.iter().rev();
        frames.max_by_key(|frame| frame.badness())
    }

    /// Smaller is worse; then by name.
    pub(super) fn rank(&self) -> impl Ord + use<'_> {
        let worst = self.worst().map_or(0, FrameOutcome::badness);
        std::cmp::Reverse((self.status, worst))
    }

    /// One line on the whole.
    pub fn line(&self) -> String {
        let count = |status| self.frames.iter().filter(|f| f.status == status).count();
        let of = self.frames.len();
        let plural = if of == 1 { "" } else { "s" };
        let mut words = Vec::new();
        for (status, word) in [
            (FrameStatus::Differs, "differ"),
            (FrameStatus::Missing, "are not recorded"),
            (FrameStatus::Stale, "are stale"),
        ] {
            let count = count(status);
            if count > 0 {
                words.push(format!("{count} of {of} frame{plural} {word}"));
            }
        }
        if self.program.is_some() {
            words.push("the program differs".to_owned());
        }
        let note = self.notes.first().filter(|_| !self.passed());
        if let (true, Some(note)) = (words.is_empty(), note) {
            return note.lines().next().unwrap_or_default().to_owned();
        }
        if words.is_empty() {
            words.push(format!("{of} frame{plural} as recorded"));
        }
        words.join(", ")
    }
}
