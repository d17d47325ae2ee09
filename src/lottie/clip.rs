//! What limits a group: shapes of a matte, in the group's own space.

use super::TOLERANCE;
use super::keys::{Channel, Span, Unit, Value};
use super::layers::Stage;
use super::outline;
use crate::render_tree::{Clip, FillRule, Group, PathData};

impl Stage<'_> {
    /// Shapes that limit a group, if anything does.
    pub(super) fn clip(&mut self, groups: &[&Group], span: Span) -> Option<String> {
        let mut shapes = String::from(",\"shapes\":[");
        let rule = match &groups[0].clip {
            Clip::None => return None,
            Clip::Rect(_) => {
                let rects = groups.iter().filter_map(|group| match group.clip {
                    Clip::Rect(rect) => Some(rect.map(f64::from)),
                    _ => None,
                });
                let rects: Vec<[f64; 4]> = rects.collect();
                self.rect(&rects, span, &mut shapes);
                1
            }
            Clip::Path(_, rule) => {
                let paths = groups.iter().filter_map(|group| match &group.clip {
                    Clip::Path(path, _) => Some(&**path),
                    _ => None,
                });
                let paths: Vec<&PathData> = paths.collect();
                let before = shapes.len();
                outline::path(
                    &paths,
                    (1.0, TOLERANCE),
                    (&mut self.keys, (span, &[])),
                    &mut shapes,
                );
                if shapes.len() == before {
                    // Nothing is inside an empty path.
                    self.rect(&[[0.0; 4]], span, &mut shapes);
                }
                if *rule == FillRule::Evenodd { 2 } else { 1 }
            }
        };
        let white = "{\"ty\":\"fl\",\"c\":{\"a\":0,\"k\":[1,1,1]},\"o\":{\"a\":0,\"k\":100}";
        shapes.push_str(&format!(",{white},\"r\":{rule}}}]"));
        Some(shapes)
    }

    /// Appends a rectangle of x, y, width and height; a negative length reaches to the other side.
    fn rect(&mut self, rects: &[[f64; 4]], span: Span, out: &mut String) {
        let middles: Vec<f64> = rects
            .iter()
            .flat_map(|[x, y, w, h]| [x + w / 2.0, y + h / 2.0])
            .collect();
        let sides: Vec<f64> = rects
            .iter()
            .flat_map(|[_, _, w, h]| [w.abs(), h.abs()])
            .collect();
        out.push_str("{\"ty\":\"rc\",");
        for (name, values) in [("p", &middles), ("s", &sides)] {
            let channel = Channel {
                values,
                value: Value::List(2),
                unit: Unit::PLACE,
                steps: false,
            };
            self.keys.write(name, channel, (span, &[]), out);
            out.push(',');
        }
        out.push_str("\"r\":{\"a\":0,\"k\":0}}");
    }
}
