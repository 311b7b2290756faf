//! npm: its registry is read, and written by npm itself.

mod preflight;
mod staging;
mod tag;
mod verify;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lockstep_bundle::{Shipped, Verified, depends_on, shipped};
use lockstep_clients::npm::{self, Access, Publishing, Refusal};
use lockstep_registries::npm::Registry as Reader;
use lockstep_registries::{Web, at_once, shown};
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::{ChannelKind, NpmPublish};
use lockstep_schemas::plan::{ChannelPlan, NpmPlan};
use lockstep_schemas::receipt::{Did, FileState, StageRecord};
use lockstep_schemas::strings::StageId;
use tempfile::TempDir;

use crate::order::in_waves;
use crate::registry::{Answer, Publication, Registry, RegistryChannel, Stages, Waiting};
use crate::{Ledger, Permit, channel_of, package};

const KIND: ChannelKind = ChannelKind::Npm;
/// How many packages are asked for at the same time, and how many are sent: each that is sent is a process of its own.
const ASKED: usize = 16;
const SENT: usize = 12;

/// The packages of a bundle, and the registry that they go to.
pub struct Npm<'a> {
    bundle: Verified<'a>,
    plan: &'a NpmPlan,
    web: &'a Web<'a>,
    token: Option<&'a str>,
    registries: Registries,
    files: Vec<Shipped>,
    waiting: Waiting,
    /// Where npm runs, outside of any checkout.
    folder: TempDir,
    /// The latest version of each package, as it was last seen.
    latest: Mutex<HashMap<String, String>>,
    /// What waits for an approval, as it was last seen.
    seen: staging::Seen,
}

/// Its token is not among what is shown.
impl std::fmt::Debug for Npm<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Npm").field("files", &self.files).finish_non_exhaustive()
    }
}

/// The registry for packages of any scope, and those of scopes that have their own.
struct Registries {
    any: String,
    own: BTreeMap<String, String>,
}

impl Registries {
    fn all(&self) -> impl Iterator<Item = &String> {
        [&self.any].into_iter().chain(self.own.values())
    }

    fn of(&self, package: &str) -> &str {
        npm::scope(package).and_then(|scope| self.own.get(scope)).unwrap_or(&self.any)
    }
}

impl<'a> Npm<'a> {
    /// Of a bundle, at the registries that npm is configured for. Without a token what publishes is npm's own configuration, or
    /// the identity of the run.
    ///
    /// # Errors
    ///
    /// Where the plan has no such channel, npm does not say where its registry is, or a package cannot be read.
    pub fn new(
        bundle: Verified<'a>,
        web: &'a Web<'a>,
        token: Option<&'a str>,
        waiting: Waiting,
    ) -> Result<Self, Diagnostic> {
        let (channel, plan) = channel_of(&bundle, KIND, ChannelPlan::npm)?;
        let files = shipped(bundle.folder(), bundle.plan(), bundle.manifest(), channel)?;
        let names = files.iter().filter_map(|file| file.package.as_deref());
        let scopes: std::collections::BTreeSet<&str> = names.filter_map(npm::scope).collect();
        let folder = crate::apart()?;
        let (any, own) = npm::registries(folder.path(), scopes)?;
        let registries = Registries { any, own: own.into_iter().collect() };
        let open = registries.all().find(|registry| !lockstep_github::is_private(registry));
        if let Some(open) = open.filter(|_| token.is_some()) {
            let message =
                format!("the token would be sent where others can read it: {}", shown(open));
            return Err(Diagnostic::new(Rule::WrongInput, message)
                .with_remedy("configure npm for the registry's https address"));
        }
        Ok(Self {
            bundle,
            plan,
            web,
            token,
            registries,
            files,
            waiting,
            folder,
            latest: Mutex::default(),
            seen: staging::Seen::default(),
        })
    }

    /// Whether packages are staged, and public when a maintainer approved them.
    fn is_staged(&self) -> bool {
        match self.plan.publish {
            NpmPublish::Direct => false,
            NpmPublish::Staged => true,
        }
    }

