//! Many frames become one file, or one stream.
//!
//! In: [`Shot`]s in the order of the plan, from [`super::pipeline`]. A [`Film`] is the format; a [`Reel`]
//! gives it frames with the times they are shown, and keeps the manifest. A file appears under its name
//! when it is whole, and not at all otherwise.

use super::apng::Apng;
use super::delay::{Span, Spans};
use super::gif::{Gif, Quantised};
use super::manifest::{FileEntry, FrameEntry, Head, Ledger, Sums, Written};
use super::output::{Destination, OutputError};
use super::pipeline::{Delivery, Frame, Outcome};
use super::shot::Shot;
use super::spares::Spares;
use super::webp::WebpAnimation;
use super::{FrameSet, Image, Plan};
use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// A format that holds many frames.
pub trait Film {
    /// What it takes in for a frame.
    type Content;

    /// Appends a frame.
    ///
    /// # Errors
    /// What the writer or the encoder says.
    fn add(&mut self, content: Self::Content, span: Span) -> io::Result<()>;

    /// Ends it; everything is written then.
    ///
    /// # Errors
    /// What the writer or the encoder says.
    fn finish(self) -> io::Result<()>;

    /// Bytes that were written so far, if it counts them: nobody can ask a stream how long it was.
    fn written(&self) -> u64 {
        0
    }
}

impl<W: Write> Film for Apng<W> {
    type Content = Image;

    fn add(&mut self, image: Image, span: Span) -> io::Result<()> {
        Self::add(self, &image, span.ratio())
    }

    fn finish(self) -> io::Result<()> {
        Self::finish(self)
    }
}

impl<W: Write + Seek> Film for WebpAnimation<W> {
    type Content = Image;

    fn add(&mut self, image: Image, span: Span) -> io::Result<()> {
        Self::add(self, &image, span.ticks(1000))
    }

    fn finish(self) -> io::Result<()> {
        Self::finish(self)?.flush()
    }
}

impl<W: Write> Film for Gif<W> {
    type Content = Quantised;

    fn add(&mut self, picture: Quantised, span: Span) -> io::Result<()> {
        Self::add(self, picture, span.ticks(100))
    }

    fn finish(self) -> io::Result<()> {
        Self::finish(self)?.flush()
    }
}

/// Bytes, one frame after the other.
#[derive(Debug)]
pub struct Bytes<W> {
    out: W,
    written: u64,
    spares: Spares,
}

impl<W: Write> Bytes<W> {
    /// Writes `head` first. Frames that are written go to `spares`.
    ///
    /// # Errors
    /// What the writer says.
    pub fn new(mut out: W, head: &[u8], spares: Spares) -> io::Result<Self> {
        out.write_all(head)?;
        Ok(Self {
            out,
            written: head.len() as u64,
            spares,
        })
    }
}

impl<W: Write> Film for Bytes<W> {
    type Content = Vec<u8>;

    fn add(&mut self, bytes: Vec<u8>, _span: Span) -> io::Result<()> {
        self.out.write_all(&bytes)?;
        self.written += bytes.len() as u64;
        self.spares.give(bytes);
        // Whoever reads a stream wants whole frames.
        self.out.flush()
    }

    fn finish(mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn written(&self) -> u64 {
        self.written
    }
}

/// A film under a temporary name, and its manifest.
pub struct Reel<'a, F> {
    film: F,
    spans: Spans<'a>,
    /// `None` for standard output.
    file: Option<Canister<'a>>,
    last: Option<u64>,
}

/// Where a film lies until it is whole.
struct Canister<'a> {
    file: NamedTempFile,
    destination: &'a Destination,
    ledger: Ledger<'a>,
    plan: &'a Plan,
}

/// What an export is about.
#[derive(Debug, Clone, Copy)]
pub struct Programme<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Which of its frames.
    pub frames: &'a FrameSet,
    /// What the manifest says of it.
    pub head: &'a Head,
}

