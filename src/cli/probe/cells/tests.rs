//! Lines, cells and objects as they are printed.

use super::*;
use std::sync::Arc;

fn named(name: &str, value: SampleValue) -> Named {
    (name.to_owned(), Some(value))
}

fn number(value: f64) -> SampleValue {
    SampleValue::Lanes {
        domain: Domain::Number,
        lanes: vec![value],
    }
}

fn column() -> SampleValue {
    let rows = vec![[1.0, 2.0], [3.0, 4.5]];
    SampleValue::Column(Buffer::F32x2(Column::Many(Arc::new(rows))))
}

fn sheet(mut sheet: Sheet, values: &[Named]) -> String {
    let mut out = Vec::new();
    sheet.print(0, 0.0, values, &mut out).unwrap();
    sheet.print(1, 16.5, values, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn names_cannot_break_a_line_or_a_cell() {
    let values = [
        named("a\"b\r\n\u{1b}[2J", number(1.0)),
        named(" c", number(2.0)),
    ];
    assert_eq!(
        sheet(Sheet::csv(), &values).lines().next(),
        Some(r#"frame,tMs,"a""b\r\n\u{1b}[2J"," c""#)
    );
    let table = sheet(Sheet::table(), &values);
    assert_eq!(table.lines().count(), 3);
    assert!(!table.contains('\u{1b}'), "{table}");
}

#[test]
fn signals_are_a_line_a_frame() {
    let values = [named("a,b", number(1.0 / 3.0))];
    assert_eq!(
        sheet(Sheet::csv(), &values),
        "frame,tMs,\"a,b\"\n0,0,0.3333333333333333\n1,16.5,0.3333333333333333\n"
    );
    assert_eq!(
        sheet(Sheet::table(), &values).lines().last(),
        Some("         1        16.5    0.333333")
    );
}

#[test]
fn columns_are_a_line_an_element() {
    let values = [named("p", column()), named("k", number(7.0))];
    let text = sheet(Sheet::csv(), &values);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "frame,tMs,element,p.x,p.y,k");
    assert_eq!(lines[2], "0,0,1,3,4.5,7");
    assert_eq!(lines.len(), 5);
}

#[test]
fn json_keeps_short_floats() {
    let tenth = SampleValue::Column(Buffer::F32(Column::One(0.1)));
    let values = [
        named("r", tenth),
        named("p", column()),
        ("gone".to_owned(), None),
    ];
    assert_eq!(
        json_object(3, 50.0, &values),
        "{\"frame\":3,\"tMs\":50,\"r\":0.1,\"p\":[[1,2],[3,4.5]],\"gone\":null}"
    );
}
