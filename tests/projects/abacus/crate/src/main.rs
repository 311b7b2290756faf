//! The command line, for those who build it themselves.

fn main() {
    println!("abacus {}", env!("CARGO_PKG_VERSION"));
}
