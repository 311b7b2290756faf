//! Homebrew ([manual](https://docs.brew.sh/Manpage)).

use std::path::{Path, PathBuf};
use std::process::Command;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::strings::Repository;

use super::{Ended, Log};

/// Where it is on machines that do not have it on their path, such as GitHub's with Linux
/// ([documentation](https://docs.brew.sh/Homebrew-on-Linux)).
const ON_LINUX: &str = "/home/linuxbrew/.linuxbrew/bin/brew";

/// Installs a formula of a tap by its full name, as users do, on this machine: Homebrew has one place. Returns where the formula
/// is linked.
///
/// # Errors
///
/// Where it is not there, or does not.
pub fn install(
    tap: &Repository,
    address: &str,
    formula: &str,
    folder: &Path,
    log: &Log,
) -> Result<PathBuf, Diagnostic> {
    let short = short(tap);
    let name = format!("{short}/{formula}");
    let mut command = brew(folder);
    log.run(command.args(["tap", &short, address]), "Homebrew does not know the tap")?;
    let mut command = brew(folder);
    log.run(command.args(["install", "--formula", &name]), "Homebrew does not install it")?;
    let mut command = brew(folder);
    let (ended, said) = log.follow(command.args(["--prefix", &name]))?;
    let place = PathBuf::from(said.lines().last().unwrap_or_default().trim());
    match ended {
        Ended::With(status) if status.success() && place.is_dir() => Ok(place),
        Ended::With(_) | Ended::TooLate => {
            let message =
                format!("Homebrew does not say where it installed {name}:\n{}", said.trim());
            Err(Diagnostic::new(Rule::ClientFailed, message))
        }
    }
}

/// A tap as Homebrew calls it: `owner/tap`, of `owner/homebrew-tap`.
fn short(tap: &Repository) -> String {
    let (owner, name) = tap.as_str().split_once('/').unwrap_or((tap.as_str(), ""));
    format!("{owner}/{}", name.strip_prefix("homebrew-").unwrap_or(name)).to_lowercase()
}

fn brew(folder: &Path) -> Command {
    let is_here = |folder: PathBuf| folder.join("brew").is_file();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).any(is_here);
    let elsewhere = !on_path && Path::new(ON_LINUX).is_file();
    let mut command = Command::new(if elsewhere { ON_LINUX } else { "brew" });
    for name in ["NO_ANALYTICS", "NO_INSTALL_CLEANUP", "NO_ENV_HINTS"] {
        command.env(format!("HOMEBREW_{name}"), "1");
    }
    command.current_dir(folder);
    command
}

#[cfg(test)]
mod tests {
    #[test]
    fn taps_have_short_names() {
        let short = |tap: &str| super::short(&tap.parse().unwrap());
        assert_eq!(short("Someone/homebrew-tap"), "someone/tap");
        assert_eq!(short("someone/formulae"), "someone/formulae");
    }
}
