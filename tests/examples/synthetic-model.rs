//! Prints a model of so many targets: `cargo run --example synthetic-model -- 200`.

#![expect(clippy::print_stdout, reason = "that is all it does")]

fn main() {
    let targets = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(200);
    print!("{}", lockstep_tests::synthetic::model(targets));
}
