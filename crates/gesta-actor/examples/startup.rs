//! How long the bundled tables take to load.

use gesta_actor::Resolver;
use std::time::Instant;

fn main() {
    println!("{} bytes packed", Resolver::packed().len());
    for _ in 0..10 {
        let t = Instant::now();
        let r = Resolver::bundled();
        println!("{:.1} ms", t.elapsed().as_secs_f64() * 1e3);
        assert!(!r.lookup("Iran", None).is_empty());
    }
}
