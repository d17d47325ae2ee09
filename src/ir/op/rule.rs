//! What an opcode takes and gives: arity, domains, immediates.

use super::Op;
use crate::math::{Ease, Wave};
use crate::types::Domain;

/// The type rule of an opcode.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// Numbers, vectors and colours, lane by lane: the domain of the widest; all wider than one
    /// lane are equal. One-lane results are numbers.
    Widest(usize),
    /// One-lane operands to a boolean.
    Truth(usize),
    /// One-lane operands to a number.
    Bits(usize),
    /// Boolean, T, T to T.
    Select,
    /// These operands to the domain of the first.
    First(&'static [Kind]),
    /// These operands to that domain.
    To(&'static [Kind], Domain),
    /// A vector or colour to a number, imm below its lanes.
    Lane,
    /// By imm.
    Cast,
}

/// What an operand may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One lane: number, unit01, timeMs, phase01, boolean.
    One,
    /// vec2, vec3, vec4.
    Vector,
    /// vec2.
    V2,
    /// vec3.
    V3,
    /// color.
    Colour,
    /// path.
    Path,
    /// One lane, a vector or a colour.
    Any,
    /// One lane, stretched, or the domain of the first operand.
    Same,
    /// The domain of the first operand.
    Equal,
}

/// Why operands do not fit an opcode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpError {
    /// Too few or too many operands.
    #[error("`{}` takes {want} operands, not {got}", op.name())]
    Arity {
        /// The opcode.
        op: Op,
        /// How many it takes.
        want: usize,
        /// How many there are.
        got: usize,
    },
    /// An operand of a domain that the opcode does not take there.
    #[error("operand {at} of `{}` cannot be a {}", op.name(), got.name())]
    Operand {
        /// The opcode.
        op: Op,
        /// Which operand, from 0.
        at: usize,
        /// Its domain.
        got: Domain,
    },
    /// An immediate that the opcode does not have.
    #[error("`{}` has no immediate {imm}", op.name())]
    Imm {
        /// The opcode.
        op: Op,
        /// The immediate.
        imm: u32,
    },
    /// Operands of different widths or domains.
    #[error("operands of `{}` differ in width or domain", op.name())]
    Mixed {
        /// The opcode.
        op: Op,
    },
}

impl OpError {
    /// Operands of different widths or domains.
    pub fn mixed(op: Op) -> Self {
        Self::Mixed { op }
    }
}

impl Rule {
    pub(super) const fn arity(self) -> usize {
        match self {
            Self::Widest(n) | Self::Truth(n) | Self::Bits(n) => n,
            Self::Select => 3,
            Self::First(kinds) | Self::To(kinds, _) => kinds.len(),
            Self::Lane | Self::Cast => 1,
        }
    }

    pub(super) const fn is_lanewise(self) -> bool {
        match self {
            Self::Widest(_) | Self::Truth(_) | Self::Bits(_) | Self::Select => true,
            Self::First(kinds) => matches!(kinds[0], Kind::One | Kind::Any),
            Self::To(..) | Self::Lane | Self::Cast => false,
        }
    }
}

/// Whether the domain is a single number; phases and booleans count.
const fn is_one(domain: Domain) -> bool {
    domain.lanes() == 1
}

const fn is_vector(domain: Domain) -> bool {
    matches!(domain, Domain::Vec2 | Domain::Vec3 | Domain::Vec4)
}

const fn is_value(domain: Domain) -> bool {
    is_one(domain) || is_vector(domain) || matches!(domain, Domain::Color)
}

impl Kind {
    fn admits(self, domain: Domain, first: Domain) -> bool {
        match self {
            Self::One => is_one(domain),
            Self::Vector => is_vector(domain),
            Self::V2 => domain == Domain::Vec2,
            Self::V3 => domain == Domain::Vec3,
            Self::Colour => domain == Domain::Color,
            Self::Path => domain == Domain::Path,
            Self::Any => is_value(domain),
            Self::Same => is_one(domain) || domain == first,
            Self::Equal => domain == first,
        }
    }
}

