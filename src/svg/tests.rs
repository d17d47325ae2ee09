//! What a tree becomes, element by element.

use super::{SvgIds, SvgOptions, Writer, write};
use crate::render_tree::testing::{self, tree};
use crate::render_tree::{
    Blend, Cap, Clear, Clip, Column, Effect, FillRule, GlowMode, Group, Ids, Instances2d, Join,
    Pass, PathData, Paths2d, PostFx, Shape, Source, StrokeStyle, Strokes2d,
};
use std::sync::Arc;

fn dots(shapes: Vec<Shape>, pos: Vec<[f32; 2]>) -> Instances2d {
    Instances2d {
        pos: Column::Many(Arc::new(pos.clone())),
        size: Column::One(15.0),
        shapes: Arc::new(shapes),
        ids: Arc::new(Ids::Grid { cols: 2 }),
        ..testing::dots(Shape::Circle, pos.len() as u32)
    }
}

fn outline(path: PathData) -> Paths2d {
    Paths2d {
        sink: "leaf".into(),
        source: Source::Paths2d,
        count: 1,
        paths: Arc::new(vec![Arc::new(path)]),
        path_of: Column::One(0),
        pos: Column::One([10.0, 20.0]),
        rotation: Column::One(0.0),
        scale: Column::One(2.0),
        rgba: Column::One([64, 0, 0, 128]),
        stroke_width: Column::One(0.0),
        stroke_rgba: Column::One([0; 4]),
        fill_rule: FillRule::Evenodd,
        style: Arc::new(StrokeStyle {
            miter_limit: 4.0,
            ..StrokeStyle::default()
        }),
        blend: Blend::Normal,
        element: None,
        ids: Arc::new(Ids::Sequential),
    }
}

/// M, Q, C and Z.
fn leaf() -> PathData {
    PathData {
        cmds: vec![0, 2, 3, 4],
        pts: vec![
            [0.0, 0.0],
            [1.0, 0.5],
            [2.0, 0.0],
            [3.0, 1.0],
            [3.0, 2.0],
            [0.0, 2.0],
        ],
    }
}

