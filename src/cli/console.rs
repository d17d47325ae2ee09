//! Where words go: data to stdout, everything for people to stderr, colour where it is wanted.

use super::failure::Failure;
use crate::diag::{Diagnostic, Severity, printable};
use clap::ColorChoice;
use std::io::{self, BufWriter, IsTerminal as _, Write};

/// How many findings are shown before the rest is only counted.
const SHOWN: usize = 20;

/// The two streams of a process.
pub(super) struct Console {
    color: bool,
    /// 0: quiet, 1: usual, more: details.
    level: u8,
}

impl Console {
    pub(super) fn new(choice: ColorChoice, quiet: bool, verbose: u8) -> Self {
        let level = if quiet { 0 } else { verbose.saturating_add(1) };
        Self {
            color: wants_color(choice, io::stderr().is_terminal(), &|name| {
                std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0")
            }),
            level,
        }
    }

    /// The same without words that are no failure.
    pub(super) fn muted(&self) -> Self {
        Self {
            color: self.color,
            level: 0,
        }
    }

    /// Whether `--quiet` was given.
    pub(super) fn is_quiet(&self) -> bool {
        self.level == 0
    }

    /// Whether details were asked for with `-v`.
    pub(super) fn is_verbose(&self) -> bool {
        self.level > 1
    }

    /// A line for people, unless `--quiet`.
    pub(super) fn say(&self, line: impl AsRef<str>) {
        if self.level > 0 {
            self.line(line.as_ref());
        }
    }

    /// Shows the lines of a text, without what a terminal would obey.
    fn line(&self, text: &str) {
        text.split('\n')
            .map(printable)
            .for_each(|l| line_to_stderr(&l));
    }

    /// A line for people who asked for details with `-v`.
    pub(super) fn detail(&self, line: impl AsRef<str>) {
        if self.level > 1 {
            self.line(line.as_ref());
        }
    }

    /// Warnings, unless `--quiet`.
    pub(super) fn warnings(&self, findings: &[Diagnostic]) {
        if self.level > 0 {
            self.findings(findings, 0);
        }
    }

    /// What a command failed for, also with `--quiet`.
    pub(super) fn failure(&self, failure: &Failure) {
        self.findings(&failure.findings, failure.uncounted);
    }

    /// Findings in their order, and how many there are. Where they are too many, warnings give way to
    /// errors.
    pub(super) fn findings(&self, findings: &[Diagnostic], uncounted: usize) {
        for finding in shown(findings) {
            line_to_stderr(&self.paint(&finding.to_string(), finding.severity));
        }
        let all = findings.len() + uncounted;
        if all > SHOWN {
            line_to_stderr(&format!(
                "{SHOWN} of {all} findings shown; `oscilla check --json` lists them"
            ));
        }
    }

    fn paint(&self, text: &str, severity: Severity) -> String {
        if !self.color {
            return text.to_owned();
        }
        let style = match severity {
            Severity::Error => "\x1b[1;31m",
            Severity::Warning => "\x1b[1;33m",
        };
        // Only the word before the message: `error[code]:`.
        match text.split_once(": ") {
            Some((word, rest)) => {
                let rest = rest.replace("\nhint:", "\n\x1b[1;36mhint:\x1b[0m");
                format!("{style}{word}:\x1b[0m {rest}")
            }
            None => text.to_owned(),
        }
    }
}

/// The findings that are shown, in the order given: the first errors, and warnings if there is room.
fn shown(findings: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut chosen: Vec<(usize, &Diagnostic)> = findings.iter().enumerate().collect();
    chosen.sort_by_key(|(_, finding)| finding.severity);
    chosen.truncate(SHOWN);
    chosen.sort_by_key(|(at, _)| *at);
    chosen.into_iter().map(|(_, finding)| finding).collect()
}

/// Writes data to stdout. A reader that goes away ends the text quietly.
///
/// # Errors
/// Anything else that goes wrong with stdout.
pub(super) fn data(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

fn line_to_stderr(line: &str) {
    // If nobody listens there is nobody to tell.
    let _ = writeln!(io::stderr(), "{line}");
}

/// `--color`, then `NO_COLOR`, then `CLICOLOR_FORCE`, then whether a person is looking.
fn wants_color(choice: ColorChoice, terminal: bool, is_set: &dyn Fn(&str) -> bool) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if is_set("NO_COLOR") => false,
        ColorChoice::Auto => terminal || is_set("CLICOLOR_FORCE"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_stay_in_order_and_warnings_give_way() {
        let warning = || Diagnostic::warning("w", "", "");
        let error = || Diagnostic::error("e", "", "");
        let codes = |list: &[Diagnostic]| shown(list).iter().map(|d| d.code).collect::<String>();
        assert_eq!(codes(&[warning(), error(), warning()]), "wew");
        let mut many: Vec<Diagnostic> = (0..SHOWN).map(|_| warning()).collect();
        many.push(error());
        assert_eq!(codes(&many), format!("{}e", "w".repeat(SHOWN - 1)));
    }

    #[test]
    fn colour_follows_flag_then_environment_then_terminal() {
        let wants = |choice, terminal, set: &'static str| {
            wants_color(choice, terminal, &move |name| name == set)
        };
        assert!(wants(ColorChoice::Always, false, "NO_COLOR"));
        assert!(!wants(ColorChoice::Never, true, "CLICOLOR_FORCE"));
        assert!(!wants(ColorChoice::Auto, true, "NO_COLOR"));
        assert!(wants(ColorChoice::Auto, false, "CLICOLOR_FORCE"));
        assert!(wants(ColorChoice::Auto, true, ""));
        assert!(!wants(ColorChoice::Auto, false, ""));
    }
}
