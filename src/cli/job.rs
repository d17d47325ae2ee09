//! The checked form of `oscilla render`: everything that can be known to fail has failed before this.

use super::args::{PlanFlags, RenderArgs, SvgAnimateFlag};
use super::checkpoint::Checkpoints;
use super::failure::{Failure, Status};
use super::film::{Film, Footage, has_short_ticks};
use super::load::Ready;
use super::lottie;
use super::studio::{Host, PatchStudio, raster_error};
use super::swap::{self, Exchange};
use super::target::{Sort, Target};
use crate::diag::Diagnostic;
use crate::export::format::{Form, Stream};
use crate::export::manifest::{Head, ImageEntry, LoopEntry, PatchEntry, PlanEntry, b3};
use crate::export::output::Existing;
use crate::export::png::PngEffort;
use crate::export::{Format, FrameRate, FrameSet, Plan, PlanOptions, Texts};
use crate::ir::{InputRef, Memory, Program, Sink, derive};
use crate::raster::{BlendSpace, RASTERISER_ID, Raster, RasterOptions};
use crate::render_tree::RenderTree;
use crate::svg::animate::{AnimateOptions, End, MAX_BYTES};
use crate::svg::{SvgIds, SvgOptions};
use crate::vm::{EngineOptions, may_be_still};
use serde_json::{Value, json};
use std::sync::Arc;
use std::thread;

/// What is to be rendered, how, and where to.
pub(super) struct Job {
    pub(super) plan: Plan,
    pub(super) frames: FrameSet,
    pub(super) target: Target,
    pub(super) existing: Existing,
    pub(super) studio: PatchStudio,
    /// Programs that take over on the way.
    pub(super) swaps: Vec<Exchange>,
    /// px of a frame; see [`Self::file_size`].
    pub(super) width: u32,
    /// px of a frame.
    pub(super) height: u32,
    /// Bytes of canvas and layers of one frame.
    pub(super) frame_memory: u64,
    pub(super) jobs: usize,
    pub(super) effort: PngEffort,
    /// Whether files have 16 bits a channel.
    pub(super) is_deep: bool,
    /// Whether an animation that keyframes cannot express is an error.
    strict_animation: bool,
    /// Whether an animation may be larger than usual.
    pub(super) allow_large: bool,
    /// Whether what a format has no place for may be shown nearly.
    pub(super) allow_approximate: bool,
    /// What concerns formats of many frames.
    pub(super) film: Film,
    /// What the format shows only nearly, though asked for.
    pub(super) approximate: Vec<&'static str>,
    /// Metadata of the files.
    pub(super) texts: Option<Texts>,
}

