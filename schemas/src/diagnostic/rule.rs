//! The rules: one name for each thing that can be wrong.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! rules {
    ($($(#[doc = $meaning:literal])+ $rule:ident = $id:literal,)+) => {
        /// One thing that can be wrong. Its name is stable: it stands in messages, in `--json` and in the list of rules.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum Rule {
            $($(#[doc = $meaning])+ #[serde(rename = $id)] $rule,)+
        }

        impl Rule {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$rule,)+];

            /// Its name.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$rule => $id,)+ }
            }

            /// What is wrong, and why that matters, in Markdown.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$rule => concat!($($meaning, "\n",)+),)+ }
            }
        }
    };
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

rules! {
    // Files and programs.

    /// A file or a folder cannot be read: it is missing, too large, or the system refuses it.
    FileUnreadable = "file-unreadable",
    /// A file or a folder cannot be written. Nothing is left half-written.
    FileUnwritable = "file-unwritable",
    /// A file that must be text is not UTF-8.
    NotUtf8 = "not-utf8",
    /// A document of Lockstep's, such as the plan or a manifest, is not what its JSON Schema says.
    DocumentInvalid = "document-invalid",
    /// A flag, or an input of an action, is missing or has a value that it cannot have.
    WrongInput = "wrong-input",
    /// A client that artifacts are packed or installed with, such as npm, cargo, git or bash, does not start.
    ClientMissing = "client-missing",
    /// A client started and failed; the message ends with what it printed.
    ClientFailed = "client-failed",

    // The text of a model.

    /// A model, or a version file, is not YAML.
    YamlSyntax = "yaml-syntax",
    /// A key is set twice. Readers differ in which one counts, so neither does.
    DuplicateKey = "duplicate-key",
    /// A file is nested deeper, or has more values, than any file that people write.
    TooComplex = "too-complex",
    /// The model says nothing.
    ModelEmpty = "model-empty",
    /// The model is written for another version of Lockstep.
    SchemaVersion = "schema-version",
    /// A key that the model does not know. A misspelt key would otherwise be left out silently.
    UnknownKey = "unknown-key",
    /// A key that the model needs is not there.
    MissingKey = "missing-key",
    /// A word that is not one of those to choose from.
    UnknownValue = "unknown-value",
    /// A value of another type, such as a number where text is expected.
    WrongType = "wrong-type",
    /// A text that does not have the form that its key asks for.
    WrongForm = "wrong-form",

    // What a model must say.

    /// A name that the model does not define.
    UnknownName = "unknown-name",
    /// The same thing is named twice in one list.
    NamedTwice = "named-twice",
    /// `lockstep` does not name the release of Lockstep whose programs the workflows run.
    LockstepPin = "lockstep-pin",
    /// The version behind an action's commit is another commit: the tag was moved, or the comment is wrong.
    PinMismatch = "pin-mismatch",
    /// A model names no commit of a release of Lockstep, so nothing of its workflows would run.
    LockstepUnreleased = "lockstep-unreleased",
    /// `modes` is empty, so nothing would be built.
    NoMode = "no-mode",
    /// A part of a version means another release on each runner image, and targets that were built by different
    /// releases cannot be merged.
    ToolchainNotExact = "toolchain-not-exact",
    /// A crate without a pinned Rust: cargo packages it anew to publish it, and another cargo may make other bytes.
    ToolchainMissing = "toolchain-missing",
    /// No file carries the version of a release train.
    NoVersionFile = "no-version-file",
    /// The model does not say where in a file the version stands, or says it twice.
    VersionFileUnclear = "version-file-unclear",
    /// A regular expression is not one, or does not have exactly one group for the version.
    VersionPattern = "version-pattern",
    /// Two release trains have the same tags, so a tag would not say which one it releases.
    TagTaken = "tag-taken",
    /// The document that a passage is rendered into is not Markdown, or is the changelog.
    PassageDocument = "passage-document",
    /// The name of a target is not one that Lockstep knows, and no triple says what it is.
    UnknownTarget = "unknown-target",
    /// Lockstep does not know the platform of a triple.
    UnknownPlatform = "unknown-platform",
    /// A target has the name of one platform and the triple of another.
    TargetMisnamed = "target-misnamed",
    /// A floor of glibc or macOS on a target that has neither.
    FloorMisplaced = "floor-misplaced",
    /// A runner that is neither one of GitHub's nor one of the project's own.
    UnknownRunner = "unknown-runner",
    /// A runner that GitHub does not serve any more.
    RunnerGone = "runner-gone",
    /// A target is built, and so smoke-tested, on a runner that cannot run it.
    RunnerMismatch = "runner-mismatch",
    /// A container in which no action runs.
    ContainerUnfit = "container-unfit",
    /// An older glibc is promised than what is built on a runner, or in its image, starts with.
    FloorUnmet = "floor-unmet",
    /// Nothing says which glibc the binaries of a target need.
    FloorMissing = "floor-missing",
    /// Containers run on Linux runners alone, and only Linux programs run in them.
    ContainerMisplaced = "container-misplaced",
    /// A source's name, folder or input is taken.
    SourceTaken = "source-taken",
    /// A step is neither a script nor an action, or has keys that belong to the other.
    StepForm = "step-form",
    /// A variable of a step that belongs to the runner or to Lockstep.
    StepVariable = "step-variable",
    /// A pinned action without its version, or one repository pinned to two commits.
    ActionPin = "action-pin",
    /// A step names targets where no target is built; or a step or a snapshot names none.
    StepTargets = "step-targets",
    /// A gate that cannot work as it is written.
    GateForm = "gate-form",
    /// A waiver that does not say what may be waived, or by whom.
    WaiverForm = "waiver-form",
    /// A release without an artifact, or an artifact without a target: a run that ships nothing must not be green.
    NothingShipped = "nothing-shipped",
    /// A placeholder that does not exist, or has no value where it stands.
    Placeholder = "placeholder",
    /// The pattern of the built files and the place that they get do not fit each other.
    PatternMismatch = "pattern-mismatch",
    /// Two files of a release would have the same name.
    FileNameTaken = "file-name-taken",
    /// The manifest is of the whole release, so an archive of one target cannot carry it.
    ManifestOfTarget = "manifest-of-target",
    /// A release without a channel, or a channel that ships nothing.
    ChannelEmpty = "channel-empty",
    /// A channel that cannot ship an artifact of this kind.
    KindNotShipped = "kind-not-shipped",
    /// An artifact that no channel ships.
    ArtifactUnshipped = "artifact-unshipped",
    /// `official` without a smoke test: nothing would show that the artifact can be installed and run.
    SmokeTestMissing = "smoke-test-missing",
    /// A channel with tiers does not say what it promises for a target that it has something for.
    TierMissing = "tier-missing",
    /// A tier that contradicts what is packed.
    TierContradiction = "tier-contradiction",
    /// Credentials that the channel does not take, or that would do nothing.
    Credentials = "credentials",
    /// Homebrew or cargo-binstall fetches what is no asset of the GitHub release, or an asset is named that nothing makes.
    AssetMissing = "asset-missing",
    /// More than GitHub allows: jobs, inputs, calls, assets or subjects.
    GithubLimit = "github-limit",

    // What is rendered.

    /// A rendered file is not what the model says.
    Drift = "drift",
    /// A file that Lockstep did not render stands where it would render one.
    ForeignFile = "foreign-file",
    /// A document does not have one place for the passage that Lockstep renders into it.
    PassageMarkers = "passage-markers",

    // Versions.

    /// A version file is not of its format.
    VersionFileSyntax = "version-file-syntax",
    /// A file that carries the version is not there.
    VersionFileMissing = "version-file-missing",
    /// A version file has no field that carries the version.
    VersionFieldMissing = "version-field-missing",
    /// Which field of a file carries the version is not clear.
    VersionFieldUnclear = "version-field-unclear",
    /// A field's version is not written so that it can be read and set in its place.
    VersionFieldForm = "version-field-form",
    /// A field says another version than the rest, or than the one that is released.
    VersionMismatch = "version-mismatch",
    /// A field cannot say a version: its ecosystem has no word for it, or its range does not take it.
    VersionUnsayable = "version-unsayable",
    /// A dynamic version whose file is not known or not there.
    VersionDynamic = "version-dynamic",
    /// A version that is inherited from a workspace, and no workspace has one.
    VersionInherited = "version-inherited",
    /// A field that belongs to two release trains, or stands within another field.
    VersionFieldTwice = "version-field-twice",
    /// A lockfile that lists no package of this repository, or two of one name.
    LockfileUnclear = "lockfile-unclear",
    /// A change would leave a file that no longer says the version, so nothing is written.
    VersionNotSet = "version-not-set",
    /// The new version is not above the current one. Registries and users would take it for an older release.
    VersionNotAbove = "version-not-above",
    /// Which version comes next is not clear.
    VersionNextUnclear = "version-next-unclear",
    /// The changelog does not tell of the version that is released.
    Changelog = "changelog",
    /// A release train that the model does not have.
    UnknownTrain = "unknown-train",

    // Building and packing.

    /// A tag that no release train of the model has.
    TagPattern = "tag-pattern",
    /// A release is built from its tag, and this run is of another ref.
    RunNotOfTag = "run-not-of-tag",
    /// The tag is not in the repository.
    TagUnknown = "tag-unknown",
    /// The tag leads to another commit than the one that is built. A tag of a release never moves.
    TagMoved = "tag-moved",
    /// A gate of the model did not pass, or nobody could check whether it did.
    GateClosed = "gate-closed",
    /// What a benchmark left behind is not there, or not what the model says that it is.
    ResultsUnreadable = "results-unreadable",
    /// The commit is slower than an earlier release by more than the model lets it be.
    Slower = "slower",
    /// Something that was measured of an earlier release was not measured of the commit, so nobody knows whether it is slower.
    ScenarioMissing = "scenario-missing",
    /// The version rises by less than what changed asks for, or what changed is not known.
    VersionTooLow = "version-too-low",
    /// A run that was started and followed did not succeed.
    RunFailed = "run-failed",
    /// There is a release or a draft of the tag that this bundle did not make. What is public is never changed, and what
    /// somebody else drafted is theirs.
    ReleaseInTheWay = "release-in-the-way",
    /// The formula of a tap does not say what the release has: its version, the address of an archive, or a digest.
    FormulaStale = "formula-stale",
    /// A formula cannot be brought to a release: it is not there, or an archive of the release has no place in it.
    FormulaUnfit = "formula-unfit",
    /// A tap does not take what is pushed to it.
    TapRefused = "tap-refused",
    /// A registry does not answer, or not in a form that can be read.
    RegistrySilent = "registry-silent",
    /// A registry does not take the token or the identity that it is shown.
    CredentialsRefused = "credentials-refused",
    /// A registry has never heard of a package. Its first version is published by hand, since neither trusted publishing nor
    /// most tokens can make a name.
    PackageUnknown = "package-unknown",
    /// A registry has another file under this name and version. What users may have is never replaced.
    OtherBytes = "other-bytes",
    /// A version is used up: the registry took it once, has nothing to show for it, and takes it no more.
    VersionUsedUp = "version-used-up",
    /// A registry took a file, and does not show it yet. It is not broken, and is not published again.
    NotVisibleYet = "not-visible-yet",
    /// Packages are staged, and nobody has approved them so far: a maintainer does, and the failed jobs are run again.
    AwaitingApproval = "awaiting-approval",
    /// A package is staged with another dist-tag than it must have by now.
    StagedOtherwise = "staged-otherwise",
    /// A file did not get to a registry: it was refused, or nobody answered.
    NotPublished = "not-published",
    /// A question that only people can answer was not answered with yes.
    Undecided = "undecided",
    /// No run built what is to be published: `release.yml` has not succeeded for the tag.
    BuildRunMissing = "build-run-missing",
    /// The build run is another than it must be: of a fork, another workflow, another ref or commit, or it did not succeed.
    BuildRunUnfit = "build-run-unfit",
    /// The bundle of the build run is not there any more, or never was.
    BundleGone = "bundle-gone",
    /// An earlier run began to publish what another run built. Users would get files of two builds under one version.
    BuildRunChanged = "build-run-changed",
    /// An environment is not there, does not admit the run, or asks nobody where somebody must approve.
    EnvironmentUnfit = "environment-unfit",
    /// Something that a release needs outside of the repository is missing: `lockstep setup` lists it all.
    SetupMissing = "setup-missing",
    /// A gate or a channel is let go by somebody who may not, or without a reason.
    WaiverRefused = "waiver-refused",
    /// Nothing proves that the build run made the file: there is no attestation of it, or one that says another thing.
    ProvenanceUnproven = "provenance-unproven",
    /// GitHub refuses a question, or does not answer it.
    GithubFailed = "github-failed",
    /// A branch or tag of a source that is not there, or is both.
    RefUnknown = "ref-unknown",
    /// A folder is not a checkout, or is checked out at another commit than the one that is built.
    CheckoutMismatch = "checkout-mismatch",
    /// A file that an artifact is packed from is not there, or is there more than once.
    BuiltFileMissing = "built-file-missing",
    /// Two built files would be packed in one place.
    PackedTwice = "packed-twice",
    /// What is made for Windows has a file with a name that Windows cannot have
    /// ([naming files](https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file)): whoever unpacks it there gets an error, or
    /// less than is in it.
    NotOnWindows = "not-on-windows",
    /// An artifact that is packed twice comes out differently, or a target that is `reproducible` does when it is built twice: nobody
    /// could check it against its sources.
    NotReproducible = "not-reproducible",
    /// A package's own name, version or settings do not let it be packed as the model says.
    PackageMismatch = "package-mismatch",
    /// A package runs code on every user's machine when it is installed.
    InstallScript = "install-script",
    /// A file changed between the job that made it and the one that uses it.
    ChangedInTransit = "changed-in-transit",
    /// A target's build did not upload anything, or not what the plan asks for.
    UploadMissing = "upload-missing",
    /// A folder holds a file that is not of this release.
    StrayFile = "stray-file",
    /// An artifact of the plan is missing, or is there under two names.
    ArtifactMissing = "artifact-missing",
    /// Targets were built by different versions of a tool.
    ToolchainMismatch = "toolchain-mismatch",
    /// An artifact does not install, does not run, or does not say its version.
    SmokeTest = "smoke-test",

    // What is verified of a bundle.

    /// An archive that two readers could read differently, or that is damaged.
    ArchiveRefused = "archive-refused",
    /// The manifest is of another project, version, tag or commit.
    ManifestOfAnother = "manifest-of-another",
    /// The manifest does not say what the plan asks for.
    ManifestMismatch = "manifest-mismatch",
    /// The bytes of a file are not those that the manifest lists.
    DigestMismatch = "digest-mismatch",
    /// The files in an archive or a package are not those that manifest and model give it.
    MemberMismatch = "member-mismatch",
    /// A file of the bundle is missing.
    FileMissing = "file-missing",
    /// A file of the bundle is a link or a folder.
    NotAFile = "not-a-file",
    /// `SHA256SUMS`, or a `.sha256` file, does not say what the bytes are.
    SumsMismatch = "sums-mismatch",
    /// The plan in the bundle is not the one that the bundle is verified against.
    PlanMismatch = "plan-mismatch",
    /// A binary is damaged, or is for another system or processor than the target that ships it.
    BinaryMismatch = "binary-mismatch",
    /// A program that may not be executed.
    BinaryNotExecutable = "binary-not-executable",
    /// A binary needs another C library than its target has.
    LibcMismatch = "libc-mismatch",
    /// A binary needs a newer glibc than its target, or the tag of its wheel, promises.
    GlibcFloor = "glibc-floor",
    /// A binary needs a newer macOS than its target, or the tag of its wheel, promises.
    MacosFloor = "macos-floor",
    /// The platform tags of a target's wheels are not its own, or promise more than it does.
    WheelTag = "wheel-tag",
    /// A file or a folder of the project that the model names is not there.
    NotInProject = "not-in-project",
    /// An archive or a package has no licence in it, and the project has one.
    LicenseMissing = "license-missing",
    /// A wheel's `RECORD` does not list its files with their digests.
    WheelRecord = "wheel-record",
    /// What a package says of itself is not what is released.
    PackageClaim = "package-claim",
    /// Something of a version that is taken back is left to do.
    YankIncomplete = "yank-incomplete",
    /// Users cannot have what was published yet: the time that delivery waits is over. Nothing is broken by that; registries and
    /// caches can take hours.
    DeliveryLate = "delivery-late",
    /// What users get from a channel does not install, or does not run.
    DeliveryFailed = "delivery-failed",

    // What is promised of workflows.

    /// A file is not a workflow that GitHub would run, or a condition in it is not an expression.
    NoWorkflow = "no-workflow",
    /// A step can publish though a gate, the verification, the provenance or a preflight did not pass.
    PublishUngated = "publish-ungated",
    /// A step can publish what nobody approved in the same run.
    PublishUnapproved = "publish-unapproved",
    /// What cannot be taken back can be published before what can be is there.
    PublishOrder = "publish-order",
    /// A job of a pull request reaches a secret, an identity token or a permission to write.
    PullRequestPower = "pull-request-power",
    /// A job of a rehearsal reaches what it could publish by.
    RehearsalPower = "rehearsal-power",
    /// A job starts though one that it needs was skipped, cancelled or failed.
    SkippedIsPassed = "skipped-is-passed",
    /// A run can end without a report.
    NoReport = "no-report",
    /// Something can be published, and no job looks whether users can install it.
    NoDelivery = "no-delivery",
    /// No step publishes to a channel of the model.
    ChannelMissing = "channel-missing",
    /// Code of the project runs in a job that signs or publishes.
    ProjectCodeBeside = "project-code-beside",
    /// There are more problems than one run lists.
    More = "more",
}
