//! What each row reads: the edges of the expression graph, in one place.
//!
//! Validation, numbering, dependency derivation and tracing walk the same edges, so none can forget
//! one. Callbacks get [`ValueRef`]s in operand order.

use super::*;

/// What a signal reads in the same frame.
pub fn of_signal(program: &Program, expr: &SignalExpr, visit: &mut impl FnMut(ValueRef)) {
    match expr {
        SignalExpr::Const(_) => {}
        SignalExpr::Time(value) => visit(ValueRef::Time(*value)),
        SignalExpr::Rail(rail) => visit(ValueRef::Rail(*rail)),
        SignalExpr::External(_) => {}
        SignalExpr::Apply { args, .. } => args.iter().for_each(|a| visit(ValueRef::Sig(*a))),
        SignalExpr::Transform { src, args, .. } => {
            visit(ValueRef::Sig(*src));
            args.iter().for_each(|a| visit(ValueRef::Sig(*a)));
        }
        SignalExpr::Combine { terms, .. } => terms.iter().for_each(|t| visit(ValueRef::Sig(*t))),
        SignalExpr::StateOut(cell) => of_cell(program, *cell, visit),
        SignalExpr::StatePrev(cell) => {
            // A Delay reads its history at this frame's `delay`; the others read nothing.
            let cell = program.tables.state.cells.get(cell.index());
            if let Some(Operand::Sig(delay)) = cell
                .filter(|c| c.op == StateOp::Delay)
                .and_then(|c| c.args.get(1))
            {
                visit(ValueRef::Sig(*delay));
            }
        }
        SignalExpr::Event { of, .. } => visit(ValueRef::Event(*of)),
        SignalExpr::Reduce { field, .. } => visit(ValueRef::Field(*field)),
    }
}

/// What an event reads in the same frame.
pub fn of_event(program: &Program, expr: &EventExpr, visit: &mut impl FnMut(ValueRef)) {
    match expr {
        EventExpr::Empty | EventExpr::FirstFrame | EventExpr::External(_) => {}
        EventExpr::Time(event) => visit(ValueRef::TimeEvent(*event)),
        EventExpr::Rail(rail) => visit(ValueRef::Rail(*rail)),
        EventExpr::Divide { of, by } => {
            if let PhaseSource::Rail(rail) = of {
                visit(ValueRef::Rail(*rail));
            }
            visit(ValueRef::Sig(*by));
        }
        EventExpr::StateEvents(cell) => of_cell(program, *cell, visit),
        EventExpr::Gate { src, open } => {
            visit(ValueRef::Event(*src));
            visit(ValueRef::Sig(*open));
        }
        EventExpr::Combine { terms, .. } => terms.iter().for_each(|t| visit(ValueRef::Event(*t))),
    }
}

/// What a field reads.
pub fn of_field(expr: &FieldExpr, visit: &mut impl FnMut(ValueRef)) {
    match expr {
        FieldExpr::Const(_)
        | FieldExpr::Array(_)
        | FieldExpr::Index
        | FieldExpr::Count
        | FieldExpr::IdHash { .. }
        | FieldExpr::History(_) => {}
        FieldExpr::Broadcast(s) => visit(ValueRef::Sig(*s)),
        FieldExpr::Apply { args, .. } => args.iter().for_each(|a| visit(ValueRef::Field(*a))),
        FieldExpr::Narrow(f) => visit(ValueRef::Field(*f)),
        FieldExpr::Transform { src, args, .. } => {
            visit(ValueRef::Field(*src));
            args.iter().for_each(|a| visit(ValueRef::Sig(*a)));
        }
        FieldExpr::OnDomain { src, .. } => visit(ValueRef::Field(*src)),
        FieldExpr::Combine { terms, .. } => terms.iter().for_each(|t| visit(ValueRef::Field(*t))),
    }
}

/// What the update of a cell reads.
pub fn of_cell(program: &Program, cell: StateId, visit: &mut impl FnMut(ValueRef)) {
    let args = program
        .tables
        .state
        .cells
        .get(cell.index())
        .map(|c| c.args.as_slice());
    for arg in args.unwrap_or_default() {
        visit(match arg {
            Operand::Sig(s) => ValueRef::Sig(*s),
            Operand::Event(e) => ValueRef::Event(*e),
        });
    }
}

/// What a sink reads: columns, signals, and through its tables their parameters.
pub fn of_sink(program: &Program, sink: &Sink, visit: &mut impl FnMut(ValueRef)) {
    of_input(program, sink.z, visit);
    for input in &sink.inputs {
        of_input(program, input.from, visit);
    }
}

/// What one parameter reads.
pub fn of_input(program: &Program, input: InputRef, visit: &mut impl FnMut(ValueRef)) {
    let render = &program.tables.render;
    let params = |row: Option<&ParamRow>, visit: &mut dyn FnMut(ValueRef)| {
        for param in row.map(|r| r.params.as_slice()).unwrap_or_default() {
            if let InputRef::Sig(s) = param.from {
                visit(ValueRef::Sig(s));
            }
        }
    };
    match input {
        InputRef::Req(r) => visit(ValueRef::Req(r)),
        InputRef::Sig(s) => visit(ValueRef::Sig(s)),
        InputRef::Const(_) => {}
        InputRef::Camera(c) => visit(ValueRef::Camera(c)),
        InputRef::Mesh(m) => params(render.meshes.get(m.index()), visit),
        InputRef::Effect(e) => params(render.effects.get(e.index()), visit),
        InputRef::Shape(s) => {
            if let Some(
                ShapeRow::Star {
                    inner: InputRef::Sig(s),
                    ..
                }
                | ShapeRow::Ring {
                    inner: InputRef::Sig(s),
                },
            ) = render.shapes.get(s.index())
            {
                visit(ValueRef::Sig(*s));
            }
        }
    }
}

/// Whether a signal is computed on the tape (and not a constant or an input of the frame).
pub fn is_computed_signal(expr: &SignalExpr) -> bool {
    !matches!(
        expr,
        SignalExpr::Const(_) | SignalExpr::Time(_) | SignalExpr::Rail(_) | SignalExpr::External(_)
    )
}

/// Whether an event is computed on the tape.
pub fn is_computed_event(expr: &EventExpr) -> bool {
    matches!(
        expr,
        EventExpr::Divide { .. }
            | EventExpr::StateEvents(_)
            | EventExpr::Gate { .. }
            | EventExpr::Combine { .. }
    )
}

/// Terms of a bus in combine order; a bus of one publisher may be its term.
pub fn terms_of_bus(program: &Program, root: ValueRef) -> Vec<ValueRef> {
    let tables = &program.tables;
    match root {
        ValueRef::Sig(id) => match &tables.sig.nodes[id.index()].expr {
            SignalExpr::Combine { terms, .. } => terms.iter().map(|&t| ValueRef::Sig(t)).collect(),
            _ => vec![root],
        },
        ValueRef::Event(id) => match &tables.event.nodes[id.index()].expr {
            EventExpr::Combine { terms, .. } => terms.iter().map(|&t| ValueRef::Event(t)).collect(),
            _ => vec![root],
        },
        ValueRef::Field(id) => match &tables.field.nodes[id.index()].expr {
            FieldExpr::Combine { terms, .. } => terms.iter().map(|&t| ValueRef::Field(t)).collect(),
            _ => vec![root],
        },
        _ => Vec::new(),
    }
}
