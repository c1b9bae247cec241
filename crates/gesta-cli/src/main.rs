//! The gesta command.
fn main() {}
