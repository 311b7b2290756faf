//! A bundle read back, by means other than the programs that made it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lockstep_schemas::manifest::{ArtifactRecord, Manifest};

use crate::runs::Run;

/// A bundle.
#[derive(Debug)]
pub struct Bundle {
    /// Its folder.
    pub folder: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
}

impl Bundle {
    /// The bundle that the first attempt of a run uploaded.
    pub fn of(run: &Run) -> Self {
        Self::of_attempt(run, 1)
    }

    /// The bundle that an attempt of a run uploaded.
    pub fn of_attempt(run: &Run, attempt: u32) -> Self {
        assert!(run.succeeded(), "{}", run.overview());
        let name = format!("bundle-{attempt}");
        let folder = run.artifact(&name).unwrap_or_else(|| panic!("{}", run.overview()));
        let manifest = fs::read(folder.join("manifest.json")).unwrap();
        Self { manifest: serde_json::from_slice(&manifest).unwrap(), folder }
    }

    /// The names of its files, in order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// An artifact's record.
    #[must_use]
    pub fn record(&self, name: &str) -> &ArtifactRecord {
        let found = self.manifest.artifacts.iter().find(|record| record.name.as_str() == name);
        found.unwrap_or_else(|| panic!("the manifest has no {name}"))
    }

    /// That `sha256sum` finds every file to be what `SHA256SUMS` and the manifest say, and none left out.
    pub fn assert_sums(&self) {
        let check = Command::new("sha256sum")
            .args(["--check", "--strict", "--quiet", "SHA256SUMS"])
            .current_dir(&self.folder)
            .output()
            .expect("sha256sum starts");
        assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stdout));
        let sums = fs::read_to_string(self.folder.join("SHA256SUMS")).unwrap();
        let mut summed: Vec<&str> =
            sums.lines().map(|line| line.split_once("  ").expect("digest and name").1).collect();
        summed.push("SHA256SUMS");
        summed.sort_unstable();
        assert_eq!(summed, self.names());
        for record in &self.manifest.artifacts {
            let path = self.folder.join(record.name.as_str());
            assert_eq!(sha256sum(&path), record.sha256.as_str(), "{}", record.name);
            assert_eq!(fs::metadata(&path).unwrap().len(), record.size, "{}", record.name);
        }
    }

    /// Unpacks one of its archives by the machine's own programs.
    #[must_use]
    pub fn unpack(&self, name: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let archive = self.folder.join(name);
        let is_zip = [".zip", ".whl"].iter().any(|end| name.ends_with(end));
        let mut command = if is_zip {
            let mut python = Command::new("python3");
            python.args(["-m", "zipfile", "--extract"]).arg(&archive).arg(folder.path());
            python
        } else {
            let mut tar = Command::new("tar");
            tar.arg("-xf").arg(&archive).arg("-C").arg(folder.path());
            tar
        };
        let output = command.output().expect("it starts");
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        folder
    }
}

/// A file's digest, by `sha256sum`.
#[must_use]
pub fn sha256sum(path: &Path) -> String {
    let output = Command::new("sha256sum").arg(path).output().expect("sha256sum starts");
    let text = String::from_utf8(output.stdout).unwrap();
    text.split(' ').next().unwrap().trim_start_matches('\\').to_owned()
}

/// What `file` would say: the machine that an ELF or Mach-O file is for, from its first bytes.
#[must_use]
pub fn machine(path: &Path) -> &'static str {
    let bytes = fs::read(path).unwrap();
    match (&bytes[..4], bytes.get(18), bytes.get(4)) {
        (b"\x7fELF", Some(0x3e), _) => "ELF x86-64",
        (b"\x7fELF", Some(0xb7), _) => "ELF aarch64",
        ([0xcf, 0xfa, 0xed, 0xfe], _, Some(0x07)) => "Mach-O x86-64",
        ([0xcf, 0xfa, 0xed, 0xfe], _, Some(0x0c)) => "Mach-O arm64",
        ([b'M', b'Z', ..], _, _) => "PE",
        _ => "something else",
    }
}
