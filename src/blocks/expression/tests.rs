//! Grammar, types, errors with their columns, limits, values.

use super::*;
use crate::blocks::{Bound, Lowering, PatchFacts, Value, find};
use crate::diag::Diagnostics;
use crate::ir::{Builder, ElementIds, FieldExpr, SignalExpr};
use crate::types::Type;

/// The value of an expression for the element of a domain of one, with that constant signal.
fn value(text: &str, signal: f64) -> Vec<f64> {
    let formula = parse(text).unwrap_or_else(|e| panic!("{text}: {e:?}"));
    let mut build = Builder::new();
    let signal = build.num(signal);
    let over = build.domain("d", 1, ElementIds::Sequential, None);
    let block = find("FieldFromExpression").unwrap();
    let bound = |value| Bound {
        value,
        given: true,
        at: "",
        direct: None,
    };
    let inputs = [
        bound(Value::Domain(over)),
        bound(Value::Signal(signal)),
        bound(Value::Text(text.to_owned())),
    ];
    let mut diagnostics = Diagnostics::new();
    let mut lowering = Lowering {
        block,
        id: "b",
        at: "",
        inputs: &inputs,
        outputs: &mut [Value::None],
        build: &mut build,
        facts: &PatchFacts {
            width: 1,
            height: 1,
        },
        diagnostics: &mut diagnostics,
        sinks: &mut Vec::new(),
        time_model: &mut None,
        cells: &mut Vec::new(),
    };
    let row = formula.lower(&mut lowering, over);
    assert_eq!(diagnostics.list(), [], "{text}");
    match build.tables.field.nodes[row.0.index()].expr {
        FieldExpr::Const(c) => build.f64s(c).to_vec(),
        ref other => panic!("{text} does not fold: {other:?}"),
    }
}

fn number(text: &str) -> f64 {
    value(text, 0.5)[0]
}

#[track_caller]
fn fails(text: &str, code: &str, column: usize) -> ExpressionError {
    let error = parse(text).expect_err(text);
    assert_eq!(
        (error.code, error.column),
        (code, column),
        "{text}: {error:?}"
    );
    error
}

#[test]
fn precedence_is_that_of_javascript() {
    for (text, want) in [
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("10 - 4 - 3", 3.0),
        ("2 ** 3 ** 2", 512.0),
        ("-(2 ** 2)", -4.0),
        ("(-2) ** 2", 4.0),
        ("2 ** -1", 0.5),
        ("7 % 4 * 2", 6.0),
        ("-7 % 4", -3.0),
        ("1 << 2 + 1", 8.0),
        ("1 | 2 ^ 3 & 5", 3.0),
        ("6 & 3 == 3", 0.0),
        ("1 < 2 == true ? 5 : 6", 5.0),
        ("true || false && false ? 1 : 2", 1.0),
        ("1 ? 2 ? 3 : 4 : 5", 3.0),
        ("0 ? 1 : 0 ? 2 : 3", 3.0),
        ("- - 3", 3.0),
        ("!0 + !1", 1.0),
        ("~5", -6.0),
        ("-1 >>> 28", 15.0),
        ("-16 >> 2", -4.0),
        ("1 === true ? 4 : 5", 4.0),
        ("2 != 2 ? 4 : 5", 5.0),
        ("3 ?? 4", 3.0),
        ("0 || 7", 7.0),
        ("3 && 7", 7.0),
        ("0 && 7", 0.0),
        ("NaN || 7", 7.0),
        ("+true + 1", 2.0),
        ("1 / 0", f64::INFINITY),
        ("5 ;", 5.0),
    ] {
        assert_eq!(number(text), want, "{text}");
    }
}

#[test]
fn numbers_are_read_exactly() {
    for (text, want) in [
        ("0.1", 0.1),
        ("1e3", 1000.0),
        ("1.5E-2", 0.015),
        ("2.", 2.0),
        ("0xff", 255.0),
        ("0X10", 16.0),
        ("9007199254740993", 9007199254740992.0),
        ("1e999", f64::INFINITY),
    ] {
        assert_eq!(number(text), want, "{text}");
    }
    assert!(number("0/0").is_nan());
}

