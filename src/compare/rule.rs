//! The rules by which two pictures count as the same, and what they say.

use super::marks::{self, Mark};
use super::measure::{Measure, measure};
use super::perceptual::{self, Perceptual};
use super::picture::Picture;
use super::ssim::ssim;
use super::tolerance::{Amount, Tolerance};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// When two pictures count as the same.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Rule {
    /// Every channel of every pixel is equal.
    #[default]
    Exact,
    /// A stated number of pixels may differ by a stated number of levels.
    Tolerance(Tolerance),
    /// Nobody would see the difference.
    Perceptual(Perceptual),
}

/// What is wrong with the text of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RuleError {
    /// Not `key=value`, or an unknown key.
    #[error(
        "`{0}` is no part of a rule; write `levels=2,pixels=20,edges=100` or `threshold=0.1,pixels=20`"
    )]
    Part(String),
    /// A key twice.
    #[error("`{0}` is given twice")]
    Twice(String),
    /// The main number is missing, or both are there.
    #[error("a rule has either `levels` or `threshold`")]
    Which,
    /// Not a number of levels.
    #[error("`{0}` is no number of levels, 0 to 65535")]
    Levels(String),
    /// Not a threshold.
    #[error("`{0}` is no threshold, 0 to 1")]
    Threshold(String),
    /// Not an amount of pixels.
    #[error("`{0}` is no amount of pixels, such as `20` or `0.1%`")]
    Amount(String),
    /// Something that only the other rule has.
    #[error("`edges` goes with `levels`; the perceptual rule finds anti-aliased pixels by itself")]
    Edges,
}

impl FromStr for Rule {
    type Err = RuleError;

    /// `exact`, `levels=2,pixels=20,edges=100` (pixels default to all, edges to none), or
    /// `threshold=0.1,pixels=20` (pixels default to none).
    fn from_str(text: &str) -> Result<Self, RuleError> {
        if text.trim() == "exact" {
            return Ok(Self::Exact);
        }
        let mut parts: [Option<&str>; 4] = [None; 4];
        const KEYS: [&str; 4] = ["levels", "pixels", "edges", "threshold"];
        for part in text.split(',') {
            let bad = || RuleError::Part(part.trim().to_owned());
            let (key, value) = part.split_once('=').ok_or_else(bad)?;
            let at = KEYS.iter().position(|k| *k == key.trim()).ok_or_else(bad)?;
            if parts[at].replace(value.trim()).is_some() {
                return Err(RuleError::Twice(KEYS[at].to_owned()));
            }
        }
        let amount =
            |part: Option<&str>, missing: Amount| part.map_or(Ok(missing), Amount::from_str);
        match parts {
            [Some(levels), pixels, edges, None] => Ok(Self::Tolerance(Tolerance {
                levels: levels
                    .parse()
                    .map_err(|_| RuleError::Levels(levels.to_owned()))?,
                pixels: amount(pixels, Amount::Percent(100.0))?,
                edges: amount(edges, Amount::Count(0))?,
            })),
            [None, pixels, None, Some(text)] => {
                let threshold = text.parse().ok().filter(|t| (0.0..=1.0).contains(t));
                Ok(Self::Perceptual(Perceptual {
                    threshold: threshold.ok_or_else(|| RuleError::Threshold(text.to_owned()))?,
                    pixels: amount(pixels, Amount::Count(0))?,
                }))
            }
            [None, _, Some(_), Some(_)] => Err(RuleError::Edges),
            _ => Err(RuleError::Which),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact => write!(f, "exact"),
            Self::Tolerance(t) => {
                write!(
                    f,
                    "levels={},pixels={},edges={}",
                    t.levels, t.pixels, t.edges
                )
            }
            Self::Perceptual(p) => write!(f, "threshold={},pixels={}", p.threshold, p.pixels),
        }
    }
}

