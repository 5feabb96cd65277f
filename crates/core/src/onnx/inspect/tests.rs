use std::io::Cursor;

use super::*;

/// A field that holds bytes: its key, their length, and they.
fn bytes(number: u64, bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let bytes = bytes.as_ref();
    let mut field = varint(number << 3 | 2);
    field.extend(varint(bytes.len() as u64));
    field.extend_from_slice(bytes);
    field
}

/// A field that holds a whole number.
fn number(number: u64, value: u64) -> Vec<u8> {
    [varint(number << 3), varint(value)].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// A file whose graph has these fields.
fn model(graph: &[Vec<u8>]) -> Vec<u8> {
    [number(1, 9), bytes(8, number(2, 17)), bytes(7, graph.concat())].concat()
}

fn tensor(name: &str, location: &str) -> Vec<u8> {
    let entry = [bytes(1, "location"), bytes(2, location)].concat();
    [bytes(8, name), bytes(13, entry)].concat()
}

fn value(name: &str, element: u64, dimensions: &[Vec<u8>]) -> Vec<u8> {
    let shape: Vec<u8> = dimensions.iter().flat_map(|dimension| bytes(1, dimension)).collect();
    let tensor = [number(1, element), bytes(2, shape)].concat();
    [bytes(1, name), bytes(2, bytes(1, tensor))].concat()
}

fn look(file: &[u8]) -> Result<GraphFacts> {
    walk(Cursor::new(file), file.len() as u64, "model.onnx".to_owned())
}

fn problem(file: &[u8]) -> String {
    look(file).unwrap_err().to_string()
}

#[test]
fn inputs_and_outputs_have_names_types_and_dimensions() {
    let any = number(1, (-1_i64).cast_unsigned());
    let facts = look(&model(&[
        bytes(11, value("input_ids", 7, &[bytes(2, "batch"), any])),
        bytes(11, value("weight", 1, &[])),
        bytes(5, bytes(8, "weight")),
        bytes(12, value("logits", 10, &[vec![], number(1, 3)])),
        bytes(12, bytes(1, "untyped")),
    ]))
    .unwrap();
    let batch = Dimension::Named("batch".to_owned());
    let input = GraphValue {
        name: "input_ids".to_owned(),
        element: "int64",
        dimensions: Some(vec![batch, Dimension::Any]),
    };
    let logits = GraphValue {
        name: "logits".to_owned(),
        element: "float16",
        dimensions: Some(vec![Dimension::Any, Dimension::Fixed(3)]),
    };
    let untyped = GraphValue { name: "untyped".to_owned(), ..GraphValue::default() };
    // The weight is listed among the inputs, as old files do, and needs not be given.
    assert_eq!(facts.inputs, [input]);
    assert_eq!(facts.outputs, [logits, untyped]);
    assert_eq!(facts.ir_version, 9);
    assert_eq!(facts.opsets, BTreeMap::from([(String::new(), 17)]));
}

#[test]
fn external_files_are_found_wherever_they_hide() {
    let branch = bytes(5, tensor("w", "in a branch"));
    let sparse = [bytes(1, tensor("v", "in values")), bytes(2, tensor("i", "in indices"))].concat();
    let attribute = [
        bytes(5, tensor("t", "in an attribute")),
        bytes(6, &branch),
        bytes(10, tensor("t", "in a list")),
        bytes(11, bytes(5, tensor("w", "in a list of graphs"))),
        bytes(23, &sparse),
    ];
    let node = bytes(1, bytes(5, attribute.concat()));
    let graph = [bytes(5, tensor("w", "../x")), bytes(15, &sparse), node.clone()];
    let mut file = model(&graph);
    file.extend(bytes(20, bytes(1, bytes(5, tensor("w", "for training")))));
    let inner = bytes(7, bytes(5, bytes(5, tensor("t", "in a function"))));
    file.extend(bytes(25, [bytes(1, "f"), inner].concat()));
    let found = look(&file).unwrap().external_files;
    let expected = [
        "../x",
        "for training",
        "in a branch",
        "in a function",
        "in a list",
        "in a list of graphs",
        "in an attribute",
        "in indices",
        "in values",
    ];
    assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[test]
fn custom_domains_are_those_that_nobody_defines() {
    let node =
        |domain: &str, operator: &str| bytes(1, [bytes(4, operator), bytes(7, domain)].concat());
    let mut file = model(&[
        node("", "MatMul"),
        node("com.microsoft", "FusedMatMul"),
        node("mine", "Defined"),
        node("mine", "Missing"),
        node("theirs", "Other"),
    ]);
    file.extend(bytes(25, [bytes(1, "Defined"), bytes(10, "mine")].concat()));
    let found = look(&file).unwrap().custom_domains;
    assert_eq!(found, BTreeSet::from(["mine".to_owned(), "theirs".to_owned()]));
    file.extend(bytes(25, [bytes(1, "Missing"), bytes(10, "mine")].concat()));
    assert_eq!(look(&file).unwrap().custom_domains, BTreeSet::from(["theirs".to_owned()]));
}

#[test]
fn operators_and_weights_are_counted_wherever_they_are() {
    let tensor = |element: u64, dimensions: Vec<u8>| [dimensions, number(2, element)].concat();
    let one_by_one = tensor(1, [number(1, 3), number(1, 4)].concat());
    let packed = tensor(10, bytes(1, [varint(300), varint(2)].concat()));
    let scalar = bytes(1, [bytes(4, "Constant"), bytes(5, bytes(5, number(2, 10)))].concat());
    let branch = bytes(5, bytes(6, bytes(1, bytes(4, "MatMulInteger"))));
    let node = bytes(1, [bytes(4, "If"), branch].concat());
    let facts = look(&model(&[bytes(5, one_by_one), bytes(5, packed), scalar, node])).unwrap();
    let operators = ["Constant", "If", "MatMulInteger"].map(str::to_owned);
    assert_eq!(facts.operators, BTreeSet::from(operators));
    assert_eq!(facts.weights, BTreeMap::from([("float", 12), ("float16", 601)]));
    let endless = bytes(1, vec![0xff; 3]);
    assert!(problem(&model(&[bytes(5, endless)])).contains("ends inside a number"));
}

#[test]
fn weights_are_skipped_and_unknown_fields_too() {
    let weight = [bytes(8, "w"), bytes(9, vec![0xff; 100_000]), tensor("w", "model.weights")];
    let unknown = [varint(99 << 3 | 1), vec![0; 8], varint(98 << 3 | 5), vec![0; 4]].concat();
    let facts = look(&model(&[unknown, bytes(5, weight.concat())])).unwrap();
    assert_eq!(facts.external_files, BTreeSet::from(["model.weights".to_owned()]));
}

#[test]
fn what_is_no_onnx_file_is_an_error() {
    let cases: [(&[u8], &str); 11] = [
        (b"", "it has no version of the format"),
        (&[0x08, 9], "it has no graph"),
        (&[0x3a, 0], "it has no version of the format"),
        (&[0x08], "ends inside a number at byte 1"),
        (&[0x00, 0x00], "0 is not the key of a field at byte 1"),
        (&[0x0b], "a field of the unknown kind 3"),
        (&[0x3a, 5, 0], "a field of 5 bytes where 1 are left at byte 2"),
        (&[0x09, 0], "a field of 8 bytes where 1 are left"),
        (&[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2], "more than 64 bits"),
        (&[0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], "where 0 are left"),
        (&[0xf8, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0], "is not the key of a field"),
    ];
    for (file, expected) in cases {
        let message = problem(file);
        assert!(message.starts_with("model.onnx: not a valid ONNX file: "), "{message}");
        assert!(message.contains(expected), "{expected:?} is not in: {message}");
    }
}

#[test]
fn what_a_file_may_ask_for_is_limited() {
    let mut graph = Vec::new();
    for _ in 0..2000 {
        graph = bytes(1, bytes(5, bytes(6, graph)));
    }
    assert!(problem(&model(&[graph])).contains("more than 100 messages inside each other"));
    let long = bytes(12, bytes(1, "x".repeat(5000)));
    assert!(problem(&model(&[long])).contains("a name of 5000 bytes, more than 4096"));
    let many = vec![bytes(12, ""); 300_000];
    assert!(problem(&model(&many)).contains("more than 16777216 bytes of names"));
    assert!(problem(&model(&[bytes(12, bytes(1, [0xff]))])).contains("not UTF-8"));
}

#[test]
fn a_file_that_shrinks_meanwhile_is_an_error() {
    let file = model(&[bytes(12, value("logits", 1, &[]))]);
    for length in 0..file.len() {
        walk(Cursor::new(&file[..length]), file.len() as u64, "x".to_owned()).unwrap_err();
    }
}
