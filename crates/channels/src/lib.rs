//! Where a release is shipped to, one file a channel. Each says what is there, publishes what is not, and sees it there
//! afterwards. What is there decides, by bytes and codes; no text of an error does.

pub mod crates_io;
pub mod github_release;
pub mod homebrew;
mod ledger;
pub mod npm;
mod order;
mod present;
pub mod pypi;
mod registry;

pub use ledger::Ledger;
pub use present::{Asked, Presence, present};
pub use registry::{RegistryChannel, Waiting};

use lockstep_bundle::{Shipped, Verified};
use lockstep_runner::inputs::Mode;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::Manifest;
use lockstep_schemas::model::{ChannelKind, SchemaVersion, Stage};
use lockstep_schemas::plan::ChannelPlan;
use lockstep_schemas::receipt::{Receipt, RunRecord};

/// The token that publishes, where there is one.
#[must_use]
pub fn token() -> Option<String> {
    let token = std::env::var("LOCKSTEP_TOKEN").ok()?.trim().to_owned();
    Some(token).filter(|token| !token.is_empty())
}

/// The channel in a bundle's plan, with what it alone has.
///
/// # Errors
///
/// Where the plan does not ship there.
pub fn channel_of<'a, P>(
    bundle: &Verified<'a>,
    kind: ChannelKind,
    of: fn(&ChannelPlan) -> Option<&P>,
) -> Result<(&'a ChannelPlan, &'a P), Diagnostic> {
    let found = bundle.plan().shipping().find_map(|channel| Some((channel, of(channel)?)));
    found.ok_or_else(|| {
        let message = format!("the plan does not ship to {}", kind.label());
        let is_deferred = bundle.plan().channels.iter().any(|channel| channel.kind() == kind);
        let problem = Diagnostic::new(Rule::WrongInput, message);
        if is_deferred {
            return problem.with_remedy("it is deferred there: the model says so in `tiers`");
        }
        problem
    })
}

/// The name of the package that a file is.
fn package(file: &Shipped) -> &str {
    file.package.as_deref().unwrap_or_default()
}

/// A folder for clients that are to run outside of any checkout: what is configured there is the project's to say, and not where a
/// token goes.
///
/// # Errors
///
/// Where none can be made.
pub fn apart() -> Result<tempfile::TempDir, Diagnostic> {
    tempfile::tempdir().map_err(|error| {
        Diagnostic::new(Rule::FileUnwritable, format!("a temporary folder: {error}"))
    })
}

/// The receipt of a job that publishes a bundle, before it found anything.
#[must_use]
pub fn receipt(manifest: &Manifest, rehearsal: bool) -> Receipt {
    let number = |name: &str| std::env::var(name).ok()?.parse().ok();
    let run = number("GITHUB_RUN_ID").map(|id| RunRecord {
        id,
        attempt: number("GITHUB_RUN_ATTEMPT")
            .and_then(|attempt| attempt.try_into().ok())
            .unwrap_or(1),
    });
    Receipt {
        schema: SchemaVersion::CURRENT,
        tag: manifest.tag.clone(),
        version: manifest.version.clone(),
        commit: manifest.source.commit.clone(),
        build: manifest.run.as_ref().map(|run| RunRecord { id: run.id, attempt: run.attempt }),
        bundle: None,
        stage: Stage::Publish,
        run,
        rehearsal,
        checks: Vec::new(),
        gates: Vec::new(),
        waivers: Vec::new(),
        problems: Vec::new(),
        files: Vec::new(),
        deliveries: Vec::new(),
    }
}

/// That something may be published. Only a live run makes one, and whatever publishes takes it: a rehearsal has none.
#[derive(Debug)]
pub struct Permit(());

impl Permit {
    /// Of a live run.
    #[must_use]
    pub fn of(mode: Mode) -> Option<Self> {
        match mode {
            Mode::Live => Some(Self(())),
            Mode::Rehearsal => None,
        }
    }
}
