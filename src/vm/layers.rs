//! Groups and effects: parameters become a transform, an opacity, a blur.
//!
//! Parameters are signals and may be anything; a tree holds only finite ones. An illegal parameter is
//! counted: the group then draws nothing, the effect does nothing.

use super::registers::Registers;
use super::sinks::{Named, Source};
use crate::ir::{InputRef, Pool, Program};
use crate::math::Real;
use crate::render_tree::{self as tree, Blend, Clip, FillRule, GlowMode, PathData};
use std::sync::Arc;

/// A parameter that cannot be used, by name.
pub(super) type Bad = &'static str;

/// An effect, and the parameter that it takes only up to a limit.
pub(super) type Drawn = (Option<tree::Effect>, Option<Bad>);

/// Inputs of a group. The transform scales, turns (clockwise, radians) about `center`, then moves.
#[derive(Debug)]
pub(super) struct Group {
    translate: Source,
    rotation: Source,
    scale: Source,
    center: Source,
    opacity: Source,
    blend: Blend,
    clip: Limit,
}

/// What limits a group.
#[derive(Debug)]
enum Limit {
    None,
    /// x, y, width, height.
    Rect([Source; 4]),
    Path(Arc<PathData>, FillRule),
}

impl Group {
    pub(super) fn new(named: &Named<'_>) -> Self {
        let rule = match named.word("clipRule").as_deref() {
            Some("evenodd") => FillRule::Evenodd,
            _ => FillRule::Nonzero,
        };
        let viewport = &named.program.viewport;
        let full = [0, 0, viewport.width, viewport.height];
        let clip = match named.get("clipPath") {
            Some(InputRef::Const(c)) => {
                let constants = &named.program.tables.constants;
                let row = &constants.index[c.index()];
                let path = (row.pool == Pool::Paths).then(|| constants.paths.get(row.at as usize));
                let path = path.flatten().cloned().unwrap_or_default();
                Limit::Path(Arc::new(path), rule)
            }
            _ => {
                let names = ["clipX", "clipY", "clipWidth", "clipHeight"];
                if names.iter().any(|name| named.get(name).is_some()) {
                    Limit::Rect(std::array::from_fn(|i| {
                        named.source(names[i], [f64::from(full[i]), 0.0, 0.0, 0.0])
                    }))
                } else {
                    Limit::None
                }
            }
        };
        Self {
            translate: named.source("translate", [0.0; 4]),
            rotation: named.source("rotation", [0.0; 4]),
            scale: named.source("scale", [1.0; 4]),
            center: named.source("center", [0.0; 4]),
            opacity: named.source("opacity", [1.0; 4]),
            blend: named.blend(),
            clip,
        }
    }

    /// The group around `children`; with a parameter that is not finite it draws nothing.
    pub(super) fn draw(
        &self,
        sink: &Arc<str>,
        children: Vec<tree::Pass>,
        registers: &Registers,
    ) -> (tree::Group, Option<Bad>) {
        let [tx, ty, ..] = self.translate.lanes(registers);
        let [sx, sy, ..] = self.scale.lanes(registers);
        let [cx, cy, ..] = self.center.lanes(registers);
        let turn = self.rotation.number(registers);
        let (sin, cos) = (Real::sin(turn), Real::cos(turn));
        let [a, b, c, d] = [cos * sx, sin * sx, -sin * sy, cos * sy];
        let e = cx + tx - (a * cx + c * cy);
        let f = cy + ty - (b * cx + d * cy);
        let transform = [a, b, c, d, e, f];
        let opacity = Real::clamp01(self.opacity.number(registers)) as f32;
        let clip = match &self.clip {
            Limit::None => Clip::None,
            Limit::Rect(sides) => Clip::Rect(sides.map(|side| side.number(registers) as f32)),
            Limit::Path(path, rule) => Clip::Path(Arc::clone(path), *rule),
        };
        let bad = if !transform.iter().all(|v| v.is_finite()) {
            Some("transform")
        } else if sx == 0.0 || sy == 0.0 {
            // Without an area there is nothing to see and no way back.
            Some("scale")
        } else if !opacity.is_finite() {
            Some("opacity")
        } else {
            match clip {
                Clip::Rect(sides) if !sides.iter().all(|v| v.is_finite()) => Some("clip"),
                _ => None,
            }
        };
        let mut group = tree::Group {
            sink: Arc::clone(sink),
            children,
            transform,
            opacity,
            blend: self.blend,
            clip,
        };
        if bad.is_some() {
            group.children.clear();
            group.transform = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];
            group.opacity = 1.0;
            group.clip = Clip::None;
        }
        (group, bad)
    }
}

