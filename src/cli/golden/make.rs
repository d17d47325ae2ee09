//! A case becomes pictures, the text of its program, and the values behind each frame.

use super::cases::Source;
use super::folder::picture_name;
use super::sight::Sight;
use crate::cli::args::{CaseFlags, PatchFlags, Pictures, PlanFlags};
use crate::cli::failure::{Failure, Status};
use crate::cli::inputs::{self, Inputs};
use crate::cli::job;
use crate::cli::load::{Loaded, load};
use crate::cli::render::remedy;
use crate::cli::studio::{Host, painter};
use crate::compare::golden::values::Values;
use crate::compare::golden::{Case, FrameEntry};
use crate::compare::{Depth, Picture};
use crate::diag::Diagnostic;
use crate::export::integrity::{self, Verdict};
use crate::export::manifest::b3;
use crate::export::png::{PngEffort, PngEncoder, pixel_hash};
use crate::export::{FrameRange, FrameSet, Image, Plan, Shown, Walk};
use crate::ir::{Program, Valid, text};
use crate::patch::Golden;
use crate::raster::{RASTERISER_ID, RasterOptions};
use crate::vm::EngineOptions;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A case whose patch compiled and whose plan holds: nothing is left that could be a mistake in it.
pub(super) struct Ready {
    pub(super) program: Arc<Valid<Program>>,
    pub(super) inputs: Inputs,
    pub(super) plan: Plan,
    pub(super) frames: FrameSet,
    /// Findings that stop nothing.
    pub(super) warnings: Vec<Diagnostic>,
    raster: RasterOptions,
    pictures: Option<FrameSet>,
    has_pictures: bool,
}

/// What a case is now.
pub(super) struct Made {
    /// The program for people.
    pub(super) text: String,
    /// Hash of what is executed.
    pub(super) hash: String,
    /// Ascending.
    pub(super) frames: Vec<MadeFrame>,
}

/// What a frame is now.
pub(super) struct MadeFrame {
    /// In the plan.
    pub(super) number: u64,
    pub(super) picture: Picture,
    /// The same as a file.
    pub(super) png: Vec<u8>,
    /// Hash of the decoded pixels.
    pub(super) hash: String,
    pub(super) values: Values,
    /// Whether people should see it: a picture is recorded, not the hash alone.
    pub(super) has_picture: bool,
}

impl Made {
    /// The row of the record.
    pub(super) fn case(&self, file: String, plan: Vec<String>) -> Case {
        let entry = |frame: &MadeFrame| FrameEntry {
            width: frame.picture.width(),
            height: frame.picture.height(),
            rasteriser: RASTERISER_ID.to_owned(),
            hash: frame.hash.clone(),
        };
        let frames = self.frames.iter().map(|frame| (frame.number, entry(frame)));
        Case {
            file,
            plan,
            program: self.hash.clone(),
            frames: frames.collect(),
        }
    }
}

/// Compiles a case and makes its plan.
///
/// # Errors
/// What is wrong with the patch, its plan, its recording or its loop.
pub(super) fn prepare(source: &Source) -> Result<Ready, Failure> {
    let flags = &source.flags;
    let mut loaded = load(&source.file, &flags.patch_flags, false)?;
    let size = loaded.golden.as_ref().and_then(|golden| golden.size);
    if flags.patch_flags.size.is_none() && size.is_some() {
        loaded = load(&source.file, &sized(&flags.patch_flags, size), false)?;
    }
    let Loaded {
        program: Some(program),
        diagnostics,
        golden,
        places,
        ..
    } = loaded
    else {
        return Err(Failure::invalid(&loaded.diagnostics));
    };
    let (inputs, found) = inputs::open(&flags.inputs, &[&program], &places, false)?;
    let plan_flags = planned(flags, golden.as_ref(), source)?;
    let (plan, frames) = job::plan(&plan_flags, &program)?;
    let pictures = match &flags.pictures {
        Some(Pictures::Some(range)) => Some(plan.select(Some(range))?),
        _ => None,
    };
    let mut warnings = diagnostics.list().to_vec();
    warnings.extend(found);
    Ok(Ready {
        program,
        inputs,
        plan,
        frames,
        warnings,
        raster: RasterOptions {
            scale: flags.scale.unwrap_or(1.0),
            blend_space: flags.blend_space.map_or_else(Default::default, Into::into),
            ..RasterOptions::default()
        },
        pictures,
        has_pictures: flags.pictures != Some(Pictures::None),
    })
}

