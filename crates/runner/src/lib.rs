//! The runner's protocol, from a program's start to its end.
//!
//! A program defines its inputs once, as clap arguments. On a laptop they are flags; on a runner they
//! are the inputs of the action, whose `action.yml` is made from the same definition. What it finds it
//! tells a [`Report`], which speaks to people and to the runner: annotations, outputs, job summary, masked secrets.

mod failure;
pub mod inputs;
mod interface;
mod program;
pub mod protocol;
mod report;
mod table;

pub use failure::Failure;
pub use interface::{Action, Secret, proof_of_program, variable};
pub use program::{Member, Program, main, one_of};
pub use report::{Report, tell};
pub use table::Table;
