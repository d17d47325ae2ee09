//! `oscilla probe --plot`: numbers as a picture.

use crate::Place;

#[test]
fn a_plot_has_axes_and_a_legend() {
    let place = Place::with_loop();
    for name in ["a.svg", "b.svg"] {
        let args = format!("probe loop.json --at osc.out,dots.positions --plot {name}");
        place.done(&args);
    }
    let svg = String::from_utf8(place.bytes("a.svg")).unwrap();
    assert_eq!(place.bytes("a.svg"), place.bytes("b.svg"));
    for word in [
        "time, ms",
        "osc.out\n",
        "dots.positions min\n",
        "dots.positions max\n",
    ] {
        assert!(svg.contains(word), "no `{word}` in\n{svg}");
    }
    assert!(svg.matches("<polyline").count() >= 4, "{svg}");
    // One frame of a column goes over its elements.
    place.done("probe loop.json --at dots.positions --plot c.svg --frames 0");
    let svg = String::from_utf8(place.bytes("c.svg")).unwrap();
    assert!(svg.contains("element") && !svg.contains("time, ms"));
    place.refused(
        "probe loop.json --at osc.out --plot p.jpg",
        2,
        &["plot.svg", "plot.png"],
    );
    place.refused("probe loop.json --at tree --plot p.svg", 2, &["tree"]);
}

#[test]
fn a_plot_may_be_pixels() {
    let place = Place::with_loop();
    for name in ["a.png", "b.PNG"] {
        let args = format!("probe loop.json --at osc.out,dots.positions --plot {name}");
        place.done(&args);
    }
    assert_eq!(place.bytes("a.png"), place.bytes("b.PNG"));
    let picture = image::load_from_memory(&place.bytes("a.png")).unwrap();
    let picture = picture.into_rgb8();
    assert_eq!(picture.dimensions(), (1920, 1080));
    // Black is the ink of text and axes, the blue one line.
    let count = |color: [u8; 3]| picture.pixels().filter(|p| p.0 == color).count();
    assert!(count([0, 0, 0]) > 2000 && count([0, 114, 178]) > 2000);
    // Labels of ticks stand left of the axis, the title above it, the name of the axis below.
    let ink = |x: std::ops::Range<u32>, y: std::ops::Range<u32>| {
        let mut places = y.flat_map(|y| x.clone().map(move |x| (x, y)));
        places.any(|(x, y)| picture.get_pixel(x, y).0 == [0, 0, 0])
    };
    assert!(ink(0..150, 100..900) && ink(600..1300, 0..70) && ink(800..1200, 1030..1080));
    assert!(!ink(0..100, 0..60), "nothing stands in the corner");
}

/// A patch with a bit of everything that can be drawn.
const KINDS: &str = r##"{"blocks": [
    {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 1000}},
    {"id": "beat", "type": "PulseDivider", "params": {"divisions": 4}},
    {"id": "count", "type": "Counter"},
    {"id": "tone", "type": "ConstColor", "params": {"value": "#ff8000"}},
    {"id": "huge", "type": "Oscillator", "params": {"amplitude": 1e300}},
    {"id": "grid", "type": "GridDomain", "params": {"rows": 2, "cols": 2, "spacing": 16}},
    {"id": "dots", "type": "RenderInstances2D", "params": {"color": "#ffcc00"}}],
  "connections": [
    {"from": "beat.tick", "to": "count.trigger"},
    {"from": "grid.domain", "to": "dots.domain"},
    {"from": "grid.pos0", "to": "dots.positions"}]}"##;

fn svg(args: &str) -> String {
    let place = Place::new();
    place.file("p.json", KINDS);
    place.done(&format!("probe p.json {args} --plot p.svg --quiet"));
    String::from_utf8(place.bytes("p.svg")).unwrap()
}

