//! Pictures that can be worked out by hand.

use super::scene::{One, draw, tree};
use crate::raster::Canvas;
use crate::render_tree::{Blend, Pass, Shape};

const BLACK: [f32; 4] = [0.0, 0.0, 0.0, 1.0];

fn alpha(canvas: &Canvas, y: u32) -> Vec<u8> {
    canvas.row(y).iter().map(|p| p[3]).collect()
}

#[test]
fn a_square_on_pixel_borders_is_sharp() {
    let one = One {
        shape: Shape::Square,
        pos: [4.0, 4.0],
        size: 2.0,
        ..One::default()
    };
    let canvas = draw(&tree(8, 8, BLACK, vec![Pass::Instances2d(one.pass())]));
    for y in 0..8 {
        for x in 0..8 {
            let inside = (2..6).contains(&x) && (2..6).contains(&y);
            let expected = if inside { [255; 4] } else { [0, 0, 0, 255] };
            assert_eq!(canvas.pixel(x, y), expected, "({x}, {y})");
        }
    }
}

#[test]
fn a_square_between_pixels_covers_parts_of_them() {
    let one = One {
        shape: Shape::Square,
        pos: [4.25, 4.0],
        size: 2.0,
        ..One::default()
    };
    let canvas = one.draw(8, 8);
    assert_eq!(alpha(&canvas, 4), [0, 0, 191, 255, 255, 255, 64, 0]);
}

#[test]
fn a_disc_inside_a_pixel_covers_its_area() {
    let one = One {
        pos: [4.5, 4.5],
        size: 0.5,
        ..One::default()
    };
    let canvas = one.draw(9, 9);
    assert_eq!(canvas.pixel(4, 4)[3], 200);
    assert_eq!(canvas.pixels().iter().filter(|p| p[3] > 0).count(), 1);
}

#[test]
fn blends_follow_the_formulas() {
    let over = |background: [f32; 4], rgba: [u8; 4], blend: Blend, size: f32, pos: [f32; 2]| {
        let one = One {
            shape: Shape::Square,
            pos,
            size,
            rgba,
            blend,
            ..One::default()
        };
        draw(&tree(1, 1, background, vec![Pass::Instances2d(one.pass())])).pixel(0, 0)
    };
    let blue = [0.0, 0.0, 1.0, 1.0];
    let half = [128, 0, 0, 128];
    let whole = |background, rgba, blend| over(background, rgba, blend, 4.0, [0.0; 2]);
    assert_eq!(whole(blue, half, Blend::Normal), [128, 0, 127, 255]);
    // Half of the pixel: coverage 128.
    assert_eq!(
        over(blue, half, Blend::Normal, 4.0, [4.5, 0.0]),
        [64, 0, 191, 255]
    );
    let red = [200.0 / 255.0, 10.0 / 255.0, 0.0, 1.0];
    assert_eq!(whole(red, half, Blend::Add), [255, 10, 0, 255]);
    let grey = [128.0 / 255.0, 128.0 / 255.0, 128.0 / 255.0, 1.0];
    assert_eq!(
        whole(grey, [128, 128, 128, 255], Blend::Screen),
        [192, 192, 192, 255]
    );
    assert_eq!(
        whole(grey, [128, 128, 128, 255], Blend::Multiply),
        [64, 64, 64, 255]
    );
}
