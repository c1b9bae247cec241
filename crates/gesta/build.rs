//! Lists the codebook's files for embedding, and fingerprints the data that the binary carries, so that a record can
//! say what it was coded with without hashing megabytes at every start.

use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR").unwrap());
    let root = here.join("../..");
    let out = PathBuf::from(env::var("OUT_DIR").unwrap());

    let codebook = root.join("codebook");
    watch(&codebook);
    let mut files = Vec::new();
    walk(&codebook, &mut files);
    // Folders below hold what other rooms read (the cues of saying).
    files.retain(|f| f.extension().is_some_and(|e| e == "toml") && f.parent() == Some(&codebook));
    let mut list = String::from("&[\n");
    for f in &files {
        println!("cargo::rerun-if-changed={}", f.display());
        let name = relative(f, &codebook);
        let path = f.canonicalize().unwrap();
        writeln!(list, "    ({name:?}, include_str!({path:?})),").unwrap();
    }
    list.push(']');
    fs::write(out.join("codebook.rs"), list).unwrap();

    let model = root.join("models/en.gpm");
    watch(&model);
    println!(
        "cargo::rustc-env=GESTA_MODEL_HASH={}",
        fingerprint(&root, &[model])
    );

    // Everything beside the code that the lower rooms compile in: word lists, gazetteer, actors.
    let mut data = Vec::new();
    for folder in ["actors", "gazetteer"] {
        watch(&root.join(folder));
        walk(&root.join(folder), &mut data);
    }
    for room in ["text", "time", "place", "actor", "statement", "event"] {
        let room = root.join(format!("crates/gesta-{room}"));
        watch(&room);
        walk(&room, &mut data);
    }
    data.retain(|f| {
        let ext = f.extension().and_then(|e| e.to_str()).unwrap_or("");
        let rel = relative(f, &root);
        !matches!(ext, "rs" | "md" | "py")
            && !rel.ends_with("Cargo.toml")
            && !rel.contains("/tests/")
            && !rel.contains("/examples/")
            && !rel.contains("/benches/")
    });
    println!(
        "cargo::rustc-env=GESTA_DATA_HASH={}",
        fingerprint(&root, &data)
    );
}

/// Watches a path only if it exists: a missing one would make every build start anew.
fn watch(path: &Path) {
    if path.exists() {
        println!("cargo::rerun-if-changed={}", path.display());
    } else if let Some(parent) = path.parent().filter(|p| p.exists()) {
        println!("cargo::rerun-if-changed={}", parent.display());
    }
}

fn walk(dir: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(dir) else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    paths.sort();
    for p in paths {
        let hidden = p
            .file_name()
            .and_then(|n| n.to_str())
            .is_none_or(|n| n.starts_with('.'));
        if hidden {
            continue;
        }
        if p.is_dir() {
            walk(&p, out);
        } else {
            out.push(p);
        }
    }
}

fn relative(path: &Path, root: &Path) -> String {
    path.strip_prefix(root)
        .unwrap_or(path)
        .to_string_lossy()
        .replace('\\', "/")
}

fn fingerprint(root: &Path, files: &[PathBuf]) -> String {
    let mut h = Sha256::new();
    for f in files {
        let Ok(bytes) = fs::read(f) else { continue };
        h.update(relative(f, root).as_bytes());
        h.update([0]);
        h.update((bytes.len() as u64).to_le_bytes());
        h.update(&bytes);
    }
    h.finalize()
        .iter()
        .take(8)
        .map(|b| format!("{b:02x}"))
        .collect()
}
