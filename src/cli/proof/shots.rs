//! What proofs are made of: a frame becomes a reduced picture, a PNG file, or both.
//!
//! In: frames, on worker threads. Out: [`Proof`]s, in order, into a sheet and a flip-book.

use super::flipbook::Book;
use super::sheet::Sheet;
use crate::cli::failure::Failure;
use crate::export::output::OutputError;
use crate::export::pipeline::{Delivery, Finish, Frame, Stage};
use crate::export::png::{PngEffort, PngEncoder, pixel_hash};
use crate::export::{FrameSet, Image, Painter, Plan, Shown, SourceError, Texts};
use crate::raster::reduce;
use std::path::Path;

/// What is made of which frames.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// Size of reduced pictures, and the frames that have one.
    pub(super) reduced: Option<((u32, u32), &'a FrameSet)>,
    /// Whether each frame is a file, for the flip-book.
    pub(super) files: bool,
}

/// What was made of a frame.
pub(super) struct Proof {
    reduced: Option<Vec<[u8; 4]>>,
    file: Option<(Vec<u8>, blake3::Hash)>,
}

/// Makes them. One per thread.
pub(super) struct Prover<'a> {
    painter: Box<dyn Painter>,
    encoder: PngEncoder,
    image: Image,
    wanted: Wanted<'a>,
}

impl<'a> Prover<'a> {
    pub(super) fn new(painter: Box<dyn Painter>, wanted: Wanted<'a>) -> Self {
        Self {
            painter,
            // Pages are kept and sent: size is worth some time.
            encoder: PngEncoder::new(PngEffort::Balanced),
            image: Image::default(),
            wanted,
        }
    }
}

impl Finish for Prover<'_> {
    type Product = Proof;

    fn finish(&mut self, shown: Shown, stage: &dyn Fn(Stage)) -> Result<Proof, SourceError> {
        stage(Stage::Paint);
        self.painter.paint(&shown, &mut self.image)?;
        stage(Stage::Encode);
        let Image {
            width,
            height,
            rgba,
        } = &self.image;
        let reduced = self.wanted.reduced;
        let reduced = reduced.filter(|(_, frames)| frames.contains(shown.tree.frame));
        let file = if self.wanted.files {
            let file = self.encoder.encode(&self.image, &Texts::new());
            let file = file.map_err(|error| SourceError {
                code: "encode-failed",
                message: error.to_string(),
            })?;
            Some((file, pixel_hash(&self.image)))
        } else {
            None
        };
        Ok(Proof {
            reduced: reduced.map(|(size, _)| reduce(rgba, (*width, *height), size)),
            file,
        })
    }
}

/// Takes them to their places.
pub(super) struct Desk<'a> {
    pub(super) plan: &'a Plan,
    /// The sheet, the band of this clip, and its next cell.
    pub(super) sheet: Option<(&'a mut Sheet, usize, u64)>,
    /// What stands below a picture in place of its number and time: the name of a variant.
    pub(super) label: Option<&'a str>,
    pub(super) book: Option<&'a mut Book>,
    /// Where the flip-book will lie.
    pub(super) path: &'a Path,
    /// What went wrong beyond writing.
    pub(super) failure: Option<Failure>,
}

/// When a frame is, in words: seconds, and turns of its cycle.
pub(super) fn time_words(t_ms: f64, phase: Option<f64>) -> String {
    let seconds = format!("{:.3} s", t_ms / 1000.0);
    match phase {
        Some(phase) => format!("{seconds}  φ {phase:.3}"),
        None => seconds,
    }
}

impl Delivery<Proof> for Desk<'_> {
    fn deliver(&mut self, frame: Frame<Proof>) -> Result<u64, OutputError> {
        let Frame {
            number,
            sample,
            t_ms,
            product: Proof { reduced, file },
            ..
        } = frame;
        let phase = self.plan.phase(sample);
        if let (Some((sheet, band, cell)), Some(pixels)) = (&mut self.sheet, reduced) {
            let (number, time) = (number.to_string(), time_words(t_ms, phase));
            let words = match self.label {
                Some(label) => (label, ""),
                None => (number.as_str(), time.as_str()),
            };
            let put = sheet.put((*band, *cell), &pixels, words);
            *cell += 1;
            if let Err(failure) = put {
                self.failure.get_or_insert(failure);
            }
        }
        match (&mut self.book, file) {
            (Some(book), Some((png, hash))) => {
                let bytes = png.len() as u64;
                let added = book.add((number, t_ms, phase), png, &hash);
                added.map_err(|source| OutputError::Io {
                    path: self.path.to_owned(),
                    source,
                })?;
                Ok(bytes)
            }
            _ => Ok(0),
        }
    }
}
