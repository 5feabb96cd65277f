//! The part of the ONNX file format that a transformer needs, as protobuf messages.
//!
//! Field numbers are those of `onnx.proto`; what is left out here is skipped when reading.

/// A file: a graph and the operator sets it uses.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ModelProto {
    #[prost(int64, tag = "1")]
    pub(crate) ir_version: i64,
    #[prost(string, tag = "2")]
    pub(crate) producer_name: String,
    #[prost(string, tag = "3")]
    pub(crate) producer_version: String,
    #[prost(message, optional, tag = "7")]
    pub(crate) graph: Option<GraphProto>,
    #[prost(message, repeated, tag = "8")]
    pub(crate) opset_import: Vec<OperatorSetIdProto>,
}

/// Operators and the tensors between them.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct GraphProto {
    #[prost(message, repeated, tag = "1")]
    pub(crate) node: Vec<NodeProto>,
    #[prost(string, tag = "2")]
    pub(crate) name: String,
    #[prost(message, repeated, tag = "5")]
    pub(crate) initializer: Vec<TensorProto>,
    #[prost(message, repeated, tag = "11")]
    pub(crate) input: Vec<ValueInfoProto>,
    #[prost(message, repeated, tag = "12")]
    pub(crate) output: Vec<ValueInfoProto>,
}

/// One operator.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct NodeProto {
    #[prost(string, repeated, tag = "1")]
    pub(crate) input: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    pub(crate) output: Vec<String>,
    #[prost(string, tag = "3")]
    pub(crate) name: String,
    #[prost(string, tag = "4")]
    pub(crate) op_type: String,
    #[prost(message, repeated, tag = "5")]
    pub(crate) attribute: Vec<AttributeProto>,
    #[prost(string, tag = "7")]
    pub(crate) domain: String,
}

/// A setting of an operator.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct AttributeProto {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(float, tag = "2")]
    pub(crate) f: f32,
    #[prost(int64, tag = "3")]
    pub(crate) i: i64,
    #[prost(bytes = "vec", tag = "4")]
    pub(crate) s: Vec<u8>,
    /// Written unpacked, as the format, which is older than packing by default, has it.
    #[prost(int64, repeated, packed = "false", tag = "8")]
    pub(crate) ints: Vec<i64>,
    #[prost(enumeration = "AttributeType", tag = "20")]
    pub(crate) r#type: i32,
}

/// Which field of an [`AttributeProto`] holds its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub(crate) enum AttributeType {
    /// None: the attribute is broken.
    Undefined = 0,
    /// `f`
    Float = 1,
    /// `i`
    Int = 2,
    /// `s`
    String = 3,
    /// `ints`
    Ints = 7,
}

/// A tensor with its values, here or in another file.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct TensorProto {
    #[prost(int64, repeated, packed = "false", tag = "1")]
    pub(crate) dims: Vec<i64>,
    #[prost(enumeration = "ElementType", tag = "2")]
    pub(crate) data_type: i32,
    #[prost(string, tag = "8")]
    pub(crate) name: String,
    #[prost(bytes = "vec", optional, tag = "9")]
    pub(crate) raw_data: Option<Vec<u8>>,
    /// Where the values are when they are not here: `location`, `offset`, `length`.
    #[prost(message, repeated, tag = "13")]
    pub(crate) external_data: Vec<StringStringEntryProto>,
    #[prost(enumeration = "DataLocation", tag = "14")]
    pub(crate) data_location: i32,
}

/// What a tensor is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub(crate) enum ElementType {
    /// Unknown.
    Undefined = 0,
    /// `f32`
    Float = 1,
    /// `u8`
    Uint8 = 2,
    /// `i8`
    Int8 = 3,
    /// `i32`
    Int32 = 6,
    /// `i64`
    Int64 = 7,
    /// `f16`
    Float16 = 10,
}

/// Where the values of a tensor are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub(crate) enum DataLocation {
    /// In the message.
    Default = 0,
    /// In the file that `external_data` names.
    External = 1,
}

/// An input or output of the graph.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ValueInfoProto {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(message, optional, tag = "2")]
    pub(crate) r#type: Option<TypeProto>,
}

/// The type of a value; only tensors are known here.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct TypeProto {
    #[prost(message, optional, tag = "1")]
    pub(crate) tensor_type: Option<TensorTypeProto>,
}

/// The type of a tensor.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct TensorTypeProto {
    #[prost(enumeration = "ElementType", tag = "1")]
    pub(crate) elem_type: i32,
    #[prost(message, optional, tag = "2")]
    pub(crate) shape: Option<ShapeProto>,
}

