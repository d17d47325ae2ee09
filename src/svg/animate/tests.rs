//! What moves, what stands still, and what is baked.

use super::{AnimateError, AnimateOptions, AnimateReport, Animation, End, MAX_BYTES};
use crate::render_tree::testing::{dots, tree};
use crate::render_tree::{
    Blend, Clip, Column, Effect, Group, Instances2d, Pass, PathData, PostFx, RenderTree, Shape,
};
use crate::svg::SvgOptions;
use std::sync::Arc;

fn options() -> AnimateOptions {
    AnimateOptions {
        svg: SvgOptions::default(),
        duration_ms: 400.0,
        end: End::Repeat,
        strict: false,
        max_bytes: MAX_BYTES,
    }
}

/// Four frames of passes, by number.
fn animate(
    options: &AnimateOptions,
    passes: impl Fn(usize) -> Vec<Pass>,
) -> Result<(String, AnimateReport), AnimateError> {
    let mut animation = Animation::new(options.clone());
    for frame in 0..4 {
        let tree = RenderTree {
            frame: frame as u64,
            t_ms: frame as f64 * 100.0,
            ..tree(passes(frame))
        };
        animation.push(tree, frame as f64 * 100.0);
    }
    let mut text = String::new();
    let report = animation.write(&[], &mut text)?;
    roxmltree::Document::parse(&text).unwrap();
    Ok((text, report))
}

fn moving(change: impl Fn(usize, &mut Instances2d)) -> (String, AnimateReport) {
    animate(&options(), |frame| {
        let mut pass = dots(Shape::Circle, 1);
        change(frame, &mut pass);
        vec![Pass::Instances2d(pass)]
    })
    .unwrap()
}

#[track_caller]
fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part} in\n{text}");
    }
}

