//! Every typed document of Lockstep: what a maintainer writes ([`model`]), what the generator resolves
//! it to ([`plan`]), what a build made of it ([`manifest`]), what publishing did ([`receipt`]), what was measured ([`evidence`]), and what is wrong with any of them ([`diagnostic`]).
//!
//! The crate is pure data: no I/O, no async, no dependency on another crate of the workspace. A
//! document that one program writes and another reads is defined here, once.

pub mod action;
pub mod blocker;
mod comment;
pub mod diagnostic;
pub mod document;
pub mod draft;
pub mod evidence;
pub mod image;
pub mod manifest;
pub mod model;
pub mod notes;
pub mod npm;
pub mod numbers;
pub mod paths;
pub mod placeholder;
pub mod plan;
pub mod platform;
pub mod receipt;
pub mod runner;
pub mod strings;
pub mod verification;
pub mod version;
pub mod version_format;
pub mod wheel;
pub mod workflow;

/// Of what is seldom true nothing is written where it is not.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
pub(crate) fn is_false(value: &bool) -> bool {
    !value
}
