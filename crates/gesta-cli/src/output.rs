//! Where output goes: standard output, or a file that appears whole or not at all.

use flate2::write::GzEncoder;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A place to write to.
pub(crate) struct Output {
    writer: Box<dyn Write>,
    file: Option<(PathBuf, PathBuf)>,
}

impl Output {
    /// Standard output.
    pub(crate) fn stdout() -> Self {
        Output {
            writer: Box::new(BufWriter::with_capacity(1 << 16, io::stdout().lock())),
            file: None,
        }
    }

    /// A file, written beside its place as `NAME.part` and moved there by [`Output::finish`].
    pub(crate) fn file(path: &Path) -> io::Result<Self> {
        let mut name = path
            .file_name()
            .ok_or_else(|| io::Error::other("is no name of a file"))?
            .to_owned();
        let packed = name.to_string_lossy().ends_with(".gz");
        name.push(".part");
        let part = path.with_file_name(name);
        let file = BufWriter::with_capacity(1 << 16, File::create(&part)?);
        let writer: Box<dyn Write> = if packed {
            Box::new(GzEncoder::new(file, flate2::Compression::default()))
        } else {
            Box::new(file)
        };
        Ok(Output {
            writer,
            file: Some((part, path.to_owned())),
        })
    }

    /// Where an interrupted run leaves what it has written.
    pub(crate) fn part(&self) -> Option<&Path> {
        self.file.as_ref().map(|f| f.0.as_path())
    }

    /// Completes the output. With `whole` a file takes its place; without, what there is stays in `NAME.part`.
    pub(crate) fn finish(mut self, whole: bool) -> io::Result<()> {
        self.writer.flush()?;
        drop(self.writer);
        match self.file {
            Some((part, path)) if whole => fs::rename(part, path),
            _ => Ok(()),
        }
    }
}

impl Write for Output {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.writer.write(buf)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