/// What came of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The plain difference, whatever the rule. Empty where the pictures differ in form.
    pub measure: Measure,
    /// Pixels that the rule did not forgive.
    pub unforgiven: u64,
    /// Pixels that it forgave, among them those on edges.
    pub forgiven: u64,
    /// Of these, pixels forgiven as edges or anti-aliasing.
    pub edges: u64,
    /// The limits of the rule that were not kept, in words; empty on a pass and where the rule has none.
    pub exceeded: Vec<String>,
    /// Structural similarity, 1 for equal pictures. It never decides.
    pub ssim: f64,
    /// Why pixels were not even looked at: another size or depth.
    pub form: Option<String>,
    passed: bool,
    marks: Vec<Mark>,
}

impl Verdict {
    /// Whether the rule lets the pictures count as the same.
    pub fn passed(&self) -> bool {
        self.passed
    }

    /// What became of each pixel, row by row; empty where the pictures differ in form.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// The difference for people: the expected picture pale, forgiven pixels amber, others red. `None`
    /// where the pictures differ in form.
    pub fn picture(&self, expected: &Picture) -> Option<Picture> {
        let whole = self.form.is_none() && expected.pixels().len() == self.marks.len();
        whole.then(|| marks::paint(expected, &self.marks))
    }

    fn of_form(form: String) -> Self {
        Self {
            measure: Measure::default(),
            unforgiven: 0,
            forgiven: 0,
            edges: 0,
            exceeded: Vec::new(),
            ssim: 0.0,
            form: Some(form),
            passed: false,
            marks: Vec::new(),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(form) = &self.form {
            return write!(f, "{form}");
        }
        let Measure {
            differing,
            greatest,
            at: Some((x, y)),
            ..
        } = self.measure
        else {
            return write!(f, "0 pixels differ");
        };
        write!(
            f,
            "{differing} pixels differ, by at most {greatest} levels at ({x}, {y}), ssim {:.6}",
            self.ssim
        )?;
        if self.forgiven > 0 {
            write!(
                f,
                "; {} forgiven, {} of them on edges",
                self.forgiven, self.edges
            )?;
        }
        if !self.exceeded.is_empty() {
            write!(f, "; too many: {}", self.exceeded.join(", "))?;
        }
        Ok(())
    }
}

/// Compares what was expected with what came.
pub fn compare(expected: &Picture, actual: &Picture, rule: &Rule) -> Verdict {
    let size = |p: &Picture| (p.width(), p.height());
    if size(expected) != size(actual) {
        let ((w, h), (v, u)) = (size(expected), size(actual));
        return Verdict::of_form(format!("{w}x{h} px expected, {v}x{u} px found"));
    }
    if expected.depth() != actual.depth() {
        let (a, b) = (expected.depth().bits(), actual.depth().bits());
        return Verdict::of_form(format!("{a} bits a channel expected, {b} found"));
    }
    let measure = measure(expected, actual);
    let mut verdict = Verdict {
        ssim: 1.0,
        form: None,
        unforgiven: 0,
        forgiven: 0,
        edges: 0,
        exceeded: Vec::new(),
        passed: true,
        marks: vec![Mark::Same; measure.pixels as usize],
        measure,
    };
    if measure.differing == 0 {
        return verdict;
    }
    verdict.ssim = ssim(expected, actual);
    match rule {
        Rule::Exact => {
            verdict.passed = false;
            let pairs = expected.pixels().zip(actual.pixels());
            let mark = |(p, q)| if p == q { Mark::Same } else { Mark::Different };
            verdict.marks = pairs.map(mark).collect();
        }
        Rule::Tolerance(rule) => {
            let counted = rule.judge(expected, actual);
            verdict.exceeded = rule.exceeded(&counted);
            verdict.passed = verdict.exceeded.is_empty();
            verdict.edges = counted.edges;
            verdict.marks = counted.marks;
        }
        Rule::Perceptual(rule) => {
            let (marks, different, smooth) = perceptual::judge(rule, expected, actual);
            verdict.passed = rule.pixels.allows(different, measure.pixels);
            if !verdict.passed {
                let most = rule.pixels;
                let words = format!("{different} pixels beyond the threshold, {most} allowed");
                verdict.exceeded.push(words);
            }
            verdict.edges = smooth;
            verdict.marks = marks;
        }
    }
    let count = |mark| verdict.marks.iter().filter(|m| **m == mark).count() as u64;
    (verdict.unforgiven, verdict.forgiven) = (count(Mark::Different), count(Mark::Forgiven));
    verdict
}