impl Op {
    /// How many immediates, from 0 up, the opcode has for a first operand of that domain.
    pub fn imms(self, first: Domain) -> u32 {
        match self {
            Self::Wave => Wave::ALL.len() as u32,
            Self::Ease => Ease::ALL.len() as u32,
            Self::Lane => first.lanes() as u32,
            Self::Cast => 7,
            Self::QuantizeN => 3,
            Self::ClampRange | Self::RemapRange | Self::Softclip | Self::PathPoint => 2,
            _ => 1,
        }
    }

    /// Domain of the result.
    ///
    /// # Errors
    /// If number or domains of the operands, or the immediate, do not fit.
    pub fn result(self, imm: u32, args: &[Domain]) -> Result<Domain, OpError> {
        let rule = self.rule();
        let want = rule.arity();
        let first = match args.first() {
            Some(&first) if args.len() == want => first,
            _ => {
                return Err(OpError::Arity {
                    op: self,
                    want,
                    got: args.len(),
                });
            }
        };
        if imm >= self.imms(first) && !matches!(rule, Rule::Lane) {
            return Err(OpError::Imm { op: self, imm });
        }
        let all = |admits: &dyn Fn(Domain) -> bool| match args.iter().position(|&d| !admits(d)) {
            Some(at) => Err(OpError::Operand {
                op: self,
                at,
                got: args[at],
            }),
            None => Ok(()),
        };
        match rule {
            Rule::Widest(_) => {
                all(&is_value)?;
                let mut wide = args.iter().copied().filter(|&d| !is_one(d));
                let Some(widest) = wide.next() else {
                    return Ok(Domain::Number);
                };
                if wide.any(|d| d != widest) {
                    return Err(OpError::mixed(self));
                }
                Ok(widest)
            }
            Rule::Truth(_) => all(&is_one).map(|()| Domain::Boolean),
            Rule::Bits(_) => all(&is_one).map(|()| Domain::Number),
            Rule::Select => self.select_result(args),
            Rule::First(kinds) | Rule::To(kinds, _) => {
                let misfit = kinds
                    .iter()
                    .zip(args)
                    .position(|(k, &d)| !k.admits(d, first));
                if let Some(at) = misfit {
                    return Err(OpError::Operand {
                        op: self,
                        at,
                        got: args[at],
                    });
                }
                Ok(if let Rule::To(_, to) = rule {
                    to
                } else {
                    first
                })
            }
            Rule::Lane => {
                all(&|d| is_vector(d) || d == Domain::Color)?;
                if imm >= self.imms(first) {
                    return Err(OpError::Imm { op: self, imm });
                }
                Ok(Domain::Number)
            }
            Rule::Cast => {
                let (fits, to) = match imm {
                    0 => (is_one(first), Domain::Phase01),
                    1 | 2 => (is_one(first), Domain::Number),
                    3 => (is_one(first), Domain::Boolean),
                    4 => (is_one(first), Domain::Color),
                    5 => (first == Domain::Vec2, Domain::Vec3),
                    _ => (first == Domain::Vec3, Domain::Vec2),
                };
                all(&|_| fits).map(|()| to)
            }
        }
    }

    /// Two equal branches, or two of one lane: then a number, if they are not of one domain.
    fn select_result(self, args: &[Domain]) -> Result<Domain, OpError> {
        let (condition, yes, no) = (args[0], args[1], args[2]);
        if !is_one(condition) {
            return Err(OpError::Operand {
                op: self,
                at: 0,
                got: condition,
            });
        }
        if !is_value(yes) && yes != Domain::Path {
            return Err(OpError::Operand {
                op: self,
                at: 1,
                got: yes,
            });
        }
        if yes == no {
            Ok(yes)
        } else if is_one(yes) && is_one(no) {
            Ok(Domain::Number)
        } else {
            Err(OpError::mixed(self))
        }
    }
}
