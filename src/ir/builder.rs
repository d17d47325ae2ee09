//! Fills expression tables without repetition.
//!
//! Block lowerings and compile passes ask for nodes; equal requests get the same node (hash-consing)
//! and requests on constants get the folded constant. Ids that come out are provisional: the compiler
//! renumbers them into schedule order at the end. Nothing here looks at names of blocks or buses.

mod constant;
mod fold;
mod seed;
pub mod slots;

use constant::Content;
pub use fold::MOST_ROWS;
pub use seed::{Seed, SeedUse};

use super::ids::*;
use super::op::{self, Counts};
use super::program::*;
use super::row_index::RowIndex;
use super::{Op, OpError};
use crate::path::PathData;
use crate::types::{Domain, Type, TypeDesc, World};

/// Tables under construction.
#[derive(Debug, Default)]
pub struct Builder {
    /// Types, first use.
    pub types: Vec<TypeDesc>,
    /// Everything executable.
    pub tables: Tables,
    /// Program seed, which hashes are folded with.
    pub seed: Seed,
    type_rows: RowIndex,
    texts: RowIndex,
    constants: RowIndex,
    signals: RowIndex,
    events: RowIndex,
    fields: RowIndex,
    chains: RowIndex,
}

/// What a new state cell needs.
#[derive(Debug, Clone)]
pub struct CellSpec {
    /// `block/port/role` or `use-id#index/role`.
    pub key: String,
    /// What it does.
    pub op: StateOp,
    /// Type of its value.
    pub ty: Type,
    /// Initial value; `None` = zeros.
    pub init: Option<ConstId>,
    /// Operands; may be set later with [`Builder::set_cell_args`] to close a loop.
    pub args: Vec<Operand>,
    /// Small integer of some ops, else 0.
    pub imm: u32,
}

impl Builder {
    /// Empty tables.
    pub fn new() -> Self {
        Self::default()
    }

    /// Index of a type.
    pub fn ty(&mut self, ty: impl Into<TypeDesc>) -> TypeId {
        TypeId::at(self.type_rows.row(&mut self.types, ty.into()))
    }

    /// Index of a text in the pool.
    pub fn text(&mut self, text: &str) -> StrId {
        StrId::at(self.texts.text(&mut self.tables.strings, text))
    }

    /// Index of a text that most likely nothing else in the program says, which is not looked for. Equal
    /// texts become one when the pool is sorted.
    pub fn new_text(&mut self, text: String) -> StrId {
        self.tables.strings.push(text);
        StrId::at(self.tables.strings.len() - 1)
    }

    /// Text of an index.
    pub fn str(&self, id: StrId) -> &str {
        self.tables
            .strings
            .get(id.index())
            .map_or("", String::as_str)
    }

    // Constants.

    /// A constant in the f64 pool: one value, or a column when longer than the domain's lanes.
    pub fn const_f64(&mut self, domain: Domain, values: &[f64]) -> ConstId {
        self.const_row(domain, Content::F64(values))
    }

    /// A constant in the f32 pool: one value, or a column when longer than the domain's lanes.
    pub fn const_f32(&mut self, domain: Domain, values: &[f32]) -> ConstId {
        self.const_row(domain, Content::F32(values))
    }

    /// A JSON text (static parameters, id lists).
    pub fn const_json(&mut self, json: String) -> ConstId {
        self.const_row(Domain::String, Content::Json(&json))
    }

    /// A plain text.
    pub fn const_text(&mut self, text: &str) -> ConstId {
        self.const_json(serde_json::Value::from(text).to_string())
    }

    /// An outline.
    pub fn const_path(&mut self, path: PathData) -> ConstId {
        self.const_row(Domain::Path, Content::Path(&path))
    }

