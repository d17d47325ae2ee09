//! Value and edge records of a step, written right after it ran.
//!
//! In: the stores as the step left them. Out: what it read, what it made, and through what. Only a
//! full tracer pays for any of it.

use super::evaluate::Stores;
use super::field::{Outcome, RequestReport};
use super::pulse::PulseList;
use super::rails::Register;
use super::trace::{Edge, Relation, Side, SpanKind, Subject, Tracer, ValueRecord, ValueTag, flags};
use super::transforms;
use crate::ir::*;
use crate::types::Domain;

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
            StepKind::BusEval { bus } => self.publishers(bus),
            StepKind::SinkEval { sink } => self.sink(sink),
            StepKind::Materialize { .. } => columns.iter().for_each(|row| self.column(row)),
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

    /// Each publisher of a bus: its value, what its transforms make of it, and the term in the result.
    fn publishers(&mut self, id: BusId) {
        let tables = &self.program.tables;
        let Some(bus) = tables.graph.buses.get(id.index()) else {
            return;
        };
        let [first, count] = bus.pubs.map(|n| n as usize);
        let all = tables
            .graph
            .publishers
            .iter()
            .enumerate()
            .skip(first)
            .take(count);
        let enabled = all.filter(|(_, p)| p.enabled);
        for (k, (i, publisher)) in enabled.enumerate() {
            let subject = Subject::Publisher(PubId::at(i));
            let flags = self.through(publisher.r#use);
            self.edge(
                Subject::Slot(publisher.from),
                subject,
                Relation::Publish,
                false,
                flags,
            );
            let source = tables
                .graph
                .slots
                .get(publisher.from.index())
                .map(|s| s.r#ref);
            match source {
                Some(ValueRef::Sig(id)) => {
                    self.signal(SpanKind::BusPublish, subject, Side::Before, id);
                }
                Some(ValueRef::Event(id)) => {
                    self.event(SpanKind::BusPublish, subject, Side::Before, id);
                }
                _ => {}
            }
            let (after, wins) = match bus.root {
                ValueRef::Sig(root) => self.term(root, k),
                ValueRef::Event(root) => self.event_term(root, k),
                _ => (None, false),
            };
            match after {
                Some(ValueRef::Sig(id)) => {
                    self.chain(subject, publisher.r#use, id);
                    self.signal(SpanKind::BusPublish, subject, Side::After, id);
                }
                Some(ValueRef::Event(id)) => {
                    self.event(SpanKind::BusPublish, subject, Side::After, id);
                }
                _ => continue,
            }
            self.edge(
                subject,
                Subject::Bus(BusId::at(id.index())),
                Relation::Combine,
                wins,
                0,
            );
        }
        match bus.root {
            ValueRef::Sig(root) => {
                let kind = if count == 0 {
                    SpanKind::BusSilent
                } else {
                    SpanKind::BusEval
                };
                self.signal(kind, Subject::Bus(id), Side::After, root);
            }
            ValueRef::Event(root) => {
                self.event(SpanKind::BusEval, Subject::Bus(id), Side::After, root);
            }
            _ => {}
        }
    }

    /// Term `k` of a combined signal, and whether it decides the result. A bus of one term may be
    /// that term itself.
    fn term(&self, root: SignalId, k: usize) -> (Option<ValueRef>, bool) {
        let registers = &self.stores.registers;
        let node = &self.program.tables.sig.nodes[root.index()];
        let SignalExpr::Combine { mode, terms, .. } = &node.expr else {
            return ((k == 0).then_some(ValueRef::Sig(root)), true);
        };
        let Some(&term) = terms.get(k) else {
            return (None, false);
        };
        let result = registers.get(root);
        let same = |id: SignalId| registers.get(id) == result;
        let wins = match mode {
            Combine::Last => k + 1 == terms.len(),
            // The first of equals, as where the fold keeps what it has.
            Combine::Min | Combine::Max => same(term) && !terms[..k].iter().any(|&t| same(t)),
            // Every term has its part.
            Combine::Sum | Combine::Average | Combine::Layer => false,
        };
        (Some(ValueRef::Sig(term)), wins)
    }

    fn event_term(&self, root: EventId, k: usize) -> (Option<ValueRef>, bool) {
        let node = &self.program.tables.event.nodes[root.index()];
        let EventExpr::Combine { mode, terms, .. } = &node.expr else {
            return ((k == 0).then_some(ValueRef::Event(root)), true);
        };
        let wins = match mode {
            Combine::Last => k + 1 == terms.len(),
            Combine::Sum => false,
            // Lists of pulses are chosen by their length.
            _ => terms.len() == 1,
        };
        (terms.get(k).map(|&t| ValueRef::Event(t)), wins)
    }

    /// What each lens and adapter before `after` made.
    fn chain(&mut self, subject: Subject, used: Option<UseId>, after: SignalId) {
        let transforms = &self.program.tables.transforms;
        let used = used.and_then(|id| transforms.uses.get(id.index()));
        let node = &self.program.tables.sig.nodes[after.index()];
        let SignalExpr::Transform { src, chain, args } = &node.expr else {
            return;
        };
        if used.is_none_or(|used| used.at != ValueRef::Sig(after)) {
            return;
        }
        let registers = &self.stores.registers;
        let args: Vec<&[f64]> = args.iter().map(|&a| registers.get(a)).collect();
        let program = self.program;
        let chain = &program.tables.transforms.chains[chain.index()];
        let tracer = &mut *self.tracer;
        transforms::walk(program, chain, registers.get(*src), &args, |step, lanes| {
            let kind = match step.origin {
                Some(Origin::Lens { .. }) => SpanKind::LensStep,
                _ => SpanKind::AdapterStep,
            };
            let domain = program.types[step.to.index()].domain;
            tracer.value(record(kind, subject, Side::After, domain, lanes));
        });
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

    /// A column that was computed: what went in and what came out.
    fn column(&mut self, row: &RequestReport) {
        if !matches!(row.outcome, Outcome::Miss(_)) {
            return;
        }
        let request = &self.program.tables.materialize.requests[row.req.index()];
        let subject = Subject::Request(row.req);
        self.edge(
            Subject::Field(request.field),
            subject,
            Relation::Materialize,
            false,
            0,
        );
        self.rows(request.field, subject);
        let stats = self
            .stores
            .fields
            .column(row.req)
            .stats(request_count(self.program, request));
        let lanes = [
            stats.count as f32,
            stats.min as f32,
            stats.max as f32,
            stats.mean as f32,
            stats.nan as f32,
            0.0,
        ];
        self.tracer.value(ValueRecord {
            kind: SpanKind::Materialize,
            subject,
            side: Side::After,
            tag: ValueTag::ColumnStats,
            lanes,
            hash: stats.hash,
            flags: if stats.nan > 0 { flags::NAN } else { 0 },
        });
    }

    /// Signals, cells, bus terms and chains in the rows that a column is made of.
    fn rows(&mut self, root: FieldId, column: Subject) {
        let program = self.program;
        let nodes = &program.tables.field.nodes;
        let mut seen = vec![false; nodes.len()];
        let mut work = vec![root];
        while let Some(id) = work.pop() {
            if std::mem::replace(&mut seen[id.index()], true) {
                continue;
            }
            let expr = &nodes[id.index()].expr;
            match expr {
                FieldExpr::Broadcast(signal) => {
                    self.edge(Subject::Signal(*signal), column, Relation::Sample, false, 0);
                }
                FieldExpr::History(cell) => {
                    self.edge(Subject::Cell(*cell), column, Relation::StateRead, false, 0);
                }
                FieldExpr::Transform { src, chain, .. } => {
                    let chain = &program.tables.transforms.chains[chain.index()];
                    let (relation, flags) = chain_relation(chain);
                    self.edge(
                        Subject::Field(*src),
                        Subject::Field(id),
                        relation,
                        false,
                        flags,
                    );
                }
                FieldExpr::Combine {
                    bus, mode, terms, ..
                } => {
                    for (k, term) in terms.iter().enumerate() {
                        let wins = *mode == Combine::Last && k + 1 == terms.len();
                        let (from, to) = (Subject::Field(*term), Subject::Bus(*bus));
                        self.edge(from, to, Relation::Combine, wins, 0);
                    }
                }
                _ => {}
            }
            operands::of_field(expr, &mut |value| {
                if let ValueRef::Field(operand) = value {
                    work.push(operand);
                }
            });
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

fn record(
    kind: SpanKind,
    subject: Subject,
    side: Side,
    domain: Domain,
    values: &[f64],
) -> ValueRecord {
    let mut lanes = [0.0; 6];
    for (lane, value) in lanes.iter_mut().zip(values) {
        *lane = *value as f32;
    }
    let nan = values.iter().any(|v| v.is_nan());
    let inf = values.iter().any(|v| v.is_infinite());
    ValueRecord {
        kind,
        subject,
        side,
        tag: tag(domain),
        lanes,
        hash: 0,
        flags: if nan { flags::NAN } else { 0 } | if inf { flags::INF } else { 0 },
    }
}

fn pulses(kind: SpanKind, subject: Subject, side: Side, list: &PulseList) -> ValueRecord {
    let last = list.kept().last();
    let numbers = [
        list.count() as f64,
        last.map_or(0.0, |p| p.t_ms),
        last.map_or(0.0, |p| p.value),
    ];
    let folded = if list.folded() > 0 { flags::FOLDED } else { 0 };
    ValueRecord {
        tag: ValueTag::Pulses,
        flags: folded,
        ..record(kind, subject, side, Domain::Vec3, &numbers)
    }
}

fn request_count(program: &Program, request: &Request) -> usize {
    let domain = program.tables.graph.domains.get(request.domain.index());
    domain.map_or(0, |d| d.count as usize)
}

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

fn tag(domain: Domain) -> ValueTag {
    match domain {
        Domain::Boolean => ValueTag::Boolean,
        Domain::Color => ValueTag::Color,
        domain => match domain.lanes() {
            1 => ValueTag::Number,
            2 => ValueTag::Vec2,
            3 => ValueTag::Vec3,
            _ => ValueTag::Vec4,
        },
    }
}
