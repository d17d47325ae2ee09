//! What a person would see: colour distance in YIQ, and anti-aliased pixels left out. For pictures
//! made by other renderers.
//!
//! Distance: Kotsarenko and Ramos, "Measuring perceived color difference using YIQ NTSC transmission
//! color space in mobile applications" (2010). Anti-aliasing: Vyšniauskas, "Anti-aliased pixel and
//! intensity slope detector" (2009). Both as the tool pixelmatch combines them, over white.

use super::marks::Mark;
use super::picture::Picture;
use super::tolerance::Amount;

/// The numbers of the rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Perceptual {
    /// Colour distance that counts, 0…1; smaller is stricter.
    pub threshold: f64,
    /// Pixels that may be farther apart, anti-aliased ones not counted.
    pub pixels: Amount,
}

/// The distance of black and white in YIQ.
const FARTHEST: f64 = 35_215.0;

/// Judges each pixel of two pictures of one size. Gives the marks and how many pixels are different,
/// and how many are forgiven as anti-aliasing.
pub(super) fn judge(rule: &Perceptual, a: &Picture, b: &Picture) -> (Vec<Mark>, u64, u64) {
    let limit = FARTHEST * rule.threshold * rule.threshold;
    let (seen_a, seen_b) = (Seen::new(a), Seen::new(b));
    let mut marks = Vec::with_capacity(a.pixels().len());
    let (mut different, mut smooth) = (0, 0);
    let width = a.width().max(1) as usize;
    for (i, (p, q)) in a.pixels().zip(b.pixels()).enumerate() {
        let (x, y) = ((i % width) as u32, (i / width) as u32);
        let mark = if p == q {
            Mark::Same
        } else if distance(seen_a.rgb[i], seen_b.rgb[i]) <= limit {
            Mark::Forgiven
        } else if seen_a.is_antialiased(x, y, &seen_b) || seen_b.is_antialiased(x, y, &seen_a) {
            smooth += 1;
            Mark::Forgiven
        } else {
            different += 1;
            Mark::Different
        };
        marks.push(mark);
    }
    (marks, different, smooth)
}

/// A picture over white, 0…255 a channel.
struct Seen<'a> {
    picture: &'a Picture,
    rgb: Vec<[f64; 3]>,
}

impl<'a> Seen<'a> {
    fn new(picture: &'a Picture) -> Self {
        let most = f64::from(picture.depth().most());
        let over_white = |[r, g, b, a]: [u16; 4]| {
            let alpha = f64::from(a) / most;
            [r, g, b].map(|c| 255.0 + (f64::from(c) / most * 255.0 - 255.0) * alpha)
        };
        Self {
            rgb: picture.pixels().map(over_white).collect(),
            picture,
        }
    }

    fn luma(&self, x: u32, y: u32) -> f64 {
        let [r, g, b] = self.rgb[y as usize * self.picture.width() as usize + x as usize];
        luma(r, g, b)
    }

    /// Whether a pixel lies on a slope of brightness that begins or ends in an even area of both
    /// pictures.
    fn is_antialiased(&self, x: u32, y: u32, other: &Self) -> bool {
        let here = self.luma(x, y);
        let mut equal = u32::from(self.on_border(x, y));
        let (mut darkest, mut brightest) = ((0.0, x, y), (0.0, x, y));
        for (u, v) in self.neighbours(x, y) {
            let step = self.luma(u, v) - here;
            if step == 0.0 {
                equal += 1;
                if equal > 2 {
                    return false;
                }
            } else if step < darkest.0 {
                darkest = (step, u, v);
            } else if step > brightest.0 {
                brightest = (step, u, v);
            }
        }
        if darkest.0 == 0.0 || brightest.0 == 0.0 {
            return false;
        }
        [darkest, brightest]
            .iter()
            .any(|&(_, u, v)| self.is_even(u, v) && other.is_even(u, v))
    }

    /// Whether at least three neighbours are the same.
    fn is_even(&self, x: u32, y: u32) -> bool {
        let here = self.picture.at(x, y);
        let equal = self
            .neighbours(x, y)
            .filter(|&(u, v)| self.picture.at(u, v) == here);
        equal.count() + usize::from(self.on_border(x, y)) > 2
    }

    fn on_border(&self, x: u32, y: u32) -> bool {
        x == 0 || y == 0 || x + 1 == self.picture.width() || y + 1 == self.picture.height()
    }

    fn neighbours(&self, x: u32, y: u32) -> impl Iterator<Item = (u32, u32)> + use<> {
        self.picture
            .around(x, y)
            .filter(move |&place| place != (x, y))
    }
}

fn luma(r: f64, g: f64, b: f64) -> f64 {
    r * 0.298_895_31 + g * 0.586_622_47 + b * 0.114_482_23
}

/// Squared, weighted distance in YIQ.
fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    let [r, g, b] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    let y = luma(r, g, b);
    let i = r * 0.595_977_99 - g * 0.274_176_10 - b * 0.321_801_89;
    let q = r * 0.211_470_17 - g * 0.522_617_11 + b * 0.311_146_94;
    0.5053 * y * y + 0.299 * i * i + 0.1957 * q * q
}