    fn const_row(&mut self, domain: Domain, content: Content<'_>) -> ConstId {
        let ty = self.ty(Type::new(World::Scalar, domain));
        let constants = &mut self.tables.constants;
        let stored = |at: usize| {
            let row = &constants.index[at];
            (row.r#type, Content::of(constants, row))
        };
        let next = constants.index.len();
        let at = self.constants.find((ty, content), stored, next);
        if at == next {
            let row = content.store(constants, ty);
            constants.index.push(row);
        }
        ConstId::at(at)
    }

    // Signals.

    /// A signal node, hash-consed. Prefer [`Self::apply`], [`Self::constant`] and friends.
    pub fn signal(&mut self, ty: Type, expr: SignalExpr) -> SignalId {
        if let Some(silence) = self.silence(&expr) {
            return self.constant(ty.domain, &[silence]);
        }
        let r#type = self.ty(ty);
        let node = SignalNode { r#type, expr };
        SignalId::at(self.signals.row(&mut self.tables.sig.nodes, node))
    }

    /// A constant signal.
    pub fn constant(&mut self, domain: Domain, lanes: &[f64]) -> SignalId {
        let id = self.const_f64(domain, lanes);
        self.signal(Type::signal(domain), SignalExpr::Const(id))
    }

    /// A constant number.
    pub fn num(&mut self, value: f64) -> SignalId {
        self.constant(Domain::Number, &[value])
    }

    /// An opcode on signals, folded if all operands are constants.
    ///
    /// # Errors
    /// If the operand types do not fit the opcode: a mistake of the caller.
    pub fn apply(&mut self, op: Op, imm: u32, args: &[SignalId]) -> Result<SignalId, OpError> {
        let domains: Vec<Domain> = args.iter().map(|&a| self.signal_type(a).domain).collect();
        let domain = op.result(imm, &domains)?;
        let folded: Option<Vec<Vec<f64>>> = args.iter().map(|&a| self.folded(a)).collect();
        if let Some(values) = folded.filter(|_| op.is_numeric()) {
            let lanes: Vec<&[f64]> = values.iter().map(Vec::as_slice).collect();
            let mut out = vec![0.0; domain.lanes()];
            op::eval::<f64>(op, imm, &lanes, &mut out, &mut Counts::default());
            return Ok(self.constant(domain, &out));
        }
        Ok(self.signal(
            Type::signal(domain),
            SignalExpr::Apply {
                op,
                args: args.to_vec(),
                imm,
            },
        ))
    }

    /// One value per lane from all elements of a narrow field, folded if all that it reads is known; a
    /// signal of `domain`, which has the field's lanes.
    pub fn reduce(&mut self, field: FieldId, domain: Domain, op: ReduceOp) -> SignalId {
        if let Some(lanes) = fold::reduce(self, field, op) {
            return self.constant(domain, &lanes);
        }
        let expr = SignalExpr::Reduce {
            field,
            domain: self.field_over(field),
            op,
        };
        self.signal(Type::signal(domain), expr)
    }

    /// Type of a signal.
    pub fn signal_type(&self, id: SignalId) -> Type {
        self.types[self.tables.sig.nodes[id.index()].r#type.index()].ty()
    }

    /// Lanes of a signal that is a constant.
    pub fn folded(&self, id: SignalId) -> Option<Vec<f64>> {
        match &self.tables.sig.nodes[id.index()].expr {
            SignalExpr::Const(c) => Some(self.f64s(*c).to_vec()),
            _ => None,
        }
    }

    /// Entries of an f64 constant.
    pub fn f64s(&self, id: ConstId) -> &[f64] {
        let row = &self.tables.constants.index[id.index()];
        &self.tables.constants.f64[row.at as usize..(row.at + row.len) as usize]
    }

    /// Entries of an f32 constant.
    pub fn f32s(&self, id: ConstId) -> &[f32] {
        let row = &self.tables.constants.index[id.index()];
        &self.tables.constants.f32[row.at as usize..(row.at + row.len) as usize]
    }

    // Events.

    /// An event node, hash-consed.
    pub fn event(&mut self, expr: EventExpr) -> EventId {
        let node = EventNode { expr };
        EventId::at(self.events.row(&mut self.tables.event.nodes, node))
    }

    // Fields.

    /// A field node, hash-consed.
    pub fn field(
        &mut self,
        domain: Domain,
        over: Option<DomainId>,
        wide: bool,
        expr: FieldExpr,
    ) -> FieldId {
        let node = FieldNode {
            r#type: self.ty(Type::field(domain)),
            dom: over,
            wide,
            expr,
        };
        FieldId::at(self.fields.row(&mut self.tables.field.nodes, node))
    }

    /// A constant field over no domain.
    pub fn field_constant(&mut self, domain: Domain, wide: bool, lanes: &[f64]) -> FieldId {
        let id = if wide {
            self.const_f64(domain, lanes)
        } else {
            let narrow: Vec<f32> = lanes.iter().map(|&v| v as f32).collect();
            self.const_f32(domain, &narrow)
        };
        self.field(domain, None, wide, FieldExpr::Const(id))
    }

    /// A signal, the same for every element of any domain; constants become constant fields.
    pub fn broadcast(&mut self, signal: SignalId, wide: bool) -> FieldId {
        let domain = self.signal_type(signal).domain;
        match self.folded(signal) {
            Some(lanes) => self.field_constant(domain, wide, &lanes),
            None => self.field(domain, None, wide, FieldExpr::Broadcast(signal)),
        }
    }

    /// Element index of a domain, wide.
    pub fn index(&mut self, over: DomainId) -> FieldId {
        self.field(Domain::Number, Some(over), true, FieldExpr::Index)
    }

    /// A hash of the id text, wide, in [0, 1).
    pub fn id_hash(&mut self, over: DomainId, hash: IdHash, salt: f64) -> FieldId {
        let salt = self.const_f64(Domain::Number, &[salt]);
        self.field(
            Domain::Number,
            Some(over),
            true,
            FieldExpr::IdHash { r#fn: hash, salt },
        )
    }

    /// A wide row rounded once to f32.
    pub fn narrow(&mut self, field: FieldId) -> FieldId {
        let node = &self.tables.field.nodes[field.index()];
        if !node.wide {
            return field;
        }
        let (over, domain) = (node.dom, self.field_type(field).domain);
        if let FieldExpr::Const(c) = self.tables.field.nodes[field.index()].expr {
            let lanes: Vec<f32> = self.f64s(c).iter().map(|&v| v as f32).collect();
            let id = self.const_f32(domain, &lanes);
            return self.field(domain, over, false, FieldExpr::Const(id));
        }
        self.field(domain, over, false, FieldExpr::Narrow(field))
    }

    /// An opcode on fields of one width, folded if all operands are constants. Operands are over one
    /// domain or over none; use [`Self::on_domain`] first where they are not.
    ///
    /// # Errors
    /// If types, widths or domains do not fit: a mistake of the caller.
    pub fn field_apply(&mut self, op: Op, imm: u32, args: &[FieldId]) -> Result<FieldId, OpError> {
        let domains: Vec<Domain> = args.iter().map(|&a| self.field_type(a).domain).collect();
        let domain = op.result(imm, &domains)?;
        let nodes: Vec<&FieldNode> = args
            .iter()
            .map(|a| &self.tables.field.nodes[a.index()])
            .collect();
        let wide = nodes.first().is_some_and(|n| n.wide);
        let over = nodes.iter().find_map(|n| n.dom);
        let fits = |n: &&FieldNode| n.wide == wide && (n.dom.is_none() || n.dom == over);
        if !nodes.iter().all(fits) {
            return Err(OpError::mixed(op));
        }
        let constants: Option<Vec<ConstId>> = nodes
            .iter()
            .map(|n| match n.expr {
                FieldExpr::Const(c) => Some(c),
                _ => None,
            })
            .collect();
        if let Some(constants) = constants.filter(|_| op.is_numeric()) {
            let mut counts = Counts::default();
            return Ok(if wide {
                let lanes: Vec<&[f64]> = constants.iter().map(|&c| self.f64s(c)).collect();
                let mut out = vec![0.0; domain.lanes()];
                op::eval::<f64>(op, imm, &lanes, &mut out, &mut counts);
                let id = self.const_f64(domain, &out);
                self.field(domain, over, true, FieldExpr::Const(id))
            } else {
                let lanes: Vec<&[f32]> = constants.iter().map(|&c| self.f32s(c)).collect();
                let mut out = vec![0.0; domain.lanes()];
                op::eval::<f32>(op, imm, &lanes, &mut out, &mut counts);
                let id = self.const_f32(domain, &out);
                self.field(domain, over, false, FieldExpr::Const(id))
            });
        }
        let expr = FieldExpr::Apply {
            op,
            args: args.to_vec(),
            imm,
        };
        Ok(self.field(domain, over, wide, expr))
    }

    /// `field` seen over `over`: itself if it is over that domain or none, else element i where it
    /// exists and `missing` elsewhere.
    pub fn on_domain(&mut self, field: FieldId, over: DomainId, missing: &[f32]) -> FieldId {
        let node = &self.tables.field.nodes[field.index()];
        if node.dom.is_none() || node.dom == Some(over) {
            return field;
        }
        let domain = self.field_type(field).domain;
        let missing = self.const_f32(domain, missing);
        self.field(
            domain,
            Some(over),
            false,
            FieldExpr::OnDomain {
                src: field,
                missing,
            },
        )
    }

    /// An outline field seen over another domain; elements that it lacks have the outline `missing`.
    pub fn on_domain_path(&mut self, field: FieldId, over: DomainId, missing: PathData) -> FieldId {
        let node = &self.tables.field.nodes[field.index()];
        if node.dom.is_none() || node.dom == Some(over) {
            return field;
        }
        let reaches = node.dom.is_some_and(|d| self.count(d) >= self.count(over));
        if let (FieldExpr::Const(path), true) = (&node.expr, reaches) {
            let path = FieldExpr::Const(*path);
            return self.field(Domain::Path, None, false, path);
        }
        let missing = self.const_path(missing);
        let expr = FieldExpr::OnDomain {
            src: field,
            missing,
        };
        self.field(Domain::Path, Some(over), false, expr)
    }

    /// Type of a field.
    pub fn field_type(&self, id: FieldId) -> Type {
        self.types[self.tables.field.nodes[id.index()].r#type.index()].ty()
    }

    /// Domain that a field is over.
    pub fn field_over(&self, id: FieldId) -> Option<DomainId> {
        self.tables.field.nodes[id.index()].dom
    }

    // Domains, chains, cells.

    /// A new domain; keys are unique.
    pub fn domain(
        &mut self,
        key: &str,
        count: u32,
        ids: ElementIds,
        topology: Option<Topology>,
    ) -> DomainId {
        let key = self.text(key);
        let domains = &mut self.tables.graph.domains;
        let id = DomainId::at(domains.len());
        domains.push(DomainRow {
            key,
            count,
            ids,
            attrs: Vec::new(),
            topology,
        });
        id
    }

    /// Elements of a domain.
    pub fn count(&self, id: DomainId) -> u32 {
        self.tables.graph.domains[id.index()].count
    }

    /// A chain, shared with equal ones.
    pub fn chain(&mut self, chain: Chain) -> ChainId {
        ChainId::at(self.chains.row(&mut self.tables.transforms.chains, chain))
    }

    /// A new state cell; pool offsets and layout hashes are set when the program is finished.
    pub fn cell(&mut self, spec: CellSpec) -> StateId {
        let lanes = spec.ty.domain.lanes() as u32;
        let (f64_len, i32_len) = spec.op.entries(lanes, spec.imm);
        let cell = Cell {
            key: self.text(&spec.key),
            op: spec.op,
            r#type: self.ty(spec.ty),
            f64: [0, f64_len],
            i32: [0, i32_len],
            ring: if spec.op == StateOp::Delay {
                StateOp::RING
            } else {
                0
            },
            init: spec.init,
            args: spec.args,
            imm: spec.imm,
            policy: spec.op.policy(),
            tap: spec.op.tap(),
            layout_hash: String::new(),
        };
        let id = StateId::at(self.tables.state.cells.len());
        self.tables.state.cells.push(cell);
        id
    }

    /// Sets the operands of a cell, to close a loop through it.
    pub fn set_cell_args(&mut self, id: StateId, args: Vec<Operand>) {
        self.tables.state.cells[id.index()].args = args;
    }
}
