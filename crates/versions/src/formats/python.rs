//! Python's files.

use std::sync::LazyLock;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::Locator;
use lockstep_schemas::version::VersionScheme;
use lockstep_schemas::version_format::VersionFormat;
use regex_lite::Regex;
use toml_edit::{Item, TableLike, Value};

use super::{Contents, Lead, Reading};
use crate::field::{Field, Literal, Notation, Package, Subject};
use crate::requirement::{self, Requirement};
use crate::syntax::code::{Code, Language};
use crate::syntax::toml::Toml;

const PYTHON: Language = Language {
    line_comments: &["#"],
    comments: &[],
    texts: &[("\"\"\"", "\"\"\""), ("'''", "'''")],
    quotes: &["\"", "'"],
    quotes_span_lines: false,
};

/// A module that assigns the version to one of some variables: not in a comment, not in a text of several lines,
/// and not as a part of something longer.
pub(super) fn module(text: &str, variables: &[String]) -> Result<Contents, Diagnostic> {
    let code = Code::read(text, &PYTHON);
    let names: Vec<String> = variables.iter().map(|name| regex_lite::escape(name)).collect();
    let pattern = format!(
        r#"^(?:\w+[ \t]*=[ \t]*)*(?:{})(?:[ \t]*:[ \t]*[\w.\[\]]+)?[ \t]*=[ \t]*(?:\w+[ \t]*=[ \t]*)*["']([^"'\n]*)["'][ \t]*(?:;.*)?$"#,
        names.join("|")
    );
    let name = variables.join(" or ");
    let version = code.one(&pattern, &name)?;
    Ok(Field::of_file(name, version, VersionScheme::Pep440).into())
}

/// `pyproject.toml`: the version of
/// [PEP 621](https://packaging.python.org/en/latest/specifications/pyproject-toml/) or Poetry's; where it is
/// dynamic, the file that has it; and the exact versions of other projects that it depends on.
pub(super) fn pyproject(text: &str) -> Result<Contents, Diagnostic> {
    let toml = Toml::read(text)?;
    let mut contents = Contents::default();
    for (name, path) in [
        ("[project].version", &["project", "version"][..]),
        ("[tool.poetry].version", &["tool", "poetry", "version"]),
    ] {
        let Some(version) = toml.at(path) else { continue };
        let literal = toml.literal(name, version)?;
        contents.fields.push(Field::of_file(name, literal, VersionScheme::Pep440));
    }
    if contents.fields.is_empty() {
        let is_dynamic = toml.texts(&["project", "dynamic"]).iter().any(|key| key == "version");
        let lead = if is_dynamic {
            dynamic(&toml)
        } else {
            let what = "has no [project].version and no [tool.poetry].version";
            Err(Diagnostic::new(Rule::VersionFieldMissing, what))
        };
        match lead {
            Ok(lead) => contents.leads.push(lead),
            // What a pattern means may be no project, or one whose version a tool makes.
            Err(missing) => contents.missing = Some(missing),
        }
    }
    let name = toml.text(&["project", "name"]).or_else(|| toml.text(&["tool", "poetry", "name"]));
    contents.package = name.map(Package::python).filter(|_| contents.missing.is_none());
    taken(&toml, &mut contents);
    contents.leads.push(Lead::PythonWorkspace);
    Ok(contents)
}

/// A `pyproject.toml` whose own version is not the release's: what it requires of others counts.
pub(super) fn neighbour(text: &str) -> Result<Contents, Diagnostic> {
    let mut contents = Contents::default();
    taken(&Toml::read(text)?, &mut contents);
    Ok(contents)
}

/// A `pyproject.toml` that a workspace leaves out: what it requires of what it takes from a folder counts
/// ([documentation](https://docs.astral.sh/uv/concepts/projects/dependencies/#path)).
pub(super) fn apart(text: &str) -> Result<Contents, Diagnostic> {
    let toml = Toml::read(text)?;
    let mut contents = Contents::default();
    requirements(&toml, &mut contents);
    let sources = toml.entries(&["tool", "uv", "sources"]);
    let of_folders: Vec<Subject> = sources
        .filter(|(_, source)| source.get("path").is_some())
        .map(|(name, _)| Subject::Package(Package::python(name)))
        .collect();
    contents.fields.retain(|field| of_folders.contains(&field.subject));
    Ok(contents)
}