/// Parameters of an effect.
#[derive(Debug)]
pub(super) enum Effect {
    Blur {
        sigma: Source,
    },
    Glow {
        sigma: Source,
        gain: Source,
        tint: Source,
        mode: GlowMode,
    },
    Grade {
        exposure: Source,
        contrast: Source,
        saturation: Source,
        /// Degrees.
        hue: Source,
        gamma: Source,
    },
}

impl Effect {
    /// The effect that a sink names; `None` for a kind that nobody knows.
    pub(super) fn new(program: &Program, sink: &Named<'_>) -> Option<Self> {
        let Some(InputRef::Effect(id)) = sink.get("effect") else {
            return None;
        };
        let row = &program.tables.render.effects[id.index()];
        let named = Named::new(program, &row.params, None);
        let number = |name, missing| named.source(name, [missing, missing, missing, 0.0]);
        Some(match program.tables.strings[row.kind.index()].as_str() {
            "blur" => Self::Blur {
                sigma: number("sigma", 10.0),
            },
            "glow" => Self::Glow {
                sigma: number("sigma", 10.0),
                gain: number("gain", 1.0),
                tint: named.source("tint", [0.0; 4]),
                mode: match named.word("mode").as_deref() {
                    Some("add") => GlowMode::Add,
                    _ => GlowMode::Under,
                },
            },
            "grade" => Self::Grade {
                exposure: number("exposure", 0.0),
                contrast: number("contrast", 1.0),
                saturation: number("saturation", 1.0),
                hue: number("hue", 0.0),
                gamma: match (named.source("gamma", [1.0; 4]), named.get("gamma")) {
                    (Source::Const([all, ..]), Some(InputRef::Const(c)))
                        if program.tables.constants.index[c.index()].len == 1 =>
                    {
                        Source::Const([all; 4])
                    }
                    (source, _) => source,
                },
            },
            _ => return None,
        })
    }

    /// The effect of this frame; none where it would change nothing. What is wrong with it may keep it
    /// from being drawn (an `Err`), or only limit it.
    pub(super) fn draw(&self, registers: &Registers) -> Result<Drawn, Bad> {
        let effect = self.made(registers)?;
        let limited = match effect {
            Some(tree::Effect::Blur { sigma } | tree::Effect::Glow { sigma, .. })
                if f64::from(sigma) > tree::MAX_SIGMA =>
            {
                Some("sigma")
            }
            _ => None,
        };
        Ok((effect, limited))
    }

    fn made(&self, registers: &Registers) -> Result<Option<tree::Effect>, Bad> {
        let finite = |source: Source, name: Bad| {
            let value = source.number(registers) as f32;
            if value.is_finite() {
                Ok(value)
            } else {
                Err(name)
            }
        };
        match self {
            Self::Blur { sigma } => {
                let sigma = finite(*sigma, "sigma")?;
                Ok((sigma > 0.0).then_some(tree::Effect::Blur { sigma }))
            }
            Self::Glow {
                sigma,
                gain,
                tint,
                mode,
            } => {
                let sigma = finite(*sigma, "sigma")?;
                let gain = finite(*gain, "gain")?.max(0.0);
                let tint = tint.lanes(registers).map(|v| v as f32);
                if !tint.iter().all(|v| v.is_finite()) {
                    return Err("tint");
                }
                Ok((sigma > 0.0).then_some(tree::Effect::Glow {
                    sigma,
                    gain,
                    tint: (tint[3] > 0.0).then_some(tint),
                    mode: *mode,
                }))
            }
            Self::Grade {
                exposure,
                contrast,
                saturation,
                hue,
                gamma,
            } => {
                let number = |source: &Source| source.number(registers);
                let matrix = grade([
                    number(exposure),
                    number(contrast),
                    number(saturation),
                    number(hue),
                ]);
                // One number stands for all three channels.
                let [r, g, b, _] = gamma.lanes(registers);
                let gamma = match gamma {
                    Source::Sig(id) if registers.get(*id).len() == 1 => [r; 3],
                    _ => [r, g, b],
                };
                let (matrix, gamma) = (matrix.map(|v| v as f32), gamma.map(|v| v as f32));
                if !matrix.iter().all(|v| v.is_finite()) {
                    return Err("grade");
                }
                if !gamma.iter().all(|v| v.is_finite()) {
                    return Err("gamma");
                }
                Ok(Some(tree::Effect::Grade { matrix, gamma }))
            }
        }
    }
}

