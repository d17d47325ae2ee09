//! The values behind a picture: what was drawn, column by column, and what the blocks gave.
//!
//! In: a render tree and named values. Out: one JSON object on a line, `{"frame", "tMs", "passes",
//! "values"}`, with passes as in [`crate::render_tree::json`]; long lists are cut to their first rows and
//! hashes of the rest, so that the file stays small. Two of them side by side give the first
//! [`Difference`] in paint order.

use crate::render_tree::{RenderTree, json};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;

/// Rows of a list that are kept; what is behind goes by hashes.
const ROWS: usize = 512;
/// Rows that one hash stands for.
const RUN: usize = 256;
/// Bytes of a text that is kept; a longer one, such as an outline, goes by its hash.
const TEXT: usize = 400;

/// The values of one frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    /// Number in the plan.
    pub frame: u64,
    object: Value,
}

/// Where two frames first differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// Block id of the sink.
    pub sink: String,
    /// Which of its columns or parameters; empty if the whole pass came or went.
    pub channel: String,
    /// Index in the domain, where the channel has one value an element.
    pub element: Option<u64>,
    /// Index among the lanes, where a value has several.
    pub lane: Option<usize>,
    /// As recorded.
    pub was: String,
    /// As it is now.
    pub now: String,
    /// How much was added, of numbers.
    pub by: Option<f64>,
    /// How many elements of the channel differ, as far as they are kept.
    pub elements: Option<usize>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            sink,
            channel,
            was,
            now,
            ..
        } = self;
        if channel.is_empty() {
            return write!(f, "sink `{sink}`: {was} recorded, {now} now");
        }
        write!(f, "sink `{sink}`, {channel}")?;
        if let Some(element) = self.element {
            write!(f, " of element {element}")?;
        }
        if let Some(lane) = self.lane {
            write!(f, " ({})", lane_name(channel, lane))?;
        }
        write!(f, ": {was} recorded, {now} now")?;
        if let Some(by) = self.by {
            write!(f, ", by {}", by as f32)?;
        }
        match self.elements {
            Some(count) if count > 1 => write!(f, "; {count} elements differ"),
            _ => Ok(()),
        }
    }
}

/// A lane as people call it.
fn lane_name(channel: &str, lane: usize) -> String {
    match channel {
        "rgba" | "strokeRgba" if lane < 4 => ["red", "green", "blue", "alpha"][lane].to_owned(),
        _ => format!("number {}", lane + 1),
    }
}

impl Values {
    /// The values of a tree, and of whatever feeds it, by name.
    pub fn new(tree: &RenderTree, values: Map<String, Value>) -> Self {
        let mut object: Value = serde_json::from_str(&json::to_string(tree)).unwrap_or_default();
        shorten(&mut object);
        object["values"] = Value::Object(values);
        let frame = tree.frame;
        Self { frame, object }
    }

    /// Reads the lines of a file: values by frame, and the numbers (from 1) of lines that are no frame's.
    pub fn read(text: &str) -> (BTreeMap<u64, Self>, Vec<usize>) {
        let mut frames = BTreeMap::new();
        let mut bad = Vec::new();
        for (at, line) in text.lines().enumerate() {
            match Self::line(line) {
                Some(values) => drop(frames.insert(values.frame, values)),
                None => bad.push(at + 1),
            }
        }
        (frames, bad)
    }

    fn line(line: &str) -> Option<Self> {
        let object: Value = serde_json::from_str(line).ok()?;
        let frame = object["frame"].as_u64()?;
        let whole = object["passes"].is_array() && object["values"].is_object();
        whole.then_some(Self { frame, object })
    }

    /// What a name stood for.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.object["values"].get(name)
    }

    /// The first difference in what is drawn, bottom pass first.
    pub fn difference(&self, now: &Self) -> Option<Difference> {
        passes(&self.object["passes"], &now.object["passes"])
    }
}

impl fmt::Display for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.object)
    }
}

fn shorten(value: &mut Value) {
    match value {
        Value::String(text) if text.len() > TEXT => {
            let hash = hash(text.as_bytes());
            *text = format!("{} bytes {hash}", text.len());
        }
        Value::Array(rows) => {
            rows.iter_mut().for_each(shorten);
            let runs: Vec<Value> = rows.get(ROWS..).map_or_else(Vec::new, |rest| {
                let text = |run: &[Value]| Value::Array(run.to_vec()).to_string();
                let run = |run| Value::from(format!("{RUN} rows {}", hash(text(run).as_bytes())));
                rest.chunks(RUN).map(run).collect()
            });
            rows.truncate(ROWS);
            rows.extend(runs);
        }
        Value::Object(map) => map.values_mut().for_each(shorten),
        _ => {}
    }
}

fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex()[..16].to_owned()
}

/// The order in which channels are looked at; others follow by name.
const FIRST: [&str; 12] = [
    "kind",
    "source",
    "count",
    "element",
    "x",
    "y",
    "size",
    "scale",
    "rotation",
    "rgba",
    "strokeWidth",
    "strokeRgba",
];

fn passes(was: &Value, now: &Value) -> Option<Difference> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let (was, now) = (list(was), list(now));
    for i in 0..was.len().max(now.len()) {
        let (a, b) = (was.get(i), now.get(i));
        if let Some(found) = pass(a, b) {
            return Some(found);
        }
    }
    None
}

fn pass(was: Option<&Value>, now: Option<&Value>) -> Option<Difference> {
    let name = |pass: &Value| pass["sink"].as_str().unwrap_or_default().to_owned();
    let (was, now) = match (was, now) {
        (Some(a), Some(b)) if name(a) == name(b) => (a, b),
        (a, b) => {
            let shown = |pass: Option<&Value>| match pass {
                Some(pass) => format!("`{}`", name(pass)),
                None => "nothing".to_owned(),
            };
            return Some(Difference {
                sink: a.or(b).map(name).unwrap_or_default(),
                was: shown(a),
                now: shown(b),
                ..nowhere()
            });
        }
    };
    let empty = Map::new();
    let fields = |pass: &'_ Value| pass.as_object().unwrap_or(&empty).clone();
    let (a, b) = (fields(was), fields(now));
    let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
    keys.sort_by_key(|key| {
        let place = FIRST.iter().position(|first| first == key);
        (place.unwrap_or(FIRST.len()), *key)
    });
    keys.dedup();
    for key in keys.into_iter().filter(|key| *key != "children") {
        let nothing = Value::Null;
        let (x, y) = (
            a.get(key).unwrap_or(&nothing),
            b.get(key).unwrap_or(&nothing),
        );
        if x != y {
            let rows = b.get("element").and_then(Value::as_array);
            return Some(Difference {
                sink: name(now),
                ..channel(key, x, y, rows)
            });
        }
    }
    let none = Value::Array(Vec::new());
    let inner = |pass: &Map<String, Value>| pass.get("children").unwrap_or(&none).clone();
    passes(&inner(&a), &inner(&b))
}

fn nowhere() -> Difference {
    Difference {
        sink: String::new(),
        channel: String::new(),
        element: None,
        lane: None,
        was: String::new(),
        now: String::new(),
        by: None,
        elements: None,
    }
}

/// Whether a value of a channel is one for all elements: lists of lanes are.
fn is_one(key: &str, value: &Value) -> bool {
    let lanes = matches!(
        key,
        "rgba" | "strokeRgba" | "transform" | "clipRect" | "dash"
    );
    match value {
        Value::Array(list) => lanes && list.iter().all(Value::is_number),
        _ => true,
    }
}

fn channel(key: &str, was: &Value, now: &Value, rows: Option<&Vec<Value>>) -> Difference {
    let one = (is_one(key, was), is_one(key, now));
    let channel = key.to_owned();
    if one == (true, true) || was.is_null() || now.is_null() {
        return Difference {
            channel,
            ..lane(was, now)
        };
    }
    let nothing = Value::Null;
    let at = |value: &'_ Value, one: bool, i: usize| match (one, value) {
        (false, Value::Array(list)) => list.get(i).unwrap_or(&nothing).clone(),
        (_, value) => value.clone(),
    };
    let count = |value: &Value, one: bool| match value {
        Value::Array(list) if !one => list.len(),
        _ => 0,
    };
    let all = count(was, one.0).max(count(now, one.1));
    let differ = |i: &usize| at(was, one.0, *i) != at(now, one.1, *i);
    let Some(first) = (0..all).find(differ) else {
        return Difference {
            channel,
            ..lane(was, now)
        };
    };
    let element = match rows.and_then(|rows| rows.get(first)) {
        Some(row) if key != "element" => row.as_u64(),
        _ => Some(first as u64),
    };
    Difference {
        channel,
        // Behind the rows that are kept there is only the hash of a run.
        element: element.filter(|_| first < ROWS),
        elements: Some((0..all).filter(differ).count()),
        ..lane(&at(was, one.0, first), &at(now, one.1, first))
    }
}

