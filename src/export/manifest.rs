//! The bookkeeping of an export: what was asked for, and every file with its hashes.
//!
//! `manifest.json` lies beside the frames. Its head is known before the first frame, the frames are
//! appended one line each as they are delivered (so that a long export needs no more memory than a
//! short one), the sums come last; then it gets its name. It is a function of the export alone: no
//! clock, no path, no host.

mod ledger;

use super::FrameSet;
use super::file::File;
use super::integrity::Verdict;
use super::output::{Destination, OutputError};
use super::pipeline::{Delivery, Frame, Outcome};
use super::plan::Plan;
use crate::diag::Diagnostic;
use crate::ir::Memory;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

pub use ledger::{Ledger, Written, schema};

/// What is known before the first frame.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    /// Name and version of the program.
    pub tool: String,
    /// Version of compiled programs.
    pub ir_version: u32,
    /// Pixel hashes agree between exports with the same id; left out where nothing is painted.
    #[serde(skip_serializing_if = "Option::is_none")]
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inputs: Option<String>,
    /// When frames are.
    pub plan: PlanEntry,
    /// What frames are.
    pub image: ImageEntry,
    /// Programs that took over on the way; left out where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub swaps: Vec<SwapEntry>,
    /// Whether the loop closes; null if the plan is none.
    pub r#loop: Option<LoopEntry>,
    /// Findings of the compiler.
    pub warnings: Vec<Diagnostic>,
}

/// The patch of an export.
#[derive(Debug, Clone, Serialize, JsonSchema)]
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
#[derive(Debug, Clone, Serialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanEntry {
    /// `finite`, `cyclic` or `infinite`.
    pub time_model: &'static str,
    /// Numerator and denominator.
    pub fps: [u32; 2],
    /// `phase` or `time`.
    pub sampling: &'static str,
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
    pub warmup_from: Option<&'static str>,
    /// What a frame depends on beyond its own time.
    pub memory: Memory,
}

impl PlanEntry {
    /// The plan as recorded.
    pub fn new(plan: &Plan, frames: &FrameSet) -> Self {
        let (num, den) = plan.fps().parts();
        let warmup = plan.warmup();
        Self {
            time_model: plan.model_name(),
            fps: [num, den],
            sampling: plan.sampling().word(),
            frames: plan.frames(),
            selected: frames.len(),
            range: [frames.first(), frames.last()],
            duration_ms: plan.duration_ms(),
            start_ms: plan.time_ms(plan.sample(0)),
            frames_per_cycle: plan.cycle().map(|(of, _)| of),
            loops: plan.cycle().map(|(_, loops)| loops),
            warmup: warmup.map(|warmup| warmup.loops),
            warmup_from: warmup.map(|w| if w.by_default { "default" } else { "flag" }),
            memory: plan.memory(),
        }
    }
}

/// The pictures of an export.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImageEntry {
    /// File format.
    pub format: &'static str,
    /// px of a file.
    pub width: u32,
    /// px of a file.
    pub height: u32,
    /// Device px per user px.
    pub scale: f64,
    /// Straight RGBA, 0…1.
    pub background: [f64; 4],
    /// How the numbers in the files are meant.
    pub colour: &'static str,
    /// Where colours were blended: `srgb` or `linear`.
    pub blend_space: &'static str,
    /// What a viewer must know beyond the format itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<&'static str>,
    /// What was asked for and the format shows only nearly.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub approximate: Vec<&'static str>,
}

/// The verdict on the loop.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LoopEntry {
    /// `exact`, `approximate` or `not a loop`.
    pub verdict: &'static str,
    /// Largest difference of places and lengths, user px.
    pub max_px: Option<f64>,
    /// Largest difference of colours, levels of 255.
    pub max_levels: Option<f64>,
    /// The sink that deviates most.
    pub sink: Option<String>,
    /// Its channel.
    pub channel: Option<&'static str>,
}

impl From<&Verdict> for LoopEntry {
    fn from(verdict: &Verdict) -> Self {
        let deviation = verdict.deviation();
        Self {
            verdict: verdict.word(),
            max_px: deviation.map(|d| d.px),
            max_levels: deviation.map(|d| d.levels),
            sink: deviation.map(|d| d.sink.clone()),
            channel: deviation.map(|d| d.channel),
        }
    }
}

/// Writes frames into their folder and their lines into the manifest.
#[derive(Debug)]
pub struct Archive<'a> {
    destination: &'a Destination,
    ledger: Ledger<'a>,
}

