use super::*;
use crate::export::integrity::Verdict;
use crate::export::manifest::{ImageEntry, LoopEntry, PatchEntry, PlanEntry};
use crate::export::names::NamePattern;
use crate::export::output::Names;
use crate::export::{Columns, Faults, Format, FrameRange, PlanOptions};
use crate::ir::{CycleMode, Memory, TimeModel};
use serde_json::json;
use std::collections::BTreeMap;

fn head(plan: &Plan, frames: &FrameSet) -> Head {
    Head {
        tool: "oscilla 0".into(),
        ir_version: 1,
        rasteriser: Some("r".into()),
        patch: PatchEntry {
            id: "p".into(),
            revision: 1,
            hash: "b3:0".into(),
        },
        program_hash: "b3:1".into(),
        seed: 7,
        arguments: Vec::new(),
        names: "frame_#####.png".into(),
        overrides: BTreeMap::from([("a.b".to_owned(), "1".to_owned())]),
        inputs: None,
        plan: PlanEntry::new(plan, frames),
        image: ImageEntry {
            format: "png".into(),
            width: 2,
            height: 1,
            scale: 1.0,
            supersample: 1,
            bit_depth: 8,
            background: [0.0; 4],
            colour: "sRGB".into(),
            blend_space: "srgb".into(),
            needs: Vec::new(),
            approximate: Vec::new(),
        },
        swaps: Vec::new(),
        r#loop: Some(LoopEntry::from(&Verdict::Exact)),
        warnings: Vec::new(),
    }
}

struct Export {
    folder: tempfile::TempDir,
    plan: Plan,
    frames: FrameSet,
    out: Destination,
    head: Head,
}

impl Export {
    fn new(range: &str) -> Self {
        let model = TimeModel::Cyclic {
            period_ms: 1000.0,
            mode: CycleMode::Loop,
        };
        let plan = Plan::new(&model, Memory::None, &PlanOptions::default()).unwrap();
        let range: FrameRange = range.parse().unwrap();
        let frames = plan.select(Some(&range)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let names = Names::Pattern(NamePattern::for_plan(plan.frames(), Format::Png));
        Self {
            out: Destination::new(folder.path(), names),
            head: head(&plan, &frames),
            folder,
            plan,
            frames,
        }
    }

    fn begin(&self) -> Archive<'_> {
        Archive::begin(&self.out, &self.plan, &self.frames, &self.head).unwrap()
    }

    fn resume(&self) -> Result<Resumed<'_>, OutputError> {
        Archive::resume(&self.out, &self.plan, &self.frames, &self.head)
    }

    /// Goes on; the frames that were missing.
    fn go_on(&self) -> (Archive<'_>, Vec<u64>) {
        match self.resume().unwrap() {
            Resumed::Open { archive, missing } => (archive, missing.iter().collect()),
            Resumed::Finished(_) => panic!("something is left to do"),
        }
    }

    fn frame(&self, number: u64) -> Frame<File> {
        let bytes = vec![number as u8; 3];
        let is_odd = number % 2 == 1;
        Frame {
            number,
            sample: self.plan.sample(number as i64),
            t_ms: number as f64 / 3.0,
            product: File {
                hash: blake3::hash(&bytes),
                pixels: Some(blake3::hash(b"")),
                bytes,
            },
            faults: Faults {
                dropped: u64::from(is_odd),
                ..Faults::default()
            },
            columns: Columns {
                count: 2,
                constant: 1,
                bytes: number,
            },
            remark: is_odd.then(|| format!("frame {number} is odd")),
        }
    }

    fn deliver(&self, archive: &mut Archive, numbers: impl IntoIterator<Item = u64>) {
        for number in numbers {
            archive.deliver(self.frame(number)).unwrap();
        }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// Every file with its bytes.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let file = |entry: io::Result<fs::DirEntry>| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        };
        entries.map(file).collect()
    }

    fn manifest(&self) -> Value {
        let name = self.out.manifest_name(&self.frames, self.plan.frames());
        serde_json::from_slice(&fs::read(self.path(&name)).unwrap()).unwrap()
    }
}

/// An export in one go.
fn export(range: &str) -> Export {
    let export = Export::new(range);
    let mut archive = export.begin();
    export.deliver(&mut archive, export.frames.iter());
    let name = export.out.manifest_name(&export.frames, 60);
    assert!(!export.path(&name).exists(), "not there before the end");
    archive.finish().unwrap();
    export
}

