//! Render: a plan and its workflows → the text of every file. Pure.
//!
//! Templates lay out, and decide nothing. Before a template sees it, every text has become one YAML scalar
//! (`layout`, `scalar`); a template so has no way to write a text unquoted.

mod action;
mod document;
mod given;
mod layout;
mod pinned;
mod scalar;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::thread;

use handlebars::Handlebars;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::runner::hosted;
use lockstep_schemas::strings::RunnerLabel;
pub use lockstep_schemas::workflow::MARK;
use lockstep_schemas::workflow::{Job, Workflow};
use lockstep_setup::Item;
use serde_json::Value;

pub use action::action_yml;
pub use scalar::quote;

use layout::WorkflowLayout;
use pinned::Pinned;

use crate::proof::Proved;

/// A file of the rendered set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Its path below the project's root, with `/` between its parts.
    pub path: String,
    /// What of it is rendered.
    pub content: Content,
}

/// What of a file is rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// All of it: its text.
    Whole(String),
    /// Passages of a document that people write.
    Passages(Vec<Passage>),
}

/// What stands between two markers of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The name that both markers have.
    pub name: &'static str,
    /// Its text.
    pub text: String,
}

/// The folder of the workflows.
pub const WORKFLOWS: &str = ".github/workflows";
/// The file of the plan.
pub const PLAN: &str = ".github/lockstep.plan.json";
/// The file that tells actionlint which runner labels are the project's own.
pub const ACTIONLINT: &str = ".github/actionlint.yaml";

/// The templates, in the program itself. A test compares the list with the folder.
macro_rules! templates {
    ($($name:literal),+ $(,)?) => {
        /// Every template by name.
        const TEMPLATES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../templates/", $name, ".hbs")))),+];
    };
}

templates! {
    "workflow.yml", "action.yml", "actionlint.yaml",
    "parts/header", "parts/input", "parts/job", "parts/list", "parts/run", "parts/step",
}

/// The names of all templates.
pub fn template_names() -> impl Iterator<Item = &'static str> {
    TEMPLATES.iter().map(|(name, _)| *name)
}

/// The compiled templates. Compiling them takes as long as all else together.
static REGISTRY: LazyLock<Handlebars<'static>> = LazyLock::new(|| {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.register_escape_fn(handlebars::no_escape);
    registry.register_helper("given", Box::new(given::Given));
    for (name, text) in TEMPLATES.iter().filter(|(name, _)| part(name).is_none()) {
        #[expect(clippy::expect_used, reason = "a test renders every template")]
        registry.register_template_string(name, composed(text)).expect("a template of ours");
    }
    registry
});

/// The name that a part is called by: the folder is for people.
fn part(template: &str) -> Option<&str> {
    template.strip_prefix("parts/")
}

/// A template with the text of each part in place of its call. Handlebars would copy all the data of a part for each
/// call of it, which is most of the work of rendering.
fn composed(text: &str) -> String {
    let parts = TEMPLATES.iter().filter_map(|(name, text)| Some((part(name)?, *text)));
    parts.fold(text.to_owned(), |whole, (name, text)| {
        let call = format!("{{{{> {name}}}}}");
        if !whole.contains(&call) {
            return whole;
        }
        // A part that is lines stands on a line of its own.
        let call = if text.ends_with('\n') { call + "\n" } else { call };
        whole.replace(&call, &composed(text))
    })
}

/// Compiles the templates beside whatever else there is to do.
pub fn warm_up() {
    thread::spawn(|| LazyLock::force(&REGISTRY));
}

/// Every file of the set that a plan and its proved workflows render to.
#[must_use]
pub fn render(plan: &Plan, proved: &Proved) -> Vec<Rendered> {
    let workflows = proved.workflows();
    let pinned = Pinned::of(plan);
    let workflow = |workflow: &Workflow| Rendered {
        path: format!("{WORKFLOWS}/{}", workflow.file),
        content: Content::Whole(lay_out(
            "workflow.yml",
            &plain(&WorkflowLayout::of(workflow, &pinned)),
        )),
    };
    let mut files: Vec<Rendered> = workflows.iter().map(workflow).collect();
    files.extend(actionlint(plan, workflows));
    files.push(Rendered { path: PLAN.to_owned(), content: Content::Whole(plan_text(plan)) });
    files.extend(document::all(plan, || checklist(plan, proved)));
    files
}

/// What must exist outside of the repository before what is rendered can release.
#[must_use]
pub fn checklist(plan: &Plan, proved: &Proved) -> Vec<Item> {
    lockstep_setup::checklist(plan, &Pinned::of(plan).used(proved.workflows()))
}

/// Fills a template with data, every string of which becomes a scalar first.
fn fill(template: &str, data: &impl serde::Serialize) -> String {
    let mut value = plain(data);
    scalar::quote_all(&mut value);
    lay_out(template, &value)
}

fn plain(data: &impl serde::Serialize) -> Value {
    #[expect(clippy::expect_used, reason = "plain data with text keys")]
    serde_json::to_value(data).expect("plain data")
}

/// Fills a template with scalars.
fn lay_out(template: &str, scalars: &Value) -> String {
    #[expect(clippy::expect_used, reason = "tests render every template")]
    REGISTRY.render(template, scalars).expect("a template of ours, with the data that it lays out")
}

/// The plan as JSON, without what is not set: it is read by programs, and in reviews by people.
#[must_use]
pub fn plan_text(plan: &Plan) -> String {
    #[expect(clippy::expect_used, reason = "plain data with text keys")]
    {
        let mut value = serde_json::to_value(plan).expect("plain data");
        drop_nulls(&mut value);
        let mut text = serde_json::to_string_pretty(&value).expect("plain data");
        text.push('\n');
        text
    }
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.retain(|_, value| !value.is_null());
            object.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// The one configuration file that the set needs: actionlint rejects runner labels that it does not
/// know ([documentation](https://github.com/rhysd/actionlint/blob/main/docs/config.md)).
fn actionlint(plan: &Plan, workflows: &[Workflow]) -> Option<Rendered> {
    let labels = plan.targets.iter().map(|target| Cow::Borrowed(&target.runner));
    let runs = workflows.iter().flat_map(|workflow| &workflow.jobs).filter_map(Job::run);
    let runners = runs.filter_map(|run| run.runner.parse::<RunnerLabel>().ok());
    let own: BTreeSet<String> = labels
        .chain(runners.map(Cow::Owned))
        .filter(|label| hosted(label.as_str()).is_none())
        .map(|label| label.to_string())
        .collect();
    if own.is_empty() {
        return None;
    }
    let labels = serde_json::json!({ "labels": own });
    let text = fill("actionlint.yaml", &labels);
    Some(Rendered { path: ACTIONLINT.to_owned(), content: Content::Whole(text) })
}
