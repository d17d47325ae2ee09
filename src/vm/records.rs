//! Value and edge records of a step, written right after it ran.
//!
//! In: the stores as the step left them. Out: what it read, what it made, and through what. Only a
//! full tracer pays for any of it. Read next: `bus` (publishers and what became of them), `column`
//! (what a column is made of), `value` (a value in a few numbers).

mod bus;
mod column;
mod value;

use super::evaluate::Stores;
use super::field::RequestReport;
use super::rails::Register;
use super::trace::{Edge, Relation, Side, SpanKind, Subject, Tracer, ValueRecord, flags};
use crate::ir::*;
use crate::types::Domain;
use std::collections::BTreeSet;
use value::{pulses, record};

/// Tells a tracer about one step.
pub(super) struct Teller<'a, T> {
    pub(super) program: &'a Program,
    pub(super) stores: &'a Stores,
    pub(super) tracer: &'a mut T,
}

impl<T: Tracer> Teller<'_, T> {
    /// Everything that a step read and made. `columns`: what became of the requests of a
    /// materialisation.
    pub(super) fn step(&mut self, step: &Step, columns: &[RequestReport]) {
        let tables = &self.program.tables;
        match step.kind {
            StepKind::NodeEval { block } => {
                if let Some(row) = tables.graph.blocks.get(block.index()) {
                    self.inputs(row);
                }
            }
            // One of fields is evaluated with the columns that read it.
            StepKind::BusEval { bus } => match tables.graph.buses.get(bus.index()) {
                Some(row) if matches!(row.root, ValueRef::Field(_)) => {}
                _ => self.publishers(bus),
            },
            StepKind::SinkEval { sink } => self.sink(sink),
            StepKind::Materialize { .. } => {
                let mut told = BTreeSet::new();
                columns.iter().for_each(|row| self.column(row, &mut told));
            }
            StepKind::TimeDerive => self.time(),
            StepKind::ExternalSample => self.channels(),
            StepKind::RailResolve { rail } => self.rail(rail),
            StepKind::StateCommit => self.cells(),
            _ => {}
        }
        for &value in &step.run {
            self.made(step.kind, value);
        }
    }

    /// What flowed into the inputs of a block.
    fn inputs(&mut self, block: &BlockRow) {
        let graph = &self.program.tables.graph;
        for port in &block.r#in {
            let (from, relation) = match port.src {
                PortSource::Wire(slot) => (Subject::Slot(slot), Relation::Wire),
                PortSource::Bus(id) => match graph.listeners.get(id.index()) {
                    Some(listener) => (Subject::Bus(listener.bus), Relation::Listen),
                    None => continue,
                },
                PortSource::Rail(id) => (Subject::Rail(id), Relation::RailRead),
                PortSource::External(id) => (Subject::External(id), Relation::Sample),
                PortSource::None | PortSource::Default(_) | PortSource::Const(_) => continue,
            };
            let flags = self.through(port.r#use);
            self.edge(from, Subject::Slot(port.slot), relation, false, flags);
            if let (Relation::Listen, ValueRef::Sig(id)) = (relation, port.r#ref) {
                let subject = Subject::Slot(port.slot);
                self.signal(SpanKind::BusRead, subject, Side::After, id);
            }
        }
    }

    /// Flags of what is on the way.
    fn through(&self, id: Option<UseId>) -> u16 {
        let transforms = &self.program.tables.transforms;
        let used = id.and_then(|id| transforms.uses.get(id.index()));
        let chain = used.and_then(|used| transforms.chains.get(used.chain.index()));
        chain.map_or(0, origins)
    }

    fn sink(&mut self, id: SinkId) {
        let tables = &self.program.tables;
        let Some(row) = tables.render.sinks.get(id.index()) else {
            return;
        };
        if let Some(block) = tables.graph.blocks.iter().find(|b| b.key == row.key) {
            self.inputs(block);
        }
        for input in &row.inputs {
            let from = match input.from {
                InputRef::Req(req) => Subject::Request(req),
                InputRef::Sig(sig) => Subject::Signal(sig),
                _ => continue,
            };
            self.edge(from, Subject::Sink(id), Relation::Sink, false, 0);
        }
    }

    fn time(&mut self) {
        for (value, domain) in TIME {
            let lanes = [self.stores.time[value as usize]];
            let subject = Subject::Time(value);
            self.tracer.value(record(
                SpanKind::TimeDerive,
                subject,
                Side::After,
                domain,
                &lanes,
            ));
        }
    }

    fn channels(&mut self) {
        for (i, row) in self.program.tables.graph.externals.iter().enumerate() {
            let domain = self.program.types[row.r#type.index()].domain;
            let subject = Subject::External(ExtId::at(i));
            let told = match domain {
                Domain::Trigger => {
                    let list = self.stores.channels.pulses(ExtId::at(i));
                    pulses(SpanKind::ExternalSample, subject, Side::After, list)
                }
                domain => {
                    let lanes = self.stores.channels.value(ExtId::at(i));
                    record(
                        SpanKind::ExternalSample,
                        subject,
                        Side::After,
                        domain,
                        lanes,
                    )
                }
            };
            self.tracer.value(told);
        }
    }

    /// Generator before, final value after.
    fn rail(&mut self, id: RailId) {
        let row = &self.program.tables.rails[id.index()];
        let domain = self.program.types[row.r#type.index()].domain;
        let sides = [
            (Side::Before, Register::Internal),
            (Side::After, Register::Final),
        ];
        for (side, register) in sides {
            let (lanes, list) = self.stores.rails.look(id, register);
            let subject = Subject::Rail(id);
            self.tracer.value(match domain {
                Domain::Trigger => pulses(SpanKind::RailResolve, subject, side, list),
                domain => record(SpanKind::RailResolve, subject, side, domain, lanes),
            });
        }
        if let Some(user) = &row.user {
            let flags = self.through(user.r#use);
            self.edge(
                Subject::Bus(user.bus),
                Subject::Rail(id),
                Relation::Listen,
                false,
                flags,
            );
        }
    }

    /// What each cell keeps for the next frame, and what it was made from.
    fn cells(&mut self) {
        for (i, cell) in self.program.tables.state.cells.iter().enumerate() {
            let subject = Subject::Cell(StateId::at(i));
            for arg in &cell.args {
                let from = match arg {
                    Operand::Sig(id) => Subject::Signal(*id),
                    Operand::Event(id) => Subject::Event(*id),
                };
                self.edge(from, subject, Relation::StateWrite, false, 0);
            }
            let domain = self.program.types[cell.r#type.index()].domain;
            let entries = self.stores.cells.entries(StateId::at(i));
            let told = record(SpanKind::StateCommit, subject, Side::After, domain, entries);
            self.tracer.value(told);
        }
    }

    /// A value that a step computed, and from what.
    fn made(&mut self, kind: StepKind, value: ValueRef) {
        let kind = match kind {
            StepKind::BusEval { .. } => SpanKind::SignalSample,
            StepKind::Reduce { .. } => SpanKind::Reduce,
            _ => SpanKind::NodeEval,
        };
        match value {
            ValueRef::Sig(id) => {
                let node = &self.program.tables.sig.nodes[id.index()];
                let to = Subject::Signal(id);
                self.signal(kind, to, Side::After, id);
                match &node.expr {
                    SignalExpr::Transform { src, chain, .. } => {
                        let chain = &self.program.tables.transforms.chains[chain.index()];
                        let (relation, flags) = chain_relation(chain);
                        self.edge(Subject::Signal(*src), to, relation, false, flags);
                    }
                    SignalExpr::StateOut(cell) | SignalExpr::StatePrev(cell) => {
                        self.edge(Subject::Cell(*cell), to, Relation::StateRead, false, 0);
                    }
                    SignalExpr::Reduce { field, .. } => {
                        self.edge(Subject::Field(*field), to, Relation::Reduce, false, 0);
                    }
                    _ => {}
                }
            }
            ValueRef::Event(id) => {
                let to = Subject::Event(id);
                self.event(kind, to, Side::After, id);
                if let EventExpr::StateEvents(cell) =
                    self.program.tables.event.nodes[id.index()].expr
                {
                    self.edge(Subject::Cell(cell), to, Relation::StateRead, false, 0);
                }
            }
            _ => {}
        }
    }

    fn signal(&mut self, kind: SpanKind, subject: Subject, side: Side, id: SignalId) {
        let node = &self.program.tables.sig.nodes[id.index()];
        let domain = self.program.types[node.r#type.index()].domain;
        let told = record(kind, subject, side, domain, self.stores.registers.get(id));
        self.tracer.value(told);
    }

    fn event(&mut self, kind: SpanKind, subject: Subject, side: Side, id: EventId) {
        let told = pulses(kind, subject, side, &self.stores.events[id.index()]);
        self.tracer.value(told);
    }

    fn edge(&mut self, from: Subject, to: Subject, relation: Relation, wins: bool, flags: u16) {
        self.tracer.edge(Edge {
            from,
            to,
            relation,
            wins,
            flags,
            combined: None,
        });
    }
}

/// A cell that a swap started anew, with what it starts from.
pub(super) fn reset(program: &Program, stores: &Stores, cell: StateId) -> ValueRecord {
    let row = &program.tables.state.cells[cell.index()];
    let domain = program.types[row.r#type.index()].domain;
    let entries = stores.cells.entries(cell);
    record(
        SpanKind::Swap,
        Subject::Cell(cell),
        Side::After,
        domain,
        entries,
    )
}

/// The values of the time model.
const TIME: [(TimeValue, Domain); 8] = [
    (TimeValue::TAbsMs, Domain::TimeMs),
    (TimeValue::TModelMs, Domain::TimeMs),
    (TimeValue::DtMs, Domain::TimeMs),
    (TimeValue::Phase01, Domain::Phase01),
    (TimeValue::Progress01, Domain::Unit01),
    (TimeValue::CycleIndex, Domain::Number),
    (TimeValue::CycleTMs, Domain::TimeMs),
    (TimeValue::Energy, Domain::Unit01),
];

/// Lens if anything of a chain is one.
fn chain_relation(chain: &Chain) -> (Relation, u16) {
    let lens = |s: &ChainStep| matches!(s.origin, Some(Origin::Lens { .. }));
    match chain.steps.iter().any(lens) {
        true => (Relation::Lens, origins(chain)),
        false => (Relation::Adapter, origins(chain)),
    }
}

fn origins(chain: &Chain) -> u16 {
    chain.steps.iter().fold(0, |flags, step| {
        flags
            | match step.origin {
                Some(Origin::Adapter { .. }) => flags::ADAPTER,
                Some(Origin::Implicit) => flags::IMPLICIT,
                _ => 0,
            }
    })
}