/// Where an attribute of every element of a kind is.
fn numbers(svg: &str, element: &str, attribute: &str) -> Vec<f64> {
    let begin = format!("<{element} ");
    let elements = svg.split(&begin).skip(1);
    let value = |text: &str| {
        let text = text.split('>').next()?;
        let (_, rest) = text.split_once(&format!("{attribute}=\""))?;
        rest.split('"').next()?.parse().ok()
    };
    elements.filter_map(value).collect()
}

#[test]
fn lanes_have_the_names_of_their_domain() {
    let plot = svg("--at tone.out,dots.color,dots.positions --frames 0");
    for name in [
        "tone.out.r",
        "tone.out.a",
        "dots.color.g",
        "dots.positions.x",
        "dots.positions.y",
    ] {
        assert!(
            plot.contains(&format!("{name}\n")),
            "no `{name}` in\n{plot}"
        );
    }
    assert!(!plot.contains(".0\n"), "{plot}");
}

#[test]
fn pulses_are_stems_and_whole_numbers_are_steps() {
    let plot = svg("--at beat.tick --sampling time --fps 20 --duration 1000ms");
    // A stem a pulse, the line at 0, the sample in the legend; none of them slopes.
    let paths: Vec<&str> = plot
        .split("<polyline ")
        .skip(1)
        .filter(|p| p.contains("#0072B2"))
        .collect();
    assert!(paths.len() >= 5, "{plot}");
    for path in paths {
        let points = path
            .split("points=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let points: Vec<(i32, i32)> = points
            .split_whitespace()
            .map(|p| {
                p.split_once(',')
                    .map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()))
                    .unwrap()
            })
            .collect();
        let straight = points
            .windows(2)
            .all(|w| w[0].0 == w[1].0 || w[0].1 == w[1].1);
        assert!(straight, "{path}");
    }
    let plot = svg("--at count.count --sampling time --fps 20 --duration 1000ms");
    let path = plot
        .split("<polyline ")
        .filter(|p| p.contains("#0072B2"))
        .max_by_key(|p| p.len());
    let points = path
        .unwrap()
        .split("points=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let points: Vec<(&str, &str)> = points
        .split_whitespace()
        .map(|p| p.split_once(',').unwrap())
        .collect();
    let straight = points
        .windows(2)
        .all(|w| w[0].0 == w[1].0 || w[0].1 == w[1].1);
    assert!(straight && points.len() > 20, "{points:?}");
}

#[test]
fn nothing_is_cut_off_and_the_legend_hides_nothing() {
    let plot = svg("--at huge.out,count.count,tone.out --frames 0-59");
    // Labels of the horizontal axis are centred; each has half of its width to both sides.
    let xs = numbers(&plot, "text", "x");
    let room = |x: &f64| (4.0..=926.0).contains(x);
    assert!(xs.iter().all(room), "{xs:?}");
    // Names stand above the axes.
    let name = plot.split("<text ").find(|t| t.contains("huge.out\n"));
    let y = numbers(&format!("<text {}", name.unwrap_or_default()), "text", "y");
    assert!(y[0] < 60.0, "{y:?}");
    let frame = numbers(&plot, "rect", "width");
    assert_eq!(frame[0], 960.0);
    assert!(plot.contains("× 1e300"), "{plot}");
    assert!(!plot.contains("00000000"), "{plot}");
}

#[test]
fn one_frame_and_what_never_changes_can_be_drawn() {
    let circles = |plot: &str| plot.matches("<circle").count();
    assert_eq!(circles(&svg("--at huge.out --frames 0")), 1);
    let constant = svg("--at tone.out --frames 0-9");
    assert!(
        constant.contains("time, ms") && constant.contains("0.5"),
        "{constant}"
    );
    // What is one number stands at its height beside the elements.
    let beside = svg("--at dots.positions,tone.out --frames 0");
    assert!(
        beside.contains("element") && beside.contains("tone.out.b\n"),
        "{beside}"
    );
    let silent = svg("--at count.reset --frames 0-9");
    assert!(silent.contains("count.reset\n"), "{silent}");
}
