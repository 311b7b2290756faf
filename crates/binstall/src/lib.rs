//! What [cargo-binstall](https://github.com/cargo-bins/cargo-binstall/blob/main/SUPPORT.md) makes of a crate: where it looks for
//! an archive on each platform, and for the programs in it. Templates and overrides are read by its own crates.

mod manifest;
mod places;

use binstalk_types::cargo_toml_binstall::{Strategy, TargetTriple};
use lockstep_patterns::Part;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::{ChannelPlan, Plan, PlannedFile, TargetPlan, at_version};
use lockstep_schemas::strings::Version;

pub use manifest::Crate;
use places::Places;

/// The table of a `Cargo.toml` that it reads.
const TABLE: &str = "`package.metadata.binstall`";

/// What of a channel's files cargo-binstall does not find, or not as it must: one diagnostic for each target and fault.
/// `downloads` is the address below which the assets of all of the project's releases are.
#[must_use]
pub fn unfound(
    of: &Crate,
    plan: &Plan,
    channel: &ChannelPlan,
    version: &Version,
    downloads: &str,
) -> Vec<Diagnostic> {
    if of.programs.is_empty() {
        let message = "the crate has no program that cargo-binstall could install";
        return vec![problem(
            message,
            "name a crate that has one: `crate` of `channels.cargo-binstall`",
        )];
    }
    let tag = at_version(plan.tag.as_str(), version.as_str());
    let mut problems = Vec::new();
    let mut assets: Vec<Asset<'_>> = Vec::new();
    for file in plan.shipped_by(channel) {
        let Some(target) = file.target().and_then(|target| plan.target(target)) else { continue };
        let name = at_version(file.name(), version.as_str());
        let asset = Asset { file, target, url: format!("{downloads}/{tag}/{name}"), version };
        match assets.iter().find(|other| other.target.triple == asset.target.triple) {
            Some(other) => {
                let (triple, first) = (&target.triple, &other.target.id);
                let message = format!(
                    "{first} and {} are both {triple}, of which cargo-binstall finds one file",
                    target.id
                );
                problems.push(problem(
                    message,
                    "give one of them the tier `deferred` under `channels.cargo-binstall.tiers`",
                ));
            }
            None => assets.push(asset),
        }
    }
    problems.extend(assets.iter().flat_map(|asset| asset.unfound(of)));
    problems
}

/// A file of a release.
struct Asset<'a> {
    file: PlannedFile<'a>,
    target: &'a TargetPlan,
    url: String,
    version: &'a Version,
}

impl Asset<'_> {
    /// What of it is not found.
    fn unfound(&self, of: &Crate) -> Vec<Diagnostic> {
        let (triple, url) = (self.target.triple.as_str(), &self.url);
        let Ok(known) = triple.parse::<TargetTriple>() else {
            let message = format!("cargo-binstall does not know the platform {triple}");
            return vec![problem(
                message,
                "give it the tier `deferred` under `channels.cargo-binstall.tiers`",
            )];
        };
        let places = match places::of(of, triple, &known, self.version) {
            Ok(places) => places,
            Err(why) => {
                return vec![problem(
                    format!("on {triple} {why}"),
                    &format!("say it in the crate's `Cargo.toml`, or in {TABLE} of that"),
                )];
            }
        };
        let found: Vec<_> = places.urls.iter().filter(|place| place.is(url)).collect();
        if found.is_empty() {
            let message = match places.urls.as_slice() {
                [one] => format!(
                    "on {triple} cargo-binstall looks for {}, and the release has {url}",
                    one.url
                ),
                all => format!(
                    "on {triple} cargo-binstall tries {} addresses, such as {}, and none is that of the release, {url}",
                    all.len(),
                    all.first().map_or("", |first| &first.url)
                ),
            };
            return vec![problem(message, &self.pkg_url(triple))];
        }
        let is_program = matches!(self.file, PlannedFile::Binary(..));
        let mut problems = refused(&places, triple);
        if !found.iter().any(|place| place.reads(url, is_program)) {
            let message = format!("on {triple} cargo-binstall reads {url} in another format");
            problems.push(problem(message, &format!("say its format: `pkg-fmt` of {TABLE}")));
        }
        if !is_program {
            problems.extend(self.lacks(of, &places, triple));
        }
        problems
    }

    /// The programs that are not where it looks for them.
    fn lacks(&self, of: &Crate, places: &Places<'_>, triple: &str) -> Vec<Diagnostic> {
        let version = self.version.as_str();
        let members: Vec<String> =
            self.file.members().iter().map(|member| at_version(&member.to, version)).collect();
        let has = |path: &String| members.iter().any(|member| is(member, path));
        let paths = places.programs(&members);
        let mut problems = Vec::new();
        for (index, (program, path)) in of.programs.iter().zip(&paths).enumerate() {
            if paths[..index].contains(path) {
                let message = format!("on {triple} cargo-binstall takes `{path}` for two programs");
                problems
                    .push(problem(message, &format!("write `{{ bin }}` in `bin-dir` of {TABLE}")));
            }
            // One that some features alone build is not missed, where there is another.
            let is_optional = !program.required_features.is_empty() && paths.iter().any(has);
            if !has(path) && !is_optional {
                let message = format!(
                    "on {triple} cargo-binstall looks for `{path}` in {}, which has no such file",
                    self.url
                );
                problems.push(problem(
                    message,
                    &format!(
                        "say where it is: `bin-dir = \"{{ bin }}{{ binary-ext }}\"` of {TABLE}"
                    ),
                ));
            }
        }
        problems
    }

    /// The address as a template, as far as it can be one for every platform.
    fn pkg_url(&self, triple: &str) -> String {
        let file = self.url.rsplit_once("/releases/download/").map_or("", |(_, file)| file);
        let file = file.replace(self.version.as_str(), "{ version }").replace(triple, "{ target }");
        format!(
            "say where: `pkg-url = \"{{ repo }}/releases/download/{file}\"` of {TABLE}, or of `package.metadata.binstall.overrides.{triple}`; `{{ repo }}` is the crate's `repository`"
        )
    }
}

/// What the metadata itself rules out.
fn refused(places: &Places<'_>, triple: &str) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    if places.metadata.signing.is_some() {
        let message = format!(
            "on {triple} cargo-binstall asks for a signature beside the archive, which the release has not"
        );
        problems.push(problem(
            message,
            &format!(
                "take `signing` out of {TABLE}: an attestation says where an archive comes from"
            ),
        ));
    }
    let disabled = places.metadata.disabled_strategies.as_deref().unwrap_or_default();
    if disabled.contains(&Strategy::CrateMetaData) {
        let message =
            format!("on {triple} cargo-binstall does not look for the project's own archives");
        problems.push(problem(
            message,
            &format!("take `crate-meta-data` out of `disabled-strategies` of {TABLE}"),
        ));
    }
    problems
}

fn problem(message: impl Into<String>, remedy: &str) -> Diagnostic {
    Diagnostic::new(Rule::AssetMissing, message).with_remedy(remedy)
}

/// Whether a member's place is a path; in a pattern `*` stands for any text of one part.
fn is(member: &str, path: &str) -> bool {
    let (member, path): (Vec<&str>, Vec<&str>) =
        (member.split('/').collect(), path.split('/').collect());
    member.len() == path.len()
        && member.iter().zip(&path).all(|(one, other)| Part::new(one).takes(other).is_some())
}
