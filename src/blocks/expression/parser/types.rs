//! What a value is where an operator or a function wants one.

use super::{Parsed, Parser, Value, error};
use crate::blocks::expression::{Node, NodeId};
use crate::ir::Op;
use crate::math::parse_color;
use crate::types::Domain;

impl Parser {
    /// A value with its type; a text becomes a colour.
    pub(super) fn resolved(&mut self, value: Value, column: usize) -> Parsed<(NodeId, Domain)> {
        match value {
            Value::Node(node, domain) => Ok((node, domain)),
            Value::Text(text) => match parse_color(&text) {
                Some(color) => Ok((self.push(Node::Color(color)), Domain::Color)),
                None => {
                    let message = format!("`{text}` is not a colour");
                    let hint = "such as '#3b82f6', 'red' or 'hsl(200, 80%, 60%)'";
                    Err(error("bad-color", column, message, hint))
                }
            },
        }
    }

    /// A number or boolean; a colour or text is an error of the operator or function.
    pub(super) fn numeric(
        &mut self,
        value: Value,
        user: &str,
        column: usize,
    ) -> Parsed<(NodeId, Domain)> {
        match value {
            Value::Node(node, domain) if domain != Domain::Color => Ok((node, domain)),
            value => {
                let found = match value {
                    Value::Text(_) => "a text",
                    Value::Node(..) => "a colour",
                };
                let message = format!("`{user}` wants numbers, found {found}");
                let hint = "colours can be chosen with `?:` and made with `hsl(…)` or `rgb(…)`";
                Err(error("expr-type", column, message, hint))
            }
        }
    }

    /// A boolean; a number is true if it is neither 0 nor NaN.
    pub(super) fn condition(&mut self, value: Value, column: usize) -> Parsed<NodeId> {
        match value {
            Value::Node(node, Domain::Boolean) => Ok(node),
            Value::Node(node, Domain::Number) => {
                let zero = self.number(0.0);
                let other = self.apply(Op::Ne, vec![node, zero]);
                let is_number = self.apply(Op::Eq, vec![node, node]);
                Ok(self.apply(Op::And, vec![other, is_number]))
            }
            _ => {
                let message = "a colour cannot be a condition".to_owned();
                Err(error(
                    "expr-type",
                    column,
                    message,
                    "compare numbers, such as `i < 3`",
                ))
            }
        }
    }

    pub(super) fn one_type(&self, sign: &str, column: usize, a: Domain, b: Domain) -> Parsed<()> {
        if a == b {
            return Ok(());
        }
        let word = |domain| match domain {
            Domain::Color => "a colour",
            Domain::Boolean => "a boolean",
            _ => "a number",
        };
        let message = format!("the sides of `{sign}` are {} and {}", word(a), word(b));
        let hint = match (a, b) {
            (Domain::Color, _) | (_, Domain::Color) => "give a colour on both sides",
            _ => "`+x` makes a boolean a number, `x != 0` a number a boolean",
        };
        Err(error("expr-type", column, message, hint))
    }
}
