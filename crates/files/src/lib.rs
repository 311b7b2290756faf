//! Files: read within bounds, written whole or not at all, as text, JSON and Markdown.

mod diff;
pub mod json;
pub mod markdown;
mod read;
mod replace;
mod unambiguous;

pub use diff::{diff, first_difference};
pub use read::{NotUtf8, bounded, text};
pub use replace::{Attempt, Failure, Replacement, replace, write};
