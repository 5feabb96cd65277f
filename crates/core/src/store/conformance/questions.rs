//! What questions find.

use super::{column, done, insert, row, select, text, time};
use crate::{
    Error, ErrorKind,
    store::{Condition, Direction, Existing, Select, Store, Table, Value},
};

/// Every condition, alone and together, and that nothing compares with nothing.
///
/// # Panics
/// Where the home does otherwise than it must.
pub fn conditions_hold(store: &dyn Store) {
    use Condition::{Is, IsAtLeast, IsBelow, IsNotNull, IsNull, IsNullOrBelow, IsOneOf};

    let table = Table::Reviews;
    let rows = [
        ("a", Value::Null, Value::Null, false),
        ("b", Value::Integer(-1), text("x"), true),
        ("c", Value::Integer(3), text("y"), false),
        ("d", Value::Integer(5), text("Y"), true),
        ("é", Value::Integer(5), Value::Null, true),
    ];
    let rows = rows.map(|(id, rating, source, consent)| {
        let given = [
            ("id", text(id)),
            ("rating", rating.clone()),
            ("source", source),
            ("consent", Value::Truth(consent)),
            ("date", if let Value::Integer(days) = rating { time(days) } else { Value::Null }),
        ];
        row(table, &given)
    });
    insert(store, table, rows.to_vec(), Existing::Refuse);
    let many = |from: i64| (from..from + 2_000).map(Value::Integer).collect::<Vec<_>>();
    let names = (0..2_000).map(|number| text(format!("n{number}"))).chain([text("c"), text("é")]);
    let cases: Vec<(Vec<Condition>, &str)> = vec![
        (vec![], "abcdé"),
        (vec![Is("rating", Value::Integer(5))], "dé"),
        (vec![Is("rating", Value::Null)], ""),
        (vec![Is("source", text("y"))], "c"),
        (vec![Is("consent", Value::Truth(true)), Is("rating", Value::Integer(5))], "dé"),
        (vec![Is("consent", Value::Truth(true)), Is("source", text("Y"))], "d"),
        (vec![Is("date", time(-1))], "b"),
        (vec![IsOneOf("rating", vec![])], ""),
        (vec![IsOneOf("rating", vec![Value::Null])], ""),
        (vec![IsOneOf("rating", vec![Value::Integer(3), Value::Null, Value::Integer(-1)])], "bc"),
        (vec![IsOneOf("source", vec![text("Y"), text("Y")])], "d"),
        (vec![IsOneOf("consent", vec![Value::Truth(true)])], "bdé"),
        (vec![IsOneOf("date", vec![time(3), time(4)])], "c"),
        (vec![IsOneOf("rating", many(4)), IsOneOf("id", names.collect())], "é"),
        (vec![IsAtLeast("rating", Value::Integer(3))], "cdé"),
        (vec![IsAtLeast("rating", Value::Integer(i64::MIN))], "bcdé"),
        (vec![IsAtLeast("rating", Value::Null)], ""),
        (vec![IsAtLeast("date", time(5))], "dé"),
        (vec![IsAtLeast("date", time(i64::MIN))], "bcdé"),
        (vec![IsBelow("rating", Value::Integer(3))], "b"),
        (vec![IsBelow("rating", Value::Null)], ""),
        (vec![IsBelow("date", time(i64::MAX))], "bcdé"),
        (vec![IsBelow("id", text("z"))], "abcd"),
        (vec![IsNull("source")], "aé"),
        (vec![IsNotNull("source")], "bcd"),
        (vec![IsNull("source"), IsNotNull("rating")], "é"),
        (vec![IsNullOrBelow("rating", Value::Integer(3))], "ab"),
        (vec![IsNullOrBelow("rating", Value::Null)], "a"),
        (vec![IsNullOrBelow("rating", Value::Integer(5)), IsNotNull("source")], "bc"),
    ];
    for (conditions, expected) in cases {
        let question = Select { conditions: conditions.clone(), ..Select::all(table) };
        let found = column(table, &select(store, &question), "id");
        let expected: Vec<Value> = expected.chars().map(text).collect();
        assert_eq!(found, expected, "{conditions:?}");
        let count = done("count", store.count(table, &conditions));
        assert_eq!(count, expected.len() as u64, "{conditions:?}");
    }
}

