//! A case becomes pictures, the text of its program, and the values behind each frame.

use super::cases::Source;
use super::folder::picture_name;
use super::sight::Sight;
use crate::cli::args::{CaseFlags, PatchFlags, Pictures, PlanFlags};
use crate::cli::failure::{Failure, Status};
use crate::cli::inputs::{self, Inputs};
use crate::cli::job;
use crate::cli::load::{Loaded, load};
use crate::cli::render::must_close;
use crate::cli::studio::{Host, painter};
use crate::compare::golden::values::Values;
use crate::compare::golden::{Case, FrameEntry};
use crate::compare::{Depth, Picture, PictureError};
use crate::diag::Diagnostic;
use crate::export::integrity;
use crate::export::manifest::b3;
use crate::export::png::{PngEffort, PngEncoder, PngError, deep_hash, pixel_hash};
use crate::export::{
    DeepImage, FrameRange, FrameSet, Image, Painter, Plan, Shown, SourceError, Texts, Walk,
};
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
    /// Pictures have 16 bits a channel.
    is_deep: bool,
    /// What `--pictures` names: each of its parts.
    pictures: Option<Vec<(FrameRange, FrameSet)>>,
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
        let sized = PatchFlags {
            size,
            ..flags.patch_flags.clone()
        };
        loaded = load(&source.file, &sized, false)?;
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
    let plan = plan.with_shutter(flags.quality.shutter())?;
    let pictures = match &flags.pictures {
        Some(Pictures::Some(range)) => {
            // As a whole first, for what its parts have in common.
            plan.select(Some(range))?;
            let part = |part: FrameRange| plan.select(Some(&part)).map(|set| (part, set));
            Some(range.parts().map(part).collect::<Result<_, _>>()?)
        }
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
            supersample: flags.quality.supersample(),
            ..RasterOptions::default()
        },
        is_deep: flags.quality.is_deep(),
        pictures,
        has_pictures: flags.pictures != Some(Pictures::None),
    })
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
    /// Finds out whether each part of `--pictures` means some frame of the case.
    ///
    /// # Errors
    /// If one means none: pictures would be missing that somebody wanted.
    pub(super) fn has_named_pictures(&self) -> Result<(), Failure> {
        let parts = self.pictures.iter().flatten();
        let is_made = |set: &FrameSet| self.frames.iter().any(|frame| set.contains(frame));
        let Some((part, _)) = parts.into_iter().find(|(_, set)| !is_made(set)) else {
            return Ok(());
        };
        let of = FrameRange::of(&self.frames);
        let message = format!("`--pictures` names `{part}`, which is no frame of the case");
        let hint = format!("its frames are {of}; name some of these, `all` or `none`");
        Err(Failure::usage(message).hint(hint))
    }

    /// Renders the frames. `None` if it was stopped.
    ///
    /// # Errors
    /// What engine or raster say, or that a loop does not close that must.
    pub(super) fn make(&self, source: &Source, stop: &AtomicBool) -> Result<Option<Made>, Failure> {
        if source.flags.plan.require_closed_loop {
            let verdict = integrity::check(&self.plan, self.host()?, stop)?;
            must_close(verdict.as_ref(), &self.plan)?;
        }
        let mut host = self.host()?;
        let sight = Sight::all(host.engine_mut());
        let mut walk = Walk::new(&self.plan, host);
        let mut camera = Camera::new(painter(self.raster), self.is_deep);
        let mut frames = Vec::new();
        for number in self.frames.iter() {
            let failed = |error| Failure::frame(number, &error);
            let Some(exposed) = walk.expose(number, stop).map_err(failed)? else {
                return Ok(None);
            };
            camera.take(&exposed.shown).map_err(failed)?;
            let shot = camera.develop();
            let (picture, png, hash) = shot.map_err(|error| internal(&*error))?;
            // With motion blur the engine stands at the last moment, and so do the values.
            let tree = exposed.shown.last();
            let chosen =
                |parts: &Vec<(_, FrameSet)>| parts.iter().any(|(_, set)| set.contains(number));
            frames.push(MadeFrame {
                number,
                picture,
                png,
                hash: b3(&hash),
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

/// Paints frames with 8 or 16 bits a channel.
struct Camera {
    painter: Box<dyn Painter>,
    encoder: PngEncoder,
    film: Film,
}

/// The pixels of the last frame.
enum Film {
    Plain(Image),
    Deep(DeepImage),
}

impl Camera {
    fn new(painter: Box<dyn Painter>, is_deep: bool) -> Self {
        Self {
            painter,
            encoder: PngEncoder::new(PngEffort::Small),
            film: if is_deep {
                Film::Deep(DeepImage::default())
            } else {
                Film::Plain(Image::default())
            },
        }
    }

    fn take(&mut self, shown: &Shown) -> Result<(), SourceError> {
        match &mut self.film {
            Film::Plain(image) => self.painter.paint(shown, image),
            Film::Deep(image) => self.painter.paint_deep(shown, image),
        }
    }

    /// The picture, its file and the hash of its pixels.
    fn develop(&mut self) -> Result<(Picture, Vec<u8>, blake3::Hash), Box<dyn std::error::Error>> {
        let none = Texts::new();
        let (picture, png): (Result<Picture, PictureError>, Result<Vec<u8>, PngError>);
        let hash = match &self.film {
            Film::Plain(image) => {
                let rgba = image.rgba.iter().copied().map(u16::from).collect();
                picture = Picture::new(image.width, image.height, Depth::Eight, rgba);
                png = self.encoder.encode(image, &none);
                pixel_hash(image)
            }
            Film::Deep(image) => {
                let rgba = image.rgba.clone();
                picture = Picture::new(image.width, image.height, Depth::Sixteen, rgba);
                png = self.encoder.encode_deep(image, &none);
                deep_hash(image)
            }
        };
        Ok((picture?, png?, hash))
    }
}

/// The hash of a picture's pixels as the record has it.
pub(super) fn hash_of(picture: &Picture) -> String {
    let (width, height) = (picture.width(), picture.height());
    let rgba = picture.pixels().flatten();
    b3(&match picture.depth() {
        // Values of this depth are bytes.
        Depth::Eight => pixel_hash(&Image {
            width,
            height,
            rgba: rgba.map(|value| value as u8).collect(),
        }),
        Depth::Sixteen => deep_hash(&DeepImage {
            width,
            height,
            rgba: rgba.collect(),
        }),
    })
}

fn internal(error: &dyn std::error::Error) -> Failure {
    let finding = Diagnostic::error("internal", "", error.to_string());
    Failure::new(Status::Bug, finding)
}
