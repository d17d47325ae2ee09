//! Compiled programs in files: the same bytes each time, the same program from both forms, the same
//! frames, and an answer to everything that is not quite a program.

mod runs;
mod support;

use allocation_counter::measure;
use oscilla::diag::{Diagnostics, MAX_INPUT};
use oscilla::ir::file::{self, Form};
use oscilla::ir::{Program, Valid, binary, json};
use oscilla::vm::{Engine, EngineOptions, FrameCtx, FrameTime};
use runs::RICH;
use serde_json::{Value, json};
use std::fs;
use std::sync::Arc;

/// The gallery and the patch that has something of every table, compiled.
fn programs() -> Vec<(String, Valid<Program>)> {
    let mut texts = vec![("rich".to_owned(), RICH.to_owned())];
    for path in support::patches("patches") {
        let text = fs::read_to_string(&path).expect("readable");
        texts.push((support::stem(&path), text));
    }
    let compiled = texts.into_iter().map(|(name, text)| {
        let (program, found) = runs::compile(&text);
        let program = program.unwrap_or_else(|| panic!("{name}: {}", runs::shown(&found)));
        (name, program)
    });
    compiled.collect()
}

/// Reads a program that must be right, without a finding.
fn read(bytes: &[u8], form: Form) -> Valid<Program> {
    assert_eq!(file::form(bytes), Some(form));
    let mut found = Diagnostics::new();
    let program = file::read(bytes, form, &mut found);
    assert!(found.list().is_empty(), "{}", runs::shown(&found));
    program.expect("a program")
}

/// Reads a program that is not right; code and pointer of the findings.
fn findings(bytes: &[u8], form: Form) -> Vec<(String, String)> {
    let mut found = Diagnostics::new();
    let program = file::read(bytes, form, &mut found);
    assert_eq!(program.is_none(), found.has_errors());
    let list = found.list().iter();
    list.map(|f| (f.code.to_owned(), f.pointer.clone()))
        .collect()
}

fn text_of(program: &Program) -> String {
    json::to_string(program).expect("a text")
}

fn bytes_of(program: &Program) -> Vec<u8> {
    binary::to_bytes(program).expect("bytes")
}

fn rich() -> Valid<Program> {
    runs::compile(RICH).0.expect("a right patch")
}

#[test]
fn compiling_twice_gives_the_same_bytes() {
    let again = programs();
    for ((name, a), (_, b)) in programs().iter().zip(&again) {
        assert!(text_of(a) == text_of(b), "{name}");
        assert!(bytes_of(a) == bytes_of(b), "{name}");
    }
}

#[test]
fn both_forms_come_back_as_the_same_program_and_the_same_bytes() {
    for (name, program) in programs() {
        let (text, bytes) = (text_of(&program), bytes_of(&program));
        let from_text = read(text.as_bytes(), Form::Json);
        let from_bytes = read(&bytes, Form::Binary);
        assert!(from_text == program && from_bytes == program, "{name}");
        assert!(text_of(&from_text) == text, "{name}");
        assert!(bytes_of(&from_bytes) == bytes, "{name}");
        // From one form to the other and back.
        assert!(bytes_of(&from_text) == bytes, "{name}");
        assert!(text_of(&from_bytes) == text, "{name}");
    }
}

#[test]
fn programs_from_files_draw_the_same_frames() {
    for (name, program) in programs() {
        let file = read(text_of(&program).as_bytes(), Form::Json);
        let times = (0..6).map(|i| FrameTime::at(f64::from(i) * 97.0));
        assert!(
            frames(program, times.clone()) == frames(file, times),
            "{name}"
        );
    }
}

/// Frames as text, every bit of every number in it.
fn frames(program: Valid<Program>, times: impl Iterator<Item = FrameTime>) -> Vec<String> {
    let mut engine = Engine::new(Arc::new(program), EngineOptions::default()).expect("an engine");
    times
        .map(|time| {
            let tree = engine.render_frame(time, &FrameCtx::default());
            format!("{:?}", tree.expect("a frame"))
        })
        .collect()
}