/// The shape of a tensor.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ShapeProto {
    #[prost(message, repeated, tag = "1")]
    pub(crate) dim: Vec<DimensionProto>,
}

/// One side of a tensor.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct DimensionProto {
    #[prost(oneof = "Dimension", tags = "1, 2")]
    pub(crate) value: Option<Dimension>,
}

/// How long a side of a tensor is.
#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum Dimension {
    /// Always this long.
    #[prost(int64, tag = "1")]
    Length(i64),
    /// As long as every other side of this name.
    #[prost(string, tag = "2")]
    Name(String),
}

/// A key and its value.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct StringStringEntryProto {
    #[prost(string, tag = "1")]
    pub(crate) key: String,
    #[prost(string, tag = "2")]
    pub(crate) value: String,
}

/// A set of operators and its version.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct OperatorSetIdProto {
    #[prost(string, tag = "1")]
    pub(crate) domain: String,
    #[prost(int64, tag = "2")]
    pub(crate) version: i64,
}

/// The length of a side as the format has it.
pub(crate) fn side(length: usize) -> i64 {
    i64::try_from(length).expect("nothing in memory has 2^63 parts")
}

impl ValueInfoProto {
    /// A tensor of the graph's face.
    pub(crate) fn tensor(name: &str, element: ElementType, shape: &[Dimension]) -> Self {
        let dim = shape.iter().map(|side| DimensionProto { value: Some(side.clone()) }).collect();
        let tensor = TensorTypeProto { elem_type: element.into(), shape: Some(ShapeProto { dim }) };
        Self { name: name.to_owned(), r#type: Some(TypeProto { tensor_type: Some(tensor) }) }
    }
}

impl AttributeProto {
    /// A whole number.
    pub(crate) fn int(name: &str, value: i64) -> Self {
        let r#type = AttributeType::Int.into();
        Self { name: name.to_owned(), i: value, r#type, ..Self::default() }
    }

    /// Several whole numbers.
    pub(crate) fn ints(name: &str, values: &[i64]) -> Self {
        let r#type = AttributeType::Ints.into();
        Self { name: name.to_owned(), ints: values.to_vec(), r#type, ..Self::default() }
    }

    /// A number.
    pub(crate) fn float(name: &str, value: f32) -> Self {
        let r#type = AttributeType::Float.into();
        Self { name: name.to_owned(), f: value, r#type, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::*;

    fn model() -> ModelProto {
        let node = NodeProto {
            input: vec!["x".into(), "w".into()],
            output: vec!["y".into()],
            name: "n".into(),
            op_type: "LayerNormalization".into(),
            attribute: vec![
                AttributeProto::int("axis", -1),
                AttributeProto::float("epsilon", 1e-12),
                AttributeProto::ints("perm", &[0, 2, 1, 3]),
            ],
            domain: String::new(),
        };
        let tensor = TensorProto {
            dims: vec![2],
            data_type: ElementType::Float.into(),
            name: "w".into(),
            raw_data: Some(vec![0; 8]),
            ..TensorProto::default()
        };
        let shape = [Dimension::Name("batch".into()), Dimension::Length(2)];
        ModelProto {
            ir_version: 8,
            graph: Some(GraphProto {
                node: vec![node],
                name: "g".into(),
                initializer: vec![tensor],
                input: vec![ValueInfoProto::tensor("x", ElementType::Float, &shape)],
                output: vec![],
            }),
            opset_import: vec![OperatorSetIdProto { domain: String::new(), version: 17 }],
            ..ModelProto::default()
        }
    }

    #[test]
    fn messages_survive_writing_and_reading() {
        let model = model();
        assert_eq!(ModelProto::decode(model.encode_to_vec().as_slice()).unwrap(), model);
    }

    #[test]
    fn field_numbers_are_those_of_the_format() {
        // opset_import (field 8, a message) holding version (field 2, a varint) 17.
        let model = ModelProto {
            opset_import: vec![OperatorSetIdProto { domain: String::new(), version: 17 }],
            ..ModelProto::default()
        };
        assert_eq!(model.encode_to_vec(), [8 << 3 | 2, 2, 2 << 3, 17]);
        // type (field 20) needs two bytes for its key; `ints` is not packed.
        let attribute = AttributeProto::ints("p", &[1, 2]);
        assert_eq!(
            attribute.encode_to_vec(),
            [1 << 3 | 2, 1, b'p', 8 << 3, 1, 8 << 3, 2, 0xa0, 0x01, 7]
        );
    }

    #[test]
    fn broken_files_are_an_error() {
        let bytes = model().encode_to_vec();
        assert!(ModelProto::decode(&bytes[..bytes.len() - 3]).is_err());
    }
}
