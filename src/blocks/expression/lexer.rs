//! Text to tokens, each with the column where it starts.

use super::ExpressionError;

/// A token and its column, in characters from 1.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) column: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    Number(f64),
    Text(String),
    Name(String),
    /// An operator or a bracket.
    Sign(&'static str),
    End,
}

/// Operators and brackets, the longer ones first.
const SIGNS: &[&str] = &[
    ">>>", "===", "!==", "**", "??", "||", "&&", "==", "!=", "<=", ">=", "<<", ">>", "+", "-", "*",
    "/", "%", "<", ">", "!", "~", "&", "|", "^", "?", ":", "(", ")", ",", ".", ";",
];

/// All tokens, the last one [`TokenKind::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, ExpressionError> {
    let mut lexer = Lexer {
        chars: text.chars().collect(),
        at: 0,
    };
    let mut tokens = Vec::new();
    loop {
        while lexer.peek(0).is_some_and(char::is_whitespace) {
            lexer.at += 1;
        }
        let column = lexer.at + 1;
        let kind = lexer.token()?;
        let ended = kind == TokenKind::End;
        tokens.push(Token { kind, column });
        if ended {
            return Ok(tokens);
        }
    }
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn token(&mut self) -> Result<TokenKind, ExpressionError> {
        match self.peek(0) {
            None => Ok(TokenKind::End),
            Some('0'..='9') => self.number(),
            Some('.') if self.peek(1).is_some_and(|c| c.is_ascii_digit()) => {
                let digits: String = self.chars[self.at + 1..]
                    .iter()
                    .take_while(|c| c.is_ascii_digit())
                    .collect();
                Err(self.error(
                    0,
                    "a number starts with a digit",
                    &format!("write `0.{digits}`"),
                ))
            }
            Some(quote @ ('\'' | '"')) => self.text(quote),
            Some(c) if is_name_start(c) => {
                let start = self.at;
                while self
                    .peek(0)
                    .is_some_and(|c| is_name_start(c) || c.is_ascii_digit())
                {
                    self.at += 1;
                }
                Ok(TokenKind::Name(self.chars[start..self.at].iter().collect()))
            }
            Some(c) => self.sign(c),
        }
    }

    fn sign(&mut self, first: char) -> Result<TokenKind, ExpressionError> {
        let fits = |sign: &&&str| {
            sign.chars()
                .enumerate()
                .all(|(i, c)| self.peek(i) == Some(c))
        };
        if let Some(sign) = SIGNS.iter().find(fits) {
            self.at += sign.len();
            return Ok(TokenKind::Sign(sign));
        }
        let hint = match first {
            '=' => "to compare, write `==`",
            '`' => "texts stand in '…' or \"…\"",
            '[' | ']' | '{' | '}' => "only `(` and `)` group",
            _ => "an expression is made of numbers, names, texts in quotes and operators",
        };
        Err(self.error(0, &format!("unexpected character `{first}`"), hint))
    }

    fn number(&mut self) -> Result<TokenKind, ExpressionError> {
        let start = self.at;
        if self.peek(0) == Some('0') && matches!(self.peek(1), Some('x' | 'X')) {
            self.at += 2;
            let mut value = 0.0;
            let first = self.at;
            while let Some(digit) = self.peek(0).and_then(|c| c.to_digit(16)) {
                value = value * 16.0 + f64::from(digit);
                self.at += 1;
            }
            if self.at == first {
                return Err(self.error(
                    0,
                    "expected a digit 0…9 or a…f after `0x`",
                    "such as `0xff`",
                ));
            }
            self.ends_cleanly()?;
            return Ok(TokenKind::Number(value));
        }
        self.digits();
        if self.peek(0) == Some('.') {
            self.at += 1;
            self.digits();
        }
        if matches!(self.peek(0), Some('e' | 'E')) {
            self.at += 1;
            if matches!(self.peek(0), Some('+' | '-')) {
                self.at += 1;
            }
            if !self.peek(0).is_some_and(|c| c.is_ascii_digit()) {
                return Err(self.error(0, "expected the digits of an exponent", "such as `1e3`"));
            }
            self.digits();
        }
        self.ends_cleanly()?;
        let text: String = self.chars[start..self.at].iter().collect();
        match text.parse() {
            Ok(value) => Ok(TokenKind::Number(value)),
            Err(_) => {
                self.at = start;
                Err(self.error(
                    0,
                    &format!("`{text}` is not a number"),
                    "such as `0.5` or `1e3`",
                ))
            }
        }
    }

    fn digits(&mut self) {
        while self.peek(0).is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
    }

    /// After a number there is no letter.
    fn ends_cleanly(&self) -> Result<(), ExpressionError> {
        match self.peek(0) {
            Some(c) if is_name_start(c) || c.is_ascii_digit() => {
                let message = format!("`{c}` directly after a number");
                Err(self.error(
                    0,
                    &message,
                    "write an operator between them, such as `2 * u`",
                ))
            }
            _ => Ok(()),
        }
    }

    fn text(&mut self, quote: char) -> Result<TokenKind, ExpressionError> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            match self.peek(0) {
                Some(c) if c == quote => {
                    self.at += 1;
                    return Ok(TokenKind::Text(text));
                }
                Some('\\') => match self.peek(1) {
                    Some(c @ ('\'' | '"' | '\\')) => {
                        text.push(c);
                        self.at += 2;
                    }
                    _ => {
                        let message = "unknown escape in a text";
                        return Err(self.error(0, message, "only \\' \\\" and \\\\ are escapes"));
                    }
                },
                None | Some('\n' | '\r' | '\u{2028}' | '\u{2029}') => {
                    self.at = start;
                    let hint = format!("close it with {quote}");
                    return Err(self.error(0, "a text that does not end", &hint));
                }
                Some(c) => {
                    text.push(c);
                    self.at += 1;
                }
            }
        }
    }

    fn error(&self, ahead: usize, message: &str, hint: &str) -> ExpressionError {
        ExpressionError {
            code: "expr-syntax",
            column: self.at + ahead + 1,
            message: message.to_owned(),
            hints: vec![hint.to_owned()],
        }
    }
}

fn is_name_start(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '$'
}
