//! The checked form of a Lottie export: what the format has no place for, and how it is written.
//!
//! In: a program and the plan. Out: before the first frame, what is refused or shown only nearly; then the
//! options of the writer.

use super::failure::{Failure, Status};
use super::job::{Job, adding};
use crate::diag::Diagnostic;
use crate::ir::{Program, SinkKind, Valid};
use crate::lottie::{LottieOptions, MAX_BYTES};
use std::sync::Arc;

/// What these programs need that is shown only nearly, if that is allowed.
///
/// # Errors
/// The first of it, if not.
pub(super) fn approximations<'a>(
    programs: impl Iterator<Item = &'a Arc<Valid<Program>>>,
    allowed: bool,
) -> Result<Vec<&'static str>, Failure> {
    let mut words = Vec::new();
    for program in programs {
        let name = |key: crate::ir::StrId| &program.tables.strings[key.index()];
        let mut sinks = program.tables.render.sinks.iter();
        let effects = sinks
            .find(|sink| sink.kind == SinkKind::Postfx)
            .map(|sink| {
                let message = format!(
                    "`{}` is a glow, blur or grade, which few players of Lottie show",
                    name(sink.key)
                );
                ("effects", message, "leave it out")
            });
        let light = adding(program).next().map(|sink| {
            let message = format!(
                "`{}` adds light, which few players of Lottie can",
                name(sink.key)
            );
            ("blendAdd", message, "choose the blend `screen`")
        });
        for (word, message, remedy) in effects.into_iter().chain(light) {
            if !allowed {
                let finding = Diagnostic::error("not-representable", "", message)
                    .hint(format!("{remedy}, or add `--allow-approximate`"));
                return Err(Failure::new(Status::Usage, finding));
            }
            if !words.contains(&word) {
                words.push(word);
            }
        }
    }
    Ok(words)
}

impl Job {
    /// How a Lottie animation is written. A cycle lasts as long as its period says, whatever the rate.
    pub(super) fn lottie_options(&self) -> LottieOptions {
        let plan = &self.plan;
        let (num, den) = plan.fps().parts();
        let rate = match plan.cycle() {
            Some((of, loops)) => f64::from(of) * f64::from(loops) * 1000.0 / plan.duration_ms(),
            None => f64::from(num) / f64::from(den),
        };
        LottieOptions {
            scale: self.studio.raster.scale,
            rate,
            duration_ms: self.duration_ms(),
            closes: self.repeats(),
            approximate: self.allow_approximate,
            max_bytes: if self.allow_large {
                u64::MAX
            } else {
                MAX_BYTES
            },
            name: self.studio.program.patch_id.clone(),
            metadata: self.metadata(),
        }
    }
}