#[test]
fn the_text_is_made_for_diffs() {
    let text = text_of(&rich());
    assert!(
        text.starts_with(
            "{\n  \"irVersion\": 1,\n  \"formatVersion\": 1,\n  \"patchId\": \"rich\","
        )
    );
    assert!(text.ends_with("\n  }\n}\n"), "one line end");
    assert!(text.contains("\"timeModel\": {\n    \"kind\": \"cyclic\",\n    \"periodMs\": 1000.0,\n    \"mode\": \"loop\",\n    \"phaseDomain\": \"0..1\"\n  }"));
    assert!(text.contains("\"op\": \"mul\""), "opcodes by name");
    let mut lines = text.lines().map(str::len);
    assert!(lines.all(|length| length < 200), "no long line");
}

/// All objects of a document, by pointer.
fn objects(value: &Value, at: &str, list: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            list.push(at.to_owned());
            for (key, field) in fields {
                let key = key.replace('~', "~0").replace('/', "~1");
                objects(field, &format!("{at}/{key}"), list);
            }
        }
        Value::Array(rows) => {
            for (i, row) in rows.iter().enumerate() {
                objects(row, &format!("{at}/{i}"), list);
            }
        }
        _ => {}
    }
}

#[test]
fn no_object_takes_a_field_that_it_does_not_have() {
    let sound: Value = serde_json::from_str(&text_of(&rich())).expect("JSON");
    let mut list = Vec::new();
    objects(&sound, "", &mut list);
    // Names by key: any key is one.
    list.retain(|at| !at.starts_with("/meta/sourceMap/") && !at.starts_with("/meta/names/"));
    assert!(list.len() > 300);
    // Every kind of object once: those that differ in numbers only are of one kind.
    list.sort_by_key(|at| {
        at.split('/')
            .map(|s| s.parse::<u32>().map_or(s, |_| "0"))
            .collect::<String>()
    });
    list.dedup_by_key(|at| {
        at.split('/')
            .map(|s| s.parse::<u32>().map_or(s, |_| "0").to_owned())
            .collect::<String>()
    });
    for at in list {
        let mut odd = sound.clone();
        let object = odd.pointer_mut(&at).expect("an object");
        object["surprise"] = json!(1);
        let found = findings(odd.to_string().as_bytes(), Form::Json);
        assert_eq!(found.len(), 1, "{at}");
        assert_eq!(found[0].0, "ir-schema", "{at}");
    }
}

#[test]
fn what_may_be_left_out_may_be_left_out() {
    let program = rich();
    let mut sparse: Value = serde_json::from_str(&text_of(&program)).expect("JSON");
    fn without_nulls(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.retain(|_, field| !field.is_null());
                fields.values_mut().for_each(without_nulls);
            }
            Value::Array(rows) => rows.iter_mut().for_each(without_nulls),
            _ => {}
        }
    }
    without_nulls(&mut sparse);
    let root = sparse.as_object_mut().expect("an object");
    root.remove("formatVersion");
    root["timeModel"]
        .as_object_mut()
        .expect("an object")
        .remove("phaseDomain");
    assert!(*read(sparse.to_string().as_bytes(), Form::Json) == *program);
    // Without provenance it is another file, but the same program.
    let root = sparse.as_object_mut().expect("an object");
    for gone in ["debug", "meta", "compileId", "programHash"] {
        root.remove(gone);
    }
    let mut found = Diagnostics::new();
    let bare = file::read(sparse.to_string().as_bytes(), Form::Json, &mut found);
    let bare = bare.unwrap_or_else(|| panic!("{}", runs::shown(&found)));
    assert_eq!(bare.program_hash, program.program_hash);
    assert_ne!(bare.compile_id, program.compile_id);
}

