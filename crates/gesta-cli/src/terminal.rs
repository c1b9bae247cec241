//! What the terminal can do, and text that knows its colours.

use crate::args::When;
use anstyle::{AnsiColor, Style};
use std::env;
use std::io::{self, IsTerminal};
use unicode_width::UnicodeWidthChar;

/// Width and colour of where output goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    pub(crate) color: bool,
    pub(crate) width: usize,
}

impl Terminal {
    /// What standard output is, unless the user says otherwise. `to_terminal` is false for output to a file.
    pub(crate) fn detect(when: When, to_terminal: bool) -> Self {
        let terminal = to_terminal && io::stdout().is_terminal();
        let set = |name: &str| env::var_os(name).is_some_and(|v| !v.is_empty());
        let color = match when {
            When::Always => true,
            When::Never => false,
            When::Auto => {
                terminal && !set("NO_COLOR") && env::var_os("TERM").is_none_or(|t| t != "dumb")
            }
        };
        let asked = env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
        let real = terminal
            .then(terminal_size::terminal_size)
            .flatten()
            .map(|(w, _)| w.0 as usize);
        Terminal {
            color,
            width: asked.or(real).unwrap_or(100).clamp(40, 140),
        }
    }
}

/// What a piece of text is, which decides its looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    Plain,
    /// Beside the point.
    Dim,
    Bold,
    /// Words that carry an event, or a cue of saying.
    Trigger,
    Actor,
    Recipient,
    Place,
    Time,
    /// A type of the quad class.
    Quad(u8),
    /// Something refused or wrong.
    Bad,
    Good,
}

impl Ink {
    fn style(self) -> Style {
        let fg = |c: AnsiColor| Style::new().fg_color(Some(c.into()));
        match self {
            Ink::Plain => Style::new(),
            Ink::Dim => Style::new().dimmed(),
            Ink::Bold => Style::new().bold(),
            Ink::Trigger => fg(AnsiColor::Yellow).bold().underline(),
            Ink::Actor => fg(AnsiColor::Cyan).bold(),
            Ink::Recipient => fg(AnsiColor::Magenta).bold(),
            Ink::Place => fg(AnsiColor::Green),
            Ink::Time => fg(AnsiColor::Blue),
            Ink::Quad(1) => fg(AnsiColor::Cyan).bold(),
            Ink::Quad(2) => fg(AnsiColor::Green).bold(),
            Ink::Quad(3) => fg(AnsiColor::Yellow).bold(),
            Ink::Quad(_) => fg(AnsiColor::Red).bold(),
            Ink::Bad => fg(AnsiColor::Red),
            Ink::Good => fg(AnsiColor::Green),
        }
    }
    /// How evidence is marked where there is no colour.
    fn marks(self) -> (&'static str, &'static str) {
        match self {
            Ink::Trigger => ("*", "*"),
            Ink::Actor => ("[", "]"),
            Ink::Recipient => ("{", "}"),
            _ => ("", ""),
        }
    }
}

/// Text in inks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rich(Vec<(Ink, String)>);

impl Rich {
    pub(crate) fn new() -> Self {
        Rich::default()
    }
    pub(crate) fn push(&mut self, ink: Ink, text: impl AsRef<str>) -> &mut Self {
        let text = clean(text.as_ref());
        if !text.is_empty() {
            self.0.push((ink, text));
        }
        self
    }
    /// As [`Rich::push`]; evidence gets marks of its own where there is no colour.
    pub(crate) fn evidence(&mut self, ink: Ink, text: &str, terminal: Terminal) -> &mut Self {
        let (open, close) = if terminal.color {
            ("", "")
        } else {
            ink.marks()
        };
        self.push(ink, format!("{open}{text}{close}"))
    }
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    pub(crate) fn extend(&mut self, other: Rich) {
        self.0.extend(other.0);
    }
    /// Columns that it takes on one line.
    pub(crate) fn width(&self) -> usize {
        self.0.iter().map(|(_, t)| width(t)).sum()
    }

