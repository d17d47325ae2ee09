//! How a command ends: a [`Status`] for machines, diagnostics for people.

use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::export::animated::AnimatedError;
use crate::export::output::OutputError;
use crate::export::pipeline::PipelineError;
use crate::export::{PlanError, SourceError};
use std::io;
use std::path::Path;

/// What the process ends with. The numbers are stable: a scheduler can tell what a retry is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Status {
    /// Done.
    Done = 0,
    /// A comparison, verification or check found differences.
    Differences = 1,
    /// The command line asks for something that does not exist or cannot be.
    Usage = 2,
    /// The patch or program is invalid, unsupported or over a limit.
    Invalid = 3,
    /// Evaluation failed: values that are not finite under `--strict`, a loop that must close.
    Evaluation = 4,
    /// Input or output: no permission, disk full, reader gone. A retry may help.
    Io = 5,
    /// A mistake of this program.
    Bug = 70,
    /// Stopped by SIGINT.
    Interrupted = 130,
    /// Stopped by SIGTERM.
    Terminated = 143,
}

impl Status {
    /// The exit code.
    pub const fn code(self) -> u8 {
        self as u8
    }
}

/// An end with something to say.
#[derive(Debug)]
pub(super) struct Failure {
    /// What the process ends with.
    pub(super) status: Status,
    /// What is shown.
    pub(super) findings: Vec<Diagnostic>,
    /// How many more were only counted.
    pub(super) uncounted: usize,
}

impl Failure {
    pub(super) fn new(status: Status, finding: Diagnostic) -> Self {
        Self {
            status,
            findings: vec![finding],
            uncounted: 0,
        }
    }

    /// A command line that cannot be.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self::new(Status::Usage, Diagnostic::error("usage", "", message))
    }

    /// A patch with errors.
    pub(super) fn invalid(diagnostics: &Diagnostics) -> Self {
        let internal = diagnostics
            .list()
            .iter()
            .any(|finding| finding.code == "internal");
        Self {
            status: if internal {
                Status::Bug
            } else {
                Status::Invalid
            },
            findings: diagnostics.list().to_vec(),
            uncounted: diagnostics.dropped(),
        }
    }

    /// A file that cannot be read.
    pub(super) fn unreadable(path: &Path, error: &io::Error) -> Self {
        let message = format!("cannot read `{}`: {error}", path.display());
        let mut finding = Diagnostic::error("input-failed", "", message);
        if error.kind() == io::ErrorKind::NotFound {
            finding = finding.hint("check the path");
        }
        Self::new(Status::Io, finding)
    }

    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        if let Some(last) = self.findings.last_mut() {
            last.hints.push(hint.into());
        }
        self
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        let mut finding = Diagnostic::error(error.code(), "", error.to_string());
        finding.hints.extend(error.hint().map(str::to_owned));
        Self::new(Status::Usage, finding)
    }
}

impl Failure {
    /// What the engine said of a frame of the plan.
    pub(super) fn frame(number: u64, error: &SourceError) -> Self {
        let message = format!("frame {number}: {}", error.message);
        Self::new(
            status_of(error.code),
            Diagnostic::error(error.code, "", message),
        )
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Self::new(
            status_of(error.code),
            Diagnostic::error(error.code, "", error.message),
        )
    }
}

impl From<OutputError> for Failure {
    fn from(error: OutputError) -> Self {
        let finding = Diagnostic::error(error.code(), "", error.to_string());
        match error {
            // Trying again changes nothing; another flag or folder does.
            OutputError::Taken { .. } => Self::new(Status::Usage, finding)
                .hint("add `--overwrite` to replace it, or choose another `--out`"),
            OutputError::Exists {
                resumable: true, ..
            } => Self::new(Status::Usage, finding).hint(
                "add `--resume` to keep what is whole, `--overwrite` to begin anew, or choose another `--out`",
            ),
            OutputError::Exists { .. } => Self::new(Status::Usage, finding)
                .hint("add `--overwrite` to replace them, or choose another `--out`"),
            OutputError::Another { .. } => Self::new(Status::Usage, finding).hint(
                "go back to what it was, begin anew with `--overwrite`, or choose another `--out`",
            ),
            OutputError::Record { .. } => Self::new(Status::Usage, finding)
                .hint("add `--overwrite` to begin anew, or choose another `--out`"),
            OutputError::Locked { .. } => Self::new(Status::Io, finding)
                .hint("wait until it has ended, or choose another `--out`"),
            OutputError::Io { .. }
            | OutputError::ReaderGone { .. }
            | OutputError::Encoder { .. } => Self::new(Status::Io, finding),
        }
    }
}

impl From<PipelineError> for Failure {
    fn from(error: PipelineError) -> Self {
        match error {
            PipelineError::Output(error) => error.into(),
            error => Self::new(
                status_of(error.code()),
                Diagnostic::error(error.code(), "", error.to_string()),
            ),
        }
    }
}

impl From<AnimatedError> for Failure {
    fn from(error: AnimatedError) -> Self {
        match error {
            AnimatedError::Output(error) => error.into(),
            AnimatedError::Animator(error) => Self::from(error),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let message = format!("cannot write to standard output: {error}");
        Self::new(Status::Io, Diagnostic::error("output-failed", "", message))
    }
}

/// Which end an engine's or raster's code leads to.
fn status_of(code: &str) -> Status {
    match code {
        "non-finite" | "loop-not-closed" => Status::Evaluation,
        "probe" | "usage" | "not-representable" => Status::Usage,
        "bad-checkpoint" | "program-too-large" | "too-large" | "unsupported" => Status::Invalid,
        "input-failed" | "output-failed" => Status::Io,
        _ => Status::Bug,
    }
}

/// The gravest of some findings.
pub(super) fn worst(findings: &[Diagnostic]) -> Option<Severity> {
    findings.iter().map(|finding| finding.severity).min()
}
