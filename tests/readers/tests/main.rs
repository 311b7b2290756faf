//! Readers of foreign bytes: archives, and files with versions.

mod hostile_archives;
mod version_files;
