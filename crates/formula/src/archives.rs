//! The archives that a formula installs.

use std::collections::BTreeMap;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::{ChannelPlan, Plan, PlannedFile};
use lockstep_schemas::platform::{Cpu, Os};
use lockstep_schemas::strings::{Sha256, Tag, Version};

/// The digests of a release's files, by their names.
pub type Digests = BTreeMap<String, Sha256>;

/// An archive, as an asset of the GitHub release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// Its name.
    pub name: String,
    /// Its name, with `{version}` where that stands.
    pub pattern: String,
    /// Where users download it.
    pub url: String,
    /// Its digest.
    pub sha256: Sha256,
    /// What it is for; of one for every platform nothing.
    pub platform: Option<(Os, Cpu)>,
    /// What stands in a formula for a digest that is not known yet.
    pub placeholder: Option<String>,
}

/// The archives that the channel ships.
///
/// # Errors
///
/// Each archive that has no digest, and each that Homebrew has no word for.
pub fn archives(
    plan: &Plan,
    channel: &ChannelPlan,
    version: &Version,
    downloads: &str,
    tag: &Tag,
    digests: &Digests,
) -> Result<Vec<Archive>, Vec<Diagnostic>> {
    let (mut archives, mut problems) = (Vec::new(), Vec::new());
    for file in plan.shipped_by(channel) {
        match archive(plan, file, version, downloads, tag, digests) {
            Ok(archive) => archives.push(archive),
            Err(problem) => problems.push(problem),
        }
    }
    if archives.is_empty() && problems.is_empty() {
        problems.push(Diagnostic::new(Rule::FormulaUnfit, "Homebrew ships no archive"));
    }
    if problems.is_empty() { Ok(archives) } else { Err(problems) }
}

fn archive(
    plan: &Plan,
    file: PlannedFile<'_>,
    version: &Version,
    downloads: &str,
    tag: &Tag,
    digests: &Digests,
) -> Result<Archive, Diagnostic> {
    let name = file.name_at(version).map_err(|error| Diagnostic::new(Rule::WrongForm, error))?;
    let Some(sha256) = digests.get(&name).cloned() else {
        let message = format!("nothing says the digest of `{name}`");
        return Err(Diagnostic::new(Rule::FileMissing, message).with_remedy(
            "take the digests of this very version: of its bundle, its manifest or its sums",
        ));
    };
    let target = file.target().and_then(|target| plan.target(target));
    let platform = target.map(|target| (target.os, target.cpu));
    let strange = target.filter(|target| words(target.os, target.cpu).is_none());
    if let Some(target) = strange {
        let message =
            format!("Homebrew installs nothing on {}, and the model ships it `{name}`", target.id);
        return Err(Diagnostic::new(Rule::FormulaUnfit, message)
            .with_remedy("give the target the tier `deferred` under `channels.homebrew.tiers`"));
    }
    let placeholder = target.map(|target| {
        let suffix = target.suffix.as_str().to_uppercase();
        let suffix = suffix.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        format!("PLACEHOLDER_{suffix}_SHA256")
    });
    let url = format!("{downloads}/{tag}/{name}");
    Ok(Archive { pattern: file.name().to_owned(), name, url, sha256, platform, placeholder })
}

/// How a formula says what system and processor an archive is for
/// ([documentation](https://docs.brew.sh/Formula-Cookbook#handling-different-system-configurations)).
pub(crate) fn words(os: Os, cpu: Cpu) -> Option<(&'static str, &'static str)> {
    let system = match os {
        Os::Macos => "on_macos",
        Os::Linux => "on_linux",
        Os::Windows
        | Os::Android
        | Os::Ios
        | Os::Openharmony
        | Os::Freebsd
        | Os::Netbsd
        | Os::Openbsd
        | Os::Illumos
        | Os::Solaris
        | Os::Aix
        | Os::Wasm
        | Os::Other => return None,
    };
    match cpu {
        Cpu::Arm64 => Some((system, "on_arm")),
        Cpu::X64 => Some((system, "on_intel")),
        Cpu::Ia32
        | Cpu::Arm
        | Cpu::Armv6
        | Cpu::Riscv64
        | Cpu::Ppc64
        | Cpu::Ppc64be
        | Cpu::S390x
        | Cpu::Loong64
        | Cpu::Mips64el
        | Cpu::Wasm32
        | Cpu::Universal
        | Cpu::Other => None,
    }
}
