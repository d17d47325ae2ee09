//! Verb 1: a patch document becomes a program.
//!
//! The passes, in order, each a function from what the ones before made:
//!
//! 1. `expand`: composites become their inside;
//! 2. `resolve`: every name finds its block, port and bus, every input its source;
//! 3. `order`: what must be computed before what, and cycles;
//! 4. `lower`: blocks and buses become expressions, chains and cells; then `rails`;
//! 5. `sinks`: what is drawn, and which columns that takes;
//! 6. `assemble`: blocks, ports and buses become tables;
//! 7. `schedule`: what runs when;
//! 8. `number`: every row gets its final index, what nobody reaches is left out; `debug` says what
//!    rows are for;
//! 9. `finish`: layout of state, hashes, validation.
//!
//! All findings of a pass are reported; what is broken is left out, so that later passes find the
//! rest. A program comes out only if nothing was wrong. The same document and options give the same
//! program, byte for byte.

mod assemble;
mod asset;
mod debug;
mod edges;
mod expand;
mod finish;
mod lower;
mod named;
mod number;
mod order;
mod rails;
mod resolve;
mod schedule;
mod sinks;
#[cfg(test)]
mod tests;
mod text_order;
mod visit;

pub use asset::{AssetError, Assets};

use crate::blocks::PatchFacts;
use crate::diag::Diagnostics;
use crate::ir::{Program, SeedUse, Valid, Viewport, WriteError};
use crate::patch::{Document, value};

/// What the command line says about a compilation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// In place of the document's seed.
    pub seed: Option<u32>,
    /// Width and height in px, in place of the document's.
    pub size: Option<(u32, u32)>,
    /// Straight sRGB-encoded RGBA, in place of the document's.
    pub background: Option<[f64; 4]>,
    /// Values of inputs, `block.port` and a JSON or plain text. They replace wires and listeners.
    pub set: Vec<(String, String)>,
    /// Files that the patch names.
    pub assets: Assets,
    /// The program's name where the document has none: the file's stem.
    pub stem: String,
}

/// Image size of a patch that names none, px.
pub const DEFAULT_SIZE: (u32, u32) = (800, 600);

/// Compiles a patch. `None` exactly when `diagnostics` holds errors afterwards, those of the reader
/// among them. A program that does not pass validation is a mistake of this compiler: it is reported
/// with the code `internal`.
///
/// ```
/// use oscilla::{compile, diag::Diagnostics, patch};
///
/// let source = patch::Source::new("wrong.json", r#"{"blocks": [
///     {"id": "time", "type": "CycleTimeRoot"}, {"id": "dots", "type": "RenderInstance2D"}]}"#);
/// let mut found = Diagnostics::new();
/// let document = patch::read(&source, &mut found).expect("JSON");
/// let program = compile::compile(&document, &compile::Options::default(), &mut found);
/// source.fill_places(&mut found);
/// assert!(program.is_none());
/// assert_eq!(found.list()[0].code, "unknown-block-type");
/// ```
pub fn compile(
    document: &Document,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Option<Valid<Program>> {
    let compiled = compile_for_seeds(document, options, diagnostics);
    compiled.map(|compiled| compiled.program)
}

/// A program, and what was made of its seed on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    /// The program.
    pub program: Valid<Program>,
    /// Which other seeds it is good for.
    seed_use: SeedUse,
}

impl Compiled {
    /// What another compilation would give with this seed, if it can be had without one.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub fn with_seed(&self, seed: u32) -> Option<Result<Valid<Program>, WriteError>> {
        let allowed = self.seed_use.allows(self.program.seed, seed);
        allowed.then(|| self.program.clone().with_seed(seed))
    }
}

/// [`compile()`], for whoever wants the same patch with several seeds.
pub fn compile_for_seeds(
    document: &Document,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Option<Compiled> {
    let viewport = viewport(document, options, diagnostics);
    let facts = PatchFacts {
        width: viewport.width,
        height: viewport.height,
    };
    let seed = options.seed.unwrap_or(document.seed);
    let patch = expand::expand(document, &options.set, diagnostics);
    let graph = resolve::resolve(&patch, options, diagnostics);
    let order = order::order(&graph, diagnostics);
    let mut lowered = lower::lower(&graph, &order, (&facts, seed), diagnostics);
    let plan = sinks::sinks(&graph, &mut lowered, diagnostics);
    let time_model = lowered.time_model.clone();
    let Some(time_model) = time_model.filter(|_| !diagnostics.has_errors()) else {
        finish::refuse(diagnostics);
        return None;
    };
    let head = assemble::Head {
        viewport,
        time_model,
        stem: &options.stem,
    };
    let mut draft = assemble::assemble(&graph, lowered, plan, head);
    schedule::schedule(&mut draft);
    let seed_use = draft.seed_use;
    let program = finish::finish(number::number(&graph, draft), diagnostics)?;
    Some(Compiled { program, seed_use })
}

/// Size and background of the frame.
fn viewport(document: &Document, options: &Options, diagnostics: &mut Diagnostics) -> Viewport {
    let (width, height) = options.size.or(document.size).unwrap_or(DEFAULT_SIZE);
    let written = document
        .background
        .as_ref()
        .filter(|_| options.background.is_none());
    let background = match written {
        None => options.background.unwrap_or([0.0, 0.0, 0.0, 1.0]),
        Some(constant) => value::color(&constant.value).unwrap_or_else(|found| {
            diagnostics.push(found.diagnostic(&constant.at, "`background`"));
            [0.0, 0.0, 0.0, 1.0]
        }),
    };
    Viewport {
        width,
        height,
        background,
    }
}
