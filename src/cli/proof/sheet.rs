//! A contact sheet: reduced pictures in a grid, each with what it is.
//!
//! In: the size of a frame, and bands of cells (one band for a clip, one for each variant of several). Out:
//! one picture. Cells are put into it as they come; nothing else is kept of a frame. What is translucent is
//! shown on a checkerboard.

use crate::cli::failure::{Failure, Status};
use crate::cli::font;
use crate::diag::Diagnostic;
use crate::export::Image;
use plotters::backend::BitMapBackend;
use plotters::prelude::{Color as _, IntoDrawingArea as _, IntoFont as _, RGBColor, Text};
use plotters::style::TextStyle;

/// Longest sides of a reduced picture that are tried, px.
const SIDES: [u32; 4] = [240, 160, 120, 80];
/// Most pixels of a sheet.
const PIXELS_MAX: u64 = 1 << 25;
/// Longest side of a sheet, px.
const SIDE_MAX: u64 = 16_384;
/// Width to height that a sheet has if its cells allow it.
const SHAPE: f64 = 1.5;

const MARGIN: u32 = 16;
const GAP: u32 = 12;
/// Height of a line below a picture.
const LABEL: u32 = 20;
/// Height of a line above a band.
const TITLE: u32 = 26;
/// Even, so that the digits and the point of a number stand on one line.
const FONT_PX: u32 = 12;

const BACK: [u8; 3] = [38, 40, 43];
const BRIGHT: RGBColor = RGBColor(236, 236, 234);
const SOFT: RGBColor = RGBColor(163, 165, 172);
const CHECKER: [u8; 2] = [150, 120];
/// Side of a square of the checkerboard, px.
const SQUARE: u32 = 8;

/// What is to be shown together.
#[derive(Debug, Clone)]
pub(super) struct Band {
    /// Above it, where there are several.
    pub(super) title: Option<String>,
    /// How many pictures it has.
    pub(super) cells: u64,
}

/// Where everything goes.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// A reduced picture, px.
    pub(super) picture: (u32, u32),
    /// px.
    cell: (u32, u32),
    columns: u64,
    /// The first row of px of each band's cells.
    tops: Vec<u32>,
    bands: Vec<Band>,
    header: String,
    /// px.
    size: (u32, u32),
}

impl Layout {
    /// Finds the largest pictures that a sheet has place for. `label` is the longest that there will be.
    ///
    /// # Errors
    /// If there is no place for any.
    pub(super) fn new(
        frame: (u32, u32),
        bands: Vec<Band>,
        columns: Option<u64>,
        (header, label): (String, &str),
    ) -> Result<Self, Failure> {
        font::load().map_err(internal)?;
        let label = text_width(label)?;
        for side in SIDES {
            let picture = within(frame, side);
            let cell = (picture.0.max(label), picture.1 + LABEL);
            let cells = bands
                .iter()
                .map(|band| band.cells)
                .max()
                .unwrap_or(1)
                .max(1);
            // A band is a row where there are several, so that they can be compared.
            let chosen = columns.unwrap_or_else(|| match bands.len() {
                1 => balanced(cells, cell),
                _ => cells,
            });
            let columns = chosen.min(cells);
            if let Some((tops, size)) = place(&bands, cell, columns) {
                return Ok(Self {
                    picture,
                    cell,
                    columns,
                    tops,
                    bands,
                    header,
                    size,
                });
            }
        }
        let count: u64 = bands.iter().map(|band| band.cells).sum();
        let message = format!("a contact sheet has no place for {count} pictures in this order");
        let finding = Diagnostic::error("too-large", "", message)
            .hint("raise `--contact-every`, or give other `--contact-columns`");
        Err(Failure::new(Status::Usage, finding))
    }

    /// px.
    pub(super) fn size(&self) -> (u32, u32) {
        self.size
    }
}

/// A sheet that is being filled.
pub(super) struct Sheet {
    layout: Layout,
    rgb: Vec<u8>,
    words: Vec<Word>,
}

/// A text and where it stands.
struct Word {
    x: u32,
    y: u32,
    text: String,
    color: RGBColor,
}

impl Sheet {
    /// Without any picture.
    ///
    /// # Errors
    /// If no text can be drawn.
    pub(super) fn new(layout: Layout) -> Result<Self, Failure> {
        let (width, height) = layout.size;
        let mut sheet = Self {
            rgb: BACK.repeat(width as usize * height as usize),
            words: Vec::new(),
            layout,
        };
        let across = width - 2 * MARGIN;
        let header = fitted(&sheet.layout.header, across)?;
        sheet.word((MARGIN, MARGIN), header, BRIGHT);
        for (band, top) in sheet
            .layout
            .bands
            .clone()
            .iter()
            .zip(sheet.layout.tops.clone())
        {
            if let Some(title) = &band.title {
                sheet.word((MARGIN, top - TITLE + 4), fitted(title, across)?, BRIGHT);
            }
        }
        Ok(sheet)
    }

