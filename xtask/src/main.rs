//! Tasks of the repository that are neither building nor testing: `cargo run --release -p xtask -- TASK`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

const HELP: &str = "\
tasks:
  floors   measure on the dev bench and keep the figures in bench/floors.toml
           (the bench lies in ../shared, or where GESTA_SHARED points)
  svg      draw docs/digest.svg, the picture of the digest in README.md
";

fn main() -> ExitCode {
    let task = env::args().nth(1).unwrap_or_default();
    let done = match task.as_str() {
        "floors" => floors(),
        "svg" => svg(),
        _ => {
            print!("{HELP}");
            return if task.is_empty() || task == "help" {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(2)
            };
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn gesta() -> Command {
    let mut c = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    c.current_dir(root()).args([
        "run",
        "--quiet",
        "--release",
        "--package",
        "gesta-cli",
        "--",
    ]);
    c
}

fn floors() -> Result<(), String> {
    let shared =
        env::var_os("GESTA_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let bench = shared.join("bench/dev");
    if !bench.is_dir() {
        return Err(format!("there is no bench at {}", bench.display()));
    }
    let status = gesta()
        .arg("eval")
        .args([bench.join("docs"), bench.join("gold")])
        .args(["--write-floors", "bench/floors.toml"])
        .status();
    match status {
        Ok(s) if s.success() => Ok(()),
        Ok(s) => Err(format!("gesta eval ended with {s}")),
        Err(e) => Err(format!("cargo: {e}")),
    }
}

/// Columns of the picture.
const COLUMNS: usize = 96;
/// Lines of the digest that are shown.
const LINES: usize = 34;
const CHAR: f64 = 8.4;
const LINE: f64 = 19.0;

fn svg() -> Result<(), String> {
    let out = gesta()
        .args([
            "code",
            "examples/phone-call.txt",
            "--format",
            "digest",
            "--color",
            "always",
        ])
        .env("COLUMNS", COLUMNS.to_string())
        .output()
        .map_err(|e| format!("cargo: {e}"))?;
    if !out.status.success() {
        return Err(String::from_utf8_lossy(&out.stderr).into_owned());
    }
    let text = String::from_utf8_lossy(&out.stdout);
    // A digest is cut between two events.
    let mut lines: Vec<&str> = text.lines().collect();
    if lines.len() > LINES {
        let end = lines[..LINES]
            .iter()
            .rposition(|l| l.is_empty())
            .unwrap_or(LINES);
        lines.truncate(end);
    }
    let path = root().join("docs/digest.svg");
    fs::create_dir_all(root().join("docs")).map_err(|e| e.to_string())?;
    fs::write(&path, picture(&lines)).map_err(|e| format!("{}: {e}", path.display()))
}

/// Draws lines with terminal colours as an SVG.
fn picture(lines: &[&str]) -> String {
    let (width, top) = (COLUMNS as f64 * CHAR + 32.0, 64.0);
    let height = top + (lines.len() as f64 + 1.0) * LINE;
    let mut out = String::new();
    let _ = write!(
        out,
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0} {height:.0}" width="{width:.0}" height="{height:.0}" role="img" aria-label="gesta code examples/phone-call.txt on a terminal">
<rect width="100%" height="100%" rx="8" fill="#1d2027"/>
<circle cx="20" cy="18" r="6" fill="#e0605a"/><circle cx="40" cy="18" r="6" fill="#e0b04c"/><circle cx="60" cy="18" r="6" fill="#63b363"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" xml:space="preserve">
<text x="16" y="50" fill="#8a919e">$ <tspan fill="#dfe3ea">gesta code examples/phone-call.txt</tspan></text>
"##
    );
    for (n, line) in lines.iter().enumerate() {
        let y = top + (n as f64 + 1.0) * LINE;
        let mut column = 0;
        for (style, run) in runs(line) {
            let chars = run.chars().count();
            let spaces = run.chars().take_while(|c| *c == ' ').count();
            let held = run.trim();
            if !held.is_empty() {
                let x = 16.0 + (column + spaces) as f64 * CHAR;
                let length = held.chars().count() as f64 * CHAR;
                let _ = writeln!(
                    out,
                    r#"<text x="{x:.1}" y="{y:.0}" textLength="{length:.1}" lengthAdjust="spacingAndGlyphs"{}>{}</text>"#,
                    style.attributes(),
                    escape(held)
                );
            }
            column += chars;
        }
    }
    out.push_str("</g>\n</svg>\n");
    out
}

#[derive(Clone, Copy, Default, PartialEq)]
struct Style {
    bold: bool,
    dim: bool,
    underline: bool,
    color: u8,
}

impl Style {
    fn attributes(self) -> String {
        let fill = match (self.dim, self.color) {
            (true, _) => "#7d8590",
            (_, 31) => "#f0736b",
            (_, 32) => "#7fc77f",
            (_, 33) => "#e5b95c",
            (_, 34) => "#79a8f0",
            (_, 35) => "#d38be0",
            (_, 36) => "#5cc5cf",
            _ => "#dfe3ea",
        };
        let bold = if self.bold {
            r#" font-weight="bold""#
        } else {
            ""
        };
        let line = if self.underline {
            r#" text-decoration="underline""#
        } else {
            ""
        };
        format!(r#" fill="{fill}"{bold}{line}"#)
    }
}

/// Cuts a line at its colour codes.
fn runs(line: &str) -> Vec<(Style, String)> {
    let (mut out, mut style, mut rest) = (Vec::new(), Style::default(), line);
    while let Some(at) = rest.find("\x1b[") {
        if at > 0 {
            out.push((style, rest[..at].to_owned()));
        }
        let code = &rest[at + 2..];
        let end = code.find('m').unwrap_or(code.len());
        for part in code[..end].split(';') {
            match part.parse().unwrap_or(0) {
                0 => style = Style::default(),
                1 => style.bold = true,
                2 => style.dim = true,
                4 => style.underline = true,
                c @ 30..=37 => style.color = c,
                _ => {}
            }
        }
        rest = code.get(end + 1..).unwrap_or("");
    }
    if !rest.is_empty() {
        out.push((style, rest.to_owned()));
    }
    out
}

fn escape(s: &str) -> String {
    s.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
