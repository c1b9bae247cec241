//! What a character is to the segmenter.

/// Lower-case ASCII letter.
pub(crate) const LOWER: u8 = 1;
/// Upper-case ASCII letter.
pub(crate) const UPPER: u8 = 2;
/// ASCII digit.
pub(crate) const DIGIT: u8 = 4;
/// First or later byte of a character beyond ASCII.
pub(crate) const WIDE: u8 = 8;
/// Space or control character.
pub(crate) const SPACE: u8 = 16;
/// Any other ASCII character.
pub(crate) const MARK: u8 = 32;
/// Comma, colon and their like, which need no thought at the end of a word.
pub(crate) const TAIL: u8 = 64;
/// A letter of either case.
pub(crate) const LETTER: u8 = LOWER | UPPER;

/// Class of every byte.
pub(crate) static CLASS: [u8; 256] = {
    let mut t = [0u8; 256];
    let mut i = 0;
    while i < 256 {
        let b = i as u8;
        t[i] = if b.is_ascii_lowercase() {
            LOWER
        } else if b.is_ascii_uppercase() {
            UPPER
        } else if b.is_ascii_digit() {
            DIGIT
        } else if b >= 0x80 {
            WIDE
        } else if b <= b' ' || b == 0x7f {
            SPACE
        } else if matches!(b, b',' | b';' | b':' | b')' | b']' | b'"') {
            MARK | TAIL
        } else {
            MARK
        };
        i += 1;
    }
    t
};

/// Whether no token covers the character: white space, control characters, and format characters that mark
/// direction or a place to break a line (zero width space, word joiner, byte order mark).
///
/// Soft hyphens, joiners, non-joiners and variation selectors are kept inside the token that they stand in.
pub(crate) fn is_void(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c,
            '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}' | '\u{061C}' | '\u{180E}' | '\u{FFF9}'..='\u{FFFB}')
}

/// Whether the character goes on with the one before: combining marks, joiners, selectors, skin tones, tags.
pub(crate) fn extends(c: char) -> bool {
    matches!(c,
        '\u{00AD}'
        | '\u{0300}'..='\u{036F}'
        | '\u{0483}'..='\u{0489}'
        | '\u{0591}'..='\u{05BD}' | '\u{05BF}' | '\u{05C1}'..='\u{05C2}' | '\u{05C4}'..='\u{05C5}' | '\u{05C7}'
        | '\u{0610}'..='\u{061A}' | '\u{0640}' | '\u{064B}'..='\u{065F}' | '\u{0670}'
        | '\u{06D6}'..='\u{06DC}' | '\u{06DF}'..='\u{06E8}' | '\u{06EA}'..='\u{06ED}'
        | '\u{0711}' | '\u{0730}'..='\u{074A}' | '\u{07A6}'..='\u{07B0}' | '\u{07EB}'..='\u{07F3}'
        | '\u{0816}'..='\u{082D}' | '\u{0859}'..='\u{085B}' | '\u{08CA}'..='\u{0903}'
        | '\u{093A}'..='\u{093C}' | '\u{093E}'..='\u{094F}' | '\u{0951}'..='\u{0957}' | '\u{0962}'..='\u{0963}'
        | '\u{0981}'..='\u{0983}' | '\u{09BC}' | '\u{09BE}'..='\u{09CD}' | '\u{0A3C}'..='\u{0A4D}'
        | '\u{0ABC}' | '\u{0ABE}'..='\u{0ACD}' | '\u{0B3C}' | '\u{0B3E}'..='\u{0B4D}' | '\u{0BBE}'..='\u{0BCD}'
        | '\u{0C3E}'..='\u{0C4D}' | '\u{0CBC}' | '\u{0CBE}'..='\u{0CCD}' | '\u{0D3B}'..='\u{0D4D}'
        | '\u{0DCA}'..='\u{0DDF}' | '\u{0E31}' | '\u{0E34}'..='\u{0E3A}' | '\u{0E47}'..='\u{0E4E}'
        | '\u{0EB1}' | '\u{0EB4}'..='\u{0EBC}' | '\u{0EC8}'..='\u{0ECE}'
        | '\u{0F71}'..='\u{0F84}' | '\u{0F8D}'..='\u{0FBC}' | '\u{102B}'..='\u{103E}'
        | '\u{17B4}'..='\u{17D3}' | '\u{180B}'..='\u{180D}'
        | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{200C}' | '\u{200D}' | '\u{20D0}'..='\u{20F0}'
        | '\u{302A}'..='\u{302F}' | '\u{3099}' | '\u{309A}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FE20}'..='\u{FE2F}'
        | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0020}'..='\u{E007F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Whether the character may stand inside a word.
pub(crate) fn is_word(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || c == '_'
    } else {
        // ª º are letters to Unicode and ordinal signs in print; ² ³ ½ are numbers that stand apart from words.
        (c.is_alphanumeric()
            && !matches!(c, 'º' | '²' | '³' | '¹' | '¼'..='¾' | '\u{2070}'..='\u{209F}' | '\u{2150}'..='\u{218F}'
                | '\u{2460}'..='\u{24FF}' | '\u{2776}'..='\u{2793}' | '\u{02BC}' | '\u{1F100}'..='\u{1F1FF}'))
            || extends(c)
    }
}

/// An apostrophe, straight or curly.
pub(crate) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{02BC}' | '\u{FF07}')
}

/// A hyphen (not a dash).
pub(crate) fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}' | '\u{2011}')
}