    fn word(&mut self, (x, y): (u32, u32), text: String, color: RGBColor) {
        self.words.push(Word { x, y, text, color });
    }

    /// Puts a picture (premultiplied, of the layout's size) into a cell of a band, with words below it: one
    /// to the left, one to the right.
    ///
    /// # Errors
    /// If no text can be drawn.
    pub(super) fn put(
        &mut self,
        (band, cell): (usize, u64),
        pixels: &[[u8; 4]],
        (left, right): (&str, &str),
    ) -> Result<(), Failure> {
        let Layout {
            columns,
            cell: size,
            picture,
            ..
        } = self.layout;
        let Some(&top) = self.layout.tops.get(band) else {
            return Ok(());
        };
        // Both are below the sides of a sheet.
        let (column, row) = ((cell % columns) as u32, (cell / columns) as u32);
        let x = MARGIN + column * (size.0 + GAP);
        let y = top + row * (size.1 + GAP);
        self.paint((x + (size.0 - picture.0) / 2, y), pixels);
        let below = y + picture.1 + 4;
        let taken = if right.is_empty() {
            0
        } else {
            text_width(right)?
        };
        let left = fitted(left, size.0 - taken.min(size.0))?;
        self.word((x, below), left, BRIGHT);
        if taken > 0 {
            self.word(
                (x + size.0 - taken.min(size.0), below),
                right.to_owned(),
                SOFT,
            );
        }
        Ok(())
    }

    fn paint(&mut self, (left, top): (u32, u32), pixels: &[[u8; 4]]) {
        let (width, _) = self.layout.picture;
        let across = self.layout.size.0 as usize;
        for (y, row) in (0u32..).zip(pixels.chunks_exact(width.max(1) as usize)) {
            let at = ((top + y) as usize * across + left as usize) * 3;
            let line = &mut self.rgb[at..at + row.len() * 3];
            for ((x, pixel), out) in (0u32..).zip(row).zip(line.chunks_exact_mut(3)) {
                let dark = (x / SQUARE + y / SQUARE) % 2;
                let below = u32::from(CHECKER[dark as usize]) * (255 - u32::from(pixel[3]));
                for (out, &c) in out.iter_mut().zip(pixel) {
                    *out = (u32::from(c) + (below + 127) / 255).min(255) as u8;
                }
            }
        }
    }

    /// The whole picture.
    ///
    /// # Errors
    /// If no text can be drawn.
    pub(super) fn finish(mut self) -> Result<Image, Failure> {
        let (width, height) = self.layout.size;
        let area = BitMapBackend::with_buffer(&mut self.rgb, (width, height)).into_drawing_area();
        for Word { x, y, text, color } in self.words {
            let style = TextStyle::from((font::FAMILY, FONT_PX).into_font());
            let color = color.to_rgba();
            let style = style.color(&color);
            let at = (x as i32, y as i32);
            area.draw(&Text::new(text, at, style)).map_err(internal)?;
        }
        area.present().map_err(internal)?;
        drop(area);
        let rgba = self
            .rgb
            .chunks_exact(3)
            .flat_map(|c| [c[0], c[1], c[2], 255]);
        Ok(Image {
            width,
            height,
            rgba: rgba.collect(),
        })
    }
}

/// The size of a picture whose longer side is at most `side`; never larger than it is.
fn within((width, height): (u32, u32), side: u32) -> (u32, u32) {
    let longer = width.max(height).max(1);
    if longer <= side {
        return (width.max(1), height.max(1));
    }
    let reduced = |length: u32| {
        let exact = u64::from(length) * u64::from(side);
        ((exact + u64::from(longer) / 2) / u64::from(longer)).max(1) as u32
    };
    (reduced(width), reduced(height))
}

/// So many columns that the cells are about as wide as [`SHAPE`] says, and the last row as full as it can be.
fn balanced(cells: u64, (width, height): (u32, u32)) -> u64 {
    let shape = f64::from(height + GAP) / f64::from(width + GAP) * SHAPE;
    let columns = (cells as f64 * shape).sqrt();
    let columns = (columns + 0.5).floor().clamp(1.0, cells as f64) as u64;
    cells.div_ceil(cells.div_ceil(columns))
}

