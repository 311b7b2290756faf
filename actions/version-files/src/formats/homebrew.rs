//! Homebrew's formulae ([Formula Cookbook](https://docs.brew.sh/Formula-Cookbook)).

use std::ops::Range;
use std::sync::LazyLock;

use lockstep_schemas::strings::Version;
use lockstep_schemas::version::VersionScheme;
use regex_lite::Regex;

use super::Contents;
use crate::field::{Field, Invalid, Literal};
use crate::syntax::ruby::calls;

/// What says where a formula is fetched from, and its version.
const OWN: [&str; 3] = ["version", "url", "mirror"];
/// What a block is about something else by than what the formula installs.
const OTHERS: [&str; 9] = [
    "resource",
    "patch",
    "livecheck",
    "test",
    "bottle",
    "service",
    "head",
    "devel",
    "define_method",
];

/// A formula's `version`, and that of the addresses that it is fetched from.
pub(super) fn formula(text: &str) -> Result<Contents, Invalid> {
    let remedy = "name its version, or say in lockstep.yaml where it stands: { path: …, regex: … }";
    let calls = calls(text, &OWN, &OTHERS).map_err(|invalid| {
        invalid.with_remedy(
            "mend it, or say in lockstep.yaml where its version stands: { path: …, regex: … }",
        )
    })?;
    let stated = calls.iter().find(|call| call.name == "version").map(|call| call.text.text);
    let mut contents = Contents::default();
    let mut field = |name: &str, version: Literal<'_>| {
        contents.fields.push(Field::of_file(name, version, VersionScheme::Semver));
    };
    for call in calls {
        if call.name == "version" {
            field(call.name, call.text);
            continue;
        }
        for version in in_address(&call.text, stated) {
            field(call.name, version);
        }
        if let Some(tag) = call.tag {
            field("tag:", in_tag(&tag));
        }
    }
    if contents.fields.is_empty() {
        return Err(Invalid::new("as a Homebrew formula it has no version, and no url with one")
            .with_remedy(remedy));
    }
    Ok(contents)
}

/// The version of a tag, without what stands before it; the whole tag where there is none in it.
fn in_tag<'t>(tag: &Literal<'t>) -> Literal<'t> {
    let digit = tag.text.find(|c: char| c.is_ascii_digit());
    let of_version = expression(&VERSION).and_then(|version| version.find(tag.text));
    let start = of_version.map(|found| found.start()).or(digit).unwrap_or(0);
    tag.part(start..tag.text.len())
}

/// A version, with the prereleases that have a name.
static VERSION: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(NUMBER).ok());
/// A version after what an address says of a tag.
static TAG: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let before = r"/(?:download|tags?|archive)/(?:[A-Za-z0-9_.%-]*?[A-Za-z_%-])?v?";
    Regex::new(&format!(r"{before}({NUMBER})(?:[/+-]|\.tar\.|\.tgz|\.zip|$)")).ok()
});
/// A version at the end of a file's name.
static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(r"[-_@]v?({NUMBER})\.(?:tar\.[a-z0-9]+|tgz|zip|crate|whl)$")).ok()
});
const NUMBER: &str = r"[0-9]+\.[0-9]+\.[0-9]+(?:-(?:alpha|beta|rc|preview|pre|dev|canary|next|nightly)(?:[.-]?[0-9]+)*)?";

/// The versions of an address: the one that the formula states and that of its tag, wherever they stand in it; where
/// it has neither, that of the file's name.
fn in_address<'t>(address: &Literal<'t>, stated: Option<&str>) -> Vec<Literal<'t>> {
    let found = |regex: &'static LazyLock<Option<Regex>>| {
        let found = expression(regex)?.captures(address.text)?.get(1)?.as_str();
        found.parse::<Version>().is_ok().then_some(found)
    };
    let stated = stated.filter(|stated| stated.parse::<Version>().is_ok());
    let mut versions: Vec<&str> = stated.into_iter().chain(found(&TAG)).collect();
    // Of two of which one begins with the other, the longer stands there.
    versions.sort_by_key(|version| usize::MAX - version.len());
    let mut places: Vec<Range<usize>> = Vec::new();
    for version in versions {
        let found = apart(address.text, version);
        places.extend(
            found
                .into_iter()
                .filter(|found| {
                    places.iter().all(|place| found.end <= place.start || found.start >= place.end)
                })
                .collect::<Vec<_>>(),
        );
    }
    if places.is_empty() {
        places.extend(found(&NAME).into_iter().flat_map(|version| apart(address.text, version)));
    }
    places.sort_by_key(|place| place.start);
    places.into_iter().map(|place| address.part(place)).collect()
}

/// Where a version stands in a text by itself: what goes on as a number, or as a prerelease, is another.
fn apart(text: &str, version: &str) -> Vec<Range<usize>> {
    let is_apart = |at: &usize| {
        let before = text[..*at].chars().next_back();
        let is_begun = before.is_some_and(|c| c.is_ascii_digit() || c == '.');
        let whole = expression(&VERSION).and_then(|whole| whole.find_at(text, *at));
        let whole = whole.filter(|whole| whole.start() == *at).map_or(0, |whole| whole.len());
        let mut after = text[at + version.len()..].chars();
        let (next, second) = (after.next(), after.next());
        let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let goes_on = is_digit(next) || (next == Some('.') && is_digit(second));
        !is_begun && !goes_on && whole <= version.len()
    };
    let places = text.match_indices(version).map(|(at, _)| at).filter(is_apart);
    places.map(|at| at..at + version.len()).collect()
}

fn expression(regex: &'static LazyLock<Option<Regex>>) -> Option<&'static Regex> {
    regex.as_ref()
}
