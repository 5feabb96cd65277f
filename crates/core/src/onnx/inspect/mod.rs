//! Looking into an ONNX file without loading it: what goes in, what comes out, and which other
//! files it wants.

#[cfg(test)]
mod tests;
mod wire;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{Read, Seek},
    path::Path,
};

use wire::{Payload, Span, Wire};

use crate::{Error, Result};

/// Operator sets that ONNX Runtime has by itself.
const KNOWN_DOMAINS: [&str; 6] = [
    "",
    "ai.onnx",
    "ai.onnx.ml",
    "ai.onnx.preview.training",
    "com.microsoft",
    "com.microsoft.nchwc",
];

/// The most bytes of names that are kept of one file.
const MOST_KEPT: usize = 16 << 20;

/// What an ONNX file says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GraphFacts {
    /// The version of the file format.
    pub ir_version: i64,
    /// The operator sets it was written for, by domain, and their versions.
    pub opsets: BTreeMap<String, i64>,
    /// What must be given to it, without the weights it holds itself.
    pub inputs: Vec<GraphValue>,
    /// What it answers.
    pub outputs: Vec<GraphValue>,
    /// The files beside it that hold weights, as they are written in it.
    pub external_files: BTreeSet<String>,
    /// Domains of operators that neither ONNX Runtime nor the file itself defines.
    pub custom_domains: BTreeSet<String>,
    /// The names of the operators it uses, of every domain.
    pub operators: BTreeSet<String>,
    /// How many numbers of each type its weights hold, by ONNX's name in lower case.
    pub weights: BTreeMap<&'static str, u64>,
}

/// An input or output of a graph.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GraphValue {
    /// Its name.
    pub name: String,
    /// What its numbers are, by ONNX's name in lower case: `float`, `int64`, …; empty for what is
    /// no tensor.
    pub element: &'static str,
    /// Its dimensions; `None` when the file does not say how many there are.
    pub dimensions: Option<Vec<Dimension>>,
}

/// A dimension of an input or output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dimension {
    /// Always this long.
    Fixed(u64),
    /// As long as all others of this name.
    Named(String),
    /// Of any length.
    Any,
}

/// Reads what an ONNX file says about itself. Weights are skipped, so a large file is as quick as
/// a small one.
///
/// # Errors
/// When the file cannot be read, is no ONNX file, or was cut off.
pub fn inspect(path: impl AsRef<Path>) -> Result<GraphFacts> {
    let path = path.as_ref();
    let storage = || Error::storage("read", path);
    let file = File::open(path).map_err(storage())?;
    let length = file.metadata().map_err(storage())?.len();
    walk(file, length, path.display().to_string())
}

/// Reads a file of `length` bytes that is called `name` in messages.
fn walk(input: impl Read + Seek, length: u64, name: String) -> Result<GraphFacts> {
    let mut wire = Wire::new(input, length, name.clone());
    let mut found = Found::default();
    let whole = wire.whole();
    found.model(&mut wire, whole)?;
    let lacks = if found.facts.ir_version <= 0 {
        "version of the format"
    } else if !found.has_graph {
        "graph"
    } else {
        return Ok(found.into_facts());
    };
    Err(Error::invalid(name, format!("not a valid ONNX file: it has no {lacks}")))
}

/// What was found so far.
#[derive(Default)]
struct Found {
    facts: GraphFacts,
    has_graph: bool,
    /// Old files list their weights among the inputs; by these names they are taken out.
    weights: BTreeSet<String>,
    /// Domain and operator of each node that ONNX Runtime does not know.
    foreign: BTreeSet<(String, String)>,
    /// Domain and name of each function the file defines.
    functions: BTreeSet<(String, String)>,
    kept: usize,
}

/// Whose nodes, inputs and weights are read.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// The graph that is run.
    Main,
    /// The body of a loop or a branch, and what is for training only.
    Inner,
}

impl Found {
    fn into_facts(mut self) -> GraphFacts {
        let weights = self.weights;
        self.facts.inputs.retain(|input| !weights.contains(&input.name));
        let undefined = self.foreign.difference(&self.functions);
        self.facts.custom_domains = undefined.map(|(domain, _)| domain.clone()).collect();
        self.facts
    }

    /// Counts a name that stays in memory, which a hostile file must not fill.
    fn count<R: Read + Seek>(&mut self, wire: &Wire<R>, bytes: usize) -> Result<()> {
        // An entry costs more than its letters.
        self.kept += bytes + 64;
        if self.kept > MOST_KEPT {
            return Err(wire.error(format!("more than {MOST_KEPT} bytes of names")));
        }
        Ok(())
    }