/// What a project takes of others, and where the projects of its workspace are
/// ([documentation](https://docs.astral.sh/uv/concepts/projects/workspaces/)).
fn taken(toml: &Toml<'_>, contents: &mut Contents) {
    requirements(toml, contents);
    let of = |key: &str| toml.texts(&["tool", "uv", "workspace", key]);
    let apart = of("exclude");
    let excluded = apart.iter().map(|pattern| format!("!{pattern}"));
    let patterns: Vec<String> = of("members").into_iter().chain(excluded).collect();
    if !apart.is_empty() {
        contents.leads.push(Lead::Apart { folders: apart, format: VersionFormat::Pyproject });
    }
    if !patterns.is_empty() {
        contents.leads.push(Lead::Patterns { patterns, format: VersionFormat::Pyproject });
    }
}

/// The versions in the project's requirements
/// ([specification](https://packaging.python.org/en/latest/specifications/dependency-specifiers/)).
fn requirements(toml: &Toml<'_>, contents: &mut Contents) {
    let mut lists = Vec::new();
    let listed = toml.at(&["project", "dependencies"]);
    lists.extend(listed.map(|list| ("[project].dependencies".to_owned(), list)));
    for (extra, list) in toml.entries(&["project", "optional-dependencies"]) {
        lists.push((format!("[project.optional-dependencies].{extra}"), list));
    }
    for (group, list) in toml.entries(&["dependency-groups"]) {
        lists.push((format!("[dependency-groups].{group}"), list));
    }
    for (of, list) in lists {
        for value in list.as_array().into_iter().flatten() {
            contents.fields.extend(required(toml, &of, value));
        }
    }
}

fn required(toml: &Toml<'_>, of: &str, value: &Value) -> Option<Field> {
    static REQUIRED: LazyLock<Regex> = LazyLock::new(|| {
        #[expect(clippy::expect_used, reason = "a constant; every test of a project uses it")]
        Regex::new(
            r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*\(?\s*([=~!<>][^;()]*?)\s*\)?\s*(?:;.*)?$",
        )
        .expect("a constant expression")
    });
    static EXACT: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^===?\s*([^\s,*]+)$").ok());
    // A marker may have escapes; what stands before it has none.
    let literal = toml.written(value)?;
    let before = literal.text.split(';').next().unwrap_or_default();
    if before.contains('\\') {
        return None;
    }
    let found = REQUIRED.captures(literal.text)?;
    let (name, specifiers) = (found.get(1)?, found.get(2)?);
    let specifiers = literal.part(specifiers.range());
    let exact = EXACT.as_ref().and_then(|exact| exact.captures(specifiers.text)?.get(1));
    let shown = format!("{of} {}", name.as_str());
    let field = match exact {
        Some(version) => {
            Field::of_file(shown, specifiers.part(version.range()), VersionScheme::Pep440)
        }
        None if requirement::is_pythons(specifiers.text) => {
            let field = Field::of_file(shown, specifiers, VersionScheme::Pep440);
            Field { notation: Notation::Requirement(Requirement::Python), ..field }
        }
        None => return None,
    };
    Some(field.of(Package::python(name.as_str())))
}

