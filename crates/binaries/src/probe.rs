//! Looking at a file while its bytes pass by.

use crate::pieces::{Found, NotFound, Pieces};
use crate::{Binary, elf, mach_o, pe};

/// How much of a file shows whether it may be a binary.
const HEAD: usize = 4;

/// How much of a binary's beginning is kept. The tables of most lie there, so one pass is enough for them.
const BEGINNING: usize = 1024 * 1024;

/// Looks at a file. All of its bytes are passed by, and again for as long as it asks for it.
#[derive(Debug)]
pub struct Probe {
    pieces: Pieces,
    passes: usize,
    /// What the file is, once it is known.
    known: Option<Result<Option<Binary>, &'static str>>,
}

impl Default for Probe {
    fn default() -> Self {
        Self { pieces: Pieces::new(HEAD), passes: 0, known: None }
    }
}

impl Probe {
    /// How often a file may pass. Each pass finds what the last one led to, and four lead to the end.
    pub const MOST_PASSES: usize = 6;

    /// What a file is whose bytes are at hand.
    ///
    /// # Errors
    ///
    /// Where it is a damaged binary, in words.
    pub fn look_at(file: &[u8]) -> Result<Option<Binary>, &'static str> {
        let mut probe = Self::default();
        loop {
            probe.pass(file);
            if let Some(known) = probe.end_pass() {
                return known;
            }
        }
    }

    /// The next bytes of the file.
    pub fn pass(&mut self, bytes: &[u8]) {
        if self.known.is_some() {
            return;
        }
        let missing = HEAD.saturating_sub(self.pieces.beginning().len());
        let (head, rest) = bytes.split_at(bytes.len().min(missing));
        // The magic number is looked at before what follows it has passed.
        for bytes in [head, rest] {
            if self.known.is_none() && self.pieces.pass(bytes) {
                self.look();
            }
        }
    }

    /// The file's end: what it is, or a damaged binary in words; none where all of its bytes must pass again.
    pub fn end_pass(&mut self) -> Option<Result<Option<Binary>, &'static str>> {
        self.passes += 1;
        if self.known.is_none() {
            self.pieces.end_pass();
            self.look();
        }
        if self.known.is_none() && self.passes == Self::MOST_PASSES {
            self.know(Err("its tables lead from one to the next without an end"));
        }
        self.known.clone()
    }

    fn know(&mut self, known: Result<Option<Binary>, &'static str>) {
        self.pieces.clear();
        self.known = Some(known);
    }

    fn look(&mut self) {
        if !self.pieces.is_begun() {
            return;
        }
        match read(&self.pieces) {
            Ok(binary) => self.know(Ok(binary)),
            Err(NotFound::Bad(what)) => self.know(Err(what)),
            Err(NotFound::Missing(range)) => {
                self.pieces.keep(BEGINNING);
                if let Err(NotFound::Bad(what)) = self.pieces.want(range) {
                    self.know(Err(what));
                }
            }
        }
    }
}

fn read(pieces: &Pieces) -> Found<Option<Binary>> {
    let head = pieces.beginning();
    if head.starts_with(elf::MAGIC) {
        elf::read(pieces).map(Some)
    } else if mach_o::MAGICS.iter().any(|magic| head.starts_with(magic)) {
        mach_o::read(pieces)
    } else if head.starts_with(pe::MAGIC) {
        pe::read(pieces)
    } else {
        Ok(None)
    }
}
