//! Runs of rendered workflows: a GitHub of folders, and act as its runner.
//!
//! [`GitHub`] holds repositories. [`Repository::run`] does what GitHub does for an event: it reads the
//! workflow at the event's commit and runs its jobs, each in a workspace of its own. What comes of it is
//! a [`Run`]: jobs, steps, annotations, summaries, workflow artifacts.

mod act;
mod again;
mod case;
mod github;
mod host;
mod log;
mod replace;

pub use act::{Event, Settings};
pub use case::{Case, Stop};
pub use github::{GitHub, Repository};
pub use log::{Annotation, Job, Outcome, Run, Step};
pub use replace::for_act;