/// Where a dynamic version comes from, by the build backend.
fn dynamic(toml: &Toml<'_>) -> Result<Lead, Diagnostic> {
    let file = |candidates: Vec<String>, reading| Ok(Lead::File { candidates, reading });
    let hatch = ["tool", "hatch", "version"];
    if let Some(version) = toml.at(&hatch) {
        let has = |key: &str| version.get(key).and_then(Item::as_str);
        match (has("source"), has("path"), has("pattern")) {
            (None | Some("regex"), Some(path), None) => {
                return file(vec![path.to_owned()], variables(&["__version__", "VERSION"]));
            }
            // Its group is called `version`; another would make two versions of one.
            (None | Some("regex"), Some(path), Some(pattern)) => {
                let groups = Regex::new(pattern).map_or(0, |regex| regex.captures_len());
                if let (2, Ok(pattern)) = (groups, pattern.parse()) {
                    let scheme = VersionScheme::Pep440;
                    let locator = Locator::Regex { pattern, scheme, all: false };
                    return file(vec![path.to_owned()], Reading::Located(locator));
                }
            }
            (Some("code"), Some(path), None) if has("expression").is_none() => {
                return file(vec![path.to_owned()], variables(&["__version__"]));
            }
            (Some("nodejs"), None, None) => {
                let reading = Reading::format(VersionFormat::PackageJson);
                return file(vec!["package.json".to_owned()], reading);
            }
            _ => {}
        }
    }
    let setuptools = ["tool", "setuptools", "dynamic", "version"];
    if let Some(version) = toml.at(&setuptools).and_then(Item::as_table_like) {
        return setuptools_source(toml, version);
    }
    if let Some(path) = toml.text(&["tool", "pdm", "version", "path"]) {
        return file(vec![path.to_owned()], variables(&["__version__"]));
    }
    let backend = toml.text(&["build-system", "build-backend"]).unwrap_or_default();
    if backend == "maturin" {
        let manifest = toml.text(&["tool", "maturin", "manifest-path"]);
        let manifests = manifest.map_or_else(
            || vec!["Cargo.toml".to_owned(), "rust/Cargo.toml".to_owned()],
            |manifest| vec![manifest.to_owned()],
        );
        return file(manifests, Reading::format(VersionFormat::CargoManifest));
    }
    if backend.starts_with("flit_core") {
        let named = toml.text(&["tool", "flit", "module", "name"]);
        let name = named.or_else(|| toml.text(&["project", "name"])).unwrap_or_default();
        return file(
            modules(&name.replace('-', "_"), std::iter::empty()),
            variables(&["__version__"]),
        );
    }
    Err(Diagnostic::new(Rule::VersionDynamic, "[project].version is dynamic, and Lockstep cannot tell where it comes from")
        .with_remedy("name the file that has it instead of this one; a version that comes from git tags needs no file"))
}

fn variables(names: &[&str]) -> Reading {
    Reading::PythonVariable(names.iter().map(|name| (*name).to_owned()).collect())
}

/// What setuptools takes a version from
/// ([documentation](https://setuptools.pypa.io/en/latest/userguide/pyproject_config.html#dynamic-metadata)).
fn setuptools_source(toml: &Toml<'_>, version: &dyn TableLike) -> Result<Lead, Diagnostic> {
    let source = |key: &str| version.get(key).and_then(Item::as_str);
    if let Some(attribute) = source("attr") {
        let folders = toml.entries(&["tool", "setuptools", "package-dir"]);
        let folders = folders.filter_map(|(package, folder)| Some((package, folder.as_str()?)));
        let roots = toml.texts(&["tool", "setuptools", "packages", "find", "where"]);
        let roots: Vec<&str> = roots.iter().map(String::as_str).collect();
        return Ok(attribute_lead(attribute, &folders.collect::<Vec<_>>(), &roots));
    }
    let listed = toml.texts(&["tool", "setuptools", "dynamic", "version", "file"]);
    match (source("file"), listed.as_slice()) {
        (Some(file), _) => Ok(bare(file)),
        (None, [file]) => Ok(bare(file)),
        _ => Err(Diagnostic::new(
            Rule::VersionDynamic,
            "[tool.setuptools.dynamic].version has neither `attr` nor one `file`",
        )),
    }
}

/// A file that is nothing but a version.
fn bare(file: &str) -> Lead {
    Lead::File { candidates: vec![file.to_owned()], reading: Reading::Bare(VersionScheme::Pep440) }
}

/// `package.module.VARIABLE`, with the folders that some packages have, and those that packages are looked for in. The
/// folder of the longest package counts, as setuptools looks for it; that without a name is of all others.
fn attribute_lead(attribute: &str, folders: &[(&str, &str)], roots: &[&str]) -> Lead {
    let (module, name) = attribute.rsplit_once('.').unwrap_or(("", attribute));
    let of = |wanted: &str| folders.iter().find(|(name, _)| *name == wanted);
    let ends = std::iter::successors(Some(module.len()), |end| module[..*end].rfind('.'));
    let own = ends.filter(|end| *end > 0).find_map(|end| Some((end, of(&module[..end])?.1)));
    let candidates = match own {
        Some((end, folder)) => {
            let rest = module[end..].replace('.', "/");
            vec![format!("{folder}{rest}/__init__.py"), format!("{folder}{rest}.py")]
        }
        None => modules(
            module,
            of("").map(|(_, folder)| *folder).into_iter().chain(roots.iter().copied()),
        ),
    };
    Lead::File { candidates, reading: variables(&[name]) }
}

