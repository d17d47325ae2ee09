//! What texts, numbers and lists stand for.

use super::*;
use Value::{Bool, List, Null, Number};

fn text_value(s: &str) -> Value {
    Value::Text(s.to_owned())
}

#[test]
fn numbers() {
    assert_eq!(number(&Number(-0.5)), Ok(-0.5));
    assert_eq!(number(&Bool(true)), Ok(1.0));
    for (s, v) in [
        ("2", 2.0),
        (" -1.5e2 ", -150.0),
        (".5", 0.5),
        ("+3", 3.0),
        ("0x1F", 31.0),
    ] {
        assert_eq!(number(&text_value(s)), Ok(v), "{s}");
    }
    for s in [
        "", "1 2", "inf", "NaN", "1e400", "0x", "0xG", "-0x1", "1px", "e", "--1",
    ] {
        assert_eq!(number(&text_value(s)).unwrap_err().code, "bad-value", "{s}");
    }
    assert!(number(&Null).is_err() && number(&List(vec![])).is_err());
}

#[test]
fn phases_wrap() {
    for (v, p) in [
        (0.25, 0.25),
        (1.0, 0.0),
        (-0.25, 0.75),
        (-1e-20, 0.0),
        (2.5, 0.5),
    ] {
        assert_eq!(phase(&Number(v)), Ok(p));
    }
}

#[test]
fn booleans_and_triggers() {
    for (s, v) in [
        ("true", true),
        ("1", true),
        ("false", false),
        ("0", false),
        ("", false),
    ] {
        assert_eq!(boolean(&text_value(s)), Ok(v));
        assert!(trigger(&text_value(s)).is_err());
    }
    assert_eq!(
        (boolean(&Number(0.5)), boolean(&Number(0.6))),
        (Ok(false), Ok(true))
    );
    assert_eq!(
        (trigger(&Number(1.0)), trigger(&Bool(false))),
        (Ok(true), Ok(false))
    );
    assert!(boolean(&text_value("yes")).is_err());
}

#[test]
fn options() {
    assert_eq!(option(&Number(1.0), &["-1", "1"]), Ok(1));
    assert_eq!(option(&Number(-1.0), &["-1", "1"]), Ok(0));
    let error = option(&text_value("lop"), &["loop", "pingpong"]).unwrap_err();
    assert_eq!(error.code, "unknown-option");
    assert_eq!(
        error.diagnostic("/x", "`t.mode`").to_string(),
        "error[unknown-option]: `t.mode` wants one of `loop`, `pingpong`, but found the text \
         `lop`\nhint: did you mean `loop`?"
    );
    assert!(option(&Bool(true), &["true"]).is_err());
}

#[test]
fn vectors() {
    let n = |list: &[f64]| List(list.iter().copied().map(Number).collect());
    let xyz = |names: &[&str]| {
        Value::Object(
            names
                .iter()
                .map(|k| ((*k).to_owned(), Number(2.0)))
                .collect(),
        )
    };
    assert_eq!(vec2(&n(&[1.0, 2.0])), Ok([1.0, 2.0]));
    assert_eq!(vec2(&xyz(&["y", "x"])), Ok([2.0, 2.0]));
    assert_eq!(vec3(&xyz(&["x", "y", "z"])), Ok([2.0; 3]));
    assert!(vec2(&n(&[1.0])).is_err() && vec2(&n(&[1.0; 3])).is_err());
    assert!(vec3(&xyz(&["x", "y"])).is_err() && vec2(&Number(1.0)).is_err());
    assert!(vec2(&List(vec![Number(1.0), text_value("2")])).is_err());
}

#[test]
fn colours() {
    let n = |list: &[f64]| List(list.iter().copied().map(Number).collect());
    assert_eq!(color(&text_value("#f00")), Ok([1.0, 0.0, 0.0, 1.0]));
    assert_eq!(color(&text_value("")), Ok([0.0, 0.0, 0.0, 1.0]));
    assert_eq!(color(&text_value("transparent")), Ok([0.0; 4]));
    assert_eq!(color(&n(&[0.0, 0.5, 1.0])), Ok([0.0, 0.5, 1.0, 1.0]));
    assert_eq!(color(&n(&[0.0, 0.5, 1.0, 0.25])), Ok([0.0, 0.5, 1.0, 0.25]));
    let parts = ["r", "g", "b"].map(|k| (k.to_owned(), Number(0.5)));
    assert_eq!(
        color(&Value::Object(parts.to_vec())),
        Ok([0.5, 0.5, 0.5, 1.0])
    );
    for bad in [
        text_value("reddish"),
        n(&[255.0, 0.0, 0.0]),
        n(&[1.0]),
        n(&[]),
    ] {
        assert_eq!(color(&bad).unwrap_err().code, "bad-color");
    }
    assert_eq!(color(&Number(1.0)).unwrap_err().code, "bad-value");
}

#[test]
fn counts_and_texts() {
    assert_eq!(domain_count(&Number(7.9)), Ok(7.0));
    assert_eq!(domain_count(&Number(-3.0)), Ok(1.0));
    assert_eq!(text(&Number(1e-7)), Ok("0.0000001".to_owned()));
    assert_eq!(text(&Number(1e21)), Ok("1e+21".to_owned()));
    assert_eq!(text(&Number(-0.0)), Ok("0".to_owned()));
    assert_eq!(text(&Bool(true)), Ok("true".to_owned()));
    assert!(text(&Null).is_err());
}

#[test]
fn values_from_text() {
    assert_eq!(Value::parse("[1, null]"), Ok(List(vec![Number(1.0), Null])));
    assert_eq!(Value::parse("[1,").unwrap_err().code, "bad-json");
    assert_eq!(
        Value::parse("1e999").unwrap_err().code,
        "number-out-of-range"
    );
    let text = r#"{"a": [true, "\"", 0.5], "b": {}}"#;
    assert_eq!(Value::parse(text).expect("JSON").json(), text);
}

#[test]
fn long_texts_are_cut_in_messages() {
    assert_eq!(quote(&"é".repeat(1_000_000)).chars().count(), SHOWN + 3);
    assert_eq!(quote("a\nb"), "`a\\nb`");
}