    fn model<R: Read + Seek>(&mut self, wire: &mut Wire<R>, mut span: Span) -> Result<()> {
        while let Some(field) = wire.field(&mut span)? {
            match (field.number, field.payload) {
                (1, Payload::Number(version)) => self.facts.ir_version = version.cast_signed(),
                (7, Payload::Span(graph)) => {
                    self.has_graph = true;
                    self.graph(wire, graph, Place::Main)?;
                }
                (8, Payload::Span(opset)) => self.opset(wire, opset)?,
                (20, Payload::Span(training)) => self.training(wire, training)?,
                (25, Payload::Span(function)) => self.function(wire, function)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn opset<R: Read + Seek>(&mut self, wire: &mut Wire<R>, mut span: Span) -> Result<()> {
        let (mut domain, mut version) = (String::new(), 0);
        while let Some(field) = wire.field(&mut span)? {
            match (field.number, field.payload) {
                (1, Payload::Span(text)) => domain = wire.text(&text)?,
                (2, Payload::Number(number)) => version = number.cast_signed(),
                _ => {}
            }
        }
        self.count(wire, domain.len())?;
        self.facts.opsets.insert(domain, version);
        Ok(())
    }

    fn training<R: Read + Seek>(&mut self, wire: &mut Wire<R>, mut span: Span) -> Result<()> {
        while let Some(field) = wire.field(&mut span)? {
            if let (1 | 2, Payload::Span(graph)) = (field.number, field.payload) {
                self.graph(wire, graph, Place::Inner)?;
            }
        }
        Ok(())
    }

    fn function<R: Read + Seek>(&mut self, wire: &mut Wire<R>, mut span: Span) -> Result<()> {
        let (mut domain, mut name) = (String::new(), String::new());
        while let Some(field) = wire.field(&mut span)? {
            match (field.number, field.payload) {
                (1, Payload::Span(text)) => name = wire.text(&text)?,
                (7, Payload::Span(node)) => self.node(wire, node)?,
                (10, Payload::Span(text)) => domain = wire.text(&text)?,
                (11, Payload::Span(attribute)) => self.attribute(wire, attribute)?,
                _ => {}
            }
        }
        self.count(wire, domain.len() + name.len())?;
        self.functions.insert((domain, name));
        Ok(())
    }

    fn graph<R: Read + Seek>(
        &mut self,
        wire: &mut Wire<R>,
        mut span: Span,
        place: Place,
    ) -> Result<()> {
        while let Some(field) = wire.field(&mut span)? {
            match (field.number, field.payload) {
                (1, Payload::Span(node)) => self.node(wire, node)?,
                (5, Payload::Span(tensor)) => self.tensor(wire, tensor, place)?,
                (11, Payload::Span(value)) if place == Place::Main => {
                    let input = self.value(wire, value)?;
                    self.facts.inputs.push(input);
                }
                (12, Payload::Span(value)) if place == Place::Main => {
                    let output = self.value(wire, value)?;
                    self.facts.outputs.push(output);
                }
                (15, Payload::Span(tensor)) => self.sparse_tensor(wire, tensor, place)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn node<R: Read + Seek>(&mut self, wire: &mut Wire<R>, mut span: Span) -> Result<()> {
        let (mut domain, mut operator) = (String::new(), String::new());
        while let Some(field) = wire.field(&mut span)? {
            match (field.number, field.payload) {
                (4, Payload::Span(text)) => operator = wire.text(&text)?,
                (5, Payload::Span(attribute)) => self.attribute(wire, attribute)?,
                (7, Payload::Span(text)) => domain = wire.text(&text)?,
                _ => {}
            }
        }
        if !self.facts.operators.contains(&operator) {
            self.count(wire, operator.len())?;
            self.facts.operators.insert(operator.clone());
        }
        if !KNOWN_DOMAINS.contains(&domain.as_str()) {
            let bytes = domain.len() + operator.len();
            if self.foreign.insert((domain, operator)) {
                self.count(wire, bytes)?;
            }
        }
        Ok(())
    }

    fn attribute<R: Read + Seek>(&mut self, wire: &mut Wire<R>, mut span: Span) -> Result<()> {
        while let Some(field) = wire.field(&mut span)? {
            match (field.number, field.payload) {
                (5 | 10, Payload::Span(tensor)) => self.tensor(wire, tensor, Place::Inner)?,
                (6 | 11, Payload::Span(graph)) => self.graph(wire, graph, Place::Inner)?,
                (22 | 23, Payload::Span(tensor)) => {
                    self.sparse_tensor(wire, tensor, Place::Inner)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn sparse_tensor<R: Read + Seek>(
        &mut self,
        wire: &mut Wire<R>,
        mut span: Span,
        place: Place,
    ) -> Result<()> {
        while let Some(field) = wire.field(&mut span)? {
            match (field.number, field.payload) {
                // A sparse tensor has the name of its values.
                (1, Payload::Span(values)) => self.tensor(wire, values, place)?,
                (2, Payload::Span(indices)) => self.tensor(wire, indices, Place::Inner)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn tensor<R: Read + Seek>(
        &mut self,
        wire: &mut Wire<R>,
        mut span: Span,
        place: Place,
    ) -> Result<()> {
        let (mut numbers, mut element) = (1_u64, element_name(0));
        while let Some(field) = wire.field(&mut span)? {
            match (field.number, field.payload) {
                (1, Payload::Number(length)) => numbers = numbers.saturating_mul(length),
                // Some programs write all dimensions as one field.
                (1, Payload::Span(mut lengths)) => {
                    while let Some(length) = wire.packed_number(&mut lengths)? {
                        numbers = numbers.saturating_mul(length);
                    }
                }
                (2, Payload::Number(number)) => element = element_name(number),
                (8, Payload::Span(text)) if place == Place::Main => {
                    let name = wire.text(&text)?;
                    self.count(wire, name.len())?;
                    self.weights.insert(name);
                }
                // Taken whether or not the tensor says that its weights are elsewhere: what is not
                // needed today must not leave the folder either.
                (13, Payload::Span(entry)) => self.external_entry(wire, entry)?,
                _ => {}
            }
        }
        let held = self.facts.weights.entry(element).or_default();
        *held = held.saturating_add(numbers);
        Ok(())
    }

    fn external_entry<R: Read + Seek>(&mut self, wire: &mut Wire<R>, mut span: Span) -> Result<()> {
        let (mut key, mut value) = (String::new(), String::new());
        while let Some(field) = wire.field(&mut span)? {
            match (field.number, field.payload) {
                (1, Payload::Span(text)) => key = wire.text(&text)?,
                (2, Payload::Span(text)) => value = wire.text(&text)?,
                _ => {}
            }
        }
        if key == "location" && !self.facts.external_files.contains(&value) {
            self.count(wire, value.len())?;
            self.facts.external_files.insert(value);
        }
        Ok(())
    }

    fn value<R: Read + Seek>(&mut self, wire: &mut Wire<R>, mut span: Span) -> Result<GraphValue> {
        let mut value = GraphValue::default();
        while let Some(field) = wire.field(&mut span)? {
            match (field.number, field.payload) {
                (1, Payload::Span(text)) => value.name = wire.text(&text)?,
                (2, Payload::Span(kind)) => self.value_type(wire, kind, &mut value)?,
                _ => {}
            }
        }
        self.count(wire, value.name.len())?;
        Ok(value)
    }

    fn value_type<R: Read + Seek>(
        &mut self,
        wire: &mut Wire<R>,
        mut span: Span,
        value: &mut GraphValue,
    ) -> Result<()> {
        while let Some(field) = wire.field(&mut span)? {
            if let (1, Payload::Span(tensor)) = (field.number, field.payload) {
                self.tensor_type(wire, tensor, value)?;
            }
        }
        Ok(())
    }

    fn tensor_type<R: Read + Seek>(
        &mut self,
        wire: &mut Wire<R>,
        mut span: Span,
        value: &mut GraphValue,
    ) -> Result<()> {
        while let Some(field) = wire.field(&mut span)? {
            match (field.number, field.payload) {
                (1, Payload::Number(number)) => value.element = element_name(number),
                (2, Payload::Span(shape)) => {
                    self.shape(wire, shape, value.dimensions.get_or_insert_default())?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn shape<R: Read + Seek>(
        &mut self,
        wire: &mut Wire<R>,
        mut span: Span,
        dimensions: &mut Vec<Dimension>,
    ) -> Result<()> {
        while let Some(field) = wire.field(&mut span)? {
            if let (1, Payload::Span(dimension)) = (field.number, field.payload) {
                dimensions.push(self.dimension(wire, dimension)?);
            }
        }
        Ok(())
    }

    fn dimension<R: Read + Seek>(
        &mut self,
        wire: &mut Wire<R>,
        mut span: Span,
    ) -> Result<Dimension> {
        let mut dimension = Dimension::Any;
        while let Some(field) = wire.field(&mut span)? {
            match (field.number, field.payload) {
                (1, Payload::Number(length)) => {
                    // Some exporters write −1 for what may be of any length.
                    let length = u64::try_from(length.cast_signed());
                    dimension = length.map_or(Dimension::Any, Dimension::Fixed);
                }
                (2, Payload::Span(text)) => dimension = Dimension::Named(wire.text(&text)?),
                _ => {}
            }
        }
        let name = if let Dimension::Named(name) = &dimension { name.len() } else { 0 };
        self.count(wire, name)?;
        Ok(dimension)
    }
}

/// ONNX's name of an element type, in lower case.
fn element_name(number: u64) -> &'static str {
    const NAMES: [&str; 29] = [
        "undefined",
        "float",
        "uint8",
        "int8",
        "uint16",
        "int16",
        "int32",
        "int64",
        "string",
        "bool",
        "float16",
        "double",
        "uint32",
        "uint64",
        "complex64",
        "complex128",
        "bfloat16",
        "float8e4m3fn",
        "float8e4m3fnuz",
        "float8e5m2",
        "float8e5m2fnuz",
        "uint4",
        "int4",
        "float4e2m1",
        "float8e8m0",
        "uint2",
        "int2",
        "float6e2m3",
        "float6e3m2",
    ];
    usize::try_from(number).ok().and_then(|at| NAMES.get(at)).copied().unwrap_or("unknown")
}
