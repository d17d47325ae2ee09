//! An export against its manifest: files on disk, frames that are made again, parts that belong together.
//!
//! In: manifests as read. Out: findings in words, and the manifest of a whole out of those of its parts.

use super::FrameSet;
use super::archive::hash;
use super::file::File;
use super::manifest::{FileEntry, FrameEntry, Manifest, Sums, b3};
use super::output::{Destination, OutputError};
use super::pipeline::{Delivery, Frame, Outcome};
use super::png::decoded_hash;
use super::{archive, manifest};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

/// Something that is not as the manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A file, or a frame where all are in one.
    pub what: String,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It is not there.
    Missing,
    /// The system said no.
    Unreadable(String),
    /// The manifest lists other frames than its plan has.
    Frames {
        /// As listed.
        listed: u64,
        /// As planned.
        planned: u64,
    },
    /// It has other bytes. For a PNG, whether its pixels are the same.
    Bytes {
        /// Whether the pixels are the same, if that can be told.
        same_pixels: Option<bool>,
    },
    /// Made again it has other pixels, or where there are none, other bytes.
    Rerender {
        /// Whether the pixels are the same, if it has any.
        same_pixels: Option<bool>,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = &self.what;
        match &self.why {
            Why::Missing => write!(f, "{what}: not there"),
            Why::Unreadable(why) => write!(f, "{what}: cannot be read: {why}"),
            Why::Frames { listed, planned } => write!(
                f,
                "{what}: {listed} are listed, but {planned} belong to the export"
            ),
            Why::Bytes {
                same_pixels: Some(true),
            } => write!(f, "{what}: other bytes, the same pixels"),
            Why::Bytes {
                same_pixels: Some(false),
            } => write!(f, "{what}: other pixels"),
            Why::Bytes { same_pixels: None } => write!(f, "{what}: other bytes"),
            Why::Rerender {
                same_pixels: Some(true),
            } => write!(f, "{what}: rendered again, other bytes and the same pixels"),
            Why::Rerender {
                same_pixels: Some(false),
            } => write!(f, "{what}: rendered again, other pixels"),
            Why::Rerender { same_pixels: None } => {
                write!(f, "{what}: rendered again, other bytes")
            }
        }
    }
}

/// The files of a manifest that are not as it says, in its order. `read` is told of each that was read.
pub fn files(folder: &Path, manifest: &Manifest, mut read: impl FnMut()) -> Vec<Finding> {
    let of_frame = |entry: &'_ FrameEntry| entry.pixels.clone();
    let frames = manifest.frames.iter();
    let frames = frames.filter_map(|entry| Some((entry.file.as_ref()?, of_frame(entry))));
    let output = manifest.output.iter().map(|file| (file, None));
    let check = |(file, pixels): (&FileEntry, Option<String>)| {
        let why = why(&folder.join(&file.file), file, pixels.as_deref());
        read();
        Some(Finding {
            what: file.file.clone(),
            why: why?,
        })
    };
    let found = frames.chain(output).filter_map(check);
    listed(manifest).into_iter().chain(found).collect()
}

/// Whether a manifest lists as many frames as it says, each once and of its plan.
fn listed(manifest: &Manifest) -> Option<Finding> {
    let plan = &manifest.head.plan;
    let [first, last] = plan.range;
    let numbers = manifest.frames.iter().map(|entry| entry.frame);
    let numbers: BTreeSet<u64> = numbers.filter(|n| (first..=last).contains(n)).collect();
    let (found, entries) = (numbers.len() as u64, manifest.frames.len() as u64);
    let listed = if found == plan.selected {
        entries
    } else {
        found
    };
    (listed != plan.selected).then(|| Finding {
        what: "frames".to_owned(),
        why: Why::Frames {
            listed,
            planned: plan.selected,
        },
    })
}

fn why(path: &Path, listed: &FileEntry, pixels: Option<&str>) -> Option<Why> {
    match hash(path) {
        Ok((bytes, hash)) if bytes == listed.bytes && b3(&hash) == listed.hash => None,
        Ok(_) => {
            let found = fs::read(path).ok().and_then(|bytes| decoded_hash(&bytes));
            Some(Why::Bytes {
                same_pixels: pixels.map(|pixels| found.is_some_and(|found| b3(&found) == pixels)),
            })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some(Why::Missing),
        Err(error) => Some(Why::Unreadable(error.to_string())),
    }
}

/// Takes frames that are made again and compares them with those of a manifest.
#[derive(Debug)]
pub struct Comparison<'a> {
    listed: std::slice::Iter<'a, FrameEntry>,
    /// What differs so far.
    pub findings: Vec<Finding>,
}

impl<'a> Comparison<'a> {
    /// With the frames of a manifest.
    pub fn new(manifest: &'a Manifest) -> Self {
        Self {
            listed: manifest.frames.iter(),
            findings: Vec::new(),
        }
    }
}

