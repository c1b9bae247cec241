//! Tasks of the repository: pack data, check that packed data is fresh.
fn main() {}
