//! What the tests of the command share.
#![allow(dead_code)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{env, fs, thread};

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The command, in the repository, without the user's settings.
pub fn gesta() -> Command {
    let mut c = Command::new(env!("CARGO_BIN_EXE_gesta"));
    c.current_dir(root())
        .env_remove("NO_COLOR")
        .env("COLUMNS", "100");
    c
}

/// Runs with arguments and input.
pub fn run(args: &[&str], input: &[u8]) -> Output {
    with_input(gesta().args(args), input)
}

pub fn with_input(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_vec());
    // The command may end before it has read all.
    let feeding = thread::spawn(move || drop(stdin.write_all(&input)));
    let out = child.wait_with_output().unwrap();
    feeding.join().unwrap();
    out
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is UTF-8")
}

/// A folder of its own for one test.
pub fn folder(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    dir
}

/// Compares with what is kept in a file; UPDATE=1 writes it.
pub fn snapshot(path: &Path, got: &str) {
    if env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, got).unwrap();
        return;
    }
    let want = fs::read_to_string(path)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    if want != got {
        let at = want
            .lines()
            .zip(got.lines())
            .position(|(a, b)| a != b)
            .unwrap_or(want.lines().count().min(got.lines().count()));
        panic!(
            "{} differs from line {}:\n  kept {:?}\n  got  {:?}\nIf that is as it should be: UPDATE=1 cargo test -p gesta-cli",
            path.display(),
            at + 1,
            want.lines().nth(at).unwrap_or(""),
            got.lines().nth(at).unwrap_or("")
        );
    }
}

/// The bench and data that are not part of the repository, where they are at hand.
pub fn shared() -> Option<PathBuf> {
    let dir = env::var_os("GESTA_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    if dir.join("bench/dev/docs").is_dir() {
        return Some(dir);
    }
    eprintln!(
        "skipped: there is no bench at {} (GESTA_SHARED names another place)",
        dir.display()
    );
    None
}
