//! Everything that is wrong with a model, shown in its text.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use lockstep_schemas::diagnostic::Diagnostic;

/// Everything that is wrong with one file, in the order of its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    /// The file, as it was named.
    pub file: String,
    /// Its text, as far as it could be read.
    pub text: String,
    /// What is wrong; never empty.
    pub list: Vec<Diagnostic>,
    /// How many more there are than the list holds.
    pub more: usize,
}

/// The most problems of a file that one run tells.
const MOST: usize = 200;

impl Problems {
    /// Puts problems in the order of the file's lines.
    #[must_use]
    pub fn new(file: impl Into<String>, text: impl Into<String>, list: Vec<Diagnostic>) -> Self {
        let file = file.into();
        let in_file = |problem: Diagnostic| problem.in_file(&file);
        let mut list: Vec<Diagnostic> = list.into_iter().map(in_file).collect();
        list.sort_by_key(|Diagnostic { place, .. }| {
            (place.line, place.column, place.bytes.as_ref().map(|bytes| bytes.end))
        });
        list.dedup();
        let more = list.len().saturating_sub(MOST);
        list.truncate(MOST);
        Self { file, text: text.into(), list, more }
    }

    /// All of them as a person reads them, each with its line.
    #[must_use]
    pub fn for_people(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let mut out = String::new();
        for problem in &self.list {
            out.push_str(&renderer.render(&[self.group(problem)]));
            out.push_str("\n\n");
        }
        let count = self.list.len() + self.more;
        let noun = if count == 1 { "problem" } else { "problems" };
        let shown = if self.more > 0 { format!(", the first {MOST} shown") } else { String::new() };
        out + &format!("{}: {count} {noun}{shown}\n", self.file)
    }

    fn group<'a>(&'a self, problem: &'a Diagnostic) -> Group<'a> {
        let title = Level::ERROR.primary_title(problem.message.as_str()).id(problem.rule.id());
        let group = match (&problem.place.bytes, problem.place.line) {
            (Some(bytes), Some(line)) => {
                let (text, bytes) = shown(&self.text, bytes);
                title.element(
                    Snippet::source(text)
                        .line_start(line)
                        .path(self.file.as_str())
                        .annotation(AnnotationKind::Primary.span(bytes)),
                )
            }
            _ => title.element(annotate_snippets::Origin::path(self.file.as_str())),
        };
        match &problem.remedy {
            Some(remedy) => group.element(Level::HELP.message(remedy.as_str())),
            None => group,
        }
    }
}

/// The line of a passage, and what of it is underlined: the passage, as far as its first line goes.
/// A renderer that is given a whole file for each problem of it takes minutes for a large one.
fn shown<'a>(text: &'a str, bytes: &Range<usize>) -> (&'a str, Range<usize>) {
    let start = text[..bytes.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[bytes.start..].find(['\n', '\r']).map_or(text.len(), |at| bytes.start + at);
    (&text[start..end], bytes.start - start..bytes.end.min(end) - start)
}