/// The files that a module may be, below the folders that are named before those that are usual.
fn modules<'r>(module: &str, roots: impl Iterator<Item = &'r str>) -> Vec<String> {
    let module = module.replace('.', "/");
    let of = |root: &str| [format!("{root}/{module}/__init__.py"), format!("{root}/{module}.py")];
    let roots = roots.chain([".", "src", "lib"]);
    roots.flat_map(of).collect()
}

/// `setup.cfg`, as
/// [configparser](https://docs.python.org/3/library/configparser.html#supported-ini-file-structure) reads it.
pub(super) fn setup_cfg(text: &str) -> Result<Contents, Diagnostic> {
    let mut found: Option<Literal<'_>> = None;
    let mut package = None;
    let mut folders = Vec::new();
    let mut roots = Vec::new();
    for Setting { section, key, value, is_first } in settings(text) {
        match (section, key.as_str()) {
            ("metadata", "name") => package = Some(Package::python(value.text)),
            ("metadata", "version") if is_first && found.is_some() => {
                let invalid = Diagnostic::new(
                    Rule::VersionFieldUnclear,
                    "has [metadata] version more than once",
                );
                return Err(invalid.at_byte(value.place.start));
            }
            ("metadata", "version") if found.is_none() && !value.text.is_empty() => {
                found = Some(value);
            }
            ("options", "package_dir") => {
                let pairs = value.text.split(',').filter_map(|pair| pair.split_once('='));
                folders.extend(pairs.map(|(package, folder)| (package.trim(), folder.trim())));
            }
            ("options.packages.find", "where") if !value.text.is_empty() => roots.push(value.text),
            _ => {}
        }
    }
    let version = found
        .ok_or_else(|| Diagnostic::new(Rule::VersionFieldMissing, "has no [metadata] version"))?;
    let mut contents = Contents { package, ..Contents::default() };
    let directive = |name: &str| {
        let (before, after) = version.text.split_once(':')?;
        (before.trim_end() == name).then(|| after.trim())
    };
    if let Some(attribute) = directive("attr") {
        contents.leads.push(attribute_lead(attribute, &folders, &roots));
    } else if let Some(file) = directive("file") {
        contents.leads.push(bare(file));
    } else {
        let field = Field::of_file("[metadata] version", version, VersionScheme::Pep440);
        contents.fields.push(field);
    }
    Ok(contents)
}

/// A line of a setting, without the spaces around it.
struct Setting<'t> {
    section: &'t str,
    /// In small letters, with `_` for `-`, as setuptools reads it.
    key: String,
    value: Literal<'t>,
    /// Whether it is the line with the key; others go on with what stands above.
    is_first: bool,
}

fn settings(text: &str) -> impl Iterator<Item = Setting<'_>> {
    let (mut section, mut key, mut indent, mut end) = ("", String::new(), 0, 0);
    text.split_inclusive('\n').filter_map(move |whole| {
        end += whole.len();
        let line = whole.trim_end();
        let bare = line.trim_start();
        if bare.is_empty() || bare.starts_with(['#', ';']) {
            return None;
        }
        // What is indented further goes on with the value above.
        let is_first = key.is_empty() || line.len() - bare.len() <= indent;
        if let (true, Some(name)) = (is_first, bare.strip_prefix('[')) {
            section = name.split(']').next().unwrap_or_default();
            key.clear();
            return None;
        }
        let value = if is_first {
            let (name, value) = bare.split_once(['=', ':'])?;
            key = name.trim_end().to_lowercase().replace('-', "_");
            indent = line.len() - bare.len();
            value.trim()
        } else {
            bare
        };
        let start = end - whole.len() + line.len() - value.len();
        let value = Literal { text: value, place: start..start + value.len() };
        Some(Setting { section, key: key.clone(), value, is_first })
    })
}