impl<'a> Archive<'a> {
    /// Begins an export. The manifest of an earlier one is removed: its frames are about to change.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn begin(
        destination: &'a Destination,
        plan: &'a Plan,
        frames: &FrameSet,
        head: &Head,
    ) -> Result<Self, OutputError> {
        Ok(Self {
            destination,
            ledger: Ledger::begin(destination, plan, frames, head)?,
        })
    }

    /// Ends an export: the manifest appears.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn finish(self, outcome: &Outcome) -> Result<(), OutputError> {
        self.ledger.finish(outcome, None)
    }
}

impl Delivery<File> for Archive<'_> {
    fn deliver(&mut self, frame: Frame<File>) -> Result<u64, OutputError> {
        let name = self.destination.name(frame.number);
        let file = &frame.product;
        self.destination.write(&name, &file.bytes)?;
        let written = Written {
            file: &name,
            bytes: file.bytes.len() as u64,
            hash: file.hash,
        };
        self.ledger
            .line(&frame, Some(written), file.pixels.as_ref())?;
        Ok(file.bytes.len() as u64)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::names::NamePattern;
    use crate::export::output::Names;
    use crate::export::{Faults, Format, FrameRange, PlanOptions};
    use crate::ir::{CycleMode, TimeModel};
    use serde_json::{Value, json};

    fn head(plan: &Plan, frames: &FrameSet) -> Head {
        Head {
            tool: "oscilla 0".into(),
            ir_version: 1,
            rasteriser: Some("r".into()),
            patch: PatchEntry {
                id: "p".into(),
                revision: 1,
                hash: "b3:0".into(),
            },
            program_hash: "b3:1".into(),
            seed: 7,
            overrides: BTreeMap::from([("a.b".to_owned(), "1".to_owned())]),
            inputs: None,
            plan: PlanEntry::new(plan, frames),
            image: ImageEntry {
                format: "png",
                width: 2,
                height: 1,
                scale: 1.0,
                background: [0.0; 4],
                colour: "sRGB",
                blend_space: "srgb",
                needs: Vec::new(),
                approximate: Vec::new(),
            },
            swaps: Vec::new(),
            r#loop: Some(LoopEntry::from(&Verdict::Exact)),
            warnings: Vec::new(),
        }
    }

    fn export(range: &str) -> (tempfile::TempDir, String) {
        let model = TimeModel::Cyclic {
            period_ms: 1000.0,
            mode: CycleMode::Loop,
        };
        let plan = Plan::new(&model, Memory::None, &PlanOptions::default()).unwrap();
        let range: FrameRange = range.parse().unwrap();
        let frames = plan.select(Some(&range)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let names = Names::Pattern(NamePattern::for_plan(plan.frames(), Format::Png));
        let out = Destination::new(folder.path(), names);
        let mut archive = Archive::begin(&out, &plan, &frames, &head(&plan, &frames)).unwrap();
        for number in frames.iter() {
            let bytes = vec![number as u8; 3];
            let frame = Frame {
                number,
                sample: plan.sample(number as i64),
                t_ms: number as f64,
                product: File {
                    hash: blake3::hash(&bytes),
                    pixels: Some(blake3::hash(b"")),
                    bytes,
                },
                faults: Faults::default(),
                remark: None,
            };
            archive.deliver(frame).unwrap();
        }
        // Not there before the end.
        let name = out.manifest_name(&frames, plan.frames());
        assert!(!folder.path().join(&name).exists());
        let outcome = Outcome {
            frames: frames.len(),
            ..Outcome::default()
        };
        archive.finish(&outcome).unwrap();
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        (folder, text)
    }

    #[test]
    fn it_says_what_was_asked_for_and_lists_every_frame() {
        let (folder, text) = export("15,30");
        let manifest: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(manifest["manifestVersion"], 1);
        assert_eq!(manifest["plan"]["fps"], json!([60, 1]));
        assert_eq!(manifest["plan"]["range"], json!([15, 30]));
        assert_eq!(manifest["plan"]["warmupFrom"], "default");
        assert_eq!(manifest["loop"]["verdict"], "exact");
        assert_eq!(manifest["sums"]["frames"], 2);
        let frames = manifest["frames"].as_array().unwrap();
        assert_eq!(frames.len(), 2);
        assert_eq!(frames[0]["phase"], 0.25);
        for frame in frames {
            let file = folder.path().join(frame["file"].as_str().unwrap());
            let bytes = std::fs::read(file).unwrap();
            assert_eq!(frame["bytes"], bytes.len());
            assert_eq!(frame["hash"], b3(&blake3::hash(&bytes)));
        }
    }

    #[test]
    fn the_same_export_has_the_same_manifest() {
        assert_eq!(export("0-59").1, export("0-59").1);
    }
}
