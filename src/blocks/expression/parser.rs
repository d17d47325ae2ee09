//! Tokens to a typed list of nodes.
//!
//! Binary operators climb precedences in a loop, so only brackets, arguments, prefix operators, powers
//! and conditions nest; each level is counted. A node is made when its operands are, so types are known
//! when an operator is read and an error has the column of the operator.

use super::lexer::{Token, TokenKind, tokens};
use super::names::{self, Function};
use super::{ExpressionError, Formula, MAX_BYTES, MAX_NESTING, MAX_NODES, Node, NodeId};
use crate::diag::nearest;
use crate::ir::Op;
use crate::math::parse_color;
use crate::types::Domain;

/// A value while parsing.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    /// A node with its type: number, boolean or colour.
    Node(NodeId, Domain),
    /// A text constant: a colour where one is needed.
    Text(String),
}

type Parsed<T> = Result<T, ExpressionError>;

/// Reads an expression.
pub(super) fn parse(text: &str) -> Parsed<Formula> {
    if text.len() > MAX_BYTES {
        let message = format!(
            "the expression has {} bytes, more than {MAX_BYTES}",
            text.len()
        );
        return Err(error(
            "expr-too-large",
            1,
            message,
            "use blocks for parts of it",
        ));
    }
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
        nodes: Vec::new(),
        written: 0,
        nesting: 0,
    };
    if parser.token().kind == TokenKind::End {
        let hint = "such as `hsl(i / n * 360, 80, 60)`";
        return Err(error(
            "expr-syntax",
            1,
            "the expression is empty".to_owned(),
            hint,
        ));
    }
    let column = parser.token().column;
    let value = parser.expression()?;
    parser.eat(";");
    if parser.token().kind != TokenKind::End {
        return Err(parser.unexpected("an operator or the end"));
    }
    let (root, domain) = match parser.resolved(value, column)? {
        (root, Domain::Color) => (root, Domain::Color),
        (root, Domain::Boolean) => (
            parser.push(Node::Apply(Op::Cast, vec![root])),
            Domain::Number,
        ),
        (root, _) => (root, Domain::Number),
    };
    Ok(Formula {
        nodes: parser.nodes,
        root,
        domain,
    })
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    nodes: Vec<Node>,
    /// Nodes as the user wrote them, for the limit.
    written: usize,
    nesting: usize,
}

/// Precedence of a binary operator; larger binds tighter. All are left-associative.
fn precedence(sign: &str) -> Option<u8> {
    Some(match sign {
        "??" => 1,
        "||" => 2,
        "&&" => 3,
        "|" => 4,
        "^" => 5,
        "&" => 6,
        "===" | "!==" | "==" | "!=" => 7,
        "<" | "<=" | ">" | ">=" => 8,
        "<<" | ">>" | ">>>" => 9,
        "+" | "-" => 10,
        "*" | "/" | "%" => 11,
        _ => return None,
    })
}

impl Parser {
    fn token(&self) -> &Token {
        // The last token is the end, and the parser never steps over it.
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    fn sign(&self) -> Option<&'static str> {
        match self.token().kind {
            TokenKind::Sign(sign) => Some(sign),
            _ => None,
        }
    }

    fn eat(&mut self, sign: &str) -> bool {
        let found = self.sign() == Some(sign);
        if found {
            self.at += 1;
        }
        found
    }

    fn expect(&mut self, sign: &str) -> Parsed<()> {
        match self.eat(sign) {
            true => Ok(()),
            false => Err(self.unexpected(&format!("`{sign}`"))),
        }
    }

    fn unexpected(&self, expected: &str) -> ExpressionError {
        let token = self.token();
        let found = match &token.kind {
            TokenKind::Number(_) => "a number".to_owned(),
            TokenKind::Text(_) => "a text".to_owned(),
            TokenKind::Name(name) => format!("`{name}`"),
            TokenKind::Sign(sign) => format!("`{sign}`"),
            TokenKind::End => "the end".to_owned(),
        };
        ExpressionError {
            code: "expr-syntax",
            column: token.column,
            message: format!("expected {expected}, found {found}"),
            hints: Vec::new(),
        }
    }

