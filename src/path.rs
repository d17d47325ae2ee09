//! Outlines as plain data: what nouns on both sides of the VM mean by a path.

pub mod build;
pub mod curve;
pub mod measure;
pub mod text;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A path command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Cmd {
    /// Move; 1 point.
    M = 0,
    /// Line; 1 point.
    L = 1,
    /// Quadratic; 2 points.
    Q = 2,
    /// Cubic; 3 points.
    C = 3,
    /// Close; no point.
    Z = 4,
}

impl Cmd {
    /// From its byte.
    pub const fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Self::M,
            1 => Self::L,
            2 => Self::Q,
            3 => Self::C,
            4 => Self::Z,
            _ => return None,
        })
    }

    /// Points it takes.
    pub const fn points(self) -> usize {
        match self {
            Self::M | Self::L => 1,
            Self::Q => 2,
            Self::C => 3,
            Self::Z => 0,
        }
    }
}

/// Commands and their points, one after the other.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PathData {
    /// [`Cmd`] bytes.
    pub cmds: Vec<u8>,
    /// Points in user space.
    pub pts: Vec<[f32; 2]>,
}

impl PathData {
    /// Commands a path may have.
    pub const MAX_COMMANDS: usize = 100_000;

    /// Empty, or M first; arities sum to the points; every point finite; at most
    /// [`Self::MAX_COMMANDS`] commands.
    pub fn is_well_formed(&self) -> bool {
        let mut points = 0;
        for (i, &byte) in self.cmds.iter().enumerate() {
            match Cmd::from_byte(byte) {
                Some(cmd) if i > 0 || cmd == Cmd::M => points += cmd.points(),
                _ => return false,
            }
        }
        self.cmds.len() <= Self::MAX_COMMANDS
            && points == self.pts.len()
            && self
                .pts
                .iter()
                .all(|p| p[0].is_finite() && p[1].is_finite())
    }
}
