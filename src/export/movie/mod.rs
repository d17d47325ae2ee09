//! Movies, through an ffmpeg of the machine.
//!
//! [`recipe`] writes its command line. [`Tools`] looks, before the first frame, whether ffmpeg and ffprobe are
//! there and know the encoder. [`Movie`] is the film: frames go into the standard input of the process, what
//! it complains about is kept, and at the end ffprobe counts the frames of the file. The process ends with
//! the film, also when the export is stopped.

pub mod recipe;

use super::delay::Span;
use super::reel::Film;
use recipe::{Codec, Recipe};
use std::collections::VecDeque;
use std::io::{self, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::{self, JoinHandle};

/// Lines of ffmpeg's messages that are kept.
const LOG_LINES: usize = 12;

/// Why there is no movie.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncoderError {
    /// A program is not on the PATH.
    #[error("`{program}` is needed for movies and was not found on the PATH")]
    NoProgram {
        /// `ffmpeg` or `ffprobe`.
        program: &'static str,
    },
    /// ffmpeg was built without the encoder.
    #[error("the `ffmpeg` on the PATH has no encoder `{encoder}`, which `{codec}` needs")]
    NoEncoder {
        /// ffmpeg's name.
        encoder: &'static str,
        /// Ours.
        codec: &'static str,
    },
    /// ffmpeg ended with an error, or before the last frame.
    #[error("ffmpeg ended with {status}: {log}")]
    Failed {
        /// As the system says it.
        status: String,
        /// The last of what it said.
        log: String,
    },
    /// The file is not what it should be.
    #[error("the movie has {found} frames in place of {wanted}")]
    FrameCount {
        /// As ffprobe counts.
        found: String,
        /// As delivered.
        wanted: u64,
    },
}

impl EncoderError {
    /// The stable code of the message.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoProgram { .. } | Self::NoEncoder { .. } => "encoder-missing",
            Self::Failed { .. } | Self::FrameCount { .. } => "encoder-failed",
        }
    }

    fn into_io(self) -> io::Error {
        io::Error::other(self)
    }
}

/// The programs, proven to be there.
#[derive(Debug, Clone)]
pub struct Tools {
    /// First line of what ffmpeg says about itself.
    pub version: String,
}

impl Tools {
    /// Looks for ffmpeg, its encoder for `codec`, and ffprobe.
    ///
    /// # Errors
    /// [`EncoderError::NoProgram`] and [`EncoderError::NoEncoder`].
    pub fn find(codec: Codec) -> Result<Self, EncoderError> {
        let version = ask("ffmpeg", &["-hide_banner", "-version"])?;
        ask("ffprobe", &["-hide_banner", "-version"])?;
        let encoders = ask("ffmpeg", &["-hide_banner", "-encoders"])?;
        let encoder = codec.encoder();
        let names = encoders
            .lines()
            .filter_map(|line| line.split_whitespace().nth(1));
        if !names.into_iter().any(|name| name == encoder) {
            return Err(EncoderError::NoEncoder {
                encoder,
                codec: codec.word(),
            });
        }
        Ok(Self {
            version: version.lines().next().unwrap_or_default().to_owned(),
        })
    }
}

/// What a program prints.
fn ask(program: &'static str, arguments: &[&str]) -> Result<String, EncoderError> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|_| EncoderError::NoProgram { program })?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A movie that is being encoded.
#[derive(Debug)]
pub struct Movie {
    child: Child,
    /// `None` when all is written.
    input: Option<ChildStdin>,
    log: Option<JoinHandle<String>>,
    path: PathBuf,
    frames: u64,
}

impl Movie {
    /// Starts ffmpeg, which writes to `path`, and gives it the head of the stream that it reads.
    ///
    /// # Errors
    /// [`EncoderError::NoProgram`] and [`EncoderError::Failed`], as I/O errors.
    pub fn start(recipe: &Recipe, path: &Path, head: &[u8]) -> io::Result<Self> {
        let mut command = Command::new("ffmpeg");
        command
            .args(recipe.arguments(path))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        // Ctrl-C is for us: we end the process when the frames in flight are done.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let program = "ffmpeg";
        let start = |_| EncoderError::NoProgram { program }.into_io();
        let mut child = command.spawn().map_err(start)?;
        let messages = child.stderr.take();
        let mut movie = Self {
            input: child.stdin.take(),
            log: messages.map(|messages| thread::spawn(|| last_lines(BufReader::new(messages)))),
            child,
            path: path.to_owned(),
            frames: 0,
        };
        movie.write(head)?;
        Ok(movie)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = match &mut self.input {
            Some(input) => input.write_all(bytes),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        };
        if written.is_ok() {
            return Ok(());
        }
        // The process knows better than the pipe why.
        let status = "no error, but before the last frame".to_owned();
        let log = String::new();
        let error = self.wait().err();
        Err(error
            .unwrap_or(EncoderError::Failed { status, log })
            .into_io())
    }

    /// Waits for the process, and says how it ended if that was not well.
    fn wait(&mut self) -> Result<(), EncoderError> {
        drop(self.input.take());
        let status = self.child.wait();
        let log = self.log.take().and_then(|log| log.join().ok());
        let log = log.unwrap_or_default();
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(EncoderError::Failed {
                status: status.to_string(),
                log,
            }),
            Err(error) => Err(EncoderError::Failed {
                status: error.to_string(),
                log,
            }),
        }
    }
}

impl Film for Movie {
    type Content = Vec<u8>;

    fn add(&mut self, bytes: Vec<u8>, _span: Span) -> io::Result<()> {
        self.write(&bytes)?;
        self.frames += 1;
        Ok(())
    }

    fn finish(mut self) -> io::Result<()> {
        self.wait().map_err(EncoderError::into_io)?;
        let found = count_frames(&self.path).map_err(EncoderError::into_io)?;
        let wanted = self.frames;
        if found.parse() == Ok(wanted) {
            return Ok(());
        }
        Err(EncoderError::FrameCount { found, wanted }.into_io())
    }
}

impl Drop for Movie {
    fn drop(&mut self) {
        drop(self.input.take());
        // After `wait` both do nothing; before it, nobody needs the file any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The frames of a movie, as ffprobe counts its packets.
fn count_frames(path: &Path) -> Result<String, EncoderError> {
    let program = "ffprobe";
    let output = Command::new(program)
        .args("-v error -count_packets -select_streams v:0".split(' '))
        .args("-show_entries stream=nb_read_packets -of csv=p=0".split(' '))
        .arg(path)
        .stdin(Stdio::null())
        .output()
        .map_err(|_| EncoderError::NoProgram { program })?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.trim().trim_end_matches(',').to_owned())
}

/// Reads to the end and keeps the last lines.
fn last_lines(messages: impl io::BufRead) -> String {
    let mut lines = VecDeque::new();
    for line in messages.split(b'\n').map_while(Result::ok) {
        if lines.len() == LOG_LINES {
            lines.pop_front();
        }
        lines.push_back(String::from_utf8_lossy(&line).trim_end().to_owned());
    }
    Vec::from(lines).join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_messages_are_kept() {
        let text: String = (0..30).map(|i| format!("line {i}\n")).collect();
        let log = last_lines(text.as_bytes());
        assert_eq!(log.lines().count(), LOG_LINES);
        assert!(log.ends_with("line 29"));
    }
}
