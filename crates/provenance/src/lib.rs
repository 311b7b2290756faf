//! Provenance: what an [attestation](https://docs.github.com/en/actions/concepts/security/artifact-attestations) proves of
//! where a file comes from. It asks nobody: the roots of trust are built in, or given.
//!
//! The signature says that GitHub gave the signer a certificate; the certificate's
//! [claims](https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md) say which run of which workflow the signer was.
//! What the statement says of itself beyond the digests of its files proves nothing, and is not read.

use std::fmt;

use lockstep_schemas::strings::{CommitSha, Repository, Sha256, WorkflowFile};
use serde_json::Value;
use sigstore_trust_root::{SigstoreInstance, TrustedRoot};
use sigstore_types::{Artifact, ArtifactDigest, Bundle, Sha256Hash, SignatureContent};
use sigstore_verify::crypto::FulcioCiClaims;
use sigstore_verify::{VerificationPolicy, verify};

/// What `actions/attest` says that it attests: the [provenance](https://slsa.dev/spec/v1.0/provenance) of a build.
const PREDICATE: &str = "https://slsa.dev/provenance/v1";
/// How a refusal begins where the signature is not one.
const NOT_SIGNED: &str = "the signature does not hold";
/// The events by which a release is built: a pull request's run is of other code, and a fork's of another repository.
pub const EVENTS: [&str; 2] = ["push", "workflow_dispatch"];

/// Whom a signature is trusted from: Sigstore's public instance signs for public repositories, and GitHub's own for private
/// ones.
#[derive(Debug)]
pub struct Roots(Vec<TrustedRoot>);

/// What must be so of the build that made a file.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The server: `https://github.com`.
    pub server: &'a str,
    /// The repository.
    pub repository: &'a Repository,
    /// The workflow's file.
    pub workflow: &'a WorkflowFile,
    /// The ref that it ran on: `refs/tags/v1.2.3`.
    pub git_ref: &'a str,
    /// The commit that it built; none where any is good that the ref led to.
    pub commit: Option<&'a CommitSha>,
    /// The run; none where any run of that is good.
    pub run: Option<u64>,
}

/// An attestation that cannot be read, or does not prove what must be so. Each line is one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(pub Vec<String>);

