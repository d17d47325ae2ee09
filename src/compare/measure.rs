//! How far two pictures of one size are apart, before any rule.

use super::picture::Picture;
use serde::Serialize;

/// Counts over all pixels and channels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub struct Measure {
    /// Pixels compared.
    pub pixels: u64,
    /// Pixels that differ in any channel.
    pub differing: u64,
    /// The greatest difference of a channel, in levels of the pictures' depth.
    pub greatest: u16,
    /// Column and row of the first pixel with it.
    pub at: Option<(u32, u32)>,
    /// The smallest box around all that differ.
    pub bounds: Option<Bounds>,
    /// Mean absolute difference of all channels, levels.
    pub mean: f64,
}

/// A box in px; both corners are inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Bounds {
    /// First column.
    pub left: u32,
    /// First row.
    pub top: u32,
    /// Last column.
    pub right: u32,
    /// Last row.
    pub bottom: u32,
}

/// The greatest difference of a channel.
#[inline]
pub(super) fn levels(a: [u16; 4], b: [u16; 4]) -> u16 {
    let apart = |i: usize| a[i].abs_diff(b[i]);
    apart(0).max(apart(1)).max(apart(2)).max(apart(3))
}

/// Compares two pictures of one size.
pub(super) fn measure(a: &Picture, b: &Picture) -> Measure {
    let mut found = Measure {
        pixels: u64::from(a.width()) * u64::from(a.height()),
        ..Measure::default()
    };
    let mut sum = 0u64;
    let width = a.width().max(1) as usize;
    for (i, (p, q)) in a.pixels().zip(b.pixels()).enumerate() {
        if p == q {
            continue;
        }
        let (x, y) = ((i % width) as u32, (i / width) as u32);
        found.differing += 1;
        sum += p
            .iter()
            .zip(&q)
            .map(|(p, q)| u64::from(p.abs_diff(*q)))
            .sum::<u64>();
        let apart = levels(p, q);
        if apart > found.greatest {
            found.greatest = apart;
            found.at = Some((x, y));
        }
        found.bounds = Some(match found.bounds {
            None => Bounds {
                left: x,
                top: y,
                right: x,
                bottom: y,
            },
            Some(bounds) => Bounds {
                left: bounds.left.min(x),
                right: bounds.right.max(x),
                bottom: y,
                ..bounds
            },
        });
    }
    found.mean = sum as f64 / (found.pixels * 4).max(1) as f64;
    found
}