    fn publication(&self) -> Result<Publication<'_, Self>, Diagnostic> {
        let needs: Result<Vec<_>, _> =
            self.files.iter().map(|file| depends_on(&file.path)).collect();
        Ok(Publication {
            registry: self,
            version: &self.bundle.manifest().version,
            waves: in_waves(&self.files, &needs?),
            waiting: self.waiting,
        })
    }

    /// The version as npm has it: it leaves out what stands behind a `+`.
    fn version(&self) -> &str {
        self.bundle.manifest().version.without_build()
    }

    fn access<'s>(&'s self, registry: &'s str) -> Access<'s> {
        Access { within: self.folder.path(), registry, token: self.token }
    }

    fn reader(&self, package: &str) -> Reader<'_> {
        Reader { address: self.registries.of(package), token: self.token }
    }

    fn state(&self, file: &Shipped) -> Result<FileState, Diagnostic> {
        let name = package(file);
        let Some(found) = self.reader(name).package(self.web, name)? else {
            return Ok(FileState::Absent);
        };
        if let Some(latest) = found.latest() {
            let mut known = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
            known.insert(name.to_owned(), latest.to_owned());
        }
        let ours = file.integrity.as_ref().map(ToString::to_string);
        Ok(found.has(&self.bundle.manifest().version, ours.as_deref()))
    }

    /// The dist-tag of a package.
    fn tag_of(&self, package: &str) -> String {
        let latest =
            self.latest.lock().unwrap_or_else(PoisonError::into_inner).get(package).cloned();
        tag::choose(&self.bundle.manifest().version, self.plan.tag.as_ref(), latest.as_deref())
    }

    fn client(
        &self,
        file: &Shipped,
        dry_run: bool,
    ) -> Result<Result<Option<StageId>, Refusal>, Diagnostic> {
        let package = package(file);
        let access = self.access(self.registries.of(package));
        let tag = self.tag_of(package);
        let publishing = Publishing {
            package,
            tarball: &file.path,
            tag: &tag,
            access: self.plan.access.id(),
            staged: self.is_staged(),
            dry_run,
        };
        npm::publish(access, publishing)
    }
}

impl RegistryChannel for Npm<'_> {
    fn look(&self, ledger: &mut Ledger, report: &mut Report) -> Result<(), Diagnostic> {
        self.publication()?.look(ledger, report)
    }

    fn names_are_there(&self, report: &mut Report) -> Result<(), Diagnostic> {
        preflight::names_are_there(self, report)
    }

    fn preflight(&self, _ledger: &Ledger, report: &mut Report) -> Result<(), Diagnostic> {
        preflight::preflight(self, report)
    }

    fn rehearse(&self, ledger: &mut Ledger, report: &mut Report) -> Result<(), Diagnostic> {
        let absent: Vec<&Shipped> = self
            .files
            .iter()
            .filter(|file| ledger.is(KIND, &file.name, FileState::Absent))
            .collect();
        for (file, tried) in
            absent.iter().zip(at_once(&absent, SENT, |file| self.client(file, true)))
        {
            match tried? {
                Ok(_) => {
                    ledger.did(KIND, file.name.as_str(), Did::Rehearsed, None, None)?;
                    let tag = self.tag_of(package(file));
                    let would = if self.is_staged() { "stage" } else { "publish" };
                    report.line(format_args!("a live run would {would} {} as `{tag}`", file.name));
                }
                Err(refusal) => report.problem(refused(file, &refusal)),
            }
        }
        Ok(())
    }

    fn publish(
        &self,
        permit: &Permit,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Diagnostic> {
        self.publication()?.publish(permit, ledger, report)
    }
}

