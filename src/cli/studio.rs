//! Engine, raster and SVG behind the traits that the export drives.

use super::checkpoint::Checkpoints;
use super::inputs::Inputs;
use super::tally::Tally;
use crate::export::animated::{Animator, Baked};
use crate::export::{
    Columns, DeepImage, Engines, Evaluated, Faults, FrameSource, ImageView, Painter, Sample,
    Scribe, Shown, SourceError, Start, Texts,
};
use crate::ir::facts::Names;
use crate::ir::{Program, Valid, ValueRef};
use crate::lottie::{self, LottieError};
use crate::raster::{Canvas, Exposure, Raster, RasterError, RasterOptions};
use crate::render_tree::RenderTree;
use crate::svg::animate::{AnimateError, Animation};
use crate::svg::{self, SvgOptions};
use crate::vm::{
    Allow, Engine, EngineError, EngineOptions, FrameCtx, FrameError, FrameTime, Health, Mode,
    NoTrace, Offence, SwapOptions, Tracer,
};
use std::sync::Arc;

/// Hands out engines and painters for one program.
pub(super) struct PatchStudio {
    pub(super) program: Arc<Valid<Program>>,
    /// Programs that take over on the way, in order.
    pub(super) swaps: Arc<[Arc<Valid<Program>>]>,
    pub(super) checkpoints: Option<Arc<Checkpoints>>,
    pub(super) inputs: Inputs,
    /// What its engines computed and reused.
    pub(super) tally: Arc<Tally>,
    pub(super) engine: EngineOptions,
    pub(super) raster: RasterOptions,
    pub(super) svg: SvgOptions,
}

impl PatchStudio {
    /// A new painter.
    pub(super) fn painter(&self) -> Box<dyn Painter> {
        painter(self.raster)
    }

    /// A new writer of SVG.
    pub(super) fn scribe(&self) -> Box<dyn Scribe> {
        Box::new(svg::Writer::new(self.svg.clone()))
    }
}

impl Scribe for svg::Writer {
    fn write(&mut self, tree: &RenderTree, texts: &Texts, out: &mut String) {
        self.write(tree, texts, out);
    }
}

impl Animator for Animation {
    fn push(&mut self, tree: RenderTree, t_ms: f64) {
        self.push(tree, t_ms);
    }

    fn finish(&mut self, out: &mut String) -> Result<Vec<Baked>, SourceError> {
        let report = self.write(&[], out).map_err(|error| SourceError {
            code: match error {
                AnimateError::NotAnimatable(_) => "not-representable",
                AnimateError::TooLarge { .. } => "too-large",
                AnimateError::Empty => "internal",
            },
            message: error.to_string(),
        })?;
        let baked = report.baked.into_iter().map(|baked| Baked {
            sink: baked.sink,
            reason: baked.reason.to_owned(),
        });
        Ok(baked.collect())
    }
}

impl Animator for lottie::Animation {
    fn push(&mut self, tree: RenderTree, t_ms: f64) {
        self.push(tree, t_ms);
    }

    fn finish(&mut self, out: &mut String) -> Result<Vec<Baked>, SourceError> {
        let redrawn = self.write(out).map_err(|error| SourceError {
            code: match error {
                LottieError::NotRepresentable { .. } => "not-representable",
                LottieError::TooLarge { .. } => "too-large",
                LottieError::Empty => "internal",
            },
            message: error.to_string(),
        })?;
        let baked = redrawn.into_iter().map(|redrawn| Baked {
            sink: redrawn.sink,
            reason: redrawn.reason.to_owned(),
        });
        Ok(baked.collect())
    }
}

impl Engines for PatchStudio {
    fn source(&self) -> Result<Box<dyn FrameSource>, SourceError> {
        let mut host = Host::new(&self.program, &self.inputs, self.engine.clone())?;
        host.swaps = Arc::clone(&self.swaps);
        host.checkpoints = self.checkpoints.clone();
        host.tally = Some(Arc::clone(&self.tally));
        Ok(Box::new(host))
    }
}

/// An engine, driven by plans.
pub(super) struct Host<T: Tracer = NoTrace> {
    engine: Engine<T>,
    first: Arc<Valid<Program>>,
    /// Programs that take over on the way, in order.
    swaps: Arc<[Arc<Valid<Program>>]>,
    checkpoints: Option<Arc<Checkpoints>>,
    inputs: Inputs,
    /// Where it adds what it computed and reused.
    tally: Option<Arc<Tally>>,
    /// How the next frame follows the one before it.
    mode: Mode,
    /// The first faults were put into words.
    remarked: bool,
}

impl Host {
    /// A new engine.
    ///
    /// # Errors
    /// If the program does not fit.
    pub(super) fn new(
        program: &Arc<Valid<Program>>,
        inputs: &Inputs,
        options: EngineOptions,
    ) -> Result<Self, SourceError> {
        Self::with_tracer(program, inputs, options, NoTrace)
    }
}