    /// One line, as it is.
    pub(crate) fn line(&self, terminal: Terminal) -> String {
        let mut out = String::new();
        for (ink, text) in &self.0 {
            write_inked(&mut out, *ink, text, terminal);
        }
        out
    }

    /// Writes it wrapped to the terminal, each line after `indent` (which has the width `indent_width`).
    pub(crate) fn wrapped(
        &self,
        out: &mut String,
        terminal: Terminal,
        indent: &str,
        indent_width: usize,
    ) {
        let room = terminal.width.saturating_sub(indent_width).max(20);
        // Pieces that may not be parted: the inks of each one's parts, and its width.
        let mut pieces: Vec<(Vec<(Ink, String)>, usize)> = Vec::new();
        let mut gap = true;
        for (ink, text) in &self.0 {
            for (i, word) in text.split(' ').enumerate() {
                gap |= i > 0;
                if word.is_empty() {
                    continue;
                }
                let w = width(word);
                match pieces.last_mut() {
                    Some((parts, total)) if !gap => {
                        parts.push((*ink, word.to_owned()));
                        *total += w;
                    }
                    _ => pieces.push((vec![(*ink, word.to_owned())], w)),
                }
                gap = false;
            }
        }
        let mut lines: Vec<Vec<(Ink, String)>> = vec![Vec::new()];
        let mut used = 0;
        for (parts, w) in pieces {
            let space = usize::from(used > 0);
            if used > 0 && used + space + w > room {
                lines.push(Vec::new());
                used = 0;
            }
            let line = lines.last_mut().expect("there is always a line");
            if used > 0 {
                // The space inside a run of one ink belongs to it, so that underlines do not break.
                let ink = match (line.last(), parts.first()) {
                    (Some(a), Some(b)) if a.0 == b.0 => a.0,
                    _ => Ink::Plain,
                };
                line.push((ink, " ".into()));
                used += 1;
            }
            // A word longer than the line (a web address, a text without spaces) is cut.
            if w > room {
                for (ink, text) in parts {
                    for c in text.chars() {
                        let cw = c.width().unwrap_or(0);
                        if used + cw > room {
                            lines.push(Vec::new());
                            used = 0;
                        }
                        lines
                            .last_mut()
                            .expect("there is always a line")
                            .push((ink, c.to_string()));
                        used += cw;
                    }
                }
            } else {
                line.extend(parts);
                used += w;
            }
        }
        for line in lines {
            out.push_str(indent);
            let mut merged: Vec<(Ink, String)> = Vec::new();
            for (ink, text) in line {
                match merged.last_mut() {
                    Some((i, t)) if *i == ink => t.push_str(&text),
                    _ => merged.push((ink, text)),
                }
            }
            for (ink, text) in merged {
                write_inked(out, ink, &text, terminal);
            }
            out.push('\n');
        }
    }
}

fn write_inked(out: &mut String, ink: Ink, text: &str, terminal: Terminal) {
    if terminal.color && ink != Ink::Plain {
        let style = ink.style();
        out.push_str(&format!("{style}{text}{style:#}"));
    } else {
        out.push_str(text);
    }
}

/// Columns that a text takes.
pub(crate) fn width(s: &str) -> usize {
    s.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// Cuts or fills a text to so many columns.
pub(crate) fn fit(s: &str, columns: usize) -> String {
    let s = clean(s);
    let full = width(&s);
    if full <= columns {
        return s + &" ".repeat(columns - full);
    }
    let (mut out, mut used) = (String::new(), 0);
    for c in s.chars() {
        let w = c.width().unwrap_or(0);
        if used + w + 1 > columns {
            break;
        }
        out.push(c);
        used += w;
    }
    out.push('…');
    out.push_str(&" ".repeat(columns.saturating_sub(used + 1)));
    out
}

/// Text that is safe to show: a report must not steer the terminal. White space becomes a space, other control
/// characters and those that turn the direction of writing become U+FFFD.
fn clean(s: &str) -> String {
    s.chars()
        .map(|c| match c {
            c if c.is_whitespace() => ' ',
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}