    /// Runs a parser one level deeper.
    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.nesting == MAX_NESTING {
            let message = format!("the expression nests deeper than {MAX_NESTING}");
            let hint = "use blocks for parts of it";
            return Err(error("expr-too-large", self.token().column, message, hint));
        }
        self.nesting += 1;
        let result = inner(self);
        self.nesting -= 1;
        result
    }

    /// Counts a node that the user wrote.
    fn count(&mut self, column: usize) -> Parsed<()> {
        self.written += 1;
        if self.written <= MAX_NODES {
            return Ok(());
        }
        let message = format!("the expression has more than {MAX_NODES} parts");
        Err(error(
            "expr-too-large",
            column,
            message,
            "use blocks for parts of it",
        ))
    }

    fn push(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn apply(&mut self, op: Op, args: Vec<NodeId>) -> NodeId {
        self.push(Node::Apply(op, args))
    }

    fn number(&mut self, value: f64) -> NodeId {
        self.push(Node::Number(value))
    }

    fn expression(&mut self) -> Parsed<Value> {
        self.nested(Self::conditional)
    }

    fn conditional(&mut self) -> Parsed<Value> {
        let start = self.token().column;
        let condition = self.binary(0)?;
        let column = self.token().column;
        if !self.eat("?") {
            return Ok(condition);
        }
        self.count(column)?;
        let condition = self.condition(condition, start)?;
        let (yes_column, yes) = (self.token().column, self.expression()?);
        self.expect(":")?;
        let (no_column, no) = (self.token().column, self.expression()?);
        let (yes, a) = self.resolved(yes, yes_column)?;
        let (no, b) = self.resolved(no, no_column)?;
        self.one_type("?:", column, a, b)?;
        let chosen = self.apply(Op::Select, vec![condition, yes, no]);
        Ok(Value::Node(chosen, a))
    }

    /// Binary operators of at least this precedence.
    fn binary(&mut self, least: u8) -> Parsed<Value> {
        let start = self.token().column;
        let mut left = self.unary()?;
        while let Some((sign, level)) = self
            .sign()
            .and_then(|sign| precedence(sign).map(|level| (sign, level)))
            .filter(|(_, level)| *level > least)
        {
            let column = self.token().column;
            self.at += 1;
            let right_column = self.token().column;
            // Calls itself at most once per precedence level.
            let right = self.binary(level)?;
            self.count(column)?;
            left = self.combine(sign, column, (left, start), (right, right_column))?;
        }
        Ok(left)
    }

    fn combine(
        &mut self,
        sign: &'static str,
        column: usize,
        (left, left_column): (Value, usize),
        (right, right_column): (Value, usize),
    ) -> Parsed<Value> {
        if sign == "+" {
            if let (Value::Text(a), Value::Text(b)) = (&left, &right) {
                return Ok(Value::Text(format!("{a}{b}")));
            }
            if matches!(left, Value::Text(_)) || matches!(right, Value::Text(_)) {
                let message = "a text cannot be built from numbers".to_owned();
                let hint = "use `hsl(h, s, l)` or `rgb(r, g, b)` for a computed colour";
                return Err(error("expr-type", column, message, hint));
            }
        }
        if let "&&" | "||" | "??" = sign {
            return self.choice(sign, column, (left, left_column), (right, right_column));
        }
        let (a, _) = self.numeric(left, sign, column)?;
        let (b, _) = self.numeric(right, sign, column)?;
        let (op, domain) = match sign {
            "|" => (Op::BitOr, Domain::Number),
            "^" => (Op::BitXor, Domain::Number),
            "&" => (Op::BitAnd, Domain::Number),
            "===" | "==" => (Op::Eq, Domain::Boolean),
            "!==" | "!=" => (Op::Ne, Domain::Boolean),
            "<" => (Op::Lt, Domain::Boolean),
            "<=" => (Op::Le, Domain::Boolean),
            ">" => (Op::Gt, Domain::Boolean),
            ">=" => (Op::Ge, Domain::Boolean),
            "<<" => (Op::Shl, Domain::Number),
            ">>" => (Op::Sar, Domain::Number),
            ">>>" => (Op::Shr, Domain::Number),
            "+" => (Op::Add, Domain::Number),
            "-" => (Op::Sub, Domain::Number),
            "*" => (Op::Mul, Domain::Number),
            "/" => (Op::DivIeee, Domain::Number),
            _ => (Op::Rem, Domain::Number),
        };
        Ok(Value::Node(self.apply(op, vec![a, b]), domain))
    }

    /// `&&`, `||`, `??`: one of the two operands.
    fn choice(
        &mut self,
        sign: &'static str,
        column: usize,
        (left, left_column): (Value, usize),
        (right, right_column): (Value, usize),
    ) -> Parsed<Value> {
        let (a, domain) = self.resolved(left, left_column)?;
        let (b, other) = self.resolved(right, right_column)?;
        self.one_type(sign, column, domain, other)?;
        // No value of this language is null.
        if sign == "??" {
            return Ok(Value::Node(a, domain));
        }
        let condition = self.condition(Value::Node(a, domain), left_column)?;
        let chosen = match sign {
            "&&" => self.apply(Op::Select, vec![condition, b, a]),
            _ => self.apply(Op::Select, vec![condition, a, b]),
        };
        Ok(Value::Node(chosen, domain))
    }

    fn unary(&mut self) -> Parsed<Value> {
        let column = self.token().column;
        let Some(sign @ ("+" | "-" | "!" | "~")) = self.sign() else {
            return self.power();
        };
        self.at += 1;
        self.count(column)?;
        let start = self.at;
        let operand = self.nested(Self::unary)?;
        self.no_bare_power(start, sign)?;
        if sign == "!" {
            let condition = self.condition(operand, column)?;
            return Ok(Value::Node(
                self.apply(Op::Not, vec![condition]),
                Domain::Boolean,
            ));
        }
        let (x, domain) = self.numeric(operand, sign, column)?;
        let node = match (sign, domain) {
            ("-", _) => self.apply(Op::Neg, vec![x]),
            ("~", _) => self.apply(Op::BitNot, vec![x]),
            (_, Domain::Boolean) => self.apply(Op::Cast, vec![x]),
            _ => x,
        };
        Ok(Value::Node(node, Domain::Number))
    }

    /// `-2 ** 2` is an error: it is not clear which comes first. `start` is the first token of the
    /// operand.
    fn no_bare_power(&self, start: usize, sign: &str) -> Parsed<()> {
        let mut depth = 0usize;
        for token in &self.tokens[start..self.at] {
            match token.kind {
                TokenKind::Sign("(") => depth += 1,
                TokenKind::Sign(")") => depth = depth.saturating_sub(1),
                TokenKind::Sign("**") if depth == 0 => {
                    let message = format!("`{sign}` before `**` is not clear");
                    let hint = format!("write `({sign}2) ** 2` or `{sign}(2 ** 2)`");
                    return Err(error("expr-syntax", token.column, message, &hint));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn power(&mut self) -> Parsed<Value> {
        let base = self.primary()?;
        let column = self.token().column;
        if !self.eat("**") {
            return Ok(base);
        }
        self.count(column)?;
        let exponent = self.nested(Self::unary)?;
        let (a, _) = self.numeric(base, "**", column)?;
        let (b, _) = self.numeric(exponent, "**", column)?;
        Ok(Value::Node(self.apply(Op::Pow, vec![a, b]), Domain::Number))
    }

    fn primary(&mut self) -> Parsed<Value> {
        let token = self.token().clone();
        let value = match token.kind {
            TokenKind::Number(value) => {
                self.at += 1;
                Value::Node(self.number(value), Domain::Number)
            }
            TokenKind::Text(text) => {
                self.at += 1;
                Value::Text(text)
            }
            TokenKind::Name(_) => return self.name(token.column),
            TokenKind::Sign("(") => {
                self.at += 1;
                let inner = self.expression()?;
                self.expect(")")?;
                return Ok(inner);
            }
            _ => return Err(self.unexpected("a number, a name, a text or `(`")),
        };
        self.count(token.column)?;
        Ok(value)
    }

    /// A dotted name, and its arguments if it is called.
    fn name(&mut self, column: usize) -> Parsed<Value> {
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

    /// A value with its type; a text becomes a colour.
    fn resolved(&mut self, value: Value, column: usize) -> Parsed<(NodeId, Domain)> {
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
    fn numeric(&mut self, value: Value, user: &str, column: usize) -> Parsed<(NodeId, Domain)> {
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
    fn condition(&mut self, value: Value, column: usize) -> Parsed<NodeId> {
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

    fn one_type(&self, sign: &str, column: usize, a: Domain, b: Domain) -> Parsed<()> {
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

fn error(code: &'static str, column: usize, message: String, hint: &str) -> ExpressionError {
    ExpressionError {
        code,
        column,
        message,
        hints: vec![hint.to_owned()],
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