impl Delivery<File> for Comparison<'_> {
    fn deliver(&mut self, frame: Frame<File>) -> Result<u64, OutputError> {
        let made = &frame.product;
        let Some((listed, file)) = self
            .listed
            .find(|listed| listed.frame == frame.number)
            .and_then(|listed| Some((listed, listed.file.as_ref()?)))
        else {
            return Ok(0);
        };
        if file.hash != b3(&made.hash) {
            let pixels = made.pixels.as_ref().map(b3);
            self.findings.push(Finding {
                what: file.file.clone(),
                why: Why::Rerender {
                    same_pixels: pixels.map(|pixels| listed.pixels == Some(pixels)),
                },
            });
        }
        Ok(made.bytes.len() as u64)
    }
}

/// A film that was made again, by the manifests of both.
pub fn films(found: &Manifest, again: &Manifest) -> Vec<Finding> {
    let frames = found.frames.iter().zip(&again.frames);
    let differ = frames.filter(|(a, b)| a.pixels != b.pixels);
    let mut findings: Vec<Finding> = differ
        .map(|(a, _)| Finding {
            what: format!("frame {}", a.frame),
            why: Why::Rerender {
                same_pixels: Some(false),
            },
        })
        .collect();
    if let (Some(a), Some(b)) = (&found.output, &again.output)
        && a.hash != b.hash
    {
        let has_pixels = found.frames.iter().any(|frame| frame.pixels.is_some());
        findings.push(Finding {
            what: a.file.clone(),
            why: Why::Rerender {
                same_pixels: has_pixels.then_some(findings.is_empty()),
            },
        });
    }
    findings
}

/// Why parts do not make a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// They are of different exports.
    #[error("the parts are of different exports: {}", differences.join("; "))]
    Different {
        /// What differs, in words.
        differences: Vec<String>,
    },
    /// Two parts have a frame, and each another one.
    #[error("two parts have frame {frame}, with different bytes")]
    Clash {
        /// Its number.
        frame: u64,
    },
    /// Nothing is the whole of nothing.
    #[error("there are no parts")]
    NoParts,
    /// No part has them.
    #[error("no part has the frames {frames}")]
    Missing {
        /// A frame range.
        frames: String,
    },
    /// Animations cannot be put together from parts.
    #[error("parts of one file for all frames cannot be merged")]
    Film,
}

/// The manifest of the whole of which these are parts: what one run would have written.
///
/// # Errors
/// [`MergeError`].
pub fn merge(parts: Vec<Manifest>) -> Result<Manifest, MergeError> {
    let mut frames = BTreeMap::new();
    let mut sums = Sums::default();
    let mut head = None;
    for part in parts {
        if part.output.is_some() {
            return Err(MergeError::Film);
        }
        let mut of_whole = part.head;
        of_whole.plan.selected = of_whole.plan.frames;
        of_whole.plan.range = [0, of_whole.plan.frames.saturating_sub(1)];
        let differences = match &head {
            None => Vec::new(),
            Some(head) => archive::differences(head, &of_whole),
        };
        if !differences.is_empty() {
            return Err(MergeError::Different { differences });
        }
        head = Some(of_whole);
        let first = part.sums.first_fault.into_iter();
        sums.first_fault = sums
            .first_fault
            .into_iter()
            .chain(first)
            .min_by_key(|first| first.frame);
        for entry in part.frames {
            match frames.get(&entry.frame) {
                Some(other) if *other != entry => {
                    return Err(MergeError::Clash { frame: entry.frame });
                }
                _ => frames.insert(entry.frame, entry),
            };
        }
    }
    let head = head.ok_or(MergeError::NoParts)?;
    let missing = (0..head.plan.frames).filter(|frame| !frames.contains_key(frame));
    let missing = FrameSet::from_ascending(missing);
    if !missing.is_empty() {
        return Err(MergeError::Missing {
            frames: missing.to_string(),
        });
    }
    let frames: Vec<FrameEntry> = frames.into_values().collect();
    let mut outcome = Outcome::from(sums);
    for entry in &frames {
        outcome.add(entry);
    }
    Ok(Manifest {
        manifest_version: manifest::record::VERSION,
        head,
        frames,
        output: None,
        baked: Vec::new(),
        sums: Sums::from(&outcome),
    })
}

/// Writes a manifest under a name.
///
/// # Errors
/// [`OutputError::Io`].
pub fn write(
    destination: &Destination,
    name: &str,
    manifest: &Manifest,
) -> Result<(), OutputError> {
    let mut ledger = manifest::Ledger::begin(destination, name, &manifest.head)?;
    for entry in &manifest.frames {
        ledger.line(entry)?;
    }
    ledger.finish(&manifest.sums, manifest.output.as_ref())
}
