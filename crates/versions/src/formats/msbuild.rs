//! Projects of .NET
//! ([documentation](https://learn.microsoft.com/en-us/dotnet/core/project-sdk/msbuild-props#version)).

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::version::VersionScheme;
use roxmltree::{Document, Node};

use super::Contents;
use crate::field::{Field, Literal};

/// Reads XML.
pub(super) fn read(text: &str) -> Result<Document<'_>, Diagnostic> {
    Document::parse(text).map_err(|error| {
        let (line, column) = (error.pos().row as usize, error.pos().col as usize);
        let lines = text.split_inclusive('\n').take(line.saturating_sub(1));
        let start: usize = lines.map(str::len).sum();
        Diagnostic::new(Rule::VersionFileSyntax, format!("is not XML: {error}"))
            .at_byte(start + column.saturating_sub(1))
    })
}

/// `<Version>` of a `<PropertyGroup>`, or `<VersionPrefix>`; that of a package reference is another's.
pub(super) fn project(text: &str) -> Result<Contents, Diagnostic> {
    let document = read(text)?;
    let named = |name: &str| -> Vec<Node<'_, '_>> {
        let is_it = |node: &Node<'_, '_>| {
            node.tag_name().name() == name
                && node.parent().is_some_and(|parent| parent.tag_name().name() == "PropertyGroup")
        };
        document.descendants().filter(is_it).collect()
    };
    let whole = ("<Version>", VersionScheme::Semver, named("Version"));
    let prefix = ("<VersionPrefix>", VersionScheme::Numeric, named("VersionPrefix"));
    let (name, scheme, versions) = if whole.2.is_empty() { prefix } else { whole };
    let is_written = |node: &Node<'_, '_>| node.text().is_some_and(|text| !text.trim().is_empty());
    // One that depends on something is of builds that are not released.
    let is_always = |node: &Node<'_, '_>| {
        is_written(node) && !node.ancestors().any(|node| node.has_attribute("Condition"))
    };
    let suffix = named("VersionSuffix").into_iter().find(is_always);
    if let (true, Some(suffix)) = (scheme == VersionScheme::Numeric, suffix) {
        let invalid = Diagnostic::new(
            Rule::VersionFieldUnclear,
            "<VersionPrefix> and <VersionSuffix> make one version of two",
        );
        return Err(invalid
            .at_byte(suffix.range().start)
            .with_remedy("write one <Version> instead"));
    }
    let [version] = versions.as_slice() else {
        return Err(match versions.get(1) {
            Some(second) => {
                Diagnostic::new(Rule::VersionFieldUnclear, format!("has {name} more than once"))
                    .at_byte(second.range().start)
            }
            None => Diagnostic::new(
                Rule::VersionFieldMissing,
                "has no <Version> and no <VersionPrefix>",
            ),
        });
    };
    let mut contents: Contents = plain(text, version, name, scheme)?.into();
    // Where it is written, the package has a version of its own.
    for package in named("PackageVersion").into_iter().filter(is_written) {
        let of_package = plain(text, &package, "<PackageVersion>", VersionScheme::Semver)?;
        contents.fields.extend(Some(of_package).filter(|field| !field.is_foreign()));
    }
    Ok(contents)
}

/// A field that is all of an element's text.
pub(super) fn plain(
    text: &str,
    element: &Node<'_, '_>,
    name: &str,
    scheme: VersionScheme,
) -> Result<Field, Diagnostic> {
    let is_alone = |child: &Node<'_, '_>| child.is_text() && child.next_sibling().is_none();
    let range = element.first_child().filter(is_alone).map(|inner| inner.range());
    let range = range.unwrap_or_default();
    let written = text.get(range.clone()).unwrap_or_default();
    let trimmed = written.trim();
    if trimmed.is_empty() || element.text().map(str::trim) != Some(trimmed) {
        let invalid = Diagnostic::new(Rule::VersionFieldForm, format!("{name} is not plain text"));
        return Err(invalid.at_byte(element.range().start));
    }
    let start = range.start + written.len() - written.trim_start().len();
    let literal = Literal { text: trimmed, place: start..start + trimmed.len() };
    Ok(Field::of_file(name, literal, scheme))
}
