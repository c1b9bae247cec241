//! Packs the tables of `actors/` for the binary: `cargo run -p gesta-actor --example pack`.

use gesta_actor::Resolver;
use std::fs;

fn main() {
    let here = env!("CARGO_MANIFEST_DIR");
    let root = format!("{here}/../../actors");
    let mut names: Vec<String> = fs::read_dir(&root)
        .expect("the folder actors/ stands at the root of the repository")
        .filter_map(|e| e.ok()?.file_name().into_string().ok())
        .filter(|n| n.ends_with(".tsv"))
        .collect();
    names.sort();
    let read = |n: String| {
        (
            n.clone(),
            fs::read_to_string(format!("{root}/{n}")).unwrap_or_else(|e| panic!("{n}: {e}")),
        )
    };
    let files: Vec<(String, String)> = names.into_iter().map(read).collect();
    match Resolver::pack(&files) {
        Ok(bytes) => {
            fs::write(format!("{here}/actors.bin"), &bytes).expect("actors.bin can be written");
            println!("{} tables, {} bytes", files.len(), bytes.len());
        }
        Err(errors) => {
            errors.iter().for_each(|e| eprintln!("actors/{e}"));
            std::process::exit(1);
        }
    }
}
