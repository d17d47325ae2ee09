//! What a block is, as data: ports, defaults, ranges, words, and the function that lowers it.
//!
//! The catalogue is a list of these. `oscilla blocks` prints it, the compiler checks patches against
//! it, and [`Block::lower`] turns one block instance into program nodes.

use super::Lowering;
use crate::ir::Capability;
use crate::types::Domain;

/// One block of the library.
#[derive(Debug)]
pub struct Block {
    /// Name in patches.
    pub name: &'static str,
    /// Other accepted names.
    pub aliases: &'static [&'static str],
    /// Section of the library.
    pub family: Family,
    /// One line.
    pub summary: &'static str,
    /// Formula, state, edge cases; Markdown.
    pub details: &'static str,
    /// What kind of block it is.
    pub capability: Capability,
    /// In library order.
    pub inputs: &'static [Input],
    /// In library order.
    pub outputs: &'static [Output],
    /// Inputs that do not make outputs depend on them in this frame (they may close loops).
    pub breakers: &'static [&'static str],
    /// Makes the nodes. Runs after everything it depends on.
    pub lower: fn(&mut Lowering<'_>),
    /// Runs after all blocks were lowered; reads the breaker inputs.
    pub close: Option<fn(&mut Lowering<'_>)>,
}

/// Sections of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// TimeRoots.
    Time,
    /// Signal values.
    Signal,
    /// Phases, pulses, envelopes.
    Rhythm,
    /// Blocks with memory.
    State,
    /// Domains.
    Domain,
    /// Positions of elements.
    Layout,
    /// Values per element.
    Field,
    /// Colours per element.
    Color,
    /// What draws.
    Sink,
    /// Cameras, composition.
    Scene,
    /// The rest.
    Other,
}

/// An input of a block.
#[derive(Debug, Clone, Copy)]
pub struct Input {
    /// Name in patches.
    pub name: &'static str,
    /// What it is.
    pub domain: Domain,
    /// How often it is read.
    pub mark: Mark,
    /// When nothing is connected.
    pub default: Default,
    /// Slider range of the editor: advice, not a limit.
    pub range: Option<(f64, f64)>,
    /// Hard range; a constant outside is `bad-range`.
    pub hard: Option<Hard>,
    /// Such as `px`, `deg`, `rad`, `ms`, `s`, `turns`.
    pub unit: &'static str,
    /// Bus that a short block listens to.
    pub bus: Option<&'static str>,
    /// One line.
    pub doc: &'static str,
}

/// How often an input is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Once, when the patch is compiled.
    Constant,
    /// One of these words, when the patch is compiled.
    Options(&'static [&'static str]),
    /// A text, when the patch is compiled.
    Text,
    /// Once a frame.
    Signal,
    /// Once per element.
    Field,
    /// A domain.
    Domain,
    /// Pulses.
    Event,
    /// Something drawn.
    Render,
    /// A camera.
    Camera,
}

/// Value of an unconnected input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Default {
    /// Must be given.
    Required,
    /// A number, phase or boolean (0, 1); also the element count of a domain.
    Number(f64),
    /// Two numbers.
    Vec2([f64; 2]),
    /// Three numbers.
    Vec3([f64; 3]),
    /// A colour text.
    Color(&'static str),
    /// A text or option.
    Text(&'static str),
    /// SVG path data.
    Path(&'static str),
    /// The time of the frame in ms.
    Time,
    /// No pulse, no camera, nothing drawn, the middle of the viewport…: the lowering decides.
    None,
}

/// A limit that a constant must keep.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Hard {
    /// > x
    Above(f64),
    /// ≥ x
    AtLeast(f64),
    /// a < v < b
    Between(f64, f64),
}

/// An output of a block.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// Name in patches.
    pub name: &'static str,
    /// What it is.
    pub domain: Domain,
    /// How often it exists. `FieldFromExpression.field` is [`OutputWorld::Field`] of a domain that its
    /// text decides: [`Lowering::out`] may give another domain than the one declared here.
    pub world: OutputWorld,
    /// Such as `px`.
    pub unit: &'static str,
    /// One line.
    pub doc: &'static str,
}

/// How often an output exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputWorld {
    /// Once a frame.
    Signal,
    /// Once per element.
    Field,
    /// Pulses.
    Event,
    /// A domain, something drawn, a camera.
    Special,
}

impl Block {
    /// An input by name.
    pub fn input(&self, name: &str) -> Option<(usize, &'static Input)> {
        self.inputs
            .iter()
            .enumerate()
            .find(|(_, input)| input.name == name)
    }

    /// An output by name.
    pub fn output(&self, name: &str) -> Option<(usize, &'static Output)> {
        self.outputs
            .iter()
            .enumerate()
            .find(|(_, output)| output.name == name)
    }
}