#[test]
fn versions_come_before_everything_else() {
    let text = text_of(&rich());
    let change = |from: &str, to: &str| text.replacen(from, to, 1);
    for (text, pointer) in [
        (change("\"irVersion\": 1", "\"irVersion\": 2"), "/irVersion"),
        (
            change("\"irVersion\": 1", "\"irVersion\": 1.5"),
            "/irVersion",
        ),
        (
            change("\"formatVersion\": 1", "\"formatVersion\": 0"),
            "/formatVersion",
        ),
        // Also where the rest has another shape.
        (
            "{\"irVersion\": 2, \"future\": []}".to_owned(),
            "/irVersion",
        ),
        ("{\"schedule\": {}}".to_owned(), ""),
    ] {
        assert_eq!(file::form(text.as_bytes()), Some(Form::Json));
        let found = findings(text.as_bytes(), Form::Json);
        assert_eq!(found, [("ir-version".to_owned(), pointer.to_owned())]);
    }
    for at in [4, 6] {
        let mut bytes = bytes_of(&rich());
        bytes[at] = 2;
        assert_eq!(findings(&bytes, Form::Binary)[0].0, "ir-version");
    }
}

#[test]
fn other_shapes_are_named_with_their_place() {
    let sound: Value = serde_json::from_str(&text_of(&rich())).expect("JSON");
    for (at, value, place) in [
        ("/seed", json!("x"), "/seed"),
        ("/seed", json!(-1), "/seed"),
        ("/timeModel/kind", json!("spiral"), "/timeModel/kind"),
        ("/timeModel/phaseDomain", json!("0..2"), "/timeModel"),
        (
            "/tables/graph/buses/0/combine",
            json!("xor"),
            "/tables/graph/buses/0/combine",
        ),
        (
            "/tables/sig/nodes/3/expr",
            json!({"apply": {"op": "mull", "args": []}}),
            "/tables/sig/nodes/3/expr/apply/op",
        ),
        (
            "/tables/constants/f64/0",
            json!("infinite"),
            "/tables/constants/f64/0",
        ),
        (
            "/tables/constants/f64/0",
            json!(null),
            "/tables/constants/f64/0",
        ),
        ("/schedule/steps/2", json!([]), "/schedule/steps/2"),
    ] {
        let mut odd = sound.clone();
        *odd.pointer_mut(at).expect("a value") = value;
        let found = findings(odd.to_string().as_bytes(), Form::Json);
        assert_eq!(found, [("ir-schema".to_owned(), place.to_owned())], "{at}");
    }
}

#[test]
fn edits_by_hand_are_put_right_with_a_warning() {
    let program = rich();
    let mut edited: Value = serde_json::from_str(&text_of(&program)).expect("JSON");
    edited["viewport"]["width"] = json!(123);
    let mut found = Diagnostics::new();
    let read = file::read(edited.to_string().as_bytes(), Form::Json, &mut found);
    let read = read.unwrap_or_else(|| panic!("{}", runs::shown(&found)));
    assert_eq!(found.list().len(), 1);
    assert_eq!(found.list()[0].code, "ir-hash");
    assert_ne!(read.program_hash, program.program_hash);
    // Its own text is whole again.
    self::read(text_of(&read).as_bytes(), Form::Json);
    // A program that lies about itself is no accident in the binary form.
    let mut liar = read.into_inner();
    liar.viewport.width = 7;
    let found = findings(&bytes_of(&liar), Form::Binary);
    assert_eq!(found, [("ir-hash".to_owned(), "/programHash".to_owned())]);
}

#[test]
fn debug_rows_that_do_not_fit_are_dropped_with_a_warning() {
    let sound: Value = serde_json::from_str(&text_of(&rich())).expect("JSON");
    for (at, value) in [
        ("/debug/strings", json!([])),
        ("/debug/sigProv/0/path", json!(1_000_000)),
        ("/debug/sigProv/0/block", json!(1_000_000)),
        ("/debug/slot/0", json!(null)),
    ] {
        let mut odd = sound.clone();
        if value.is_null() {
            odd["debug"]["slot"].as_array_mut().expect("rows").remove(0);
        } else {
            *odd.pointer_mut(at).expect("a value") = value;
        }
        let mut found = Diagnostics::new();
        let program = file::read(odd.to_string().as_bytes(), Form::Json, &mut found);
        let program = program.unwrap_or_else(|| panic!("{}", runs::shown(&found)));
        let codes: Vec<&str> = found.list().iter().map(|f| f.code).collect();
        assert_eq!(codes, ["ir-hash", "ir-debug"], "{at}");
        assert!(program.debug.strings.is_empty());
    }
}