impl<T: Tracer> Host<T> {
    /// A new engine that tells `tracer` what happens.
    ///
    /// # Errors
    /// If the program does not fit.
    pub(super) fn with_tracer(
        program: &Arc<Valid<Program>>,
        inputs: &Inputs,
        options: EngineOptions,
        tracer: T,
    ) -> Result<Self, SourceError> {
        let engine =
            Engine::with_tracer(Arc::clone(program), options, tracer).map_err(engine_error)?;
        Ok(Self {
            engine,
            first: Arc::clone(program),
            swaps: Arc::default(),
            checkpoints: None,
            inputs: inputs.clone(),
            tally: None,
            mode: Mode::Advance,
            remarked: false,
        })
    }

    /// Words for the first faults that this engine met. Frames are given out in order, so the first
    /// frame of all engines together is among those that they say something of.
    fn remark(&mut self, faults: Faults) -> Option<String> {
        if faults.is_none() || std::mem::replace(&mut self.remarked, true) {
            return None;
        }
        if let Some(offence) = self.engine.offence() {
            return Some(describe(&offence));
        }
        let health = self.engine.health();
        let program = self.engine.program();
        if let Some((signal, step)) = health.first_non_finite {
            let names = Names::new(program);
            return Some(format!(
                "`{} = {}` is not finite in step `{}`",
                names.signal(signal),
                names.expression(ValueRef::Sig(signal)),
                names.step(step)
            ));
        }
        let divided = health.steps.iter().find(|step| step.div_zero > 0);
        if let Some(step) = divided {
            let key = program.schedule.steps[step.step.index()].key_text(program);
            return Some(format!("step `{key}` divides by zero"));
        }
        if let Some(channel) = health.first_rejected {
            let key = program.tables.graph.externals[channel.index()].key;
            let key = &program.tables.strings[key.index()];
            return Some(format!(
                "channel `{key}` is recorded in another shape than the patch reads"
            ));
        }
        Some("an event has more pulses than a frame keeps".to_owned())
    }

    /// For probes.
    pub(super) fn engine(&self) -> &Engine<T> {
        &self.engine
    }

    /// For probes and traces.
    pub(super) fn engine_mut(&mut self) -> &mut Engine<T> {
        &mut self.engine
    }

    fn run_program(&mut self, program: Arc<Valid<Program>>) -> Result<(), SourceError> {
        let how = SwapOptions {
            allow: Allow::Any,
            ..SwapOptions::default()
        };
        let report = self.engine.set_program(program, how);
        report.map(|_| ()).map_err(engine_error)
    }

    fn time(&mut self, sample: Sample) -> FrameTime {
        frame_time(sample).with_mode(std::mem::take(&mut self.mode))
    }
}

impl<T: Tracer + Send> FrameSource for Host<T> {
    fn begin(&mut self, start: Start) -> Result<(), SourceError> {
        self.mode = Mode::Advance;
        if !Arc::ptr_eq(self.engine.program(), &self.first) {
            self.run_program(Arc::clone(&self.first))?;
            self.engine.reset();
        }
        match start {
            Start::Anywhere => {
                self.mode = Mode::Jump;
                Ok(())
            }
            Start::Latch(sample) => {
                self.engine.reset();
                self.engine
                    .latch_from(frame_time(sample))
                    .map_err(engine_error)
            }
            Start::After(sample) => self
                .engine
                .start_after(frame_time(sample))
                .map_err(engine_error),
        }
    }

    fn resume(&mut self, frame: u64) -> Result<Option<u64>, SourceError> {
        self.mode = Mode::Advance;
        match &self.checkpoints {
            Some(checkpoints) => checkpoints.restore(frame, &mut self.engine),
            None => Ok(None),
        }
    }

    fn swap(&mut self, index: usize) -> Result<(), SourceError> {
        self.run_program(Arc::clone(&self.swaps[index]))
    }

    fn step(&mut self, sample: Sample) -> Result<(), SourceError> {
        let time = self.time(sample);
        let ctx = ctx(&self.inputs);
        self.engine.step(time, &ctx).map_err(frame_error)
    }

    fn frame(&mut self, sample: Sample) -> Result<Evaluated, SourceError> {
        let time = self.time(sample);
        let tree = self
            .engine
            .render_frame(time, &ctx(&self.inputs))
            .map_err(frame_error)?;
        let tree = tree.clone();
        let health = self.engine.health();
        if let Some(tally) = &self.tally {
            tally.add(health);
        }
        let faults = faults(health);
        let columns = Columns {
            count: health.columns(),
            constant: health.constant,
            bytes: health.column_bytes(),
        };
        Ok(Evaluated {
            tree,
            faults,
            columns,
            remark: self.remark(faults),
        })
    }
}