/// Rows r, g, b, a of a colour matrix; columns r, g, b, a, 1.
type Matrix = [[f64; 5]; 4];

/// Exposure in stops, contrast about ½, saturation about the luma, hue in degrees: one matrix, applied
/// in that order. The hue is the matrix of SVG's `feColorMatrix type="hueRotate"`.
fn grade([exposure, contrast, saturation, hue]: [f64; 4]) -> [f64; 20] {
    const LUMA: [f64; 3] = [0.2126, 0.7152, 0.0722];
    let exposed = diagonal(Real::exp2(exposure), 0.0);
    let contrasted = diagonal(contrast, 0.5 - 0.5 * contrast);
    let mut saturated = diagonal(saturation, 0.0);
    for row in saturated.iter_mut().take(3) {
        for (entry, luma) in row.iter_mut().zip(LUMA) {
            *entry += luma * (1.0 - saturation);
        }
    }
    let turns = hue / 360.0;
    let (sin, cos) = (Real::sin_turns(turns), Real::cos_turns(turns));
    let turned = [
        [
            0.213 + cos * 0.787 - sin * 0.213,
            0.715 - cos * 0.715 - sin * 0.715,
            0.072 - cos * 0.072 + sin * 0.928,
            0.0,
            0.0,
        ],
        [
            0.213 - cos * 0.213 + sin * 0.143,
            0.715 + cos * 0.285 + sin * 0.140,
            0.072 - cos * 0.072 - sin * 0.283,
            0.0,
            0.0,
        ],
        [
            0.213 - cos * 0.213 - sin * 0.787,
            0.715 - cos * 0.715 + sin * 0.715,
            0.072 + cos * 0.928 + sin * 0.072,
            0.0,
            0.0,
        ],
        [0.0, 0.0, 0.0, 1.0, 0.0],
    ];
    let steps = [contrasted, saturated, turned];
    let product = steps.into_iter().fold(exposed, |m, step| times(&step, &m));
    std::array::from_fn(|i| product[i / 5][i % 5])
}

/// rgb·scale + shift, alpha kept.
fn diagonal(scale: f64, shift: f64) -> Matrix {
    let mut matrix = [[0.0; 5]; 4];
    for (i, row) in matrix.iter_mut().enumerate().take(3) {
        row[i] = scale;
        row[4] = shift;
    }
    matrix[3][3] = 1.0;
    matrix
}

/// First `b`, then `a`.
fn times(a: &Matrix, b: &Matrix) -> Matrix {
    std::array::from_fn(|i| {
        std::array::from_fn(|j| {
            let sum: f64 = (0..4).map(|k| a[i][k] * b[k][j]).sum();
            if j == 4 { sum + a[i][4] } else { sum }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(matrix: &[f64; 20], color: [f64; 3]) -> [f64; 3] {
        let [r, g, b] = color;
        let input = [r, g, b, 1.0, 1.0];
        std::array::from_fn(|i| (0..5).map(|j| matrix[i * 5 + j] * input[j]).sum())
    }

    fn close(a: [f64; 3], b: [f64; 3]) -> bool {
        a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9)
    }

    #[test]
    fn grades_are_those_of_the_lenses() {
        let color = [0.2, 0.4, 0.9];
        assert!(close(apply(&grade([0.0, 1.0, 1.0, 0.0]), color), color));
        let doubled = apply(&grade([1.0, 1.0, 1.0, 0.0]), color);
        assert!(close(doubled, [0.4, 0.8, 1.8]));
        let flat = apply(&grade([0.0, 0.5, 1.0, 0.0]), color);
        assert!(close(flat, [0.35, 0.45, 0.7]));
        let grey = apply(&grade([0.0, 1.0, 0.0, 0.0]), color);
        let luma = 0.2126 * 0.2 + 0.7152 * 0.4 + 0.0722 * 0.9;
        assert!(close(grey, [luma; 3]));
        // Exposure comes before contrast: 2·c, then towards ½.
        let both = apply(&grade([1.0, 0.5, 1.0, 0.0]), color);
        assert!(close(both, [0.45, 0.65, 1.15]));
    }
}
