//! Two trees side by side: the same structure, and how far the values are apart.

use super::{Deviation, LEVELS_MAX, PX_MAX};
use crate::render_tree::{
    Clip, Column, Effect, Group, Instances2d, Pass, PathData, Paths2d, PostFx, RenderTree, Shape,
    Strokes2d,
};
use std::sync::Arc;

/// `None` if all values have the same bits.
///
/// # Errors
/// The first difference in structure, in words.
pub(super) fn trees(a: &RenderTree, b: &RenderTree) -> Result<Option<Deviation>, String> {
    let mut found = Found {
        diagonal: f64::from(a.width).max(f64::from(a.height)),
        ..Found::default()
    };
    for (a, b) in a.background.iter().zip(&b.background) {
        found.level("background", "background", f64::from(*a), f64::from(*b));
    }
    found.passes(&a.passes, &b.passes)?;
    Ok(found.any.then_some(found.worst))
}

#[derive(Default)]
struct Found {
    any: bool,
    worst: Deviation,
    /// How close the worst so far is to its limit.
    rank: f64,
    /// Longest side of the picture, user px: what a factor or a turn can move at most.
    diagonal: f64,
}

impl Found {
    fn note(&mut self, sink: &str, channel: &'static str, px: f64, levels: f64) {
        self.any = true;
        self.worst.px = self.worst.px.max(px);
        self.worst.levels = self.worst.levels.max(levels);
        let rank = (px / PX_MAX).max(levels / LEVELS_MAX);
        if rank > self.rank || self.worst.channel.is_empty() {
            self.rank = rank;
            self.worst.sink = sink.to_owned();
            self.worst.channel = channel;
        }
    }

    /// A length; `reach` px are moved by 1.
    fn length(&mut self, sink: &str, channel: &'static str, reach: f64, a: f64, b: f64) {
        if a.to_bits() != b.to_bits() {
            self.note(sink, channel, (a - b).abs() * reach, 0.0);
        }
    }

    /// A colour or factor of one, 0…1.
    fn level(&mut self, sink: &str, channel: &'static str, a: f64, b: f64) {
        if a.to_bits() != b.to_bits() {
            self.note(sink, channel, 0.0, (a - b).abs() * 255.0);
        }
    }

    fn places(&mut self, sink: &str, rows: usize, a: &Column<[f32; 2]>, b: &Column<[f32; 2]>) {
        for i in 0..rows {
            let (a, b) = (a.at(i), b.at(i));
            self.length(sink, "x", 1.0, f64::from(a[0]), f64::from(b[0]));
            self.length(sink, "y", 1.0, f64::from(a[1]), f64::from(b[1]));
        }
    }

