//! Chains: steps that compose from the first type to the last, with opcodes that fit.

use super::Findings;
use super::expressions::{domain, same_lanes};
use crate::ir::*;
use crate::types::Domain;

pub(super) fn check(f: &mut Findings<'_>) {
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
