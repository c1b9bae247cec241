//! `gesta explain`: why each event was coded as it was, and what was tried in vain.

use super::{End, print};
use crate::args::{Explain, When};
use crate::input::Reader;
use crate::terminal::{Ink, Rich, Terminal};
use gesta::record::Event;
use gesta::{Analysis, Coder, Entry, Record, RecordOptions, Span, Trace};

pub(super) fn run(args: Explain, color: When) -> End {
    let coder = match super::coder(&args.knowledge) {
        Ok(c) => c,
        Err(e) => return End::Failed(e),
    };
    let terminal = Terminal::detect(color, true);
    let (reader, mut bad) = Reader::new(std::slice::from_ref(&args.file), args.reading.options());
    let mut found = args.event.is_none();
    for item in reader {
        let input = match item {
            Ok(i) => i,
            Err(f) => {
                bad.push(f);
                continue;
            }
        };
        let (analysis, traces) = coder.explain(&input.document);
        let record = analysis.record(coder.info(), RecordOptions::default());
        let e = Explained {
            coder: &coder,
            analysis: &analysis,
            record: &record,
            traces: &traces,
            terminal,
        };
        let mut out = String::new();
        found |= e.write(args.event.as_deref(), args.fired, &mut out);
        if let end @ End::Failed(_) = print(out.as_bytes()) {
            return end;
        }
    }
    for f in &bad {
        eprintln!("error: {f}");
    }
    match (found, bad.is_empty()) {
        (false, true) => End::Failed(format!(
            "there is no event {:?}",
            args.event.unwrap_or_default()
        )),
        (_, false) => End::Faults,
        _ => End::Good,
    }
}

struct Explained<'a> {
    coder: &'a Coder,
    analysis: &'a Analysis,
    record: &'a Record,
    traces: &'a [Trace],
    terminal: Terminal,
}

impl Explained<'_> {
    /// Writes what was asked for. Whether there was any of it.
    fn write(&self, only: Option<&str>, fired: bool, out: &mut String) -> bool {
        let mut any = false;
        let mut title = Rich::new();
        title
            .push(Ink::Dim, "━━ ")
            .push(Ink::Bold, &self.record.document.id);
        out.push_str(&title.line(self.terminal));
        out.push_str("\n\n");
        for (i, event) in self.record.events.iter().enumerate() {
            if only.is_some_and(|o| o != event.id) {
                continue;
            }
            any = true;
            self.event(i, event, out);
        }
        let refused: Vec<&Trace> = self.traces.iter().filter(|t| t.event.is_none()).collect();
        if only.is_none() && !fired && !refused.is_empty() {
            self.heading("Tried and refused", out);
            for t in refused {
                self.trace(t, Ink::Bad, out);
                out.push('\n');
            }
        }
        if only.is_none() && !self.analysis.actors.notes.is_empty() {
            self.heading("Not known", out);
            for n in &self.analysis.actors.notes {
                let mut line = Rich::new();
                line.push(Ink::Plain, self.words(n.span))
                    .push(Ink::Dim, format!("  {}", n.message));
                line.wrapped(out, self.terminal, "      ", 6);
            }
            out.push('\n');
        }
        any
    }

    fn heading(&self, title: &str, out: &mut String) {
        let mut r = Rich::new();
        r.push(Ink::Dim, "── ").push(Ink::Bold, title);
        out.push_str(&r.line(self.terminal));
        out.push_str("\n\n");
    }

    fn words(&self, span: Span) -> &str {
        span.of(&self.analysis.document.text)
    }

    fn event(&self, index: usize, e: &Event, out: &mut String) {
        let mut head = Rich::new();
        head.push(Ink::Dim, format!("{:>4}  ", e.id))
            .push(Ink::Quad(e.quad), &e.event)
            .push(Ink::Plain, format!(" {}", e.mode.join(", ")));
        head.push(Ink::Dim, format!("  confidence {:.2}", e.confidence));
        out.push_str(head.line(self.terminal).trim_end());
        out.push('\n');
        if let Some(s) = self
            .analysis
            .parsed
            .text
            .sentences()
            .get(e.sentence as usize)
        {
            let mut line = Rich::new();
            line.push(Ink::Plain, self.words(s.span));
            line.wrapped(out, self.terminal, "      ", 6);
        }
        out.push('\n');
        if let Some(Entry {
            id,
            file,
            line,
            source,
        }) = self.coder.entries().into_iter().find(|x| x.id == e.rule)
        {
            let mut at = Rich::new();
            at.push(Ink::Dim, "the entry ")
                .push(Ink::Bold, id)
                .push(Ink::Dim, format!(" ({file}:{line}) says"));
            at.wrapped(out, self.terminal, "      ", 6);
            // The examples are for those who write entries.
            let shown = source.lines().filter(|l| {
                !l.trim().is_empty() && !["yes", "no"].iter().any(|k| l.trim_start().starts_with(k))
            });
            for l in shown.filter(|l| l.contains('=') && !l.trim_start().starts_with('[')) {
                let mut line = Rich::new();
                line.push(Ink::Plain, l.trim_end());
                line.wrapped(out, self.terminal, "        ", 8);
            }
        }
        let fired = || self.traces.iter().filter(|t| t.event == Some(index as u32));
        for t in fired() {
            self.trace(t, Ink::Good, out);
        }
        // Whom the entry itself did not find, but the report around it.
        if let Some(coded) = self.analysis.events.get(index) {
            for (what, slots) in [("actor", &coded.actor), ("recipient", &coded.recipient)] {
                for s in slots {
                    let found = fired()
                        .flat_map(|t| &t.steps)
                        .any(|x| x.what == what && x.span == s.span);
                    if found {
                        continue;
                    }
                    let entity = &self.analysis.actors.entities[s.entity as usize];
                    let mut line = Rich::new();
                    line.push(Ink::Dim, format!("{what}: "))
                        .push(Ink::Plain, entity.name.as_ref().unwrap_or(&entity.label));
                    if let Some(span) = s.span {
                        line.push(Ink::Dim, "  “")
                            .push(Ink::Actor, self.words(span))
                            .push(Ink::Dim, "”");
                    }
                    line.push(Ink::Dim, "  taken from what the report tells around it");
                    line.wrapped(out, self.terminal, "        ", 8);
                }
            }
        }
        out.push('\n');
    }

    fn trace(&self, t: &Trace, ink: Ink, out: &mut String) {
        let words: Vec<&str> = t.trigger.iter().map(|&s| self.words(s)).collect();
        let mut line = Rich::new();
        line.push(ink, if t.event.is_some() { "✓ " } else { "✗ " });
        line.push(Ink::Bold, &t.rule)
            .push(Ink::Dim, " on ")
            .push(Ink::Trigger, words.join(" … "));
        line.wrapped(out, self.terminal, "      ", 6);
        for s in &t.steps {
            let mut line = Rich::new();
            line.push(Ink::Dim, format!("{}: ", s.what))
                .push(Ink::Plain, &s.how);
            if let Some(span) = s.span {
                line.push(Ink::Dim, "  “")
                    .push(Ink::Actor, self.words(span))
                    .push(Ink::Dim, "”");
            }
            line.wrapped(out, self.terminal, "        ", 8);
        }
    }
}
