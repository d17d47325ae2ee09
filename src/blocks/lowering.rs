//! What a block sees while it is lowered: its resolved inputs, the builder, and places to put
//! outputs, sinks and findings.
//!
//! Inputs arrive after wires, buses, lenses, adapters and implicit conversions, in the type that the
//! definition declares: an input marked signal is a signal of its domain, one marked field a narrow
//! field. A lowering never looks at names of other blocks and never fails silently: what it cannot do
//! it reports through [`Lowering::error`] and gives a typed default.

use super::rows::Lane;
use super::{Block, Default, Mark};
use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::ir::{
    Builder, CameraId, CellSpec, DomainId, EventExpr, EventId, FieldExpr, FieldId, InputRef,
    PhaseSource, SignalId, SinkId, StateId, TimeModel,
};
use crate::path::PathData;
use crate::types::Domain;
use serde_json::Value as Json;

/// A resolved value at a port.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing (an unconnected optional input).
    None,
    /// A signal.
    Signal(SignalId),
    /// A field, narrow.
    Field(FieldId),
    /// Pulses.
    Event(EventId),
    /// A domain.
    Domain(DomainId),
    /// A text or an option.
    Text(String),
    /// A constant outline.
    Path(PathData),
    /// Something drawn.
    Sink(SinkId),
    /// A camera.
    Camera(CameraId),
}

/// A resolved input.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound<'a> {
    /// Its value, in the declared type.
    pub value: Value,
    /// Whether a wire, a listener or a value in the document stands there (not only the library
    /// default).
    pub given: bool,
    /// JSON pointer of what gives the value, for messages.
    pub at: &'a str,
    /// The input is the untouched phase of a TimeRoot or of an internal, undriven rail.
    pub direct: Option<PhaseSource>,
}

/// A sink that a block makes.
#[derive(Debug, Clone)]
pub struct SinkSpec {
    /// Set by [`Lowering::sink`]: the block id, or `block/role` for a sink around it.
    pub key: String,
    /// What it draws.
    pub kind: crate::ir::SinkKind,
    /// Over which elements.
    pub domain: Option<DomainId>,
    /// What is needed per element. The compiler makes the requests.
    pub columns: Vec<Column>,
    /// Other inputs, by their name in the sink.
    pub inputs: Vec<(&'static str, InputRef)>,
    /// Static parameters, a JSON object.
    pub params: Json,
    /// Order among siblings.
    pub z: SignalId,
    /// Sinks drawn into this one, with the number of the input.
    pub children: Vec<(SinkId, u32)>,
}

/// A buffer that a sink needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Name in the sink, such as `pos`.
    pub name: &'static str,
    /// The block's input that it comes from, such as `positions`; requests are keyed `block.port`.
    pub port: &'static str,
    /// Narrow, over the sink's domain or none.
    pub field: FieldId,
    /// How it is packed.
    pub format: crate::ir::Format,
}

/// Facts about the whole patch that blocks may read as constants. The program seed is not among them: it is
/// asked of the [`Builder`], which remembers that.
#[derive(Debug, Clone, PartialEq)]
pub struct PatchFacts {
    /// Image width in user units.
    pub width: u32,
    /// Image height in user units.
    pub height: u32,
}

/// One block instance being lowered.
pub struct Lowering<'a> {
    /// Its definition.
    pub block: &'static Block,
    /// Its full id.
    pub id: &'a str,
    /// JSON pointer of the block.
    pub at: &'a str,
    /// Parallel to `block.inputs`.
    pub inputs: &'a [Bound<'a>],
    /// Parallel to `block.outputs`; what the block gives.
    pub outputs: &'a mut [Value],
    /// The tables under construction.
    pub build: &'a mut Builder,
    /// Facts about the patch.
    pub facts: &'a PatchFacts,
    /// Findings.
    pub diagnostics: &'a mut Diagnostics,
    /// Sinks of the patch so far, in the order in which they were made. A [`SinkId`] in a [`Value`]
    /// is a place in this list; the compiler renumbers.
    pub sinks: &'a mut Vec<SinkSpec>,
    /// The time model; set by the TimeRoot.
    pub time_model: &'a mut Option<TimeModel>,
    /// Cells made by this block, for `close`.
    pub cells: &'a mut Vec<StateId>,
}

