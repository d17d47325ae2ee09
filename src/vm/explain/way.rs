//! The lenses, adapters and conversions between a value and its source.
//!
//! They are found by walking the expressions back from the one to the other: a way may go through
//! several chains, with a lens that keeps state, a broadcast or a reduction in between.

use super::{Explainer, Stage};
use crate::ir::text;
use crate::ir::*;
use crate::vm::transforms;

/// Expressions of one way; a longer one is no way of a document.
const LONGEST: usize = 256;

/// A part of a way.
enum Part {
    /// A chain, applied by this signal or field.
    Chain(ChainId, ValueRef),
    /// A lens or adapter that keeps state, and what it gives.
    Cell(StateId, ValueRef),
    /// A field that became a number, and that number.
    Reduce(ReduceOp, ValueRef),
}

impl Explainer<'_> {
    /// Notes what is between `before` and `after`. Where the compiler folded a part of the way only the
    /// end of its chain is known.
    pub(super) fn stages(
        &mut self,
        place: usize,
        used: Option<UseId>,
        after: ValueRef,
        before: Option<ValueRef>,
    ) {
        if let Some(parts) = way(self.program(), after, before) {
            parts.iter().for_each(|part| self.part(place, part));
            return;
        }
        let transforms = &self.program().tables.transforms;
        let Some(used) = used.and_then(|id| transforms.uses.get(id.index())) else {
            return;
        };
        self.words(place, &transforms.chains[used.chain.index()]);
        let last = self.nodes[place].stages.len().checked_sub(1);
        if let Some(last) = last {
            self.nodes[place].stages[last].after = self.value(used.at, (place, Some(last)));
        }
    }

    fn part(&mut self, place: usize, part: &Part) {
        let at = self.nodes[place].stages.len();
        match *part {
            Part::Cell(cell, value) => {
                let op = text::word(&self.program().tables.state.cells[cell.index()].op);
                let cell = format!("cell {}", self.names.cell(cell));
                self.stage(place, "lens", op, cell);
                self.nodes[place].stages[at].after = self.value(value, (place, Some(at)));
            }
            Part::Reduce(op, value) => {
                self.stage(place, "adapter", "reduce".to_owned(), text::word(&op));
                self.nodes[place].stages[at].after = self.value(value, (place, Some(at)));
            }
            Part::Chain(chain, value) => self.chain(place, chain, value),
        }
    }

    /// Every step of a chain, with what it made.
    fn chain(&mut self, place: usize, id: ChainId, value: ValueRef) {
        let program = self.program();
        let chain = &program.tables.transforms.chains[id.index()];
        let first = self.nodes[place].stages.len();
        self.words(place, chain);
        match value {
            ValueRef::Field(field) => self.fields.chain(field, (place, first)),
            ValueRef::Sig(signal) => {
                let node = &program.tables.sig.nodes[signal.index()];
                let SignalExpr::Transform { src, args, .. } = &node.expr else {
                    return;
                };
                let registers = &self.stores.registers;
                let args: Vec<&[f64]> = args.iter().map(|&a| registers.get(a)).collect();
                let mut stages = self.nodes[place].stages[first..].iter_mut();
                transforms::walk(program, chain, registers.get(*src), &args, |_, lanes| {
                    if let Some(stage) = stages.next() {
                        stage.after = super::Seen::Lanes(lanes.to_vec());
                    }
                });
            }
            _ => {}
        }
    }

    fn words(&mut self, place: usize, chain: &Chain) {
        for step in &chain.steps {
            let (kind, name, step) = self.names.chain_step(step);
            self.stage(place, kind, name, step);
        }
    }

    fn stage(&mut self, place: usize, kind: &'static str, name: String, step: String) {
        self.nodes[place].stages.push(Stage {
            kind,
            name,
            step,
            after: super::Seen::Nothing,
        });
    }
}

/// The parts from `before` to `after`, in order. `None` if no way leads there.
fn way(program: &Program, after: ValueRef, before: Option<ValueRef>) -> Option<Vec<Part>> {
    let before = plain(program, before?);
    let tables = &program.tables;
    let mut at = plain(program, after);
    let mut parts = Vec::new();
    for _ in 0..LONGEST {
        if at == before {
            parts.reverse();
            return Some(parts);
        }
        at = plain(
            program,
            match at {
                ValueRef::Sig(id) => match &tables.sig.nodes[id.index()].expr {
                    SignalExpr::Transform { src, chain, .. } => {
                        parts.push(Part::Chain(*chain, at));
                        ValueRef::Sig(*src)
                    }
                    SignalExpr::StateOut(cell) | SignalExpr::StatePrev(cell) => {
                        parts.push(Part::Cell(*cell, at));
                        input_of(program, *cell)?
                    }
                    SignalExpr::Reduce { field, op, .. } => {
                        parts.push(Part::Reduce(*op, at));
                        ValueRef::Field(*field)
                    }
                    SignalExpr::Event { of, .. } => ValueRef::Event(*of),
                    _ => return None,
                },
                ValueRef::Field(id) => match &tables.field.nodes[id.index()].expr {
                    FieldExpr::Transform { src, chain, .. } => {
                        parts.push(Part::Chain(*chain, at));
                        ValueRef::Field(*src)
                    }
                    FieldExpr::Broadcast(signal) => ValueRef::Sig(*signal),
                    FieldExpr::Narrow(src) | FieldExpr::OnDomain { src, .. } => {
                        ValueRef::Field(*src)
                    }
                    _ => return None,
                },
                ValueRef::Event(id) => match &tables.event.nodes[id.index()].expr {
                    EventExpr::StateEvents(cell) => {
                        parts.push(Part::Cell(*cell, at));
                        input_of(program, *cell)?
                    }
                    _ => return None,
                },
                _ => return None,
            },
        );
    }
    None
}

/// What a cell of a connection reads; `None` for a cell of a block, which is no part of a way.
fn input_of(program: &Program, cell: StateId) -> Option<ValueRef> {
    let cell = &program.tables.state.cells[cell.index()];
    let key = &program.tables.strings[cell.key.index()];
    match cell.args.first()? {
        _ if !key.contains('#') => None,
        Operand::Sig(signal) => Some(ValueRef::Sig(*signal)),
        Operand::Event(event) => Some(ValueRef::Event(*event)),
    }
}

/// The same value by its shortest name: a leaf by what it reads, a column by its field.
fn plain(program: &Program, value: ValueRef) -> ValueRef {
    let tables = &program.tables;
    match value {
        ValueRef::Req(id) => ValueRef::Field(tables.materialize.requests[id.index()].field),
        ValueRef::Bus(id) => tables.graph.buses[id.index()].root,
        ValueRef::Sig(id) => match tables.sig.nodes[id.index()].expr {
            SignalExpr::Rail(rail) => ValueRef::Rail(rail),
            SignalExpr::Time(time) => ValueRef::Time(time),
            SignalExpr::Const(constant) => ValueRef::Const(constant),
            _ => value,
        },
        ValueRef::Event(id) => match tables.event.nodes[id.index()].expr {
            EventExpr::Rail(rail) => ValueRef::Rail(rail),
            EventExpr::Time(time) => ValueRef::TimeEvent(time),
            _ => value,
        },
        _ => value,
    }
}
