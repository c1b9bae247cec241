use sha2::{Digest, Sha256};

/// SHA-256 in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(2 * bytes.len());
    for b in bytes {
        out.push(DIGITS[(b >> 4) as usize] as char);
        out.push(DIGITS[(b & 15) as usize] as char);
    }
    out
}

/// Hashes a list of parts so that no two lists run together.
pub(crate) struct Parts(Sha256);

impl Parts {
    pub(crate) fn new() -> Self {
        Parts(Sha256::new())
    }
    pub(crate) fn add(&mut self, part: impl AsRef<[u8]>) -> &mut Self {
        let part = part.as_ref();
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
        self
    }
    /// The first `n` bytes of the hash, in hexadecimal.
    pub(crate) fn finish(self, n: usize) -> String {
        hex(&self.0.finalize()[..n])
    }
}
