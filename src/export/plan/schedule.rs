//! From options to a schedule: where frame 0 is, how many frames there are, what lies before them.

use super::{PlanError, PlanOptions, Sampling};
use crate::export::rate::Rounding;
use crate::ir::{CycleMode, TimeModel};

/// What of the time model matters for times and phases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Model {
    Finite { duration_ms: f64 },
    Cyclic { period_ms: f64, mode: CycleMode },
    Infinite { ambient_ms: Option<f64> },
}

/// When the frames of a plan are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Schedule {
    /// Position i is step i of `of`; frames are 0..of·loops.
    Phase { of: u32, loops: u32 },
    /// Position i is the time start + i/fps.
    Time {
        start_ms: f64,
        /// Position of the last frame and its time, where that is the exact end.
        end: Option<(i64, f64)>,
        /// What the written frames last, ms.
        duration_ms: f64,
    },
    /// Position 0 is the still; −1, −2 … −before lead back to the start at the frame rate.
    Still {
        start_ms: f64,
        t_ms: f64,
        before: i64,
    },
}

/// The schedule of a time model, and its number of frames.
///
/// # Errors
/// An option that does not fit the time model, or another option.
pub(super) fn schedule(
    model: &TimeModel,
    options: &PlanOptions,
) -> Result<(Model, Schedule, u64), PlanError> {
    check_alone(options)?;
    let natural = Natural::of(model);
    let cyclic = matches!(natural.model, Model::Cyclic { .. });
    let finite = matches!(natural.model, Model::Finite { .. });
    let to_phase = options.sampling == Some(Sampling::Phase);
    require(
        cyclic || options.loops.is_none(),
        "--loops",
        "a cyclic patch",
    )?;
    require(cyclic || !to_phase, "--sampling phase", "a cyclic patch")?;
    require(
        finite || !options.include_end,
        "--include-end",
        "a patch with an end (a finite time model)",
    )?;
    let by_phase = cyclic && options.sampling != Some(Sampling::Time) && options.still_ms.is_none();
    let driven = "a cyclic patch driven by phase";
    require(
        by_phase || options.frames_per_cycle.is_none(),
        "--frames-per-cycle",
        driven,
    )?;
    require(by_phase || options.warmup.is_none(), "--warmup", driven)?;
    let (schedule, frames) = match options.still_ms {
        _ if by_phase => phase_schedule(&natural, options)?,
        Some(t_ms) => (still_schedule(&natural, t_ms, options)?, 1),
        None => time_schedule(&natural, options)?,
    };
    Ok((natural.model, schedule, frames))
}

/// A time model seen as a length.
struct Natural {
    model: Model,
    /// Of a performance, a cycle (there and back) or a window, ms.
    length_ms: f64,
}

impl Natural {
    fn of(model: &TimeModel) -> Self {
        match *model {
            TimeModel::Finite { duration_ms, .. } => Self {
                model: Model::Finite { duration_ms },
                length_ms: duration_ms,
            },
            TimeModel::Cyclic { period_ms, mode } => Self {
                model: Model::Cyclic { period_ms, mode },
                length_ms: legs(mode) * period_ms,
            },
            TimeModel::Infinite {
                window_ms,
                ambient_period_ms,
                ..
            } => Self {
                model: Model::Infinite {
                    ambient_ms: ambient_period_ms,
                },
                length_ms: window_ms,
            },
        }
    }
}

pub(super) fn legs(mode: CycleMode) -> f64 {
    match mode {
        CycleMode::Loop => 1.0,
        CycleMode::Pingpong => 2.0,
    }
}

fn require(holds: bool, option: &'static str, needs: &'static str) -> Result<(), PlanError> {
    if holds {
        Ok(())
    } else {
        Err(PlanError::Needs { option, needs })
    }
}

