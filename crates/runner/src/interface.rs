//! What an action's `action.yml` says: a program's inputs and outputs, from their one definition.

use clap::{Arg, ArgAction, CommandFactory};
use lockstep_schemas::action::{InputDefinition, Interface, OutputDefinition};
use lockstep_schemas::strings::Expression;

/// An action: a program's inputs, and what it puts out.
pub trait Action: CommandFactory {
    /// What it puts out: name and description.
    const OUTPUTS: &'static [(&'static str, &'static str)];

    /// The file that has its program, perhaps with others: `actions/launch.sh` downloads it.
    const FILE: &'static str;

    /// Its secrets. They have no flag: what stands in a command line stands in logs.
    const SECRETS: &'static [Secret] = &[];

    /// What its `action.yml` says.
    #[must_use]
    fn interface() -> Interface {
        let command = Self::command();
        let program = command.get_name().to_owned();
        let is_input = |argument: &&Arg| argument.get_long().is_some();
        let inputs = command.get_arguments().filter(is_input).map(input);
        let secrets = Self::SECRETS.iter().map(Secret::input);
        Interface {
            name: format!("Lockstep: {}", program.replace('-', " ")),
            description: command.get_about().map(ToString::to_string).unwrap_or_default(),
            inputs: inputs.chain(secrets).chain([proof_of_program()]).collect(),
            listed: false,
            outputs: Self::OUTPUTS.iter().map(|(name, what)| output(name, what)).collect(),
            // `exec` cannot be a function of an earlier step.
            command: format!(
                "exec sh \"$GITHUB_ACTION_PATH/../launch.sh\" {} {program}",
                Self::FILE
            ),
            program,
        }
    }
}

/// A secret of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Secret {
    /// The action's input.
    pub input: &'static str,
    /// The environment variable by which it reaches the program, on a runner and on a laptop.
    pub variable: &'static str,
    /// What it is for.
    pub description: &'static str,
}

impl Secret {
    fn input(&self) -> InputDefinition {
        InputDefinition {
            name: self.input.to_owned(),
            variable: self.variable.to_owned(),
            description: self.description.to_owned(),
            required: false,
            secret: true,
            default: None,
            value: Expression::new(format!("inputs.{}", self.input)),
        }
    }
}

/// What the launcher of every action takes.
#[must_use]
pub fn proof_of_program() -> InputDefinition {
    InputDefinition {
        name: "prove-program".to_owned(),
        variable: "LOCKSTEP_ATTESTATION".to_owned(),
        description: "Whether the downloaded program is proved by its attestation too, and not by its digest alone: `gh` asks GitHub for it, and needs `GH_TOKEN`".to_owned(),
        required: false,
        secret: false,
        default: Some("false".to_owned()),
        value: Expression::new("inputs.prove-program".to_owned()),
    }
}

fn input(argument: &Arg) -> InputDefinition {
    let name = argument.get_long().unwrap_or_default().to_owned();
    let is_flag = matches!(argument.get_action(), ArgAction::SetTrue);
    let default = argument.get_default_values().first();
    let default = default.map(|value| value.to_string_lossy().into_owned());
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    InputDefinition {
        variable: variable(&name),
        value: Expression::new(format!("inputs.{name}")),
        description: help,
        required: argument.is_required_set(),
        secret: false,
        default: if is_flag { Some("false".to_owned()) } else { default },
        name,
    }
}

fn output(name: &str, description: &str) -> OutputDefinition {
    OutputDefinition {
        name: name.to_owned(),
        description: description.to_owned(),
        value: Expression::new(format!("steps.run.outputs.{name}")),
    }
}

/// The environment variable by which an input reaches the program on a runner, after GitHub's
/// [own convention](https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax#inputs)
/// with `-` as `_`, so that every shell can name it.
#[must_use]
pub fn variable(input: &str) -> String {
    format!("INPUT_{}", input.to_uppercase().replace('-', "_"))
}
