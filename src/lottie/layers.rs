//! Passes, matched from frame to frame, as layers.
//!
//! In: the passes of all frames at one place of the tree. Out: layers, bottom first until the text is put
//! together. A group is a null layer that its children hang on; if it is blended, clipped or translucent as
//! one picture, a composition of its own, limited by a matte. Compositions have the space of the document,
//! so that nothing in a group's own space is cut off.
//!
//! What keyframes cannot say of a pass (its blend mode, the kind of its clip, caps and joins) divides the
//! frames into stretches, each with layers that begin and end with it.

use super::elements::{self, OPAQUE, ink};
use super::json::{decimal, string};
use super::keys::{Channel, Clock, Keys, Span, Unit, Value};
use super::place::Place;
use super::stretches::{alike, runs};
use super::{LEVEL_TOLERANCE, LottieError, LottieOptions, Redrawn, effect};
use crate::math::affine::Affine;
use crate::math::number_text;
use crate::motion::passes::same_kind;
use crate::motion::track::Track;
use crate::render_tree::rows::{Placed, Row, Rows, paint};
use crate::render_tree::{Blend, Group, Pass, PostFx};

/// Version of the format that is written: the first whose keyframes have no end value of their own.
const VERSION: &str = "5.7.0";

/// Writes a document.
pub(super) struct Stage<'a> {
    pub(super) options: &'a LottieOptions,
    clock: &'a Clock,
    /// User px.
    pub(super) size: [f64; 2],
    pub(super) keys: Keys<'a>,
    comp: Comp,
    /// Compositions that are finished.
    assets: Vec<String>,
    redrawn: Vec<Redrawn>,
    /// Numbers of places that were given.
    pub(super) places: u32,
    bytes: u64,
    /// The pass that took most text so far, and all that others took before it.
    largest: (u64, String),
    current: (u64, String),
}

/// Layers of one composition, bottom first.
#[derive(Debug, Default)]
struct Comp {
    layers: Vec<String>,
    /// Numbers of places, and of the null layers that stand for them here.
    nulls: Vec<(u32, u32)>,
    last: u32,
}

impl<'a> Stage<'a> {
    pub(super) fn new(options: &'a LottieOptions, clock: &'a Clock, size: [f64; 2]) -> Self {
        Self {
            options,
            clock,
            size,
            keys: Keys::new(clock),
            comp: Comp::default(),
            assets: Vec::new(),
            redrawn: Vec::new(),
            places: 0,
            bytes: 0,
            largest: (0, String::new()),
            current: (0, String::new()),
        }
    }

    /// Notes what is drawn anew at frames.
    pub(super) fn redrawn(&mut self, sink: &str, reason: &'static str) {
        let redrawn = Redrawn {
            sink: sink.to_owned(),
            reason,
        };
        if !self.redrawn.contains(&redrawn) {
            self.redrawn.push(redrawn);
        }
    }