/// Rows come in the order asked for, nothing before anything, ties in the order of the key.
///
/// # Panics
/// Where the home does otherwise than it must.
pub fn order_and_limits_are_kept(store: &dyn Store) {
    use Direction::{Ascending, Descending};

    let table = Table::Reviews;
    let ratings = [Some(3), None, Some(1), Some(3), None, Some(2)];
    let rows = ratings.iter().zip(["f", "B", "a", "é", "z", "ab"]).map(|(rating, id)| {
        row(table, &[("id", text(id)), ("rating", rating.map_or(Value::Null, Value::Integer))])
    });
    insert(store, table, rows.collect(), Existing::Refuse);
    let cases: Vec<(Vec<(&'static str, Direction)>, Vec<&str>)> = vec![
        (vec![], vec!["B", "a", "ab", "f", "z", "é"]),
        (vec![("id", Descending)], vec!["é", "z", "f", "ab", "a", "B"]),
        (vec![("rating", Ascending)], vec!["B", "z", "a", "ab", "f", "é"]),
        (vec![("rating", Descending)], vec!["f", "é", "ab", "a", "B", "z"]),
        (vec![("rating", Ascending), ("id", Descending)], vec!["z", "B", "a", "ab", "é", "f"]),
    ];
    for (order, expected) in cases {
        for limit in [None, Some(0), Some(1), Some(4), Some(6), Some(usize::MAX)] {
            let question = Select { order: order.clone(), limit, ..Select::all(table) };
            let found = column(table, &select(store, &question), "id");
            let expected = expected.iter().take(limit.unwrap_or(usize::MAX));
            let expected: Vec<Value> = expected.copied().map(text).collect();
            assert_eq!(found, expected, "{order:?}, at most {limit:?}");
        }
    }
    let mut seen = 0;
    let visit = &mut |_| {
        seen += 1;
        if seen == 2 { Err(Error::invalid("visit", "enough")) } else { Ok(()) }
    };
    let stopped = store.select(&Select::all(table), visit);
    assert_eq!(stopped.err().map(|error| error.kind()), Some(ErrorKind::InvalidInput));
    assert_eq!(seen, 2, "the first error ends it");
    assert_eq!(select(store, &Select::all(table)).len(), 6, "the home works on after that");
}

/// Every kind of value comes back as it was written, in every table. Of zero the sign may be lost.
///
/// # Panics
/// Where the home does otherwise than it must.
pub fn every_value_comes_back(store: &dyn Store) {
    let metrics = Table::RunMetrics;
    let numbers = [
        0.0,
        -0.0,
        1.0,
        -1.5,
        0.1,
        f64::MIN_POSITIVE,
        5e-324,
        f64::MAX,
        f64::MIN,
        f64::EPSILON,
        9_007_199_254_740_993.0,
        1e18,
        -1e300,
    ];
    let steps = [i64::MIN, i64::MIN + 1, -1, 0, 1, 1 << 53, (1 << 53) + 1, i64::MAX];
    let rows = |name: &str, step: Value, value: Value| {
        row(metrics, &[("name", text(name)), ("step", step), ("value", value)])
    };
    let written: Vec<_> = numbers
        .iter()
        .enumerate()
        .map(|(place, number)| rows("number", Value::Integer(place as i64), Value::Real(*number)))
        .chain(steps.map(|step| rows("step", Value::Integer(step), Value::Null)))
        .collect();
    insert(store, metrics, written.clone(), Existing::Refuse);
    let found = select(store, &Select::all(metrics));
    assert_eq!(found.len(), written.len());
    for (found, written) in found.iter().zip(&written) {
        assert_eq!(found.0, written.0);
    }

    let tags = Table::RunTags;
    let long = "panjang ".repeat(1 << 17);
    let texts =
        ["", " ", "😍 bagus\n\t\u{1}\u{7f}", "e\u{301}\u{202e}'\"\\;--%", "\u{fffd}\u{10ffff}"];
    let texts = texts.into_iter().chain([long.as_str()]);
    let times = [0, -1, 1, -62_135_596_800_000_000, 253_402_300_799_999_999, 1_795_604_023_123_456];
    let written: Vec<_> = texts
        .zip(times)
        .enumerate()
        .map(|(place, (value, micros))| {
            let name = text(format!("{place}"));
            row(tags, &[("name", name), ("value", text(value)), ("timestamp", time(micros))])
        })
        .collect();
    insert(store, tags, written.clone(), Existing::Refuse);
    let found = select(store, &Select::all(tags));
    assert_eq!(found.len(), written.len());
    for (found, written) in found.iter().zip(&written) {
        assert!(found.0 == written.0, "a text or time came back changed: {:.99?}", found.0);
    }

    let artefacts = Table::RunArtefacts;
    let contents = [vec![], vec![0], (0..=255).collect::<Vec<u8>>().repeat(5_000)];
    let written = contents.into_iter().enumerate().map(|(place, content)| {
        let path = text(format!("{place}"));
        row(artefacts, &[("path", path), ("content", Value::Bytes(content))])
    });
    let written: Vec<_> = written.collect();
    insert(store, artefacts, written.clone(), Existing::Refuse);
    let found = select(store, &Select::all(artefacts));
    for (found, written) in found.iter().zip(&written) {
        assert!(found.0 == written.0, "bytes came back changed");
    }

    let triggers = Table::Triggers;
    let json = "{\"b\" : 1.50, \"a\":[null,true,\"\\u00e9😍\"], \"b\":2}";
    insert(store, triggers, vec![row(triggers, &[("detail", text(json))])], Existing::Refuse);
    let found = select(store, &Select::all(triggers));
    assert_eq!(
        column(triggers, &found, "detail"),
        [text(json)],
        "JSON comes back letter for letter"
    );

    // Every table takes a row and gives it back.
    for table in Table::ALL.into_iter().filter(|table| ![metrics, tags, artefacts].contains(table))
    {
        let row = row(table, &[]);
        insert(store, table, vec![row.clone()], Existing::Replace);
        let found = select(store, &Select::all(table));
        assert!(found.iter().any(|found| found.0 == row.0), "{}: {found:?}", table.name());
    }
}
