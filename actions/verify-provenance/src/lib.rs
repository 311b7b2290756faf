//! Proves which run of which workflow built files, from an attestation and without a network.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Parser;
use lockstep_bundle::{Digest, named};
use lockstep_provenance::{Attestation, Expected, Refused, Roots, prove_by_any};
use lockstep_runner::{Action, Failure, Program, Report, Table};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::strings::{CommitSha, Repository, Tag, WorkflowFile};

/// The largest file of attestations or of roots that is read, in bytes.
const LARGEST: u64 = 32 * 1024 * 1024;

/// Proves where files come from.
#[derive(Debug, Parser)]
#[command(name = "verify-provenance", version, disable_version_flag = true, about, long_about = None)]
pub struct Inputs {
    /// The files: paths below this folder, one a line, in which `*` stands for any text of one part.
    #[arg(long, num_args = 1.., required = true)]
    pub files: Vec<String>,
    /// The attestations: the file that `gh attestation download` writes, or that a release carries.
    #[arg(long)]
    pub attestation: PathBuf,
    /// The repository that must have built them: `owner/name`.
    #[arg(long)]
    pub repository: Repository,
    /// The tag that they must be built from.
    #[arg(long)]
    pub tag: Tag,
    /// The commit that they must be built from; any that the tag led to then, if it is not given.
    #[arg(long)]
    pub commit: Option<CommitSha>,
    /// The file of the workflow that must have built them.
    #[arg(long, default_value = "release.yml")]
    pub workflow: WorkflowFile,
    /// The server of the repository.
    #[arg(long, default_value = "https://github.com")]
    pub server: String,
    /// The roots of trust, as `gh attestation trusted-root` prints them. Without them those that this program was built with
    /// count.
    #[arg(long)]
    pub trusted_root: Option<PathBuf>,
}

impl Action for Inputs {
    const FILE: &'static str = "lockstep-publish";

    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("run", "The page of the run that built the files")];
}

impl Program for Inputs {
    fn run(&self, report: &mut Report) -> Result<(), Failure> {
        let roots = match &self.trusted_root {
            Some(path) => Roots::from_text(&text(path)?).map_err(|why| unread(path, &why))?,
            None => Roots::built_in()
                .map_err(|why| Failure::new(Rule::ProvenanceUnproven, why.to_string()))?,
        };
        let attestations = Attestation::read_all(&text(&self.attestation)?);
        let attestations = attestations.map_err(|why| unread(&self.attestation, &why))?;
        let git_ref = format!("refs/tags/{}", self.tag);
        let expected = Expected {
            server: self.server.trim_end_matches('/'),
            repository: &self.repository,
            workflow: &self.workflow,
            git_ref: &git_ref,
            commit: self.commit.as_ref(),
            run: None,
        };
        let mut table = Table::new(["file", "built by"]);
        let mut unproven: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut runs = Vec::new();
        let (files, problems) = named(&self.files);
        report.problems(problems);
        for name in files {
            let Some(digest) = report.found(Digest::of_file(Path::new(&name))) else { continue };
            match prove_by_any(&attestations, &digest.sha256, &roots, &expected) {
                Ok(run) => {
                    table.row([name.as_str(), &run]);
                    if !runs.contains(&run) {
                        runs.push(run);
                    }
                }
                Err(Refused(why)) => unproven.entry(why.join("; ")).or_default().push(name),
            }
        }
        if !runs.is_empty() {
            report.line(&table);
            report.summarize(table.markdown());
        }
        for (why, names) in unproven {
            let message = format!("nothing proves where {} comes from: {why}", names.join(", "));
            report.problem(Diagnostic::new(Rule::ProvenanceUnproven, message).with_remedy(
                "do not use what is not proven; an authority that is newer than this program is known to `gh attestation trusted-root`, for --trusted-root",
            ));
        }
        report.output("run", runs.join(" "));
        Ok(())
    }
}

fn text(path: &Path) -> Result<String, Diagnostic> {
    let unreadable = |why: &dyn std::fmt::Display| {
        Diagnostic::new(Rule::FileUnreadable, format!("cannot be read: {why}"))
            .in_file(path.shown())
    };
    let bytes = lockstep_files::bounded(path, LARGEST).map_err(|error| unreadable(&error))?;
    String::from_utf8(bytes).map_err(|error| unreadable(&error))
}

fn unread(path: &Path, why: &Refused) -> Diagnostic {
    Diagnostic::new(Rule::ProvenanceUnproven, why.to_string()).in_file(path.shown())
}