impl Job {
    /// Checks the arguments against the program and each other.
    ///
    /// # Errors
    /// What does not fit.
    pub(super) fn new(
        args: &RenderArgs,
        ready: &Ready,
        swaps: Vec<Exchange>,
    ) -> Result<Self, Failure> {
        let program = &ready.program;
        let (mut plan, mut frames) = match Target::format(args) {
            Format::Gif => plan_of_gif(&args.plan, program, &swaps)?,
            _ => plan_with(&args.plan, program, &swaps)?,
        };
        let target = Target::new(args, &plan, &frames)?;
        check_quality(args, &target)?;
        plan = plan.with_shutter(args.quality.shutter())?;
        if target.form == Form::AnimatedSvg && plan.model_name() == "finite" && whole(&args.plan) {
            // What moves until the very end needs the state there.
            let flags = PlanFlags {
                include_end: true,
                ..args.plan.clone()
            };
            (plan, frames) = plan_with(&flags, program, &swaps)?;
        }
        if args.resume && !target.form.is_files() {
            let message = "`--resume` goes on with files of frames, not with one file for all";
            return Err(
                Failure::usage(message).hint("leave it out: the file appears whole or not at all")
            );
        }
        let mut approximate = approximations(args, target.format)?;
        if target.form == Form::Lottie {
            let others = swaps.iter().map(|swap| &swap.ready.program);
            let programs = std::iter::once(program).chain(others);
            approximate.extend(lottie::approximations(programs, args.allow_approximate)?);
        }
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        let jobs = args.jobs.unwrap_or_else(cores);
        let raster = RasterOptions {
            scale: args.scale,
            blend_space: args.blend_space.into(),
            supersample: args.quality.supersample(),
            max_memory: args.max_memory.unwrap_or(u64::MAX),
            ..RasterOptions::default()
        };
        // All threads together are held against the limit below; one frame would fit sooner.
        let unlimited = RasterOptions {
            max_memory: u64::MAX,
            ..raster
        };
        let (width, height, frame_memory) = Raster::new(unlimited)
            .measure(&blank(program))
            .map_err(raster_error)?;
        let footage = Footage {
            plan: &plan,
            frames: &frames,
            width,
            height,
            transparent: program.viewport.background[3] < 1.0,
        };
        let film = Film::new(args, &target, &footage)?;
        approximate.extend(&film.approximate);
        let engine = EngineOptions {
            memory_limit: args.max_memory,
            strict: args.strict,
            cache: !args.no_cache,
            ..EngineOptions::default()
        };
        for swap in &swaps {
            Host::new(&swap.ready.program, &ready.inputs, engine.clone())?;
        }
        let folder = args.from.as_deref();
        let checkpoints = folder.map(|folder| Checkpoints::find(folder, &plan, &ready.inputs));
        let checkpoints = checkpoints.transpose()?.map(Arc::new);
        if let Some(checkpoints) = checkpoints
            .as_ref()
            .filter(|_| plan.memory() == Memory::State)
        {
            // One that does not fit is found here, before anything is written.
            let mut host = Host::new(program, &ready.inputs, engine.clone())?;
            checkpoints.restore(frames.first(), host.engine_mut())?;
        }
        let job = Self {
            studio: PatchStudio {
                program: program.clone(),
                swaps: swap::programs(&swaps),
                checkpoints,
                inputs: ready.inputs.clone(),
                tally: Arc::default(),
                engine,
                raster,
                svg: SvgOptions {
                    scale: args.scale,
                    ids: args.svg_ids.map_or(SvgIds::All, Into::into),
                    compat: args.svg_compat,
                    metadata: Vec::new(),
                },
            },
            existing: match (args.overwrite, args.resume) {
                (true, _) => Existing::Overwrite,
                (false, true) => Existing::Resume,
                (false, false) => Existing::Refuse,
            },
            texts: (!args.no_metadata).then(|| texts(args, ready, target.format, &swaps)),
            swaps,
            plan,
            frames,
            target,
            width,
            height,
            frame_memory,
            jobs,
            effort: args.png_effort.map(PngEffort::from).unwrap_or_default(),
            is_deep: args.quality.is_deep(),
            strict_animation: args.svg_animate == Some(SvgAnimateFlag::Strict),
            allow_large: args.allow_large,
            allow_approximate: args.allow_approximate,
            film,
            approximate,
        };
        let (needed, allowed) = (job.memory(), args.max_memory.unwrap_or(u64::MAX));
        if needed > allowed {
            let message = format!(
                "{} threads need about {needed} bytes, {allowed} are allowed",
                job.jobs
            );
            let finding = Diagnostic::error("too-large", "", message).hint(job.remedy_for_memory());
            return Err(Failure::new(Status::Invalid, finding));
        }
        Ok(job)
    }

    /// Looks for files that are in the way; returns frames that would stay beside the new ones.
    ///
    /// # Errors
    /// What is in the way.
    pub(super) fn survey(&self) -> Result<Vec<u64>, Failure> {
        if self.target.sort != Sort::Files {
            return Ok(Vec::new());
        }
        let (frames, of) = (&self.frames, self.plan.frames());
        let destination = &self.target.destination;
        Ok(destination.survey(frames, of, self.existing)?)
    }