#[test]
fn files_that_are_cut_or_damaged_are_refused() {
    let program = rich();
    let bytes = bytes_of(&program);
    for length in (1..4).chain((4..bytes.len()).step_by(97)) {
        assert_eq!(file::form(&bytes[..length]), Some(Form::Binary));
        let found = findings(&bytes[..length], Form::Binary);
        assert_eq!(found[0].0, "ir-binary", "{length} bytes");
    }
    for at in (8..bytes.len()).step_by(53) {
        let mut bytes = bytes.clone();
        bytes[at] ^= 0x20;
        assert_eq!(
            findings(&bytes, Form::Binary)[0].0,
            "ir-binary",
            "byte {at}"
        );
    }
    let mut longer = bytes;
    longer.push(0);
    assert_eq!(findings(&longer, Form::Binary)[0].0, "ir-binary");
    let text = text_of(&program);
    for length in (20..text.len() - 2).step_by(997) {
        let cut = &text.as_bytes()[..length];
        assert_eq!(file::form(cut), Some(Form::Json), "{length} bytes");
        assert_eq!(
            findings(cut, Form::Json)[0].0,
            "ir-schema",
            "{length} bytes"
        );
    }
}

/// A file of the binary form around any payload.
fn wrapped(payload: &[u8]) -> Vec<u8> {
    let mut bytes = b"OSCB\x01\0\x01\0".to_vec();
    bytes.extend_from_slice(&(payload.len() as u64).to_le_bytes());
    bytes.extend_from_slice(blake3::hash(payload).as_bytes());
    bytes.extend_from_slice(payload);
    bytes
}

#[test]
fn lengths_in_the_payload_are_not_believed() {
    let sound = bytes_of(&rich());
    let payload = &sound[48..];
    assert_eq!(wrapped(payload), sound);
    // At every place a length of 2^63 and of 2^32 - 1.
    for huge in [&[0xff; 9][..], &[0xff, 0xff, 0xff, 0xff, 0x0f]] {
        for at in (0..payload.len().min(4000)).step_by(3) {
            let mut odd = payload[..at].to_vec();
            odd.extend_from_slice(huge);
            odd.push(1);
            odd.extend_from_slice(&payload[at + 1..]);
            let found = findings(&wrapped(&odd), Form::Binary);
            assert!(!found.is_empty(), "at {at}");
        }
    }
    let mut longer = payload.to_vec();
    longer.push(0);
    assert_eq!(findings(&wrapped(&longer), Form::Binary)[0].0, "ir-schema");
}

/// What reading a file takes at most, in bytes, and the codes of what is found.
fn cost(bytes: &[u8], form: Form) -> (u64, Vec<String>) {
    let mut codes = Vec::new();
    let counted = measure(|| {
        codes = findings(bytes, form)
            .into_iter()
            .map(|found| found.0)
            .collect();
    });
    (counted.bytes_max, codes)
}