#[test]
fn functions_have_their_values() {
    for (text, want) in [
        ("abs(-2)", 2.0),
        ("Math.abs(-2)", 2.0),
        ("round(-0.5)", 0.0),
        ("round(2.5)", 3.0),
        ("trunc(-2.5)", -2.0),
        ("sqrt(9)", 3.0),
        ("min(3, 1, 2)", 1.0),
        ("max(3)", 3.0),
        ("min(true)", 1.0),
        ("pow(2, 10)", 1024.0),
        ("hypot(3, 4)", 5.0),
        ("fract(-0.25)", 0.75),
        ("clamp(5, 0, 1)", 1.0),
        ("mix(10, 20, 0.25)", 12.5),
        ("step(1, 1)", 1.0),
        ("smoothstep(0, 2, 1)", 0.5),
        ("smoothstep(1, 1, 1)", 1.0),
        ("mod(-1, 3)", 2.0),
        ("Math . PI * 0", 0.0),
        ("signal * 4", 2.0),
        ("n + u", 1.0),
        ("TAU / PI", 2.0),
    ] {
        assert_eq!(number(text), want, "{text}");
    }
}

#[test]
fn colours_are_made_chosen_and_quoted() {
    assert_eq!(
        value("rgb(255*signal,300,-4)", 0.5),
        [128.0 / 255.0, 1.0, 0.0, 1.0]
    );
    assert_eq!(value("rgba(0, 0, 0, 7)", 0.0), [0.0, 0.0, 0.0, 1.0]);
    assert_eq!(value("'#f' + '00'", 0.0), [1.0, 0.0, 0.0, 1.0]);
    assert_eq!(value("\"red\"", 0.0), [1.0, 0.0, 0.0, 1.0]);
    assert_eq!(
        value("signal > 1 ? 'red' : hsl(240, 100, 50)", 0.5),
        [0.0, 0.0, 1.0, 1.0]
    );
    assert_eq!(
        value("hsl(0/0, 80, 60)", 0.5),
        [0.0, 0.0, 0.0, 1.0],
        "not a number: opaque black"
    );
    assert_eq!(value("hsla(0, 0, 500, 0.5)", 0.5), [1.0, 1.0, 1.0, 0.5]);
    // The default text for n = 4, signal 0.5, at its four elements.
    for (i, hue) in [(0, 180), (1, 270), (2, 0), (3, 90)] {
        let computed = value(&format!("hsl({i} / 4 * 360 + signal * 360, 80, 60)"), 0.5);
        let direct = value(&format!("hsl({hue}, 80, 60)"), 0.5);
        for (a, b) in computed.iter().zip(&direct) {
            assert!((a - b).abs() < 1e-15, "{i}: {computed:?} {direct:?}");
        }
    }
}

#[test]
fn types_come_from_the_text() {
    assert_eq!(expression_type("i"), Ok(Domain::Number));
    assert_eq!(expression_type("i > 2"), Ok(Domain::Number));
    assert_eq!(expression_type("'red'"), Ok(Domain::Color));
    assert_eq!(
        expression_type("i > 2 ? 'red' : rgb(0, i, 0)"),
        Ok(Domain::Color)
    );
}

#[test]
fn syntax_errors_name_their_column() {
    fails("", "expr-syntax", 1);
    fails("   ", "expr-syntax", 1);
    fails("1 +", "expr-syntax", 4);
    fails("1 + * 2", "expr-syntax", 5);
    fails("(1 + 2", "expr-syntax", 7);
    fails("1 2", "expr-syntax", 3);
    fails("1 ? 2", "expr-syntax", 6);
    fails("max(1, )", "expr-syntax", 8);
    fails("max(1 2)", "expr-syntax", 7);
    assert_eq!(fails(".5", "expr-syntax", 1).hints, ["write `0.5`"]);
    fails("1 = 2", "expr-syntax", 3);
    fails("'abc", "expr-syntax", 1);
    fails("'a\nb'", "expr-syntax", 1);
    fails("'a\\n'", "expr-syntax", 3);
    fails("0x", "expr-syntax", 3);
    fails("1e", "expr-syntax", 3);
    fails("2u", "expr-syntax", 2);
    fails("Math.", "expr-syntax", 6);
    fails("1; 2", "expr-syntax", 4);
    fails("i[0]", "expr-syntax", 2);
    fails("é + #", "expr-syntax", 5);
    let error = fails("-2 ** 2", "expr-syntax", 4);
    assert_eq!(error.hints, ["write `(-2) ** 2` or `-(2 ** 2)`"]);
    fails("2 ** -2 ** 2", "expr-syntax", 9);
    assert_eq!(number("-(2) * (3 ** 1)"), -6.0);
}

