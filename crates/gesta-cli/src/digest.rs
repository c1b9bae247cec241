//! A document's events and statements for a reader: what happened, by whom, on whose word, with the words that say so.

use crate::terminal::{Ink, Rich, Terminal};
use gesta::export::Slices;
use gesta::record::{At, Entity, Event, Record, Slot, Statement};

/// How much of a sentence is shown on either side of the evidence, in characters, where it is very long.
const AROUND: usize = 240;

/// What the colours mean; once at the head of a digest.
pub(crate) fn legend(terminal: Terminal) -> String {
    let mut r = Rich::new();
    r.push(Ink::Dim, "evidence  ");
    for (ink, name) in [
        (Ink::Trigger, "what"),
        (Ink::Actor, "who"),
        (Ink::Recipient, "to whom"),
    ] {
        r.evidence(ink, name, terminal).push(Ink::Plain, "  ");
    }
    if terminal.color {
        r.push(Ink::Place, "where")
            .push(Ink::Plain, "  ")
            .push(Ink::Time, "when");
        r.push(Ink::Dim, "     types  ");
        for (quad, name) in [
            (1, "talk together"),
            (2, "act together"),
            (3, "talk against"),
            (4, "act against"),
        ] {
            r.push(Ink::Quad(quad), name).push(Ink::Plain, "  ");
        }
    }
    format!("{}\n\n", r.line(terminal).trim_end())
}

/// One document.
pub(crate) fn document(record: &Record, text: &str, terminal: Terminal) -> String {
    let d = Digest {
        record,
        words: Slices::new(text, record.offsets),
        text,
        terminal,
    };
    let mut out = String::new();
    d.header(&mut out);
    for e in &record.events {
        d.event(e, &mut out);
    }
    d.statements(&mut out);
    out
}

struct Digest<'a> {
    record: &'a Record,
    words: Slices<'a>,
    text: &'a str,
    terminal: Terminal,
}

