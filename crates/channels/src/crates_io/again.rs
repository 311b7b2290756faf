//! Crates packaged again: what is published is what the bundle has.

use lockstep_bundle::{Digest, Shipped};
use lockstep_clients::cargo;
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::receipt::FileState;
use tempfile::TempDir;

use super::{CratesIo, KIND, manifest_of};
use crate::order::in_waves;
use crate::{Ledger, package};

impl CratesIo<'_> {
    /// Packages a crate again, with what it needs of those that the registry does not have, and compares it with the bundle's.
    pub(super) fn packaged_again(
        &self,
        file: &Shipped,
        names: &[&str],
    ) -> Result<TempDir, Diagnostic> {
        let target = crate::apart()?;
        let manifest = manifest_of(&self.bundle, package(file))?;
        let (within, options) = (target.path(), self.options(file));
        cargo::package(within, &manifest, names, target.path(), &options)?;
        let packed = target.path().join("package").join(file.name.as_str());
        let found = Digest::of_file(&packed)?.sha256;
        if found == file.sha256 {
            return Ok(target);
        }
        let message = format!("cargo packages another `{}` than the bundle has", file.name);
        Err(Diagnostic::new(Rule::NotReproducible, message).differs(&file.sha256, &found).with_remedy(
            "publish from a checkout of the release's commit, by the toolchain that packaged it, the model's `toolchain.rust`; where the crate has no Cargo.lock, a dependency was released since: commit one",
        ))
    }

    /// That no crates need each other, which cargo cannot publish.
    fn in_no_circle(&self) -> Result<(), Diagnostic> {
        let waves = in_waves(&self.files, &self.needs);
        let waits = |wave: &Vec<&Shipped>| {
            let names: Vec<&str> = wave.iter().map(|file| package(file)).collect();
            let needs = |file: &&&Shipped| {
                let index = self.files.iter().position(|one| one.name == file.name);
                let needs = index.map(|index| &self.needs[index]);
                needs.is_some_and(|needs| needs.iter().any(|need| names.contains(&need.as_str())))
            };
            wave.iter().filter(needs).count() > 0
        };
        let Some(circle) = waves.iter().find(|wave| waits(wave)) else { return Ok(()) };
        let names: Vec<String> = circle.iter().map(|file| format!("`{}`", package(file))).collect();
        let message = format!(
            "{} need each other, so cargo can publish none of them first",
            names.join(", ")
        );
        Err(Diagnostic::new(Rule::NotPublished, message).with_remedy(
            "where one needs the other for tests alone, leave the version out of its dev-dependency",
        ))
    }

    /// That each crate that is not there comes out as the bundle has it, which is known before anything is published.
    pub(super) fn all_come_out_the_same(&self, ledger: &Ledger, report: &mut Report) {
        report.found(self.in_no_circle());
        for (file, together) in self.files.iter().zip(&self.together) {
            if ledger.is(KIND, &file.name, FileState::Absent) {
                let names: Vec<&str> = together.iter().map(String::as_str).collect();
                report.found(self.packaged_again(file, &names));
            }
        }
    }
}