#[test]
fn made_up_rows_do_not_fill_the_memory() {
    const ROWS: usize = 1 << 17;
    type Change = fn(&mut Program);
    // Rows that take one or two bytes in a file, and many in memory.
    let changes: [(&str, Change); 4] = [
        ("texts", |p| p.tables.strings = vec![String::new(); ROWS]),
        ("outlines", |p| {
            p.tables.constants.paths = vec![Default::default(); ROWS];
        }),
        ("names", |p| p.debug.strings = vec![String::new(); ROWS]),
        ("labels", |p| {
            let output = p.outputs[0].clone();
            p.outputs = vec![output; ROWS];
        }),
    ];
    for (what, change) in changes {
        let mut program = rich().into_inner();
        change(&mut program);
        for (form, bytes) in [
            (Form::Binary, bytes_of(&program)),
            (Form::Json, serde_json::to_vec(&program).expect("a text")),
        ] {
            let (most, codes) = cost(&bytes, form);
            let most = most / bytes.len() as u64;
            assert!(most < 64, "{what}, {form:?}: {most} for each byte");
            assert!(!codes.is_empty(), "{what}, {form:?}");
        }
    }
    // More than that, and they are not even read.
    let mut program = rich().into_inner();
    program.tables.strings = vec![String::new(); 1 << 20];
    let (most, codes) = cost(&bytes_of(&program), Form::Binary);
    assert_eq!(codes, ["ir-limit"]);
    assert!(most < 50 << 20, "{most} bytes");
}

#[test]
fn a_file_has_a_largest_size() {
    // As many bytes as may be are looked at, one more are not.
    let program = |bytes: usize| {
        let mut text = br#"{"irVersion": 1}"#.to_vec();
        text.resize(bytes, b' ');
        findings(&text, Form::Json)
    };
    let codes =
        |found: Vec<(String, String)>| found.into_iter().map(|(code, _)| code).collect::<Vec<_>>();
    assert!(!codes(program(MAX_INPUT)).contains(&"ir-limit".to_owned()));
    assert_eq!(codes(program(MAX_INPUT + 1)), ["ir-limit"]);
    assert!(file::fits(MAX_INPUT as u64 + 1, Form::Binary).is_ok());
    assert!(file::fits(file::MAX_BYTES, Form::Binary).is_ok());
    assert!(file::fits(file::MAX_BYTES + 1, Form::Binary).is_err());
}

#[test]
fn a_version_of_any_shape_is_not_built() {
    let nested = "[".to_owned() + &"0,".repeat(1 << 20) + "0]";
    let text = format!("{{\"irVersion\": {nested}}}");
    let (most, codes) = cost(text.as_bytes(), Form::Json);
    assert_eq!(codes, ["ir-limit"]);
    assert!(most < 64 << 20, "{most} bytes");
}

/// A file much larger than what every file may take anyway.
#[test]
fn large_programs_come_back() {
    let blocks: Vec<Value> = (0..3000)
        .map(|i| json!({"id": format!("b{i}"), "type": "ConstNumber", "params": {"value": i}}))
        .collect();
    let mut patch: Value = serde_json::from_str(RICH).expect("JSON");
    patch["blocks"]
        .as_array_mut()
        .expect("blocks")
        .extend(blocks);
    let (program, found) = runs::compile(&patch.to_string());
    let program = program.unwrap_or_else(|| panic!("{}", runs::shown(&found)));
    assert!(read(&bytes_of(&program), Form::Binary) == program);
    let compact = serde_json::to_vec(&*program).expect("a text");
    assert!(read(&compact, Form::Json) == program);
}

#[test]
fn patches_are_not_taken_for_programs() {
    for path in support::patches("patches")
        .into_iter()
        .chain(support::patches("patches/bad"))
    {
        let bytes = fs::read(&path).expect("readable");
        assert_eq!(file::form(&bytes), None, "{}", path.display());
    }
    for odd in [
        "",
        "[]",
        "\"irVersion\"",
        "{\"irVersion",
        "{\"a\": {\"irVersion\": 1}}",
        // A patch with a field that it should not have is a patch still.
        "{\"schedule\": {}, \"blocks\": []}",
        "{\"blocks\": [], \"irVersion\": 1}",
        "OSB",
    ] {
        assert_eq!(file::form(odd.as_bytes()), None, "{odd}");
    }
    assert_eq!(
        file::form(b"\xef\xbb\xbf{\"irVersion\": 1"),
        Some(Form::Json)
    );
}
