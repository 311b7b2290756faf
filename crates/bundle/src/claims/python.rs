//! What Python packages say of themselves: the name, the version and the tags that their installers go by.

use std::collections::BTreeSet;

use lockstep_schemas::diagnostic::Rule;
use lockstep_schemas::strings::normalized;
use lockstep_schemas::version::VersionScheme;
use lockstep_schemas::wheel::WheelName;

use super::{Members, Subject};
use crate::FileInside;
use crate::findings::Findings;

/// More tags than any wheel is for.
const MOST_TAGS: usize = 1024;

/// A wheel's `METADATA` and `WHEEL`
/// ([specification](https://packaging.python.org/en/latest/specifications/binary-distribution-format/#the-dist-info-directory)).
pub(super) fn wheel(subject: Subject<'_>, found: &Members, findings: &mut Findings) {
    let in_folder = |end: &str| {
        found.iter().find(|(path, inside)| path.ends_with(end) && inside.text.is_some())
    };
    match in_folder(".dist-info/METADATA") {
        Some((path, inside)) => metadata(subject, path, inside, findings),
        None => findings.add(subject.about(Rule::PackageClaim, "has no `METADATA`")),
    }
    let Some((path, inside)) = in_folder(".dist-info/WHEEL") else {
        return findings.add(subject.about(Rule::PackageClaim, "has no `WHEEL`"));
    };
    let named = WheelName::of(subject.name.as_str()).filter(|name| name.count() <= MOST_TAGS);
    let Some(named) = named else { return };
    let fields = fields(inside);
    // maturin joins here what its file name joins.
    let expanded = |tag: &str| {
        let name = format!("x-0-{tag}.whl");
        let name = WheelName::of(&name).filter(|name| name.count() <= MOST_TAGS);
        name.map_or_else(|| [tag.to_owned()].into(), |name| name.tags())
    };
    let tags: BTreeSet<String> = all(&fields, "Tag").flat_map(expanded).collect();
    let shown = |tags: &BTreeSet<String>| tags.iter().cloned().collect::<Vec<_>>().join(", ");
    let finding =
        |what: &str| subject.about(Rule::PackageClaim, format!("`{what}`")).in_member(path);
    findings.compare(|| finding("Tag"), &shown(&named.tags()), &shown(&tags));
    let none = "none";
    let build = all(&fields, "Build").next().unwrap_or(none);
    findings.compare(|| finding("Build"), &named.build.unwrap_or(none), &build);
}

/// A source distribution's `PKG-INFO`
/// ([specification](https://packaging.python.org/en/latest/specifications/source-distribution-format/)).
pub(super) fn sdist(subject: Subject<'_>, found: &Members, findings: &mut Findings) {
    match found.iter().find(|(_, inside)| inside.text.is_some()) {
        Some((path, inside)) => metadata(subject, path, inside, findings),
        None => findings.add(
            subject.about(Rule::PackageClaim, "has no `PKG-INFO` in its folder")
                .with_remedy("the build backend writes it: make the sdist by `uv build --sdist` or `python -m build`"),
        ),
    }
}

/// That the name and the version are the release's.
fn metadata(subject: Subject<'_>, path: &str, inside: &FileInside, findings: &mut Findings) {
    let fields = fields(inside);
    let one = |key: &str| all(&fields, key).next().unwrap_or("none");
    let finding = |key: &str| subject.about(Rule::PackageClaim, format!("`{key}`")).in_member(path);
    let (package, name) = (subject.expected.file.package().unwrap_or_default(), one("Name"));
    if normalized(name) != normalized(package) {
        findings.add(finding("Name").differs(&package, &name));
    }
    let found = one("Version");
    let is_same =
        subject.version.as_str() == found || VersionScheme::Pep440.says(found, subject.version);
    if !is_same {
        let wanted = subject.version.python().unwrap_or_else(|| subject.version.to_string());
        findings.add(finding("Version").differs(&wanted, &found));
    }
}

/// The fields of metadata, which is written as
/// [mail headers](https://packaging.python.org/en/latest/specifications/core-metadata/) are; the description stands behind them.
fn fields(inside: &FileInside) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(inside.text.as_deref().unwrap_or_default());
    let lines = text.lines().take_while(|line| !line.trim_end().is_empty());
    let field = |line: &str| {
        let (key, value) = line.split_once(':')?;
        Some((key.to_owned(), value.trim().to_owned()))
    };
    lines.filter(|line| !line.starts_with([' ', '\t'])).filter_map(field).collect()
}

fn all<'f>(fields: &'f [(String, String)], key: &str) -> impl Iterator<Item = &'f str> {
    let of_key = fields.iter().filter(move |(name, _)| name.eq_ignore_ascii_case(key));
    of_key.map(|(_, value)| value.as_str()).collect::<Vec<_>>().into_iter()
}
