//! Effects as one `<filter>`.
//!
//! In: the effects of a layer, in order. Out: primitives that work on encoded colours. A blur that the
//! raster's boxes would not do (narrower than a pixel) is left out here too, so that both show the same;
//! gain is a multiplication of premultiplied colours, which is what `arithmetic` does.

use super::look::rgb;
use super::text::{Text, list, number, whole};
use crate::math::color::quantize_straight;
use crate::render_tree::{Effect, GlowMode, MAX_SIGMA, box_width};

/// Writes the filter of a list of effects over an area (x, y, width, height in user px). False if
/// they change nothing: then there is none.
pub(super) fn write(
    defs: &mut Text,
    id: &str,
    effects: &[Effect],
    scale: f64,
    area: [f64; 4],
) -> bool {
    let active = |effect: &&Effect| match effect {
        Effect::Blur { sigma } => blurs(*sigma, scale),
        Effect::Glow { sigma, gain, .. } => *sigma > 0.0 && sigma.is_finite() && *gain > 0.0,
        Effect::Grade { .. } => true,
    };
    if !effects.iter().any(|effect| active(&effect)) {
        return false;
    }
    defs.begin("filter");
    defs.attribute("id", id);
    defs.attribute("filterUnits", "userSpaceOnUse");
    for (name, value) in ["x", "y", "width", "height"].into_iter().zip(area) {
        defs.number(name, value);
    }
    defs.attribute("primitiveUnits", "userSpaceOnUse");
    defs.attribute("color-interpolation-filters", "sRGB");
    defs.open();
    let mut chain = Chain {
        defs,
        results: 0,
        scale,
    };
    for effect in effects.iter().filter(active) {
        chain.effect(effect);
    }
    chain.defs.close("filter");
    true
}

/// Whether a standard deviation (user px) is wide enough to blur anything.
fn blurs(sigma: f32, scale: f64) -> bool {
    box_width(f64::from(sigma) * scale) > 1
}

struct Chain<'a> {
    defs: &'a mut Text,
    /// Results so far; the last one is the layer as it is. 0: the source.
    results: u32,
    scale: f64,
}

impl Chain<'_> {
    fn effect(&mut self, effect: &Effect) {
        match effect {
            Effect::Blur { sigma } => {
                self.blur(*sigma);
            }
            Effect::Glow {
                sigma,
                gain,
                tint,
                mode,
            } => self.glow(*sigma, *gain, *tint, *mode),
            Effect::Grade { matrix, gamma } => self.grade(matrix, gamma),
        }
    }

    /// A primitive that reads `input`; attributes follow.
    fn begin(&mut self, name: &str, input: u32) {
        self.defs.begin(name);
        self.input("in", input);
    }

    fn input(&mut self, name: &str, input: u32) {
        self.defs.name(name);
        if input == 0 {
            self.defs.out.push_str("SourceGraphic");
        } else {
            self.defs.out.push('r');
            whole(&mut self.defs.out, input);
        }
        self.defs.quote();
    }

    /// Names the result of the primitive.
    fn result(&mut self) -> u32 {
        self.results += 1;
        self.defs.name("result");
        self.defs.out.push('r');
        whole(&mut self.defs.out, self.results);
        self.defs.quote();
        self.results
    }

    fn blur(&mut self, sigma: f32) -> u32 {
        let input = self.results;
        if !blurs(sigma, self.scale) {
            return input;
        }
        self.begin("feGaussianBlur", input);
        let sigma = f64::from(sigma).min(MAX_SIGMA / self.scale);
        self.defs.number("stdDeviation", sigma);
        let result = self.result();
        self.defs.empty();
        result
    }

    fn glow(&mut self, sigma: f32, gain: f32, tint: Option<[f32; 4]>, mode: GlowMode) {
        let layer = self.results;
        let mut copy = self.blur(sigma);
        if let Some(tint) = tint {
            copy = self.tint(copy, tint);
        }
        if gain != 1.0 {
            copy = self.gain(copy, gain);
        }
        match mode {
            GlowMode::Under => {
                self.defs.begin("feMerge");
                self.result();
                self.defs.open();
                for input in [copy, layer] {
                    self.begin("feMergeNode", input);
                    self.defs.empty();
                }
                self.defs.close("feMerge");
            }
            GlowMode::Add => {
                self.arithmetic(layer, copy, [0.0, 1.0, 1.0, 0.0]);
            }
        }
    }

    /// A colour in the shape of a copy.
    fn tint(&mut self, copy: u32, tint: [f32; 4]) -> u32 {
        let [r, g, b, _] = quantize_straight(tint);
        self.defs.begin("feFlood");
        rgb(self.defs, "flood-color", Some([r, g, b]));
        let flood = self.result();
        self.defs.empty();
        self.begin("feComposite", flood);
        self.input("in2", copy);
        self.defs.attribute("operator", "in");
        let result = self.result();
        self.defs.empty();
        result
    }

    fn gain(&mut self, copy: u32, gain: f32) -> u32 {
        self.arithmetic(copy, copy, [0.0, f64::from(gain), 0.0, 0.0])
    }

    /// k1·a·b + k2·a + k3·b + k4 of premultiplied colours.
    fn arithmetic(&mut self, a: u32, b: u32, k: [f64; 4]) -> u32 {
        self.begin("feComposite", a);
        self.input("in2", b);
        self.defs.attribute("operator", "arithmetic");
        for (name, value) in ["k1", "k2", "k3", "k4"].into_iter().zip(k) {
            self.defs.number(name, value);
        }
        let result = self.result();
        self.defs.empty();
        result
    }

    fn grade(&mut self, matrix: &[f32; 20], gamma: &[f32; 3]) {
        let input = self.results;
        self.begin("feColorMatrix", input);
        self.defs.attribute("type", "matrix");
        self.defs.name("values");
        list(&mut self.defs.out, matrix.iter().map(|&v| f64::from(v)));
        self.defs.quote();
        let graded = self.result();
        self.defs.empty();
        if *gamma == [1.0; 3] {
            return;
        }
        self.begin("feComponentTransfer", graded);
        self.result();
        self.defs.open();
        for (name, exponent) in ["feFuncR", "feFuncG", "feFuncB"].into_iter().zip(gamma) {
            self.defs.begin(name);
            self.defs.attribute("type", "gamma");
            self.defs.name("exponent");
            number(&mut self.defs.out, f64::from(*exponent));
            self.defs.quote();
            self.defs.empty();
        }
        self.defs.close("feComponentTransfer");
    }
}