impl Lowering<'_> {
    /// The resolved input of that name. Unknown names are a mistake of the lowering; they give an
    /// empty input.
    pub fn bound(&self, name: &str) -> &Bound<'_> {
        const NOTHING: &Bound<'_> = &Bound {
            value: Value::None,
            given: false,
            at: "",
            direct: None,
        };
        debug_assert!(
            self.block.input(name).is_some(),
            "{} has no input {name}",
            self.block.name
        );
        self.block
            .input(name)
            .and_then(|(i, _)| self.inputs.get(i))
            .unwrap_or(NOTHING)
    }

    /// A signal input.
    pub fn signal(&mut self, name: &str) -> SignalId {
        match self.bound(name).value {
            Value::Signal(id) => id,
            _ => {
                let domain = self.domain_of(name);
                self.build.constant(domain, &vec![0.0; domain.lanes()])
            }
        }
    }

    /// A field input. Several of one block come through [`Self::fields`].
    pub fn field(&mut self, name: &str) -> Lane {
        match self.bound(name).value.clone() {
            Value::Field(id) => Lane(id),
            Value::Signal(id) => self.uniform(id),
            Value::Path(path) => {
                let path = self.build.const_path(path);
                let expr = FieldExpr::Const(path);
                Lane(self.build.field(Domain::Path, None, false, expr))
            }
            _ => {
                let domain = self.domain_of(name);
                let zeros = vec![0.0; domain.lanes()];
                Lane(self.build.field_constant(domain, false, &zeros))
            }
        }
    }

    /// An event input; without pulses when nothing is connected.
    pub fn event(&mut self, name: &str) -> EventId {
        match self.bound(name).value {
            Value::Event(id) => id,
            _ => self.build.event(EventExpr::Empty),
        }
    }

    /// A domain input. Always resolved: the compiler makes the plain default domain.
    pub fn domain(&mut self, name: &str) -> DomainId {
        match self.bound(name).value {
            Value::Domain(id) => id,
            _ => DomainId(0),
        }
    }

    /// Lanes of a compile-time constant.
    pub fn constant(&self, name: &str) -> Vec<f64> {
        match &self.bound(name).value {
            Value::Signal(id) => self.build.folded(*id).unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// A compile-time number.
    pub fn number(&self, name: &str) -> f64 {
        self.constant(name).first().copied().unwrap_or(0.0)
    }

    /// An option or text.
    pub fn text(&self, name: &str) -> &str {
        match &self.bound(name).value {
            Value::Text(text) => text,
            _ => "",
        }
    }

    /// Position of an option in the definition's list.
    pub fn option(&self, name: &str) -> usize {
        let chosen = self.text(name);
        match self.block.input(name).map(|(_, input)| input.mark) {
            Some(Mark::Options(list)) => list.iter().position(|o| *o == chosen).unwrap_or(0),
            _ => 0,
        }
    }

    /// Gives an output.
    pub fn out(&mut self, name: &str, value: impl Into<Value>) {
        debug_assert!(
            self.block.output(name).is_some(),
            "{} has no output {name}",
            self.block.name
        );
        if let Some((i, _)) = self.block.output(name) {
            self.outputs[i] = value.into();
        }
    }

    /// Makes a state cell of this block, keyed `block/port/role`.
    pub fn cell(&mut self, port: &str, role: &str, mut spec: CellSpec) -> StateId {
        spec.key = format!("{}/{port}/{role}", self.id);
        let id = self.build.cell(spec);
        self.cells.push(id);
        id
    }

    /// Makes a sink, keyed with the block id, or `block/role`.
    pub fn sink(&mut self, role: &str, mut spec: SinkSpec) -> SinkId {
        spec.key = match role {
            "" => self.id.to_owned(),
            role => format!("{}/{role}", self.id),
        };
        let id = SinkId::at(self.sinks.len());
        self.sinks.push(spec);
        id
    }

    /// Reports a warning about an input.
    pub fn warning(&mut self, code: &'static str, port: &str, message: String, hint: String) {
        let at = self.place(port);
        self.diagnostics.push(
            Diagnostic::warning(code, at, message)
                .on(self.id, port)
                .hint(hint),
        );
    }

    /// Warns of inputs that the document gives and nothing reads, since `why`. What says the same as the
    /// library, as an editor writes it, is let pass.
    pub fn unread(&mut self, ports: &[&str], why: &str, hint: &str) {
        for port in ports {
            let bound = self.bound(port);
            let library = self.block.input(port).map(|(_, input)| input.default);
            let same = match (&bound.value, library) {
                (Value::Signal(id), Some(Default::Number(n))) => {
                    self.build.folded(*id).is_some_and(|lanes| lanes == [n])
                }
                _ => false,
            };
            if bound.given && !same {
                let message = format!("`{}.{port}` means nothing here: {why}", self.id);
                let hint = format!("{hint}, or remove `{port}`");
                self.warning("unused-input", port, message, hint);
            }
        }
    }

    /// Reports an error about an input (or, with an empty name, the block); the hint may be empty. What
    /// follows from an error at the same input is not told.
    pub fn error(&mut self, code: &'static str, port: &str, message: String, hint: String) {
        let cause =
            |d: &Diagnostic| d.severity == Severity::Error && d.block == self.id && d.port == port;
        if !port.is_empty() && self.diagnostics.list().iter().any(cause) {
            return;
        }
        let at = self.place(port);
        let mut error = Diagnostic::error(code, at, message).on(self.id, port);
        if !hint.is_empty() {
            error = error.hint(hint);
        }
        self.diagnostics.push(error);
    }

    fn place(&self, port: &str) -> String {
        match port {
            "" => self.at.to_owned(),
            port => match self.bound(port).at {
                "" => self.at.to_owned(),
                at => at.to_owned(),
            },
        }
    }

    fn domain_of(&self, name: &str) -> Domain {
        self.block
            .input(name)
            .map_or(Domain::Number, |(_, input)| input.domain)
    }
}
