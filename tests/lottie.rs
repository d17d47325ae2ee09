//! The gallery as Lottie: by the published rules, and as an independent player shows it.
//!
//! The rules that players rely on are checked always. The published JSON Schema and the player
//! (`lottie-web`, in Chromium) come from npm: they are looked for in `target/lottie/node_modules`, or where
//! `OSCILLA_LOTTIE` says. Without them the tests say that they were skipped; with `OSCILLA_NEEDS_LOTTIE` set,
//! as in CI, they fail. To have them:
//!
//! ```sh
//! npm install --prefix target/lottie lottie-web @lottie-animation-community/lottie-specs
//! ```

mod support;

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use support::browser::{self, Picture, compare, shoot};
use support::{oscilla_ok, patches, pixels, root, stem};

/// Largest difference of a channel where nothing is near, levels: a browser shows the seam between two faces
/// of nearly one colour.
const FLAT: u8 = 12;
/// Mean difference over a picture: a browser's anti-aliasing is coarse.
const MEAN: f64 = 0.8;
/// A frame beside the right one is at least this many times as far off.
const TELLING: f64 = 1.5;

#[test]
fn every_patch_becomes_an_animation_by_the_published_rules() {
    let schema = package("@lottie-animation-community/lottie-specs/src/data/lottie.schema.json");
    let schema = schema.map(|path| {
        let schema: Value =
            serde_json::from_slice(&fs::read(path).expect("a schema")).expect("JSON");
        jsonschema::validator_for(&schema).expect("a schema")
    });
    let place = tempfile::tempdir().expect("a folder");
    for patch in patches("patches") {
        let name = stem(&patch);
        let file = place.path().join("loop.json");
        render(
            &patch.to_string_lossy(),
            &file,
            &["--format", "lottie", "--fps", "2"],
        );
        let text = fs::read_to_string(&file).expect("UTF-8");
        let document: Value = serde_json::from_str(&text).expect("JSON");
        Rules::check(&name, &document);
        if let Some(schema) = &schema {
            let wrong = schema.iter_errors(&document).next().map(|e| e.to_string());
            assert_eq!(wrong, None, "{name}");
        }
    }
}

/// Circles, squares, triangles, stars and rings, filled and stroked; dashed lines that move; elements that
/// come and go, jump, and are blended; the faces of solids; a picture that is clipped and turned. With the
/// renderer of the player: the one that draws on a canvas cannot fade a group, so it gets one that does not.
const SHOWN: [(&str, &str, [u32; 2], &str); 8] = [
    ("breathing", "", [0, 17], "svg"),
    ("orbit", "", [8, 33], "svg"),
    ("chase", "", [5, 20], "svg"),
    ("ribbons", "", [3, 30], "svg"),
    ("medals", "", [5, 27], "svg"),
    ("clipped", CLIPPED, [0, 11], "svg"),
    ("opaque", CLIPPED, [0, 11], "canvas"),
    ("reeds", "", [3, 14], "canvas"),
];

#[test]
fn a_player_shows_our_frames() {
    let Some(player) = package("lottie-web/build/player/lottie.min.js") else {
        return;
    };
    let Some(browser) = browser::find() else {
        return;
    };
    let place = tempfile::tempdir().expect("a folder");
    for (name, text, frames, renderer) in SHOWN {
        let patch = match text {
            "" => format!("patches/{name}.json"),
            text => {
                let file = place.path().join(format!("{name}.json"));
                let fading = r#"{"from": "fade.out", "to": "outer.opacity"},"#;
                let text = match name {
                    "opaque" => text.replace(fading, ""),
                    _ => text.to_owned(),
                };
                fs::write(&file, text).expect("writable");
                file.to_string_lossy().into_owned()
            }
        };
        let file = place.path().join("loop.json");
        render(&patch, &file, &["--format", "lottie", "--fps", "10"]);
        let animation = fs::read_to_string(&file).expect("UTF-8");
        let ours = frames_of(&patch, &frames);
        let others = frames_of(&patch, &frames.map(|frame| frame + 3));
        let size = (ours.0, ours.1 / frames.len() as u32);
        let page = page((&player, renderer), &animation, &frames, size);
        let theirs = shoot(&browser, &page, &ours, &["--virtual-time-budget=2000"]);
        let (flat, mean) = compare(&ours, &theirs);
        let (_, control) = compare(&others, &theirs);
        let found = format!("{name}: flat {flat}, mean {mean:.3}, others {control:.3}");
        browser::say(&found);
        assert!(flat <= FLAT && mean <= MEAN, "{found}");
        assert!(
            control > mean * TELLING,
            "{found}: cannot tell frames apart"
        );
    }
}

