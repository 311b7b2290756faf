//! Assets of a release, as users download and unpack them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lockstep_archives::{Format, unpack};
use lockstep_bundle::{Digest, is_executable, place_of};
use lockstep_registries::Web;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::Manifest;
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::{ArchiveFile, PlannedFile, at_version};
use lockstep_schemas::strings::Sha256;
use lockstep_smoke::Installed;

use crate::look::Look;
use crate::wanted::Wanted;

/// What is downloaded, and from where.
pub(crate) struct Assets<'a> {
    pub(crate) look: &'a dyn Look,
    pub(crate) web: &'a Web<'a>,
    pub(crate) manifest: &'a Manifest,
    /// The manifest's file.
    pub(crate) manifest_file: &'a Path,
}

impl Assets<'_> {
    /// Downloads and unpacks each below a folder: its programs are found before all others, and the folder is the first's.
    pub(crate) fn install<'w>(
        &self,
        wanted: impl Iterator<Item = &'w Wanted<'w>>,
        folder: &Path,
    ) -> Result<(Installed, Option<PathBuf>), Diagnostic> {
        let how = "downloaded".to_owned();
        let mut all = Installed { folder: folder.to_owned(), programs: Vec::new(), how };
        let mut first = None;
        for (index, one) in wanted.enumerate() {
            let place = folder.join(index.to_string());
            let (unpacked, path) = self.one(one, &place, &mut all.programs)?;
            if first.is_none() {
                all.folder = unpacked;
                first = Some(path);
            }
        }
        Ok((all, first))
    }

    /// One, and where its files are.
    fn one(
        &self,
        one: &Wanted<'_>,
        place: &Path,
        programs: &mut Vec<PathBuf>,
    ) -> Result<(PathBuf, PathBuf), Diagnostic> {
        fs::create_dir_all(place).map_err(|error| {
            Diagnostic::new(Rule::FileUnwritable, format!("{}: {error}", place.shown()))
        })?;
        let path = place.join(&one.name);
        let missing = || {
            let message =
                format!("`{}` is there, and nobody can download it without a login", one.name);
            Diagnostic::new(Rule::DeliveryFailed, message)
                .with_remedy("users of a private repository need `gh release download`, which delivery does not try")
        };
        let address = self.look.address(&one.name).ok_or_else(missing)?;
        if !self.web.download("GitHub", address, &path)? {
            return Err(missing());
        }
        if let Some(wanted) = &one.sha256 {
            let found = Digest::of_file(&path)?.sha256;
            if found != *wanted {
                let message = format!("users download other bytes as `{}`", one.name);
                return Err(Diagnostic::new(Rule::OtherBytes, message).differs(wanted, &found));
            }
        }
        let Some(PlannedFile::Archive(plan, archive)) = one.planned else {
            executable(&path)?;
            programs.push(place.to_owned());
            return Ok((place.to_owned(), path));
        };
        let into = place.join("unpacked");
        let names = unpack(Format::from(plan.format), &path, &into).map_err(|error| {
            Diagnostic::new(error.rule(), format!("`{}` cannot be unpacked: {error}", one.name))
        })?;
        if one.sha256.is_none() {
            self.compare(one, archive, &into, &names)?;
        }
        for name in &names {
            let file = into.join(name);
            let Some(folder) = file.parent() else { continue };
            let is_program =
                fs::metadata(&file).is_ok_and(|data| data.is_file() && is_executable(&file, &data));
            if is_program && !programs.iter().any(|known| known == folder) {
                programs.push(folder.to_owned());
            }
        }
        Ok((into, path))
    }

    /// Compares what is in an archive that carries the manifest, which cannot list it: the manifest in it is this one, and each other
    /// file is in the place that the plan gives it what its target built.
    fn compare(
        &self,
        one: &Wanted<'_>,
        archive: &ArchiveFile,
        into: &Path,
        names: &[String],
    ) -> Result<(), Diagnostic> {
        let wanted = self.members(archive)?;
        let files = names.iter().filter(|name| into.join(name).is_file());
        let mut found = BTreeMap::new();
        for name in files {
            found.insert(name.clone(), Digest::of_file(&into.join(name))?.sha256);
        }
        let differs = wanted.iter().find(|(place, sha256)| found.get(*place) != Some(*sha256));
        let differs = differs.map(|(place, _)| place);
        let Some(place) = differs.or_else(|| found.keys().find(|name| !wanted.contains_key(*name)))
        else {
            return Ok(());
        };
        let message = format!("`{place}` in `{}` is not what the release built", one.name);
        Err(Diagnostic::new(Rule::OtherBytes, message))
    }

    /// What must be in an archive that carries the manifest, with its digests.
    fn members(&self, archive: &ArchiveFile) -> Result<BTreeMap<String, Sha256>, Diagnostic> {
        let version = self.manifest.version.as_str();
        let mut members = BTreeMap::new();
        for placement in &archive.members {
            let from = at_version(&placement.from, version);
            let to = at_version(&placement.to, version);
            let targets = self.manifest.targets.iter();
            for (_, record) in targets
                .filter(|(id, _)| placement.target.as_ref().is_none_or(|target| target == *id))
            {
                for file in &record.files {
                    if let Some(place) = place_of(&from, &to, file.path.as_str()) {
                        members.insert(place, file.sha256.clone());
                    }
                }
            }
        }
        if let Some(place) = &archive.manifest {
            let sha256 = Digest::of_file(self.manifest_file)?.sha256;
            members.insert(at_version(place, version), sha256);
        }
        Ok(members)
    }
}

/// Makes a program of what was downloaded, as users do.
fn executable(path: &Path) -> Result<(), Diagnostic> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(|error| {
            Diagnostic::new(Rule::FileUnwritable, format!("cannot be made executable: {error}"))
                .in_file(path.shown())
        })?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
