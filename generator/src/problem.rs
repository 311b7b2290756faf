//! Problems: what is wrong, where, and what to do about it.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use lockstep_runner::protocol;
use lockstep_yaml::{Mistake, Place};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Where; nothing where the whole file is meant.
    pub place: Option<Place>,
    /// What to do about it.
    pub remedy: Option<String>,
}

impl Problem {
    /// A problem with the whole of a file.
    #[must_use]
    pub fn of_file(message: impl Into<String>) -> Self {
        Self { message: message.into(), place: None, remedy: None }
    }

    /// A problem at a place.
    #[must_use]
    pub fn at(place: Place, message: impl Into<String>) -> Self {
        Self { message: message.into(), place: Some(place), remedy: None }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

impl From<Mistake> for Problem {
    fn from(mistake: Mistake) -> Self {
        Self { message: mistake.message, place: Some(mistake.place), remedy: mistake.remedy }
    }
}

/// Everything that is wrong with one file, in the order of its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    /// The file, as it was named.
    pub file: String,
    /// Its text, as far as it could be read.
    pub text: String,
    /// What is wrong; never empty.
    pub list: Vec<Problem>,
    /// How many more there are than the list holds.
    pub more: usize,
}

/// The most problems of a file that one run tells.
const MOST: usize = 200;

impl Problems {
    /// Puts problems in the order of the file's lines.
    #[must_use]
    pub fn new(file: impl Into<String>, text: impl Into<String>, mut list: Vec<Problem>) -> Self {
        list.sort_by_key(|problem| {
            problem.place.as_ref().map(|place| (place.line, place.column, place.bytes.end))
        });
        list.dedup();
        let more = list.len().saturating_sub(MOST);
        list.truncate(MOST);
        Self { file: file.into(), text: text.into(), list, more }
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

    fn group<'a>(&'a self, problem: &'a Problem) -> Group<'a> {
        let title = Level::ERROR.primary_title(problem.message.as_str());
        let group = match &problem.place {
            Some(place) => {
                let (line, bytes) = shown(&self.text, &place.bytes);
                title.element(
                    Snippet::source(line)
                        .line_start(place.line)
                        .path(self.file.as_str())
                        .annotation(AnnotationKind::Primary.span(bytes)),
                )
            }
            None => title.element(annotate_snippets::Origin::path(self.file.as_str())),
        };
        match &problem.remedy {
            Some(remedy) => group.element(Level::HELP.message(remedy.as_str())),
            None => group,
        }
    }

    /// All of them as a runner's
    /// [annotations](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message).
    #[must_use]
    pub fn for_runner(&self) -> String {
        self.for_toolkit().map(|problem| protocol::annotation(&problem)).collect()
    }

    /// All of them, for a job summary.
    #[must_use]
    pub fn for_summary(&self) -> String {
        self.for_toolkit().map(|problem| protocol::summary_item(&problem)).collect()
    }

    fn for_toolkit(&self) -> impl Iterator<Item = lockstep_files::Problem> {
        self.list.iter().map(|problem| lockstep_files::Problem {
            message: problem.message.clone(),
            file: Some(self.file.clone()),
            place: problem.place.as_ref().map(|place| (place.line, place.column)),
            remedy: problem.remedy.clone(),
        })
    }
}

/// The line of a passage, and what of it is underlined: the passage, as far as its first line goes.
/// A renderer that is given a whole file for each problem of it takes minutes for a large one.
fn shown<'a>(text: &'a str, bytes: &Range<usize>) -> (&'a str, Range<usize>) {
    let start = text[..bytes.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[bytes.start..].find(['\n', '\r']).map_or(text.len(), |at| bytes.start + at);
    (&text[start..end], bytes.start - start..bytes.end.min(end) - start)
}
