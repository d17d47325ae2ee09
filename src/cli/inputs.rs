//! `--inputs`: a recording meets the channels of a program.
//!
//! In: the flag and a program. Out: what engines ask while they run, and what does not fit, known
//! before the first frame: channels that the recording lacks, that nobody reads, of another shape.

use super::args::InputFlags;
use super::console::Console;
use super::failure::{Failure, Status};
use super::load::Ready;
use crate::diag::{Diagnostic, Diagnostics, MAX_INPUT, Severity};
use crate::export::manifest::b3;
use crate::ir::{Hold, Program};
use crate::patch::model::PortRef;
use crate::patch::{Document, Source};
use crate::recording::{self, Recording, Sample};
use crate::types::Domain;
use crate::vm::{Playback, Recorded};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

/// Bytes that a recording may have.
const MAX_BYTES: u64 = MAX_INPUT as u64;

/// What channels are answered with; the defaults where nothing is recorded.
#[derive(Clone, Default)]
pub(super) struct Inputs {
    /// For the engines.
    pub(super) playback: Arc<Playback>,
    /// BLAKE3 of the recording as read.
    pub(super) hash: Option<blake3::Hash>,
}

impl Inputs {
    /// A word for them: the hash of the recording, empty without one.
    pub(super) fn word(&self) -> String {
        self.hash.as_ref().map(b3).unwrap_or_default()
    }
}

/// Channels that programs read, and what each is.
type Shape = Vec<(String, Domain)>;

/// A recording that was held against programs.
pub(super) struct Opened {
    shape: Shape,
    inputs: Inputs,
    warnings: Vec<Diagnostic>,
}

/// Where patches read their channels, by key: a finding without words at the first such place.
#[derive(Debug, Clone, Default)]
pub(super) struct Places(BTreeMap<String, Diagnostic>);

impl Places {
    /// Of a patch.
    pub(super) fn of(document: &Document, source: &Source) -> Self {
        let mut found = Diagnostics::new();
        let uses = document.channel_uses();
        let mut keys: BTreeSet<&str> = BTreeSet::new();
        for reader in uses.iter().filter(|r| keys.insert(&r.channel.key)) {
            let PortRef { block, port, .. } = reader.subject;
            // The message is the key until the places are filled in.
            let at =
                Diagnostic::warning("missing-channel", &reader.channel.at, &reader.channel.key);
            found.push(at.on(block, port));
        }
        source.fill_places(&mut found);
        let places = found.list().iter().cloned();
        Self(places.map(|at| (at.message.clone(), at)).collect())
    }

    /// A warning about a channel, where it is read.
    fn warning(&self, code: &'static str, key: &str, message: String) -> Diagnostic {
        match self.0.get(key) {
            None => Diagnostic::warning(code, "", message),
            Some(at) => Diagnostic {
                code,
                message,
                ..at.clone()
            },
        }
    }
}

impl Ready {
    /// With the recorded inputs, also for programs that take over later; shows what does not fit on
    /// the way.
    ///
    /// # Errors
    /// If the recording cannot be read, or (`strict`) does not fit.
    pub(super) fn with_inputs(
        self,
        flags: &InputFlags,
        later: &[&Ready],
        strict: bool,
        console: &Console,
    ) -> Result<Self, Failure> {
        self.with_kept_inputs(flags, later, strict, (console, &mut None))
    }

    /// The same with what was opened before for another variant of the same patch, if it reads the same
    /// channels.
    ///
    /// # Errors
    /// As [`Self::with_inputs`].
    pub(super) fn with_kept_inputs(
        mut self,
        flags: &InputFlags,
        later: &[&Ready],
        strict: bool,
        (console, kept): (&Console, &mut Option<Opened>),
    ) -> Result<Self, Failure> {
        let mut programs: Vec<&Program> = vec![&self.program];
        let mut places = self.places.clone();
        for ready in later {
            programs.push(&ready.program);
            for (key, at) in &ready.places.0 {
                places.0.entry(key.clone()).or_insert_with(|| at.clone());
            }
        }
        let shape: Shape = channels(&programs)
            .into_iter()
            .map(|wanted| (wanted.key.to_owned(), wanted.domain))
            .collect();
        let opened = match kept {
            Some(opened) if opened.shape == shape => opened,
            kept => {
                let (inputs, warnings) = open(flags, &programs, &places, strict)?;
                kept.insert(Opened {
                    shape,
                    inputs,
                    warnings,
                })
            }
        };
        console.warnings(&opened.warnings);
        self.warnings.extend_from_slice(&opened.warnings);
        self.inputs = opened.inputs.clone();
        Ok(self)
    }
}

/// Reads the recording and holds it against the channels of programs. The findings are warnings.
///
/// # Errors
/// If the recording cannot be read, or (`strict`) does not fit.
pub(super) fn open(
    flags: &InputFlags,
    programs: &[&Program],
    places: &Places,
    strict: bool,
) -> Result<(Inputs, Vec<Diagnostic>), Failure> {
    let channels = channels(programs);
    let (inputs, mut found) = match &flags.inputs {
        None => (Inputs::default(), unheard(&channels, places)),
        Some(path) => {
            let (text, hash) = read(path)?;
            let named = |mut finding: Diagnostic| {
                finding.file = path.display().to_string();
                finding
            };
            let mut recording = recording::read(&text)
                .map_err(|finding| Failure::new(Status::Invalid, named(*finding)))?;
            let mut found = lacking(&channels, &recording, places);
            let about_the_file = std::mem::take(&mut recording.warnings)
                .into_iter()
                .chain(unread(&channels, &recording));
            found.extend(about_the_file.map(named));
            let inputs = Inputs {
                playback: Arc::new(playback(recording, &channels)),
                hash: Some(hash),
            };
            (inputs, found)
        }
    };
    if strict && !found.is_empty() {
        for finding in &mut found {
            finding.severity = Severity::Error;
        }
        return Err(Failure {
            status: Status::Invalid,
            findings: found,
            uncounted: 0,
        });
    }
    Ok((inputs, found))
}

