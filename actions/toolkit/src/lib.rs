//! What every action's program stands on.
//!
//! A program defines its inputs once, as clap arguments. On a laptop they are flags; on a runner they
//! are the inputs of the action, whose `action.yml` is made from the same definition. What it finds it
//! tells a [`Report`], which speaks to people and to the runner.

pub mod documents;
pub mod files;
pub mod inputs;
mod interface;
pub mod markdown;
mod problem;
mod program;
mod report;
pub mod runner;
mod table;
mod unambiguous;

pub use interface::{Action, Secret, variable};
pub use problem::{Failure, Problem};
pub use program::{Program, main};
pub use report::Report;
pub use table::Table;
