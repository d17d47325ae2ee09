//! Signals and events: operands before users, types and lanes that agree, opcodes that fit.
//!
//! What fields have in common with them (opcodes, chains, combinations) stands here too. Read next:
//! `fields`, `chains`, `cells`.

use super::Findings;
use super::chains::{self, Misfit};
use crate::ir::text::word;
use crate::ir::*;
use crate::types::{Domain, Family, World};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

const SIG: &str = "/tables/sig/nodes";
const EVENT: &str = "/tables/event/nodes";

pub(super) fn check(f: &mut Findings<'_>) {
    signals(f);
    events(f);
}

pub(super) fn domain(f: &Findings<'_>, ty: TypeId) -> Domain {
    f.program.types[ty.index()].domain
}

pub(super) fn signal_domain(f: &Findings<'_>, id: SignalId) -> Domain {
    domain(f, f.program.tables.sig.nodes[id.index()].r#type)
}

/// Whether a constant is one value of `lanes` lanes in `pool`.
pub(super) fn is_value(f: &Findings<'_>, id: ConstId, pool: Pool, lanes: usize) -> bool {
    let row = &f.program.tables.constants.index[id.index()];
    row.pool == pool && row.len as usize == lanes
}

/// Whether two domains have values of the same shape, so that one may stand for the other.
pub(super) fn same_lanes(a: Domain, b: Domain) -> bool {
    a.lanes() == b.lanes()
}

fn signals(f: &mut Findings<'_>) {
    let p = f.program;
    let rows = p.tables.materialize.requests.iter();
    let requests: HashMap<SignalId, &Request> = rows
        .filter_map(|request| match request.consumer {
            Consumer::Reduce(signal) => Some((signal, request)),
            _ => None,
        })
        .collect();
    let mut judged = Judged::default();
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
                judged.check(f, SIG, i, (*chain, args), (from, own));
            }
            SignalExpr::Combine {
                bus,
                mode,
                terms,
                silent,
            } => {
                of_bus(f, SIG, i, ValueRef::Sig(SignalId::at(i)), *bus);
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
                let elements = node.dom.is_none() || node.dom == *over;
                let requested = requests.get(&SignalId::at(i)).is_some_and(|request| {
                    request.field == *field && over.is_none_or(|d| d == request.domain)
                });
                if !elements {
                    let message = "the field is over another domain";
                    f.add("ir-domain", SIG, i, message);
                }
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
pub(super) fn apply(
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
            let op = op.name();
            let message = format!("`{op}` gives a {}, not a {}", result.name(), own.name());
            f.add("ir-type", table, i, message);
        }
        Err(error) => f.add("ir-op", table, i, error.to_string()),
    }
}

/// Chains with the domains of their arguments that were judged already: a chain has many users.
#[derive(Default)]
pub(super) struct Judged(HashMap<(ChainId, Vec<Domain>), Result<(), Misfit>>);

impl Judged {
    /// A chain between the right types, with as many arguments as it wants, each of a domain that the
    /// opcodes take.
    pub(super) fn check(
        &mut self,
        f: &mut Findings<'_>,
        table: &str,
        i: usize,
        (id, args): (ChainId, &[SignalId]),
        (from, to): (Domain, Domain),
    ) {
        let chain = &f.program.tables.transforms.chains[id.index()];
        if chain.arity as usize != args.len() {
            let message = "the chain wants another number of arguments";
            return f.add("ir-chain", table, i, message);
        }
        if !same_lanes(domain(f, chain.from), from) || !same_lanes(domain(f, chain.to), to) {
            f.add("ir-chain", table, i, "the chain goes between other types");
        }
        let args: Vec<Domain> = args.iter().map(|s| signal_domain(f, *s)).collect();
        let verdict = match self.0.entry((id, args)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let verdict = chains::composes(f, chain, &new.key().1);
                new.insert(verdict)
            }
        };
        if let Err((code, message)) = verdict {
            f.add(code, table, i, message.clone());
        }
    }
}

/// Only the root of a bus combines for it.
pub(super) fn of_bus(f: &mut Findings<'_>, table: &str, i: usize, row: ValueRef, bus: BusId) {
    if f.program.tables.graph.buses[bus.index()].root != row {
        let message = "the row combines for a bus whose root is another row";
        f.add("ir-bus", table, i, message);
    }
}

pub(super) fn combine(f: &mut Findings<'_>, table: &str, i: usize, mode: Combine, domain: Domain) {
    let legal = match domain.family() {
        Family::Trigger => true,
        Family::String => matches!(mode, Combine::Last | Combine::Layer),
        Family::Internal => false,
        _ => domain.lanes() > 0,
    };
    if !legal {
        f.add(
            "ir-combine",
            table,
            i,
            format!("`{}` is not possible for {}", word(&mode), domain.name()),
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
        let wrong = match &node.expr {
            EventExpr::Divide { of, by } => match of {
                PhaseSource::Rail(r) if rail(f, *r).family() != Family::Phase => {
                    Some("only phases can be divided")
                }
                _ if signal_domain(f, *by).lanes() != 1 => Some("a number is wanted"),
                _ => None,
            },
            EventExpr::Gate { open, .. } if signal_domain(f, *open).lanes() != 1 => {
                Some("a number is wanted")
            }
            EventExpr::Rail(r) if rail(f, *r) != Domain::Trigger => Some("the rail has no pulses"),
            EventExpr::External(x) => {
                let channel = p.tables.graph.externals[x.index()].r#type;
                (domain(f, channel) != Domain::Trigger).then_some("the channel has no pulses")
            }
            _ => None,
        };
        if let Some(message) = wrong {
            f.add("ir-type", EVENT, i, message);
        }
        if let EventExpr::Combine { bus: Some(bus), .. } = node.expr {
            of_bus(f, EVENT, i, ValueRef::Event(EventId::at(i)), bus);
        }
    }
}

fn rail(f: &Findings<'_>, id: RailId) -> Domain {
    domain(f, f.program.tables.rails[id.index()].r#type)
}
