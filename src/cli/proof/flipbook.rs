//! A flip-book: one page that plays frames, scrubs through them, and lays the first over the last.
//!
//! In: PNG files of frames, in order. Out: a self-contained page, which itself is `page.{html,css,js}` beside
//! this file. Frames that are equal are kept once.

use crate::cli::failure::{Failure, Status};
use crate::diag::Diagnostic;
use crate::export::delay::Spans;
use crate::export::{FrameSet, Plan};
use crate::page::{Content, Page};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Most pixels of all frames together.
const PIXELS_MAX: u64 = 1 << 31;
/// Most frames.
const FRAMES_MAX: u64 = 10_000;
/// Most bytes of all pictures.
const BYTES_MAX: u64 = 256 << 20;
/// More bytes than this are slow to open.
const BYTES_MUCH: u64 = 32 << 20;

/// What helps against too much.
const SMALLER: &str = "choose fewer frames (`--frames 0-:2`) or smaller ones (`--scale 0.5`)";

/// Refuses, before anything is rendered, what no browser would open.
///
/// # Errors
/// If there are too many frames, or too large ones.
pub(super) fn check(frames: u64, (width, height): (u32, u32)) -> Result<(), Failure> {
    let pixels = frames.saturating_mul(u64::from(width) * u64::from(height));
    if frames <= FRAMES_MAX && pixels <= PIXELS_MAX {
        return Ok(());
    }
    let message = format!(
        "a flip-book of {frames} frames of {width} x {height} px is too large: it takes {FRAMES_MAX} frames, \
         and {} million pixels in all",
        PIXELS_MAX / 1_000_000
    );
    let finding = Diagnostic::error("too-large", "", message).hint(SMALLER);
    Err(Failure::new(Status::Usage, finding))
}

/// What a page says about its frames.
pub(super) struct Head {
    pub(super) title: String,
    /// The tool, the size, the plan, in words.
    pub(super) facts: String,
    /// px of a frame.
    pub(super) size: (u32, u32),
    /// Whether the last frame is meant to lead to the first.
    pub(super) is_loop: bool,
}

/// Frames on their way into a page.
#[derive(Default)]
pub(super) struct Book {
    pictures: Vec<Vec<u8>>,
    by_hash: BTreeMap<[u8; 32], usize>,
    frames: Vec<(u64, f64, Option<f64>, usize)>,
    bytes: u64,
}

impl Book {
    /// Takes the next frame: number, time in ms, phase, and its file.
    ///
    /// # Errors
    /// If all together are too large.
    pub(super) fn add(
        &mut self,
        (number, t_ms, phase): (u64, f64, Option<f64>),
        png: Vec<u8>,
        hash: &blake3::Hash,
    ) -> io::Result<()> {
        let next = self.pictures.len();
        let at = *self.by_hash.entry(*hash.as_bytes()).or_insert(next);
        if at == next {
            self.bytes += png.len() as u64;
            if self.bytes > BYTES_MAX {
                let most = BYTES_MAX >> 20;
                let message = format!("the pictures have more than {most} MiB; {SMALLER}");
                return Err(io::Error::other(message));
            }
            self.pictures.push(png);
        }
        self.frames.push((number, t_ms, phase, at));
        Ok(())
    }

    /// What people should know of its size.
    pub(super) fn warning(&self) -> Option<String> {
        (self.bytes > BYTES_MUCH).then(|| {
            let mib = self.bytes >> 20;
            format!("warning: the flip-book has {mib} MiB of pictures and opens slowly; {SMALLER}")
        })
    }

    /// Writes the page.
    ///
    /// # Errors
    /// What the writer says.
    pub(super) fn write(
        &self,
        head: &Head,
        (plan, frames): (&Plan, &FrameSet),
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut end = 0.0;
        let rows = self.frames.iter().zip(Spans::new(plan, frames));
        let rows: Vec<Value> = rows
            .map(|((number, t_ms, phase, picture), span)| {
                end = span.end_ms;
                json!([number, t_ms, phase, span.start_ms, picture])
            })
            .collect();
        let data = json!({
            "title": head.title,
            "facts": head.facts,
            "size": [head.size.0, head.size.1],
            "isLoop": head.is_loop,
            "lengthMs": end,
            "frames": rows,
        });
        let page = Page {
            html: include_str!("page.html"),
            css: include_str!("page.css"),
            js: include_str!("page.js"),
        };
        let content = Content {
            data: &data,
            pictures: &self.pictures,
        };
        page.write(content, out)
    }
}
