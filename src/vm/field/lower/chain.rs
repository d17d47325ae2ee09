//! Rows of a chain: each step is an opcode on the running value.

use super::*;

impl Lowering<'_> {
    pub(super) fn chain(
        &mut self,
        id: ChainId,
        bank: Bank,
        mut value: Vec<Value>,
        args: &[SignalId],
    ) -> Fallible<Vec<Value>> {
        let program = self.program;
        let chain = program
            .tables
            .transforms
            .chains
            .get(id.index())
            .ok_or("no such chain")?;
        for step in &chain.steps {
            let mut operands = vec![value];
            for operand in &step.operands {
                let lanes = match operand {
                    ChainOperand::Const(c) => {
                        let numbers = program
                            .tables
                            .constants
                            .numbers(*c)
                            .ok_or("a parameter is no number")?;
                        self.constant(*c, bank, numbers.len())?
                    }
                    ChainOperand::Arg(k) => {
                        let signal = *args.get(*k as usize).ok_or("a parameter is not bound")?;
                        self.signal(signal, bank, self.signal_lanes(signal)?)?
                    }
                };
                operands.push(lanes);
            }
            if let (Op::PerElementOffset, [.., seed]) = (step.op, &mut operands[..]) {
                let number = step
                    .operands
                    .last()
                    .and_then(|&o| self.constant_operand(o, args));
                *seed = self.element_hash(bank, number)?;
            }
            let to = program
                .types
                .get(step.to.index())
                .ok_or("a step has no type")?
                .domain;
            value = self.apply(step.op, step.imm, bank, lanes_of(to), operands)?;
        }
        Ok(value)
    }

    /// The number of a parameter, if it is the same in all frames. Not rounded to the row's width:
    /// a seed is hashed as it is written.
    fn constant_operand(&self, operand: ChainOperand, args: &[SignalId]) -> Option<f64> {
        let id = match operand {
            ChainOperand::Const(id) => id,
            ChainOperand::Arg(k) => {
                let signal = args.get(k as usize)?;
                match self.program.tables.sig.nodes.get(signal.index())?.expr {
                    SignalExpr::Const(id) => id,
                    _ => return None,
                }
            }
        };
        self.program.tables.constants.numbers(id)?.first().copied()
    }
}
