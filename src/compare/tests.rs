//! Rules at their limits, and that the exact one misses nothing.

use super::{Depth, Mark, Picture, Rule, RuleError, compare};
use crate::math::hash::fmix32;

/// A picture with something of everything: flat areas, slopes, noise, transparency.
fn scene(width: u32, height: u32) -> Picture {
    let mut rgba = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let noise = (fmix32(x * 7919 + y) % 256) as u16;
            rgba.extend_from_slice(&match (x * 4 / width, y * 2 / height) {
                (0, _) => [40, 40, 40, 255],
                (1, _) => [(x * 3 % 256) as u16, (y * 5 % 256) as u16, 128, 255],
                (2, 0) => [noise, 255 - noise, noise / 2, 255],
                (2, _) => [200, 10, 10, 100],
                _ => [0, 0, 0, 0],
            });
        }
    }
    Picture::new(width, height, Depth::Eight, rgba).unwrap()
}

/// The same with some channels moved by some levels.
fn changed(picture: &Picture, changes: &[(u32, u32, usize, i32)]) -> Picture {
    let mut rgba: Vec<u16> = picture.pixels().flatten().collect();
    for &(x, y, channel, by) in changes {
        let value = &mut rgba[(y * picture.width() + x) as usize * 4 + channel];
        *value = (i32::from(*value) + by) as u16;
    }
    Picture::new(picture.width(), picture.height(), picture.depth(), rgba).unwrap()
}

fn flat(level: u16) -> Picture {
    let pixels = [level, level, level, 255].repeat(64);
    Picture::new(8, 8, Depth::Eight, pixels).unwrap()
}

fn rule(text: &str) -> Rule {
    text.parse().unwrap()
}

#[test]
fn the_exact_rule_sees_every_single_level_of_every_single_pixel() {
    let picture = scene(16, 12);
    let most = picture.depth().most();
    let mut caught = 0;
    for round in 0..1000 {
        let random = |salt: u32| fmix32(round * 4 + salt);
        let (x, y, channel) = (random(0) % 16, random(1) % 12, (random(2) % 4) as usize);
        let value = picture.at(x, y)[channel];
        let up = value == 0 || (value < most && random(3) % 2 == 0);
        let other = changed(&picture, &[(x, y, channel, if up { 1 } else { -1 })]);
        let verdict = compare(&picture, &other, &Rule::Exact);
        let told = verdict.measure;
        assert_eq!(
            (told.differing, told.greatest, told.at),
            (1, 1, Some((x, y)))
        );
        caught += u32::from(!verdict.passed());
    }
    assert_eq!(caught, 1000);
    assert!(compare(&picture, &picture, &Rule::Exact).passed());
}

#[test]
fn levels_hold_at_n_and_fail_at_n_plus_one() {
    let a = flat(100);
    for n in 1..5 {
        let rule = rule(&format!("levels={n}"));
        let off = |by| compare(&a, &changed(&a, &[(3, 3, 1, by)]), &rule);
        assert!(off(n).passed() && off(-n).passed(), "{n}");
        assert!(!off(n + 1).passed() && !off(-n - 1).passed(), "{n}");
        assert_eq!((off(n).forgiven, off(n + 1).unforgiven), (1, 1));
    }
}

#[test]
fn amounts_of_pixels_hold_at_n_and_fail_at_n_plus_one() {
    let a = flat(100);
    let off = |count: u32| {
        let places: Vec<_> = (0..count).map(|i| (i % 8, i / 8, 0, 1)).collect();
        changed(&a, &places)
    };
    for (text, most) in [("levels=1,pixels=5", 5), ("levels=1,pixels=12.5%", 8)] {
        assert!(compare(&a, &off(most), &rule(text)).passed(), "{text}");
        assert!(!compare(&a, &off(most + 1), &rule(text)).passed(), "{text}");
    }
    assert!(compare(&a, &off(64), &rule("levels=1")).passed());
}

/// White to the left of an edge at `at` px, black to the right, the pixel on the edge by coverage.
fn edge(at: f64) -> Picture {
    let mut rgba = Vec::new();
    for _ in 0..6 {
        for x in 0..12 {
            let level = ((at - f64::from(x)).clamp(0.0, 1.0) * 255.0 + 0.5) as u16;
            rgba.extend_from_slice(&[level, level, level, 255]);
        }
    }
    Picture::new(12, 6, Depth::Eight, rgba).unwrap()
}

