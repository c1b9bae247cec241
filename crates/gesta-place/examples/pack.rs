//! Packs the gazetteer: `pack TABLES DATA OUT`. See gazetteer/build/build.sh.

use gesta_place::Packer;
use std::path::{Path, PathBuf};

fn files(dir: &Path, out: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut here: Vec<PathBuf> = std::fs::read_dir(dir)?
        .map(|e| e.map(|e| e.path()))
        .collect::<Result<_, _>>()?;
    here.sort();
    for p in here {
        if p.is_dir() {
            files(&p, out)?;
        } else if p.extension().is_some_and(|e| e == "tsv") {
            out.push(p);
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [tables, data, target] = args.as_slice() else {
        return Err("pack TABLES DATA OUT".into());
    };
    let mut packer = Packer::new();
    let mut own = Vec::new();
    files(Path::new(data), &mut own)?;
    // The extracted tables come first, then what describes more, then what amends both.
    let mut order: Vec<PathBuf> = ["states", "regions", "divisions", "places"]
        .iter()
        .map(|n| Path::new(tables).join(format!("{n}.tsv")))
        .collect();
    let amends = |p: &PathBuf| {
        p.file_name()
            .is_some_and(|n| n.to_string_lossy().starts_with("amend"))
    };
    order.extend(own.iter().filter(|p| !amends(p)).cloned());
    order.extend(own.iter().filter(|p| amends(p)).cloned());
    for p in order {
        let text = std::fs::read_to_string(&p).map_err(|e| format!("{}: {e}", p.display()))?;
        packer.add(&p.to_string_lossy(), &text)?;
    }
    let n = packer.len();
    let bytes = packer.pack()?;
    std::fs::write(target, &bytes)?;
    println!("{target}: {n} entries, {} bytes", bytes.len());
    Ok(())
}
