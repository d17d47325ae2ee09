//! Frames of a film: a tree becomes what the one file of many frames takes in.
//!
//! In: trees, on worker threads. Out: [`Shot`]s, which [`super::reel`] puts into the file one after the
//! other. All that does not depend on the frame before it happens here.

use super::file::encode_failed;
use super::gif::Quantised;
use super::gif::census::Census;
use super::gif::palette::{Dither, Mapper, Palette, palette};
use super::pipeline::{Delivery, Finish, Frame, Stage};
use super::png::{PngEffort, PngEncoder, deep_hash, pixel_hash};
use super::spares::Spares;
use super::yuv::{Chroma, planes_len, write_planes};
use super::{DeepImage, Image, ImageView, Painter, Shown, SourceError, Texts};
use crate::export::output::OutputError;

/// A frame, ready for its file.
#[derive(Debug, Clone)]
pub struct Shot<T> {
    /// What the file takes in.
    pub content: T,
    /// See [`pixel_hash`]: of the picture as painted; for GIF, as it will be shown. `None` where nobody
    /// keeps a manifest.
    pub pixels: Option<blake3::Hash>,
}

/// Paints pictures, and leaves them as they are.
pub struct Pictures {
    painter: Box<dyn Painter>,
}

impl Pictures {
    /// With a painter.
    pub fn new(painter: Box<dyn Painter>) -> Self {
        Self { painter }
    }
}

impl Finish for Pictures {
    type Product = Shot<Image>;

    fn finish(
        &mut self,
        shown: Shown,
        stage: &dyn Fn(Stage),
    ) -> Result<Self::Product, SourceError> {
        stage(Stage::Paint);
        let mut content = Image::default();
        self.painter.paint(&shown, &mut content)?;
        let pixels = Some(pixel_hash(&content));
        Ok(Shot { content, pixels })
    }
}

/// The bytes of a picture in a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Raw {
    /// Straight RGBA rows.
    Rgba,
    /// Straight RGBA rows for encoders that want even sides: the last column and row are doubled where a
    /// side is odd.
    Even,
    /// A frame of a YUV4MPEG2 stream.
    Y4m(Chroma),
    /// The same, with one pair of colour samples for 2 x 2 pixels, for encoders that want even sides.
    EvenY4m,
    /// PNG files, one after the other.
    Png(PngEffort),
    /// The same with 16 bits a channel.
    DeepPng(PngEffort),
}

/// Paints pictures and makes the bytes of a stream of them.
pub struct RawPictures {
    painter: Box<dyn Painter>,
    raw: Raw,
    /// Whether a manifest lists the pictures.
    listed: bool,
    encoder: PngEncoder,
    deep: DeepImage,
    spares: Spares,
}

impl RawPictures {
    /// With a painter. `listed`: a manifest wants the hashes of the pictures. `spares`: where frames that were
    /// written come back.
    pub fn new(painter: Box<dyn Painter>, raw: Raw, listed: bool, spares: Spares) -> Self {
        let effort = match raw {
            Raw::Png(effort) | Raw::DeepPng(effort) => effort,
            _ => PngEffort::default(),
        };
        Self {
            painter,
            raw,
            listed,
            encoder: PngEncoder::new(effort),
            deep: DeepImage::default(),
            spares,
        }
    }
}

impl Finish for RawPictures {
    type Product = Shot<Vec<u8>>;

    fn finish(
        &mut self,
        shown: Shown,
        stage: &dyn Fn(Stage),
    ) -> Result<Self::Product, SourceError> {
        stage(Stage::Paint);
        if let Raw::DeepPng(_) = self.raw {
            self.painter.paint_deep(&shown, &mut self.deep)?;
            stage(Stage::Encode);
            let pixels = self.listed.then(|| deep_hash(&self.deep));
            let content = self.encoder.encode_deep(&self.deep, &Texts::new());
            let content = content.map_err(encode_failed)?;
            return Ok(Shot { content, pixels });
        }
        let image = self.painter.show(&shown)?;
        stage(Stage::Encode);
        if let (Raw::Png(_), true) = (self.raw, self.listed) {
            let encoded = self.encoder.encode_and_hash(image, &Texts::new());
            let (content, pixels) = encoded.map_err(encode_failed)?;
            let pixels = Some(pixels);
            return Ok(Shot { content, pixels });
        }
        let pixels = self.listed.then(|| pixel_hash(image));
        let content = match self.raw {
            Raw::Rgba => {
                let mut bytes = self.spares.take();
                bytes.clear();
                bytes.extend_from_slice(image.rgba);
                bytes
            }
            Raw::Even => even(image).rgba,
            Raw::Y4m(chroma) => y4m_frame(image, chroma, self.spares.take()),
            Raw::EvenY4m if image.width % 2 + image.height % 2 == 0 => {
                y4m_frame(image, Chroma::Half, self.spares.take())
            }
            Raw::EvenY4m => {
                let even = even(image);
                y4m_frame(ImageView::from(&even), Chroma::Half, self.spares.take())
            }
            Raw::Png(_) | Raw::DeepPng(_) => self
                .encoder
                .encode(image, &Texts::new())
                .map_err(encode_failed)?,
        };
        Ok(Shot { content, pixels })
    }
}

