//! The expression language of FieldFromExpression: a text becomes rows of wide opcodes.
//!
//! A text goes through the lexer and the parser, which checks types as it builds, to a [`Formula`]: a
//! list of nodes, operands before users, that the block turns into field rows in one loop.
//! Nothing is interpreted at run time. Texts are limited in bytes, nodes and nesting, so no text takes
//! long or overflows a stack.

mod lexer;
mod names;
mod parser;
#[cfg(test)]
mod tests;

use super::Lowering;
use super::rows::{Row, Wide};
use crate::ir::{DomainId, Op, TimeValue};
use crate::types::Domain;

/// Longest text, in bytes.
pub const MAX_BYTES: usize = 4096;
/// Most nodes of a formula, as written.
pub const MAX_NODES: usize = 1024;
/// Deepest nesting.
pub const MAX_NESTING: usize = 64;

/// What is wrong with an expression, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionError {
    /// `expr-syntax`, `expr-name`, `expr-arity`, `expr-type`, `expr-too-large` or `bad-color`.
    pub code: &'static str,
    /// In characters, from 1.
    pub column: usize,
    /// Lower case, names in backticks, no full stop.
    pub message: String,
    /// What to type.
    pub hints: Vec<String>,
}

/// A checked expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    nodes: Vec<Node>,
    root: NodeId,
    domain: Domain,
}

type NodeId = usize;

/// One value; operands stand before it.
#[derive(Debug, Clone, PartialEq)]
enum Node {
    Number(f64),
    Boolean(bool),
    Color([f64; 4]),
    Variable(Variable),
    Apply(Op, Vec<NodeId>),
}

/// What changes from element to element or from frame to frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Variable {
    Index,
    Count,
    Fraction,
    Time,
    Signal,
}

/// Reads an expression.
///
/// # Errors
/// With the column of the first mistake.
pub fn parse(text: &str) -> Result<Formula, ExpressionError> {
    parser::parse(text)
}

/// What an expression gives: [`Domain::Color`] or [`Domain::Number`].
///
/// # Errors
/// As [`parse`].
pub fn expression_type(text: &str) -> Result<Domain, ExpressionError> {
    parse(text).map(|formula| formula.domain)
}

impl Formula {
    /// What the formula gives: [`Domain::Color`] or [`Domain::Number`].
    pub fn domain(&self) -> Domain {
        self.domain
    }

    /// The value of each element of `over`, in f64. The block has an input `signal`.
    pub(super) fn lower(&self, l: &mut Lowering<'_>, over: DomainId) -> Wide {
        let mut rows: Vec<Wide> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let row = match node {
                Node::Number(value) => l.num(*value),
                Node::Boolean(value) => {
                    Wide::constant(l, Domain::Boolean, &[f64::from(u8::from(*value))])
                }
                Node::Color(color) => Wide::constant(l, Domain::Color, color),
                Node::Variable(variable) => variable.lower(l, over),
                Node::Apply(op, args) => {
                    let args: Vec<Wide> = args.iter().map(|&a| rows[a]).collect();
                    match op {
                        Op::Cast => l.op_imm(Op::Cast, 2, &args),
                        op => l.op(*op, &args),
                    }
                }
            };
            rows.push(row);
        }
        let root = rows[self.root];
        match self.domain {
            Domain::Color => opaque_unless_finite(l, root),
            _ => root,
        }
    }
}

impl Variable {
    fn lower(self, l: &mut Lowering<'_>, over: DomainId) -> Wide {
        match self {
            Self::Index => l.index(over),
            Self::Count => l.count(over),
            Self::Fraction => l.fraction(over, 0.0),
            Self::Time => {
                let time = l.time(TimeValue::TAbsMs);
                l.widened(time)
            }
            Self::Signal => l.wide("signal"),
        }
    }
}

/// Opaque black in place of a colour with a part that is not a number. Parts are clamped when a
/// colour is made, so none is infinite, and their sum is a number exactly if all are.
fn opaque_unless_finite(l: &mut Lowering<'_>, color: Wide) -> Wide {
    let [r, g, b, a] = [0, 1, 2, 3].map(|at| l.op_imm(Op::Lane, at, &[color]));
    let (rg, ba) = (l.add(r, g), l.add(b, a));
    let sum = l.add(rg, ba);
    let is_number = l.op(Op::Eq, &[sum, sum]);
    let black = Wide::constant(l, Domain::Color, &[0.0, 0.0, 0.0, 1.0]);
    l.select(is_number, color, black)
}
