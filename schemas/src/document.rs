//! The JSON Schemas of the documents.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use crate::blocker::Findings;
use crate::diagnostic::ProgramReport;
use crate::evidence::Evidence;
use crate::manifest::{Manifest, PartialManifest};
use crate::model::Model;
use crate::plan::Plan;
use crate::receipt::Receipt;
use crate::verification::Verification;

/// A document with a JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// `lockstep.yaml`.
    Model,
    /// `.github/lockstep.plan.json`.
    Plan,
    /// What a release is.
    Manifest,
    /// What one target built.
    PartialManifest,
    /// What was found of a bundle.
    Verification,
    /// What a job that publishes found and did.
    Receipt,
    /// What a comparison of performance measured.
    Evidence,
    /// What a run found that stops a release.
    Findings,
    /// What a program prints with `--json`.
    Report,
}

impl Document {
    /// Every document.
    pub const ALL: [Self; 9] = [
        Self::Model,
        Self::Plan,
        Self::Manifest,
        Self::PartialManifest,
        Self::Verification,
        Self::Receipt,
        Self::Evidence,
        Self::Findings,
        Self::Report,
    ];

    /// The name in file names and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Plan => "plan",
            Self::Manifest => "manifest",
            Self::PartialManifest => "partial-manifest",
            Self::Verification => "verification",
            Self::Receipt => "receipt",
            Self::Evidence => "evidence",
            Self::Findings => "findings",
            Self::Report => "report",
        }
    }

    /// The document that a value looks like: the one that has most of its keys, and asks for none that are not there as much; none where
    /// no document has one of them.
    #[must_use]
    pub fn like(value: &Value) -> Option<Self> {
        let keys = value.as_object()?;
        let weight = |document: &Self| {
            let schema = document.schema();
            let known = |key: &str| schema["properties"].get(key).is_some();
            let has = keys.keys().filter(|key| known(key)).count();
            let asked_for = schema["required"].as_array().into_iter().flatten();
            let lacks = asked_for.filter_map(Value::as_str).filter(|key| !keys.contains_key(*key));
            (has > 0).then(|| 2 * has - has.min(lacks.count()) + usize::from(has == keys.len()))
        };
        let weighed = Self::ALL.into_iter().filter_map(|of| Some((weight(&of)?, of)));
        weighed.max_by_key(|(weight, _)| *weight).map(|(_, document)| document)
    }

    /// The file of its schema in `schemas/json`.
    #[must_use]
    pub fn schema_file(self) -> String {
        format!("{}.schema.json", self.name())
    }

    /// Its schema, in [draft-07](https://json-schema.org/draft-07): the newest draft that
    /// yaml-language-server, and with it most editors, reads in full.
    #[must_use]
    pub fn schema(self) -> Value {
        let schema = match self {
            Self::Model => schema_of::<Model>(),
            Self::Plan => schema_of::<Plan>(),
            Self::Manifest => schema_of::<Manifest>(),
            Self::PartialManifest => schema_of::<PartialManifest>(),
            Self::Verification => schema_of::<Verification>(),
            Self::Receipt => schema_of::<Receipt>(),
            Self::Evidence => schema_of::<Evidence>(),
            Self::Findings => schema_of::<Findings>(),
            Self::Report => schema_of::<ProgramReport>(),
        };
        let mut value = Value::from(schema);
        value["title"] = json!(match self {
            Self::Model => "A release model of Lockstep (lockstep.yaml)",
            Self::Plan => "A release plan of Lockstep",
            Self::Manifest => "A release's manifest, made by Lockstep",
            Self::PartialManifest => "A target's manifest, made by Lockstep",
            Self::Verification => "What Lockstep found of a release's bundle",
            Self::Receipt => "A receipt of Lockstep: what a job that publishes found and did",
            Self::Evidence => "Evidence of Lockstep: what a comparison of performance measured",
            Self::Findings => "Findings of Lockstep: what stopped a release",
            Self::Report => "What a program of Lockstep found",
        });
        value
    }

    /// Its schema as the file in `schemas/json` has it.
    #[must_use]
    pub fn schema_text(self) -> String {
        #[expect(clippy::expect_used, reason = "plain data with text keys")]
        let text = serde_json::to_string_pretty(&self.schema()).expect("plain data");
        text + "\n"
    }
}

fn schema_of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft07().into_generator().into_root_schema_for::<T>()
}
