//! What is one value, what has keyframes, what is held, what begins and ends.

use super::{Animation, LottieError, LottieOptions, MAX_BYTES, Redrawn, TOLERANCE};
use crate::render_tree::testing::{dots, tree};
use crate::render_tree::{
    Blend, Cap, Clear, Clip, Cmd, Column, Effect, FillRule, GlowMode, Group, Ids, Instances2d,
    Pass, PathData, PostFx, RenderTree, Shape, StrokeStyle, Strokes2d,
};
use serde_json::{Value, json};
use std::sync::Arc;

fn options() -> LottieOptions {
    LottieOptions {
        scale: 1.0,
        rate: 10.0,
        duration_ms: 400.0,
        closes: true,
        approximate: false,
        max_bytes: MAX_BYTES,
        name: "test".to_owned(),
        metadata: Vec::new(),
    }
}

/// Lines through these paths.
fn lines(paths: Vec<PathData>) -> Strokes2d {
    Strokes2d {
        sink: "lines".into(),
        count: paths.len() as u32,
        path_of: Column::Many(Arc::new((0..paths.len() as u32).collect())),
        paths: Arc::new(paths.into_iter().map(Arc::new).collect()),
        stroke_width: Column::One(2.0),
        stroke_rgba: Column::One([0, 0, 0, 255]),
        style: Arc::new(StrokeStyle {
            miter_limit: 4.0,
            ..StrokeStyle::default()
        }),
        blend: Blend::Normal,
        element: None,
        ids: Arc::new(Ids::Sequential),
    }
}

fn line(to: f32) -> PathData {
    PathData {
        cmds: vec![Cmd::M as u8, Cmd::L as u8],
        pts: vec![[0.0, 0.0], [to, 10.0]],
    }
}

fn group(children: Vec<Pass>) -> Group {
    Group {
        sink: "group".into(),
        children,
        transform: [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
        opacity: 1.0,
        blend: Blend::Normal,
        clip: Clip::None,
    }
}

/// Four frames of passes, by number.
fn animate(
    options: &LottieOptions,
    passes: impl Fn(usize) -> Vec<Pass>,
) -> Result<(Value, Vec<Redrawn>), LottieError> {
    let mut animation = Animation::new(options.clone());
    for frame in 0..4 {
        let t_ms = frame as f64 * 100.0;
        let tree = RenderTree {
            frame: frame as u64,
            t_ms,
            ..tree(passes(frame))
        };
        animation.push(tree, t_ms);
    }
    let mut text = String::new();
    let redrawn = animation.write(&mut text)?;
    Ok((serde_json::from_str(&text).unwrap(), redrawn))
}

fn moving(change: impl Fn(usize, &mut Instances2d)) -> Value {
    let passes = |frame| {
        let mut pass = dots(Shape::Circle, 1);
        change(frame, &mut pass);
        vec![Pass::Instances2d(pass)]
    };
    animate(&options(), passes).unwrap().0
}

#[track_caller]
fn at<'a>(document: &'a Value, pointer: &str) -> &'a Value {
    let found = document.pointer(pointer);
    found.unwrap_or_else(|| panic!("nothing at {pointer} in\n{document:#}"))
}

/// Time and value of each keyframe, and whether it holds.
#[track_caller]
fn keys(property: &Value) -> Vec<(f64, Vec<f64>, bool)> {
    assert_eq!(property["a"], 1, "{property}");
    let key = |key: &Value| {
        let values = key["s"].as_array().unwrap().iter();
        let values = values.map(|v| v.as_f64().unwrap()).collect();
        (key["t"].as_f64().unwrap(), values, key["h"] == 1)
    };
    property["k"].as_array().unwrap().iter().map(key).collect()
}

const GROUP: &str = "/layers/0/shapes/0/it";

#[test]
fn what_stands_still_has_no_keyframes() {
    let found = moving(|_, _| ());
    let expected = json!({
        "ty": 4, "nm": "dots", "ind": 1, "ip": 0, "op": 4, "st": 0, "bm": 0,
        "ks": {"o": {"a": 0, "k": 100}},
        "shapes": [{"ty": "gr", "nm": "0", "it": [
            {"ty": "el", "p": {"a": 0, "k": [0, 0]}, "s": {"a": 0, "k": [10, 10]}},
            {"ty": "fl", "c": {"a": 0, "k": [1, 0.502, 0]}, "o": {"a": 0, "k": 100}, "r": 1},
            {"ty": "tr", "p": {"a": 0, "k": [10, 20]}, "o": {"a": 0, "k": 100}},
        ]}],
    });
    assert_eq!(found["layers"], json!([expected]));
    assert_eq!(
        (&found["fr"], &found["ip"], &found["op"]),
        (&json!(10), &json!(0), &json!(4))
    );
    assert_eq!((&found["w"], &found["h"]), (&json!(100), &json!(50)));
}