    fn lengths(
        &mut self,
        (sink, channel): (&str, &'static str),
        rows: usize,
        (a, b): (&Column<f32>, &Column<f32>),
        reach: impl Fn(usize) -> f64,
    ) {
        for i in 0..rows {
            self.length(
                sink,
                channel,
                reach(i),
                f64::from(a.at(i)),
                f64::from(b.at(i)),
            );
        }
    }

    fn colours(
        &mut self,
        (sink, channel): (&str, &'static str),
        rows: usize,
        (a, b): (&Column<[u8; 4]>, &Column<[u8; 4]>),
    ) {
        for i in 0..rows {
            let (a, b) = (a.at(i), b.at(i));
            if a != b {
                let worst = a.iter().zip(&b).map(|(a, b)| a.abs_diff(*b)).max();
                self.note(sink, channel, 0.0, f64::from(worst.unwrap_or(0)));
            }
        }
    }

    fn passes(&mut self, a: &[Pass], b: &[Pass]) -> Result<(), String> {
        if a.len() != b.len() {
            return Err(format!(
                "{} passes at the start, {} at the end",
                a.len(),
                b.len()
            ));
        }
        a.iter().zip(b).try_for_each(|(a, b)| self.pass(a, b))
    }

    fn pass(&mut self, a: &Pass, b: &Pass) -> Result<(), String> {
        match (a, b) {
            (Pass::Clear(a), Pass::Clear(b)) => {
                same(&a.sink, a.sink == b.sink, "order")?;
                let rgba = (&Column::One(a.rgba), &Column::One(b.rgba));
                self.colours((&a.sink, "rgba"), 1, rgba);
                Ok(())
            }
            (Pass::Instances2d(a), Pass::Instances2d(b)) => self.instances(a, b),
            (Pass::Paths2d(a), Pass::Paths2d(b)) => self.paths(a, b),
            (Pass::Strokes2d(a), Pass::Strokes2d(b)) => self.strokes(a, b),
            (Pass::Group(a), Pass::Group(b)) => self.group(a, b),
            (Pass::PostFx(a), Pass::PostFx(b)) => self.post_fx(a, b),
            _ => Err("the order of the passes differs".to_owned()),
        }
    }

    fn instances(&mut self, a: &Instances2d, b: &Instances2d) -> Result<(), String> {
        let (sink, rows) = (&*a.sink, a.count as usize);
        same(sink, a.sink == b.sink, "order")?;
        same(
            sink,
            a.count == b.count && a.element == b.element,
            "set of elements",
        )?;
        same(sink, a.blend == b.blend, "blend mode")?;
        let radius = |i: usize| f64::from(a.size.at(i).max(b.size.at(i)));
        self.places(sink, rows, &a.pos, &b.pos);
        self.lengths((sink, "size"), rows, (&a.size, &b.size), |_| 1.0);
        self.lengths((sink, "rotation"), rows, (&a.rotation, &b.rotation), radius);
        self.lengths(
            (sink, "strokeWidth"),
            rows,
            (&a.stroke_width, &b.stroke_width),
            |_| 1.0,
        );
        self.colours((sink, "rgba"), rows, (&a.rgba, &b.rgba));
        self.colours((sink, "strokeRgba"), rows, (&a.stroke_rgba, &b.stroke_rgba));
        for i in 0..rows {
            let shape =
                |pass: &Instances2d| pass.shapes.get(usize::from(pass.shape_id.at(i))).cloned();
            self.shape(sink, radius(i), shape(a), shape(b))?;
        }
        Ok(())
    }

    fn shape(
        &mut self,
        sink: &str,
        radius: f64,
        a: Option<Shape>,
        b: Option<Shape>,
    ) -> Result<(), String> {
        match (a, b) {
            (
                Some(Shape::Star {
                    points: p,
                    inner: a,
                }),
                Some(Shape::Star {
                    points: q,
                    inner: b,
                }),
            ) if p == q => self.length(sink, "shape", radius, f64::from(a), f64::from(b)),
            (Some(Shape::Ring { inner: a }), Some(Shape::Ring { inner: b })) => {
                self.length(sink, "shape", radius, f64::from(a), f64::from(b));
            }
            (Some(Shape::Path(a)), Some(Shape::Path(b))) => {
                return self.path(sink, radius, &a, &b);
            }
            (a, b) => return same(sink, a == b, "shape"),
        }
        Ok(())
    }

    fn paths(&mut self, a: &Paths2d, b: &Paths2d) -> Result<(), String> {
        let (sink, rows) = (&*a.sink, a.count as usize);
        same(sink, a.sink == b.sink, "order")?;
        same(
            sink,
            a.count == b.count && a.element == b.element,
            "set of elements",
        )?;
        same(
            sink,
            a.blend == b.blend && a.fill_rule == b.fill_rule,
            "blend mode or fill rule",
        )?;
        same(sink, a.style == b.style, "stroke style")?;
        let diagonal = self.diagonal;
        self.places(sink, rows, &a.pos, &b.pos);
        self.lengths((sink, "rotation"), rows, (&a.rotation, &b.rotation), |_| {
            diagonal
        });
        self.lengths((sink, "scale"), rows, (&a.scale, &b.scale), |_| diagonal);
        self.lengths(
            (sink, "strokeWidth"),
            rows,
            (&a.stroke_width, &b.stroke_width),
            |_| 1.0,
        );
        self.colours((sink, "rgba"), rows, (&a.rgba, &b.rgba));
        self.colours((sink, "strokeRgba"), rows, (&a.stroke_rgba, &b.stroke_rgba));
        self.tables(sink, rows, (&a.paths, &a.path_of), (&b.paths, &b.path_of))
    }

    fn strokes(&mut self, a: &Strokes2d, b: &Strokes2d) -> Result<(), String> {
        let (sink, rows) = (&*a.sink, a.count as usize);
        same(sink, a.sink == b.sink, "order")?;
        same(
            sink,
            a.count == b.count && a.element == b.element,
            "set of elements",
        )?;
        same(
            sink,
            a.blend == b.blend && a.style == b.style,
            "blend mode or stroke style",
        )?;
        self.lengths(
            (sink, "strokeWidth"),
            rows,
            (&a.stroke_width, &b.stroke_width),
            |_| 1.0,
        );
        self.colours((sink, "strokeRgba"), rows, (&a.stroke_rgba, &b.stroke_rgba));
        self.tables(sink, rows, (&a.paths, &a.path_of), (&b.paths, &b.path_of))
    }

    fn tables(
        &mut self,
        sink: &str,
        rows: usize,
        (a, a_of): (&[Arc<PathData>], &Column<u32>),
        (b, b_of): (&[Arc<PathData>], &Column<u32>),
    ) -> Result<(), String> {
        (0..rows).try_for_each(
            |i| match (a.get(a_of.at(i) as usize), b.get(b_of.at(i) as usize)) {
                (Some(a), Some(b)) => self.path(sink, 1.0, a, b),
                (a, b) => same(sink, a == b, "paths"),
            },
        )
    }

    fn path(
        &mut self,
        sink: &str,
        reach: f64,
        a: &Arc<PathData>,
        b: &Arc<PathData>,
    ) -> Result<(), String> {
        if Arc::ptr_eq(a, b) {
            return Ok(());
        }
        same(
            sink,
            a.cmds == b.cmds && a.pts.len() == b.pts.len(),
            "path commands",
        )?;
        for (a, b) in a.pts.iter().zip(&b.pts) {
            self.length(sink, "path", reach, f64::from(a[0]), f64::from(b[0]));
            self.length(sink, "path", reach, f64::from(a[1]), f64::from(b[1]));
        }
        Ok(())
    }

    fn group(&mut self, a: &Group, b: &Group) -> Result<(), String> {
        let sink = &*a.sink;
        same(sink, a.sink == b.sink, "order")?;
        same(sink, a.blend == b.blend, "blend mode")?;
        let diagonal = self.diagonal;
        for (i, (a, b)) in a.transform.iter().zip(&b.transform).enumerate() {
            let reach = if i < 4 { diagonal } else { 1.0 };
            self.length(sink, "transform", reach, *a, *b);
        }
        self.level(sink, "opacity", f64::from(a.opacity), f64::from(b.opacity));
        match (&a.clip, &b.clip) {
            (Clip::Rect(a), Clip::Rect(b)) => {
                for (a, b) in a.iter().zip(b) {
                    self.length(sink, "clip", 1.0, f64::from(*a), f64::from(*b));
                }
            }
            (Clip::Path(a, p), Clip::Path(b, q)) if p == q => self.path(sink, 1.0, a, b)?,
            (a, b) => same(sink, a == b, "clip")?,
        }
        self.passes(&a.children, &b.children)
    }

    fn post_fx(&mut self, a: &PostFx, b: &PostFx) -> Result<(), String> {
        let sink = &*a.sink;
        same(sink, a.sink == b.sink, "order")?;
        same(sink, a.effects.len() == b.effects.len(), "list of effects")?;
        for (a, b) in a.effects.iter().zip(&b.effects) {
            self.effect(sink, a, b)?;
        }
        self.passes(&a.children, &b.children)
    }

    fn effect(&mut self, sink: &str, a: &Effect, b: &Effect) -> Result<(), String> {
        match (a, b) {
            (Effect::Blur { sigma: a }, Effect::Blur { sigma: b }) => {
                self.length(sink, "sigma", 1.0, f64::from(*a), f64::from(*b));
            }
            (
                Effect::Glow {
                    sigma: s,
                    gain: g,
                    tint: t,
                    mode: m,
                },
                Effect::Glow {
                    sigma,
                    gain,
                    tint,
                    mode,
                },
            ) if m == mode && t.is_some() == tint.is_some() => {
                self.length(sink, "sigma", 1.0, f64::from(*s), f64::from(*sigma));
                self.level(sink, "gain", f64::from(*g), f64::from(*gain));
                for (a, b) in t.iter().flatten().zip(tint.iter().flatten()) {
                    self.level(sink, "tint", f64::from(*a), f64::from(*b));
                }
            }
            (
                Effect::Grade {
                    matrix: m,
                    gamma: g,
                },
                Effect::Grade { matrix, gamma },
            ) => {
                for (a, b) in m.iter().chain(g).zip(matrix.iter().chain(gamma)) {
                    self.level(sink, "grade", f64::from(*a), f64::from(*b));
                }
            }
            _ => return Err(format!("the list of effects of `{sink}` differs")),
        }
        Ok(())
    }
}

fn same(sink: &str, holds: bool, what: &str) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(format!("the {what} of `{sink}` differs"))
    }
}