impl<'a, F: Film> Reel<'a, F> {
    /// Begins a file. `film` makes the film, with the file to write to and its (temporary) path.
    ///
    /// # Errors
    /// [`OutputError::Io`], and what `film` says.
    pub fn file(
        programme: Programme<'a>,
        destination: &'a Destination,
        film: impl FnOnce(BufWriter<File>, &Path) -> io::Result<F>,
    ) -> Result<Self, OutputError> {
        let Programme { plan, frames, head } = programme;
        let shown = destination.shown();
        let name = destination.manifest_name(frames, plan.frames());
        destination.sweep_abandoned(&name)?;
        let ledger = Ledger::begin(destination, &name, head)?;
        let file = destination.temporary(&name)?;
        let out = file.reopen().map_err(OutputError::io(&shown))?;
        let film = film(BufWriter::new(out), file.path()).map_err(|e| failed(&shown, e, None))?;
        Ok(Self {
            film,
            spans: Spans::new(plan, frames),
            file: Some(Canister {
                ledger,
                plan,
                file,
                destination,
            }),
            last: None,
        })
    }

    /// Begins a stream that nobody keeps a manifest of.
    pub fn stream(programme: Programme<'a>, film: F) -> Self {
        Self {
            film,
            spans: Spans::new(programme.plan, programme.frames),
            file: None,
            last: None,
        }
    }

    /// Ends the film: the file and its manifest appear. Returns the outcome with the bytes of the file or
    /// stream.
    ///
    /// # Errors
    /// [`OutputError`]; nothing appears then.
    pub fn finish(self, outcome: Outcome) -> Result<Outcome, OutputError> {
        let Self {
            film, file, last, ..
        } = self;
        let shown = shown(file.as_ref());
        let written = film.written();
        film.finish().map_err(|error| failed(&shown, error, last))?;
        let Some(Canister {
            file,
            destination,
            ledger,
            ..
        }) = file
        else {
            return Ok(Outcome {
                bytes: written,
                ..outcome
            });
        };
        let mut hasher = blake3::Hasher::new();
        let bytes = File::open(file.path())
            .and_then(|mut file| io::copy(&mut file, &mut hasher))
            .map_err(OutputError::io(&shown))?;
        let name = destination.name(0);
        destination.publish(file, &name)?;
        let outcome = Outcome { bytes, ..outcome };
        let written = Written {
            file: &name,
            bytes,
            hash: hasher.finalize(),
        };
        ledger.finish(&Sums::from(&outcome), Some(&FileEntry::from(written)))?;
        Ok(outcome)
    }
}

impl<F: Film> Delivery<Shot<F::Content>> for Reel<'_, F> {
    fn deliver(&mut self, frame: Frame<Shot<F::Content>>) -> Result<u64, OutputError> {
        if let Some(canister) = &mut self.file {
            let pixels = frame.product.pixels.as_ref();
            let entry = FrameEntry::new(canister.plan, &frame, None, pixels);
            canister.ledger.line(&entry)?;
        }
        // There are as many spans as frames.
        let span = self.spans.next().unwrap_or(Span {
            start_ms: 0.0,
            end_ms: 0.0,
        });
        match self.film.add(frame.product.content, span) {
            Ok(()) => {
                self.last = Some(frame.number);
                Ok(0)
            }
            Err(error) => Err(failed(&shown(self.file.as_ref()), error, self.last)),
        }
    }
}

fn shown(file: Option<&Canister<'_>>) -> std::path::PathBuf {
    file.map_or_else(|| "-".into(), |canister| canister.destination.shown())
}

/// What a film's error means to people.
fn failed(shown: &Path, error: io::Error, last: Option<u64>) -> OutputError {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return OutputError::ReaderGone { last };
    }
    match error.downcast::<super::movie::EncoderError>() {
        Ok(error) => OutputError::Encoder { error, last },
        Err(error) => OutputError::io(shown)(error),
    }
}