#[test]
fn it_says_what_was_asked_for_and_lists_every_frame() {
    let export = export("15,30");
    let manifest = export.manifest();
    assert_eq!(manifest["manifestVersion"], 1);
    assert_eq!(manifest["plan"]["fps"], json!([60, 1]));
    assert_eq!(manifest["plan"]["range"], json!([15, 30]));
    assert_eq!(manifest["plan"]["warmupFrom"], "default");
    assert_eq!(manifest["loop"]["verdict"], "exact");
    assert_eq!(manifest["sums"]["frames"], 2);
    assert_eq!(manifest["sums"]["firstFault"]["frame"], 15);
    let frames = manifest["frames"].as_array().unwrap();
    assert_eq!(frames.len(), 2);
    assert_eq!(frames[0]["phase"], 0.25);
    for frame in frames {
        let bytes = fs::read(export.path(frame["file"].as_str().unwrap())).unwrap();
        assert_eq!(frame["bytes"], bytes.len());
        assert_eq!(frame["hash"], b3(&blake3::hash(&bytes)));
    }
}

#[test]
fn an_export_that_goes_on_is_one_in_one_go() {
    let whole = export("0-59").files();
    for cuts in [vec![0], vec![1], vec![7, 7], vec![20, 41, 59], vec![60]] {
        let export = Export::new("0-59");
        let mut archive = export.begin();
        let mut done = 0;
        for cut in cuts {
            export.deliver(&mut archive, done..cut);
            // As a crash leaves it: nothing is ended.
            drop(archive);
            let missing;
            (archive, missing) = export.go_on();
            assert_eq!(missing, Vec::from_iter(cut..60));
            done = cut;
        }
        export.deliver(&mut archive, done..60);
        archive.finish().unwrap();
        assert_eq!(export.files(), whole);
    }
}

#[test]
fn what_is_broken_or_missing_is_made_again() {
    let whole = export("0-59:3").files();
    let export = Export::new("0-59:3");
    let mut archive = export.begin();
    export.deliver(&mut archive, (0..30).step_by(3));
    drop(archive);
    fs::write(export.path("frame_00006.png"), b"xyz").unwrap();
    fs::remove_file(export.path("frame_00012.png")).unwrap();
    let (mut archive, missing) = export.go_on();
    assert_eq!(missing[..3], [6, 12, 30]);
    // Killed again, after one of the two.
    export.deliver(&mut archive, [6]);
    drop(archive);
    let (mut archive, missing) = export.go_on();
    assert_eq!(missing[..3], [12, 30, 33]);
    export.deliver(&mut archive, missing);
    archive.finish().unwrap();
    assert_eq!(export.files(), whole);
}

#[test]
fn a_finished_export_needs_nothing_or_what_was_lost() {
    let export = export("0-59");
    let whole = export.files();
    let Resumed::Finished(outcome) = export.resume().unwrap() else {
        panic!("nothing is missing");
    };
    assert_eq!((outcome.frames, outcome.faults.dropped), (60, 30));
    assert_eq!(export.files(), whole);
    // The first fault must be told although its frame is not made again.
    fs::remove_file(export.path("frame_00040.png")).unwrap();
    let (mut archive, missing) = export.go_on();
    assert_eq!(missing, [40]);
    export.deliver(&mut archive, missing);
    archive.finish().unwrap();
    assert_eq!(export.files(), whole);
}

#[test]
fn lines_that_were_cut_and_left_over_files_do_not_matter() {
    let whole = export("0-59").files();
    let export = Export::new("0-59");
    let mut archive = export.begin();
    export.deliver(&mut archive, 0..30);
    drop(archive);
    let journal = export.path("manifest.journal");
    let text = fs::read(&journal).unwrap();
    fs::write(export.path(".oscilla-manifest.json-a1B2c3.tmp"), b"half").unwrap();
    for (cut, from) in [
        (5, 29),
        (text.len() / 2, 14),
        (text.len() - 10, 0),
        (text.len(), 0),
    ] {
        fs::write(&journal, &text[..text.len() - cut]).unwrap();
        let (archive, missing) = export.go_on();
        assert!(missing[0].abs_diff(from) <= 3, "{cut}: {missing:?}");
        assert_eq!(*missing.last().unwrap(), 59);
        drop(archive);
    }
    let (mut archive, missing) = export.go_on();
    export.deliver(&mut archive, missing);
    archive.finish().unwrap();
    assert_eq!(export.files(), whole);
}

#[test]
fn another_export_is_refused_with_what_differs_and_left_alone() {
    let mut export = export("0-59");
    let whole = export.files();
    export.head.seed = 8;
    export.head.plan.fps = [30, 1];
    let error = export.resume().unwrap_err();
    assert_eq!(error.code(), "manifest-mismatch");
    let text = error.to_string();
    for part in ["plan.fps was [60,1], now [30,1]", "seed was 7, now 8"] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(export.files(), whole);
    fs::write(export.path("manifest.json"), b"{}").unwrap();
    assert!(matches!(export.resume(), Err(OutputError::Record { .. })));
}

#[test]
fn two_at_once_are_refused() {
    let export = Export::new("0-59");
    let archive = export.begin();
    assert_eq!(export.resume().unwrap_err().code(), "output-locked");
    archive.pause().unwrap();
    export.go_on();
}