fn layer(children: Vec<Pass>) -> Group {
    Group {
        sink: "both".into(),
        children,
        transform: [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
        opacity: 1.0,
        blend: Blend::Normal,
        clip: Clip::None,
    }
}

/// What stands between the tags of the document.
fn body(passes: Vec<Pass>) -> String {
    let mut text = String::new();
    write(&tree(passes), &SvgOptions::default(), &mut text);
    let start = text.find('\n').unwrap() + 1;
    let end = text.rfind("</svg>").unwrap();
    text[start..end].to_owned()
}

#[track_caller]
fn shows(passes: Vec<Pass>, lines: &str) {
    let body = body(passes);
    let trimmed = |text: &str| -> Vec<String> {
        let lines = text.lines().map(|line| line.trim().to_owned());
        lines.filter(|line| !line.is_empty()).collect()
    };
    assert_eq!(trimmed(&body), trimmed(lines), "\n{body}");
}

#[test]
fn what_all_rows_share_stands_on_the_pass() {
    let mut pass = dots(vec![Shape::Circle], vec![[100.0, 100.0], [0.5, 2.0]]);
    shows(
        vec![Pass::Instances2d(pass.clone())],
        r##"<g id="dots" fill="#ff8000">
        <circle id="dots.row-0-col-0" cx="100" cy="100" r="15"/>
        <circle id="dots.row-0-col-1" cx="0.5" cy="2" r="15"/>
        </g>"##,
    );
    pass.rgba = Column::Many(Arc::new(vec![[64, 0, 0, 128], [0; 4]]));
    pass.stroke_rgba = Column::One([255, 255, 255, 255]);
    pass.stroke_width = Column::Many(Arc::new(vec![0.0, 2.0]));
    pass.element = Some(Arc::new(vec![7, 3]));
    shows(
        vec![Pass::Instances2d(pass)],
        r##"<g id="dots">
        <circle id="dots.row-3-col-1" cx="100" cy="100" r="15" fill="#800000" fill-opacity="0.5"/>
        <circle id="dots.row-1-col-1" cx="0.5" cy="2" r="15" fill="none" stroke="#ffffff" stroke-width="2"/>
        </g>"##,
    );
}

#[test]
fn shapes_that_repeat_are_defined_once() {
    let star = Shape::Star {
        points: 3,
        inner: 0.5,
    };
    let mut pass = dots(
        vec![
            Shape::Square,
            Shape::Triangle,
            Shape::Ring { inner: 0.5 },
            star,
        ],
        vec![[1.0, 2.0]; 6],
    );
    pass.shape_id = Column::Many(Arc::new(vec![0, 1, 1, 2, 2, 0]));
    pass.rotation = Column::Many(Arc::new(vec![0.0, 0.0, 0.5, 0.0, 0.0, 0.5]));
    pass.size = Column::Many(Arc::new(vec![2.0, 1.0, 3.0, 1.0, 1.0, 1.0]));
    shows(
        vec![Pass::Instances2d(pass)],
        r##"<defs>
        <path id="dots.shape1" d="M0 -1L0.8660254 0.5L-0.8660254 0.5Z"/>
        <path id="dots.shape2" d="M1 0A1 1 0 0 1 -1 0A1 1 0 0 1 1 0ZM0.5 0A0.5 0.5 0 0 1 -0.5 0A0.5 0.5 0 0 1 0.5 0Z" fill-rule="evenodd"/>
        </defs>
        <g id="dots" fill="#ff8000">
        <rect id="dots.row-0-col-0" x="-1" y="0" width="4" height="4"/>
        <use id="dots.row-0-col-1" href="#dots.shape1" transform="translate(1 2)"/>
        <use id="dots.row-1-col-0" href="#dots.shape1" transform="translate(1 2) rotate(28.64789) scale(3)"/>
        <use id="dots.row-1-col-1" href="#dots.shape2" transform="translate(1 2)"/>
        <use id="dots.row-2-col-0" href="#dots.shape2" transform="translate(1 2)"/>
        <path id="dots.row-2-col-1" d="M0.601843 0.6429919L2.3570082 1.601843L1.398157 3.3570082L-0.3570081 2.3981571Z"/>
        </g>"##,
    );
}

#[test]
fn curves_stay_curves() {
    shows(
        vec![Pass::Paths2d(outline(leaf()))],
        r##"<g id="leaf" fill="#800000" fill-opacity="0.5" fill-rule="evenodd">
        <path id="leaf.0" d="M10 20Q12 21 14 20C16 22 16 24 10 24Z"/>
        </g>"##,
    );
}

#[test]
fn stroke_styles_stand_on_the_pass() {
    let mut pass = Strokes2d {
        sink: "lines".into(),
        count: 1,
        paths: Arc::new(vec![Arc::new(leaf())]),
        path_of: Column::One(0),
        stroke_width: Column::One(1.5),
        stroke_rgba: Column::One([0, 0, 0, 255]),
        style: Arc::new(StrokeStyle {
            cap: Cap::Round,
            join: Join::Miter,
            miter_limit: 10.0,
            dash: vec![1.0, 2.5],
            dash_offset: -1.0,
            non_scaling: false,
        }),
        blend: Blend::Normal,
        element: None,
        ids: Arc::new(Ids::Sequential),
    };
    shows(
        vec![Pass::Strokes2d(pass.clone())],
        r##"<g id="lines" fill="none" stroke="#000000" stroke-width="1.5" stroke-linecap="round" stroke-miterlimit="10" stroke-dasharray="1 2.5" stroke-dashoffset="-1">
        <path id="lines.0" d="M0 0Q1 0.5 2 0C3 1 3 2 0 2Z"/>
        </g>"##,
    );
    // Impossible dashes are a solid line.
    pass.style = Arc::new(StrokeStyle {
        join: Join::Bevel,
        dash: vec![1.0, -2.5],
        ..StrokeStyle::default()
    });
    assert!(!body(vec![Pass::Strokes2d(pass)]).contains("dash"));
}

#[test]
fn blending_is_said_of_each_element_and_of_fill_and_stroke_apart() {
    let mut pass = dots(vec![Shape::Circle], vec![[1.0, 2.0]]);
    pass.blend = Blend::Multiply;
    pass.stroke_width = Column::One(2.0);
    pass.stroke_rgba = Column::One([0, 0, 255, 255]);
    shows(
        vec![Pass::Instances2d(pass)],
        r##"<g id="dots" fill="#ff8000" stroke="#0000ff" stroke-width="2">
        <circle id="dots.row-0-col-0" cx="1" cy="2" r="15" stroke="none" style="mix-blend-mode:multiply"/>
        <circle cx="1" cy="2" r="15" fill="none" style="mix-blend-mode:multiply"/>
        </g>"##,
    );
}

#[test]
fn a_point_with_a_stroke_is_a_disc() {
    let mut pass = dots(vec![Shape::Circle], vec![[1.0, 2.0]]);
    pass.size = Column::One(0.0);
    pass.stroke_width = Column::One(3.0);
    pass.stroke_rgba = Column::One([0, 0, 255, 255]);
    let body = body(vec![Pass::Instances2d(pass)]);
    assert!(
        body.contains(r##"r="1.5" fill="#0000ff" stroke="none"/>"##),
        "{body}"
    );
}

#[test]
fn a_group_that_is_only_a_transform_is_no_layer() {
    let mut group = layer(Vec::new());
    group.transform = [0.0, 1.0, -1.0, 0.0, 5.5, 0.1];
    shows(
        vec![Pass::Group(group.clone())],
        r#"<g id="both" transform="matrix(0 1 -1 0 5.5 0.1)">
        </g>"#,
    );
    group.transform = [0.0; 6];
    shows(vec![Pass::Group(group)], "");
}

#[test]
fn layers_have_opacity_blend_and_clip() {
    let mut group = layer(vec![Pass::Paths2d(outline(leaf()))]);
    group.opacity = 0.25;
    group.blend = Blend::Add;
    group.clip = Clip::Rect([10.0, 10.0, -4.0, 5.0]);
    let text = body(vec![Pass::Group(group.clone())]);
    for part in [
        r#"<clipPath id="both.clip" clipPathUnits="userSpaceOnUse">"#,
        r#"<rect x="6" y="10" width="4" height="5"/>"#,
        r#"<g id="both" opacity="0.25" clip-path="url(#both.clip)" style="mix-blend-mode:plus-lighter;isolation:isolate">"#,
        r#"<g id="leaf""#,
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    group.clip = Clip::Path(Arc::new(leaf()), FillRule::Evenodd);
    let text = body(vec![Pass::Group(group)]);
    assert!(text.contains(r#"Z" clip-rule="evenodd"/>"#), "{text}");
}

#[test]
fn clears_cover_the_layer() {
    let clear = Pass::Clear(Clear {
        sink: "paper".into(),
        rgba: [0, 0, 0, 51],
    });
    shows(
        vec![clear.clone()],
        r##"<rect id="paper" width="100" height="50" fill="#000000" fill-opacity="0.2"/>"##,
    );
    let mut group = layer(vec![clear.clone()]);
    group.transform = [2.0, 0.0, 0.0, 2.0, 10.0, 0.0];
    let text = body(vec![Pass::Group(group)]);
    assert!(
        text.contains(r#"transform="matrix(0.5 0 0 0.5 -5 0)""#),
        "{text}"
    );
    // A blur reaches beyond the picture, and so does what it blurs.
    let blurred = Pass::PostFx(PostFx {
        sink: "soft".into(),
        children: vec![clear],
        effects: vec![Effect::Blur { sigma: 2.0 }],
    });
    let text = body(vec![blurred]);
    assert!(
        text.contains(r#"x="-15" y="-15" width="130" height="80""#),
        "{text}"
    );
}

#[test]
fn effects_are_filters() {
    let glow = Effect::Glow {
        sigma: 20.0,
        gain: 1.5,
        tint: Some([0.0, 0.5, 1.0, 1.0]),
        mode: GlowMode::Under,
    };
    let mut matrix = [0.0; 20];
    (matrix[0], matrix[6], matrix[12], matrix[18]) = (2.0, 1.0, 1.0, 1.0);
    let grade = Effect::Grade {
        matrix,
        gamma: [1.0, 2.0, 0.5],
    };
    let fx = PostFx {
        sink: "dots".into(),
        children: vec![Pass::Instances2d(dots(
            vec![Shape::Circle],
            vec![[1.0, 2.0]],
        ))],
        effects: vec![glow, grade],
    };
    shows(
        vec![Pass::PostFx(fx)],
        r##"<defs>
        <filter id="dots.fx" filterUnits="userSpaceOnUse" x="-117" y="-117" width="334" height="284" primitiveUnits="userSpaceOnUse" color-interpolation-filters="sRGB">
        <feGaussianBlur in="SourceGraphic" stdDeviation="20" result="r1"/>
        <feFlood flood-color="#0080ff" result="r2"/>
        <feComposite in="r2" in2="r1" operator="in" result="r3"/>
        <feComposite in="r3" in2="r3" operator="arithmetic" k1="0" k2="1.5" k3="0" k4="0" result="r4"/>
        <feMerge result="r5">
        <feMergeNode in="r4"/>
        <feMergeNode in="SourceGraphic"/>
        </feMerge>
        <feColorMatrix in="r5" type="matrix" values="2 0 0 0 0 0 1 0 0 0 0 0 1 0 0 0 0 0 1 0" result="r6"/>
        <feComponentTransfer in="r6" result="r7">
        <feFuncR type="gamma" exponent="1"/>
        <feFuncG type="gamma" exponent="2"/>
        <feFuncB type="gamma" exponent="0.5"/>
        </feComponentTransfer>
        </filter>
        </defs>
        <g filter="url(#dots.fx)">
        <g id="dots" fill="#ff8000">
        <circle id="dots.row-0-col-0" cx="1" cy="2" r="15"/>
        </g>
        </g>"##,
    );
}

#[test]
fn effects_in_a_turned_group_keep_their_size() {
    let fx = Pass::PostFx(PostFx {
        sink: "soft".into(),
        children: Vec::new(),
        effects: vec![Effect::Blur { sigma: 4.0 }],
    });
    let mut group = layer(vec![fx]);
    group.transform = [0.5, 0.0, 0.0, 0.5, 0.0, 8.0];
    shows(
        vec![Pass::Group(group)],
        r##"<defs>
        <filter id="soft.fx" filterUnits="userSpaceOnUse" x="-27" y="-27" width="154" height="104" primitiveUnits="userSpaceOnUse" color-interpolation-filters="sRGB">
        <feGaussianBlur in="SourceGraphic" stdDeviation="4" result="r1"/>
        </filter>
        </defs>
        <g id="both" transform="matrix(0.5 0 0 0.5 0 8)">
        <g transform="matrix(2 0 0 2 0 -16)">
        <g id="soft" filter="url(#soft.fx)">
        <g transform="matrix(0.5 0 0 0.5 0 8)">
        </g>
        </g>
        </g>
        </g>"##,
    );
}

#[test]
fn widths_in_device_px_are_worked_out() {
    let mut pass = outline(leaf());
    pass.stroke_width = Column::One(0.5);
    pass.stroke_rgba = Column::One([0, 0, 0, 255]);
    pass.style = Arc::new(StrokeStyle {
        non_scaling: true,
        ..StrokeStyle::default()
    });
    let mut group = layer(vec![Pass::Paths2d(pass)]);
    group.transform = [2.0, 0.0, 0.0, 2.0, 0.0, 0.0];
    let options = SvgOptions {
        scale: 0.125,
        ..SvgOptions::default()
    };
    let mut text = String::new();
    write(&tree(vec![Pass::Group(group)]), &options, &mut text);
    assert!(text.contains(r#"stroke-width="2""#), "{text}");
}

#[test]
fn faces_of_one_solid_have_ids_of_their_own() {
    let mut pass = outline(leaf());
    pass.source = Source::Meshes3d;
    pass.count = 3;
    pass.element = Some(Arc::new(vec![1, 0, 1]));
    let text = body(vec![Pass::Paths2d(pass)]);
    for id in ["leaf.1.0", "leaf.0.0", "leaf.1.1"] {
        assert!(text.contains(&format!("id=\"{id}\"")), "{text}");
    }
}

#[test]
fn options() {
    let star = Shape::Star {
        points: 5,
        inner: 0.5,
    };
    let tree = tree(vec![Pass::Instances2d(dots(
        vec![star],
        vec![[1.0, 2.0]; 2],
    ))]);
    let text = |options: SvgOptions| {
        let mut text = String::new();
        write(&tree, &options, &mut text);
        text
    };
    let none = text(SvgOptions {
        ids: SvgIds::None,
        scale: 0.1,
        ..SvgOptions::default()
    });
    assert!(
        none.contains(r#"width="10" height="5" viewBox="0 0 100 50""#),
        "{none}"
    );
    assert_eq!(
        none.matches("id=").count(),
        1,
        "only the definition\n{none}"
    );
    let passes = text(SvgOptions {
        ids: SvgIds::Passes,
        compat: true,
        metadata: vec![("a".into(), "<b>".into())],
        ..SvgOptions::default()
    });
    assert_eq!(passes.matches(" id=").count(), 2, "{passes}");
    assert!(passes.contains(r##"href="#dots.shape0" xlink:href="#dots.shape0""##));
    assert!(
        passes.contains(r#"<o:text key="a">&lt;b&gt;</o:text>"#),
        "{passes}"
    );
}

#[test]
fn a_writer_remembers_nothing() {
    let star = Shape::Star {
        points: 5,
        inner: 0.5,
    };
    let one = tree(vec![Pass::Instances2d(dots(
        vec![star],
        vec![[1.0, 2.0]; 2],
    ))]);
    let other = tree(vec![Pass::Paths2d(outline(leaf()))]);
    let mut writer = Writer::new(SvgOptions::default());
    let mut texts: Vec<String> = Vec::new();
    for tree in [&one, &other, &one] {
        let mut text = String::new();
        writer.write(tree, &[], &mut text);
        texts.push(text);
    }
    assert_eq!(texts[0], texts[2]);
    assert_ne!(texts[0], texts[1]);
}