/// First rows of the bands' cells, and the size of it all; `None` if that is too large.
fn place(bands: &[Band], cell: (u32, u32), columns: u64) -> Option<(Vec<u32>, (u32, u32))> {
    let (width, height) = (u64::from(cell.0), u64::from(cell.1));
    let gap = u64::from(GAP);
    let across = columns.checked_mul(width + gap)? - gap + 2 * u64::from(MARGIN);
    let mut down = u64::from(MARGIN + TITLE);
    let mut tops = Vec::with_capacity(bands.len());
    for band in bands {
        down += band.title.as_ref().map_or(0, |_| u64::from(TITLE));
        tops.push(u32::try_from(down).ok()?);
        down = band
            .cells
            .div_ceil(columns)
            .checked_mul(height + gap)?
            .checked_add(down)?;
    }
    down += u64::from(MARGIN) - gap;
    let fits = across <= SIDE_MAX && down <= SIDE_MAX && across * down <= PIXELS_MAX;
    fits.then_some((tops, (across as u32, down as u32)))
}

/// px.
fn text_width(text: &str) -> Result<u32, Failure> {
    let size = (font::FAMILY, FONT_PX).into_font().box_size(text);
    Ok(size.map_err(internal)?.0 + 2)
}

/// A text, or as much of it as there is room for.
fn fitted(text: &str, width: u32) -> Result<String, Failure> {
    let mut shown: String = text.chars().filter(|c| !c.is_control()).collect();
    if text_width(&shown)? <= width {
        return Ok(shown);
    }
    while shown.pop().is_some() {
        if text_width(&format!("{shown}…"))? <= width {
            return Ok(format!("{}…", shown.trim_end()));
        }
    }
    Ok(String::new())
}

fn internal(error: impl std::fmt::Display) -> Failure {
    let finding = Diagnostic::error("internal", "", format!("text cannot be drawn: {error}"));
    Failure::new(Status::Bug, finding)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(cells: u64) -> Vec<Band> {
        vec![Band { title: None, cells }]
    }

    fn layout(
        frame: (u32, u32),
        bands: Vec<Band>,
        columns: Option<u64>,
    ) -> Result<Layout, Failure> {
        Layout::new(frame, bands, columns, ("a header".to_owned(), "12"))
    }

    #[test]
    fn pictures_keep_their_shape_and_are_never_enlarged() {
        assert_eq!(within((1920, 1080), 240), (240, 135));
        assert_eq!(within((1080, 1920), 240), (135, 240));
        assert_eq!(within((64, 48), 240), (64, 48));
        assert_eq!(within((16_384, 1), 240), (240, 1));
    }

    #[test]
    fn a_sheet_is_about_as_wide_as_a_screen() {
        for (frame, cells) in [
            ((1920, 1080), 48),
            ((1080, 1920), 48),
            ((480, 480), 12),
            ((480, 480), 1),
        ] {
            let Layout { size, columns, .. } = layout(frame, clip(cells), None).unwrap();
            let shape = f64::from(size.0) / f64::from(size.1);
            assert!(
                cells == 1 || (1.0..2.2).contains(&shape),
                "{frame:?} {cells}: {shape}"
            );
            assert!(columns <= cells);
        }
        assert_eq!(layout((64, 48), clip(5), Some(2)).unwrap().columns, 2);
        assert_eq!(layout((64, 48), clip(5), Some(99)).unwrap().columns, 5);
    }

    #[test]
    fn many_pictures_are_smaller_and_too_many_refused() {
        let side = |cells| layout((1920, 1080), clip(cells), None).map(|l| l.picture.0);
        assert_eq!(side(48).unwrap(), 240);
        assert!(side(1000).unwrap() < 240);
        assert!(side(1_000_000).is_err());
        assert!(side(u64::MAX / 2).is_err());
    }

    #[test]
    fn what_is_translucent_shows_the_checkerboard() {
        let layout = layout((16, 8), clip(1), None).unwrap();
        let mut sheet = Sheet::new(layout).unwrap();
        let half = [128, 0, 0, 128];
        sheet.put((0, 0), &[half; 128], ("0", "")).unwrap();
        let top = sheet.layout.tops[0];
        let image = sheet.finish().unwrap();
        let x = MARGIN + (sheet_cell_width(&image) - 16) / 2;
        let at = |x: u32| &image.rgba[((top * image.width + x) * 4) as usize..][..4];
        assert_eq!(at(x), [128 + 75, 75, 75, 255]);
        assert_eq!(at(x + SQUARE), [128 + 60, 60, 60, 255]);
    }

    fn sheet_cell_width(image: &Image) -> u32 {
        image.width - 2 * MARGIN
    }

    #[test]
    fn long_words_are_cut() {
        font::load().unwrap();
        let short = fitted("a very long text that does not fit", 60).unwrap();
        assert!(short.ends_with('…') && short.starts_with("a v"), "{short}");
        assert!(text_width(&short).unwrap() <= 60);
        assert_eq!(fitted("fits", 60).unwrap(), "fits");
        assert_eq!(fitted("x", 0).unwrap(), "");
    }
}
