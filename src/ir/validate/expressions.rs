//! Expression tables, chains and cells: operands before users, types and lanes that agree, opcodes
//! that fit, wide and narrow rows that meet only at `narrow`.

use super::*;
use crate::ir::*;
use crate::types::{Domain, Family, World};

const SIG: &str = "/tables/sig/nodes";
const EVENT: &str = "/tables/event/nodes";
const FIELD: &str = "/tables/field/nodes";

pub(super) fn check(f: &mut Findings<'_>) {
    chains(f);
    signals(f);
    events(f);
    fields(f);
    cells(f);
}

fn domain(f: &Findings<'_>, ty: TypeId) -> Domain {
    f.program.types[ty.index()].domain
}

fn signal_domain(f: &Findings<'_>, id: SignalId) -> Domain {
    domain(f, f.program.tables.sig.nodes[id.index()].r#type)
}

/// Whether a constant is one value of `lanes` lanes in `pool`.
fn is_value(f: &Findings<'_>, id: ConstId, pool: Pool, lanes: usize) -> bool {
    let row = &f.program.tables.constants.index[id.index()];
    row.pool == pool && row.len as usize == lanes
}

/// Whether two domains have values of the same shape, so that one may stand for the other.
fn same_lanes(a: Domain, b: Domain) -> bool {
    a.lanes() == b.lanes()
}

fn signals(f: &mut Findings<'_>) {
    let p = f.program;
    for (i, node) in p.tables.sig.nodes.iter().enumerate() {
        let own = domain(f, node.r#type);
        let world = p.types[node.r#type.index()].world;
        if world != World::Signal || own.lanes() == 0 {
            f.add("ir-type", SIG, i, "a signal must be a signal of numbers");
        }
        // The operands of a StateOut are the cell's, which the tape order covers.
        if !matches!(
            node.expr,
            SignalExpr::StateOut(_) | SignalExpr::StatePrev(_)
        ) {
            let mut late = false;
            operands::of_signal(p, &node.expr, &mut |value| {
                late |= matches!(value, ValueRef::Sig(s) if s.index() >= i);
            });
            if late {
                f.add(
                    "ir-operand-order",
                    SIG,
                    i,
                    "an operand must come before its user",
                );
            }
        }
        match &node.expr {
            SignalExpr::Const(c) => {
                if !is_value(f, *c, Pool::F64, own.lanes()) {
                    f.add("ir-const", SIG, i, "the constant does not fit the signal");
                }
            }
            SignalExpr::Time(_) | SignalExpr::Event { .. } => {
                if own.lanes() != 1 {
                    f.add("ir-type", SIG, i, "the value is one number");
                }
            }
            SignalExpr::Rail(rail) => {
                let rail = domain(f, p.tables.rails[rail.index()].r#type);
                if !same_lanes(own, rail) {
                    f.add("ir-type", SIG, i, "the type is not the rail's");
                }
            }
            SignalExpr::External(x) => {
                let channel = domain(f, p.tables.graph.externals[x.index()].r#type);
                if !same_lanes(own, channel) {
                    f.add("ir-type", SIG, i, "the type is not the channel's");
                }
            }
            SignalExpr::Apply { op, args, imm } => {
                let domains: Vec<Domain> = args.iter().map(|a| signal_domain(f, *a)).collect();
                apply(f, SIG, i, (*op, *imm), &domains, own);
            }
            SignalExpr::Transform { src, chain, args } => {
                let from = signal_domain(f, *src);
                transform(f, SIG, i, *chain, args, (from, own));
            }
            SignalExpr::Combine {
                mode,
                terms,
                silent,
                ..
            } => {
                let fits = terms.iter().all(|t| same_lanes(signal_domain(f, *t), own));
                if !fits || !is_value(f, *silent, Pool::F64, own.lanes()) {
                    f.add(
                        "ir-type",
                        SIG,
                        i,
                        "terms and silent value must have the bus's type",
                    );
                }
                combine(f, SIG, i, *mode, own);
            }
            SignalExpr::StateOut(cell) | SignalExpr::StatePrev(cell) => {
                let cell = &p.tables.state.cells[cell.index()];
                if cell.op.makes_pulses() || !same_lanes(domain(f, cell.r#type), own) {
                    f.add("ir-type", SIG, i, "the type is not the cell's");
                }
            }
            SignalExpr::Reduce {
                field,
                domain: over,
                ..
            } => {
                let node = &p.tables.field.nodes[field.index()];
                if node.wide || !same_lanes(domain(f, node.r#type), own) {
                    f.add(
                        "ir-type",
                        SIG,
                        i,
                        "a reduction reads a narrow field of its own type",
                    );
                }
                let requested = p.tables.materialize.requests.iter().any(|r| {
                    r.consumer == Consumer::Reduce(SignalId::at(i))
                        && r.field == *field
                        && over.is_none_or(|d| d == r.domain)
                });
                if !requested {
                    f.add(
                        "ir-request",
                        SIG,
                        i,
                        "a reduction needs a request of its own",
                    );
                }
            }
        }
    }
}

/// An opcode's arity, types and result.
fn apply(
    f: &mut Findings<'_>,
    table: &str,
    i: usize,
    (op, imm): (Op, u32),
    args: &[Domain],
    own: Domain,
) {
    match op.result(imm, args) {
        Ok(result) if same_lanes(result, own) => {}
        Ok(result) => {
            let message = format!("`{op:?}` gives a {}, not a {}", result.name(), own.name());
            f.add("ir-type", table, i, message);
        }
        Err(error) => f.add("ir-op", table, i, error.to_string()),
    }
}

fn transform(
    f: &mut Findings<'_>,
    table: &str,
    i: usize,
    chain: ChainId,
    args: &[SignalId],
    (from, to): (Domain, Domain),
) {
    let chain = &f.program.tables.transforms.chains[chain.index()];
    if chain.arity as usize != args.len() {
        f.add(
            "ir-chain",
            table,
            i,
            "the chain wants another number of arguments",
        );
    }
    if !same_lanes(domain(f, chain.from), from) || !same_lanes(domain(f, chain.to), to) {
        f.add("ir-chain", table, i, "the chain goes between other types");
    }
}

fn combine(f: &mut Findings<'_>, table: &str, i: usize, mode: Combine, domain: Domain) {
    let legal = match domain.family() {
        Family::Trigger => true,
        Family::String => matches!(mode, Combine::Last | Combine::Layer),
        _ => domain.lanes() > 0,
    };
    if !legal {
        f.add(
            "ir-combine",
            table,
            i,
            format!("`{mode:?}` is not possible for {}", domain.name()),
        );
    }
}

fn events(f: &mut Findings<'_>) {
    let p = f.program;
    for (i, node) in p.tables.event.nodes.iter().enumerate() {
        if let EventExpr::StateEvents(cell) = node.expr {
            if !p.tables.state.cells[cell.index()].op.makes_pulses() {
                f.add("ir-type", EVENT, i, "the cell makes no pulses");
            }
            continue;
        }
        let mut late = false;
        operands::of_event(p, &node.expr, &mut |value| {
            late |= matches!(value, ValueRef::Event(e) if e.index() >= i);
        });
        if late {
            f.add(
                "ir-operand-order",
                EVENT,
                i,
                "an operand must come before its user",
            );
        }
        let number = match &node.expr {
            EventExpr::Divide { by, .. } => Some(*by),
            EventExpr::Gate { open, .. } => Some(*open),
            _ => None,
        };
        if number.is_some_and(|s| signal_domain(f, s).lanes() != 1) {
            f.add("ir-type", EVENT, i, "a number is wanted");
        }
    }
}

fn fields(f: &mut Findings<'_>) {
    let p = f.program;
    for (i, node) in p.tables.field.nodes.iter().enumerate() {
        let own = domain(f, node.r#type);
        let is_path = own == Domain::Path;
        if p.types[node.r#type.index()].world != World::Field || (own.lanes() == 0 && !is_path) {
            f.add(
                "ir-type",
                FIELD,
                i,
                "a field must be a field of numbers or paths",
            );
        }
        let (mut late, mut wrong_domain, mut wrong_width) = (false, false, false);
        let free = matches!(
            node.expr,
            FieldExpr::OnDomain { .. } | FieldExpr::Combine { .. }
        );
        operands::of_field(&node.expr, &mut |value| {
            if let ValueRef::Field(id) = value {
                late |= id.index() >= i;
                let operand = &p.tables.field.nodes[id.index()];
                wrong_domain |= !free && operand.dom.is_some() && operand.dom != node.dom;
                wrong_width |= match node.expr {
                    FieldExpr::Narrow(_) => !operand.wide || node.wide,
                    FieldExpr::Apply { .. } => operand.wide != node.wide,
                    _ => operand.wide || node.wide,
                };
            }
        });
        if late {
            f.add(
                "ir-operand-order",
                FIELD,
                i,
                "an operand must come before its user",
            );
            continue;
        }
        if wrong_domain {
            f.add(
                "ir-domain",
                FIELD,
                i,
                "operands must be over the row's domain or over none",
            );
        }
        if wrong_width {
            f.add(
                "ir-precision",
                FIELD,
                i,
                "wide and narrow rows meet only at `narrow`",
            );
        }
        field(f, i, node, own);
    }
}

fn field(f: &mut Findings<'_>, i: usize, node: &FieldNode, own: Domain) {
    let p = f.program;
    let pool = if node.wide { Pool::F64 } else { Pool::F32 };
    let count = node.dom.map(|d| p.tables.graph.domains[d.index()].count);
    let of = |id: FieldId| domain(f, p.tables.field.nodes[id.index()].r#type);
    match &node.expr {
        FieldExpr::Const(c) => {
            let row = &p.tables.constants.index[c.index()];
            let path = own == Domain::Path && row.pool == Pool::Paths;
            if !path && !is_value(f, *c, pool, own.lanes()) {
                f.add("ir-const", FIELD, i, "the constant does not fit the field");
            }
        }
        FieldExpr::Array(c) => {
            let rows = count.unwrap_or(0) as usize;
            if count.is_none() || !is_value(f, *c, pool, own.lanes() * rows) {
                f.add("ir-domain", FIELD, i, "the column does not fit the domain");
            }
        }
        FieldExpr::Broadcast(s) => {
            if !same_lanes(signal_domain(f, *s), own) {
                f.add("ir-type", FIELD, i, "the signal has another type");
            }
        }
        FieldExpr::Index | FieldExpr::Count | FieldExpr::IdHash { .. } => {
            if count.is_none() || !node.wide || own.lanes() != 1 {
                f.add(
                    "ir-domain",
                    FIELD,
                    i,
                    "the row must be a wide number over a domain",
                );
            }
        }
        FieldExpr::History(cell) => {
            let cell = &p.tables.state.cells[cell.index()];
            if cell.op != StateOp::History || count != Some(cell.imm) || own.lanes() != 1 {
                f.add("ir-domain", FIELD, i, "the history does not fit the domain");
            }
        }
        FieldExpr::Apply { op, args, imm } => {
            let domains: Vec<Domain> = args.iter().map(|a| of(*a)).collect();
            apply(f, FIELD, i, (*op, *imm), &domains, own);
        }
        FieldExpr::Narrow(src) => {
            if of(*src) != own {
                f.add("ir-type", FIELD, i, "narrowing does not change the type");
            }
        }
        FieldExpr::Transform { src, chain, args } => {
            let from = of(*src);
            transform(f, FIELD, i, *chain, args, (from, own));
        }
        FieldExpr::OnDomain { src, missing } => {
            let fits = match own {
                Domain::Path => is_value(f, *missing, Pool::Paths, 1),
                own => is_value(f, *missing, Pool::F32, own.lanes()),
            };
            if of(*src) != own || count.is_none() || !fits {
                f.add(
                    "ir-type",
                    FIELD,
                    i,
                    "source and missing value must have the row's type",
                );
            }
        }
        FieldExpr::Combine {
            mode,
            terms,
            silent,
            ..
        } => {
            let fits = terms.iter().all(|t| same_lanes(of(*t), own));
            if !fits || !is_value(f, *silent, Pool::F32, own.lanes()) {
                f.add(
                    "ir-type",
                    FIELD,
                    i,
                    "terms and silent value must have the bus's type",
                );
            }
            combine(f, FIELD, i, *mode, own);
        }
    }
}

fn chains(f: &mut Findings<'_>) {
    let p = f.program;
    const TABLE: &str = "/tables/transforms/chains";
    for (i, chain) in p.tables.transforms.chains.iter().enumerate() {
        let mut running = domain(f, chain.from);
        for step in &chain.steps {
            let mut domains = vec![running];
            for operand in &step.operands {
                domains.push(match operand {
                    ChainOperand::Const(c) => {
                        let row = &p.tables.constants.index[c.index()];
                        if row.pool != Pool::F64 {
                            f.add("ir-const", TABLE, i, "chain constants are in the f64 pool");
                        }
                        domain(f, row.r#type)
                    }
                    ChainOperand::Arg(k) => {
                        if *k >= chain.arity {
                            f.add("ir-chain", TABLE, i, "the chain has no such argument");
                        }
                        // The type of an argument is that of each use; opcodes accept numbers.
                        Domain::Number
                    }
                });
            }
            let to = domain(f, step.to);
            let bound = step
                .operands
                .iter()
                .any(|o| matches!(o, ChainOperand::Arg(_)));
            match step.op.result(step.imm, &domains) {
                Ok(result) if same_lanes(result, to) => {}
                _ if bound && step.op.is_numeric() => {}
                Ok(_) => f.add(
                    "ir-chain",
                    TABLE,
                    i,
                    "a step gives another type than it says",
                ),
                Err(error) => f.add("ir-op", TABLE, i, error.to_string()),
            }
            running = to;
        }
        if !same_lanes(running, domain(f, chain.to)) {
            f.add(
                "ir-chain",
                TABLE,
                i,
                "the steps do not end in the chain's type",
            );
        }
    }
}

fn cells(f: &mut Findings<'_>) {
    let p = f.program;
    const TABLE: &str = "/tables/state/cells";
    let state = &p.tables.state;
    let (mut f64_at, mut i32_at) = (0, 0);
    for (i, cell) in state.cells.iter().enumerate() {
        let lanes = domain(f, cell.r#type).lanes() as u32;
        let wanted = match cell.op {
            op if op.makes_pulses() => 0..=1,
            StateOp::SampleHold | StateOp::SlewExp | StateOp::SlewLinear => 1..=16,
            _ => 1..=1,
        };
        if !wanted.contains(&lanes) {
            f.add(
                "ir-type",
                TABLE,
                i,
                "the cell's op does not give values of its type",
            );
        }
        let (f64_len, i32_len) = cell.op.entries(lanes, cell.imm);
        let ring = if cell.op == StateOp::Delay {
            StateOp::RING
        } else {
            0
        };
        if cell.f64[1] != f64_len || cell.i32[1] != i32_len || cell.ring != ring {
            f.add(
                "ir-state",
                TABLE,
                i,
                "the cell has another size than its op needs",
            );
        }
        if cell.f64[0] != f64_at || cell.i32[0] != i32_at {
            f.add(
                "ir-state",
                TABLE,
                i,
                "cells must lie one after the other in their pools",
            );
        }
        f64_at += f64_len;
        i32_at += i32_len;
        let steps = match cell.op {
            StateOp::UnitDelay => 1..=StateOp::RING,
            StateOp::History => 1..=100,
            _ => 0..=u32::MAX,
        };
        if !steps.contains(&cell.imm) {
            f.add(
                "ir-state",
                TABLE,
                i,
                "the depth of the cell is out of range",
            );
        }
        if let Some(init) = cell.init
            && !is_value(f, init, Pool::F64, lanes as usize)
        {
            f.add(
                "ir-const",
                TABLE,
                i,
                "the initial value does not fit the cell",
            );
        }
        if !operands_fit(f, cell) {
            f.add(
                "ir-state",
                TABLE,
                i,
                "the operands do not fit the cell's op",
            );
        }
        if i > 0 && state.cells[i - 1].key >= cell.key {
            f.add(
                "ir-duplicate-key",
                TABLE,
                i,
                "cells must be sorted by key, without duplicates",
            );
        }
    }
    if f64_at != state.f64_len || i32_at != state.i32_len {
        f.add(
            "ir-state",
            TABLE,
            0,
            "the pools have another size than the cells need",
        );
    }
}

/// Whether the operands of a cell have the count and kinds that its op reads.
fn operands_fit(f: &Findings<'_>, cell: &Cell) -> bool {
    // s: a signal as wide as the cell; n: a number; e: an event; ?: an optional event.
    let wanted = match cell.op {
        StateOp::Integrate => "n?",
        StateOp::Delay => "nn",
        StateOp::UnitDelay | StateOp::EdgeWrap | StateOp::RiseEdge | StateOp::History => "n",
        StateOp::SampleHold => "se",
        StateOp::SlewExp => "sn",
        StateOp::SlewLinear => "snn",
        StateOp::PulseDivider => "nn",
        StateOp::EnvelopeAd => "ennn",
        StateOp::Hysteresis => "nnn",
        StateOp::Counter => "e?",
    };
    let required = wanted.bytes().filter(|b| *b != b'?').count();
    if cell.args.len() < required || cell.args.len() > wanted.len() {
        return false;
    }
    cell.args
        .iter()
        .zip(wanted.bytes())
        .all(|(arg, want)| match (arg, want) {
            (Operand::Event(_), b'e' | b'?') => true,
            (Operand::Sig(s), b'n') => signal_domain(f, *s).lanes() == 1,
            (Operand::Sig(s), b's') => same_lanes(signal_domain(f, *s), domain(f, cell.r#type)),
            _ => false,
        })
}