#[test]
fn an_edge_that_moved_by_less_than_a_pixel_takes_edges_and_nothing_else() {
    let (a, b) = (edge(6.2), edge(6.7));
    let verdict = compare(&a, &b, &rule("levels=2,edges=6"));
    assert_eq!(
        (verdict.passed(), verdict.edges, verdict.unforgiven),
        (true, 6, 0)
    );
    assert!(!compare(&a, &b, &rule("levels=2,edges=5")).passed());
    assert!(!compare(&a, &b, &rule("levels=2")).passed());
    let far = compare(&a, &edge(9.4), &rule("levels=2,edges=100%"));
    assert!(!far.passed() && far.unforgiven > 0);
}

/// A white disc on black, about 5 px wide.
fn disc(x: f64, y: f64) -> Picture {
    let mut rgba = Vec::new();
    for v in 0..16 {
        for u in 0..16 {
            let (dx, dy) = (f64::from(u) - x, f64::from(v) - y);
            let apart = (dx * dx + dy * dy).sqrt();
            let level = ((3.0 - apart).clamp(0.0, 1.0) * 255.0 + 0.5) as u16;
            rgba.extend_from_slice(&[level, level, level, 255]);
        }
    }
    Picture::new(16, 16, Depth::Eight, rgba).unwrap()
}

#[test]
fn what_moved_by_a_pixel_takes_edges_and_what_moved_by_two_does_not_pass() {
    let rule = rule("levels=2,edges=100%");
    let step = |at| compare(&edge(5.0), &edge(at), &rule);
    assert!(step(6.0).passed() && step(4.0).passed());
    assert!(!step(7.0).passed() && !step(3.0).passed());
    let (x, y) = (7.3, 7.6);
    for (dx, dy) in [(1.0, 0.0), (0.0, -1.0), (1.0, 1.0), (-1.0, 1.0)] {
        let moved = |by: f64| compare(&disc(x, y), &disc(x + dx * by, y + dy * by), &rule);
        assert!(moved(1.0).passed() && moved(1.0).edges > 0, "{dx} {dy}");
        assert!(!moved(2.0).passed(), "{dx} {dy}");
    }
}

#[test]
fn the_pixels_around_are_three_by_three_and_the_range_is_wider_by_the_levels() {
    // A spot of either colour each, so that only where they lie decides.
    let spot = |x: u32, y: u32, by| changed(&flat(100), &[(x, y, 0, by)]);
    let rule = rule("levels=2,edges=2");
    let passes = |x, y, by| compare(&spot(3, 3, 60), &spot(x, y, by), &rule).passed();
    assert!(passes(4, 3, 60) && passes(4, 4, 60) && passes(2, 4, 60));
    assert!(!passes(5, 3, 60) && !passes(5, 4, 60) && !passes(3, 5, 60));
    assert!(passes(4, 4, 62) && passes(4, 4, 58));
    assert!(!passes(4, 4, 63) && !passes(4, 4, 57));
}

#[test]
fn a_spot_in_a_flat_area_is_no_edge() {
    let a = flat(100);
    let spot = changed(&a, &[(4, 4, 0, 60)]);
    assert!(!compare(&a, &spot, &rule("levels=2,edges=100%")).passed());
    assert!(!compare(&spot, &a, &rule("levels=2,edges=100%")).passed());
}

#[test]
fn invisible_colours_matter_to_the_exact_rule_alone() {
    let clear = |red| Picture::new(1, 1, Depth::Eight, vec![red, 0, 0, 0]).unwrap();
    let (a, b) = (clear(0), clear(255));
    assert!(!compare(&a, &b, &Rule::Exact).passed());
    assert!(compare(&a, &b, &rule("levels=0")).passed());
    assert!(compare(&a, &b, &rule("threshold=0")).passed());
}

#[test]
fn the_perceptual_rule_leaves_out_antialiasing_and_sees_spots() {
    let (a, b) = (edge(6.2), edge(6.7));
    let smooth = compare(&a, &b, &rule("threshold=0.1"));
    assert!(smooth.passed(), "{smooth}");
    assert!(smooth.edges > 0);
    let plain = flat(100);
    let spot = compare(
        &plain,
        &changed(&plain, &[(4, 4, 0, 150)]),
        &rule("threshold=0.1"),
    );
    assert_eq!((spot.passed(), spot.unforgiven), (false, 1));
    let faint = compare(
        &plain,
        &changed(&plain, &[(4, 4, 0, 4)]),
        &rule("threshold=0.1"),
    );
    assert!(faint.passed());
    assert!(
        compare(
            &plain,
            &changed(&plain, &[(4, 4, 0, 150)]),
            &rule("threshold=0.1,pixels=1")
        )
        .passed()
    );
}

