//! Fill and stroke of the rows of a pass: what all rows share stands on the pass, the rest on them.
//!
//! In: rows. Out: `fill`, `fill-opacity`, `stroke`, `stroke-opacity` and `stroke-width` where they are
//! needed.

use super::text::{Text, color, opacity};
use crate::render_tree::Column;
use crate::render_tree::rows::{Look, Row};

/// What all rows have alike.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Shared {
    fill: Option<Option<[u8; 3]>>,
    fill_opacity: Option<u8>,
    stroke: Option<Option<[u8; 3]>>,
    stroke_opacity: Option<u8>,
    width: Option<f32>,
}

impl Shared {
    /// Looks through all rows.
    pub(super) fn of_rows(look: &Look, count: usize) -> Self {
        if count == 0 {
            return Self::default();
        }
        let mut shared = Self::of(&look.row(0));
        let constant = |c: &Column<[u8; 4]>| matches!(c, Column::One(_));
        let all_constant = look.fill.is_none_or(constant)
            && constant(look.stroke)
            && matches!(look.stroke_width, Column::One(_));
        if !all_constant {
            for i in 1..count {
                shared.keep(&Self::of(&look.row(i)));
                if shared == Self::default() {
                    break;
                }
            }
        }
        shared
    }

    /// What these rows and one more have alike.
    pub(super) fn join(shared: &mut Option<Self>, row: &Row) {
        let own = Self::of(row);
        match shared {
            None => *shared = Some(own),
            Some(shared) => shared.keep(&own),
        }
    }

    fn of(row: &Row) -> Self {
        Self {
            fill: Some(row.fill.map(|(rgb, _)| rgb)),
            fill_opacity: Some(row.fill.map_or(255, |(_, a)| a)),
            stroke: Some(row.stroke.map(|(rgb, _)| rgb)),
            stroke_opacity: Some(row.stroke.map_or(255, |(_, a)| a)),
            width: Some(row.width),
        }
    }

    fn keep(&mut self, other: &Self) {
        fn agree<T: PartialEq>(mine: &mut Option<T>, theirs: &Option<T>) {
            if mine != theirs {
                *mine = None;
            }
        }
        agree(&mut self.fill, &other.fill);
        agree(&mut self.fill_opacity, &other.fill_opacity);
        agree(&mut self.stroke, &other.stroke);
        agree(&mut self.stroke_opacity, &other.stroke_opacity);
        agree(&mut self.width, &other.width);
    }

    /// The attributes of the pass.
    pub(super) fn write(&self, text: &mut Text) {
        if let Some(fill) = self.fill {
            rgb(text, "fill", fill);
        }
        if let Some(alpha) = self.fill_opacity.filter(|&alpha| alpha < 255) {
            share(text, "fill-opacity", alpha);
        }
        if let Some(stroke) = self.stroke.flatten() {
            rgb(text, "stroke", Some(stroke));
        }
        if let Some(alpha) = self.stroke_opacity.filter(|&alpha| alpha < 255) {
            share(text, "stroke-opacity", alpha);
        }
        if let Some(width) = self.width.filter(|&width| width > 0.0) {
            text.number("stroke-width", f64::from(width));
        }
    }

    /// The attributes of a row that the pass does not have, or has otherwise.
    #[inline]
    pub(super) fn write_row(&self, text: &mut Text, row: &Row) {
        match (self.fill, row.fill) {
            (None, fill) => rgb(text, "fill", fill.map(|(rgb, _)| rgb)),
            (Some(Some(_)), None) => rgb(text, "fill", None),
            (Some(_), _) => {}
        }
        if self.fill_opacity.is_none()
            && let Some((_, alpha)) = row.fill.filter(|&(_, alpha)| alpha < 255)
        {
            share(text, "fill-opacity", alpha);
        }
        let Some((stroke, alpha)) = row.stroke else {
            if let Some(Some(_)) = self.stroke {
                rgb(text, "stroke", None);
            }
            return;
        };
        if self.stroke.is_none() {
            rgb(text, "stroke", Some(stroke));
        }
        if self.stroke_opacity.is_none() && alpha < 255 {
            share(text, "stroke-opacity", alpha);
        }
        if self.width.is_none() {
            text.number("stroke-width", f64::from(row.width));
        }
    }

    /// The attributes of a row that is only filled, with a colour of its own.
    pub(super) fn write_filled(&self, text: &mut Text, (color, alpha): ([u8; 3], u8)) {
        rgb(text, "fill", Some(color));
        if alpha < 255 || self.fill_opacity.is_some_and(|shared| shared < 255) {
            share(text, "fill-opacity", alpha);
        }
        text.attribute("stroke", "none");
    }
}

/// `fill` or `stroke`.
pub(super) fn rgb(text: &mut Text, name: &str, paint: Option<[u8; 3]>) {
    match paint {
        None => text.attribute(name, "none"),
        Some(rgb) => {
            text.name(name);
            color(&mut text.out, rgb);
            text.quote();
        }
    }
}

/// `fill-opacity` or `stroke-opacity`.
pub(super) fn share(text: &mut Text, name: &str, alpha: u8) {
    text.name(name);
    opacity(&mut text.out, alpha);
    text.quote();
}
