//! Homebrew's formulae ([Formula Cookbook](https://docs.brew.sh/Formula-Cookbook)).

use std::sync::LazyLock;

use lockstep_schemas::strings::Version;
use lockstep_schemas::version::VersionScheme;
use regex_lite::Regex;

use super::Contents;
use crate::field::{Field, Invalid, Literal};
use crate::syntax::code::{Code, Language};

const RUBY: Language = Language {
    line_comments: &["#"],
    blocks: &[("\n=begin", "\n=end"), ("\n__END__\n", "\u{0}")],
    quotes: &["\"", "'"],
    quotes_span_lines: false,
};

/// What begins a part of a formula that is about something else than what it installs.
const OTHERS: [&str; 8] =
    ["resource", "patch", "livecheck", "test", "bottle", "service", "def", "head"];

/// A formula's `version`, and that of the addresses that it is fetched from.
pub(super) fn formula(text: &str) -> Result<Contents, Invalid> {
    let own = own(text);
    let code = Code::read(&own, &RUBY);
    // The copy has every byte at its place.
    let literal =
        |found: Literal<'_>| Literal { text: &text[found.place.clone()], place: found.place };
    let all = |pattern: &str| code.all(pattern).into_iter().map(literal);
    let mut contents = Contents::default();
    let mut field = |name: &str, version: Literal<'_>| {
        contents.fields.push(Field::of_file(name, version, VersionScheme::Semver));
    };
    let mut stated = None;
    for version in all(r#"^[ \t]*version[ \t(]+["']([^"'\n]*)["'][ \t)]*$"#) {
        stated = stated.or(Some(version.text));
        field("version", version);
    }
    for tag in all(r#"\btag:[ \t]*["'](?:[^"'\n]*?v)?([^"'\n]*)["']"#) {
        field("tag:", tag);
    }
    for (name, pattern) in [
        ("url", r#"^[ \t]*url[ \t(]+["']([^"'\n]*)["']"#),
        ("mirror", r#"^[ \t]*mirror[ \t(]+["']([^"'\n]*)["']"#),
    ] {
        for address in all(pattern) {
            for version in in_address(&address, stated) {
                field(name, version);
            }
        }
    }
    if contents.fields.is_empty() {
        return Err(Invalid::new("as a Homebrew formula it has no version, and no url with one")
            .with_remedy(
                "name its version, or say in lockstep.yaml where it stands: { path: …, regex: … }",
            ));
    }
    Ok(contents)
}

/// The formula without the parts that are about something else: resources, patches, tests and methods. They end where
/// `end` stands as far to the left as they begin.
fn own(text: &str) -> String {
    let mut own = String::with_capacity(text.len());
    let mut other: Option<&str> = None;
    for line in text.split_inclusive('\n') {
        let word = line.trim_start();
        let indent = &line[..line.len() - word.len()];
        let is_word = |name: &str| {
            word.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '(', '\r', '\n']))
        };
        let bare = word.split(" #").next().unwrap_or_default().trim_end();
        let begins = OTHERS.iter().any(|name| is_word(name))
            && (word.starts_with("def ") || word.contains(" do |") || bare.ends_with(" do"));
        if other.is_none() && begins {
            other = Some(indent);
        }
        if other.is_none() {
            own.push_str(line);
        } else {
            own.extend(line.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        }
        if other == Some(indent) && word.trim_end() == "end" {
            other = None;
        }
    }
    own
}

/// The version of an address, wherever it stands in it: that of its tag, or the one that the formula states, or that
/// of the file's name.
fn in_address<'t>(address: &Literal<'t>, stated: Option<&str>) -> Vec<Literal<'t>> {
    static TAG: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"/(?:download|tags?|archive)/(?:[A-Za-z0-9_.%-]*?[A-Za-z_%-])?v?([0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?)(?:/|\.tar\.|\.tgz|\.zip)").ok()
    });
    static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"[-_@]v?([0-9]+\.[0-9]+\.[0-9]+(?:-(?:alpha|beta|rc)[0-9.]*)?)\.(?:tar\.[a-z0-9]+|tgz|zip|crate|whl)$").ok()
    });
    let found = |regex: &LazyLock<Option<Regex>>| {
        let found = regex.as_ref()?.captures(address.text)?.get(1)?.as_str();
        found.parse::<Version>().is_ok().then_some(found)
    };
    let is_here =
        |stated: &&str| stated.parse::<Version>().is_ok() && address.text.contains(stated);
    let stated = stated.filter(is_here);
    let Some(version) = found(&TAG).or(stated).or_else(|| found(&NAME)) else { return Vec::new() };
    // What goes on as a number is another.
    let is_apart = |at: &usize| {
        let before = address.text[..*at].chars().next_back();
        let mut after = address.text[at + version.len()..].chars();
        let (next, second) = (after.next(), after.next());
        let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let goes_on = is_digit(next) || (next == Some('.') && is_digit(second));
        !(goes_on || is_digit(before) || before == Some('.'))
    };
    let places = address.text.match_indices(version).map(|(at, _)| at).filter(is_apart);
    places.map(|at| address.part(at..at + version.len())).collect()
}
