fn main() {
    println!("{}", tool_core::ONE);
}
