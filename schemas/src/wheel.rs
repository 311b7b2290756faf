//! What a wheel's name says, and what is promised of it
//! ([file names](https://packaging.python.org/en/latest/specifications/binary-distribution-format/#file-name-convention),
//! [tags](https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/)).

use std::collections::BTreeSet;
use std::fmt;

use crate::plan::WheelFile;
use crate::platform::{Cpu, SystemVersion};
use crate::strings::{PythonTag, normalized};

/// A wheel's name. Each of its tags is a set, joined by `.`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WheelName<'n> {
    /// The project.
    pub project: &'n str,
    /// The version.
    pub version: &'n str,
    /// The build, where it was built more than once.
    pub build: Option<&'n str>,
    /// The interpreters.
    pub pythons: BTreeSet<&'n str>,
    /// The interpreters' binary interfaces.
    pub abis: BTreeSet<&'n str>,
    /// The platforms.
    pub platforms: BTreeSet<&'n str>,
}

impl<'n> WheelName<'n> {
    /// Reads a name; `None` where it is not that of a wheel.
    #[must_use]
    pub fn of(name: &'n str) -> Option<Self> {
        let parts: Vec<&str> = name.strip_suffix(".whl")?.split('-').collect();
        let (project, version, build, [python, abi, platform]) = match *parts.as_slice() {
            [project, version, python, abi, platform] => {
                (project, version, None, [python, abi, platform])
            }
            [project, version, build, python, abi, platform] => {
                (project, version, Some(build), [python, abi, platform])
            }
            _ => return None,
        };
        let set = |tags: &'n str| tags.split('.').collect::<BTreeSet<_>>();
        let (pythons, abis, platforms) = (set(python), set(abi), set(platform));
        let is_whole = |set: &BTreeSet<&str>| !set.contains("");
        let is_said = !project.is_empty() && !version.is_empty() && build != Some("");
        let whole = is_said && [&pythons, &abis, &platforms].into_iter().all(is_whole);
        whole.then_some(Self { project, version, build, pythons, abis, platforms })
    }

    /// How many tags it stands for.
    #[must_use]
    pub fn count(&self) -> usize {
        let sets = [&self.pythons, &self.abis, &self.platforms];
        sets.into_iter().fold(1, |count, set| count.saturating_mul(set.len()))
    }

    /// Every tag that it stands for, as `WHEEL` lists them.
    #[must_use]
    pub fn tags(&self) -> BTreeSet<String> {
        let abis = |python| self.abis.iter().map(move |abi| format!("{python}-{abi}"));
        let pairs = self.pythons.iter().flat_map(abis);
        let platforms = |pair: String| {
            let tag = move |platform: &&str| format!("{pair}-{platform}");
            self.platforms.iter().map(tag).collect::<Vec<_>>()
        };
        pairs.flat_map(platforms).collect()
    }
}

