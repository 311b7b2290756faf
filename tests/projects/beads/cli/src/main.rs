//! Counts beads.

fn main() {
    println!("beads {}: {}", env!("CARGO_PKG_VERSION"), beads_core::count("-o-o-"));
}