    /// The passes of the frames of a span, or of one frame for all of them.
    pub(super) fn passes(
        &mut self,
        frames: &[Vec<&Pass>],
        span: Span,
        place: &Place,
    ) -> Result<(), LottieError> {
        let same_list = |a: usize, b: usize| {
            let kinds = frames[a].iter().zip(&frames[b]);
            frames[a].len() == frames[b].len() && kinds.into_iter().all(|(a, b)| same_kind(a, b))
        };
        for run in runs(frames.len(), same_list) {
            for i in 0..frames[run.start].len() {
                let column: Vec<&Pass> = frames[run.clone()].iter().map(|f| f[i]).collect();
                for part in runs(column.len(), |a, b| alike(column[a], column[b])) {
                    let whole = part.len() == frames.len();
                    let from = span.from + run.start + part.start;
                    let to = from + part.len();
                    let span = if whole { span } else { Span { from, to } };
                    if self.clock.is_shown(span) {
                        self.pass(&column[part], span, place)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn pass(&mut self, frames: &[&Pass], span: Span, place: &Place) -> Result<(), LottieError> {
        let stands = frames.iter().all(|pass| *pass == frames[0]);
        let frames = if stands { &frames[..1] } else { frames };
        match frames[0] {
            Pass::Clear(first) => {
                let rgba = frames.iter().filter_map(|pass| match pass {
                    Pass::Clear(clear) => Some(clear.rgba),
                    _ => None,
                });
                self.area(&first.sink, &rgba.collect::<Vec<_>>(), span, place);
                Ok(())
            }
            Pass::Instances2d(_) | Pass::Paths2d(_) | Pass::Strokes2d(_) => {
                let rows: Vec<Rows> = frames.iter().filter_map(|pass| Rows::of(pass)).collect();
                elements::write(self, &rows, span, place)
            }
            Pass::Group(_) => {
                let groups = frames.iter().filter_map(|pass| match pass {
                    Pass::Group(group) => Some(group),
                    _ => None,
                });
                self.group(&groups.collect::<Vec<_>>(), span, place)
            }
            Pass::PostFx(_) => {
                let effects = frames.iter().filter_map(|pass| match pass {
                    Pass::PostFx(effects) => Some(effects),
                    _ => None,
                });
                self.effects(&effects.collect::<Vec<_>>(), span, place)
            }
        }
    }

    /// A colour over the whole document.
    pub(super) fn area(&mut self, name: &str, rgba: &[[u8; 4]], span: Span, place: &Place) {
        let mut track = Track::default();
        for &rgba in rgba {
            track.push(Some((Placed::default(), Row::filled(paint(rgba)))));
        }
        track.finish(None);
        if !track.fill.paints() {
            return;
        }
        let [width, height] = self.size.map(number_text);
        let [x, y] = self.size.map(|side| number_text(side / 2.0));
        let mut shapes = format!(
            ",\"shapes\":[{{\"ty\":\"rc\",\"p\":{{\"a\":0,\"k\":[{x},{y}]}},\"s\":{{\"a\":0,\"k\":[{width},{height}]}},\"r\":{{\"a\":0,\"k\":0}}}},{{\"ty\":\"fl\","
        );
        ink(self, &track.fill, (span, &[]), &mut shapes);
        shapes.push_str(",\"r\":1}]");
        self.layer((4, name), (span, place.origin()), "", &shapes);
    }

    /// A layer of shapes, given bottom first; `mix` is what [`Self::blend`] says.
    pub(super) fn shapes(
        &mut self,
        (sink, name): (&str, &str),
        groups: &[String],
        mix: &str,
        (span, place): (Span, &Place),
    ) -> Result<(), LottieError> {
        if groups.is_empty() {
            return Ok(());
        }
        let mut more = format!("{mix},\"shapes\":[");
        for (i, group) in groups.iter().rev().enumerate() {
            if i > 0 {
                more.push(',');
            }
            more.push_str(group);
        }
        more.push(']');
        self.layer((4, name), (span, place), "", &more);
        if !mix.is_empty() {
            self.weigh(more.len(), sink)?;
        }
        Ok(())
    }

    /// One layer above the others; `ks` is the inside of its transform, `more` what its kind needs.
    pub(super) fn layer(
        &mut self,
        (kind, name): (u8, &str),
        (span, place): (Span, &Place),
        ks: &str,
        more: &str,
    ) {
        let parent = self.parent(place);
        self.hang((kind, name), (span, parent), ks, more);
    }

    fn hang(
        &mut self,
        (kind, name): (u8, &str),
        (span, parent): (Span, Option<u32>),
        ks: &str,
        more: &str,
    ) -> u32 {
        self.comp.last += 1;
        let number = self.comp.last;
        let mut text = format!("{{\"ty\":{kind},\"nm\":");
        string(&mut text, name);
        text.push_str(&format!(",\"ind\":{number},"));
        if let Some(parent) = parent {
            text.push_str(&format!("\"parent\":{parent},"));
        }
        self.clock.write(span, &mut text);
        let opacity = if ks.contains("\"o\":") { "" } else { OPAQUE };
        let comma = if ks.is_empty() || opacity.is_empty() {
            ""
        } else {
            ","
        };
        // A player may keep the mode of the layer before where a layer has none.
        let mix = if more.contains("\"bm\":") {
            ""
        } else {
            ",\"bm\":0"
        };
        for part in [",\"ks\":{", ks, comma, opacity, "}", mix, more, "}"] {
            text.push_str(part);
        }
        self.comp.layers.push(text);
        number
    }

    /// The null layer of this composition that stands for a place.
    fn parent(&mut self, place: &Place) -> Option<u32> {
        let outer = |stage: &mut Self| place.outer.and_then(|outer| stage.parent(outer));
        if place.ks.is_empty() {
            return outer(self);
        }
        let known = self
            .comp
            .nulls
            .iter()
            .find(|(place_number, _)| *place_number == place.number);
        if let Some((_, number)) = known {
            return Some(*number);
        }
        let parent = outer(self);
        let name = if place.outer.is_some() {
            "group"
        } else {
            "scale"
        };
        let number = self.hang((3, name), (place.span, parent), &place.ks, "");
        self.comp.nulls.push((place.number, number));
        Some(number)
    }

    /// What a layer says of its blend mode; nothing if it lies over what is below.
    pub(super) fn blend(&self, blend: Blend, sink: &str) -> Result<&'static str, LottieError> {
        match blend {
            Blend::Normal => Ok(""),
            Blend::Multiply => Ok(",\"bm\":1"),
            Blend::Screen => Ok(",\"bm\":2"),
            // Few players know 16, which adds; some refuse a whole file for it.
            Blend::Add if self.options.approximate => Ok(",\"bm\":2"),
            Blend::Add => Err(not_representable(
                sink,
                "it adds light, which few players of Lottie can",
            )),
        }
    }

    fn group(&mut self, groups: &[&Group], span: Span, place: &Place) -> Result<(), LottieError> {
        let first = groups[0];
        let layer = groups.iter().any(|group| !group.is_plain());
        let usable = Affine::from_row(first.transform).is_usable();
        if !usable || (layer && groups.iter().all(|group| group.opacity <= 0.0)) {
            return Ok(());
        }
        let inside = self.inside(groups, span, place)?;
        let children: Vec<Vec<&Pass>> = groups.iter().map(|g| super::list(&g.children)).collect();
        if !layer {
            return self.passes(&children, span, &inside);
        }
        let mix = self.blend(first.blend, &first.sink)?;
        let outer = std::mem::take(&mut self.comp);
        self.passes(&children, span, &inside)?;
        let inner = std::mem::replace(&mut self.comp, outer);
        let picture = self.asset(&first.sink, inner);
        let opacities = groups
            .iter()
            .map(|group| f64::from(group.opacity.clamp(0.0, 1.0)));
        let opacity = self.percent(&opacities.collect::<Vec<f64>>(), span);
        let matte = self.clip(groups, span);
        let mut limit = String::new();
        if matte.is_some() {
            // Nothing may come between a matte and what it limits, not even what the matte hangs on. Players
            // find the matte by its place or by its number: the one after that of the picture.
            self.parent(&inside);
            limit = format!(",\"tt\":1,\"tp\":{}", self.comp.last + 2);
        }
        let more = format!("{mix}{limit}{picture}");
        self.picture(&first.sink, span, &opacity, &more);
        if let Some(shapes) = matte {
            self.layer(
                (4, "clip"),
                (span, &inside),
                "",
                &format!(",\"td\":1{shapes}"),
            );
        }
        Ok(())
    }

    /// A layer that shows a composition, which has the space of the document.
    pub(super) fn picture(&mut self, name: &str, span: Span, ks: &str, more: &str) {
        self.hang((0, name), (span, None), ks, more);
    }

    /// `"o"` of a transform; nothing where all is opaque.
    pub(super) fn percent(&mut self, shares: &[f64], span: Span) -> String {
        let mut out = String::new();
        if shares.iter().any(|&share| share != 1.0) {
            let values: Vec<f64> = shares.iter().map(|share| share * 100.0).collect();
            let channel = Channel {
                values: &values,
                value: Value::Number,
                unit: Unit::within(100.0 * LEVEL_TOLERANCE / 255.0),
                steps: false,
            };
            self.keys.write("o", channel, (span, &[]), &mut out);
        }
        out
    }

    /// Finishes a composition; what a layer that shows it says.
    fn asset(&mut self, name: &str, comp: Comp) -> String {
        let id = format!("comp_{}", self.assets.len());
        let mut text = format!("{{\"id\":\"{id}\",\"nm\":");
        string(&mut text, name);
        text.push_str(",\"layers\":[");
        push_layers(&comp, &mut text);
        text.push_str("]}");
        self.assets.push(text);
        let [width, height] = self.pixels();
        format!(",\"refId\":\"{id}\",\"w\":{width},\"h\":{height}")
    }

    /// Effects, nearly: see `effect`.
    fn effects(
        &mut self,
        effects: &[&PostFx],
        span: Span,
        place: &Place,
    ) -> Result<(), LottieError> {
        let first = effects[0];
        if !self.options.approximate {
            let what = "it has a blur, glow or grade, which few players of Lottie show";
            return Err(not_representable(&first.sink, what));
        }
        let children: Vec<Vec<&Pass>> =
            effects.iter().map(|fx| super::list(&fx.children)).collect();
        let mut outer = std::mem::take(&mut self.comp);
        self.passes(&children, span, place)?;
        let count = first.effects.len().max(1);
        for i in 0..count {
            let inner = std::mem::take(&mut self.comp);
            let picture = self.asset(&first.sink, inner);
            if i + 1 == count {
                self.comp = std::mem::take(&mut outer);
            }
            let row = effects.iter().filter_map(|fx| fx.effects.get(i));
            effect::write(
                self,
                (&first.sink, &row.collect::<Vec<_>>()),
                span,
                &picture,
            );
        }
        Ok(())
    }

    /// Notes what a pass takes.
    ///
    /// # Errors
    /// If that is too much.
    pub(super) fn weigh(&mut self, bytes: usize, sink: &str) -> Result<(), LottieError> {
        if self.current.1 != sink {
            self.current = (0, sink.to_owned());
        }
        self.current.0 += bytes as u64;
        self.bytes += bytes as u64;
        if self.current.0 > self.largest.0 {
            self.largest = self.current.clone();
        }
        if self.bytes > self.options.max_bytes {
            let (of_sink, sink) = self.largest.clone();
            return Err(LottieError::TooLarge {
                limit: self.options.max_bytes,
                sink,
                of_sink,
            });
        }
        Ok(())
    }

    /// Sides of the document.
    fn pixels(&self) -> [u32; 2] {
        let scale = self.options.scale;
        self.size
            .map(|side| (side * scale + 0.5).floor().max(1.0) as u32)
    }

    /// Appends the whole document; returns what is drawn anew at frames.
    pub(super) fn assemble(self, out: &mut String) -> Vec<Redrawn> {
        let options = self.options;
        let [width, height] = self.pixels();
        let rate = number_text(options.rate);
        out.push_str(&format!(
            "{{\"v\":\"{VERSION}\",\"fr\":{rate},\"ip\":0,\"op\":{},\"w\":{width},\"h\":{height},\"nm\":",
            self.clock.end
        ));
        string(out, &options.name);
        out.push_str(",\"ddd\":0");
        let is_tool = |entry: &&(String, String)| entry.0 == "Software";
        let texts = |tool: bool| options.metadata.iter().filter(move |e| is_tool(e) == tool);
        if let Some((_, tool)) = texts(true).next() {
            out.push_str(",\"meta\":{\"g\":");
            string(out, tool);
            out.push('}');
        }
        if texts(false).next().is_some() {
            out.push_str(",\"metadata\":{\"customProps\":{");
            for (i, (key, text)) in texts(false).enumerate() {
                if i > 0 {
                    out.push(',');
                }
                string(out, key);
                out.push(':');
                string(out, text);
            }
            out.push_str("}}");
        }
        out.push_str(",\"assets\":[");
        out.push_str(&self.assets.join(","));
        out.push_str("],\"layers\":[");
        push_layers(&self.comp, out);
        out.push_str("]}\n");
        self.redrawn
    }
}

/// Appends layers, topmost first.
fn push_layers(comp: &Comp, out: &mut String) {
    for (i, layer) in comp.layers.iter().rev().enumerate() {
        if i > 0 {
            out.push(',');
        }
        out.push_str(layer);
    }
}

pub(super) fn not_representable(sink: &str, what: &'static str) -> LottieError {
    LottieError::NotRepresentable {
        sink: sink.to_owned(),
        what,
    }
}

/// Appends a number of decimals that is enough for effects.
pub(super) fn rounded(value: f64) -> String {
    let mut out = String::new();
    decimal(&mut out, (value * 1000.0 + 0.5).floor(), 3);
    out
}
