//! Where cargo-binstall looks.

use std::borrow::Cow;

use binstalk_types::cargo_toml_binstall::{PkgFmt, PkgMeta, TargetTriple};
use leon::{Template, Values};
use lockstep_schemas::strings::Version;

use crate::manifest::{Crate, Program};

/// The formats, in the order in which it tries them.
const FORMATS: [PkgFmt; 7] =
    [PkgFmt::Tar, PkgFmt::Tbz2, PkgFmt::Tgz, PkgFmt::Txz, PkgFmt::Tzstd, PkgFmt::Zip, PkgFmt::Bin];
/// What it takes a file to be called where nothing says so, and the folder in an archive.
const NAMES: [&str; 10] = [
    "{ name }-{ target }-v{ version }",
    "{ name }-{ target }-{ version }",
    "{ name }-{ version }-{ target }",
    "{ name }-v{ version }-{ target }",
    "{ name }_{ target }_v{ version }",
    "{ name }_{ target }_{ version }",
    "{ name }_{ version }_{ target }",
    "{ name }_v{ version }_{ target }",
    "{ name }-{ target }",
    "{ name }_{ target }",
];
const FOLDERS: [&str; 8] = [
    "{ name }-{ target }-v{ version }",
    "{ name }-{ target }-{ version }",
    "{ name }-{ version }-{ target }",
    "{ name }-v{ version }-{ target }",
    "{ name }-{ target }",
    "{ name }-{ version }",
    "{ name }-v{ version }",
    "{ name }",
];
/// The texts by which an address says the format of its file.
const BY_FORMAT: [&str; 3] = ["format", "archive-format", "archive-suffix"];

/// Where it looks on one platform.
pub(crate) struct Places<'a> {
    pub(crate) urls: Vec<Place>,
    of: &'a Crate,
    pub(crate) metadata: PkgMeta,
    values: Known<'a>,
}

/// An address, and what its file is taken for.
pub(crate) struct Place {
    pub(crate) url: String,
    format: PkgFmt,
}

impl Place {
    /// Whether a file of this name is of that format.
    pub(crate) fn reads(&self, name: &str, is_program: bool) -> bool {
        if is_program {
            return self.format == PkgFmt::Bin;
        }
        self.format != PkgFmt::Bin
            && self.format.extensions(false).iter().any(|end| name.ends_with(end))
    }

    /// Whether it is an address. GitHub tells no case in the names of owners and repositories.
    pub(crate) fn is(&self, url: &str) -> bool {
        let plain = |url: &str| {
            let url = url.replace("%2F", "/");
            let (before, after) = url.split_once("/releases/").unwrap_or((&url, ""));
            format!("{}/releases/{after}", before.to_lowercase())
        };
        plain(&self.url) == plain(url)
    }
}

