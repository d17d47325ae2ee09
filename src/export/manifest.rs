//! The bookkeeping of an export: what was asked for, and every file with its hashes.
//!
//! `manifest.json` lies beside the frames. It is a function of the export alone: no clock, no path, no
//! host, and nothing of how it came about: a run that was interrupted and resumed, and parts that were
//! merged, have the manifest of one whole run. Read next: [`ledger`], which writes it.

pub mod ledger;
pub mod record;

use super::FrameSet;
use super::integrity::Verdict;
use super::plan::Plan;
use crate::diag::Diagnostic;
use crate::ir::Memory;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

pub use ledger::{Ledger, schema};
pub use record::{FileEntry, FrameEntry, Manifest, Sums, Written};

/// What is known before the first frame.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    /// Name and version of the program.
    pub tool: String,
    /// Version of compiled programs.
    pub ir_version: u32,
    /// Pixel hashes agree between exports with the same id; left out where nothing is painted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rasteriser: Option<String>,
    /// What was read.
    pub patch: PatchEntry,
    /// Hash of everything that can change a frame.
    pub program_hash: String,
    /// Seed in use.
    pub seed: u32,
    /// Values set in place of the patch's, by `block.port`.
    pub overrides: BTreeMap<String, String>,
    /// `b3:` and BLAKE3 of the recorded inputs as read; left out without any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<String>,
    /// Other flags that can change a byte, as they were given.
    pub arguments: Vec<String>,
    /// Name of a file by the number of its frame, such as `frame_#####.png`.
    pub names: String,
    /// When frames are.
    pub plan: PlanEntry,
    /// What frames are.
    pub image: ImageEntry,
    /// Programs that took over on the way; left out where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub swaps: Vec<SwapEntry>,
    /// Whether the loop closes; null if the plan is none.
    pub r#loop: Option<LoopEntry>,
    /// Findings of the compiler.
    #[schemars(with = "Vec<Diagnostic>")]
    pub warnings: Vec<Value>,
}

/// The patch of an export.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PatchEntry {
    /// Its name.
    pub id: String,
    /// Its revision.
    pub revision: u64,
    /// `b3:` and BLAKE3 of its bytes as read.
    pub hash: String,
}

/// A program that took over.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SwapEntry {
    /// Its first frame.
    pub frame: u64,
    /// What was read.
    pub patch: PatchEntry,
    /// Hash of everything that can change a frame.
    pub program_hash: String,
    /// `A`, `B` or `C`: parameters, structure, topology.
    pub class: String,
    /// What made it more than parameters.
    pub because: Vec<String>,
    /// State that started anew although both programs have it.
    pub resets: Vec<String>,
}

/// The plan of an export.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanEntry {
    /// `finite`, `cyclic` or `infinite`.
    pub time_model: Cow<'static, str>,
    /// Numerator and denominator.
    pub fps: [u32; 2],
    /// `phase` or `time`.
    pub sampling: Cow<'static, str>,
    /// Frames of the whole plan.
    pub frames: u64,
    /// Of them, in this export.
    pub selected: u64,
    /// First and last of these.
    pub range: [u64; 2],
    /// What the whole plan lasts, ms.
    pub duration_ms: f64,
    /// Time of the plan's frame 0, ms.
    pub start_ms: f64,
    /// Frames of a cycle, if driven by phase.
    pub frames_per_cycle: Option<u32>,
    /// Cycles, if driven by phase.
    pub loops: Option<u32>,
    /// Loops stepped before frame 0, if driven by phase.
    pub warmup: Option<u32>,
    /// Who chose the warm-up: `default` (by memory class) or `flag`.
    pub warmup_from: Option<Cow<'static, str>>,
    /// Motion blur; left out without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shutter: Option<ShutterEntry>,
    /// What a frame depends on beyond its own time.
    pub memory: Memory,
}

/// The motion blur of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShutterEntry {
    /// How much of a frame it is open: numerator and denominator.
    pub open: [u32; 2],
    /// `centred` or `trailing`.
    pub phase: Cow<'static, str>,
    /// Moments of a frame.
    pub samples: u32,
}

impl PlanEntry {
    /// The plan as recorded.
    pub fn new(plan: &Plan, frames: &FrameSet) -> Self {
        let (num, den) = plan.fps().parts();
        let warmup = plan.warmup();
        Self {
            time_model: plan.model_name().into(),
            fps: [num, den],
            sampling: plan.sampling().word().into(),
            frames: plan.frames(),
            selected: frames.len(),
            range: [frames.first(), frames.last()],
            duration_ms: plan.duration_ms(),
            start_ms: plan.time_ms(plan.sample(0)),
            frames_per_cycle: plan.cycle().map(|(of, _)| of),
            loops: plan.cycle().map(|(_, loops)| loops),
            warmup: warmup.map(|warmup| warmup.loops),
            warmup_from: warmup.map(|w| if w.by_default { "default" } else { "flag" }.into()),
            shutter: plan.shutter().map(|shutter| ShutterEntry {
                open: shutter.open.parts(),
                phase: shutter.phase.word().into(),
                samples: shutter.samples,
            }),
            memory: plan.memory(),
        }
    }
}

/// The pictures of an export.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImageEntry {
    /// File format.
    pub format: Cow<'static, str>,
    /// px of a file.
    pub width: u32,
    /// px of a file.
    pub height: u32,
    /// Device px per user px.
    pub scale: f64,
    /// Pixels drawn for each one, a side; left out if 1.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub supersample: u32,
    /// Bits a channel; left out if 8.
    #[serde(default = "eight", skip_serializing_if = "is_eight")]
    pub bit_depth: u32,
    /// Straight RGBA, 0…1.
    pub background: [f64; 4],
    /// How the numbers in the files are meant.
    pub colour: Cow<'static, str>,
    /// Where colours were blended: `srgb` or `linear`.
    pub blend_space: Cow<'static, str>,
    /// What a viewer must know beyond the format itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Cow<'static, str>>,
    /// What was asked for and the format shows only nearly.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approximate: Vec<Cow<'static, str>>,
}

fn one() -> u32 {
    1
}

fn is_one(value: &u32) -> bool {
    *value == one()
}

fn eight() -> u32 {
    8
}

fn is_eight(value: &u32) -> bool {
    *value == eight()
}

/// The verdict on the loop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LoopEntry {
    /// `exact`, `approximate` or `not a loop`.
    pub verdict: Cow<'static, str>,
    /// Largest difference of places and lengths, user px.
    pub max_px: Option<f64>,
    /// Largest difference of colours, levels of 255.
    pub max_levels: Option<f64>,
    /// The sink that deviates most.
    pub sink: Option<String>,
    /// Its channel.
    pub channel: Option<Cow<'static, str>>,
}

impl From<&Verdict> for LoopEntry {
    fn from(verdict: &Verdict) -> Self {
        let deviation = verdict.deviation();
        Self {
            verdict: verdict.word().into(),
            max_px: deviation.map(|d| d.px),
            max_levels: deviation.map(|d| d.levels),
            sink: deviation.map(|d| d.sink.clone()),
            channel: deviation.map(|d| d.channel.into()),
        }
    }
}

/// `b3:` and 64 hex digits.
pub fn b3(hash: &blake3::Hash) -> String {
    format!("b3:{}", hash.to_hex())
}

impl super::Sampling {
    /// `phase` or `time`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Phase => "phase",
            Self::Time => "time",
        }
    }
}