impl Refused {
    fn because(why: impl fmt::Display) -> Self {
        Self(vec![why.to_string()])
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Refused {}

impl Roots {
    /// Those that are built in. They age: a signature of an authority that is newer than this Lockstep is refused.
    ///
    /// # Errors
    ///
    /// Where they cannot be read, which a test rules out.
    pub fn built_in() -> Result<Self, Refused> {
        let instances = [SigstoreInstance::PublicGood, SigstoreInstance::GitHub].into_iter();
        let roots = instances.map(SigstoreInstance::embedded_trusted_root);
        roots.collect::<Result<_, _>>().map(Self).map_err(Refused::because)
    }

    /// Those of a file's text: one, or one on each line, as `gh attestation trusted-root` prints them.
    ///
    /// # Errors
    ///
    /// Where it holds no root of trust.
    pub fn from_text(text: &str) -> Result<Self, Refused> {
        if let Ok(root) = TrustedRoot::from_json(text) {
            return Ok(Self(vec![root]));
        }
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let roots: Result<Vec<TrustedRoot>, _> = lines.map(TrustedRoot::from_json).collect();
        match roots {
            Ok(roots) if roots.is_empty() => Err(Refused::because("this is no root of trust")),
            Ok(roots) => Ok(Self(roots)),
            Err(error) => Err(Refused::because(format_args!("this is no root of trust: {error}"))),
        }
    }
}

/// The attestation of one build, read and not yet believed.
#[derive(Debug)]
pub struct Attestation(Bundle);

impl Attestation {
    /// Reads one, as `actions/attest` and `gh attestation download` write it.
    ///
    /// # Errors
    ///
    /// Where the text is not a Sigstore bundle.
    pub fn read(text: &str) -> Result<Self, Refused> {
        let bundle = Bundle::from_json(text);
        bundle
            .map(Self)
            .map_err(|error| Refused::because(format_args!("this is no attestation: {error}")))
    }

    /// It in one line, in one way of writing it, without what no reader knows.
    ///
    /// # Errors
    ///
    /// Where it has no text, which what was read from one rules out.
    pub fn text(&self) -> Result<String, Refused> {
        self.0.to_json().map_err(Refused::because)
    }

    /// Proves that the file with a digest was made by the build that is expected, and returns the page of the run that
    /// signed it.
    ///
    /// # Errors
    ///
    /// Where any of that is not proven, with every reason.
    pub fn prove(
        &self,
        digest: &Sha256,
        roots: &Roots,
        expected: &Expected<'_>,
    ) -> Result<String, Refused> {
        let digest = Sha256Hash::from_hex(digest.as_str()).map_err(Refused::because)?;
        let artifact = || Artifact::from_digest(ArtifactDigest::sha256(digest));
        let policy = VerificationPolicy::any_identity();
        let by_root = |root: &TrustedRoot| {
            let policy = policy.clone();
            // GitHub's own instance keeps no public log, and its certificates carry no receipt of one.
            let policy =
                if root.tlogs.is_empty() { policy.skip_tlog_unsafe().skip_sct() } else { policy };
            verify(artifact(), &self.0, &policy, root)
        };
        let mut verified = roots.0.iter().map(by_root);
        let first = verified.next().ok_or_else(|| Refused::because("no root of trust is known"))?;
        let verified = first.or_else(|why| verified.find_map(Result::ok).ok_or(why));
        let verified =
            verified.map_err(|error| Refused::because(format_args!("{NOT_SIGNED}: {error}")))?;
        let mut wrong = self.statement();
        let issuer = verified.issuer().unwrap_or("not said");
        if !expected.is_issuer(issuer) {
            wrong.push(format!("the issuer is {issuer}, and not {}", expected.issuer()));
        }
        let Some(certificate) = verified.certificate() else {
            return Err(Refused::because("it is signed by a key, and not by a workflow"));
        };
        wrong.extend(expected.wrong(&certificate.ci_claims));
        match (wrong.is_empty(), &certificate.ci_claims.run_invocation_uri) {
            (true, Some(run)) => Ok(run.clone()),
            _ => Err(Refused(wrong)),
        }
    }

    /// Reads several, one on each line, as `gh attestation download` writes them, or one alone.
    ///
    /// # Errors
    ///
    /// Where the text holds no attestation, or something else too.
    pub fn read_all(text: &str) -> Result<Vec<Self>, Refused> {
        if let Ok(one) = Self::read(text) {
            return Ok(vec![one]);
        }
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let all: Vec<Self> = lines.map(Self::read).collect::<Result<_, _>>()?;
        if all.is_empty() { Err(Refused::because("this is no attestation")) } else { Ok(all) }
    }

    /// What is wrong with the kind of statement: the signature holds for any.
    fn statement(&self) -> Vec<String> {
        let predicate = || {
            let SignatureContent::DsseEnvelope(envelope) = &self.0.content else { return None };
            let statement: Value = serde_json::from_slice(envelope.payload.as_bytes()).ok()?;
            statement.get("predicateType")?.as_str().map(str::to_owned)
        };
        match predicate() {
            Some(kind) if kind == PREDICATE => Vec::new(),
            Some(kind) => vec![format!("it attests {kind}, and not {PREDICATE}")],
            None => vec!["it signs a file, and no statement of where that comes from".to_owned()],
        }
    }
}

/// Proves of a file with a digest that one of some attestations is of it.
///
/// # Errors
///
/// Where none is, with the reasons of the one that comes nearest.
pub fn prove_by_any<'a>(
    attestations: impl IntoIterator<Item = &'a Attestation>,
    digest: &Sha256,
    roots: &Roots,
    expected: &Expected<'_>,
) -> Result<String, Refused> {
    let mut nearest = None;
    for attestation in attestations {
        match attestation.prove(digest, roots, expected) {
            Ok(run) => return Ok(run),
            // Of two runs of one tag, the attestation of the other one is true as well.
            Err(refused) if is_nearer(&refused, nearest.as_ref()) => nearest = Some(refused),
            Err(_) => {}
        }
    }
    Err(nearest.unwrap_or_else(|| Refused::because("there is no attestation of it")))
}

/// Whether a refusal is by fewer reasons, of a signature that holds.
fn is_nearer(refused: &Refused, than: Option<&Refused>) -> bool {
    let distance = |refused: &Refused| {
        let holds = !refused.0.iter().any(|why| why.starts_with(NOT_SIGNED));
        (!holds, refused.0.len())
    };
    than.is_none_or(|than| distance(refused) < distance(than))
}

impl Expected<'_> {
    /// Who gives the server's workflows their identity
    /// ([documentation](https://docs.github.com/en/actions/reference/security/oidc)).
    fn issuer(&self) -> String {
        let host = self.server.trim_start_matches("https://");
        match host.strip_suffix(".ghe.com") {
            Some(_) => format!("https://token.actions.{host}"),
            None => "https://token.actions.githubusercontent.com".to_owned(),
        }
    }

