//! Names and calls of functions, and what to say where there is no such name.

use super::{Parsed, Parser, Value, error};
use crate::blocks::expression::lexer::TokenKind;
use crate::blocks::expression::names::{self, Function};
use crate::blocks::expression::{ExpressionError, Node, NodeId};
use crate::diag::nearest;
use crate::ir::Op;
use crate::types::Domain;

impl Parser {
    /// A dotted name, and its arguments if it is called.
    pub(super) fn name(&mut self, column: usize) -> Parsed<Value> {
        let mut name = String::new();
        loop {
            match &self.token().kind {
                TokenKind::Name(part) => name.push_str(part),
                _ => return Err(self.unexpected("a name after `.`")),
            }
            self.at += 1;
            if !self.eat(".") {
                break;
            }
            name.push('.');
        }
        self.count(column)?;
        if self.sign() == Some("(") {
            return self.call(&name, column);
        }
        let node = match name.as_str() {
            "true" => return Ok(Value::Node(self.push(Node::Boolean(true)), Domain::Boolean)),
            "false" => {
                return Ok(Value::Node(
                    self.push(Node::Boolean(false)),
                    Domain::Boolean,
                ));
            }
            _ => match (names::variable(&name), names::constant(&name)) {
                (Some(variable), _) => Node::Variable(variable),
                (None, Some(value)) => Node::Number(value),
                (None, None) => return Err(unknown_value(&name, column)),
            },
        };
        Ok(Value::Node(self.push(node), Domain::Number))
    }

    fn call(&mut self, name: &str, column: usize) -> Parsed<Value> {
        let Some(function) = names::function(name) else {
            return Err(unknown_function(name, column));
        };
        self.expect("(")?;
        let mut args = Vec::new();
        if !self.eat(")") {
            loop {
                let value = self.expression()?;
                args.push(self.numeric(value, name, column)?.0);
                if !self.eat(",") {
                    break;
                }
            }
            if !self.eat(")") {
                return Err(self.unexpected("`,` or `)`"));
            }
        }
        let (wanted, more) = match function {
            Function::Op(_, count) => (count, false),
            Function::Fold(_) => (1, true),
            Function::Hsl { alpha } | Function::Rgb { alpha } => (3 + usize::from(alpha), false),
        };
        if args.len() < wanted || (args.len() > wanted && !more) {
            let least = if more { "at least " } else { "" };
            let plural = if wanted == 1 { "" } else { "s" };
            let message = format!(
                "`{name}` takes {least}{wanted} argument{plural}, not {}",
                args.len()
            );
            return Err(ExpressionError {
                code: "expr-arity",
                column,
                message,
                hints: vec![format!("write `{}`", signature(name, wanted, more))],
            });
        }
        Ok(self.called(function, args))
    }

    fn called(&mut self, function: Function, args: Vec<NodeId>) -> Value {
        match function {
            Function::Op(op, _) => Value::Node(self.apply(op, args), Domain::Number),
            Function::Fold(op) => {
                // A single boolean is a number here too.
                let first = self.apply(Op::Cast, vec![args[0]]);
                let rest = args[1..].iter();
                let node = rest.fold(first, |a, &b| self.apply(op, vec![a, b]));
                Value::Node(node, Domain::Number)
            }
            Function::Hsl { .. } => {
                let hundred = self.number(100.0);
                let saturation = self.apply(Op::DivIeee, vec![args[1], hundred]);
                let lightness = self.apply(Op::DivIeee, vec![args[2], hundred]);
                let alpha = self.alpha(args.get(3).copied());
                let parts = vec![args[0], saturation, lightness, alpha];
                Value::Node(self.apply(Op::HslToRgb, parts), Domain::Color)
            }
            Function::Rgb { .. } => {
                let (zero, full) = (self.number(0.0), self.number(255.0));
                let mut parts: Vec<NodeId> = args[..3]
                    .iter()
                    .map(|&part| {
                        let whole = self.apply(Op::Round, vec![part]);
                        let byte = self.apply(Op::Clamp, vec![whole, zero, full]);
                        self.apply(Op::DivIeee, vec![byte, full])
                    })
                    .collect();
                parts.push(self.alpha(args.get(3).copied()));
                Value::Node(self.apply(Op::ColorMake, parts), Domain::Color)
            }
        }
    }

    /// An alpha clamped to 0…1; 1 when it is not given.
    fn alpha(&mut self, given: Option<NodeId>) -> NodeId {
        let one = self.number(1.0);
        match given {
            Some(alpha) => {
                let zero = self.number(0.0);
                self.apply(Op::Clamp, vec![alpha, zero, one])
            }
            None => one,
        }
    }
}

fn unknown_value(name: &str, column: usize) -> ExpressionError {
    if let Some(random) = random(name, column) {
        return random;
    }
    if names::function(name).is_some() {
        let message = format!("`{name}` is a function");
        return error("expr-name", column, message, &format!("write `{name}(…)`"));
    }
    near(name, column, "no value is called", names::values())
}

fn unknown_function(name: &str, column: usize) -> ExpressionError {
    if let Some(random) = random(name, column) {
        return random;
    }
    if let Some(plain) = name
        .strip_prefix("Math.")
        .filter(|n| names::is_plain_only(n))
    {
        let message = format!("no function is called `{name}`");
        return error("expr-name", column, message, &format!("write `{plain}(…)`"));
    }
    if names::variable(name).is_some() || names::constant(name).is_some() {
        let message = format!("`{name}` is not a function");
        return error(
            "expr-name",
            column,
            message,
            &format!("write `{name}`, or `{name} * (…)`"),
        );
    }
    near(name, column, "no function is called", names::functions())
}

/// There is no random state; hashes of element ids stand in for it.
fn random(name: &str, column: usize) -> Option<ExpressionError> {
    matches!(name, "Math.random" | "random" | "rand").then(|| {
        let message = format!("there is no `{name}`: the same patch gives the same picture");
        let hint = "wire a hash block instead, such as `StableIdHash` or `FieldHash01ById`";
        error("expr-name", column, message, hint)
    })
}

fn near(
    name: &str,
    column: usize,
    what: &str,
    known: impl Iterator<Item = &'static str>,
) -> ExpressionError {
    let plain = name.strip_prefix("Math.").unwrap_or(name);
    let list: Vec<String> = nearest(plain, known)
        .iter()
        .map(|n| format!("`{n}`"))
        .collect();
    let hints = match list.as_slice() {
        [] => Vec::new(),
        list => vec![format!("did you mean {}?", list.join(" or "))],
    };
    ExpressionError {
        code: "expr-name",
        column,
        message: format!("{what} `{name}`"),
        hints,
    }
}

/// A call as it is to be written. Names of parameters are those of the library's description.
fn signature(name: &str, wanted: usize, more: bool) -> String {
    let parameters = match (name.strip_prefix("Math.").unwrap_or(name), wanted) {
        _ if more => "a, b, …",
        ("hsl", _) => "h, s, l",
        ("hsla", _) => "h, s, l, a",
        ("rgb", _) => "r, g, b",
        ("rgba", _) => "r, g, b, a",
        ("clamp", _) => "x, a, b",
        ("mix", _) => "a, b, k",
        ("step", _) => "edge, x",
        ("smoothstep", _) => "a, b, x",
        ("mod", _) => "x, b",
        ("atan2", _) => "y, x",
        ("pow", _) => "x, exponent",
        (_, 1) => "x",
        _ => "a, b",
    };
    format!("{name}({parameters})")
}