/// A frame of a YUV4MPEG2 stream, written over a buffer.
fn y4m_frame(image: ImageView<'_>, chroma: Chroma, mut frame: Vec<u8>) -> Vec<u8> {
    const LINE: &[u8] = b"FRAME\n";
    let planes = planes_len(image.width, image.height, chroma);
    frame.resize(LINE.len() + planes, 0);
    let (line, planes) = frame.split_at_mut(LINE.len());
    line.copy_from_slice(LINE);
    write_planes(image, chroma, planes);
    frame
}

/// A picture with even sides.
fn even(image: ImageView<'_>) -> Image {
    let (pixels, _) = image.rgba.as_chunks::<4>();
    let (width, height) = (image.width as usize, image.height as usize);
    let mut rgba = Vec::with_capacity((width + 1) * (height + 1) * 4);
    for y in 0..height.next_multiple_of(2) {
        let row = &pixels[y.min(height - 1) * width..][..width];
        for x in 0..width.next_multiple_of(2) {
            rgba.extend(row[x.min(width - 1)]);
        }
    }
    Image {
        width: image.width.next_multiple_of(2),
        height: image.height.next_multiple_of(2),
        rgba,
    }
}

/// Paints pictures and counts their colours.
pub struct Counts {
    painter: Box<dyn Painter>,
    image: Image,
}

impl Counts {
    /// With a painter.
    pub fn new(painter: Box<dyn Painter>) -> Self {
        Self {
            painter,
            image: Image::default(),
        }
    }
}

impl Finish for Counts {
    type Product = Census;

    fn finish(&mut self, shown: Shown, stage: &dyn Fn(Stage)) -> Result<Census, SourceError> {
        stage(Stage::Paint);
        self.painter.paint(&shown, &mut self.image)?;
        stage(Stage::Encode);
        Ok(Census::of(self.image.rgba.as_chunks().0))
    }
}

impl Delivery<Census> for Census {
    fn deliver(&mut self, frame: Frame<Census>) -> Result<u64, OutputError> {
        self.add(&frame.product);
        Ok(0)
    }
}

/// Paints pictures and puts them into at most 255 colours.
pub struct Quantisations {
    painter: Box<dyn Painter>,
    /// Of the clip; `None`: every frame has its own.
    shared: Option<Mapper>,
    dither: Dither,
    image: Image,
}

impl Quantisations {
    /// With a painter, and the palette that all frames share, if they do.
    pub fn new(painter: Box<dyn Painter>, shared: Option<&Palette>, dither: Dither) -> Self {
        Self {
            painter,
            shared: shared.map(|palette| Mapper::new(palette.clone())),
            dither,
            image: Image::default(),
        }
    }
}

impl Finish for Quantisations {
    type Product = Shot<Quantised>;

    fn finish(
        &mut self,
        shown: Shown,
        stage: &dyn Fn(Stage),
    ) -> Result<Self::Product, SourceError> {
        stage(Stage::Paint);
        self.painter.paint(&shown, &mut self.image)?;
        stage(Stage::Encode);
        let mut own;
        let mapper = match &mut self.shared {
            Some(shared) => shared,
            None => {
                own = Mapper::new(palette(&Census::of(self.image.rgba.as_chunks().0)));
                &mut own
            }
        };
        let content = Quantised {
            numbers: mapper.map(&self.image, self.dither),
            palette: mapper.palette().clone(),
        };
        self.image.rgba = content.rgba();
        let pixels = Some(pixel_hash(&self.image));
        Ok(Shot { content, pixels })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_sides_are_doubled_at_the_end() {
        let image = Image {
            width: 1,
            height: 3,
            rgba: vec![1, 2, 3, 255, 4, 5, 6, 255, 200, 100, 50, 128],
        };
        let (first, second) = ([1, 2, 3, 255].repeat(2), [4, 5, 6, 255].repeat(2));
        let straight = [200, 100, 50, 128].repeat(4);
        let found = even(ImageView::from(&image));
        assert_eq!((found.width, found.height), (2, 4));
        assert_eq!(found.rgba, [&first[..], &second, &straight].concat());
    }
}
