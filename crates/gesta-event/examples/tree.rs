//! Prints the parse of the sentences on standard input, one a line, for work on the codebook.

use gesta_parse::Parser;
use gesta_text::Text;
use std::path::Path;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let parser = Parser::from_bytes(&std::fs::read(root.join("models/en.gpm")).unwrap()).unwrap();
    for line in std::io::stdin().lines() {
        let p = parser.parse(Text::new(line.unwrap()));
        for i in 0..p.len() {
            let w = p.word(i);
            println!(
                "{i:3} {:16} {:16} {:6} {:5} {:>3} {:14} {}",
                p.form(i),
                p.lemma(i),
                w.upos,
                w.xpos,
                p.head(i).map_or("-".into(), |h| h.to_string()),
                w.deprel,
                w.feats
            );
        }
        for n in &p.named {
            println!(
                "    {:?} {}",
                n.kind,
                p.text.slice(
                    p.text
                        .span_of(n.tokens.start as usize..n.tokens.end as usize)
                )
            );
        }
        println!();
    }
}
