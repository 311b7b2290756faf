//! `setup`: what must exist outside of the repository, and which of it is there.

use std::process::ExitCode;

use lockstep_files::json;

use super::output::{Output, Stop};
use super::{ProjectFolder, online};
use crate::render::checklist;

pub fn run(project: &ProjectFolder, output: &mut Output) -> Result<(), Stop> {
    let release = project.release()?;
    let items = checklist(&release.plan, &release.workflows);
    let text = if output.is_json() { json::text(&items) } else { lockstep_setup::text(&items) };
    output.document(&text);
    Ok(())
}

/// Lets the program that speaks to a network look.
pub fn check(project: &ProjectFolder, output: Output) -> ExitCode {
    let folder = project.folder.clone().into_os_string();
    online::run("setup", &["--check".into(), "--project".into(), folder], output)
}
