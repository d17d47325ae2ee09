//! Frames of many shapes at places that look random and are the same in every run.

use std::f32::consts::TAU;

pub const WIDTH: u32 = 1920;
pub const HEIGHT: u32 = 1080;
/// Opaque.
pub const BACKGROUND: [u8; 4] = [13, 13, 26, 255];

pub enum Kind {
    Circle,
    /// Five points, the corners between them at half the radius.
    Star,
}

/// A shape of one colour.
pub struct Mark {
    pub centre: [f32; 2],
    /// px.
    pub radius: f32,
    /// Radians, clockwise.
    pub turn: f32,
    /// Straight.
    pub rgba: [u8; 4],
}

pub struct Scene {
    pub name: &'static str,
    pub kind: Kind,
    pub marks: Vec<Mark>,
}

pub fn all(quick: bool) -> Vec<Scene> {
    let scenes = [
        ("400 circles r=8", Kind::Circle, 400, 8.0, 255),
        ("10000 circles r=3", Kind::Circle, 10_000, 3.0, 255),
        ("100000 circles r=2", Kind::Circle, 100_000, 2.0, 255),
        ("1000 circles r=60 α=0.2", Kind::Circle, 1_000, 60.0, 51),
        ("2000 stars r=20", Kind::Star, 2_000, 20.0, 255),
    ];
    scenes
        .into_iter()
        .map(|(name, kind, count, radius, alpha)| {
            let count = if quick { count / 20 } else { count };
            Scene {
                name,
                kind,
                marks: marks(count, radius, alpha),
            }
        })
        .collect()
}

fn marks(count: u32, radius: f32, alpha: u8) -> Vec<Mark> {
    let mut state = 0x9E37_79B9u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as f32 / u32::MAX as f32
    };
    (0..count)
        .map(|_| Mark {
            centre: [next() * WIDTH as f32, next() * HEIGHT as f32],
            radius,
            turn: next() * TAU,
            rgba: [
                (next() * 255.0) as u8,
                (next() * 255.0) as u8,
                (next() * 255.0) as u8,
                alpha,
            ],
        })
        .collect()
}

impl Mark {
    /// Corners of a star, px.
    pub fn corners(&self) -> impl Iterator<Item = [f32; 2]> + '_ {
        (0..10).map(|i| {
            let angle = self.turn + (i as f32 / 10.0 - 0.25) * TAU;
            let r = if i % 2 == 0 {
                self.radius
            } else {
                self.radius / 2.0
            };
            [
                self.centre[0] + r * angle.cos(),
                self.centre[1] + r * angle.sin(),
            ]
        })
    }
}