#[test]
fn black_and_white_are_as_far_apart_as_the_scale_goes() {
    let verdict = compare(&flat(0), &flat(255), &rule("threshold=1"));
    assert!(verdict.passed(), "{verdict}");
    assert!(!compare(&flat(0), &flat(255), &rule("threshold=0.9")).passed());
}

#[test]
fn similarity_of_flat_pictures_is_that_of_their_means() {
    let (a, b) = (100.0 / 255.0, 120.0 / 255.0);
    let want = (2.0 * a * b + 1e-4) / (a * a + b * b + 1e-4);
    let verdict = compare(&flat(100), &flat(120), &Rule::Exact);
    assert!(
        (verdict.ssim - want).abs() < 1e-12,
        "{} {want}",
        verdict.ssim
    );
    let (x, y) = (scene(64, 48), edge(6.0));
    assert_eq!(compare(&x, &x, &Rule::Exact).ssim, 1.0);
    let there = compare(&y, &edge(6.5), &Rule::Exact).ssim;
    let back = compare(&edge(6.5), &y, &Rule::Exact).ssim;
    assert!(
        there < 1.0 && there > 0.5 && (there - back).abs() < 1e-12,
        "{there} {back}"
    );
}

#[test]
fn pictures_of_another_form_never_pass() {
    let wide = Picture::new(2, 1, Depth::Eight, vec![0; 8]).unwrap();
    let high = Picture::new(1, 2, Depth::Eight, vec![0; 8]).unwrap();
    let deep = Picture::new(2, 1, Depth::Sixteen, vec![0; 8]).unwrap();
    for other in [&high, &deep] {
        for rule in [
            Rule::Exact,
            rule("levels=65535,edges=100%"),
            rule("threshold=1"),
        ] {
            let verdict = compare(&wide, other, &rule);
            assert!(!verdict.passed() && verdict.form.is_some());
            assert!(verdict.picture(&wide).is_none());
        }
    }
}

#[test]
fn the_difference_shows_what_became_of_each_pixel() {
    let a = flat(100);
    let b = changed(&a, &[(1, 0, 0, 1), (2, 0, 0, 90)]);
    let verdict = compare(&a, &b, &rule("levels=1"));
    assert_eq!(
        verdict.marks()[..4],
        [Mark::Same, Mark::Forgiven, Mark::Different, Mark::Same]
    );
    let shown = verdict.picture(&a).unwrap();
    let [pale, amber, red] = [shown.at(0, 0), shown.at(1, 0), shown.at(2, 0)];
    assert!(pale[0] == pale[1] && pale[0] > 200, "{pale:?}");
    assert!(amber[1] > 100 && red[1] < 60, "{amber:?} {red:?}");
}

#[test]
fn a_picture_survives_its_file() {
    let eight = scene(16, 8);
    assert_eq!(Picture::from_png(&eight.to_png()).unwrap(), eight);
    let deep = Picture::new(1, 1, Depth::Sixteen, vec![1, 258, 65535, 32768]).unwrap();
    assert_eq!(Picture::from_png(&deep.to_png()).unwrap(), deep);
    assert!(Picture::from_png(&eight.to_png()[..60]).is_err());
    assert!(Picture::new(2, 2, Depth::Eight, vec![0; 12]).is_err());
}

#[test]
fn rules_read_back_as_they_are_written() {
    for text in [
        "exact",
        "levels=2,pixels=20,edges=100",
        "levels=0,pixels=100%,edges=0.5%",
        "threshold=0.1,pixels=3",
    ] {
        assert_eq!(rule(text).to_string(), text);
    }
    for (text, want) in [
        ("", RuleError::Part(String::new())),
        ("level=2", RuleError::Part("level=2".into())),
        ("levels=2,levels=3", RuleError::Twice("levels".into())),
        ("pixels=3", RuleError::Which),
        ("levels=2,threshold=0.1", RuleError::Which),
        ("levels=-1", RuleError::Levels("-1".into())),
        ("threshold=2", RuleError::Threshold("2".into())),
        ("threshold=NaN", RuleError::Threshold("NaN".into())),
        ("levels=2,pixels=101%", RuleError::Amount("101%".into())),
        ("levels=2,edges=some", RuleError::Amount("some".into())),
        ("threshold=0.1,edges=3", RuleError::Edges),
    ] {
        assert_eq!(text.parse::<Rule>(), Err(want), "{text}");
    }
}
