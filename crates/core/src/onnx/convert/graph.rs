//! A graph while it is built, one operator after the other.

use std::{collections::HashMap, path::Path};

use half::f16;
use prost::Message;

use super::{
    ChannelSizes,
    proto::{
        AttributeProto, Dimension, ElementType, GraphProto, ModelProto, NodeProto,
        OperatorSetIdProto, TensorProto, ValueInfoProto, side,
    },
    weights_file::WeightsFile,
};
use crate::{Error, Result, onnx::Weights};

/// The graph's own file, and the one with its large tensors.
pub(super) const GRAPH_FILE: &str = "model.onnx";
pub(super) const WEIGHTS_FILE: &str = "model.weights";

/// What the name of a value has behind it where an output says how large its channels get.
pub(super) const CHANNEL_SIZES: &str = ".channel_sizes";

/// The oldest version that has everything used here, `LayerNormalization` above all.
const OPSET: i64 = 17;
/// The version of the file format that came with that operator set.
const IR_VERSION: i64 = 8;
/// The operators of ONNX Runtime beyond the standard, on CPU and CUDA alike.
const RUNTIME_DOMAIN: &str = "com.microsoft";

/// A graph that grows. A value between operators is known by its name.
#[derive(Debug)]
pub(super) struct Graph {
    proto: GraphProto,
    file: WeightsFile,
    /// How floats are stored and computed.
    weights: Weights,
    /// How large each channel of a value gets on real texts, where that was measured.
    pub(super) channel_sizes: ChannelSizes,
    /// Outputs beside the answer, which comes first.
    measured: Vec<ValueInfoProto>,
    /// Values that were quantised already, so that maps of one input share the work.
    pub(super) quantized: HashMap<String, super::linear::Quantized>,
}

impl Graph {
    /// An empty graph whose large tensors go into a file in `folder`.
    pub(super) fn create(folder: &Path, weights: Weights) -> Result<Self> {
        let file = WeightsFile::create(folder, WEIGHTS_FILE)?;
        let proto = GraphProto { name: "pantau".to_owned(), ..GraphProto::default() };
        Ok(Self {
            proto,
            file,
            weights,
            channel_sizes: ChannelSizes::new(),
            measured: Vec::new(),
            quantized: HashMap::new(),
        })
    }

    /// How weights are stored.
    pub(super) fn weights(&self) -> Weights {
        self.weights
    }

    /// What floats between operators are made of.
    pub(super) fn float_type(&self) -> ElementType {
        match self.weights {
            Weights::Fp16 => ElementType::Float16,
            Weights::Fp64 | Weights::Fp32 | Weights::Int8 => ElementType::Float,
        }
    }

    /// Declares an input of whole numbers.
    pub(super) fn input(&mut self, name: &str, sides: [&str; 2]) -> String {
        let shape = sides.map(|side| Dimension::Name(side.to_owned()));
        self.proto.input.push(ValueInfoProto::tensor(name, ElementType::Int64, &shape));
        name.to_owned()
    }

    /// Makes the value of the last operator the output, as 32-bit floats.
    pub(super) fn output(&mut self, name: &str, value: &str, shape: &[Dimension]) {
        if self.float_type() == ElementType::Float {
            if let Some(last) = self.proto.node.last_mut() {
                debug_assert_eq!(last.output, [value]);
                last.output = vec![name.to_owned()];
            }
        } else {
            self.cast(name, value, ElementType::Float);
        }
        self.proto.output.push(ValueInfoProto::tensor(name, ElementType::Float, shape));
        self.proto.output.append(&mut self.measured);
    }

    /// Adds an output, beside the answer, that says how large each channel of a value gets.
    pub(super) fn channel_sizes_output(&mut self, value: &str, channels: usize) {
        let size = self.node("Abs", format!("{value}.sizes"), &[value], []);
        let name = format!("{value}{CHANNEL_SIZES}");
        let attributes =
            [AttributeProto::ints("axes", &[0, 1]), AttributeProto::int("keepdims", 0)];
        self.node("ReduceMax", name.clone(), &[&size], attributes);
        let shape = [Dimension::Length(side(channels))];
        self.measured.push(ValueInfoProto::tensor(&name, ElementType::Float, &shape));
    }

    /// Adds an operator; its result is called `name`.
    pub(super) fn node<const N: usize>(
        &mut self,
        operator: &str,
        name: impl Into<String>,
        inputs: &[&str],
        attributes: [AttributeProto; N],
    ) -> String {
        self.add("", operator, name.into(), inputs, attributes.into())
    }

    /// Adds an operator that only ONNX Runtime has.
    pub(super) fn runtime_node<const N: usize>(
        &mut self,
        operator: &str,
        name: impl Into<String>,
        inputs: &[&str],
        attributes: [AttributeProto; N],
    ) -> String {
        self.add(RUNTIME_DOMAIN, operator, name.into(), inputs, attributes.into())
    }

