//! A chain under construction: adapters, lenses and conversions append their steps to it.
//!
//! The compiler makes one [`ChainDraft`] for a wire, publisher, listener or binding, appends what the
//! document lists, and stores the finished chain with the arguments of this use. Constants become
//! operands of the steps, other signals become arguments, so that uses with the same steps share one
//! chain. A stateful lens cuts the chain: finish the draft, make the cell, start a new draft.

use crate::ir::{
    Builder, Chain, ChainOperand, ChainStep, Cost, Op, OpError, Origin, SignalExpr, SignalId,
};
use crate::types::{Conversion, Domain, Type, World, implicit};

/// Steps so far.
#[derive(Debug)]
pub struct ChainDraft<'a> {
    /// For parameters that are computed from others, once a frame or when the patch is compiled.
    pub build: &'a mut Builder,
    /// What later steps belong to.
    pub origin: Option<Origin>,
    from: Domain,
    domain: Domain,
    steps: Vec<ChainStep>,
    args: Vec<SignalId>,
    mistakes: Vec<OpError>,
}

/// A finished chain and what is particular to one use of it.
#[derive(Debug)]
pub struct FinishedChain {
    /// The steps; empty = identity.
    pub chain: Chain,
    /// Signals for [`ChainOperand::Arg`].
    pub args: Vec<SignalId>,
    /// Domain of the result.
    pub domain: Domain,
    /// Steps whose operands did not fit: mistakes of this library, to be reported as such.
    pub mistakes: Vec<OpError>,
}

impl<'a> ChainDraft<'a> {
    /// A chain that takes values of `from`.
    pub fn new(build: &'a mut Builder, from: Domain) -> Self {
        Self {
            build,
            origin: None,
            from,
            domain: from,
            steps: Vec::new(),
            args: Vec::new(),
            mistakes: Vec::new(),
        }
    }

    /// Domain of the running value.
    pub fn domain(&self) -> Domain {
        self.domain
    }

    /// Whether there are no steps.
    pub fn is_identity(&self) -> bool {
        self.steps.is_empty()
    }

    /// An opcode whose first operand is the running value.
    pub fn step(&mut self, op: Op, imm: u32, operands: &[SignalId]) {
        let mut domains = vec![self.domain];
        domains.extend(operands.iter().map(|&s| self.build.signal_type(s).domain));
        match op.result(imm, &domains) {
            Ok(domain) => self.domain = domain,
            Err(mistake) => {
                self.mistakes.push(mistake);
                return;
            }
        }
        let operands = operands.iter().map(|&s| self.operand(s)).collect();
        let step = ChainStep {
            op,
            operands,
            imm,
            to: self.build.ty(Type::signal(self.domain)),
            origin: self.origin,
        };
        self.steps.push(step);
    }

    /// A constant number as an operand.
    pub fn num(&mut self, value: f64) -> SignalId {
        self.build.num(value)
    }

    /// A parameter made of others, folded where they are constants.
    pub fn derived(&mut self, op: Op, args: &[SignalId]) -> SignalId {
        match self.build.apply(op, 0, args) {
            Ok(signal) => signal,
            Err(mistake) => {
                self.mistakes.push(mistake);
                self.build.num(0.0)
            }
        }
    }

    /// The same number under another name, such as a duration as a number. Costs no step.
    pub fn relabel(&mut self, domain: Domain) {
        self.domain = domain;
    }

    /// Brings the running value to `domain` by the implicit conversions. `false`, and nothing
    /// changed, where there is none that works without changing the world.
    pub fn convert(&mut self, domain: Domain) -> bool {
        let types = (Type::signal(self.domain), Type::signal(domain));
        let Some(conversions) = implicit(types.0, types.1) else {
            return false;
        };
        let lanewise = |c: &Conversion| {
            matches!(
                c,
                Conversion::Wrap | Conversion::Relabel | Conversion::Above
            )
        };
        if !conversions.iter().all(lanewise) {
            return false;
        }
        for conversion in conversions {
            match conversion {
                Conversion::Wrap => self.step(Op::Cast, 0, &[]),
                Conversion::Above => self.step(Op::Cast, 3, &[]),
                _ => self.relabel(domain),
            }
        }
        self.relabel(domain);
        true
    }

    /// The chain and its arguments.
    pub fn finish(self) -> FinishedChain {
        let heavy = self.steps.iter().any(|s| is_heavy(s.op));
        let cost = match self.steps.len() {
            _ if heavy => Cost::Heavy,
            0..=2 => Cost::Cheap,
            _ => Cost::Normal,
        };
        FinishedChain {
            chain: Chain {
                from: self.build.ty(Type::signal(self.from)),
                to: self.build.ty(Type::signal(self.domain)),
                cost,
                arity: self.args.len() as u32,
                steps: self.steps,
            },
            args: self.args,
            domain: self.domain,
            mistakes: self.mistakes,
        }
    }

    fn operand(&mut self, signal: SignalId) -> ChainOperand {
        debug_assert_eq!(self.build.signal_type(signal).world, World::Signal);
        let node = &self.build.tables.sig.nodes[signal.index()];
        if let SignalExpr::Const(constant) = node.expr {
            return ChainOperand::Const(constant);
        }
        let known = self.args.iter().position(|&a| a == signal);
        let at = known.unwrap_or_else(|| {
            self.args.push(signal);
            self.args.len() - 1
        });
        ChainOperand::Arg(at as u32)
    }
}

/// Opcodes with elementary functions inside.
fn is_heavy(op: Op) -> bool {
    matches!(
        op,
        Op::Ease
            | Op::Warp
            | Op::Softclip
            | Op::Rotate
            | Op::Swirl
            | Op::ShiftHue
            | Op::PerElementOffset
    )
}