    /// How many frames are written.
    pub(super) fn to_write(&self) -> u64 {
        match self.target.sort {
            Sort::Nowhere => 0,
            Sort::Files | Sort::Stdout => self.frames.len(),
        }
    }

    /// Whether every pixel of every frame is opaque: what is drawn onto an opaque background is.
    pub(super) fn is_opaque(&self) -> bool {
        let others = self.swaps.iter().map(|swap| &swap.ready.program);
        let mut programs = std::iter::once(&self.studio.program).chain(others);
        programs.all(|program| program.viewport.background[3] >= 1.0)
    }

    /// Width and height of a file, px. Encoders of movies want even sides.
    pub(super) fn file_size(&self) -> (u32, u32) {
        match self.target.form {
            Form::Movie(_) => (
                self.width.next_multiple_of(2),
                self.height.next_multiple_of(2),
            ),
            _ => (self.width, self.height),
        }
    }

    /// How an animated document is written.
    pub(super) fn animate_options(&self) -> AnimateOptions {
        AnimateOptions {
            svg: SvgOptions {
                metadata: self.metadata(),
                ..self.studio.svg.clone()
            },
            duration_ms: self.duration_ms(),
            end: if self.repeats() {
                End::Repeat
            } else {
                End::Stay
            },
            strict: self.strict_animation,
            max_bytes: if self.allow_large {
                u64::MAX
            } else {
                MAX_BYTES
            },
        }
    }

    /// Keyword and text of what the one file says about itself.
    pub(super) fn metadata(&self) -> Vec<(String, String)> {
        let texts = self.texts.iter().flatten();
        let owned = texts.map(|(key, text)| ((*key).to_owned(), text.clone()));
        owned.collect()
    }

    /// What the chosen frames last, ms.
    pub(super) fn duration_ms(&self) -> f64 {
        let (plan, frames) = (&self.plan, &self.frames);
        if frames.len() == plan.frames() {
            return plan.duration_ms();
        }
        let time = |frame: u64| plan.time_ms(plan.sample(frame as i64));
        time(frames.last() + 1) - time(frames.first())
    }

    /// Whether the chosen frames are the whole of a loop.
    pub(super) fn repeats(&self) -> bool {
        self.frames.len() == self.plan.frames() && self.plan.closes() == Some(true)
    }

    /// What the manifest says before the first frame.
    pub(super) fn head(&self, args: &RenderArgs, ready: &Ready, closes: Option<LoopEntry>) -> Head {
        let program = &ready.program;
        let format = self.target.format;
        let (width, height) = self.file_size();
        let mut warnings = ready.warnings.clone();
        for warning in &mut warnings {
            // How the user reached the file is not part of the export.
            warning.file.clear();
        }
        Head {
            tool: tool(),
            ir_version: program.ir_version,
            rasteriser: format.has_pixels().then(|| RASTERISER_ID.to_owned()),
            patch: PatchEntry {
                id: program.patch_id.clone(),
                revision: program.patch_revision,
                hash: b3(&ready.hash),
            },
            program_hash: program.program_hash.clone(),
            seed: program.seed,
            arguments: args.recorded.clone(),
            names: self.target.destination.names(),
            overrides: args.patch_flags.set.iter().cloned().collect(),
            inputs: ready.inputs.hash.as_ref().map(b3),
            plan: PlanEntry::new(&self.plan, &self.frames),
            image: ImageEntry {
                format: format.word().into(),
                width,
                height,
                scale: args.scale,
                supersample: args.quality.supersample(),
                bit_depth: if self.is_deep { 16 } else { 8 },
                background: program.viewport.background,
                colour: format.colour().into(),
                blend_space: match self.studio.raster.blend_space {
                    BlendSpace::Srgb => "srgb",
                    BlendSpace::Linear => "linear",
                }
                .into(),
                needs: needs(program, format).into_iter().map(Into::into).collect(),
                approximate: self.approximate.iter().map(|&what| what.into()).collect(),
            },
            swaps: swap::entries(&self.swaps),
            r#loop: closes,
            warnings: warnings.iter().map(|warning| json!(warning)).collect(),
        }
    }
}

