//! One file a frame: a tree becomes the bytes of a file.
//!
//! In: trees, on worker threads. Out: [`File`]s with their hashes, which [`super::manifest`] writes and
//! lists. Only pixels are painted; shapes go straight to text.

use super::pipeline::{Finish, Stage};
use super::png::{PngEffort, PngEncoder, deep_hash, pixel_hash};
use super::{DeepImage, Painter, Scribe, Shown, SourceError, Texts, webp};

/// A finished file.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// All of it.
    pub bytes: Vec<u8>,
    /// BLAKE3 of the bytes.
    pub hash: blake3::Hash,
    /// See [`pixel_hash`]; `None` for a file without pixels.
    pub pixels: Option<blake3::Hash>,
}

/// Makes PNG files.
pub struct PngFiles<'a> {
    painter: Box<dyn Painter>,
    encoder: PngEncoder,
    texts: Option<&'a Texts>,
}

impl<'a> PngFiles<'a> {
    /// `texts` is the metadata that all files share; frame and time are added. `None`: no metadata.
    pub fn new(painter: Box<dyn Painter>, effort: PngEffort, texts: Option<&'a Texts>) -> Self {
        Self {
            painter,
            encoder: PngEncoder::new(effort),
            texts,
        }
    }
}

impl Finish for PngFiles<'_> {
    type Product = File;

    fn finish(&mut self, shown: Shown, stage: &dyn Fn(Stage)) -> Result<File, SourceError> {
        stage(Stage::Paint);
        let image = self.painter.show(&shown)?;
        stage(Stage::Encode);
        let texts = of_frame(self.texts, &shown);
        let encoded = self.encoder.encode_and_hash(image, &texts);
        let (bytes, pixels) = encoded.map_err(encode_failed)?;
        Ok(File {
            hash: blake3::hash(&bytes),
            pixels: Some(pixels),
            bytes,
        })
    }
}

/// Makes PNG files with 16 bits a channel.
pub struct DeepFiles<'a> {
    painter: Box<dyn Painter>,
    encoder: PngEncoder,
    image: DeepImage,
    texts: Option<&'a Texts>,
}

impl<'a> DeepFiles<'a> {
    /// As [`PngFiles::new`].
    pub fn new(painter: Box<dyn Painter>, effort: PngEffort, texts: Option<&'a Texts>) -> Self {
        Self {
            painter,
            encoder: PngEncoder::new(effort),
            image: DeepImage::default(),
            texts,
        }
    }
}

impl Finish for DeepFiles<'_> {
    type Product = File;

    fn finish(&mut self, shown: Shown, stage: &dyn Fn(Stage)) -> Result<File, SourceError> {
        stage(Stage::Paint);
        self.painter.paint_deep(&shown, &mut self.image)?;
        stage(Stage::Encode);
        let texts = of_frame(self.texts, &shown);
        let bytes = self
            .encoder
            .encode_deep(&self.image, &texts)
            .map_err(encode_failed)?;
        Ok(File {
            hash: blake3::hash(&bytes),
            pixels: Some(deep_hash(&self.image)),
            bytes,
        })
    }
}

pub(super) fn encode_failed(error: impl std::fmt::Display) -> SourceError {
    SourceError {
        code: "encode-failed",
        message: error.to_string(),
    }
}

/// Makes SVG files.
pub struct SvgFiles<'a> {
    scribe: Box<dyn Scribe>,
    text: String,
    texts: Option<&'a Texts>,
}

impl<'a> SvgFiles<'a> {
    /// `texts` is the metadata that all files share; frame and time are added. `None`: no metadata.
    pub fn new(scribe: Box<dyn Scribe>, texts: Option<&'a Texts>) -> Self {
        Self {
            scribe,
            text: String::new(),
            texts,
        }
    }
}

impl Finish for SvgFiles<'_> {
    type Product = File;

    fn finish(&mut self, shown: Shown, stage: &dyn Fn(Stage)) -> Result<File, SourceError> {
        stage(Stage::Encode);
        self.text.clear();
        let texts = of_frame(self.texts, &shown);
        self.scribe.write(&shown.tree, &texts, &mut self.text);
        let bytes = self.text.as_bytes().to_vec();
        Ok(File {
            hash: blake3::hash(&bytes),
            pixels: None,
            bytes,
        })
    }
}

/// Makes WebP files.
pub struct WebpFiles {
    painter: Box<dyn Painter>,
}

impl WebpFiles {
    /// With a painter.
    pub fn new(painter: Box<dyn Painter>) -> Self {
        Self { painter }
    }
}

impl Finish for WebpFiles {
    type Product = File;

    fn finish(&mut self, shown: Shown, stage: &dyn Fn(Stage)) -> Result<File, SourceError> {
        stage(Stage::Paint);
        let image = self.painter.show(&shown)?;
        stage(Stage::Encode);
        let bytes = webp::encode(image).map_err(encode_failed)?;
        Ok(File {
            hash: blake3::hash(&bytes),
            pixels: Some(pixel_hash(image)),
            bytes,
        })
    }
}

/// What all files say, then which frame this one is.
fn of_frame(shared: Option<&Texts>, shown: &Shown) -> Texts {
    let Some(shared) = shared else {
        return Texts::new();
    };
    let mut texts = shared.clone();
    texts.push(("oscilla:frame", shown.tree.frame.to_string()));
    texts.push(("oscilla:time-ms", shown.tree.t_ms.to_string()));
    texts
}
