//! Tokens to a typed list of nodes.
//!
//! Binary operators climb precedences in a loop, so only brackets, arguments, prefix operators, powers
//! and conditions nest; each level is counted. A node is made when its operands are, so types are known
//! when an operator is read and an error has the column of the operator. Read next: `calls`,
//! `types`.

mod calls;
mod types;

use super::lexer::{Token, TokenKind, tokens};
use super::{ExpressionError, Formula, MAX_BYTES, MAX_NESTING, MAX_NODES, Node, NodeId};
use crate::ir::Op;
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
}

fn error(code: &'static str, column: usize, message: String, hint: &str) -> ExpressionError {
    ExpressionError {
        code,
        column,
        message,
        hints: vec![hint.to_owned()],
    }
}
