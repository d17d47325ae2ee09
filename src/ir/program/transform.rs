//! Chains of opcode steps: lenses, adapters and conversions, in one table.
//!
//! A chain is shared by all uses with the same steps; bound parameters are arguments of the use.

use crate::ir::Op;
use crate::ir::ids::*;
use crate::ir::program::ValueRef;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Chains of lenses, adapters and conversions.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Transforms {
    /// Shared by all uses with the same steps.
    pub chains: Vec<Chain>,
    /// One row per wire, publisher, listener or binding with a chain.
    pub uses: Vec<Use>,
    /// Declarations, by id.
    pub adapters: Vec<AdapterRow>,
    /// Declarations, by id.
    pub lenses: Vec<LensRow>,
    /// Named eases first.
    pub curves: Vec<Curve>,
}

/// Steps that a value passes, left to right.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Chain {
    /// What goes in.
    pub from: TypeId,
    /// What comes out.
    pub to: TypeId,
    /// For people and budgets.
    pub cost: Cost,
    /// Bound parameters.
    pub arity: u32,
    /// None = identity.
    pub steps: Vec<ChainStep>,
}

/// How expensive a chain is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Cost {
    /// A few sums and products.
    Cheap,
    /// In between.
    Normal,
    /// Elementary functions.
    Heavy,
}

/// One opcode on the running value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChainStep {
    /// The opcode; the running value is its first operand.
    pub op: Op,
    /// The others.
    pub operands: Vec<ChainOperand>,
    /// Small integer of some opcodes, else 0.
    #[serde(default)]
    pub imm: u32,
    /// What comes out.
    pub to: TypeId,
    /// Which lens, adapter or conversion it belongs to.
    pub origin: Option<Origin>,
}

/// A parameter of a chain step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ChainOperand {
    /// A constant (pool f64; rounded to f32 on fields).
    Const(ConstId),
    /// The use's argument k.
    Arg(u32),
}

/// Where a chain step comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Origin {
    /// A lens.
    Lens {
        /// Which.
        id: LensId,
        /// Place in the stack.
        at: u32,
    },
    /// An adapter.
    Adapter {
        /// Which.
        id: AdapterId,
        /// Place in the chain.
        at: u32,
    },
    /// A conversion nobody wrote.
    Implicit,
}

/// Where a chain is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Use {
    /// Id of the wire, publisher, listener or binding.
    pub key: StrId,
    /// Its chain (the last part, if a stateful lens cuts it).
    pub chain: ChainId,
    /// Its result.
    pub at: ValueRef,
}

/// A declared adapter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AdapterRow {
    /// Name.
    pub id: StrId,
    /// `cast`, `lift`, `reduce`, `reshape`.
    pub class: StrId,
    /// `auto`, `suggest`, `explicit`.
    pub policy: StrId,
    /// Cost in path searches.
    pub cost: f64,
}

/// A declared lens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LensRow {
    /// Name.
    pub id: StrId,
    /// Domain it works on.
    pub domain: StrId,
    /// `lane` or `cell`.
    pub scope: StrId,
    /// Whether scrubbing shows its true value.
    pub scrub_safe: bool,
}

/// A curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Curve {
    /// A named ease.
    Name(StrId),
    /// Points.
    Lut(ConstId),
}
