//! What enters the hash of a signal, an event or a field, and of what they are made with.

use super::{Digest, Walk, digest};
use crate::ir::*;

impl Walk<'_> {
    /// An expression, from the hashes of its operands.
    pub(in crate::ir) fn expression(&self, value: ValueRef) -> Digest {
        match value {
            ValueRef::Sig(id) => self.signal(id),
            ValueRef::Event(id) => self.event(id),
            ValueRef::Field(id) => self.field(id),
            _ => Digest::default(),
        }
    }

    pub(super) fn text(&self, id: StrId) -> &str {
        &self.program.tables.strings[id.index()]
    }

    pub(super) fn constant(&self, id: ConstId) -> Digest {
        self.hashes.constants[id.index()]
    }

    pub(super) fn domain_name(&self, id: TypeId) -> &'static str {
        self.program.types[id.index()].domain.name()
    }

    pub(super) fn signals(&self, ids: &[SignalId]) -> Vec<Digest> {
        ids.iter()
            .map(|id| self.hashes.signals[id.index()])
            .collect()
    }

    pub(super) fn of_domain(&self, id: Option<DomainId>) -> Option<Digest> {
        id.map(|id| self.hashes.domains[id.index()])
    }

    pub(super) fn chain(&self, chain: &Chain) -> Digest {
        let step = |step: &ChainStep| {
            let operands: Vec<_> = step
                .operands
                .iter()
                .map(|operand| match *operand {
                    ChainOperand::Const(c) => (Some(self.constant(c)), None),
                    ChainOperand::Arg(k) => (None, Some(k)),
                })
                .collect();
            (
                step.op.number(),
                operands,
                step.imm,
                self.domain_name(step.to),
            )
        };
        let steps: Vec<_> = chain.steps.iter().map(step).collect();
        digest("chain", &(self.domain_name(chain.from), chain.arity, steps))
    }

    pub(super) fn domain(&self, at: usize) -> Digest {
        let row = &self.program.tables.graph.domains[at];
        let (grid, prefix, custom) = match row.ids {
            ElementIds::Sequential => (None, None, None),
            ElementIds::Grid { rows, cols } => (Some((rows, cols)), None, None),
            ElementIds::Prefix(text) => (None, Some(self.text(text)), None),
            ElementIds::Custom(list) => (None, None, Some(self.constant(list))),
        };
        digest("domain", &(row.count, grid, prefix, custom))
    }

    pub(super) fn cell(&self, cell: &Cell) -> Digest {
        digest("cell", &(self.text(cell.key), self.nameless_cell(cell)))
    }

    /// A cell under whatever key.
    pub(in crate::ir) fn nameless_cell(&self, cell: &Cell) -> Digest {
        let shape = (
            cell.op.number(),
            cell.imm,
            cell.f64[1],
            cell.i32[1],
            cell.ring,
        );
        let init = cell.init.map(|c| self.constant(c));
        let domain = self.domain_name(cell.r#type);
        digest("cell", &(shape, domain, init, cell.policy, cell.tap))
    }

    pub(super) fn operands_of_cell(&self, id: StateId) -> Vec<Digest> {
        let args = &self.program.tables.state.cells[id.index()].args;
        args.iter()
            .map(|arg| match arg {
                Operand::Sig(id) => self.hashes.signals[id.index()],
                Operand::Event(id) => self.hashes.events[id.index()],
            })
            .collect()
    }

    pub(super) fn rail_key(&self, id: RailId) -> &str {
        self.text(self.program.tables.rails[id.index()].key)
    }

    pub(super) fn channel_key(&self, id: ExtId) -> &str {
        self.text(self.program.tables.graph.externals[id.index()].key)
    }

    fn signal(&self, id: SignalId) -> Digest {
        let node = &self.program.tables.sig.nodes[id.index()];
        let domain = self.domain_name(node.r#type);
        let (signals, cells) = (&self.hashes.signals, &self.hashes.cells);
        match &node.expr {
            SignalExpr::Const(c) => digest("const", &(domain, self.constant(*c))),
            SignalExpr::Time(value) => digest("time", &(domain, value)),
            SignalExpr::Rail(rail) => digest("rail", &(domain, self.rail_key(*rail))),
            SignalExpr::External(x) => digest("external", &(domain, self.channel_key(*x))),
            SignalExpr::Apply { op, args, imm } => {
                digest("apply", &(domain, op.number(), self.signals(args), imm))
            }
            SignalExpr::Transform { src, chain, args } => digest(
                "transform",
                &(
                    domain,
                    signals[src.index()],
                    self.hashes.chains[chain.index()],
                    self.signals(args),
                ),
            ),
            SignalExpr::Combine {
                mode,
                terms,
                silent,
                ..
            } => digest(
                "combine",
                &(domain, mode, self.signals(terms), self.constant(*silent)),
            ),
            SignalExpr::StateOut(cell) => digest(
                "stateOut",
                &(domain, cells[cell.index()], self.operands_of_cell(*cell)),
            ),
            SignalExpr::StatePrev(cell) => {
                let mut read = Vec::new();
                operands::of_signal(self.program, &node.expr, &mut |operand| {
                    if let ValueRef::Sig(id) = operand {
                        read.push(signals[id.index()]);
                    }
                });
                digest("statePrev", &(domain, cells[cell.index()], read))
            }
            SignalExpr::Event { of, view } => {
                digest("event", &(domain, self.hashes.events[of.index()], view))
            }
            SignalExpr::Reduce {
                field,
                domain: over,
                op,
            } => digest(
                "reduce",
                &(
                    domain,
                    self.hashes.fields[field.index()],
                    self.of_domain(*over),
                    op,
                ),
            ),
        }
    }

    fn event(&self, id: EventId) -> Digest {
        let events = &self.hashes.events;
        match &self.program.tables.event.nodes[id.index()].expr {
            EventExpr::Empty => digest("noPulses", &()),
            EventExpr::Time(event) => digest("timePulses", event),
            EventExpr::Rail(rail) => digest("railPulses", &self.rail_key(*rail)),
            EventExpr::External(x) => digest("externalPulses", &self.channel_key(*x)),
            EventExpr::Divide { of, by } => {
                let of = match of {
                    PhaseSource::Time => "time",
                    PhaseSource::Rail(rail) => self.rail_key(*rail),
                };
                digest("divide", &(of, self.hashes.signals[by.index()]))
            }
            EventExpr::StateEvents(cell) => digest(
                "statePulses",
                &(
                    self.hashes.cells[cell.index()],
                    self.operands_of_cell(*cell),
                ),
            ),
            EventExpr::Gate { src, open } => digest(
                "gate",
                &(events[src.index()], self.hashes.signals[open.index()]),
            ),
            EventExpr::Combine { mode, terms, .. } => {
                let terms: Vec<_> = terms.iter().map(|t| events[t.index()]).collect();
                digest("combinePulses", &(mode, terms))
            }
            EventExpr::FirstFrame => digest("firstFrame", &()),
        }
    }

    fn field(&self, id: FieldId) -> Digest {
        let node = &self.program.tables.field.nodes[id.index()];
        let fields = &self.hashes.fields;
        let list = |ids: &[FieldId]| ids.iter().map(|f| fields[f.index()]).collect::<Vec<_>>();
        let over = (
            self.domain_name(node.r#type),
            self.of_domain(node.dom),
            node.wide,
        );
        match &node.expr {
            FieldExpr::Const(c) => digest("fieldConst", &(over, self.constant(*c))),
            FieldExpr::Array(c) => digest("array", &(over, self.constant(*c))),
            FieldExpr::Broadcast(s) => digest("broadcast", &(over, self.hashes.signals[s.index()])),
            FieldExpr::Index => digest("index", &over),
            FieldExpr::Count => digest("count", &over),
            FieldExpr::IdHash { r#fn, salt } => digest(
                "idHash",
                &(over, r#fn, self.constant(*salt), self.program.seed),
            ),
            FieldExpr::History(cell) => digest(
                "history",
                &(
                    over,
                    self.hashes.cells[cell.index()],
                    self.operands_of_cell(*cell),
                ),
            ),
            FieldExpr::Apply { op, args, imm } => {
                digest("fieldApply", &(over, op.number(), list(args), imm))
            }
            FieldExpr::Narrow(f) => digest("narrow", &(over, fields[f.index()])),
            FieldExpr::Transform { src, chain, args } => digest(
                "fieldTransform",
                &(
                    over,
                    fields[src.index()],
                    self.hashes.chains[chain.index()],
                    self.signals(args),
                    // A lens of elements draws from the seed.
                    self.program.seed,
                ),
            ),
            FieldExpr::OnDomain { src, missing } => digest(
                "onDomain",
                &(over, fields[src.index()], self.constant(*missing)),
            ),
            FieldExpr::Combine {
                mode,
                terms,
                silent,
                ..
            } => digest(
                "fieldCombine",
                &(over, mode, list(terms), self.constant(*silent)),
            ),
        }
    }
}
