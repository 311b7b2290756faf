//! YAML with places: a tree in which every key and value knows where it stands.
//!
//! This reads the subset of YAML 1.2 that a configuration needs. Tags and keys that are not plain
//! text are refused; aliases are followed within a budget, so that no document grows in memory
//! beyond what its author could have written out.

use std::collections::HashMap;
use std::ops::Range;

use indexmap::IndexMap;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::strings::excerpt;
use saphyr_parser::{Event, Parser, ScalarStyle, Span as Marks, StrInput};
use serde_json::{Map, Number, Value};

/// The most problems of form that one run tells.
const MOST_PROBLEMS: usize = 100;

/// What a reader takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The deepest nesting.
    pub depth: usize,
    /// The most values, aliases followed.
    pub values: usize,
    /// Whether values may have tags, which are then passed over.
    pub tags: bool,
    /// Whether the last of several documents is read; else there must be one.
    pub last: bool,
}

/// Where something stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The bytes of the text that are meant.
    pub bytes: Range<usize>,
}

/// A document as it was read.
#[derive(Debug)]
pub struct Document {
    /// Its value; nothing where the text says nothing.
    pub root: Option<Node>,
    /// What is wrong with its form though it could be read.
    pub problems: Vec<Diagnostic>,
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub struct Node {
    /// Where it stands.
    pub span: Span,
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
    pub key_span: Span,
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
}

/// Reads one document, or tells why it is none.
pub fn read(text: &str, bounds: Bounds) -> Result<Document, Vec<Diagnostic>> {
    let mut reader = Reader::new(text, bounds);
    match reader.document() {
        Ok(root) => Ok(Document { root, problems: reader.problems }),
        Err(problem) => {
            let mut problems = reader.problems;
            problems.push(problem);
            Err(problems)
        }
    }
}

/// Something that is wrong at a place of the text.
fn wrong(rule: Rule, span: &Span, message: impl Into<String>) -> Diagnostic {
    let mut problem = Diagnostic::new(rule, message).at(span.line, span.column);
    problem.place.bytes = Some(span.bytes.clone());
    problem
}

/// A collection whose end has not come yet.
struct Frame {
    open: Open,
    span: Span,
    anchor: usize,
    size: usize,
}

enum Open {
    Sequence(Vec<Node>),
    Mapping { entries: IndexMap<String, Entry>, key: Option<(String, Span)> },
}

struct Reader<'text> {
    text: &'text str,
    bounds: Bounds,
    /// The byte at which each character begins, for a text that is not ASCII.
    characters: Vec<usize>,
    parser: Parser<'text, StrInput<'text>>,
    open: Vec<Frame>,
    root: Option<Node>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    problems: Vec<Diagnostic>,
}

