//! How a case is rendered, in the words of the command line, so that the record holds what a person would
//! type. What is given now wins over what the record remembers.

use crate::cli::args::{CaseFlags, InputFlags, PatchFlags, Pictures, PlanFlags, QualityFlags};
use crate::export::FrameRate;
use clap::{Parser, ValueEnum};
use std::convert::Infallible;
use std::path::{Path, PathBuf};

/// Flags alone, as the record has them.
#[derive(Debug, Parser)]
#[command(name = "plan", no_binary_name = true, disable_help_flag = true)]
struct Words {
    #[command(flatten)]
    case: CaseFlags,
}

/// The flags of a recorded plan; files are relative to `folder`.
///
/// # Errors
/// What the command line would say.
pub(super) fn read(words: &[String], folder: &Path) -> Result<CaseFlags, String> {
    let parsed = Words::try_parse_from(words).map_err(|error| {
        let text = error.to_string();
        let line = text.lines().next().unwrap_or_default();
        line.trim_start_matches("error: ").to_owned()
    })?;
    let mut case = parsed.case;
    for path in [&mut case.patch_flags.asset_root, &mut case.inputs.inputs] {
        *path = path
            .take()
            .map(|path| super::folder::tidy(&folder.join(path)));
    }
    Ok(case)
}

/// The words of flags, with files named by `relative`.
///
/// # Errors
/// Those of `relative`.
pub(super) fn words<E>(
    case: &CaseFlags,
    relative: impl Fn(&Path) -> Result<String, E>,
) -> Result<Vec<String>, E> {
    let CaseFlags {
        scale,
        blend_space,
        pictures,
        patch_flags,
        inputs,
        quality,
        plan,
    } = case;
    let mut out = Vec::new();
    let mut put = |flag: &str, value: Option<String>| {
        if let Some(value) = value {
            // One word, so that a value that begins with a minus is no flag.
            out.push(format!("--{flag}={value}"));
        }
    };
    put("scale", scale.map(|v| v.to_string()));
    put("blend-space", blend_space.and_then(name));
    put("pictures", pictures.as_ref().map(Pictures::to_string));
    let PatchFlags {
        size,
        background,
        seed,
        set,
        asset_root,
    } = patch_flags;
    put("size", size.map(|(w, h)| format!("{w}x{h}")));
    put("background", background.map(hex));
    put("seed", seed.map(|v| v.to_string()));
    for (target, value) in set {
        put("set", Some(format!("{target}={value}")));
    }
    put(
        "asset-root",
        asset_root.as_deref().map(&relative).transpose()?,
    );
    let InputFlags { inputs } = inputs;
    put("inputs", inputs.as_deref().map(&relative).transpose()?);
    let QualityFlags {
        shutter,
        shutter_phase,
        samples,
        supersample,
        bit_depth,
    } = quality;
    put("shutter", shutter.map(|v| v.to_string()));
    put("shutter-phase", shutter_phase.and_then(name));
    put("samples", samples.map(|v| v.to_string()));
    put("supersample", supersample.map(|v| v.to_string()));
    put("bit-depth", bit_depth.and_then(name));
    let PlanFlags {
        fps,
        frames,
        start,
        duration,
        time,
        include_end,
        sampling,
        frames_per_cycle,
        loops,
        warmup,
        require_closed_loop,
    } = plan;
    let ms = |time: &Option<f64>| time.map(|ms| format!("{ms}ms"));
    put("fps", fps.map(|v| v.to_string()));
    put("frames", frames.as_ref().map(ToString::to_string));
    put("start", ms(start));
    put("duration", ms(duration));
    put("time", ms(time));
    put("sampling", sampling.and_then(name));
    for (flag, number) in [
        ("frames-per-cycle", frames_per_cycle),
        ("loops", loops),
        ("warmup", warmup),
    ] {
        put(flag, number.map(|v| v.to_string()));
    }
    for (flag, given) in [
        ("include-end", include_end),
        ("require-closed-loop", require_closed_loop),
    ] {
        if *given {
            out.push(format!("--{flag}"));
        }
    }
    Ok(out)
}

/// Words for a command that looks at the values of one frame of a case, whose rate is `fps`.
pub(super) fn words_for_values(case: &CaseFlags, fps: FrameRate, frame: u64) -> Vec<String> {
    let has_rate = fps != FrameRate::default() || case.plan.fps.is_some();
    let values = CaseFlags {
        patch_flags: case.patch_flags.clone(),
        inputs: case.inputs.clone(),
        plan: PlanFlags {
            fps: has_rate.then_some(fps),
            frames: None,
            require_closed_loop: false,
            ..case.plan.clone()
        },
        ..nothing()
    };
    let shown = |path: &Path| Ok::<_, Infallible>(path.to_string_lossy().into_owned());
    let mut words = words(&values, shown).unwrap_or_else(|never| match never {});
    // One moment is one frame.
    if case.plan.time.is_none() {
        words.extend(["--frames".to_owned(), frame.to_string()]);
    }
    words
}

