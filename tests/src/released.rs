//! Lockstep's programs as a release has them: on a server of this machine, with the list that the launcher reads.

use std::fs;

use crate::assets::{Answer, Assets};
use crate::bundle::sha256sum;
use crate::program;

/// The files that the launcher downloads.
pub const FILES: [&str; 3] = ["lockstep", "lockstep-build", "lockstep-publish"];

const TAG: &str = "programs-v1.0.0";

/// A release of this build's programs, for this machine's platform alone.
#[derive(Debug)]
pub struct Released {
    /// The server. Its address is GitHub's, as `tests/stand-ins/bin/curl` goes there.
    pub assets: Assets,
    /// The text of `actions/programs.list`.
    pub list: String,
}

impl Released {
    /// Packs and serves them.
    #[must_use]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let own = lockstep_generator::plan::own_repository();
        let mut list = format!("release {own} {TAG}\n");
        let mut answers = Vec::new();
        for file in FILES {
            let program = folder.path().join(file);
            fs::copy(program::path(file), &program).unwrap();
            // What a debugger reads is nine tenths of it.
            program::sh(
                folder.path(),
                &program::folder(),
                &format!("strip {file} && tar -c {file} | gzip -1 > {file}.tar.gz"),
            );
            let asset = folder.path().join(format!("{file}.tar.gz"));
            let (size, platform) = (asset.metadata().unwrap().len(), std::env::consts::ARCH);
            let (digest, content) = (sha256sum(&asset), sha256sum(&program));
            list += &format!(
                "{platform}-unknown-linux-musl {file} {file}.tar.gz {size} {digest} {content}\n"
            );
            let at = format!("/{own}/releases/download/{TAG}/{file}.tar.gz");
            answers.push((at, vec![Answer::Bytes(fs::read(&asset).unwrap())]));
        }
        Self { assets: Assets::serve(answers), list }
    }
}

impl Default for Released {
    fn default() -> Self {
        Self::new()
    }
}