#[test]
fn places_move_and_come_back_at_the_end() {
    let xs = [10.0, 20.0, 30.0, 15.0];
    let found = moving(|frame, pass| pass.pos = Column::One([xs[frame], 20.0]));
    let place = keys(at(&found, &format!("{GROUP}/2/p")));
    // Frame 1 lies on the line; the last is the first again.
    let expected = [(0.0, 10.0), (2.0, 30.0), (3.0, 15.0), (4.0, 10.0)];
    assert_eq!(place, expected.map(|(t, x)| (t, vec![x, 20.0], t == 9.0)));
}

#[test]
fn turns_go_on_through_the_seam() {
    let passes = |frame: usize| {
        let mut pass = dots(Shape::Square, 1);
        pass.rotation = Column::One(frame as f32 * std::f32::consts::FRAC_PI_2);
        vec![Pass::Instances2d(pass)]
    };
    let (found, _) = animate(&options(), passes).unwrap();
    let turn = keys(at(&found, &format!("{GROUP}/2/r")));
    assert_eq!(turn, [(0.0, vec![0.0], false), (4.0, vec![360.0], false)]);
}

#[test]
fn a_stroke_keeps_its_width_while_its_shape_grows() {
    let star = |frame: usize| {
        let mut pass = dots(
            Shape::Star {
                points: 5,
                inner: 0.5,
            },
            1,
        );
        pass.size = Column::One([4.0, 5.0, 4.0, 5.0][frame]);
        pass.stroke_rgba = Column::One([0, 0, 0, 255]);
        pass.stroke_width = Column::One(2.0);
        vec![Pass::Instances2d(pass)]
    };
    let (found, _) = animate(&options(), star).unwrap();
    let group = at(&found, GROUP);
    assert_eq!(keys(&group[0]["ir"])[1], (1.0, vec![2.5], false));
    assert_eq!(
        (&group[0]["sy"], &group[0]["pt"]["k"]),
        (&json!(1), &json!(5))
    );
    // Above the fill, without dashes, mitred.
    assert_eq!(
        (&group[1]["ty"], &group[2]["ty"]),
        (&json!("st"), &json!("fl"))
    );
    assert_eq!(group[1]["w"], json!({"a": 0, "k": 2}));
    assert_eq!(
        (&group[1]["lc"], &group[1]["lj"], &group[1]["ml"]),
        (&json!(1), &json!(1), &json!(4))
    );
    assert_eq!(group[3].get("s"), None);
    // What is a path is scaled in a group of its own, which the stroke is not in.
    let path = |frame: usize| {
        let [Pass::Instances2d(mut pass)] = <[Pass; 1]>::try_from(star(frame)).unwrap() else {
            panic!()
        };
        pass.shapes = Arc::new(vec![Shape::Path(Arc::new(line(1.0)))]);
        vec![Pass::Instances2d(pass)]
    };
    let (found, _) = animate(&options(), path).unwrap();
    let group = at(&found, GROUP);
    assert_eq!(group[0]["ty"], "gr");
    assert_eq!(keys(&group[0]["it"][1]["s"])[1].1, [500.0, 500.0]);
    assert_eq!(group[1]["ty"], "st");
}

#[test]
fn elements_that_come_and_go_are_hidden_meanwhile() {
    let passes = |frame: usize| {
        let there: [&[u32]; 4] = [&[0, 1], &[0], &[0, 2], &[0, 1, 2]];
        let mut pass = dots(Shape::Circle, there[frame].len() as u32);
        pass.element = Some(Arc::new(there[frame].to_vec()));
        vec![Pass::Instances2d(pass)]
    };
    let (found, redrawn) = animate(&options(), passes).unwrap();
    assert_eq!(redrawn, []);
    // The last element is topmost, and comes first.
    let shapes = at(&found, "/layers/0/shapes").as_array().unwrap();
    let names: Vec<&str> = shapes.iter().map(|s| s["nm"].as_str().unwrap()).collect();
    assert_eq!(names, ["2", "1", "0"]);
    let seen = |i: usize| keys(&shapes[i]["it"][2]["o"]);
    let key = |t: f64, o: f64, holds| (t, vec![o], holds);
    assert_eq!(
        seen(1),
        [
            key(0.0, 100.0, true),
            key(1.0, 0.0, true),
            key(3.0, 100.0, false)
        ]
    );
    assert_eq!(
        seen(0),
        [
            key(0.0, 0.0, true),
            key(2.0, 100.0, true),
            key(4.0, 0.0, false)
        ]
    );
    assert_eq!(shapes[2]["it"][2]["o"]["a"], 0);
}