impl Registry for Npm<'_> {
    fn kind(&self) -> ChannelKind {
        KIND
    }

    fn states(&self, files: &[&Shipped]) -> Result<Vec<FileState>, Diagnostic> {
        let states = at_once(files, ASKED, |file| self.state(file));
        let states = states.into_iter().collect::<Result<Vec<_>, _>>()?;
        if self.is_staged() { staging::with_staged(self, files, states) } else { Ok(states) }
    }

    fn send(&self, file: &Shipped, _permit: &Permit) -> Result<Answer, Diagnostic> {
        Ok(match self.client(file, false)? {
            Ok(id) if self.is_staged() => {
                let tag = Some(self.tag_of(package(file)));
                Answer::Staged(StageRecord { id, tag, compared: false })
            }
            Ok(_) => Answer::Taken,
            Err(refusal) => answer(file, &refusal),
        })
    }

    fn page(&self, file: &Shipped) -> Option<String> {
        let name = package(file);
        let registry = shown(self.registries.of(name));
        let version = &self.bundle.manifest().version;
        Some(format!("{}/{name}/{version}", registry.trim_end_matches('/')))
    }

    fn at_once(&self) -> usize {
        SENT
    }

    fn settles(&self) -> Duration {
        // It looks through every package that it publishes, and through none that it stages.
        if self.is_staged() { Duration::from_secs(20) } else { Duration::from_mins(5) }
    }

    fn stages(&self) -> Option<&dyn Stages> {
        self.is_staged().then_some(self)
    }
}

/// What a refusal of npm's means, by its code ([codes](https://docs.npmjs.com/cli/v11/using-npm/errors)). Its text is for people.
fn answer(file: &Shipped, refusal: &Refusal) -> Answer {
    let code = refusal.code.as_deref().unwrap_or_default();
    let said = || format!("{code}: {}", refusal.said);
    match code {
        // It took one of this version and has not shown it so far, or works on another of the package: both are one code.
        "E409" | "EPUBLISHCONFLICT" => Answer::Conflict(said()),
        // It is signed before it is uploaded.
        "TLOG_CREATE_ENTRY_ERROR"
        | "TLOG_FETCH_ENTRY_ERROR"
        | "TSA_CREATE_TIMESTAMP_ERROR"
        | "CA_CREATE_SIGNING_CERTIFICATE_ERROR"
        | "IDENTITY_TOKEN_READ_ERROR" => Answer::NotSent(said()),
        // Nobody was reached, or nobody took anything.
        "ECONNREFUSED" | "ENOTFOUND" | "EAI_AGAIN" | "ENETUNREACH" | "EHOSTUNREACH" | "E429" => {
            Answer::NotSent(said())
        }
        "E401" | "E402" | "E422" | "ENEEDAUTH" | "EOTP" => {
            Answer::Refused(refused(file, refusal).into())
        }
        // A right that is missing, or a version that is there: both are one code, and what npm itself finds has none.
        "E403" | "E404" | "" => Answer::Disputed(refused(file, refusal).into()),
        _ => Answer::Unclear(said()),
    }
}

/// That npm does not take a package, and what to do about it.
fn refused(file: &Shipped, refusal: &Refusal) -> Diagnostic {
    let (code, said) = (refusal.code.as_deref(), &refusal.said);
    let name = &file.name;
    let message = match code {
        Some(code) => format!("npm does not take `{name}`: {code}: {said}"),
        None => format!("npm does not take `{name}`: {said}"),
    };
    let remedy = match code.unwrap_or_default() {
        "E401" | "ENEEDAUTH" => {
            "renew the token, or look at what npm trusts on the package's page: it must name this repository, workflow file and environment"
        }
        "EOTP" => {
            "this token asks for a second factor: use trusted publishing, or a token that bypasses it"
        }
        "E403" | "E404" => {
            "whoever publishes needs the right to write this package; a trusted publisher may be allowed to stage alone: look at the package's settings on npm"
        }
        "E402" => {
            "a package of a scope that others may not see needs a paid account: write `access: public`"
        }
        "E422" => {
            "npm takes no provenance for a package whose `repository` is another than the run's, and none from a private repository"
        }
        _ => "mend what npm says, and run the failed jobs again: what is there stays",
    };
    Diagnostic::new(Rule::NotPublished, message).with_remedy(remedy)
}
