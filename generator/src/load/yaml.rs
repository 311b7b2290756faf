//! YAML with places: a tree in which every key and value knows where it stands.
//!
//! This reads the subset of YAML 1.2 that a configuration needs. Tags and keys that are not plain
//! text are refused; aliases are followed within a budget, so that no document grows in memory
//! beyond what its author could have written out.

use std::collections::HashMap;

use indexmap::IndexMap;
use lockstep_schemas::strings::excerpt;
use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};
use serde_json::{Map, Number, Value};

use super::rules::{Path, Segment};
use crate::problem::{Place, Problem};

/// The deepest nesting: a model needs eight levels.
const DEEPEST: usize = 32;
/// The most values, aliases followed.
const MOST_NODES: usize = 100_000;
/// The most problems of form that one run tells.
const MOST_PROBLEMS: usize = 100;

/// A document as it was read.
#[derive(Debug)]
pub struct Document {
    /// Its value.
    pub root: Node,
    /// What is wrong with its form though it could be read.
    pub problems: Vec<Problem>,
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub struct Node {
    /// Where it stands.
    pub place: Place,
    /// What it is.
    pub kind: Kind,
    /// A plain scalar's text, as its author wrote it.
    pub written: Option<String>,
    /// How many values it holds, itself counted.
    size: usize,
}

/// A value.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Text, a number, true, false or nothing.
    Scalar(Value),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys with values, in the order of the text.
    Mapping(IndexMap<String, Entry>),
}

/// A key's value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Where the key stands.
    pub key_place: Place,
    /// The value.
    pub value: Node,
}

impl Node {
    /// The value without its places.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match &self.kind {
            Kind::Scalar(value) => value.clone(),
            Kind::Sequence(items) => items.iter().map(Self::to_json).collect(),
            Kind::Mapping(entries) => Value::Object(
                entries
                    .iter()
                    .map(|(key, entry)| (key.clone(), entry.value.to_json()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }

    /// Where a value, or the key that is meant, stands; the nearest that exists.
    #[must_use]
    pub fn place_of(&self, path: &Path) -> Place {
        let mut node = self;
        let mut place = &self.place;
        // For a whole mapping the key above it says more than its first line.
        for segment in &path.0 {
            match (segment, &node.kind) {
                (Segment::Key(key) | Segment::KeyItself(key), Kind::Mapping(entries)) => {
                    let Some(entry) = entries.get(key) else { break };
                    node = &entry.value;
                    let is_scalar = matches!(node.kind, Kind::Scalar(_));
                    let wants_value = matches!(segment, Segment::Key(_)) && is_scalar;
                    place = if wants_value { &node.place } else { &entry.key_place };
                    // An absent value stands nowhere; its key does.
                    if wants_value && place.bytes.is_empty() {
                        place = &entry.key_place;
                    }
                }
                (Segment::Index(index), Kind::Sequence(items)) => {
                    let Some(item) = items.get(*index) else { break };
                    node = item;
                    place = match &node.kind {
                        Kind::Mapping(entries) => {
                            entries.first().map_or(&node.place, |(_, entry)| &entry.key_place)
                        }
                        _ => &node.place,
                    };
                }
                _ => break,
            }
        }
        place.clone()
    }
}

/// Reads one document, or tells why it is none.
pub fn read(text: &str) -> Result<Document, Vec<Problem>> {
    let mut reader = Reader::new(text);
    match reader.document() {
        Ok(root) => Ok(Document { root, problems: reader.problems }),
        Err(problem) => {
            let mut problems = reader.problems;
            problems.push(problem);
            Err(problems)
        }
    }
}

/// A collection whose end has not come yet.
struct Frame {
    open: Open,
    place: Place,
    anchor: usize,
    size: usize,
}

enum Open {
    Sequence(Vec<Node>),
    Mapping { entries: IndexMap<String, Entry>, key: Option<(String, Place)> },
}

struct Reader<'text> {
    text: &'text str,
    /// The byte at which each character begins, for a text that is not ASCII.
    characters: Vec<usize>,
    parser: Parser<'text, StrInput<'text>>,
    open: Vec<Frame>,
    root: Option<Node>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    problems: Vec<Problem>,
}

impl<'text> Reader<'text> {
    fn new(text: &'text str) -> Self {
        let characters = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().map(|(byte, _)| byte).collect()
        };
        Self {
            text,
            characters,
            parser: Parser::new_from_str(text),
            open: Vec::new(),
            root: None,
            anchors: HashMap::new(),
            nodes: 0,
            problems: Vec::new(),
        }
    }

    fn document(&mut self) -> Result<Node, Problem> {
        while let Some(event) = self.parser.next_event() {
            let (event, span) = event.map_err(|error| {
                let place = self.place(Span::empty(*error.marker()));
                self.syntax(place, error.info())
            })?;
            let place = self.place(span);
            self.event(event, place)?;
        }
        match self.root.take() {
            Some(Node { kind: Kind::Scalar(Value::Null), .. }) | None => {
                Err(Problem::of_file("the model is empty").with_remedy(
                    "a model begins with `schema: 1`; workflows/ in Lockstep's repository has two to start from",
                ))
            }
            Some(root) => Ok(root),
        }
    }