impl<'text> Reader<'text> {
    fn new(text: &'text str, bounds: Bounds) -> Self {
        let characters = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().map(|(byte, _)| byte).collect()
        };
        Self {
            text,
            bounds,
            characters,
            parser: Parser::new_from_str(text),
            open: Vec::new(),
            root: None,
            anchors: HashMap::new(),
            nodes: 0,
            problems: Vec::new(),
        }
    }

    fn document(&mut self) -> Result<Option<Node>, Diagnostic> {
        while let Some(event) = self.parser.next_event() {
            let (event, span) = event.map_err(|error| {
                let span = self.span(Marks::empty(*error.marker()));
                self.syntax(&span, error.info())
            })?;
            let span = self.span(span);
            self.event(event, span)?;
        }
        let is_nothing = |root: &Node| matches!(root.kind, Kind::Scalar(Value::Null));
        Ok(self.root.take().filter(|root| !is_nothing(root)))
    }

    fn syntax(&self, span: &Span, info: &str) -> Diagnostic {
        let before = self.text[..span.bytes.start].chars().next_back();
        let at = self.text[span.bytes.start..].chars().next();
        let problem = wrong(Rule::YamlSyntax, span, format!("this is not YAML: {info}"));
        // The commonest way to it: a placeholder in a mapping that is written in one line.
        if info.contains("flow") && [at, before].iter().flatten().any(|c| "{}".contains(*c)) {
            return problem.with_remedy(
                "within { } and [ ], text with a brace in it needs quotes: \"tool-{version}\"",
            );
        }
        problem
    }

    fn event(&mut self, event: Event<'text>, span: Span) -> Result<(), Diagnostic> {
        match event {
            Event::DocumentStart(_) if self.root.is_some() && self.bounds.last => {
                self.root = None;
                self.anchors.clear();
                Ok(())
            }
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(wrong(Rule::YamlSyntax, &span, "a second document begins here")
                    .with_remedy("one document is read: take out the `---`"))
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
            Event::Alias(anchor) => {
                let node = self.alias(anchor, span)?;
                // An alias brings a whole tree.
                self.finish(node.size, node, 0)
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.is_some(), &span);
                let kind = Kind::Scalar(scalar(&text, style));
                let written = Some(text.into_owned());
                self.finish(1, Node { span, kind, written, size: 1 }, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_tag(tag.is_some(), &span);
                self.begin(Open::Sequence(Vec::new()), span, anchor)
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_tag(tag.is_some(), &span);
                self.begin(Open::Mapping { entries: IndexMap::new(), key: None }, span, anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(frame) = self.open.pop() else { return Ok(()) };
                let kind = match frame.open {
                    Open::Sequence(items) => Kind::Sequence(items),
                    Open::Mapping { entries, .. } => Kind::Mapping(entries),
                };
                let start = frame.span.bytes.start;
                let bytes = start..span.bytes.end.max(start);
                let span = Span { bytes, ..frame.span };
                self.finish(1, Node { span, kind, written: None, size: frame.size }, frame.anchor)
            }
        }
    }

    fn begin(&mut self, open: Open, span: Span, anchor: usize) -> Result<(), Diagnostic> {
        if self.open.len() == self.bounds.depth {
            return Err(wrong(
                Rule::TooComplex,
                &span,
                format!("nested deeper than {} levels", self.bounds.depth),
            ));
        }
        self.open.push(Frame { open, span, anchor, size: 1 });
        Ok(())
    }

    /// A value is complete: it counts, has its name, and goes to the collection that is open.
    fn finish(&mut self, weight: usize, node: Node, anchor: usize) -> Result<(), Diagnostic> {
        self.nodes += weight;
        if self.nodes > self.bounds.values {
            return Err(wrong(
                Rule::TooComplex,
                &node.span,
                format!("more than {} values, aliases followed", self.bounds.values),
            )
            .with_remedy("make it smaller; aliases of aliases grow fast"));
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
                    return Err(wrong(Rule::YamlSyntax, &node.span, "a key must be plain text"));
                };
                // A number or a word as a key is its text as it was written.
                let text = match value {
                    Value::String(text) => text,
                    _ => node.written.unwrap_or_default(),
                };
                *key = Some((text, node.span));
            }
            Open::Mapping { entries, key } => {
                let Some((key, key_span)) = key.take() else { return Ok(()) };
                if let Some(first) = entries.get(&key) {
                    let line = first.key_span.line;
                    let message = format!("`{}` is already set in line {line}", excerpt(&key));
                    let problem = wrong(Rule::DuplicateKey, &key_span, message);
                    self.complain(problem.with_remedy("keep one of the two"));
                } else {
                    entries.insert(key, Entry { key_span, value: node });
                }
            }
        }
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<Node, Diagnostic> {
        match self.anchors.get(&anchor) {
            Some(node) => Ok(Node { span, ..node.clone() }),
            None => Err(wrong(Rule::YamlSyntax, &span, "this alias stands inside what it names")),
        }
    }

    fn refuse_tag(&mut self, has_tag: bool, span: &Span) {
        if has_tag && !self.bounds.tags {
            self.complain(
                wrong(Rule::YamlSyntax, span, "tags such as `!!str` are not read here")
                    .with_remedy("take the tag out; put text in quotes"),
            );
        }
    }

    fn complain(&mut self, problem: Diagnostic) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(problem);
        }
    }

    fn span(&self, span: Marks) -> Span {
        let start = self.byte(span.start.index());
        let end = self.byte(span.end.index());
        Span { line: span.start.line(), column: span.start.col() + 1, bytes: start..end.max(start) }
    }

    /// The byte of a span that the parser counts in characters.
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