fn sized(flags: &PatchFlags, size: Option<(u32, u32)>) -> PatchFlags {
    PatchFlags {
        size,
        background: flags.background,
        seed: flags.seed,
        set: flags.set.clone(),
        asset_root: flags.asset_root.clone(),
    }
}

/// The plan's flags, with frames and rate from the patch where nothing else names them.
fn planned(
    flags: &CaseFlags,
    golden: Option<&Golden>,
    source: &Source,
) -> Result<PlanFlags, Failure> {
    let shown = source.file.display();
    let mut plan = flags.plan.clone();
    if let (None, Some(golden)) = (plan.fps, golden) {
        plan.fps = golden.fps.to_string().parse().ok();
    }
    if plan.frames.is_some() || plan.time.is_some() {
        return Ok(plan);
    }
    let Some(golden) = golden else {
        let message = format!("`{shown}` does not say which frames to record");
        return Err(Failure::usage(message)
            .hint("add `\"golden\": {\"frames\": \"0,30\"}` to the patch, or `--frames 0,30`"));
    };
    let range: FrameRange = golden.frames.parse().map_err(|error| {
        let message = format!("{error}");
        let place = format!("{}/frames", golden.at);
        let mut finding = Diagnostic::error("frame-range", place, message);
        finding.file = shown.to_string();
        Failure::new(Status::Invalid, finding)
    })?;
    plan.frames = Some(range);
    Ok(plan)
}

impl Ready {
    /// Renders the frames. `None` if it was stopped.
    ///
    /// # Errors
    /// What engine or raster say, or that a loop does not close that must.
    pub(super) fn make(&self, source: &Source, stop: &AtomicBool) -> Result<Option<Made>, Failure> {
        if source.flags.plan.require_closed_loop {
            let verdict = integrity::check(&self.plan, self.host()?, stop)?;
            if let Some(verdict) = verdict.filter(|verdict| *verdict != Verdict::Exact) {
                let message = format!("the loop is {verdict}");
                let finding = Diagnostic::error("loop-not-closed", "", message);
                let failure = Failure::new(Status::Evaluation, finding);
                return Err(failure.hint(remedy(&self.plan)));
            }
        }
        let mut host = self.host()?;
        let sight = Sight::all(host.engine_mut());
        let mut walk = Walk::new(&self.plan, host);
        let mut painter = painter(self.raster);
        let mut encoder = PngEncoder::new(PngEffort::Small);
        let mut frames = Vec::new();
        let mut image = Image::default();
        for number in self.frames.iter() {
            let failed = |error| Failure::frame(number, &error);
            let Some(evaluated) = walk.frame(number, stop).map_err(failed)? else {
                return Ok(None);
            };
            let shown = Shown::from(evaluated.tree);
            let tree = &shown.tree;
            painter.paint(&shown, &mut image).map_err(failed)?;
            let png = encoder.encode(&image, &Vec::new());
            let rgba = image.rgba.iter().copied().map(u16::from).collect();
            let picture = Picture::new(image.width, image.height, Depth::Eight, rgba);
            let chosen = |set: &FrameSet| set.contains(number);
            frames.push(MadeFrame {
                number,
                picture: picture.map_err(|error| internal(&error))?,
                png: png.map_err(|error| internal(&error))?,
                hash: b3(&pixel_hash(&image)),
                values: Values::new(tree, sight.values(walk.source().engine())),
                has_picture: self.has_pictures && self.pictures.as_ref().is_none_or(chosen),
            });
        }
        Ok(Some(Made {
            text: text::dump(&self.program),
            hash: self.program.program_hash.clone(),
            frames,
        }))
    }

    /// An engine before the first frame.
    ///
    /// # Errors
    /// If the program does not fit into it.
    pub(super) fn host(&self) -> Result<Host, Failure> {
        Ok(Host::new(
            &self.program,
            &self.inputs,
            EngineOptions::default(),
        )?)
    }

    /// What the picture of a frame is called.
    pub(super) fn file(frame: u64) -> String {
        picture_name(frame)
    }
}

/// The hash of a picture's pixels as the record has it; `None` if it is no picture that is recorded, for
/// those have 8 bits a channel.
pub(super) fn hash_of(picture: &Picture) -> Option<String> {
    let rgba: Result<Vec<u8>, _> = picture.pixels().flatten().map(u8::try_from).collect();
    let image = Image {
        width: picture.width(),
        height: picture.height(),
        rgba: rgba.ok().filter(|_| picture.depth() == Depth::Eight)?,
    };
    Some(b3(&pixel_hash(&image)))
}

fn internal(error: &dyn std::error::Error) -> Failure {
    let finding = Diagnostic::error("internal", "", error.to_string());
    Failure::new(Status::Bug, finding)
}