#[test]
fn elements_that_overtake_each_other_are_followed_by_place() {
    let passes = |frame: usize| {
        let order: [[u32; 2]; 4] = [[0, 1], [0, 1], [1, 0], [1, 0]];
        let mut pass = dots(Shape::Circle, 2);
        let xs = order[frame].map(|element| [element as f32 * 50.0 + frame as f32, 5.0]);
        pass.pos = Column::Many(Arc::new(xs.to_vec()));
        pass.element = Some(Arc::new(order[frame].to_vec()));
        vec![Pass::Instances2d(pass)]
    };
    let (found, redrawn) = animate(&options(), passes).unwrap();
    assert_eq!(redrawn[0].reason, "the paint order of its elements changes");
    let bottom = keys(at(&found, "/layers/0/shapes/1/it/2/p"));
    let expected = [
        (0.0, 0.0, false),
        (1.0, 1.0, true),
        (2.0, 52.0, false),
        (3.0, 53.0, true),
        (4.0, 0.0, false),
    ];
    let expected = expected.map(|(t, x, holds)| (t, vec![x, 5.0], holds));
    assert_eq!(bottom, expected);
}

#[test]
fn what_stands_still_is_not_said_to_be_redrawn() {
    let mut pass = dots(Shape::Circle, 2);
    pass.element = Some(Arc::new(vec![1, 0]));
    let (found, redrawn) = animate(&options(), |_| vec![Pass::Instances2d(pass.clone())]).unwrap();
    assert_eq!(redrawn, []);
    let shapes = at(&found, "/layers/0/shapes").as_array().unwrap();
    assert_eq!(
        (&shapes[0]["nm"], &shapes[1]["nm"]),
        (&json!("0"), &json!("1"))
    );
}

#[test]
fn an_outline_moves_if_its_commands_stay_and_is_another_one_if_not() {
    let passes = |frame: usize| vec![Pass::Strokes2d(lines(vec![line(frame as f32)]))];
    let (found, _) = animate(&options(), passes).unwrap();
    let path = at(&found, &format!("{GROUP}/0"));
    assert_eq!((&path["ty"], &path["ks"]["a"]), (&json!("sh"), &json!(1)));
    assert_eq!(path["ks"]["k"][1]["t"], 3);
    let expected =
        json!([{"c": false, "v": [[0, 0], [3, 10]], "i": [[0, 0], [0, 0]], "o": [[0, 0], [0, 0]]}]);
    assert_eq!(path["ks"]["k"][1]["s"], expected);
    let passes = |frame: usize| {
        let mut path = line(5.0);
        if frame == 2 {
            path.cmds.push(Cmd::L as u8);
            path.pts.push([7.0, 7.0]);
        }
        vec![Pass::Strokes2d(lines(vec![path]))]
    };
    let (found, _) = animate(&options(), passes).unwrap();
    let shapes = at(&found, "/layers/0/shapes").as_array().unwrap();
    assert_eq!(shapes.len(), 2);
    let seen = |i: usize| keys(&shapes[i]["it"][2]["o"]).len();
    assert_eq!((seen(0), seen(1)), (3, 3));
}

#[test]
fn what_has_no_keyframes_divides_the_frames() {
    let passes = |frame: usize| {
        let mut pass = lines(vec![line(5.0)]);
        let cap = if frame < 2 { Cap::Butt } else { Cap::Round };
        pass.style = Arc::new(StrokeStyle {
            cap,
            dash: vec![4.0, 2.0, frame as f32],
            ..StrokeStyle::default()
        });
        vec![Pass::Strokes2d(pass)]
    };
    let (found, _) = animate(&options(), passes).unwrap();
    // The copy of the first frame at the end is never shown.
    let spans = at(&found, "/layers").as_array().unwrap().iter();
    let spans: Vec<[f64; 2]> = spans
        .map(|layer| ["ip", "op"].map(|key| layer[key].as_f64().unwrap()))
        .collect();
    assert_eq!(spans, [[2.0, 4.0], [0.0, 2.0]]);
    let stroke = at(&found, &format!("{GROUP}/1"));
    assert_eq!(stroke["lc"], 2);
    // An odd pattern is gone through twice.
    let words: Vec<&str> = stroke["d"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["n"].as_str().unwrap())
        .collect();
    assert_eq!(words, ["d", "g", "d", "g", "d", "g", "o"]);
    assert_eq!(keys(&stroke["d"][5]["v"])[0], (2.0, vec![2.0], false));
}