/// A platform tag, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlatformTag<'t> {
    /// Every platform.
    Any,
    /// Linux with a glibc that is not older
    /// ([PEP 600](https://peps.python.org/pep-0600/)).
    Manylinux(SystemVersion, &'t str),
    /// Linux with a musl that is not older
    /// ([PEP 656](https://peps.python.org/pep-0656/)).
    Musllinux(SystemVersion, &'t str),
    /// A macOS that is not older.
    Macos(SystemVersion, &'t str),
    /// Any other, such as `win_amd64`.
    Other(&'t str),
}

impl<'t> PlatformTag<'t> {
    /// Reads a tag.
    #[must_use]
    pub fn of(tag: &'t str) -> Self {
        // What the first standards called their floors.
        for (old, minor) in [("manylinux1_", 5), ("manylinux2010_", 12), ("manylinux2014_", 17)] {
            if let Some(cpu) = tag.strip_prefix(old) {
                return Self::Manylinux(SystemVersion { major: 2, minor }, cpu);
            }
        }
        let versioned = |family: &str| {
            let mut parts = tag.strip_prefix(family)?.splitn(3, '_');
            let (major, minor) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
            Some((SystemVersion { major, minor }, parts.next().filter(|cpu| !cpu.is_empty())?))
        };
        if tag == "any" {
            Self::Any
        } else if let Some((floor, cpu)) = versioned("manylinux_") {
            Self::Manylinux(floor, cpu)
        } else if let Some((floor, cpu)) = versioned("musllinux_") {
            Self::Musllinux(floor, cpu)
        } else if let Some((floor, cpu)) = versioned("macosx_") {
            Self::Macos(floor, cpu)
        } else {
            Self::Other(tag)
        }
    }

    /// The processors that it is for, where it names some that Lockstep knows.
    #[must_use]
    pub fn cpus(self) -> Vec<Cpu> {
        let cpu = match self {
            Self::Any => return Vec::new(),
            Self::Manylinux(_, cpu) | Self::Musllinux(_, cpu) | Self::Macos(_, cpu) => cpu,
            Self::Other("win32") => "i686",
            Self::Other(tag) => tag.split_once('_').map_or("", |(_, cpu)| cpu),
        };
        match cpu {
            "universal2" => Cpu::Universal.slices().to_vec(),
            cpu => Cpu::of_wheel(cpu).into_iter().collect(),
        }
    }

    /// Whether whoever is promised another tag is served by this one.
    #[must_use]
    pub fn serves(self, promised: PlatformTag<'_>) -> bool {
        match (self, promised) {
            (Self::Any, _) => true,
            (Self::Manylinux(floor, cpu), PlatformTag::Manylinux(promised, other))
            | (Self::Musllinux(floor, cpu), PlatformTag::Musllinux(promised, other)) => {
                floor <= promised && cpu == other
            }
            (Self::Macos(floor, cpu), PlatformTag::Macos(promised, other)) => {
                let is_both = cpu == "universal2" && ["x86_64", "arm64"].contains(&other);
                floor <= promised && (cpu == other || is_both)
            }
            (Self::Other(tag), PlatformTag::Other(other)) => tag == other,
            (Self::Manylinux(..) | Self::Musllinux(..) | Self::Macos(..) | Self::Other(_), _) => {
                false
            }
        }
    }
}

/// What the name of a wheel says other than was promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WheelMismatch {
    /// It is no wheel's name.
    NoWheel,
    /// Of another project.
    Project,
    /// Of another version.
    Version,
    /// For other interpreters.
    Python,
    /// Not for a platform, which is named, that is promised.
    Platform(String),
}

impl fmt::Display for WheelMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoWheel => f.write_str("it is not the name of a wheel"),
            Self::Project => f.write_str("it is of another project"),
            Self::Version => f.write_str("it is of another version"),
            Self::Python => f.write_str("it is for another Python"),
            Self::Platform(platform) => write!(f, "it does not serve `{platform}`"),
        }
    }
}

impl WheelFile {
    /// What a name says other than is promised of this wheel, for a project and a version of Python's.
    ///
    /// # Errors
    ///
    /// The first difference.
    pub fn is(&self, name: &str, project: &str, version: &str) -> Result<(), WheelMismatch> {
        let name = WheelName::of(name).ok_or(WheelMismatch::NoWheel)?;
        if normalized(name.project) != normalized(project) {
            return Err(WheelMismatch::Project);
        }
        if name.version != version {
            return Err(WheelMismatch::Version);
        }
        if self.python.as_ref().is_some_and(|python| !is_of(&name, python, self.abi3)) {
            return Err(WheelMismatch::Python);
        }
        for platform in &self.platforms {
            let promised = PlatformTag::of(platform.as_str());
            let serves = |tag: &&str| PlatformTag::of(tag).serves(promised);
            // What is for every platform is promised as that alone.
            let is_fit = match promised {
                PlatformTag::Any => name.platforms.contains("any"),
                _ => !name.platforms.contains("any") && name.platforms.iter().any(serves),
            };
            if !is_fit {
                return Err(WheelMismatch::Platform(platform.to_string()));
            }
        }
        Ok(())
    }

    /// Whether it is for every platform.
    #[must_use]
    pub fn is_for_everybody(&self) -> bool {
        self.platforms.iter().any(|platform| platform.as_str() == "any")
    }
}

