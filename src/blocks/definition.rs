//! What a block is, as data: ports, defaults, ranges, words, and the function that lowers it.
//!
//! The catalogue is a list of these. `oscilla blocks` prints it, the compiler checks patches against
//! it, and [`Block::lower`] turns one block instance into program nodes.

use super::Lowering;
use crate::ir::Capability;
use crate::types::{Domain, Type, World};

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
    /// A text that is SVG path data or the name of an SVG file, when the patch is compiled. The block
    /// gets the outline, or nothing for a blank text.
    Asset,
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

impl Output {
    /// The declared type.
    pub const fn ty(&self) -> Type {
        let world = match self.world {
            OutputWorld::Signal => World::Signal,
            OutputWorld::Field => World::Field,
            OutputWorld::Event => World::Event,
            OutputWorld::Special => World::Special,
        };
        Type::new(world, self.domain)
    }
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

impl Block {
    /// What most definitions start from; they override the rest.
    pub(super) const PLAIN: Self = Self {
        name: "",
        aliases: &[],
        family: Family::Other,
        summary: "",
        details: "",
        capability: Capability::Pure,
        inputs: &[],
        outputs: &[],
        breakers: &[],
        lower: |_| {},
        close: None,
    };
}

impl Hard {
    /// What a number must be, in words, if this one is not.
    pub fn violated_by(self, v: f64) -> Option<String> {
        match self {
            Self::Above(low) => (v <= low || v.is_nan()).then(|| format!("above {low}")),
            Self::AtLeast(low) => (v < low || v.is_nan()).then(|| format!("at least {low}")),
            Self::Between(low, high) => {
                let inside = v > low && v < high;
                (!inside).then(|| format!("between {low} and {high}"))
            }
        }
    }
}

impl Input {
    const fn new(
        name: &'static str,
        domain: Domain,
        mark: Mark,
        default: Default,
        doc: &'static str,
    ) -> Self {
        Self {
            name,
            domain,
            mark,
            default,
            range: None,
            hard: None,
            unit: "",
            bus: None,
            doc,
        }
    }

    /// A number, once a frame.
    pub(super) const fn number(name: &'static str, default: f64, doc: &'static str) -> Self {
        let default = Default::Number(default);
        Self::new(name, Domain::Number, Mark::Signal, default, doc)
    }

    /// A phase in turns, once a frame.
    pub(super) const fn phase(name: &'static str, default: f64, doc: &'static str) -> Self {
        let default = Default::Number(default);
        Self::new(name, Domain::Phase01, Mark::Signal, default, doc).unit("turns")
    }

    /// Two numbers, once a frame.
    pub(super) const fn vec2(name: &'static str, default: [f64; 2], doc: &'static str) -> Self {
        let default = Default::Vec2(default);
        Self::new(name, Domain::Vec2, Mark::Signal, default, doc)
    }

    /// Three numbers, once a frame.
    pub(super) const fn vec3(name: &'static str, default: [f64; 3], doc: &'static str) -> Self {
        let default = Default::Vec3(default);
        Self::new(name, Domain::Vec3, Mark::Signal, default, doc)
    }

    /// A colour, once a frame.
    pub(super) const fn color(
        name: &'static str,
        default: &'static str,
        doc: &'static str,
    ) -> Self {
        let default = Default::Color(default);
        Self::new(name, Domain::Color, Mark::Signal, default, doc)
    }

    /// True or false, when the patch is compiled.
    pub(super) const fn boolean(name: &'static str, default: bool, doc: &'static str) -> Self {
        let default = Default::Number(if default { 1.0 } else { 0.0 });
        Self::new(name, Domain::Boolean, Mark::Constant, default, doc)
    }

    /// One of several words, when the patch is compiled.
    pub(super) const fn options(
        name: &'static str,
        words: &'static [&'static str],
        default: &'static str,
        doc: &'static str,
    ) -> Self {
        let (mark, default) = (Mark::Options(words), Default::Text(default));
        Self::new(name, Domain::String, mark, default, doc)
    }

    /// SVG path data or the name of an SVG file, when the patch is compiled; blank is nothing.
    pub(super) const fn asset(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, Domain::String, Mark::Asset, Default::Text(""), doc)
    }

    /// A text, when the patch is compiled.
    pub(super) const fn text(name: &'static str, default: &'static str, doc: &'static str) -> Self {
        let default = Default::Text(default);
        Self::new(name, Domain::String, Mark::Text, default, doc)
    }

    /// An outline, when the patch is compiled.
    pub(super) const fn path(name: &'static str, default: &'static str, doc: &'static str) -> Self {
        let default = Default::Path(default);
        Self::new(name, Domain::Path, Mark::Constant, default, doc)
    }

    /// Elements; unconnected it is a plain domain of `count`.
    pub(super) const fn domain(name: &'static str, count: f64, doc: &'static str) -> Self {
        let default = Default::Number(count);
        Self::new(name, Domain::Domain, Mark::Domain, default, doc)
    }

    /// A camera; the block knows what nothing means.
    pub(super) const fn camera(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, Domain::Camera, Mark::Camera, Default::None, doc)
    }

    /// Something drawn; nothing when nothing is connected.
    pub(super) const fn render(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, Domain::RenderTree, Mark::Render, Default::None, doc)
    }

    /// Pulses; none when nothing is connected.
    pub(super) const fn event(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, Domain::Trigger, Mark::Event, Default::None, doc)
    }

    /// Once per element in place of once a frame.
    pub(super) const fn field(mut self) -> Self {
        self.mark = Mark::Field;
        self
    }

    /// When the patch is compiled in place of once a frame.
    pub(super) const fn constant(mut self) -> Self {
        self.mark = Mark::Constant;
        self
    }

    /// With another default, such as the time of the frame.
    pub(super) const fn defaulting(mut self, default: Default) -> Self {
        self.default = default;
        self
    }

    /// With a slider range.
    pub(super) const fn range(mut self, low: f64, high: f64) -> Self {
        self.range = Some((low, high));
        self
    }

    /// With a hard range.
    pub(super) const fn hard(mut self, limit: Hard) -> Self {
        self.hard = Some(limit);
        self
    }

    /// With a unit.
    pub(super) const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    /// With the bus that a short block listens to.
    pub(super) const fn bus(mut self, bus: &'static str) -> Self {
        self.bus = Some(bus);
        self
    }
}

impl Output {
    /// Once a frame.
    pub(super) const fn signal(name: &'static str, domain: Domain, doc: &'static str) -> Self {
        Self::new(name, domain, OutputWorld::Signal, doc)
    }

    /// Once per element.
    pub(super) const fn field(name: &'static str, domain: Domain, doc: &'static str) -> Self {
        Self::new(name, domain, OutputWorld::Field, doc)
    }

    /// Pulses.
    pub(super) const fn event(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, Domain::Trigger, OutputWorld::Event, doc)
    }

    /// A domain, something drawn, a camera.
    pub(super) const fn special(name: &'static str, domain: Domain, doc: &'static str) -> Self {
        Self::new(name, domain, OutputWorld::Special, doc)
    }

    const fn new(
        name: &'static str,
        domain: Domain,
        world: OutputWorld,
        doc: &'static str,
    ) -> Self {
        Self {
            name,
            domain,
            world,
            unit: "",
            doc,
        }
    }

    /// With a unit.
    pub(super) const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }
}
