//! Lenses: small transforms that stand on wires, publishers, listeners and bindings.
//!
//! A lens is data: name, domain, parameters, words, and what it appends to a chain. Parameters reach
//! it as signals in the order of the definition (constants are constant signals), options and booleans
//! as numbers of a word. Stateful lenses make a cell instead; the compiler cuts the chain there.

use super::chain::ChainDraft;
use super::definition::Default;
use crate::ir::{Builder, CellSpec, Operand, SignalExpr, SignalId, StateId, StateOp};
use crate::types::{Domain, Type};

mod table;

pub use table::LENSES;
pub(crate) use table::PRESETS;

/// A lens of the library.
#[derive(Debug)]
pub struct Lens {
    /// Name in patches.
    pub id: &'static str,
    /// What it works on; the running value is converted to it first.
    pub domain: Domain,
    /// One line.
    pub summary: &'static str,
    /// Formula and edge cases; Markdown. v is the running value.
    pub details: &'static str,
    /// In library order.
    pub params: &'static [Param],
    /// Whether it means something else for each element; then a signal counts as element 0.
    pub per_element: bool,
    /// What it does.
    pub action: LensAction,
}

/// A parameter of a lens or an adapter.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Name in patches.
    pub name: &'static str,
    /// What it is.
    pub kind: ParamKind,
    /// When it is missing.
    pub default: Default,
    /// Must be constant; options and booleans always.
    pub constant: bool,
    /// Such as `ms`.
    pub unit: &'static str,
    /// One line.
    pub doc: &'static str,
}

/// What a parameter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamKind {
    /// A number; may be bound to a signal.
    Number,
    /// Two numbers; may be bound to a signal.
    Vec2,
    /// True or false; constant.
    Boolean,
    /// One of these words; constant.
    Options(&'static [&'static str]),
}

/// The value of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Argument {
    /// Number and vec2 parameters: a signal of that domain, constant or not.
    Signal(SignalId),
    /// Number of an option in its list; booleans are 0 and 1.
    Choice(u32),
}

/// What a lens does to the running value.
#[derive(Debug, Clone, Copy)]
pub enum LensAction {
    /// Appends steps.
    Steps(fn(&mut ChainDraft<'_>, Arguments<'_>)),
    /// Keeps a cell: key, input, parameters; gives the output.
    Cell(StateOp, fn(&mut CellDraft<'_>, Arguments<'_>) -> SignalId),
}

/// The parameters of one use, in the order of the definition.
#[derive(Debug, Clone, Copy)]
pub struct Arguments<'a>(pub &'a [Argument]);

impl Arguments<'_> {
    /// A number or vector parameter.
    pub(super) fn signal(self, build: &mut Builder, at: usize) -> SignalId {
        match self.0.get(at) {
            Some(Argument::Signal(signal)) => *signal,
            Some(Argument::Choice(value)) => build.num(f64::from(*value)),
            None => build.num(0.0),
        }
    }

    /// An option or boolean parameter.
    pub(super) fn choice(self, at: usize) -> u32 {
        match self.0.get(at) {
            Some(Argument::Choice(value)) => *value,
            _ => 0,
        }
    }
}

/// What a stateful lens sees.
#[derive(Debug)]
pub struct CellDraft<'a> {
    /// The tables.
    pub build: &'a mut Builder,
    /// The use id and the place in the stack, `use-id#index`; the role is appended.
    pub key: &'a str,
    /// What goes in.
    pub input: SignalId,
    /// Cells made, for the caller.
    pub cells: Vec<StateId>,
}

impl CellDraft<'_> {
    /// A cell on the input; gives its updated value.
    fn cell(&mut self, op: StateOp, role: &str, args: &[SignalId]) -> SignalId {
        let ty = Type::signal(self.build.signal_type(self.input).domain);
        let spec = CellSpec {
            key: format!("{}/{role}", self.key),
            op,
            ty,
            init: None,
            args: std::iter::once(&self.input)
                .chain(args)
                .map(|&s| Operand::Sig(s))
                .collect(),
            imm: 0,
        };
        let cell = self.build.cell(spec);
        self.cells.push(cell);
        self.build.signal(ty, SignalExpr::StateOut(cell))
    }
}

impl Lens {
    /// Whether it keeps a state cell: then it works on signals only.
    pub fn is_stateful(&self) -> bool {
        matches!(self.action, LensAction::Cell(..))
    }

    /// A parameter by name.
    pub fn param(&self, name: &str) -> Option<(usize, &'static Param)> {
        self.params.iter().enumerate().find(|(_, p)| p.name == name)
    }

    /// Appends a stateless lens to a chain whose running value is of the lens's domain. Nothing for a
    /// stateful one.
    pub fn append(&self, chain: &mut ChainDraft<'_>, arguments: &[Argument]) {
        if let LensAction::Steps(steps) = self.action {
            steps(chain, Arguments(arguments));
        }
    }

    /// Makes the cell of a stateful lens, keyed `key/role`, on `input`, a signal of the lens's domain.
    /// Gives the output and the cells; the input itself for a stateless lens.
    pub fn cell(
        &self,
        build: &mut Builder,
        key: &str,
        input: SignalId,
        arguments: &[Argument],
    ) -> (SignalId, Vec<StateId>) {
        let LensAction::Cell(_, make) = self.action else {
            return (input, Vec::new());
        };
        let mut draft = CellDraft {
            build,
            key,
            input,
            cells: Vec::new(),
        };
        let output = make(&mut draft, Arguments(arguments));
        (output, draft.cells)
    }
}

/// A name for a lens with parameters already chosen.
#[derive(Debug)]
pub struct Preset {
    /// Name in patches.
    pub name: &'static str,
    /// The lens.
    pub lens: &'static str,
    /// Parameters that differ from the lens's defaults.
    pub params: &'static [(&'static str, Default)],
}

/// All presets, in library order.
pub fn presets() -> &'static [Preset] {
    PRESETS
}

/// A lens by one of its usual spellings (`phaseOffset`, `PhaseOffset`, `phase-offset`), or by the
/// name of a preset with its parameters.
pub fn find_lens(name: &str) -> Option<(&'static Lens, &'static [(&'static str, Default)])> {
    let wanted = plain(name);
    if let Some(lens) = LENSES.iter().find(|l| plain(l.id) == wanted) {
        return Some((lens, &[]));
    }
    let preset = PRESETS.iter().find(|p| plain(p.name) == wanted)?;
    let lens = LENSES.iter().find(|l| l.id == preset.lens)?;
    Some((lens, preset.params))
}

/// Lower case, without separators.
pub(super) fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '-' | '_' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}
