//! The texts of a test's program.

use super::steps::RANKS;
use crate::math::Ease;

/// Everything that a test may be called, sorted as a program wants its strings.
pub(super) fn vocabulary() -> Vec<String> {
    let sinks = ["a", "b", "c", "dots", "glow", "line", "outlines", "sum"];
    let inputs = [
        "clipHeight",
        "clipWidth",
        "clipX",
        "clipY",
        "color",
        "effect",
        "fillColor",
        "gain",
        "hue",
        "mode",
        "opacity",
        "path",
        "pos",
        "rotation",
        "scale",
        "shape",
        "sigma",
        "size",
        "sortKey",
        "strokeColor",
        "strokeWidth",
        "tint",
        "translate",
        "width",
    ];
    let rails = ["phaseA", "phaseB", "pulseA", "pulseB", "energy", "palette"];
    let times = [
        "tAbsMs",
        "tModelMs",
        "dtMs",
        "phase01",
        "progress01",
        "cycleIndex",
        "cycleTMs",
        "energy",
        "wrap",
        "end",
        "cue",
    ];
    let others = [
        "early",
        "late",
        "later",
        "last",
        "source",
        "source/out/out",
        "out",
        "frame",
        "output",
        "d",
        "e",
        "blur",
        "grade",
        "cc",
        "hit",
    ];
    let mut words: Vec<String> = Vec::new();
    for list in [&sinks[..], &inputs, &rails, &others] {
        words.extend(list.iter().map(|w| (*w).to_owned()));
    }
    for sink in sinks {
        words.extend(inputs.iter().map(|input| format!("{sink}.{input}")));
    }
    words.extend(times.map(|name| format!("time/{name}")));
    words.extend(rails.iter().map(|rail| format!("rail/{rail}")));
    words.extend(
        ["cc", "hit"]
            .iter()
            .map(|channel| format!("external/{channel}")),
    );
    words.extend(Ease::ALL.iter().map(|ease| ease.name().to_owned()));
    let steps = [
        "externalSample",
        "timeDerive",
        "timeConsole",
        "stateCommit",
        "renderAssemble",
    ];
    words.extend(steps.map(str::to_owned));
    words.extend(RANKS.map(|rank| format!("nodeEval:{rank}")));
    words.extend(rails.map(|rail| format!("railResolve:{rail}")));
    words.extend(["reduce:e", "request/e"].map(str::to_owned));
    words.push("materialize:e".to_owned());
    for sink in sinks {
        words.push(format!("sinkEval:{sink}"));
        words.extend(inputs.iter().map(|input| format!("reduce:{sink}.{input}")));
        words.push(format!("reduce:{sink}"));
        words.push(format!("sink/{sink}"));
        words.extend(inputs.iter().map(|input| format!("request/{sink}.{input}")));
        words.extend(
            inputs
                .iter()
                .map(|input| format!("materialize:{sink}.{input}")),
        );
    }
    for i in 0..40 {
        words.extend([
            format!("cell{i:04}"),
            format!("bus{i:04}"),
            format!("bus/bus{i:04}"),
            format!("busEval:bus{i:04}"),
        ]);
        words.extend((0..8).map(|k| format!("pub{i:04}-{k:04}")));
    }
    words.sort();
    words.dedup();
    words
}
