//! The three kinds of rows that lowerings compute with, behind one interface.
//!
//! A signal is f64 and exists once a frame; a [`Wide`] row is f64 per element and holds what depends
//! only on signals, constants, index, count and ids; a [`Lane`] is f32 per element, what operations
//! between fields give. A formula written over [`Row`] serves signals and fields alike, and the type
//! says where the one rounding to f32 happens: [`Lowering::narrow`] and [`Lowering::uniform`].

use super::{Lowering, Value};
use crate::ir::{DomainId, ElementIds, FieldExpr, FieldId, Op, OpError, SignalExpr, SignalId};
use crate::types::Domain;

/// A field row of f32 lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane(pub FieldId);

/// A field row of f64 lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wide(pub FieldId);

/// Something that opcodes apply to.
pub trait Row: Copy + Into<Value> {
    /// The opcode on operands of this kind.
    ///
    /// # Errors
    /// If the operands do not fit: a mistake of the lowering.
    fn apply(l: &mut Lowering<'_>, op: Op, imm: u32, args: &[Self]) -> Result<Self, OpError>;

    /// A constant.
    fn constant(l: &mut Lowering<'_>, domain: Domain, lanes: &[f64]) -> Self;

    /// Whether the row is this constant number.
    fn is(self, l: &Lowering<'_>, value: f64) -> bool;
}

impl Row for SignalId {
    fn apply(l: &mut Lowering<'_>, op: Op, imm: u32, args: &[Self]) -> Result<Self, OpError> {
        l.build.apply(op, imm, args)
    }

    fn constant(l: &mut Lowering<'_>, domain: Domain, lanes: &[f64]) -> Self {
        l.build.constant(domain, lanes)
    }

    fn is(self, l: &Lowering<'_>, value: f64) -> bool {
        l.build.folded(self).is_some_and(|lanes| lanes == [value])
    }
}

impl Row for Lane {
    fn apply(l: &mut Lowering<'_>, op: Op, imm: u32, args: &[Self]) -> Result<Self, OpError> {
        let args: Vec<FieldId> = args.iter().map(|a| a.0).collect();
        l.build.field_apply(op, imm, &args).map(Self)
    }

    fn constant(l: &mut Lowering<'_>, domain: Domain, lanes: &[f64]) -> Self {
        Self(l.build.field_constant(domain, false, lanes))
    }

    fn is(self, l: &Lowering<'_>, value: f64) -> bool {
        match l.build.tables.field.nodes[self.0.index()].expr {
            FieldExpr::Const(c) if l.build.field_type(self.0).domain != Domain::Path => {
                l.build.f32s(c) == [value as f32]
            }
            _ => false,
        }
    }
}

impl Row for Wide {
    fn apply(l: &mut Lowering<'_>, op: Op, imm: u32, args: &[Self]) -> Result<Self, OpError> {
        let args: Vec<FieldId> = args.iter().map(|a| a.0).collect();
        l.build.field_apply(op, imm, &args).map(Self)
    }

    fn constant(l: &mut Lowering<'_>, domain: Domain, lanes: &[f64]) -> Self {
        Self(l.build.field_constant(domain, true, lanes))
    }

    fn is(self, l: &Lowering<'_>, value: f64) -> bool {
        match l.build.tables.field.nodes[self.0.index()].expr {
            FieldExpr::Const(c) => l.build.f64s(c) == [value],
            _ => false,
        }
    }
}

impl From<SignalId> for Value {
    fn from(id: SignalId) -> Self {
        Self::Signal(id)
    }
}

impl From<crate::ir::EventId> for Value {
    fn from(id: crate::ir::EventId) -> Self {
        Self::Event(id)
    }
}

impl From<Lane> for Value {
    fn from(row: Lane) -> Self {
        Self::Field(row.0)
    }
}

impl From<Wide> for Value {
    fn from(row: Wide) -> Self {
        Self::Field(row.0)
    }
}

impl Lowering<'_> {
    /// An opcode without immediate.
    pub fn op<R: Row>(&mut self, op: Op, args: &[R]) -> R {
        self.op_imm(op, 0, args)
    }

    /// An opcode with its immediate. Operands that do not fit are a mistake of the lowering; it is
    /// reported as such and the result is 0.
    pub fn op_imm<R: Row>(&mut self, op: Op, imm: u32, args: &[R]) -> R {
        R::apply(self, op, imm, args).unwrap_or_else(|mistake| {
            self.mistake(&mistake);
            R::constant(self, Domain::Number, &[0.0])
        })
    }

    /// Reports operands that do not fit: a mistake of the lowering, not of the patch.
    pub(super) fn mistake(&mut self, mistake: &OpError) {
        let message = format!("the lowering of `{}` is wrong: {mistake}", self.block.name);
        let hint = "this is a mistake of oscilla, not of the patch".to_owned();
        self.error("internal", "", message, hint);
    }

    /// A constant number.
    pub fn num<R: Row>(&mut self, value: f64) -> R {
        R::constant(self, Domain::Number, &[value])
    }

    /// a + b
    pub fn add<R: Row>(&mut self, a: R, b: R) -> R {
        self.op(Op::Add, &[a, b])
    }

    /// a − b
    pub fn sub<R: Row>(&mut self, a: R, b: R) -> R {
        self.op(Op::Sub, &[a, b])
    }

    /// a · b
    pub fn mul<R: Row>(&mut self, a: R, b: R) -> R {
        self.op(Op::Mul, &[a, b])
    }

    /// a · k, `a` itself for the constant 1.
    pub fn times<R: Row>(&mut self, a: R, k: R) -> R {
        if k.is(self, 1.0) { a } else { self.mul(a, k) }
    }

    /// x clamped to 0…1, NaN kept.
    pub fn unit<R: Row>(&mut self, x: R) -> R {
        let (zero, one) = (self.num(0.0), self.num(1.0));
        self.op(Op::Clamp, &[x, zero, one])
    }

    /// condition > 0.5 ? a : b
    pub fn select<R: Row>(&mut self, condition: R, a: R, b: R) -> R {
        self.op(Op::Select, &[condition, a, b])
    }

    /// A signal as f32 lanes, the same for every element.
    pub fn uniform(&mut self, signal: SignalId) -> Lane {
        Lane(self.build.broadcast(signal, false))
    }

    /// A signal as f64 lanes, the same for every element.
    pub fn widened(&mut self, signal: SignalId) -> Wide {
        Wide(self.build.broadcast(signal, true))
    }

    /// A signal input as f32 lanes.
    pub fn uniform_input(&mut self, name: &str) -> Lane {
        let signal = self.signal(name);
        self.uniform(signal)
    }

    /// A signal input as f64 lanes.
    pub fn wide(&mut self, name: &str) -> Wide {
        let signal = self.signal(name);
        self.widened(signal)
    }

    /// The one rounding to f32.
    pub fn narrow(&mut self, row: Wide) -> Lane {
        Lane(self.build.narrow(row.0))
    }

    /// Element index.
    pub fn index(&mut self, over: DomainId) -> Wide {
        Wide(self.build.index(over))
    }

    /// Element count, as a constant: counts never change.
    pub fn count(&mut self, over: DomainId) -> Wide {
        let count = f64::from(self.build.count(over));
        self.num(count)
    }

    /// i / (N − 1); `single` for one element.
    pub fn fraction(&mut self, over: DomainId, single: f64) -> Wide {
        match self.build.count(over) {
            0 | 1 => self.num(single),
            n => {
                let (i, last) = (self.index(over), self.num(f64::from(n - 1)));
                self.op(Op::Div, &[i, last])
            }
        }
    }

    /// The row over `domain`: a row over none becomes one of that many elements.
    pub fn over(&mut self, row: Lane, domain: DomainId) -> Lane {
        if self.build.field_over(row.0).is_some() {
            return row;
        }
        let expr = self.build.tables.field.nodes[row.0.index()].expr.clone();
        let ty = self.build.field_type(row.0).domain;
        Lane(self.build.field(ty, Some(domain), false, expr))
    }

    /// The same number as a value of `domain`, without a change: a phase that may be 1 must not be
    /// converted, which would wrap it.
    pub fn labelled(&mut self, signal: SignalId, domain: Domain) -> SignalId {
        if self.build.signal_type(signal).domain == domain {
            return signal;
        }
        let lanes = self.build.folded(signal);
        match lanes {
            Some(lanes) => self.build.constant(domain, &lanes),
            None => {
                let expr = self.build.tables.sig.nodes[signal.index()].expr.clone();
                self.build.signal(crate::types::Type::signal(domain), expr)
            }
        }
    }

    /// A view of the time of the frame.
    pub fn time(&mut self, value: crate::ir::TimeValue) -> SignalId {
        use crate::ir::TimeValue as T;
        let domain = match value {
            T::TAbsMs | T::TModelMs | T::DtMs | T::CycleTMs => Domain::TimeMs,
            T::Phase01 => Domain::Phase01,
            T::Progress01 => Domain::Unit01,
            T::CycleIndex | T::Energy => Domain::Number,
        };
        let ty = crate::types::Type::signal(domain);
        self.build.signal(ty, SignalExpr::Time(value))
    }

    /// Field inputs brought onto one domain: as many elements as the shortest that is over a domain,
    /// ids from the first such input. Element i always pairs with element i.
    pub fn fields<const N: usize>(&mut self, names: [&str; N]) -> [Lane; N] {
        let rows = names.map(|name| self.field(name));
        let mut domains: Vec<DomainId> = Vec::new();
        for row in rows {
            if let Some(domain) = self
                .build
                .field_over(row.0)
                .filter(|d| !domains.contains(d))
            {
                domains.push(domain);
            }
        }
        let Some(&first) = domains.first().filter(|_| domains.len() > 1) else {
            return rows;
        };
        let least = domains.iter().map(|&d| self.build.count(d)).min();
        let port = self.block.outputs.first().map_or("out", |o| o.name);
        let common = self.shortened(first, least.unwrap_or(0), port);
        rows.map(|row| Lane(self.fit(row.0, common)))
    }

    /// The first `count` elements of `domain`, with their ids: `domain` itself if it has no more,
    /// else a new domain `block/port`.
    pub fn shortened(&mut self, domain: DomainId, count: u32, port: &str) -> DomainId {
        if self.build.count(domain) <= count {
            return domain;
        }
        let ids = match self.build.tables.graph.domains[domain.index()].ids {
            ElementIds::Grid { cols, .. } if cols > 0 && count.is_multiple_of(cols) => {
                ElementIds::Grid {
                    rows: count / cols,
                    cols,
                }
            }
            ElementIds::Grid { cols, .. } => {
                let id = |i: u32| format!("row-{}-col-{}", i / cols.max(1), i % cols.max(1));
                self.custom_ids((0..count).map(id).collect())
            }
            ElementIds::Custom(list) => {
                let row = self.build.tables.constants.index[list.index()];
                let json = &self.build.tables.constants.json[row.at as usize];
                let mut ids: Vec<String> = serde_json::from_str(json).unwrap_or_default();
                ids.truncate(count as usize);
                self.custom_ids(ids)
            }
            ids @ (ElementIds::Sequential | ElementIds::Prefix(_)) => ids,
        };
        let key = format!("{}/{port}", self.id);
        self.build.domain(&key, count, ids, None)
    }

    fn custom_ids(&mut self, ids: Vec<String>) -> ElementIds {
        let list = serde_json::Value::from(ids).to_string();
        ElementIds::Custom(self.build.const_json(list))
    }

    /// The row seen over a domain that is not larger than its own, so nothing is missing.
    fn fit(&mut self, row: FieldId, domain: DomainId) -> FieldId {
        let missing = vec![0.0; self.build.field_type(row).domain.lanes()];
        self.build.on_domain(row, domain, &missing)
    }
}
