//! Writes down the list of the actors' tables, so that a new file in `actors/` is taken in without a change of code.

use std::{env, fs, path::Path};

fn main() {
    let root =
        Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets this")).join("../../actors");
    println!("cargo:rerun-if-changed={}", root.display());
    let mut names: Vec<String> = fs::read_dir(&root)
        .map(|d| {
            d.filter_map(|e| e.ok()?.file_name().into_string().ok())
                .filter(|n| n.ends_with(".tsv"))
                .collect()
        })
        .unwrap_or_default();
    names.sort();
    let mut out = String::from("/// The bundled tables.\nstatic TABLES: &[(&str, &str)] = &[\n");
    for n in names {
        let path = root.join(&n);
        println!("cargo:rerun-if-changed={}", path.display());
        out += &format!(
            "    ({n:?}, include_str!({:?})),\n",
            path.display().to_string()
        );
    }
    out += "];\n";
    let dir = env::var("OUT_DIR").expect("cargo sets this");
    fs::write(Path::new(&dir).join("tables.rs"), out).expect("the build's folder can be written");
}
