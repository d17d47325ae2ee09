//! An outline, command by command: what relative, smooth and elliptical commands come to.
//!
//! Everything becomes absolute M, L, Q, C and Z. Arithmetic is f64; only the points that are kept
//! are f32. After Z an M is added where none follows, so every subpath starts with one.

use super::{Cmd, PathData};
use crate::math::Real;

/// A point in f64.
pub type Point = [f64; 2];

/// Why a command cannot be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// A point beyond what f32 holds.
    Beyond,
    /// The path has [`PathData::MAX_COMMANDS`] commands.
    Full,
}

/// A path under construction, and what relative and smooth commands refer to.
#[derive(Debug, Default)]
pub struct PathBuilder {
    path: PathData,
    /// Current point.
    at: Point,
    /// Start of the subpath.
    start: Point,
    /// Last control point and the command that left it, for smooth commands.
    control: Option<(Cmd, Point)>,
    /// Z was the last command.
    closed: bool,
}

/// An elliptical arc, but for its ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arc {
    /// Of the two axes; the sign does not matter, too small ones grow until they reach.
    pub radii: [f64; 2],
    /// Of the first radius from the x axis.
    pub degrees: f64,
    /// The longer way of the two.
    pub large_arc: bool,
    /// Clockwise on screen.
    pub sweep: bool,
}

impl PathBuilder {
    /// What was built so far.
    pub fn finish(self) -> PathData {
        self.path
    }

    /// The current point.
    pub fn at(&self) -> Point {
        self.at
    }

    /// The last control point mirrored about the current point, if the last command left one.
    pub fn reflected(&self, after: Cmd) -> Point {
        match self.control {
            Some((cmd, [x, y])) if cmd == after => [2.0 * self.at[0] - x, 2.0 * self.at[1] - y],
            _ => self.at,
        }
    }

    /// M
    ///
    /// # Errors
    /// As all commands: a point that f32 does not hold, or too many commands.
    pub fn start_at(&mut self, to: Point) -> Result<(), Refused> {
        (self.start, self.closed) = (to, false);
        self.push(Cmd::M, &[to])
    }

    /// L
    ///
    /// # Errors
    /// See [`Self::start_at`].
    pub fn line(&mut self, to: Point) -> Result<(), Refused> {
        self.reopen()?;
        self.push(Cmd::L, &[to])
    }

    /// Q
    ///
    /// # Errors
    /// See [`Self::start_at`].
    pub fn quad(&mut self, control: Point, to: Point) -> Result<(), Refused> {
        self.reopen()?;
        self.push(Cmd::Q, &[control, to])?;
        self.control = Some((Cmd::Q, control));
        Ok(())
    }

    /// C
    ///
    /// # Errors
    /// See [`Self::start_at`].
    pub fn cubic(&mut self, a: Point, b: Point, to: Point) -> Result<(), Refused> {
        self.reopen()?;
        self.push(Cmd::C, &[a, b, to])?;
        self.control = Some((Cmd::C, b));
        Ok(())
    }

    /// Z; nothing if the subpath is closed already.
    ///
    /// # Errors
    /// See [`Self::start_at`].
    pub fn close(&mut self) -> Result<(), Refused> {
        if self.closed {
            return Ok(());
        }
        self.push(Cmd::Z, &[])?;
        (self.at, self.closed) = (self.start, true);
        Ok(())
    }

    /// The next subpath starts where the closed one did.
    fn reopen(&mut self) -> Result<(), Refused> {
        if self.closed {
            self.start_at(self.start)
        } else {
            Ok(())
        }
    }

    /// Cubics of at most 90° each. Source: SVG 1.1, appendix F.6 (from end points to a centre).
    ///
    /// # Errors
    /// See [`Self::start_at`].
    pub fn arc(&mut self, arc: Arc, to: Point) -> Result<(), Refused> {
        let from = self.at;
        if from == to {
            return Ok(());
        }
        let [mut rx, mut ry] = arc.radii.map(f64::abs);
        if rx == 0.0 || ry == 0.0 {
            return self.line(to);
        }
        let (cos, sin) = (
            (arc.degrees / 360.0).cos_turns(),
            (arc.degrees / 360.0).sin_turns(),
        );
        let half = [(from[0] - to[0]) / 2.0, (from[1] - to[1]) / 2.0];
        let (x, y) = (cos * half[0] + sin * half[1], cos * half[1] - sin * half[0]);
        // In units of the radii; too small radii grow until they reach.
        let (mut u, mut v) = (x / rx, y / ry);
        let reach = u * u + v * v;
        if reach > 1.0 {
            let grow = reach.sqrt();
            (rx, ry, u, v) = (rx * grow, ry * grow, u / grow, v / grow);
        }
        let square = u * u + v * v;
        let off = (((1.0 - square) / square).max(0.0)).sqrt();
        let off = if arc.large_arc == arc.sweep {
            -off
        } else {
            off
        };
        // Centre of the unit circle whose arc it is, before rotation, from the chord's middle.
        let (cu, cv) = (off * v, -off * u);
        let begin = Real::atan2(v - cv, u - cu);
        let end = Real::atan2(-v - cv, -u - cu);
        let turn = 2.0 * std::f64::consts::PI;
        let sweep = match end - begin {
            angle if arc.sweep && angle < 0.0 => angle + turn,
            angle if !arc.sweep && angle > 0.0 => angle - turn,
            angle => angle,
        };
        let (mx, my) = ((from[0] + to[0]) / 2.0, (from[1] + to[1]) / 2.0);
        let place = |u: f64, v: f64| {
            let (x, y) = (rx * (cu + u), ry * (cv + v));
            [cos * x - sin * y + mx, sin * x + cos * y + my]
        };
        // A quarter that rounding made a little longer stays one cubic.
        let pieces = (sweep.abs() / std::f64::consts::FRAC_PI_2 - 1e-9)
            .ceil()
            .clamp(1.0, 4.0);
        let step = sweep / pieces;
        let k = 4.0 / 3.0 * Real::tan(step / 4.0);
        let mut angle = begin;
        let (mut c, mut s) = (Real::cos(angle), Real::sin(angle));
        for piece in 1..=pieces as u32 {
            let a = place(c - k * s, s + k * c);
            angle = begin + f64::from(piece) * step;
            (c, s) = (Real::cos(angle), Real::sin(angle));
            let b = place(c + k * s, s - k * c);
            let end = if f64::from(piece) == pieces {
                to
            } else {
                place(c, s)
            };
            self.cubic(a, b, end)?;
        }
        self.control = None;
        Ok(())
    }

    fn push(&mut self, cmd: Cmd, points: &[Point]) -> Result<(), Refused> {
        if self.path.cmds.len() >= PathData::MAX_COMMANDS {
            return Err(Refused::Full);
        }
        for &[x, y] in points {
            let point = [x as f32, y as f32];
            if !(point[0].is_finite() && point[1].is_finite()) {
                return Err(Refused::Beyond);
            }
            self.path.pts.push(point);
            self.at = [x, y];
        }
        self.path.cmds.push(cmd as u8);
        self.control = None;
        Ok(())
    }
}
