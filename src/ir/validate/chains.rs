//! Chains: steps that compose from the first type to the last, with opcodes that fit; and where chains
//! are used.

use super::Findings;
use super::expressions::{domain, same_lanes};
use crate::ir::*;
use crate::math::Ease;
use crate::types::Domain;

const TABLE: &str = "/tables/transforms/chains";

pub(super) fn check(f: &mut Findings<'_>) {
    let p = f.program;
    for (i, chain) in p.tables.transforms.chains.iter().enumerate() {
        for operand in chain.steps.iter().flat_map(|step| &step.operands) {
            match operand {
                ChainOperand::Arg(k) if *k >= chain.arity => {
                    f.add("ir-chain", TABLE, i, "the chain has no such argument");
                }
                ChainOperand::Const(c) if p.tables.constants.index[c.index()].pool != Pool::F64 => {
                    f.add("ir-const", TABLE, i, "chain constants are in the f64 pool");
                }
                _ => {}
            }
        }
        // A chain that nobody uses has arguments of no type; with arguments, its users are judged.
        if chain.arity == 0
            && let Err((code, message)) = composes(f, chain, &[])
        {
            f.add(code, TABLE, i, message);
        }
    }
    uses(f);
    curves(f);
}

/// Why a chain cannot be: code and message.
pub(super) type Misfit = (&'static str, String);

/// Whether the steps of a chain compose, given the domains of its arguments.
pub(super) fn composes(f: &Findings<'_>, chain: &Chain, args: &[Domain]) -> Result<(), Misfit> {
    let p = f.program;
    let mut running = domain(f, chain.from);
    for (at, step) in chain.steps.iter().enumerate() {
        let mut domains = vec![running];
        domains.extend(step.operands.iter().map(|operand| match operand {
            ChainOperand::Const(c) => domain(f, p.tables.constants.index[c.index()].r#type),
            ChainOperand::Arg(k) => args.get(*k as usize).copied().unwrap_or(Domain::Number),
        }));
        let to = domain(f, step.to);
        match step.op.result(step.imm, &domains) {
            Ok(result) if same_lanes(result, to) => running = to,
            Ok(_) => {
                let message = format!("step {at} gives another type than it says");
                return Err(("ir-chain", message));
            }
            Err(error) => return Err(("ir-op", format!("step {at}: {error}"))),
        }
    }
    match same_lanes(running, domain(f, chain.to)) {
        true => Ok(()),
        false => {
            let message = "the steps do not end in the chain's type";
            Err(("ir-chain", message.to_owned()))
        }
    }
}

/// Where the value of a use is what a chain gives, it is the chain of the use. Reductions and other
/// conversions may come after it.
fn uses(f: &mut Findings<'_>) {
    let p = f.program;
    for (i, row) in p.tables.transforms.uses.iter().enumerate() {
        let other = match row.at {
            ValueRef::Sig(s) => match p.tables.sig.nodes[s.index()].expr {
                SignalExpr::Transform { chain, .. } => chain != row.chain,
                _ => false,
            },
            ValueRef::Field(x) => match p.tables.field.nodes[x.index()].expr {
                FieldExpr::Transform { chain, .. } => chain != row.chain,
                _ => false,
            },
            _ => false,
        };
        if other {
            let message = "the value is not what the chain gives";
            f.add("ir-chain", "/tables/transforms/uses", i, message);
        }
    }
}

/// The named eases in their order, then points.
fn curves(f: &mut Findings<'_>) {
    const TABLE: &str = "/tables/transforms/curves";
    let p = f.program;
    let curves = &p.tables.transforms.curves;
    for (i, row) in curves.iter().enumerate() {
        let fits = match (row, Ease::ALL.get(i)) {
            (Curve::Name(name), Some(ease)) => p.tables.strings[name.index()] == ease.name(),
            (Curve::Lut(c), None) => are_points(p, *c),
            _ => false,
        };
        if !fits {
            let message = "the named eases come first, in their order, then points";
            f.add("ir-chain", TABLE, i, message);
        }
    }
    if curves.len() < Ease::ALL.len() {
        f.at("ir-chain", TABLE, "not all named eases are there");
    }
}

/// Whether a constant is a list of places, ascending, each with a value.
pub(super) fn are_points(p: &Program, id: ConstId) -> bool {
    let row = &p.tables.constants.index[id.index()];
    let range = row.at as usize..row.at as usize + row.len as usize;
    let numbers = match row.pool {
        Pool::F64 => p.tables.constants.f64.get(range),
        _ => None,
    };
    let Some(numbers) = numbers.filter(|list| !list.is_empty() && list.len() % 2 == 0) else {
        return false;
    };
    numbers.iter().all(|v| v.is_finite()) && numbers.iter().step_by(2).is_sorted()
}