#[test]
fn groups_are_places_and_layers_are_pictures() {
    let passes = |frame: usize| {
        let mut outer = group(vec![Pass::Instances2d(dots(Shape::Circle, 1))]);
        outer.transform = [1.0, 0.0, 0.0, 1.0, frame as f64, 0.0];
        vec![Pass::Group(outer)]
    };
    let (found, _) = animate(&options(), passes).unwrap();
    let layers = at(&found, "/layers").as_array().unwrap();
    assert_eq!(
        (&layers[0]["ty"], &layers[0]["parent"]),
        (&json!(4), &layers[1]["ind"])
    );
    assert_eq!(layers[1]["ty"], 3);
    assert_eq!(layers[1]["ks"]["a"]["k"], json!([50, 25]));
    assert_eq!(
        keys(&layers[1]["ks"]["p"])[1],
        (3.0, vec![53.0, 25.0], false)
    );
    // Clipped and half translucent: a composition under a matte, both where the group is.
    let passes = |frame: usize| {
        let mut outer = group(vec![Pass::Instances2d(dots(Shape::Circle, 1))]);
        outer.transform = [2.0, 0.0, 0.0, 2.0, 0.0, 0.0];
        outer.opacity = [0.5, 1.0, 0.5, 0.0][frame];
        outer.blend = Blend::Multiply;
        outer.clip = Clip::Rect([10.0, 10.0, 20.0 + frame as f32, -4.0]);
        vec![Pass::Group(outer)]
    };
    let (found, _) = animate(&options(), passes).unwrap();
    let layers = at(&found, "/layers").as_array().unwrap();
    let [matte, picture, null] = layers.as_slice() else {
        panic!("{layers:?}");
    };
    assert_eq!(
        (&matte["td"], &picture["tt"], &picture["bm"]),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!(picture["tp"], matte["ind"]);
    assert_eq!((&matte["bm"], &null["bm"]), (&json!(0), &json!(0)));
    assert_eq!(matte["parent"], null["ind"]);
    assert_eq!(matte["shapes"][0]["s"]["k"][0]["s"], json!([20, 4]));
    assert_eq!(matte["shapes"][0]["p"]["k"][0]["s"], json!([20, 8]));
    assert_eq!(keys(&picture["ks"]["o"])[2], (3.0, vec![0.0], false));
    assert_eq!(picture["refId"], found["assets"][0]["id"]);
    let inside = at(&found, "/assets/0/layers").as_array().unwrap();
    assert_eq!(
        (&inside[0]["ty"], &inside[0]["parent"]),
        (&json!(4), &inside[1]["ind"])
    );
    assert_eq!(inside[1]["ks"]["s"], json!({"a": 0, "k": [200, 200]}));
}

#[test]
fn a_matte_comes_right_before_what_it_limits() {
    let clipped = |clip| {
        let mut outer = group(vec![Pass::Instances2d(dots(Shape::Circle, 1))]);
        outer.transform = [0.0, 1.0, -1.0, 0.0, 3.0, 4.0];
        outer.clip = clip;
        animate(&options(), move |_| vec![Pass::Group(outer.clone())])
            .unwrap()
            .0
    };
    let path = Arc::new(line(3.0));
    for clip in [
        Clip::Rect([0.0, 0.0, 5.0, 5.0]),
        Clip::Path(path, FillRule::Evenodd),
        Clip::Path(Arc::default(), FillRule::Nonzero),
    ] {
        let found = clipped(clip);
        let matte = at(&found, "/layers")
            .as_array()
            .unwrap()
            .iter()
            .position(|l| l["td"] == 1);
        assert_eq!(found["layers"][matte.unwrap() + 1]["tt"], 1);
    }
}

#[test]
fn what_is_blended_by_itself_is_a_layer_by_itself() {
    let passes = |_| {
        let mut pass = dots(Shape::Circle, 2);
        pass.blend = Blend::Screen;
        pass.stroke_width = Column::One(1.0);
        pass.stroke_rgba = Column::One([9, 9, 9, 255]);
        vec![Pass::Instances2d(pass)]
    };
    let (found, _) = animate(&options(), passes).unwrap();
    let layers = at(&found, "/layers").as_array().unwrap();
    let parts = layers.iter().map(|layer| {
        assert_eq!(layer["bm"], 2);
        let style = layer["shapes"][0]["it"][1]["ty"].as_str().unwrap();
        (layer["nm"].as_str().unwrap(), style)
    });
    let expected = [
        ("dots.1", "st"),
        ("dots.1", "fl"),
        ("dots.0", "st"),
        ("dots.0", "fl"),
    ];
    assert_eq!(parts.collect::<Vec<_>>(), expected);
}

#[test]
fn what_has_no_place_is_refused_or_the_nearest() {
    let light = |_| {
        let mut pass = dots(Shape::Circle, 1);
        pass.blend = Blend::Add;
        vec![Pass::Instances2d(pass)]
    };
    let glow = |frame: usize| {
        vec![Pass::PostFx(PostFx {
            sink: "glow".into(),
            children: vec![Pass::Instances2d(dots(Shape::Circle, 1))],
            effects: vec![Effect::Glow {
                sigma: 3.0 + 3.0 * frame as f32,
                gain: 0.5,
                tint: Some([1.0, 0.0, 0.0, 1.0]),
                mode: GlowMode::Under,
            }],
        })]
    };
    let refused = |passes: &dyn Fn(usize) -> Vec<Pass>| animate(&options(), passes).unwrap_err();
    assert!(
        matches!(refused(&light), LottieError::NotRepresentable { sink, .. } if sink == "dots")
    );
    assert!(matches!(refused(&glow), LottieError::NotRepresentable { sink, .. } if sink == "glow"));
    let nearest = LottieOptions {
        approximate: true,
        ..options()
    };
    let (found, _) = animate(&nearest, light).unwrap();
    assert_eq!(found["layers"][0]["bm"], 2);
    let (found, _) = animate(&nearest, glow).unwrap();
    let [sharp, soft] = at(&found, "/layers").as_array().unwrap().as_slice() else {
        panic!("{found:#}");
    };
    assert_eq!(sharp["refId"], soft["refId"]);
    assert_eq!(soft["ks"]["o"]["k"], 50);
    assert_eq!(
        (&soft["ef"][0]["ty"], &soft["ef"][1]["ty"]),
        (&json!(21), &json!(29))
    );
    assert_eq!(
        keys(&soft["ef"][1]["ef"][0]["v"])[1],
        (3.0, vec![40.0], false)
    );
}

#[test]
fn a_finite_performance_stays_at_its_last_frame() {
    let once = LottieOptions {
        closes: false,
        duration_ms: 350.0,
        scale: 1.5,
        metadata: vec![("Software".into(), "tool".into()), ("a".into(), "b".into())],
        ..options()
    };
    let passes = |frame: usize| {
        let clear = Clear {
            sink: "clear".into(),
            rgba: [frame as u8 * 50, 0, 0, 255],
        };
        vec![Pass::Clear(clear)]
    };
    let (found, _) = animate(&once, passes).unwrap();
    assert_eq!(
        (&found["op"], &found["w"], &found["h"]),
        (&json!(4), &json!(150), &json!(75))
    );
    let color = keys(at(&found, "/layers/0/shapes/1/c"));
    assert_eq!(color[1], (3.0, vec![0.59, 0.0, 0.0], false));
    // The scale is a null layer about everything.
    assert_eq!(found["layers"][1]["ks"]["s"]["k"], json!([150, 150]));
    assert_eq!(
        (&found["meta"]["g"], &found["metadata"]["customProps"]["a"]),
        (&json!("tool"), &json!("b"))
    );
}

#[test]
fn a_document_has_a_limit() {
    let small = LottieOptions {
        max_bytes: 1000,
        ..options()
    };
    let error = animate(&small, |_| {
        vec![Pass::Instances2d(dots(Shape::Circle, 100))]
    });
    assert!(matches!(error, Err(LottieError::TooLarge { sink, .. }) if sink == "dots"));
    let empty = Animation::new(options()).write(&mut String::new());
    assert_eq!(empty, Err(LottieError::Empty));
}

#[test]
fn odd_numbers_stay_numbers() {
    let found = moving(|frame, pass| {
        pass.pos = Column::One([[1e30, -1e30, 1e-30, 0.0][frame], f32::MAX]);
        pass.size = Column::One([0.0, 1e-20, 3e38, 0.004][frame]);
    });
    assert!(!found["layers"].as_array().unwrap().is_empty());
    let quiet =
        moving(|frame, pass| pass.pos = Column::One([frame as f32 * TOLERANCE as f32 / 4.0, 0.0]));
    assert_eq!(at(&quiet, &format!("{GROUP}/2/p"))["a"], 0);
}
