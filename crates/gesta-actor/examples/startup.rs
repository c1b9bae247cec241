//! How long the bundled tables take to load: from text, and from the packed form.

use gesta_actor::Resolver;
use std::time::Instant;

fn main() {
    let files: Vec<(String, String)> = Resolver::tables()
        .iter()
        .map(|(n, t)| (n.to_string(), t.to_string()))
        .collect();
    let bytes: usize = files.iter().map(|f| f.1.len()).sum();
    let t = Instant::now();
    let packed = Resolver::pack(&files);
    println!(
        "{bytes} bytes of tables; read and packed in {:.1} ms",
        t.elapsed().as_secs_f64() * 1e3
    );
    match packed {
        Ok(p) => {
            let t = Instant::now();
            let r = Resolver::from_packed(&p);
            println!(
                "{} bytes packed; loaded in {:.1} ms, {}",
                p.len(),
                t.elapsed().as_secs_f64() * 1e3,
                r.is_ok()
            );
        }
        Err(e) => {
            for e in e.iter().take(20) {
                println!("{e}");
            }
            println!("{} errors", e.len());
        }
    }
    let t = Instant::now();
    let _ = Resolver::bundled();
    println!("bundled: {:.1} ms", t.elapsed().as_secs_f64() * 1e3);
}