/// The plan that flags and program give, and the frames chosen of it.
///
/// # Errors
/// Flags that do not fit the time model or each other.
pub(super) fn plan(flags: &PlanFlags, program: &Program) -> Result<(Plan, FrameSet), Failure> {
    plan_with(flags, program, &[])
}

/// The same for commands that look at values. The memory class of a program is that of what it draws;
/// somebody may look at a counter or a patched rail that draws nothing, or at an event, and these need
/// what came before.
///
/// # Errors
/// As [`plan`].
pub(super) fn plan_to_watch(
    flags: &PlanFlags,
    program: &Program,
) -> Result<(Plan, FrameSet), Failure> {
    let memory = derive::memory_of_all(program);
    plan_of(flags, (program, memory), &[], asked_rate(flags))
}

/// The same with other programs from frames on.
fn plan_with(
    flags: &PlanFlags,
    program: &Program,
    swaps: &[Exchange],
) -> Result<(Plan, FrameSet), Failure> {
    plan_at(flags, program, swaps, asked_rate(flags))
}

fn asked_rate(flags: &PlanFlags) -> (FrameRate, Option<u32>) {
    (flags.fps.unwrap_or_default(), flags.frames_per_cycle)
}

/// The plan of a GIF. Without a rate it has 50 frames a second, or as many fewer as make no delay
/// shorter than players keep to.
fn plan_of_gif(
    flags: &PlanFlags,
    program: &Program,
    swaps: &[Exchange],
) -> Result<(Plan, FrameSet), Failure> {
    if flags.fps.is_some() || flags.frames_per_cycle.is_some() {
        return plan_with(flags, program, swaps);
    }
    let (plan, frames) = plan_at(flags, program, swaps, (FrameRate::GIF, None))?;
    match plan.cycle() {
        Some((of, _)) if of > 1 && has_short_ticks(&plan, &frames) => {
            plan_at(flags, program, swaps, (FrameRate::GIF, Some(of - 1)))
        }
        _ => Ok((plan, frames)),
    }
}

fn plan_at(
    flags: &PlanFlags,
    program: &Program,
    swaps: &[Exchange],
    rate: (FrameRate, Option<u32>),
) -> Result<(Plan, FrameSet), Failure> {
    plan_of(flags, (program, swap::memory(program, swaps)), swaps, rate)
}

fn plan_of(
    flags: &PlanFlags,
    (program, memory): (&Program, Memory),
    swaps: &[Exchange],
    (fps, frames_per_cycle): (FrameRate, Option<u32>),
) -> Result<(Plan, FrameSet), Failure> {
    let options = PlanOptions {
        fps,
        frames_per_cycle,
        loops: flags.loops,
        warmup: flags.warmup,
        start_ms: flags.start,
        duration_ms: flags.duration,
        still_ms: flags.time,
        include_end: flags.include_end,
        sampling: flags.sampling.map(Into::into),
    };
    let plan = Plan::new(&program.time_model, memory, &options)?.with_swaps(swap::plan(swaps))?;
    let frames = plan.select(flags.frames.as_ref())?;
    if flags.require_closed_loop && plan.closes().is_none() {
        return Err(Failure::usage(
            "`--require-closed-loop` needs a cyclic patch, not a still",
        ));
    }
    Ok((plan, frames))
}

/// What SVG viewers must know that SVG 1.1 has not: the blend mode of sinks that add light.
fn needs(program: &Program, format: Format) -> Vec<&'static str> {
    if format == Format::Svg && adding(program).next().is_some() {
        vec!["mix-blend-mode: plus-lighter"]
    } else {
        Vec::new()
    }
}