    fn add(
        &mut self,
        domain: &str,
        operator: &str,
        name: String,
        inputs: &[&str],
        attribute: Vec<AttributeProto>,
    ) -> String {
        self.proto.node.push(NodeProto {
            input: inputs.iter().map(|&input| input.to_owned()).collect(),
            output: vec![name.clone()],
            name: name.clone(),
            op_type: operator.to_owned(),
            attribute,
            domain: domain.to_owned(),
        });
        name
    }

    /// Changes what a value is made of.
    pub(super) fn cast(
        &mut self,
        name: impl Into<String>,
        value: &str,
        element: ElementType,
    ) -> String {
        self.node("Cast", name, &[value], [AttributeProto::int("to", i32::from(element).into())])
    }

    /// Adds floats, in the precision of the graph.
    pub(super) fn floats(
        &mut self,
        name: impl Into<String>,
        shape: &[usize],
        values: &[f32],
    ) -> Result<String> {
        let name = name.into();
        if self.weights != Weights::Fp16 {
            return self.full_floats(name, shape, values);
        }
        if let Some(value) = values.iter().find(|&&value| !f16::from_f32(value).is_finite()) {
            return Err(Error::invalid(
                format!("weights {}", self.weights.name()),
                format!("{name} holds {value}, more than a 16-bit float can be"),
            ));
        }
        let bytes = values.iter().map(|&value| f16::from_f32(value).to_le_bytes());
        let tensor = self.file.store(&name, ElementType::Float16, shape, bytes)?;
        Ok(self.initializer(name, tensor))
    }

    /// Adds 32-bit floats, whatever the precision of the graph.
    pub(super) fn full_floats(
        &mut self,
        name: impl Into<String>,
        shape: &[usize],
        values: &[f32],
    ) -> Result<String> {
        let name = name.into();
        let bytes = values.iter().map(|value| value.to_le_bytes());
        let tensor = self.file.store(&name, ElementType::Float, shape, bytes)?;
        Ok(self.initializer(name, tensor))
    }

    /// Adds 8-bit integers, signed ones or, as `element` says, others.
    pub(super) fn bytes(
        &mut self,
        name: impl Into<String>,
        element: ElementType,
        shape: &[usize],
        values: &[u8],
    ) -> Result<String> {
        let name = name.into();
        let tensor = self.file.store(&name, element, shape, values.iter().map(|&value| [value]))?;
        Ok(self.initializer(name, tensor))
    }

    /// Adds whole numbers: shapes, axes and the like.
    pub(super) fn integers(&mut self, name: impl Into<String>, values: &[i64]) -> Result<String> {
        let name = name.into();
        let bytes = values.iter().map(|value| value.to_le_bytes());
        let tensor = self.file.store(&name, ElementType::Int64, &[values.len()], bytes)?;
        Ok(self.initializer(name, tensor))
    }

    fn initializer(&mut self, name: String, tensor: TensorProto) -> String {
        self.proto.initializer.push(tensor);
        name
    }

    /// The bytes of the graph's file; the file with the weights is complete then.
    pub(super) fn finish(self) -> Result<Vec<u8>> {
        self.file.finish()?;
        let opset =
            |domain: &str, version| OperatorSetIdProto { domain: domain.to_owned(), version };
        let model = ModelProto {
            ir_version: IR_VERSION,
            producer_name: "pantau".to_owned(),
            producer_version: env!("CARGO_PKG_VERSION").to_owned(),
            graph: Some(self.proto),
            opset_import: vec![opset("", OPSET), opset(RUNTIME_DOMAIN, 1)],
        };
        Ok(model.encode_to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fp16_stores_halves_and_answers_in_full() {
        let folder = tempfile::tempdir().unwrap();
        let mut graph = Graph::create(folder.path(), Weights::Fp16).unwrap();
        let weight = graph.floats("w", &[2], &[1.0, 65504.0]).unwrap();
        assert!(
            graph
                .floats("big", &[1], &[70_000.0])
                .unwrap_err()
                .to_string()
                .contains("big holds 70000")
        );
        let input = graph.input("x", ["batch", "sequence"]);
        let value = graph.node("Add", "sum", &[&input, &weight], []);
        graph.output("y", &value, &[Dimension::Name("batch".to_owned())]);
        let model = ModelProto::decode(graph.finish().unwrap().as_slice()).unwrap();
        let graph = model.graph.unwrap();
        assert_eq!(graph.initializer[0].raw_data.as_ref().unwrap().len(), 4);
        assert_eq!(graph.node[1].op_type, "Cast");
        assert_eq!(graph.node[1].output, ["y"]);
    }
}