/// Where it looks for a crate's archive on a platform.
///
/// # Errors
///
/// Where a template cannot be read or filled, or nothing says what to look for.
pub(crate) fn of<'a>(
    of: &'a Crate,
    triple: &'a str,
    known: &'a TargetTriple,
    version: &'a Version,
) -> Result<Places<'a>, String> {
    let cfgs = known.cfgs();
    let metadata: PkgMeta =
        of.metadata.merge_overrides(of.metadata.overrides.get_matching(triple, &cfgs));
    let uses = metadata.pkg_url.as_deref().is_none_or(|url| url.contains("repo"));
    if of.repository.is_empty() && uses {
        return Err(
            "cargo-binstall does not know where to look: the crate has no `repository`".to_owned()
        );
    }
    let values = Known {
        of,
        name: &of.name,
        triple,
        platform: known,
        version: version.as_str(),
        suffix: None,
        program: None,
    };
    let templates: Vec<String> = match &metadata.pkg_url {
        Some(template) => vec![template.clone()],
        None if of.repository.starts_with("https://github") => NAMES
            .iter()
            .flat_map(|name| ["{ repo }/releases/download/{ version }", "{ repo }/releases/download/v{ version }"].map(|folder| format!("{folder}/{name}{{ archive-suffix }}")))
            .collect(),
        None => return Err("cargo-binstall does not know where to look: the crate has no `pkg-url`, and no `repository` on GitHub".to_owned()),
    };
    // A crate with one program is looked for by the name of that as well.
    let names: Vec<&str> = match of.programs.as_slice() {
        [one] if one.name != of.name => vec![&of.name, &one.name],
        _ => vec![&of.name],
    };
    let mut urls = Vec::new();
    for text in &templates {
        let template = Template::parse(text)
            .map_err(|error| format!("`pkg-url` is not a template: {error}"))?;
        let says_format = template.has_any_of_keys(&BY_FORMAT);
        let formats = match (metadata.pkg_fmt, says_format) {
            (Some(format), _) => vec![format],
            (None, true) => FORMATS.to_vec(),
            (None, false) => vec![PkgFmt::guess_pkg_format(text).ok_or("nothing says the format of the archive: set `pkg-fmt`, or end `pkg-url` in `{ archive-suffix }`")?],
        };
        for format in formats {
            let suffixes =
                if says_format { format.extensions(triple.contains("windows")) } else { &[""] };
            for (name, suffix) in
                names.iter().flat_map(|name| suffixes.iter().map(move |suffix| (name, suffix)))
            {
                let values = Known { name, suffix: Some(suffix), ..values };
                let url = template
                    .render(&values)
                    .map_err(|error| format!("`pkg-url` cannot be filled: {error}"))?;
                urls.push(Place { url, format });
            }
        }
    }
    Ok(Places { urls, of, metadata, values })
}

impl Places<'_> {
    /// Where in an archive with these members it looks for each program.
    pub(crate) fn programs(&self, members: &[String]) -> Vec<String> {
        let fill = |text: &str, program: Option<&str>| {
            let values = Known { program, ..self.values };
            Template::parse(text)
                .ok()
                .and_then(|template| template.render(&values).ok())
                .unwrap_or_else(|| text.to_owned())
        };
        let is_folder = |folder: &&str| {
            let folder = format!("{}/", fill(folder, None));
            members.iter().any(|member| member.starts_with(&folder))
        };
        let template = self.metadata.bin_dir.clone().unwrap_or_else(|| {
            let folder = FOLDERS.iter().copied().find(|folder| is_folder(folder));
            format!(
                "{}{{ bin }}{{ binary-ext }}",
                folder.map_or_else(String::new, |folder| format!("{folder}/"))
            )
        });
        let path = |program: &Program| {
            let path = fill(&template, Some(&program.name));
            path.trim_start_matches("./").to_owned()
        };
        self.of.programs.iter().map(path).collect()
    }
}

/// What templates can name.
#[derive(Clone, Copy)]
struct Known<'a> {
    of: &'a Crate,
    name: &'a str,
    triple: &'a str,
    platform: &'a TargetTriple,
    version: &'a str,
    suffix: Option<&'a str>,
    program: Option<&'a str>,
}

impl Values for Known<'_> {
    fn get_value(&self, key: &str) -> Option<Cow<'_, str>> {
        let extension = if self.triple.contains("windows") { ".exe" } else { "" };
        let text = match key {
            "name" => self.name,
            "repo" => &self.of.repository,
            "target" => self.triple,
            "version" => self.version,
            "bin" => self.program?,
            "binary-ext" => extension,
            // In `bin-dir` an old word for the extension.
            "format" if self.program.is_some() => extension,
            "archive-format" | "format" => {
                self.suffix.map(|suffix| suffix.strip_prefix('.').unwrap_or("bin"))?
            }
            "archive-suffix" => self.suffix?,
            "target-arch" => return Some(self.platform.arch.into_str()),
            "target-family" => return Some(Cow::Owned(self.platform.os.to_string())),
            "target-libc" => return Some(self.platform.env.into_str()),
            "target-vendor" => return Some(Cow::Owned(self.platform.vendor.to_string())),
            _ => return None,
        };
        Some(Cow::Borrowed(text))
    }
}
