//! What became of each pixel, and a picture of it for people.

use super::picture::{Depth, Picture};

/// What a rule made of a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// The same in both pictures.
    Same,
    /// Different, within what the rule forgives.
    Forgiven,
    /// Different.
    Different,
}

/// The expected picture in pale grey, what is forgiven in amber, what differs in red.
pub(super) fn paint(expected: &Picture, marks: &[Mark]) -> Picture {
    let most = f64::from(expected.depth().most());
    let mut rgba = Vec::with_capacity(marks.len() * 4);
    for (pixel, mark) in expected.pixels().zip(marks) {
        rgba.extend_from_slice(&match mark {
            Mark::Different => [224, 30, 40, 255],
            Mark::Forgiven => [240, 180, 20, 255],
            Mark::Same => {
                let [r, g, b, a] = pixel.map(|v| f64::from(v) / most);
                let luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
                // A tenth of the contrast, over white.
                let pale = 255.0 - (1.0 - luma) * a * 40.0;
                let pale = (pale + 0.5) as u16;
                [pale, pale, pale, 255]
            }
        });
    }
    Picture::new(expected.width(), expected.height(), Depth::Eight, rgba)
        .unwrap_or_else(|_| expected.clone())
}
