//! Ruby, as far as a formula says something of itself: by calls, each with a text.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use lib_ruby_parser::nodes::{
    Block, Casgn, Const, Def, Defs, Dstr, Lvar, Lvasgn, OpAsgn, OrAsgn, Pair, Send, Str,
};
use lib_ruby_parser::traverse::visitor::Visitor;
use lib_ruby_parser::{ErrorLevel, Node, Parser, ParserOptions};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};

use crate::field::Literal;

/// The largest file that is read, in bytes: more than any formula of a release has. Of some nonsense, reading takes the
/// square of it.
const LARGEST: usize = 64 * 1024;
/// The stack that parsing takes at most for a byte of a file, in bytes: every byte may be a level of nesting.
const STACK_A_BYTE: usize = 4 * 1024;
/// The stack that it takes beside that, in bytes.
const STACK: usize = 1024 * 1024;

/// A call such as `url "https://…", tag: "v1.2.3"`, of nothing but the file's own class.
#[derive(Debug)]
pub struct Call<'t> {
    /// The method.
    pub name: &'static str,
    /// The byte at which it begins.
    pub at: usize,
    /// The texts of what it is called with, without their quotes; of a variable or a constant those that it is
    /// assigned.
    pub texts: Vec<Literal<'t>>,
    /// The texts of the argument that is called `tag`.
    pub tags: Vec<Literal<'t>>,
}

/// The calls of some methods in a file, in order. What stands in a definition, or in a block of a method that is none
/// of the file's own, is left out.
///
/// # Errors
///
/// Where it is no Ruby, or larger than any formula.
pub fn calls<'t>(
    text: &'t str,
    wanted: &'static [&'static str],
    is_own: fn(&str) -> bool,
) -> Result<Vec<Call<'t>>, Diagnostic> {
    if text.len() > LARGEST {
        return Err(Diagnostic::new(
            Rule::TooComplex,
            format!("is larger than {} KiB", LARGEST >> 10),
        ));
    }
    let source = text.as_bytes().to_vec();
    let stack = STACK + STACK_A_BYTE * text.len();
    // What is nested deep takes a large stack.
    let parsing = std::thread::Builder::new().stack_size(stack);
    let parsing = parsing.spawn(move || found(source, wanted, is_own));
    let found = parsing.ok().and_then(|thread| thread.join().ok());
    let found = found.unwrap_or_else(|| {
        Err(Diagnostic::new(Rule::VersionFileSyntax, "cannot be read as Ruby"))
    })?;
    let literals = |places: Places| {
        let literal =
            |(start, end)| Some(Literal { text: text.get(start..end)?, place: start..end });
        places.into_iter().filter_map(literal).collect()
    };
    let call = |Found { name, at, texts, tags }| Call {
        name,
        at,
        texts: literals(texts),
        tags: literals(tags),
    };
    Ok(found.into_iter().map(call).collect())
}

/// A call, and the places of its texts.
struct Found {
    name: &'static str,
    at: usize,
    texts: Places,
    tags: Places,
}

/// Where texts begin and end, each once, in order.
type Places = BTreeSet<(usize, usize)>;

fn found(
    source: Vec<u8>,
    wanted: &'static [&'static str],
    is_own: fn(&str) -> bool,
) -> Result<Vec<Found>, Diagnostic> {
    let options = ParserOptions { record_tokens: false, ..ParserOptions::default() };
    let parsed = Parser::new(source, options).do_parse();
    if let Some(error) = parsed.diagnostics.iter().find(|found| found.level == ErrorLevel::Error) {
        let message = error.render_message();
        return Err(Diagnostic::new(Rule::VersionFileSyntax, format!("is not Ruby: {message}"))
            .at_byte(error.loc.begin));
    }
    let mut calls = Calls { wanted, is_own, assigned: HashMap::new(), found: Vec::new() };
    if let Some(file) = &parsed.ast {
        calls.visit(file);
    }
    Ok(calls.found)
}

struct Calls {
    wanted: &'static [&'static str],
    is_own: fn(&str) -> bool,
    /// The texts that names are assigned.
    assigned: HashMap<String, Places>,
    found: Vec<Found>,
}