/// Squares in a picture that turns, grows, fades and is limited by a rectangle and a path.
const CLIPPED: &str = r##"{
  "size": [200, 160],
  "background": "#203040",
  "blocks": [
    {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 2000}},
    {"id": "grid", "type": "GridDomain", "params": {"rows": 4, "cols": 5, "spacing": 40, "originX": 20, "originY": 20}},
    {"id": "turn", "type": "Oscillator", "params": {"amplitude": 40, "bias": 10}},
    {"id": "fade", "type": "Oscillator", "params": {"amplitude": 0.4, "bias": 0.6}},
    {"id": "dots", "type": "RenderInstances2D", "params": {"color": "#ffcc00", "radius": 14}},
    {"id": "inner", "type": "Compose", "params": {"clip": "path", "clipPath": "M100 10 L190 150 L10 150 Z"}},
    {"id": "outer", "type": "Compose", "params": {"clip": "rect", "clipX": 20, "clipY": 20, "clipWidth": 160, "clipHeight": 100, "scale": [1.2, 0.9]}}
  ],
  "connections": [
    {"from": "time.phase", "to": "turn.phase"},
    {"from": "time.phase", "to": "fade.phase"},
    {"from": "grid.domain", "to": "dots.domain"},
    {"from": "grid.pos0", "to": "dots.positions"},
    {"from": "turn.out", "to": "inner.rotate"},
    {"from": "fade.out", "to": "outer.opacity"},
    {"from": "dots.render", "to": "inner.in1"},
    {"from": "inner.render", "to": "outer.in1"}
  ]
}"##;

/// A file of a package, or a word on why nothing is tested with it.
fn package(file: &str) -> Option<PathBuf> {
    let named = std::env::var_os("OSCILLA_LOTTIE").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| root("target/lottie/node_modules"));
    let path = folder.join(file);
    if path.exists() {
        return path.canonicalize().ok();
    }
    let missing = format!("there is no `{}`", path.display());
    assert!(
        std::env::var_os("OSCILLA_NEEDS_LOTTIE").is_none(),
        "{missing}"
    );
    browser::say(&format!("skipped: {missing} (see tests/lottie.rs)"));
    None
}

fn render(patch: &str, out: &Path, more: &[&str]) {
    let out = out.to_string_lossy();
    let mut args = vec!["render", patch, "--out", &out, "--quiet", "--overwrite"];
    args.push("--allow-approximate");
    if patch.ends_with("mixer.json") {
        args.extend(["--inputs", "patches/recordings/mixer.json"]);
    }
    args.extend(more);
    oscilla_ok(&args);
}

/// Frames of ours, one below the other.
fn frames_of(patch: &str, frames: &[u32]) -> Picture {
    let place = tempfile::tempdir().expect("a folder");
    let list: Vec<String> = frames.iter().map(u32::to_string).collect();
    let flags = ["--fps", "10", "--frames", &list.join(",")];
    render(patch, place.path(), &flags);
    let pictures = support::frames(place.path());
    let pictures: Vec<Picture> = pictures.iter().map(|path| pixels(path)).collect();
    let bytes = pictures
        .iter()
        .flat_map(|picture| picture.2.iter().copied());
    let height = pictures.iter().map(|picture| picture.1).sum();
    (pictures[0].0, height, bytes.collect())
}

/// A page on which the animation stands still at these frames, one below the other.
fn page(
    (player, renderer): (&Path, &str),
    animation: &str,
    frames: &[u32],
    (width, height): (u32, u32),
) -> String {
    format!(
        "<style>div{{width:{width}px;height:{height}px}}</style><body></body>
        <script src=\"file://{}\"></script><script>
        const text = JSON.stringify({animation});
        for (const frame of {frames:?}) {{
            const container = document.body.appendChild(document.createElement('div'));
            const animationData = JSON.parse(text);
            const player = lottie.loadAnimation({{container, animationData, renderer: '{renderer}', autoplay: false}});
            player.addEventListener('DOMLoaded', () => player.goToAndStop(frame, true));
        }}</script>",
        player.display()
    )
}

/// What players rely on: fields that must be there, references that lead somewhere, values in range.
struct Rules<'a> {
    name: &'a str,
    assets: BTreeSet<&'a str>,
}

impl<'a> Rules<'a> {
    fn check(name: &'a str, document: &'a Value) {
        for key in ["fr", "ip", "op", "w", "h"] {
            assert!(document[key].is_number(), "{name}: {key}");
        }
        assert!(document["fr"].as_f64() > Some(0.0) && document["op"].as_f64() > Some(0.0));
        assert!(document["v"].is_string() && document["w"].is_u64() && document["h"].is_u64());
        let mut rules = Self {
            name,
            assets: BTreeSet::new(),
        };
        for asset in list(&document["assets"]) {
            // An asset shows only those before it, so none shows itself.
            rules.layers(&asset["layers"]);
            let id = asset["id"].as_str().expect("an id");
            assert!(rules.assets.insert(id), "{name}: `{id}` comes twice");
        }
        rules.layers(&document["layers"]);
    }

