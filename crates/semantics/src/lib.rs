//! What GitHub does with a job graph: conditions evaluated, promises proved.
//!
//! A [`Graph`] is made of the typed workflows that the generator makes, or read from a file ([`Graph::read`]).
//! `Runs` are all its runs at once: for every job and step, when it starts and how it ends, as functions of what
//! nobody decides beforehand (events, inputs, failures, cancellation, outputs). [`prove`] asks whether one of them
//! breaks a promise, and names the shortest.

mod bdd;
mod evaluate;
mod expression;
mod graph;
mod promise;
mod run;
mod text;
mod typed;
mod value;

pub use evaluate::{Given, Outcome, evaluate};
pub use graph::{Graph, Input, InputKind, Job, Powers, Step};
pub use promise::{Also, Asked, Broken, Counterexample, Promise, prove};
pub use text::{Known, NotRead};
