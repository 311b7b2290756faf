//! What is kept of a file while its bytes pass by: its beginning, and the few pieces that it leads to.

use std::ops::Range;

/// The most bytes that are kept behind the beginning.
const MOST: u64 = 8 * 1024 * 1024;

/// Why something could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotFound {
    /// These bytes were not kept.
    Missing(Range<u64>),
    /// The file is damaged, in words.
    Bad(&'static str),
}

pub(crate) type Found<T> = Result<T, NotFound>;

const TOO_SHORT: NotFound = NotFound::Bad("it ends before its own tables");

/// Pieces of a file.
#[derive(Debug)]
pub(crate) struct Pieces {
    /// How much of the beginning is kept.
    keep: usize,
    beginning: Vec<u8>,
    wanted: Vec<Piece>,
    /// Where the bytes that pass by are.
    at: u64,
    /// The file's length, once all of it has passed.
    length: Option<u64>,
}

#[derive(Debug)]
struct Piece {
    range: Range<u64>,
    bytes: Vec<u8>,
}

impl Pieces {
    /// Pieces of a file whose beginning is kept.
    pub(crate) fn new(keep: usize) -> Self {
        Self { keep, beginning: Vec::new(), wanted: Vec::new(), at: 0, length: None }
    }

    /// The beginning, as far as it has passed.
    pub(crate) fn beginning(&self) -> &[u8] {
        &self.beginning
    }

    /// Whether the beginning has passed.
    pub(crate) fn is_begun(&self) -> bool {
        self.length.is_some() || self.beginning.len() == self.keep
    }

    /// Keeps more of the beginning, from where it is now.
    pub(crate) fn keep(&mut self, keep: usize) {
        self.keep = keep;
    }

    /// Waits for a piece, in this pass if it is still to come.
    pub(crate) fn want(&mut self, range: Range<u64>) -> Found<()> {
        if self.wanted.iter().any(|piece| piece.range == range) {
            return Ok(());
        }
        let ranges = self.wanted.iter().map(|piece| &piece.range).chain([&range]);
        if ranges.map(|range| range.end - range.start).sum::<u64>() > MOST {
            return Err(NotFound::Bad("its tables are larger than any that are read"));
        }
        self.wanted.push(Piece { range, bytes: Vec::new() });
        Ok(())
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.wanted = Vec::new();
        self.beginning = Vec::new();
    }

    /// Keeps what is wanted of the bytes that pass by. Whether there is something new to look at.
    pub(crate) fn pass(&mut self, bytes: &[u8]) -> bool {
        let passing = self.at..self.at + bytes.len() as u64;
        let mut is_new = false;
        if self.at == self.beginning.len() as u64 && self.beginning.len() < self.keep {
            let more = bytes.len().min(self.keep - self.beginning.len());
            self.beginning.extend_from_slice(&bytes[..more]);
            is_new = self.beginning.len() == self.keep;
        }
        for piece in &mut self.wanted {
            let from = piece.range.start + piece.bytes.len() as u64;
            let to = piece.range.end.min(passing.end);
            if from < to && passing.contains(&from) {
                #[expect(clippy::cast_possible_truncation, reason = "within the bytes at hand")]
                let part = (from - passing.start) as usize..(to - passing.start) as usize;
                piece.bytes.extend_from_slice(&bytes[part]);
                is_new |= to == piece.range.end;
            }
        }
        self.at = passing.end;
        is_new
    }

    /// Ends a pass over the file.
    pub(crate) fn end_pass(&mut self) {
        self.length = Some(self.at);
        self.at = 0;
    }

    /// Bytes of the file.
    pub(crate) fn bytes(&self, at: u64, length: usize) -> Found<&[u8]> {
        let end = at.checked_add(length as u64).ok_or(TOO_SHORT)?;
        if self.length.is_some_and(|length| end > length) {
            return Err(TOO_SHORT);
        }
        let within = |start: u64, bytes: &'_ [u8]| {
            let from = usize::try_from(at.checked_sub(start)?).ok()?;
            (from.checked_add(length)? <= bytes.len()).then_some(from)
        };
        if let Some(from) = within(0, &self.beginning) {
            return Ok(&self.beginning[from..from + length]);
        }
        let found = self.wanted.iter().find_map(|piece| {
            let from = within(piece.range.start, &piece.bytes)?;
            Some(&piece.bytes[from..from + length])
        });
        found.ok_or(NotFound::Missing(at..end))
    }

    /// A name that ends with a NUL.
    pub(crate) fn name(&self, at: u64) -> Found<String> {
        const LONGEST: u64 = 128;
        let left = self.length.map_or(LONGEST, |length| length.saturating_sub(at).min(LONGEST));
        #[expect(clippy::cast_possible_truncation, reason = "at most the longest")]
        let bytes = self.bytes(at, left as usize)?;
        let end = bytes.iter().position(|byte| *byte == 0);
        let end = end.ok_or(NotFound::Bad("a name in its tables does not end"))?;
        Ok(String::from_utf8_lossy(&bytes[..end]).into_owned())
    }
}

/// In which order the bytes of a number stand.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Order {
    /// The lowest first.
    Little,
    /// The highest first.
    Big,
}

impl Order {
    /// A number, of at most eight bytes.
    pub(crate) fn number(self, bytes: &[u8]) -> u64 {
        let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        match self {
            Self::Little => bytes.iter().rev().fold(0, add),
            Self::Big => bytes.iter().fold(0, add),
        }
    }
}