/// The word of a flag's value.
fn name(value: impl ValueEnum) -> Option<String> {
    let value = value.to_possible_value();
    value.map(|value| value.get_name().to_owned())
}

/// `#rrggbbaa`.
fn hex(rgba: [f64; 4]) -> String {
    let byte = |v: f64| format!("{:02x}", (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8);
    format!("#{}", rgba.map(byte).concat())
}

/// No flag.
fn nothing() -> CaseFlags {
    CaseFlags {
        scale: None,
        blend_space: None,
        pictures: None,
        patch_flags: PatchFlags::default(),
        inputs: InputFlags::default(),
        quality: QualityFlags::default(),
        plan: PlanFlags::default(),
    }
}

/// What is given, and for the rest what is remembered.
pub(super) fn merge(given: &CaseFlags, remembered: Option<CaseFlags>) -> CaseFlags {
    let CaseFlags {
        scale,
        blend_space,
        pictures,
        patch_flags,
        inputs,
        quality,
        plan,
    } = remembered.unwrap_or_else(nothing);
    let one = |given: &Option<PathBuf>, other: Option<PathBuf>| given.clone().or(other);
    CaseFlags {
        scale: given.scale.or(scale),
        blend_space: given.blend_space.or(blend_space),
        pictures: given.pictures.clone().or(pictures),
        patch_flags: PatchFlags {
            size: given.patch_flags.size.or(patch_flags.size),
            background: given.patch_flags.background.or(patch_flags.background),
            seed: given.patch_flags.seed.or(patch_flags.seed),
            set: if given.patch_flags.set.is_empty() {
                patch_flags.set
            } else {
                given.patch_flags.set.clone()
            },
            asset_root: one(&given.patch_flags.asset_root, patch_flags.asset_root),
        },
        inputs: InputFlags {
            inputs: one(&given.inputs.inputs, inputs.inputs),
        },
        quality: QualityFlags {
            shutter: given.quality.shutter.or(quality.shutter),
            shutter_phase: given.quality.shutter_phase.or(quality.shutter_phase),
            samples: given.quality.samples.or(quality.samples),
            supersample: given.quality.supersample.or(quality.supersample),
            bit_depth: given.quality.bit_depth.or(quality.bit_depth),
        },
        plan: PlanFlags {
            fps: given.plan.fps.or(plan.fps),
            frames: given.plan.frames.clone().or(plan.frames),
            start: given.plan.start.or(plan.start),
            duration: given.plan.duration.or(plan.duration),
            time: given.plan.time.or(plan.time),
            include_end: given.plan.include_end || plan.include_end,
            sampling: given.plan.sampling.or(plan.sampling),
            frames_per_cycle: given.plan.frames_per_cycle.or(plan.frames_per_cycle),
            loops: given.plan.loops.or(plan.loops),
            warmup: given.plan.warmup.or(plan.warmup),
            require_closed_loop: given.plan.require_closed_loop || plan.require_closed_loop,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(words_in: &[&str]) -> Vec<String> {
        let given: Vec<String> = words_in.iter().map(|w| (*w).to_owned()).collect();
        let case = read(&given, Path::new("")).unwrap();
        let as_is = |path: &Path| Ok::<_, Infallible>(path.display().to_string());
        words(&case, as_is).unwrap()
    }

    #[test]
    fn words_read_back_to_themselves() {
        let all = [
            "--scale=0.5",
            "--blend-space=linear",
            "--pictures=0,10-20:2",
            "--size=64x48",
            "--background=#0b102680",
            "--seed=7",
            "--set=a.b=-1",
            "--set=t.text=two words",
            "--asset-root=some where",
            "--inputs=in.json",
            "--shutter=1/3",
            "--shutter-phase=trailing",
            "--samples=8",
            "--supersample=2",
            "--bit-depth=16",
            "--fps=30000/1001",
            "--frames=0-9:3,40-",
            "--start=250ms",
            "--duration=1500.5ms",
            "--time=3ms",
            "--sampling=time",
            "--frames-per-cycle=24",
            "--loops=2",
            "--warmup=0",
            "--include-end",
            "--require-closed-loop",
        ];
        assert_eq!(round(&all), all);
        assert_eq!(round(&["--pictures", "none"]), ["--pictures=none"]);
        assert!(round(&[]).is_empty());
    }

    #[test]
    fn what_is_given_wins() {
        let read = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
            read(&words, Path::new("")).unwrap()
        };
        let remembered = read(&["--scale=0.5", "--inputs=a", "--frames=1", "--set=a.b=1"]);
        let given = read(&["--scale=2", "--set=c.d=2"]);
        let merged = merge(&given, Some(remembered));
        let as_is = |path: &Path| Ok::<_, Infallible>(path.display().to_string());
        assert_eq!(
            words(&merged, as_is).unwrap(),
            ["--scale=2", "--set=c.d=2", "--inputs=a", "--frames=1"]
        );
    }

    #[test]
    fn a_flag_that_is_none_is_named() {
        let error = read(&["--scael=1".to_owned()], Path::new("")).unwrap_err();
        assert!(error.contains("--scael"), "{error}");
    }
}
