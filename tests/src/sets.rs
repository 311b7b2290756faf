//! The rendered sets, as GitHub reads them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use github_actions_models::action::Action;
use github_actions_models::workflow::{Job, Workflow};
use lockstep_generator::load::{Source, load_reference};
use lockstep_generator::plan::plan;
use lockstep_generator::workflows::workflows as graph;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::workflow::Workflow as Graph;

use crate::program::lockstep;
use crate::project::Project;
use crate::root;

/// The reference projects: the names of their folders.
pub static REFERENCES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let entries = fs::read_dir(root().join("workflows")).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
});

/// The folders of the repository with a `lockstep.yaml` that are held to what they render, below the
/// root.
pub static COMMITTED: LazyLock<Vec<String>> = LazyLock::new(|| {
    let references = REFERENCES.iter().map(|name| format!("workflows/{name}"));
    references.chain([".".to_owned()]).collect()
});

/// Every set that the rules are tried on: the committed ones, and what each model in `cases/models`
/// renders to.
pub static SETS: LazyLock<Vec<PathBuf>> = LazyLock::new(|| {
    let mut sets: Vec<PathBuf> = COMMITTED.iter().map(|folder| root().join(folder)).collect();
    sets.extend(RENDERED.iter().map(|project| project.path().to_owned()));
    sets
});

/// What the models in `cases/models` render to. The folders live as long as the tests.
static RENDERED: LazyLock<Vec<Project>> = LazyLock::new(|| {
    let mut models: Vec<PathBuf> = fs::read_dir(root().join("tests/cases/models"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    models.sort();
    assert!(!models.is_empty(), "there are models to render");
    let render = |model: PathBuf| {
        let project = Project::new(&fs::read_to_string(&model).unwrap());
        let outcome = lockstep(project.path(), &["generate"]);
        assert_eq!(outcome.status, 0, "{}: {}", model.display(), outcome.text());
        project
    };
    models.into_iter().map(render).collect()
});

/// The graphs of every set, each with the name of its model.
pub static GRAPHS: LazyLock<Vec<(String, Plan, Vec<Graph>)>> = LazyLock::new(|| {
    let models = SETS.iter().map(|set| {
        let source = Source::read(&set.join("lockstep.yaml"), "lockstep.yaml").unwrap();
        let model = load_reference(&source).unwrap();
        let plan = plan(&model);
        let workflows = graph(&model, &plan).unwrap();
        (plan.project.name.to_string(), plan, workflows)
    });
    models.collect()
});

/// One workflow.
#[derive(Debug)]
pub struct File {
    /// Its path.
    pub path: PathBuf,
    /// Its name in `.github/workflows`.
    pub name: String,
    /// Its text.
    pub text: String,
    /// What it says.
    pub workflow: Workflow,
}

/// The workflows of a project that Lockstep rendered.
#[must_use]
pub fn workflows(project: &Path) -> Vec<File> {
    let folder = project.join(".github/workflows");
    let mut files: Vec<File> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter_map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let is_ours = text.starts_with(lockstep_generator::render::MARK);
            let workflow = serde_yaml::from_str(&text)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            is_ours.then_some(File { path, name, text, workflow })
        })
        .collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(!files.is_empty(), "{} has rendered workflows", project.display());
    files
}

/// Every rendered workflow of every set.
#[must_use]
pub fn all() -> Vec<File> {
    SETS.iter().flat_map(|set| workflows(set)).collect()
}

/// The action of each folder, by its name; the root's is `""`.
#[must_use]
pub fn actions() -> BTreeMap<String, Action> {
    let files = crate::actions::all();
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(root().join(path)).unwrap();
        serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let name = |path: &PathBuf| {
        let folder = path.parent().and_then(Path::file_name);
        folder.and_then(|name| name.to_str()).unwrap_or_default().to_owned()
    };
    files.iter().map(|(path, _)| (name(path), read(path))).collect()
}

/// What every kind of job has.
#[must_use]
pub fn needs(job: &Job) -> &[String] {
    match job {
        Job::NormalJob(job) => &job.needs,
        Job::ReusableWorkflowCallJob(job) => &job.needs,
    }
}

/// Every expression in a YAML value, without its `${{ }}`.
#[must_use]
pub fn expressions(value: &serde_yaml::Value) -> Vec<String> {
    match value {
        serde_yaml::Value::String(text) => in_text(text),
        serde_yaml::Value::Sequence(items) => items.iter().flat_map(expressions).collect(),
        serde_yaml::Value::Mapping(entries) => {
            entries.iter().flat_map(|(_, value)| expressions(value)).collect()
        }
        _ => Vec::new(),
    }
}

fn in_text(text: &str) -> Vec<String> {
    let inner = |part: &str| Some(part.split_once("}}")?.0.trim().to_owned());
    text.split("${{").skip(1).filter_map(inner).collect()
}

/// Every context that an expression names, such as `needs.context.outputs.version`, in its parts.
///
/// # Panics
///
/// When the expression is none.
#[must_use]
pub fn contexts(expression: &str) -> Vec<Vec<String>> {
    let parsed = github_actions_expressions::Expr::parse(expression)
        .unwrap_or_else(|error| panic!("{expression}: {error}"));
    let parts = |raw: &str| raw.split('.').map(str::to_owned).collect();
    parsed.contexts().into_iter().map(|(_, origin)| parts(origin.raw)).collect()
}