/// A channel that a program reads.
struct Wanted<'a> {
    key: &'a str,
    domain: Domain,
}

impl Wanted<'_> {
    /// Numbers of a sample; a trigger's pulse has one value.
    fn lanes(&self) -> usize {
        match self.domain {
            Domain::Trigger => 1,
            domain => domain.lanes(),
        }
    }

    /// Whether a sample has the shape that is read.
    fn takes(&self, sample: &Sample) -> bool {
        let opaque = self.domain == Domain::Color && sample.lanes == 3;
        sample.lanes == self.lanes() || opaque
    }
}

/// The channels of all programs, each once.
fn channels<'a>(programs: &[&'a Program]) -> Vec<Wanted<'a>> {
    let channel = |program: &'a Program| {
        let rows = program.tables.graph.externals.iter();
        rows.map(|row| Wanted {
            key: &program.tables.strings[row.key.index()],
            domain: program.types[row.r#type.index()].domain,
        })
    };
    let mut channels: Vec<Wanted<'a>> = programs.iter().flat_map(|p| channel(p)).collect();
    channels.sort_unstable_by_key(|wanted| (wanted.key, wanted.domain.name()));
    channels.dedup_by_key(|wanted| (wanted.key, wanted.domain.name()));
    channels
}

/// What a patch with channels is told without a recording.
fn unheard(channels: &[Wanted<'_>], places: &Places) -> Vec<Diagnostic> {
    let Some(first) = channels.first() else {
        return Vec::new();
    };
    let names: Vec<String> = channels.iter().map(|c| format!("`{}`", c.key)).collect();
    let message = format!(
        "nothing is recorded for {}; defaults are used",
        names.join(", ")
    );
    vec![
        places
            .warning("missing-channel", first.key, message)
            .hint("give a recording with `--inputs recording.json`"),
    ]
}

/// Channels that the recording lacks, or has in another shape.
fn lacking(channels: &[Wanted<'_>], recording: &Recording, places: &Places) -> Vec<Diagnostic> {
    let names = || recording.channels.keys().map(String::as_str);
    let judge = |wanted: &Wanted<'_>| {
        let key = wanted.key;
        let Some(channel) = recording.channels.get(key) else {
            let message = format!("the recording has no channel `{key}`; its default is used");
            let finding = places.warning("missing-channel", key, message);
            return Some(finding.nearest(key, names()));
        };
        let mut odd = channel
            .samples
            .iter()
            .filter(|sample| !wanted.takes(sample));
        let first = odd.next()?;
        let what = match first.lanes {
            0 => "no value".to_owned(),
            1 => "1 number".to_owned(),
            lanes => format!("{lanes} numbers"),
        };
        let more = match odd.count() {
            0 => String::new(),
            1 => " and in 1 other sample".to_owned(),
            count => format!(" and in {count} other samples"),
        };
        let message = format!(
            "channel `{key}` has {what} at {} ms, but the patch reads a {}; its default is used \
             there{more}",
            first.t_ms,
            wanted.domain.name(),
        );
        let hint = match wanted.lanes() {
            1 => "record one number a sample".to_owned(),
            lanes => format!("record {lanes} numbers a sample, as a list"),
        };
        Some(places.warning("channel-shape", key, message).hint(hint))
    };
    channels.iter().filter_map(judge).collect()
}

/// Channels of the recording that nobody reads.
fn unread<'a>(
    channels: &'a [Wanted<'_>],
    recording: &'a Recording,
) -> impl Iterator<Item = Diagnostic> {
    let names = || channels.iter().map(|c| c.key);
    let unknown = move |key: &&String| !names().any(|name| name == key.as_str());
    recording.channels.keys().filter(unknown).map(move |key| {
        let message = format!("the patch reads no channel `{key}`; it is left out");
        Diagnostic::warning("unknown-channel", "", message).nearest(key, names())
    })
}

/// What the engines ask. Values of another shape are in it too; an engine counts them where it meets
/// them.
fn playback(recording: Recording, channels: &[Wanted<'_>]) -> Playback {
    let mut playback = Playback::new();
    for (key, channel) in recording.channels {
        let hold = channel.linear.then_some(Hold::Linear);
        let is_color = channels
            .iter()
            .any(|wanted| wanted.key == key && wanted.domain == Domain::Color);
        let recorded = |sample: Sample| {
            let Sample {
                t_ms,
                mut value,
                mut lanes,
            } = sample;
            if is_color && lanes == 3 {
                // A colour without alpha is opaque.
                (value[3], lanes) = (1.0, 4);
            }
            Recorded { t_ms, value, lanes }
        };
        let samples = channel.samples.into_iter().map(recorded).collect();
        playback.add(&key, hold, samples);
    }
    playback
}

fn read(path: &Path) -> Result<(String, blake3::Hash), Failure> {
    let unreadable = |error: &io::Error| Failure::unreadable(path, error);
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&error))?;
    let refused = |code, message: String| {
        let mut finding = Diagnostic::error(code, "", message);
        finding.file = path.display().to_string();
        Failure::new(Status::Invalid, finding)
    };
    if bytes.len() as u64 > MAX_BYTES {
        let message = format!("a recording may have {MAX_BYTES} bytes");
        return Err(refused("too-large", message));
    }
    let hash = blake3::hash(&bytes);
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        refused("bad-recording", format!("byte {at} is no UTF-8"))
    })?;
    Ok((text, hash))
}