    fn layers(&self, layers: &'a Value) {
        let name = self.name;
        let layers = list(layers);
        let mut known = BTreeSet::new();
        // A null layer comes before what hangs on it, from the bottom.
        for (i, layer) in layers.iter().enumerate().rev() {
            let index = layer["ind"].as_u64().expect("an index");
            if let Some(parent) = layer.get("parent") {
                let parent = parent.as_u64().expect("an index");
                assert!(known.contains(&parent), "{name}: no parent {parent}");
            }
            assert!(known.insert(index), "{name}: {index} comes twice");
            assert!(layer["ip"].as_f64() < layer["op"].as_f64() && layer["ks"].is_object());
            self.properties(&layer["ks"]);
            assert!(layer["nm"].is_string() && layer["st"] == 0);
            match layer["ty"].as_u64() {
                Some(0) => {
                    let id = layer["refId"].as_str().expect("an id");
                    assert!(self.assets.contains(id), "{name}: no `{id}`");
                    assert!(layer["w"].is_u64() && layer["h"].is_u64());
                }
                Some(3) => {}
                Some(4) => list(&layer["shapes"])
                    .iter()
                    .for_each(|shape| self.shape(shape)),
                kind => panic!("{name}: a layer of kind {kind:?}"),
            }
            let is_limited = layer.get("tt").is_some();
            let matte = i.checked_sub(1).map(|above| &layers[above]);
            let matte = matte.filter(|above| above["td"] == 1);
            assert_eq!(
                is_limited,
                matte.is_some(),
                "{name}: a matte without use, or none"
            );
            assert_eq!(layer.get("tp"), matte.map(|matte| &matte["ind"]), "{name}");
            assert!(layer["bm"].is_u64(), "{name}: no blend mode");
        }
    }

    fn shape(&self, shape: &'a Value) {
        let kind = shape["ty"].as_str().expect("a kind");
        let wanted: &[&str] = match kind {
            "gr" => {
                let items = list(&shape["it"]);
                assert_eq!(items.last().expect("items")["ty"], "tr", "{}", self.name);
                items.iter().for_each(|item| self.shape(item));
                &[]
            }
            "tr" => &["o"],
            "el" => &["p", "s"],
            "rc" => &["p", "s", "r"],
            "sr" if shape["sy"] == 1 => &["p", "or", "os", "ir", "is", "pt", "r"],
            "sr" => &["p", "or", "os", "pt", "r"],
            "sh" => &["ks"],
            "fl" => &["c", "o"],
            "st" => &["c", "o", "w"],
            _ => panic!("{}: a shape of kind {kind}", self.name),
        };
        for key in wanted {
            assert!(
                shape[*key].is_object(),
                "{}: `{kind}` lacks `{key}`",
                self.name
            );
        }
        self.properties(shape);
        list(&shape["d"])
            .iter()
            .for_each(|dash| self.properties(dash));
    }

    /// All properties of an object.
    fn properties(&self, object: &'a Value) {
        for (key, property) in object.as_object().expect("an object") {
            if property.is_object() {
                self.property(key, property);
            }
        }
    }

    fn property(&self, key: &str, property: &Value) {
        let name = self.name;
        if property["a"] == 0 {
            return self.value(key, &property["k"]);
        }
        assert_eq!(property["a"], 1, "{name}: {key}");
        let keys = list(&property["k"]);
        assert!(keys.len() > 1, "{name}: {key} is constant");
        for (i, keyframe) in keys.iter().enumerate() {
            let value = list(&keyframe["s"]);
            assert_eq!(value.len(), list(&keys[0]["s"]).len(), "{name}: {key}");
            let single = if value.len() == 1 {
                &value[0]
            } else {
                &keyframe["s"]
            };
            self.value(key, single);
            let Some(next) = keys.get(i + 1) else {
                continue;
            };
            assert!(keyframe["t"].as_f64() < next["t"].as_f64(), "{name}: {key}");
            let eased = ["i", "o"]
                .iter()
                .all(|side| keyframe[side]["x"].is_number());
            assert!(eased || keyframe["h"] == 1, "{name}: {key} goes nowhere");
        }
    }

    fn value(&self, key: &str, value: &Value) {
        let within = |value: &Value, most: f64| {
            let value = value.as_f64().expect("a number");
            assert!(
                (0.0..=most).contains(&value),
                "{}: {key} is {value}",
                self.name
            );
        };
        match (key, value) {
            ("c", color) => {
                assert_eq!(list(color).len(), 3);
                list(color).iter().for_each(|part| within(part, 1.0));
            }
            ("o", opacity) => within(opacity, 100.0),
            ("w", width) => within(width, f64::MAX),
            ("ks", path) => {
                let count = list(&path["v"]).len();
                assert!(path["c"].is_boolean() && count > 1, "{}", self.name);
                for side in ["i", "o"] {
                    assert_eq!(list(&path[side]).len(), count, "{}", self.name);
                }
            }
            (_, Value::Array(parts)) => {
                assert!(parts.len() == 2 && parts.iter().all(Value::is_number));
            }
            (_, value) => assert!(value.is_number(), "{}: {key}", self.name),
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