/// Whether a wheel is for an interpreter as the model names it: `cp313`, `cp313t` without a global lock, `pp311`, `py3`; or for
/// every later one by the [stable interface](https://docs.python.org/3/c-api/stable.html).
fn is_of(name: &WheelName<'_>, python: &PythonTag, abi3: bool) -> bool {
    let python = python.as_str();
    if abi3 {
        return name.pythons.contains(python) && name.abis.contains("abi3");
    }
    let free_threaded = python.strip_suffix('t');
    let interpreter = free_threaded.unwrap_or(python);
    let is_abi = |abi: &&str| match (interpreter.get(..2), free_threaded) {
        (_, Some(_)) => *abi == python,
        // Up to 3.7 an ending said how memory was allocated.
        (Some("cp"), None) => {
            let ending = abi.strip_prefix(python);
            matches!(ending, Some("" | "m" | "mu")) || *abi == "none"
        }
        (Some("py"), None) => *abi == "none",
        // PyPy's is its own version's: `pypy311_pp73`.
        _ => *abi != "abi3",
    };
    name.pythons.contains(interpreter) && name.abis.iter().any(is_abi)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wheel(python: Option<&str>, abi3: bool, platforms: &[&str]) -> WheelFile {
        WheelFile {
            target: "linux-x64".parse().unwrap(),
            name: String::new(),
            python: python.map(|python| python.parse().unwrap()),
            abi3,
            platforms: platforms.iter().map(|tag| tag.parse().unwrap()).collect(),
            path: String::new(),
            required: Vec::new(),
        }
    }

    #[test]
    fn sets_of_tags_are_sets() {
        let of_maturin = "x-1.0.0-cp39-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl";
        let promised = wheel(None, false, &["manylinux_2_17_x86_64"]);
        assert_eq!(promised.is(of_maturin, "x", "1.0.0"), Ok(()));
        let old = wheel(None, false, &["manylinux2014_x86_64"]);
        assert_eq!(old.is(of_maturin, "X", "1.0.0"), Ok(()));
        let newer = wheel(Some("cp39"), true, &["manylinux_2_28_x86_64"]);
        assert_eq!(newer.is(of_maturin, "x", "1.0.0"), Ok(()));
        let older = wheel(None, false, &["manylinux_2_12_x86_64"]);
        let platform = WheelMismatch::Platform("manylinux_2_12_x86_64".to_owned());
        assert_eq!(older.is(of_maturin, "x", "1.0.0"), Err(platform));
        let both = wheel(None, false, &["manylinux_2_17_x86_64", "musllinux_1_1_x86_64"]);
        let of_both =
            "x-1.0.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64.whl";
        assert_eq!(both.is(of_both, "x", "1.0.0"), Ok(()));
        assert!(both.is(of_maturin, "x", "1.0.0").is_err());
        assert_eq!(WheelName::of(of_both).unwrap().tags().len(), 3);
    }

    #[test]
    fn interpreters_are_told_apart() {
        let name = |tags: &str| format!("x-1.0.0-{tags}-win_amd64.whl");
        for (python, abi3, tags, fits) in [
            ("cp313", false, "cp313-cp313", true),
            ("cp313", false, "cp313-cp313t", false),
            ("cp313", false, "cp313-none", true),
            ("cp37", false, "cp37-cp37m", true),
            ("cp313t", false, "cp313-cp313t", true),
            ("cp313t", false, "cp313-cp313", false),
            ("pp311", false, "pp311-pypy311_pp73", true),
            ("pp311", false, "pp310-pypy310_pp73", false),
            ("py3", false, "py3-none", true),
            ("py3", false, "py2.py3-none", true),
            ("py3", false, "cp313-cp313", false),
            ("cp39", true, "cp39-abi3", true),
            ("cp39", true, "cp39-cp39", false),
            ("cp39", true, "cp38-abi3", false),
            ("cp39", false, "cp39-abi3", false),
        ] {
            let found = wheel(Some(python), abi3, &["win_amd64"]).is(&name(tags), "x", "1.0.0");
            assert_eq!(found.is_ok(), fits, "{python} {abi3} {tags}: {found:?}");
        }
    }

    #[test]
    fn what_is_for_both_processors_serves_each() {
        let universal = "x-1.0.0-cp313-cp313-macosx_10_13_universal2.whl";
        for platform in ["macosx_11_0_arm64", "macosx_10_13_x86_64", "macosx_11_0_universal2"] {
            assert_eq!(wheel(None, false, &[platform]).is(universal, "x", "1.0.0"), Ok(()));
        }
        for platform in ["macosx_10_12_x86_64", "win_amd64", "any"] {
            assert!(wheel(None, false, &[platform]).is(universal, "x", "1.0.0").is_err());
        }
    }

    #[test]
    fn names_that_are_none() {
        for none in [
            "x-1.0.0.whl",
            "x-1.0.0-py3-none-any.zip",
            "x--py3-none-any.whl",
            "x-1-py3-none-a..b.whl",
            "",
        ] {
            assert_eq!(WheelName::of(none), None, "{none}");
        }
        let build = WheelName::of("x-1.0.0-2-py3-none-any.whl").unwrap();
        assert_eq!(build.build, Some("2"));
        let pure = wheel(Some("py3"), false, &["any"]);
        assert_eq!(pure.is("x-1.0.0-2-py3-none-any.whl", "x", "1.0.0"), Ok(()));
        let other = "x-1.0.0-py3-none-win_amd64.whl";
        assert!(pure.is(other, "x", "1.0.0").is_err());
        assert!(
            wheel(None, false, &["win_amd64"])
                .is("x-1.0.0-py3-none-any.whl", "x", "1.0.0")
                .is_err()
        );
    }
}
