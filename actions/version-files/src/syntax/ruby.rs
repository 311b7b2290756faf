//! Ruby, as far as a formula says something of itself: by calls, each with a text.

use std::ops::Range;

use lib_ruby_parser::nodes::{Block, Def, Defs, Pair, Send};
use lib_ruby_parser::traverse::visitor::Visitor;
use lib_ruby_parser::{ErrorLevel, Loc, Node, Parser, ParserOptions};

use crate::field::{Invalid, Literal};

/// The largest file that is read, in bytes: more than any formula of a release has. Of some nonsense, reading takes the
/// square of it.
const LARGEST: usize = 64 * 1024;
/// The stack that parsing takes at most for a byte of a file, in bytes: every byte may be a level of nesting.
const STACK_A_BYTE: usize = 4 * 1024;
/// The stack that it takes beside that, in bytes.
const STACK: usize = 1024 * 1024;

/// A call such as `url "https://…", tag: "v1.2.3"`, of nothing but the file's own class.
#[derive(Debug)]
pub(crate) struct Call<'t> {
    /// The method.
    pub(crate) name: &'static str,
    /// The text that it is called with, without its quotes.
    pub(crate) text: Literal<'t>,
    /// The text that is called `tag`, where there is one.
    pub(crate) tag: Option<Literal<'t>>,
}

/// The calls of some methods in a file, in order. What stands in the blocks of others, or in a definition, is left out.
pub(crate) fn calls<'t>(
    text: &'t str,
    wanted: &'static [&'static str],
    others: &'static [&'static str],
) -> Result<Vec<Call<'t>>, Invalid> {
    if text.len() > LARGEST {
        return Err(Invalid::new(format!("is larger than {} KiB", LARGEST >> 10)));
    }
    let source = text.as_bytes().to_vec();
    let stack = STACK + STACK_A_BYTE * text.len();
    // What is nested deep takes a large stack.
    let parsing = std::thread::Builder::new().stack_size(stack);
    let parsing = parsing.spawn(move || found(source, wanted, others));
    let found = parsing.ok().and_then(|thread| thread.join().ok());
    let found = found.unwrap_or_else(|| Err(Invalid::new("can not be read as Ruby")))?;
    let literal = |place: Range<usize>| Some(Literal { text: text.get(place.clone())?, place });
    let calls = found.into_iter().filter_map(|(name, place, tag)| {
        Some(Call { name, text: literal(place)?, tag: tag.and_then(literal) })
    });
    Ok(calls.collect())
}

/// A method, its text's place and that of its tag.
type Found = (&'static str, Range<usize>, Option<Range<usize>>);

fn found(
    source: Vec<u8>,
    wanted: &'static [&'static str],
    others: &'static [&'static str],
) -> Result<Vec<Found>, Invalid> {
    let options = ParserOptions { record_tokens: false, ..ParserOptions::default() };
    let parsed = Parser::new(source, options).do_parse();
    if let Some(error) = parsed.diagnostics.iter().find(|found| found.level == ErrorLevel::Error) {
        let message = error.render_message();
        return Err(Invalid::new(format!("is no Ruby: {message}")).at(error.loc.begin));
    }
    let mut calls = Calls { wanted, others, found: Vec::new() };
    if let Some(file) = &parsed.ast {
        calls.visit(file);
    }
    Ok(calls.found)
}

struct Calls {
    wanted: &'static [&'static str],
    others: &'static [&'static str],
    found: Vec<Found>,
}

impl Visitor for Calls {
    fn on_block(&mut self, node: &Block) {
        let is_other = match node.call.as_ref() {
            Node::Send(call) => self.others.contains(&call.method_name.as_str()),
            _ => false,
        };
        if let Some(body) = node.body.as_deref().filter(|_| !is_other) {
            self.visit(body);
        }
    }

    fn on_def(&mut self, _: &Def) {}

    fn on_defs(&mut self, _: &Defs) {}

    fn on_send(&mut self, node: &Send) {
        let name = self.wanted.iter().find(|name| **name == node.method_name);
        let (Some(name), None) = (name, &node.recv) else { return };
        let mut arguments = node.args.iter();
        let Some(text) = arguments.next().and_then(inside) else { return };
        let tag = arguments.flat_map(pairs).find(|pair| is_key(&pair.key, "tag"));
        self.found.push((name, text, tag.and_then(|pair| inside(&pair.value))));
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

/// The place of what stands in the quotes of a text.
fn inside(node: &Node) -> Option<Range<usize>> {
    let (begin, end): (&Option<Loc>, &Option<Loc>) = match node {
        Node::Str(text) => (&text.begin_l, &text.end_l),
        Node::Dstr(text) => (&text.begin_l, &text.end_l),
        _ => return None,
    };
    Some(begin.as_ref()?.end..end.as_ref()?.begin)
}