#[test]
fn what_stands_still_is_written_as_in_a_still() {
    let (text, _) = moving(|_, _| ());
    has(&text, &[r#"<circle id="dots.0" cx="10" cy="20" r="5"/>"#]);
    assert!(!text.contains("style"), "{text}");
}

#[test]
fn places_move_and_close() {
    let xs = [10.0, 20.0, 30.0, 15.0];
    let (text, report) = moving(|frame, pass| pass.pos = Column::One([xs[frame], 20.0]));
    has(
        &text,
        &[
            ".a{animation:400ms linear infinite;transform-box:view-box;transform-origin:0 0}",
            // Frame 1 lies on the line; the last is the first again.
            "@keyframes k0{0%{transform:translate(10px,20px) scale(5)}50%{transform:translate(30px,20px) scale(5)}75%{transform:translate(15px,20px) scale(5)}100%{transform:translate(10px,20px) scale(5)}}",
            r##"<g id="dots" fill="#ff8000">"##,
            r#"<circle id="dots.0" class="a" r="1" transform="translate(10 20) scale(5)" style="animation-name:k0"/>"#,
        ],
    );
    assert!(report.baked.is_empty());
}

#[test]
fn turns_go_on_through_the_seam() {
    let (text, _) = animate(&options(), |frame| {
        let mut pass = dots(Shape::Square, 1);
        pass.rotation = Column::One(frame as f32 * std::f32::consts::FRAC_PI_2);
        vec![Pass::Instances2d(pass)]
    })
    .unwrap();
    has(
        &text,
        &[
            "0%{transform:translate(10px,20px) rotate(0deg) scale(5)}100%{transform:translate(10px,20px) rotate(360deg) scale(5)}",
            r#"<rect id="dots.0" class="a" x="-1" y="-1" width="2" height="2""#,
        ],
    );
}

#[test]
fn colours_and_widths_have_keyframes_of_their_own() {
    let (text, _) = moving(|frame, pass| {
        let level = [0, 100, 200, 100][frame];
        pass.rgba = Column::One([level, 0, 0, 255]);
        pass.stroke_rgba = Column::One([0, 0, 0, if frame < 2 { 255 } else { 0 }]);
        pass.stroke_width = Column::One([2.0, 4.0, 4.0, 4.0][frame]);
    });
    has(
        &text,
        &[
            "{0%{fill:#000000}50%{fill:#c80000}100%{fill:#000000}}",
            "{stroke-opacity:1}",
            "{stroke-opacity:0}",
            "0%{stroke-width:2px}25%{stroke-width:4px}",
            r##"cx="10" cy="20" r="5""##,
        ],
    );
}

#[test]
fn a_stroke_keeps_its_width_while_its_shape_grows() {
    let (text, _) = moving(|frame, pass| {
        pass.size = Column::One([4.0, 5.0, 4.0, 5.0][frame]);
        pass.stroke_rgba = Column::One([0, 0, 0, 255]);
        pass.stroke_width = Column::One(2.0);
    });
    has(
        &text,
        &[
            "0%{stroke-width:0.5px}25%{stroke-width:0.4px}",
            r#"stroke-width="0.5""#,
        ],
    );
    // Too fast for a width that only makes up at frames.
    let (text, report) = moving(|frame, pass| {
        pass.size = Column::One([4.0, 50.0, 4.0, 5.0][frame]);
        pass.stroke_rgba = Column::One([0, 0, 0, 255]);
        pass.stroke_width = Column::One(2.0);
    });
    assert_eq!(report.baked.len(), 1, "{text}");
}

#[test]
fn an_element_that_is_away_is_hidden() {
    let (text, report) = animate(&options(), |frame| {
        let mut pass = dots(Shape::Circle, 2);
        if frame == 0 || frame == 3 {
            pass.count = 1;
            pass.element = Some(Arc::new(vec![1]));
        }
        vec![Pass::Instances2d(pass)]
    })
    .unwrap();
    let step = ";animation-timing-function:step-end}";
    let away = format!(
        "{{0%{{visibility:hidden{step}24.99%{{visibility:visible{step}74.99%{{visibility:hidden{step}100%{{visibility:hidden{step}}}"
    );
    has(
        &text,
        &[
            &away,
            r#"<circle id="dots.0" class="a" cx="10" cy="20" r="5" visibility="hidden" style="animation-name:k0"/>"#,
            r#"<circle id="dots.1" cx="10" cy="20" r="5"/>"#,
        ],
    );
    assert!(report.baked.is_empty());
}

#[test]
fn equal_motion_is_written_once() {
    let (text, _) = animate(&options(), |frame| {
        let mut pass = dots(Shape::Triangle, 3);
        pass.pos = Column::Many(Arc::new(vec![[frame as f32, 0.0]; 3]));
        vec![Pass::Instances2d(pass)]
    })
    .unwrap();
    assert_eq!(text.matches("@keyframes").count(), 1, "{text}");
    assert_eq!(text.matches("<use ").count(), 3, "{text}");
    assert_eq!(text.matches("<path ").count(), 1, "{text}");
}

#[test]
fn a_changing_order_is_baked_or_refused() {
    let passes = |frame: usize| {
        let mut pass = dots(Shape::Circle, 2);
        let x = if frame == 1 { 3.0 } else { 2.0 };
        pass.pos = Column::Many(Arc::new(vec![[1.0, 0.0], [x, 0.0]]));
        pass.element = Some(Arc::new(if frame == 1 { vec![1, 0] } else { vec![0, 1] }));
        vec![Pass::Instances2d(pass)]
    };
    let (text, report) = animate(&options(), passes).unwrap();
    assert_eq!(report.baked[0].sink, "dots");
    assert_eq!(text.matches("<g class=\"a\"").count(), 2, "{text}");
    assert_eq!(text.matches(" id=").count(), 1, "{text}");
    let strict = AnimateOptions {
        strict: true,
        ..options()
    };
    let error = animate(&strict, passes).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`dots` cannot be animated: the paint order of its elements changes"
    );
}

#[test]
fn outlines_that_change_are_baked_frame_by_frame() {
    let (text, report) = animate(&options(), |frame| {
        let inner = if frame == 2 { 0.25 } else { 0.5 };
        vec![Pass::Instances2d(dots(Shape::Ring { inner }, 1))]
    })
    .unwrap();
    assert_eq!(
        report.baked[0].reason,
        "the outlines of its elements change"
    );
    assert_eq!(text.matches("<g class=\"a\"").count(), 2, "{text}");
    assert_eq!(text.matches("visibility=\"hidden\"").count(), 1, "{text}");
    let step = ";animation-timing-function:step-end}";
    has(
        &text,
        &[
            &format!(
                "0%{{visibility:visible{step}49.99%{{visibility:hidden{step}74.99%{{visibility:visible{step}100%"
            ),
            &format!(
                "0%{{visibility:hidden{step}49.99%{{visibility:visible{step}74.99%{{visibility:hidden{step}100%"
            ),
        ],
    );
}

#[test]
fn groups_move_about_their_children() {
    let (text, report) = animate(&options(), |frame| {
        vec![Pass::Group(Group {
            sink: "both".into(),
            children: vec![Pass::Instances2d(dots(Shape::Circle, 1))],
            transform: [1.0, 0.0, 0.0, 1.0, frame as f64, 0.0],
            opacity: [1.0, 0.5, 0.5, 0.5][frame],
            blend: Blend::Normal,
            clip: Clip::Rect([0.0, 0.0, 5.0, 5.0]),
        })]
    })
    .unwrap();
    assert!(report.baked.is_empty());
    has(
        &text,
        &[
            "0%{transform:matrix(1,0,0,1,0,0)}75%{transform:matrix(1,0,0,1,3,0)}100%",
            "0%{opacity:1}25%{opacity:0.5}75%{opacity:0.5}100%{opacity:1}",
            r#"<g id="both" clip-path="url(#both.clip)" class="a" style="animation-name:k0,k1;isolation:isolate">"#,
            r#"<circle id="dots.0" cx="10" cy="20" r="5"/>"#,
        ],
    );
}

#[test]
fn children_move_inside_effects_that_stand_still() {
    let passes = |frame: usize, sigma: f32| {
        let mut pass = dots(Shape::Circle, 1);
        pass.pos = Column::One([frame as f32, 0.0]);
        vec![Pass::PostFx(PostFx {
            sink: "dots".into(),
            children: vec![Pass::Instances2d(pass)],
            effects: vec![Effect::Blur { sigma }],
        })]
    };
    let (text, report) = animate(&options(), |frame| passes(frame, 4.0)).unwrap();
    assert!(report.baked.is_empty(), "{report:?}");
    assert_eq!(text.matches("<filter").count(), 1);
    let (text, report) = animate(&options(), |frame| passes(frame, frame as f32 + 4.0)).unwrap();
    assert_eq!(report.baked[0].reason, "its effects change");
    assert_eq!(text.matches("<filter").count(), 4);
}

#[test]
fn a_performance_plays_once_and_stays() {
    let finite = AnimateOptions {
        end: End::Stay,
        duration_ms: 300.0,
        ..options()
    };
    let (text, _) = animate(&finite, |frame| {
        let mut pass = dots(Shape::Circle, 1);
        pass.pos = Column::One([(frame * frame) as f32, 0.0]);
        vec![Pass::Instances2d(pass)]
    })
    .unwrap();
    has(
        &text,
        &[
            "300ms linear 1 both",
            "66.666664%{",
            "100%{transform:translate(9px,0px) scale(5)}}",
        ],
    );
}

#[test]
fn too_much_text_is_refused_by_the_name_of_the_pass() {
    let small = AnimateOptions {
        max_bytes: 2000,
        ..options()
    };
    let error = animate(&small, |frame| {
        let mut pass = dots(Shape::Circle, 50);
        let x = |i: usize| [(i * frame) as f32, 0.0];
        pass.pos = Column::Many(Arc::new((0..50).map(x).collect()));
        vec![Pass::Instances2d(pass)]
    })
    .unwrap_err();
    assert!(matches!(error, AnimateError::TooLarge { sink, .. } if sink == "dots"));
    assert_eq!(
        Animation::new(small).write(&[], &mut String::new()),
        Err(AnimateError::Empty)
    );
}

#[test]
fn outlines_with_a_reach_are_kept_closer() {
    let path = PathData {
        cmds: vec![0, 1, 4],
        pts: vec![[0.0, 0.0], [1000.0, 0.0]],
    };
    let shape = Shape::Path(Arc::new(path));
    // A thousandth of the scale moves the far end by a pixel.
    let (text, _) = animate(&options(), |frame| {
        let mut pass = dots(shape.clone(), 1);
        pass.size = Column::One([1.0, 1.001, 1.0, 1.0][frame]);
        vec![Pass::Instances2d(pass)]
    })
    .unwrap();
    has(&text, &["25%{transform:translate(10px,20px) scale(1.001)}"]);
}
