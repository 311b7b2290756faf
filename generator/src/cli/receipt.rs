//! `receipt`: what the jobs of a run found and did, as a table or as a page.

use std::path::PathBuf;

use lockstep_files::{json, write};
use lockstep_receipts::{below, files, in_a_sentence, page, table};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;

use super::output::{Output, Stop};

/// Which receipts, and where the page goes.
#[derive(Debug, clap::Args)]
pub struct Receipts {
    /// The folder of a run's receipts: `gh run download RUN --pattern 'receipt-*' --dir FOLDER` makes it.
    #[arg(default_value = "lockstep/receipts", value_name = "FOLDER")]
    folder: PathBuf,
    /// Write a page that any browser shows to this file.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// Shows them.
pub fn run(asked: &Receipts, output: &mut Output) -> Result<(), Stop> {
    let receipts = below(&asked.folder)?;
    if receipts.is_empty() {
        let problem = Diagnostic::new(Rule::FileUnreadable, "there are no receipts")
            .in_file(asked.folder.shown())
            .with_remedy(
                "`gh run download RUN --pattern 'receipt-*' --dir FOLDER` gets those of a run",
            );
        return Err(problem.into());
    }
    if let Some(file) = &asked.html {
        write(file, &page(&receipts)?)?;
        output.line(format_args!("wrote {}", file.shown()));
    }
    let files = files(&receipts);
    if output.is_json() {
        output.document(&json::text(&files));
    } else if asked.html.is_none() {
        output.text(table(&files));
        output.line(in_a_sentence(&files));
    }
    Ok(())
}