/// A painter for any tree.
pub(super) fn painter(options: RasterOptions) -> Box<dyn Painter> {
    Box::new(Easel {
        raster: Raster::new(options),
        canvas: Canvas::new(),
        straight: Vec::new(),
        exposure: Exposure::new(),
    })
}

/// A raster and its canvas.
struct Easel {
    raster: Raster,
    canvas: Canvas,
    /// Its pixels, not premultiplied, where that is something else.
    straight: Vec<u8>,
    /// Where moments and blocks are averaged.
    exposure: Exposure,
}

impl Easel {
    fn expose(&mut self, shown: &Shown) -> Result<(), SourceError> {
        self.exposure.begin();
        for tree in shown.moments() {
            let drawn = self.raster.expose(tree, &mut self.exposure);
            drawn.map_err(raster_error)?;
        }
        Ok(())
    }
}

impl Painter for Easel {
    fn show(&mut self, shown: &Shown) -> Result<ImageView<'_>, SourceError> {
        let opaque = if shown.more.is_empty() {
            let drawn = self.raster.draw(&shown.tree, &mut self.canvas);
            drawn.map_err(raster_error)?.opaque
        } else {
            self.expose(shown)?;
            self.exposure.develop(&mut self.canvas);
            false
        };
        let lent = ImageView {
            width: self.canvas.width(),
            height: self.canvas.height(),
            rgba: self.canvas.bytes(),
            opaque,
        };
        // Then straight and premultiplied are the same bytes.
        if lent.is_opaque() {
            let opaque = true;
            return Ok(ImageView { opaque, ..lent });
        }
        self.canvas.write_straight(&mut self.straight);
        let rgba = &self.straight;
        Ok(ImageView { rgba, ..lent })
    }

    fn paint_deep(&mut self, shown: &Shown, image: &mut DeepImage) -> Result<(), SourceError> {
        self.expose(shown)?;
        (image.width, image.height) = (self.exposure.width(), self.exposure.height());
        self.exposure.develop_deep(&mut image.rgba);
        Ok(())
    }
}

fn ctx(inputs: &Inputs) -> FrameCtx<'_> {
    FrameCtx {
        inputs: &*inputs.playback,
        ..FrameCtx::default()
    }
}

/// A sample of a plan, as the engine takes it.
pub(super) fn frame_time(sample: Sample) -> FrameTime {
    match sample {
        Sample::At { t_ms } => FrameTime::at(t_ms),
        Sample::Cycle { step, of } => FrameTime::cycle(step, of),
    }
}

fn faults(health: &Health) -> Faults {
    Faults {
        dropped: health.faults(),
        bad_parameters: health.bad_parameter,
        non_finite: health.non_finite(),
        divisions_by_zero: health.div_zero,
        pulses_folded: health.pulses_folded,
        inputs_rejected: health.input_rejected,
    }
}

fn engine_error(error: EngineError) -> SourceError {
    let code = match &error {
        EngineError::Memory { .. } | EngineError::Limit { .. } => "program-too-large",
        EngineError::Sink { .. } => "unsupported",
        _ => "internal",
    };
    SourceError {
        code,
        message: error.to_string(),
    }
}

fn frame_error(error: FrameError) -> SourceError {
    let code = match &error {
        FrameError::NonFinite(_) => "non-finite",
        FrameError::Input(_) => "input-failed",
        FrameError::BadTime(_) | FrameError::BadCycle(_) => "internal",
    };
    let message = match &error {
        FrameError::NonFinite(offence) => describe(offence),
        _ => error.to_string(),
    };
    SourceError { code, message }
}

/// What would not be drawn, and when. The number that the engine gives a frame counts its own run,
/// not the plan, so it is left to whoever knows the plan.
fn describe(offence: &Offence) -> String {
    let Offence {
        t_ms,
        subject,
        channel,
        element,
        step,
        expression,
        ..
    } = offence;
    let mut text = match element {
        Some((_, id)) => {
            format!("`{subject}` would drop element `{id}` at {t_ms} ms for its {channel}")
        }
        None => format!("`{subject}` has an impossible {channel} at {t_ms} ms"),
    };
    if let Some(expression) = expression {
        text.push_str(&format!("; it begins with `{expression}`"));
    }
    if let Some(step) = step {
        text.push_str(&format!(" in step `{step}`"));
    }
    text
}

/// A raster refuses a scale that leaves no pixel, and what is over a limit.
pub(super) fn raster_error(error: RasterError) -> SourceError {
    SourceError {
        code: match error {
            RasterError::BadScale { .. } => "usage",
            _ => "too-large",
        },
        message: error.to_string(),
    }
}