/// What is wrong with the options whatever the program.
fn check_alone(options: &PlanOptions) -> Result<(), PlanError> {
    for (option, value, least) in [
        ("--frames-per-cycle", options.frames_per_cycle, 1),
        ("--loops", options.loops, 1),
    ] {
        if value.is_some_and(|value| value < least) {
            let wants = "a whole number of at least 1";
            return Err(PlanError::Value { option, wants });
        }
    }
    for (option, value, zero) in [
        ("--start", options.start_ms, true),
        ("--duration", options.duration_ms, false),
        ("--time", options.still_ms, true),
    ] {
        if value.is_some_and(|ms| !ms.is_finite() || ms < 0.0 || (ms == 0.0 && !zero)) {
            let wants = if zero {
                "a time of at least 0"
            } else {
                "a time above 0"
            };
            return Err(PlanError::Value { option, wants });
        }
    }
    let still_excludes = [
        (options.duration_ms.is_some(), "--duration"),
        (options.loops.is_some(), "--loops"),
        (options.include_end, "--include-end"),
        (
            options.sampling == Some(Sampling::Phase),
            "--sampling phase",
        ),
    ];
    let other = still_excludes.iter().find(|(given, _)| *given);
    match other {
        Some((_, other)) if options.still_ms.is_some() => {
            Err(PlanError::Exclusive("--time", other))
        }
        _ => Ok(()),
    }
}

fn phase_schedule(natural: &Natural, options: &PlanOptions) -> Result<(Schedule, u64), PlanError> {
    let needs = "samples by time: a cyclic patch is driven by phase";
    require(options.start_ms.is_none(), "--start", needs)?;
    require(options.duration_ms.is_none(), "--duration", needs)?;
    let of = match options.frames_per_cycle {
        Some(of) => of,
        None => {
            let nearest = options
                .fps
                .frames(natural.length_ms, 1, Rounding::Nearest)
                .ok_or(PlanError::TooLong)?;
            u32::try_from(nearest.max(1)).map_err(|_| PlanError::TooLong)?
        }
    };
    let loops = options.loops.unwrap_or(1);
    Ok((
        Schedule::Phase { of, loops },
        u64::from(of) * u64::from(loops),
    ))
}

fn time_schedule(natural: &Natural, options: &PlanOptions) -> Result<(Schedule, u64), PlanError> {
    let start_ms = options.start_ms.unwrap_or(0.0);
    let loops = options.loops.unwrap_or(1);
    if options.loops.is_some() && options.duration_ms.is_some() {
        return Err(PlanError::Exclusive("--loops", "--duration"));
    }
    let finite = matches!(natural.model, Model::Finite { .. });
    if finite && start_ms >= natural.length_ms {
        return Err(PlanError::PastEnd {
            option: "--start",
            given_ms: start_ms,
            end_ms: natural.length_ms,
        });
    }
    let (length_ms, times) = match options.duration_ms {
        Some(duration_ms) => (duration_ms, 1),
        None if finite => (natural.length_ms - start_ms, 1),
        None => (natural.length_ms, loops),
    };
    let count = options
        .fps
        .frames(length_ms, times, Rounding::Up)
        .ok_or(PlanError::TooLong)?;
    let count = count.max(1);
    let position = i64::try_from(count).map_err(|_| PlanError::TooLong)?;
    let end_ms = match options.duration_ms {
        None if finite => natural.length_ms,
        _ => start_ms + length_ms,
    };
    let schedule = Schedule::Time {
        start_ms,
        end: options.include_end.then_some((position, end_ms)),
        duration_ms: length_ms * f64::from(times),
    };
    Ok((schedule, count + u64::from(options.include_end)))
}

fn still_schedule(
    natural: &Natural,
    t_ms: f64,
    options: &PlanOptions,
) -> Result<Schedule, PlanError> {
    let start_ms = options.start_ms.unwrap_or(0.0);
    if t_ms < start_ms {
        return Err(PlanError::Value {
            option: "--time",
            wants: "a time at or after `--start`",
        });
    }
    if let Model::Finite { duration_ms } = natural.model
        && t_ms > duration_ms
    {
        return Err(PlanError::PastEnd {
            option: "--time",
            given_ms: t_ms,
            end_ms: duration_ms,
        });
    }
    // Every plan frame strictly before t: i·1000/fps < t − start.
    let before = match t_ms - start_ms {
        ahead if ahead > 0.0 => options
            .fps
            .frames(ahead, 1, Rounding::Up)
            .and_then(|count| i64::try_from(count).ok())
            .ok_or(PlanError::TooLong)?,
        _ => 0,
    };
    Ok(Schedule::Still {
        start_ms,
        t_ms,
        before,
    })
}