    /// Whether that is the issuer; an enterprise can have its name behind it.
    fn is_issuer(&self, found: &str) -> bool {
        let rest = found.strip_prefix(&self.issuer());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') && rest.len() > 1)
    }

    /// A text that begins with the address of the repository, as that is spelt here: GitHub tells no case in it.
    fn spelt(&self, text: &str) -> String {
        let source = format!("{}/{}", self.server, self.repository);
        match text.split_at_checked(source.len()) {
            Some((found, rest)) if found.eq_ignore_ascii_case(&source) => format!("{source}{rest}"),
            _ => text.to_owned(),
        }
    }

    /// What of a certificate's claims is not as it must be.
    fn wrong(&self, claims: &FulcioCiClaims) -> Vec<String> {
        let Self { server, repository, workflow, git_ref, commit, run } = self;
        // Without one that is expected, the claims must agree on one.
        let said = claims.source_repository_digest.as_deref().unwrap_or("one that is not said");
        let commit = commit.map_or(said, CommitSha::as_str);
        let source = format!("{server}/{repository}");
        let file = format!("{source}/.github/workflows/{workflow}@{git_ref}");
        let wanted = [
            ("the repository", &claims.source_repository_uri, source.as_str()),
            ("the ref", &claims.source_repository_ref, git_ref),
            ("the commit", &claims.source_repository_digest, commit),
            // Which file the run began with, and which one signed: what one of them calls could be another's.
            ("the workflow", &claims.build_config_uri, &file),
            ("the workflow's commit", &claims.build_config_digest, commit),
            ("the workflow that signed", &claims.build_signer_uri, &file),
            ("the commit of the workflow that signed", &claims.build_signer_digest, commit),
            ("the runner", &claims.runner_environment, "github-hosted"),
        ];
        let found = wanted.into_iter().map(|(what, is, wanted)| {
            (what, is.as_deref().map_or("not said".to_owned(), |is| self.spelt(is)), wanted)
        });
        let differs = found.filter(|(_, is, wanted)| is != wanted);
        let differs = differs.map(|(what, is, wanted)| format!("{what} is {is}, and not {wanted}"));
        let mut wrong: Vec<String> = differs.collect();
        let event = claims.build_trigger.as_deref().unwrap_or("nothing that is said");
        if !EVENTS.contains(&event) {
            wrong.push(format!("it was started by {event}, and not by {}", EVENTS.join(" or ")));
        }
        let invocation = claims.run_invocation_uri.as_deref().unwrap_or("not said");
        let invocation = &self.spelt(invocation);
        let runs = format!("{source}/actions/runs/");
        let found = invocation.strip_prefix(&runs).and_then(|rest| rest.split_once("/attempts/"));
        let is_run = match (found.and_then(|(id, _)| id.parse::<u64>().ok()), run) {
            (Some(found), Some(run)) => found == *run,
            (found, None) => found.is_some(),
            (None, Some(_)) => false,
        };
        if !is_run {
            let run = run.map_or_else(|| "a run of it".to_owned(), |run| format!("{runs}{run}"));
            wrong.push(format!("the run is {invocation}, and not {run}"));
        }
        wrong
    }
}
