//! The root action: `lockstep check` on a runner.

use lockstep_runner::proof_of_program;
use lockstep_schemas::action::{InputDefinition, Interface, OutputDefinition};
use lockstep_schemas::strings::Expression;

/// The interface of the root action, which checks a project's pull requests.
#[must_use]
pub fn root_action() -> Interface {
    Interface {
        program: "lockstep".to_owned(),
        listed: true,
        command:
            "exec sh \"$GITHUB_ACTION_PATH/actions/launch.sh\" lockstep check \"$INPUT_PROJECT\" --documents \"$INPUT_DOCUMENTS\""
                .to_owned(),
        name: "Lockstep".to_owned(),
        description:
            "Checks that the release model is valid, no rendered file drifted, and versions agree"
                .to_owned(),
        inputs: vec![
            InputDefinition {
                name: "project".to_owned(),
                variable: "INPUT_PROJECT".to_owned(),
                description: "The project's folder, with its lockstep.yaml".to_owned(),
                required: false,
                secret: false,
                default: Some(".".to_owned()),
                value: Expression::new("inputs.project"),
            },
            InputDefinition {
                name: "documents".to_owned(),
                variable: "INPUT_DOCUMENTS".to_owned(),
                description: "Other documents of Lockstep's that are held to their schemas too, such as manifests: paths below the project, or patterns, a line each".to_owned(),
                required: false,
                secret: false,
                default: Some(String::new()),
                value: Expression::new("inputs.documents"),
            },
            proof_of_program(),
        ],
        outputs: CHECKED.map(count_of).into(),
    }
}

/// What `check` looks at, each an output of the root action.
const CHECKED: [(&str, &str); 6] = [
    (
        "model",
        "the model, held to its schema and rules; where there are any, nothing else is looked at",
    ),
    ("proof", "the promises that the workflows must keep"),
    ("drift", "rendered files, which must be what the model says"),
    ("versions", "version fields, which must agree"),
    ("packages", "what packages say themselves"),
    ("documents", "the plan and other documents, which must hold to their schemas"),
];

/// How many problems one of them has.
fn count_of((name, what): (&str, &str)) -> OutputDefinition {
    OutputDefinition {
        name: name.to_owned(),
        description: format!("The number of problems with {what}"),
        value: Expression::new(format!("steps.run.outputs.{name}")),
    }
}