/// Two single values.
fn lane(was: &Value, now: &Value) -> Difference {
    let (lane, a, b) = match (was, now) {
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let at = (0..a.len()).find(|i| a[*i] != b[*i]);
            at.map_or((None, was, now), |i| (Some(i), &a[i], &b[i]))
        }
        _ => (None, was, now),
    };
    Difference {
        lane,
        was: text(a),
        now: text(b),
        by: a.as_f64().zip(b.as_f64()).map(|(a, b)| b - a),
        ..nowhere()
    }
}

/// A value in a few words.
pub fn text(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        Value::Object(map) if map.contains_key("hash") => {
            let part = |key: &str| map.get(key).map(Value::to_string).unwrap_or_default();
            let (count, mean) = (part("count"), part("mean"));
            let hash = map["hash"].as_str().unwrap_or_default();
            let hash = hash.get(..8).unwrap_or(hash);
            format!("{count} elements, mean {mean}, hash {hash}")
        }
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn frame(passes: Value) -> Values {
        let mut object = json!({"frame": 3, "tMs": 50, "passes": passes, "values": {"osc.out": 1}});
        shorten(&mut object);
        Values { frame: 3, object }
    }

    fn dots(x: Value) -> Value {
        json!({"kind": "instances2d", "sink": "dots", "count": 3, "x": x, "rgba": [1, 2, 3, 4]})
    }

    fn first(was: Value, now: Value) -> Difference {
        frame(was).difference(&frame(now)).unwrap()
    }

    #[test]
    fn equal_frames_have_no_difference_and_read_back() {
        let values = frame(json!([dots(json!([1, 2, 3]))]));
        assert_eq!(values.difference(&values), None);
        let (read, bad) = Values::read(&format!("{values}\nnonsense\n{{}}\n"));
        assert_eq!(bad, [2, 3]);
        assert_eq!(read.len(), 1);
        assert_eq!(read[&3], values);
        assert_eq!(read[&3].value("osc.out"), Some(&json!(1)));
    }

    #[test]
    fn the_first_element_in_paint_order_is_named() {
        let was = json!([dots(json!(1)), dots(json!([1, 2.5, 3]))]);
        let now = json!([dots(json!(1)), dots(json!([1, 2.75, 4]))]);
        let found = first(was, now);
        assert_eq!((found.element, found.by), (Some(1), Some(0.25)));
        assert_eq!(
            found.to_string(),
            "sink `dots`, x of element 1: 2.5 recorded, 2.75 now, by 0.25; 2 elements differ"
        );
    }

    #[test]
    fn one_value_for_all_may_become_many() {
        let found = first(json!([dots(json!(2))]), json!([dots(json!([2, 2, 5]))]));
        assert_eq!((found.element, found.by), (Some(2), Some(3.0)));
    }

    #[test]
    fn lanes_of_a_constant_colour_are_no_elements() {
        let mut now = dots(json!(1));
        now["rgba"] = json!([1, 2, 9, 4]);
        let found = first(json!([dots(json!(1))]), json!([now]));
        assert_eq!(
            (found.channel.as_str(), found.element, found.lane),
            ("rgba", None, Some(2))
        );
        assert_eq!(found.by, Some(6.0));
    }

    #[test]
    fn dropped_rows_keep_their_place_in_the_domain() {
        let with = |x: Value| {
            let mut pass = dots(x);
            pass["element"] = json!([4, 1, 0]);
            json!([pass])
        };
        let found = first(with(json!([1, 2, 3])), with(json!([1, 8, 3])));
        assert_eq!(found.element, Some(1));
    }

    #[test]
    fn passes_come_and_go_also_inside_of_others() {
        let found = first(json!([dots(json!(1))]), json!([]));
        assert_eq!(
            found.to_string(),
            "sink `dots`: `dots` recorded, nothing now"
        );
        let group = |x: i32| json!([{"kind": "group", "sink": "g", "children": [dots(json!(x))]}]);
        let found = first(group(1), group(2));
        assert_eq!((found.sink.as_str(), found.by), ("dots", Some(1.0)));
    }

    #[test]
    fn long_lists_are_kept_in_part_and_watched_whole() {
        let many = |last: i32| {
            let mut x: Vec<i32> = (0..2000).collect();
            x[1999] = last;
            json!([dots(json!(x))])
        };
        let (was, now) = (frame(many(0)), frame(many(1)));
        assert!(was.to_string().len() < 6000);
        let found = was.difference(&now).unwrap();
        assert_eq!((found.element, found.by), (None, None));
        assert!(found.was.starts_with("256 rows"), "{found}");
    }
}