/// The sinks that add light.
pub(super) fn adding(program: &Program) -> impl Iterator<Item = &Sink> {
    let tables = &program.tables;
    let text = |id| tables.constants.json_text(id);
    tables.render.sinks.iter().filter(move |sink| {
        let params = sink.params.and_then(text);
        let params: Option<Value> = params.and_then(|text| serde_json::from_str(text).ok());
        let by_input = sink.inputs.iter().any(|input| {
            let is_blend = tables.strings[input.name.index()] == "blend";
            is_blend && matches!(input.from, InputRef::Const(id) if text(id) == Some("\"add\""))
        });
        by_input || params.is_some_and(|params| params["blend"] == "add")
    })
}

/// Whether nothing is left out of a plan.
fn whole(flags: &PlanFlags) -> bool {
    flags.frames.is_none()
}

/// Blur, blocks and depth are made of pixels.
fn check_quality(args: &RenderArgs, target: &Target) -> Result<(), Failure> {
    let word = target.format.word();
    let blurred = args.quality.shutter().is_some() || args.quality.supersample() > 1;
    if blurred && !target.format.has_pixels() {
        let message = format!("`{word}` holds shapes, which cannot be averaged");
        let finding = Diagnostic::error("not-representable", "", message)
            .hint("leave out `--shutter` and `--supersample`, or write pixels");
        return Err(Failure::new(Status::Usage, finding));
    }
    let has_depth = matches!(target.form, Form::PngFiles | Form::Stream(Stream::Png));
    if args.quality.is_deep() && !has_depth {
        let message = format!("`--bit-depth 16` is for PNG files, not for `{word}` in this form");
        return Err(Failure::usage(message)
            .hint("give a folder: `--out frames/`, or write PNG to standard output"));
    }
    Ok(())
}

/// What the format shows only nearly.
///
/// # Errors
/// Unless that is allowed.
fn approximations(args: &RenderArgs, format: Format) -> Result<Vec<&'static str>, Failure> {
    if format.has_pixels() || BlendSpace::from(args.blend_space) == BlendSpace::Srgb {
        return Ok(Vec::new());
    }
    if args.allow_approximate {
        return Ok(vec!["blendSpace"]);
    }
    let message = format!(
        "`{}` cannot blend in linear light: whatever shows it blends encoded colours",
        format.word()
    );
    let finding = Diagnostic::error("not-representable", "", message)
        .hint("leave out `--blend-space linear`, or add `--allow-approximate`");
    Err(Failure::new(Status::Usage, finding))
}

/// A frame without anything in it, to measure the picture by.
fn blank(program: &Program) -> RenderTree {
    RenderTree {
        frame: 0,
        t_ms: 0.0,
        width: program.viewport.width,
        height: program.viewport.height,
        background: [0.0; 4],
        passes: Vec::new(),
        still: may_be_still(program).into(),
    }
}

fn tool() -> String {
    format!("oscilla {}", env!("CARGO_PKG_VERSION"))
}

/// What every file says about itself; no clock, no path.
fn texts(args: &RenderArgs, ready: &Ready, format: Format, swaps: &[Exchange]) -> Texts {
    let program = &ready.program;
    let mut texts = vec![("Software", tool())];
    if format.has_pixels() {
        texts.push(("oscilla:rasteriser", RASTERISER_ID.to_owned()));
    }
    texts.extend([
        ("oscilla:patch", b3(&ready.hash)),
        ("oscilla:program", program.program_hash.clone()),
        ("oscilla:seed", program.seed.to_string()),
    ]);
    if let Some(hash) = &ready.inputs.hash {
        texts.push(("oscilla:inputs", b3(hash)));
    }
    if !args.patch_flags.set.is_empty() {
        let set: Vec<String> = args
            .patch_flags
            .set
            .iter()
            .map(|(target, value)| format!("{target}={value}"))
            .collect();
        texts.push(("oscilla:set", set.join("\n")));
    }
    if !swaps.is_empty() {
        let swaps = swaps.iter();
        let list = swaps.map(|s| format!("{} {}", s.frame, s.ready.program.program_hash));
        texts.push(("oscilla:swaps", list.collect::<Vec<_>>().join("\n")));
    }
    texts
}