impl Digest<'_> {
    fn header(&self, out: &mut String) {
        let d = &self.record.document;
        let title = d
            .title
            .as_deref()
            .filter(|t| !t.trim().is_empty())
            .unwrap_or(&d.id);
        let date = d.published.as_deref().unwrap_or("undated");
        let mut head = Rich::new();
        head.push(Ink::Dim, "━━ ")
            .push(Ink::Bold, title)
            .push(Ink::Plain, " ");
        let room = self.terminal.width.saturating_sub(date.len() + 4);
        if head.width() < room {
            head.push(Ink::Dim, "━".repeat(room - head.width()))
                .push(Ink::Plain, " ")
                .push(Ink::Bold, date)
                .push(Ink::Dim, " ━━");
            out.push_str(&head.line(self.terminal));
            out.push('\n');
        } else {
            head.push(Ink::Dim, "·")
                .push(Ink::Plain, " ")
                .push(Ink::Bold, date);
            head.wrapped(out, self.terminal, "", 0);
        }
        let mut facts = Vec::new();
        facts.extend(d.source.clone());
        if d.title.is_some() {
            facts.push(d.id.clone());
        }
        let r = self.record;
        facts.push(count(r.sentences.len(), "sentence", "sentences"));
        facts.push(count(r.events.len(), "event", "events"));
        facts.push(count(r.statements.len(), "statement", "statements"));
        let mut line = Rich::new();
        line.push(Ink::Dim, facts.join(" · "));
        line.wrapped(out, self.terminal, "   ", 3);
        out.push('\n');
    }

    fn event(&self, e: &Event, out: &mut String) {
        let mut head = Rich::new();
        head.push(Ink::Dim, format!("{:>4}  ", e.id))
            .push(Ink::Quad(e.quad), &e.event);
        if !e.mode.is_empty() {
            head.push(Ink::Plain, " ")
                .push(Ink::Plain, e.mode.join(", "));
        }
        for a in &e.aux {
            head.push(Ink::Plain, "  ").push(Ink::Bold, aux(a));
        }
        let tail = format!("{}  {:+.1}", e.rule, e.score);
        let gap = self
            .terminal
            .width
            .saturating_sub(head.width() + crate::terminal::width(&tail));
        if gap >= 2 {
            head.push(Ink::Plain, " ".repeat(gap)).push(Ink::Dim, tail);
        }
        out.push_str(&head.line(self.terminal));
        out.push('\n');

        let mut who = Rich::new();
        self.side(&mut who, &e.actor, Ink::Actor);
        if e.actor.is_empty() {
            who.push(Ink::Dim, "somebody");
        }
        if !e.recipient.is_empty() {
            who.push(Ink::Dim, "  →  ");
            self.side(&mut who, &e.recipient, Ink::Recipient);
        }
        who.wrapped(out, self.terminal, "      ", 6);

        let facts = self.facts(e);
        if !facts.is_empty() {
            facts.wrapped(out, self.terminal, "      ", 6);
        }
        self.sentence(e, out);
        out.push('\n');
    }

    fn side(&self, line: &mut Rich, slots: &[Slot], ink: Ink) {
        for (i, s) in slots.iter().enumerate() {
            if i > 0 {
                line.push(Ink::Dim, if i + 1 == slots.len() { " and " } else { ", " });
            }
            let name = self
                .record
                .name_of(&s.entity)
                .or(s.text.as_deref())
                .unwrap_or("?");
            line.push(ink, name);
            let codes: Vec<&str> = [&s.country, &s.sector]
                .into_iter()
                .flatten()
                .map(String::as_str)
                .collect();
            if !codes.is_empty() {
                line.push(Ink::Dim, format!(" {}", codes.join(" ")));
            }
        }
    }

    fn facts(&self, e: &Event) -> Rich {
        let mut r = Rich::new();
        let fact = |r: &mut Rich, label: &str| {
            if !r.is_empty() {
                r.push(Ink::Dim, " · ");
            }
            r.push(Ink::Dim, format!("{label} "));
        };
        if let Some(d) = &e.date {
            fact(&mut r, "on");
            let text = match d.precision.as_str() {
                "month" => d.start.get(..7).unwrap_or(&d.start).to_owned(),
                "year" => d.start.get(..4).unwrap_or(&d.start).to_owned(),
                _ if d.start == d.end => d.start.clone(),
                _ => format!("{} to {}", d.start, d.end),
            };
            r.push(Ink::Time, text);
        }
        if let Some(p) = &e.place {
            fact(&mut r, "in");
            r.push(Ink::Place, &p.name);
            if let Some(c) = &p.country {
                r.push(Ink::Dim, format!(" {c}"));
            }
        }
        if !e.attribution.is_empty() {
            fact(&mut r, "on the word of");
            let mut names: Vec<&str> = Vec::new();
            for p in self.record.told_by(e) {
                let name = self
                    .record
                    .name_of(&p.entity)
                    .or(p.text.as_deref())
                    .unwrap_or("somebody");
                if names.last() != Some(&name) {
                    names.push(name);
                }
            }
            r.push(
                Ink::Plain,
                if names.is_empty() {
                    "somebody".into()
                } else {
                    names.join(", who quotes ")
                },
            );
        }
        let m = e.magnitude;
        for (n, what) in [
            (m.dead, "dead"),
            (m.injured, "injured"),
            (m.arrested, "arrested"),
            (m.size, "taking part"),
        ] {
            if let Some(n) = n {
                fact(&mut r, &n.to_string());
                r.push(Ink::Dim, what);
            }
        }
        if let Some(first) = &e.same_as {
            fact(&mut r, "again");
            r.push(Ink::Dim, first);
        }
        r
    }

    /// The event's sentence with its evidence marked.
    fn sentence(&self, e: &Event, out: &mut String) {
        let Some(sentence) = self.record.sentences.get(e.sentence as usize) else {
            return;
        };
        let mut marks: Vec<(usize, usize, Ink)> = Vec::new();
        let mut mark = |at: Option<At>, ink: Ink| {
            if let Some(at) = at {
                marks.push((self.words.byte(at[0]), self.words.byte(at[1]), ink));
            }
        };
        // What comes later lies above what comes before.
        let place = e
            .place
            .as_ref()
            .and_then(|p| self.record.places.iter().find(|x| x.id == p.place));
        mark(place.map(|p| p.span), Ink::Place);
        let time = e.date.as_ref().and_then(|d| d.time.as_ref());
        mark(
            time.and_then(|t| self.record.times.iter().find(|x| x.id == *t))
                .map(|t| t.span),
            Ink::Time,
        );
        for (slots, ink) in [(&e.actor, Ink::Actor), (&e.recipient, Ink::Recipient)] {
            for s in slots {
                mark(s.span, ink);
            }
        }
        for &t in &e.trigger {
            mark(Some(t), Ink::Trigger);
        }
        let (start, end) = (
            self.words.byte(sentence.span[0]),
            self.words.byte(sentence.span[1]),
        );
        let line = self.marked(start, end, &marks);
        let bar = line_start(self.terminal, e.quad);
        line.wrapped(out, self.terminal, &bar, 8);
    }

    /// A stretch of the text in inks; what lies far from all evidence in a very long stretch is left out.
    fn marked(&self, start: usize, end: usize, marks: &[(usize, usize, Ink)]) -> Rich {
        let inside: Vec<_> = marks
            .iter()
            .filter(|m| m.0 < end && m.1 > start)
            .copied()
            .collect();
        let (mut from, mut to) = (start, end);
        if end - start > 4 * AROUND {
            let first = inside.iter().map(|m| m.0.max(start)).min().unwrap_or(start);
            let last = inside
                .iter()
                .map(|m| m.1.min(end))
                .max()
                .unwrap_or(start)
                .min(first + 4 * AROUND);
            from = word_edge(self.text, first.saturating_sub(AROUND).max(start));
            to = word_edge(self.text, (last + AROUND).min(end));
        }
        let mut edges: Vec<usize> = vec![from, to];
        edges.extend(
            inside
                .iter()
                .flat_map(|m| [m.0, m.1])
                .filter(|&x| x > from && x < to),
        );
        edges.sort_unstable();
        edges.dedup();
        let mut line = Rich::new();
        if from > start {
            line.push(Ink::Dim, "… ");
        }
        let ink_at = |at: usize| {
            inside
                .iter()
                .rev()
                .find(|m| m.0 <= at && at < m.1)
                .map(|m| m.2)
        };
        let mut i = 0;
        while i + 1 < edges.len() {
            let ink = ink_at(edges[i]);
            let mut j = i + 1;
            while j + 1 < edges.len() && ink_at(edges[j]) == ink {
                j += 1;
            }
            let words = self.text.get(edges[i]..edges[j]).unwrap_or("");
            match ink {
                Some(ink) => {
                    let held = words.trim_end();
                    line.evidence(ink, held, self.terminal)
                        .push(Ink::Plain, &words[held.len()..])
                }
                None => line.push(Ink::Plain, words),
            };
            i = j;
        }
        if to < end {
            line.push(Ink::Dim, " …");
        }
        line
    }

    fn statements(&self, out: &mut String) {
        let r = self.record;
        if r.statements.is_empty() {
            return;
        }
        let mut title = Rich::new();
        title.push(Ink::Dim, "── ").push(Ink::Bold, "Who said what");
        out.push_str(&title.line(self.terminal));
        out.push_str("\n\n");
        // Speakers in the order in which they first speak; those whom nobody knows last.
        let mut speakers: Vec<Option<&str>> = Vec::new();
        for s in &r.statements {
            let who = s.speaker.as_ref().map(|p| p.entity.as_str());
            if !speakers.contains(&who) {
                speakers.push(who);
            }
        }
        speakers.sort_by_key(|s| s.is_none());
        for who in speakers {
            let entity = who.and_then(|id| r.entities.iter().find(|e| e.id == id));
            self.speaker(entity, out);
            for s in r
                .statements
                .iter()
                .filter(|s| s.speaker.as_ref().map(|p| p.entity.as_str()) == who)
            {
                self.statement(s, out);
            }
            out.push('\n');
        }
    }

    fn speaker(&self, entity: Option<&Entity>, out: &mut String) {
        let mut line = Rich::new();
        match entity {
            None => line.push(Ink::Dim, "somebody"),
            Some(e) => {
                line.push(Ink::Actor, e.name.as_deref().unwrap_or(&e.label));
                let mut about: Vec<&str> = e.office.as_deref().into_iter().collect();
                if e.office.is_none() {
                    about.extend(e.country.as_deref());
                }
                about.extend(e.sector.as_deref());
                line.push(
                    Ink::Dim,
                    if about.is_empty() {
                        String::new()
                    } else {
                        format!(" · {}", about.join(" · "))
                    },
                )
            }
        };
        line.wrapped(out, self.terminal, "      ", 6);
    }

    fn statement(&self, s: &Statement, out: &mut String) {
        let mut line = Rich::new();
        let cue: Vec<&str> = s.cue.iter().map(|&c| self.words.of(c)).collect();
        if !cue.is_empty() {
            line.push(Ink::Trigger, cue.join(" … "))
                .push(Ink::Plain, " ");
        }
        if let Some(h) = &s.hearer {
            let name = self
                .record
                .name_of(&h.entity)
                .or(h.text.as_deref())
                .unwrap_or("somebody");
            line.push(Ink::Dim, "to ")
                .push(Ink::Recipient, name)
                .push(Ink::Plain, " ");
        }
        let (open, close) = if s.form == "direct" {
            ("“", "”")
        } else {
            ("", "")
        };
        for (i, &c) in s.content.iter().enumerate() {
            if i > 0 {
                line.push(Ink::Dim, " … ");
            }
            let (a, b) = (self.words.byte(c[0]), self.words.byte(c[1]));
            line.push(Ink::Plain, open);
            line.extend(self.marked(a, b, &[]));
            line.push(Ink::Plain, close);
        }
        if let Some(outer) = &s.within {
            line.push(Ink::Dim, format!("  (told in {outer})"));
        }
        let mut wrapped = String::new();
        line.wrapped(&mut wrapped, self.terminal, "        ", 8);
        let mut id = Rich::new();
        id.push(Ink::Dim, format!("{:>4}    ", s.id));
        // The id stands in the margin of the first line.
        out.push_str(&id.line(self.terminal));
        out.push_str(&wrapped[8..]);
    }
}

fn line_start(terminal: Terminal, quad: u8) -> String {
    let mut bar = Rich::new();
    bar.push(Ink::Plain, "      ")
        .push(Ink::Quad(quad), "│")
        .push(Ink::Plain, " ");
    bar.line(terminal)
}

fn aux(a: &str) -> &str {
    match a {
        "historical" => "in the past",
        "future" => "to come",
        "hypothetical" => "if",
        "negation" => "did not happen",
        other => other,
    }
}

fn count(n: usize, one: &str, many: &str) -> String {
    match n {
        0 => format!("no {many}"),
        1 => format!("1 {one}"),
        n => format!("{n} {many}"),
    }
}

/// The next place at or after `at` where a word ends (within reason), on a character's edge.
fn word_edge(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let near = (at..bytes.len().min(at + 40))
        .find(|&i| bytes[i] == b' ')
        .unwrap_or(at);
    (near..=bytes.len())
        .find(|&i| text.is_char_boundary(i))
        .unwrap_or(bytes.len())
}
