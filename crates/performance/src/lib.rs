//! Times of two commits: read from what benchmarks leave behind, judged, and shown to people.
//!
//! Whoever measures and whoever asks whether a release may go on judge by the same code: evidence holds times, never a
//! verdict.

mod judge;
mod plot;
mod results;
mod show;

pub use judge::{Judgement, Scenario, Unfit, Verdict, judge, unfit};
pub use plot::svg;
pub use results::{Times, read};
pub use show::{markdown, table};

use lockstep_files::json;
use lockstep_schemas::model::Measure;
use lockstep_schemas::strings::Sha256;
use sha2::Digest as _;

/// The digest of how something is measured: evidence that was measured in another way does not count.
#[must_use]
pub fn digest(measure: &Measure) -> Sha256 {
    let digest = sha2::Sha256::digest(json::line(measure).as_bytes());
    let hex = digest.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    #[expect(clippy::expect_used, reason = "32 bytes are 64 hexadecimal digits")]
    hex.parse().expect("64 hexadecimal digits")
}