impl Calls {
    fn assign(&mut self, name: &str, value: Option<&Node>) {
        let texts = value.map(|value| Texts::of(value, &self.assigned)).unwrap_or_default();
        // Of several, in branches or one after another, each may be meant.
        self.assigned.entry(name.to_owned()).or_default().extend(texts);
    }
}

impl Visitor for Calls {
    fn on_block(&mut self, node: &Block) {
        let is_own = match node.call.as_ref() {
            Node::Send(call) => call.recv.is_some() || (self.is_own)(&call.method_name),
            _ => true,
        };
        if let Some(body) = node.body.as_deref().filter(|_| is_own) {
            self.visit(body);
        }
    }

    fn on_def(&mut self, _: &Def) {}

    fn on_defs(&mut self, _: &Defs) {}

    fn on_casgn(&mut self, node: &Casgn) {
        self.assign(&node.name, node.value.as_deref());
    }

    fn on_lvasgn(&mut self, node: &Lvasgn) {
        self.assign(&node.name, node.value.as_deref());
    }

    fn on_op_asgn(&mut self, node: &OpAsgn) {
        if let Node::Lvasgn(assigned) = node.recv.as_ref() {
            self.assign(&assigned.name, Some(&node.value));
        }
    }

    fn on_or_asgn(&mut self, node: &OrAsgn) {
        if let Node::Lvasgn(assigned) = node.recv.as_ref() {
            self.assign(&assigned.name, Some(&node.value));
        }
    }

    fn on_send(&mut self, node: &Send) {
        let name = self.wanted.iter().find(|name| **name == node.method_name);
        let (Some(name), None) = (name, &node.recv) else { return };
        let mut arguments = node.args.iter();
        let texts = arguments.next().map(|first| Texts::of(first, &self.assigned));
        let tag = arguments.flat_map(pairs).find(|pair| is_key(&pair.key, "tag"));
        self.found.push(Found {
            name,
            at: node.expression_l.begin,
            texts: texts.unwrap_or_default(),
            tags: tag.map(|pair| Texts::of(&pair.value, &self.assigned)).unwrap_or_default(),
        });
    }
}

fn pairs(argument: &Node) -> impl Iterator<Item = &Pair> {
    let pairs = match argument {
        Node::Kwargs(named) => named.pairs.as_slice(),
        Node::Hash(named) => named.pairs.as_slice(),
        _ => &[],
    };
    pairs.iter().filter_map(|pair| match pair {
        Node::Pair(pair) => Some(pair),
        _ => None,
    })
}

fn is_key(key: &Node, name: &str) -> bool {
    matches!(key, Node::Sym(key) if key.name.as_raw() == name.as_bytes())
}

/// The places of the texts in an expression, without their quotes.
struct Texts<'a> {
    assigned: &'a HashMap<String, Places>,
    places: Places,
    /// Whether this is within a text, whose own place has what stands there.
    is_inside: bool,
}

impl<'a> Texts<'a> {
    fn of(expression: &Node, assigned: &'a HashMap<String, Places>) -> Places {
        let mut texts = Self { assigned, places: Places::new(), is_inside: false };
        texts.visit(expression);
        texts.places
    }

    fn add(&mut self, place: Range<usize>) {
        if !self.is_inside {
            self.places.insert((place.start, place.end));
        }
    }

    fn named(&mut self, name: &str) {
        self.places.extend(self.assigned.get(name).into_iter().flatten());
    }
}

impl Visitor for Texts<'_> {
    fn on_str(&mut self, node: &Str) {
        self.add(match (&node.begin_l, &node.end_l) {
            (Some(begin), Some(end)) => begin.end..end.begin,
            // A line of a heredoc.
            _ => node.expression_l.begin..node.expression_l.end,
        });
    }

    fn on_dstr(&mut self, node: &Dstr) {
        let was_inside = self.is_inside;
        // Without quotes it is several texts, one after another.
        if let (Some(begin), Some(end)) = (&node.begin_l, &node.end_l) {
            self.add(begin.end..end.begin);
            self.is_inside = true;
        }
        node.parts.iter().for_each(|part| self.visit(part));
        self.is_inside = was_inside;
    }

    fn on_lvar(&mut self, node: &Lvar) {
        self.named(&node.name);
    }

    fn on_const(&mut self, node: &Const) {
        self.named(&node.name);
    }
}