#[test]
fn unknown_names_get_the_nearest() {
    let error = fails("1 + sinus(2)", "expr-name", 5);
    assert_eq!(error.hints, ["did you mean `sin` or `sinh`?"]);
    assert!(fails("signl", "expr-name", 1).hints[0].contains("`signal`"));
    let error = fails("Math.random() * i", "expr-name", 1);
    assert!(error.hints[0].contains("StableIdHash"), "{error:?}");
    assert!(fails("sin", "expr-name", 1).hints[0].contains("sin(…)"));
    assert!(
        fails("PI(2)", "expr-name", 1)
            .message
            .contains("not a function")
    );
    assert!(fails("Math.fract(2)", "expr-name", 1).hints[0].contains("`fract(…)`"));
    fails("Math.TAU", "expr-name", 1);
    fails("Math.hsl(1, 2, 3)", "expr-name", 1);
}

#[test]
fn arguments_are_counted() {
    assert!(
        fails("1 + clamp(1, 2)", "expr-arity", 5)
            .message
            .contains("3 arguments, not 2")
    );
    fails("sin()", "expr-arity", 1);
    fails("min()", "expr-arity", 1);
    fails("hypot(1, 2, 3)", "expr-arity", 1);
    fails("hsl(1, 2, 3, 4)", "expr-arity", 1);
    fails("rgba(1, 2, 3)", "expr-arity", 1);
}

#[test]
fn types_are_checked() {
    let error = fails("'hsl(' + i + ')'", "expr-type", 8);
    assert!(error.hints[0].contains("hsl(h, s, l)"), "{error:?}");
    fails("'red' * 2", "expr-type", 7);
    fails("hsl(0, 0, 0) + 1", "expr-type", 14);
    fails("i > 2 ? 'red' : 3", "expr-type", 7);
    fails("i && 'red'", "expr-type", 3);
    fails("1 || true", "expr-type", 3);
    fails("'red' ? 1 : 2", "expr-type", 1);
    fails("2 + ('red' && 'blue')", "expr-type", 6);
    fails("'red' == 'red'", "expr-type", 7);
    fails("sin('red')", "expr-type", 1);
    fails("!rgb(1, 2, 3)", "expr-type", 1);
    fails("i > 2 ? 'rood' : 'red'", "bad-color", 9);
}

#[test]
fn large_texts_are_refused_fast() {
    let parens = "(".repeat(100_000) + "1" + &")".repeat(100_000);
    fails(&parens, "expr-too-large", 1);
    let deep = "(".repeat(70) + "1" + &")".repeat(70);
    fails(&deep, "expr-too-large", 65);
    let minus = "- ".repeat(70) + "1";
    assert_eq!(parse(&minus).unwrap_err().code, "expr-too-large");
    let chain = "i ? 1 : ".repeat(70) + "1";
    assert_eq!(parse(&chain).unwrap_err().code, "expr-too-large");
    let powers = "2 ** ".repeat(70) + "1";
    assert_eq!(parse(&powers).unwrap_err().code, "expr-too-large");
    let long = "1+".repeat(1000) + "1";
    assert_eq!(parse(&long).unwrap_err().code, "expr-too-large");
    let sum = "i+".repeat(500) + "i";
    assert!(parse(&sum).is_ok(), "a long sum does not nest");
    let brackets = "(".repeat(63) + "1" + &")".repeat(63);
    assert!(parse(&brackets).is_ok());
}

#[test]
fn any_text_is_answered() {
    let pieces = [
        "(", ")", "1", "i", "+", "**", "?", ":", "'", "\"a\"", "sin", ",", ".", "-", "é", "\\", "!",
    ];
    let mut state = 1u32;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..12 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.push_str(pieces[(state >> 16) as usize % pieces.len()]);
        }
        if let Err(error) = parse(&text) {
            assert!(
                error.column >= 1 && error.column <= text.chars().count() + 1,
                "{text}"
            );
        }
    }
}

#[test]
fn time_is_a_signal() {
    let formula = parse("t").unwrap();
    assert_eq!(formula.nodes, [Node::Variable(Variable::Time)]);
    let mut build = Builder::new();
    let time = build.signal(
        Type::signal(Domain::TimeMs),
        SignalExpr::Time(TimeValue::TAbsMs),
    );
    let row = build.broadcast(time, true);
    assert!(build.tables.field.nodes[row.index()].wide);
}
