//! `plan`: what follows from the model.

use super::output::{Output, Stop};
use super::{ProjectFolder, table};

pub fn run(project: &ProjectFolder, output: &mut Output) -> Result<(), Stop> {
    let release = project.release()?;
    let text = if output.is_json() {
        crate::render::plan_text(&release.plan)
    } else {
        table::of(&release)
    };
    output.document(&text);
    Ok(())
}