    fn syntax(&self, place: Place, info: &str) -> Problem {
        let before = self.text[..place.bytes.start].chars().next_back();
        let at = self.text[place.bytes.start..].chars().next();
        let problem = Problem::at(place, format!("this is not YAML: {info}"));
        // The commonest way to it: a placeholder in a mapping that is written in one line.
        if info.contains("flow") && [at, before].iter().flatten().any(|c| "{}".contains(*c)) {
            return problem.with_remedy(
                "within { } and [ ], text with a brace in it needs quotes: \"tool-{version}\"",
            );
        }
        problem
    }

    fn event(&mut self, event: Event<'text>, place: Place) -> Result<(), Problem> {
        match event {
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(Problem::at(place, "a second document begins here")
                    .with_remedy("a model is one document: take out the `---`"))
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
            Event::Alias(anchor) => {
                let node = self.alias(anchor, place)?;
                // An alias brings a whole tree.
                self.finish(node.size, node, 0)
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.is_some(), &place);
                let kind = Kind::Scalar(scalar(&text, style));
                let written = Some(text.into_owned());
                self.finish(1, Node { place, kind, written, size: 1 }, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_tag(tag.is_some(), &place);
                self.begin(Open::Sequence(Vec::new()), place, anchor)
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_tag(tag.is_some(), &place);
                self.begin(Open::Mapping { entries: IndexMap::new(), key: None }, place, anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(frame) = self.open.pop() else { return Ok(()) };
                let kind = match frame.open {
                    Open::Sequence(items) => Kind::Sequence(items),
                    Open::Mapping { entries, .. } => Kind::Mapping(entries),
                };
                let start = frame.place.bytes.start;
                let bytes = start..place.bytes.end.max(start);
                let place = Place { bytes, ..frame.place };
                self.finish(1, Node { place, kind, written: None, size: frame.size }, frame.anchor)
            }
        }
    }

    fn begin(&mut self, open: Open, place: Place, anchor: usize) -> Result<(), Problem> {
        if self.open.len() == DEEPEST {
            return Err(Problem::at(place, format!("nested deeper than {DEEPEST} levels")));
        }
        self.open.push(Frame { open, place, anchor, size: 1 });
        Ok(())
    }

    /// A value is complete: it counts, has its name, and goes to the collection that is open.
    fn finish(&mut self, weight: usize, node: Node, anchor: usize) -> Result<(), Problem> {
        self.nodes += weight;
        if self.nodes > MOST_NODES {
            return Err(Problem::at(node.place, format!("more than {MOST_NODES} values"))
                .with_remedy("write the model without aliases of aliases"));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(frame) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        frame.size += node.size;
        match &mut frame.open {
            Open::Sequence(items) => items.push(node),
            Open::Mapping { key: key @ None, .. } => {
                let Kind::Scalar(value) = node.kind else {
                    return Err(Problem::at(node.place, "a key must be plain text"));
                };
                // A number or a word as a key is its text as it was written.
                let text = match value {
                    Value::String(text) => text,
                    _ => node.written.unwrap_or_default(),
                };
                *key = Some((text, node.place));
            }
            Open::Mapping { entries, key } => {
                let Some((key, key_place)) = key.take() else { return Ok(()) };
                if let Some(first) = entries.get(&key) {
                    let line = first.key_place.line;
                    let message = format!("`{}` is already set in line {line}", excerpt(&key));
                    let problem = Problem::at(key_place, message);
                    self.complain(problem.with_remedy("keep one of the two"));
                } else {
                    entries.insert(key, Entry { key_place, value: node });
                }
            }
        }
        Ok(())
    }

    fn alias(&mut self, anchor: usize, place: Place) -> Result<Node, Problem> {
        match self.anchors.get(&anchor) {
            Some(node) => Ok(Node { place, ..node.clone() }),
            None => Err(Problem::at(place, "this alias stands inside what it names")),
        }
    }

    fn refuse_tag(&mut self, has_tag: bool, place: &Place) {
        if has_tag {
            self.complain(
                Problem::at(place.clone(), "tags such as `!!str` are not read here")
                    .with_remedy("take the tag out; put text in quotes"),
            );
        }
    }

    fn complain(&mut self, problem: Problem) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(problem);
        }
    }

    fn place(&self, span: Span) -> Place {
        let start = self.byte(span.start.index());
        let end = self.byte(span.end.index());
        Place {
            line: span.start.line(),
            column: span.start.col() + 1,
            bytes: start..end.max(start),
        }
    }

    /// The byte of a place that the parser counts in characters.
    fn byte(&self, character: usize) -> usize {
        // Looking at the whole text here would cost its length at every event.
        if self.characters.is_empty() {
            character.min(self.text.len())
        } else {
            self.characters.get(character).copied().unwrap_or(self.text.len())
        }
    }
}

/// A scalar by the [core schema](https://yaml.org/spec/1.2.2/#103-core-schema) of YAML 1.2.
fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::String(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    if let Ok(integer) = text.parse::<i64>() {
        return Some(integer.into());
    }
    if digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'))
        && digits.bytes().any(|b| b.is_ascii_digit())
    {
        return text.parse::<f64>().ok().and_then(Number::from_f64);
    }
    None
}
