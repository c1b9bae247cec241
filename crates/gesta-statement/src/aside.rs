//! Cues beside a clause: "…, X said", "according to X", "the claim that …", "was clear that …".

use crate::content::overlap;
use crate::cues::{Subject, Takes, Verb};
use crate::find::{CLIMB, Draft, Pass, REACH, WINDOW, Who};
use gesta_parse::{Deprel, Upos};
use gesta_text::Span;
use std::ops::Range;

impl<'a> Pass<'a> {
    /// "Talks failed, X said"; "as X noted, …": the clause around the cue is what is said.
    pub(crate) fn parenthesis(&mut self, v: usize, entries: &[&'a Verb]) {
        let Some(e) = entries
            .iter()
            .find(|e| e.takes.any(Takes::CLAUSE) && e.subject != Subject::Text)
            .copied()
        else {
            return;
        };
        if matches!(e.class.as_str(), "order" | "promise" | "deny")
            || self.negated(v)
            || self.passive(v)
            || self.speaker(v) == Who::Nobody
        {
            return;
        }
        let p = self.p;
        let Some(subject) = self
            .subject(v)
            .or_else(|| self.kid(v, &[Deprel::Obj]).filter(|&o| o > v))
        else {
            return;
        };
        let relative = |i: usize| {
            matches!(
                self.text(i).to_ascii_lowercase().as_str(),
                "who" | "which" | "that" | "whom"
            )
        };
        if relative(subject)
            || self.kid(v, &[Deprel::Obj]).is_some_and(relative)
            || subject > v && !e.inverts
        {
            return;
        }
        let s = self.sentence(v);
        let sub = p.subtree(v);
        let with_as = self.has_case(v, "as") && p.rel(v) == Deprel::Advcl;
        let comma_before = sub.start > s.start
            && matches!(self.text(sub.start - 1), "," | "—" | "–")
            || matches!(self.text(sub.start), ",");
        // What the parser takes for the clause around it, or all before a cue that ends the sentence.
        let top = match p.rel(v) {
            Deprel::Parataxis | Deprel::Ccomp | Deprel::Conj | Deprel::Advcl
                if with_as || p.rel(v) == Deprel::Parataxis =>
            {
                p.head(v)
            }
            _ => None,
        };
        let small = sub.len() <= 24 && (subject < v && v - subject <= 16 || subject > v);
        if let Some(c) = top
            && small
            && (comma_before || with_as || sub.start == s.start)
        {
            let whole = p.subtree(c);
            let (a, b) = (whole.start.max(s.start), whole.end.min(s.end));
            let cue = self.cue_span(v, Some(e));
            let who = self.speaker(v);
            self.around(a, b, sub, c, v, cue, who);
            return;
        }
        self.aside(v, e, subject);
    }

    /// "…, X said yesterday[, …]" by its commas, where the tree does not help.
    pub(crate) fn aside(&mut self, v: usize, e: &Verb, subject: usize) {
        let p = self.p;
        let s = self.sentence(v);
        if matches!(
            self.text(subject).to_ascii_lowercase().as_str(),
            "who" | "which" | "that" | "what" | "it" | "there"
        ) || self
            .kid(v, &[Deprel::Obj])
            .is_some_and(|o| o != subject && o > v)
            || !matches!(p.word(v).xpos, "VBD" | "VBZ" | "VBP")
        {
            return;
        }
        let finite = |i: usize| matches!(p.word(i).xpos, "VBD" | "VBZ" | "VBP" | "MD") && i != v;
        let level = self.inside[v];
        let comma = |i: usize| matches!(self.text(i), "," | "—" | "–" | "--");
        let (from, mut to) = if subject < v {
            // Back to the comma in front of the subject, over nothing that is a clause.
            let mut from = None;
            for i in (s.start..v).rev().take(16) {
                if self.inside[i] != level || finite(i) && i > subject {
                    return;
                }
                if i < subject && comma(i) {
                    from = Some(i + 1);
                    break;
                }
                if i < subject
                    && (finite(i)
                        || matches!(p.upos(i), Upos::Sconj | Upos::Cconj) && p.rel(i) != Deprel::Cc)
                {
                    return;
                }
            }
            let Some(from) = from else { return };
            (from, v + 1)
        } else {
            if v == s.start || !comma(v - 1) {
                return;
            }
            (
                v,
                p.subtree(subject)
                    .end
                    .clamp(subject + 1, subject + 16)
                    .min(s.end),
            )
        };
        // Adverbials of the cue, up to the next comma or the end.
        let mut closed = to == s.end;
        for i in (to..s.end).take(10) {
            if comma(i) || matches!(self.text(i), "." | ";" | "?" | "!") {
                closed = true;
                to = i;
                break;
            }
            if finite(i) || self.inside[i] != level || p.upos(i) == Upos::Verb || self.is(i, "that")
            {
                return;
            }
            to = i + 1;
            closed = to == s.end;
        }
        if !closed {
            return;
        }
        let back = |i: usize| self.text(i) == ";" && self.inside[i] == level;
        let a = (s.start..from)
            .rev()
            .take(WINDOW)
            .find(|&i| back(i))
            .map_or(s.start, |i| i + 1);
        let b = (to..s.end).take(WINDOW).find(|&i| back(i)).unwrap_or(s.end);
        let before = (a..from).rev().take(WINDOW).any(|i| {
            finite(i)
                || p.word(i).xpos == "VBN" && p.upos(i) == Upos::Verb && p.rel(i) == Deprel::Acl
        });
        let after = (to..b).take(WINDOW).any(finite);
        let mut pieces = Vec::new();
        if before {
            pieces.push((a, from));
            let next = (to..b).take(4).find(|&i| self.wordlike(i));
            if after
                && let Some(n) = next
                && self.is(n, "and")
            {
                pieces.push((n + 1, b));
            }
        } else if after {
            let words = (a..from).filter(|&i| self.wordlike(i)).take(3).count();
            if words >= 3
                && (a..from).any(|i| matches!(p.rel(i), Deprel::Nsubj | Deprel::NsubjPass))
            {
                pieces.push((a, from));
            }
            pieces.push((to, b));
        }
        let speaker = self.speaker(v);
        let mut cue = self.cue_span(v, Some(e));
        for (a, b) in pieces {
            if let Some(content) = self.settle(a, b, v) {
                let cue = std::mem::take(&mut cue);
                self.push(Draft {
                    content,
                    cue_token: (!cue.is_empty()).then_some(v),
                    cue,
                    speaker,
                    hearer: None,
                    direct: false,
                    level,
                });
            }
        }
    }

    /// The clause `a..b` with head `c`, told on somebody's word by a parenthesis `cut`.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn around(
        &mut self,
        a: usize,
        b: usize,
        cut: Range<usize>,
        c: usize,
        cue_token: usize,
        cue: Vec<Span>,
        who: Who,
    ) {
        let p = self.p;
        let mut a = a;
        let mut b = b;
        for i in (a..cut.start.min(b)).rev().take(WINDOW) {
            if self.text(i) == ";" && self.inside[i] == self.inside[cue_token] {
                a = i + 1;
                break;
            }
        }
        for i in (cut.end.max(a)..b).take(WINDOW) {
            if self.text(i) == ";" && self.inside[i] == self.inside[cue_token] {
                b = i;
                break;
            }
        }
        let mut pieces = Vec::new();
        if c < cut.start {
            pieces.push((a, cut.start));
            // Behind the parenthesis only what is coordinated belongs to what is said; adjuncts are the writer's.
            let next = (cut.end..b).find(|&i| self.wordlike(i));
            if let Some(n) = next
                && p.upos(n) == Upos::Cconj
                && self.is(n, "and")
                && p.kids_by(c, Deprel::Conj).any(|k| k > n && self.verbal(k))
            {
                pieces.push((n + 1, b));
            }
        } else {
            let core = p.kids(c).any(|k| {
                matches!(p.rel(k), Deprel::Nsubj | Deprel::NsubjPass | Deprel::Csubj)
                    && k < cut.start
                    && k >= a
            });
            let words = (a..cut.start.max(a))
                .filter(|&i| self.wordlike(i))
                .take(3)
                .count();
            if core && words >= 3 {
                pieces.push((a, cut.start));
            }
            pieces.push((cut.end, b));
        }
        let mut first = true;
        for (a, b) in pieces {
            if (a..b).filter(|&i| self.wordlike(i)).take(2).count() < 2 {
                continue;
            }
            if let Some(content) = self.settle(a, b, cue_token) {
                self.push(Draft {
                    content,
                    cue: if first { cue.clone() } else { Vec::new() },
                    cue_token: first.then_some(cue_token),
                    speaker: who,
                    hearer: None,
                    direct: false,
                    level: self.inside[cue_token],
                });
                first = false;
            }
        }
    }

    /// "a warning that …", "expressed the wish to …".
    pub(crate) fn noun(&mut self, n: usize) {
        let Some(takes) = self.cues.noun(&self.lemma(n)) else {
            return;
        };
        let p = self.p;
        let clause = p.kids(n).find(|&k| {
            k > n
                && match p.rel(k) {
                    Deprel::Acl | Deprel::Ccomp => {
                        (takes.any(Takes::CLAUSE) && self.has_case(k, "that"))
                            || (takes.any(Takes::TO) && self.infinitive(k))
                    }
                    _ => false,
                }
        });
        let Some(k) = clause else { return };
        let that = self.has_case(k, "that");
        let governor = p
            .head(n)
            .filter(|&w| p.upos(w) == Upos::Verb && matches!(p.rel(n), Deprel::Obj | Deprel::Obl));
        let light =
            governor.is_some_and(|w| p.rel(n) == Deprel::Obj && self.cues.is_light(&self.lemma(w)));
        // "stressed the need to …" is told by the verb already.
        if governor.is_some_and(|w| {
            p.rel(n) == Deprel::Obj
                && !light
                && self.entries(w).iter().any(|e| e.takes.any(Takes::NOUN))
        }) {
            return;
        }
        let poss = p.kids(n).find(|&k| {
            p.rel(k) == Deprel::NmodPoss
                || (p.rel(k) == Deprel::Nmod
                    && (self.has_case(k, "by") || self.has_case(k, "from"))
                    && k > n)
        });
        let disputed = governor.is_some_and(|w| {
            matches!(
                self.lemma(w).as_str(),
                "reject" | "deny" | "dispute" | "withdraw"
            )
        });
        let (speaker, from) = match (light && !disputed, governor) {
            (true, Some(w)) if !self.negated(w) => (self.speaker(w), w),
            _ => match poss {
                Some(h)
                    if that && takes.any(Takes::OWNER) && (p.upos(h) != Upos::Pron || disputed) =>
                {
                    (Who::Head(h), n)
                }
                _ => return,
            },
        };
        let b = p.subtree(k).end;
        let a = p.subtree(k).start.max(n + 1);
        if let Some(content) = self.settle(a, b, n) {
            let cue = p.text.span_of(from..n + 1);
            let draft = Draft {
                content,
                cue: vec![cue],
                cue_token: Some(n),
                speaker,
                hearer: None,
                direct: false,
                level: self.inside[n],
            };
            self.push(draft);
        }
    }

    /// "was clear that …", "is confident that …".
    pub(crate) fn adjective(&mut self, i: usize) {
        let p = self.p;
        if !self.cues.is_adjective(&self.lemma(i))
            || p.kid(i, Deprel::Cop).is_none()
            || self.negated(i)
        {
            return;
        }
        let Some(k) = p.kids(i).find(|&k| {
            k > i && matches!(p.rel(k), Deprel::Ccomp | Deprel::Advcl) && self.has_case(k, "that")
        }) else {
            return;
        };
        let Some(subject) = self.subject(i) else {
            return;
        };
        if matches!(
            self.text(subject).to_ascii_lowercase().as_str(),
            "it" | "this" | "that" | "which" | "what" | "i" | "we"
        ) {
            return;
        }
        let sub = p.subtree(k);
        let b = self.goes_on(sub.end, i);
        if let Some(content) = self.settle(sub.start.max(i + 1), b, i) {
            let from = p
                .kid(i, Deprel::Cop)
                .filter(|&c| c < i && i - c < 4)
                .unwrap_or(i);
            let cue = vec![p.text.span_of(from..i + 1)];
            let speaker = self.owner(subject, i);
            self.push(Draft {
                content,
                cue,
                cue_token: Some(i),
                speaker,
                hearer: None,
                direct: false,
                level: self.inside[i],
            });
        }
    }

    /// The prepositional cue that begins at token `i`.
    pub(crate) fn source_at(&self, i: usize) -> Option<&'a Vec<String>> {
        let s = self.sentence(i);
        self.cues
            .sources()
            .iter()
            .find(|w| i + w.len() < s.end && w.iter().enumerate().all(|(n, w)| self.is(i + n, w)))
    }

    /// "according to X": at token `i` its first word.
    pub(crate) fn source(&mut self, i: usize) {
        let p = self.p;
        let s = self.sentence(i);
        let Some(words) = self.source_at(i) else {
            return;
        };
        let after = i + words.len();
        let leads = i == s.start
            || !self.wordlike(i - 1)
            || matches!(self.text(i - 1), "and" | "but" | "that");
        if words.len() == 1 {
            // "per": only in front of a clause or behind a comma, and of somebody
            let noun = matches!(p.upos(after), Upos::Det | Upos::Propn)
                || self.cues.is_text(&self.lemma(after));
            if !(noun && leads) {
                return;
            }
        }
        // The noun phrase: what the first word depends on, or the first noun behind.
        let mut h = p.head(after - 1).filter(|&h| h >= after && h < s.end);
        if h.is_none() {
            h = p.head(i).filter(|&h| h >= after && h < s.end);
        }
        let h = h.or_else(|| {
            (after..s.end)
                .take(REACH)
                .find(|&j| matches!(p.upos(j), Upos::Noun | Upos::Propn | Upos::Pron))
        });
        let Some(mut h) = h else { return };
        for _ in 0..6 {
            match p.head(h) {
                Some(up)
                    if up > h
                        && up < s.end
                        && matches!(p.upos(up), Upos::Noun | Upos::Propn)
                        && matches!(
                            p.rel(h),
                            Deprel::NmodDesc
                                | Deprel::Compound
                                | Deprel::Amod
                                | Deprel::Flat
                                | Deprel::NmodPoss
                        ) =>
                {
                    h = up;
                }
                _ => break,
            }
        }
        if self.cues.is_no_source(&self.lemma(h)) {
            return;
        }
        let mut end = p.subtree(h).end.clamp(h + 1, s.end);
        // A phrase that swallows a clause with its own subject ends at the comma in front of it.
        if let Some(comma) = (h + 1..end)
            .take(REACH)
            .find(|&j| self.text(j) == "," && self.inside[j] == self.inside[i])
            && (comma..end).take(REACH).any(|j| {
                matches!(p.rel(j), Deprel::Nsubj | Deprel::NsubjPass)
                    && !matches!(p.rel(p.head(j).unwrap_or(j)), Deprel::AclRelcl)
            })
        {
            end = comma;
        }
        let cue = vec![p.text.span_of(i..after)];
        let who = self.owner(h, i);
        let (lo, hi) = match self.inside[i] {
            0 => (s.start, s.end),
            q => {
                let r = &self.quote_tokens[q as usize - 1];
                (r.start.max(s.start), r.end.min(s.end))
            }
        };
        let lo_clause = (lo..i)
            .rev()
            .take(WINDOW)
            .find(|&j| matches!(self.text(j), ";" | ":") && self.inside[j] == self.inside[i])
            .map_or(lo, |j| j + 1);
        let hi_clause = (end..hi)
            .take(WINDOW)
            .find(|&j| self.text(j) == ";" && self.inside[j] == self.inside[i])
            .unwrap_or(hi);
        let empty_before = !(lo_clause..i)
            .rev()
            .take(WINDOW)
            .any(|j| self.wordlike(j) && !matches!(p.upos(j), Upos::Cconj));
        if empty_before {
            // Quotations that follow are given to it.
            if let Some(content) = self.settle(end.min(hi_clause), hi_clause, i) {
                let near = self
                    .quotes
                    .partition_point(|q| q.inner.start < content.start);
                let dup = self
                    .quotes
                    .get(near)
                    .and_then(|q| self.direct_at.get(&q.inner.start).copied());
                let dup = dup.filter(|&d| overlap(self.out[d].content, content) > 0.6);
                if let Some(d) = dup {
                    if self.out[d].cue.is_empty() {
                        self.out[d].cue = cue;
                        self.out[d].cue_token = Some(i);
                        self.out[d].speaker = who;
                    }
                    return;
                }
                self.push(Draft {
                    content,
                    cue,
                    cue_token: Some(i),
                    speaker: who,
                    hearer: None,
                    direct: false,
                    level: self.inside[i],
                });
            }
            return;
        }
        // The clause in which it stands: up from its governor to a verb or a predicate.
        let mut c = p
            .head(h)
            .filter(|&g| s.contains(&g) && !(i..end).contains(&g));
        for _ in 0..CLIMB {
            let Some(g) = c else { break };
            if self.verbal(g) && !matches!(p.rel(g), Deprel::Acl) {
                break;
            }
            c = p.head(g);
        }
        let Some(c) = c else { return };
        // Up to the main clause of what stands before: "said Y had left, according to X" is told by X as a whole.
        let mut top = c;
        for _ in 0..CLIMB {
            match p.rel(top) {
                Deprel::Ccomp | Deprel::Xcomp | Deprel::Advcl | Deprel::AclRelcl | Deprel::Acl => {
                    let Some(g) = p.head(top) else { break };
                    if self.inside[g] != self.inside[i] || p.rel(top) == Deprel::AclRelcl {
                        break;
                    }
                    top = g;
                }
                _ => break,
            }
        }
        let mut top = if self.verbal(top) { top } else { c };
        // Behind a comma at the end of the sentence it is the source of the whole.
        let last = !(end..s.end).any(|j| self.wordlike(j));
        if last
            && i > s.start
            && self.text(i - 1) == ","
            && let Some(root) = p.root(p.text.sentence_of(i))
            && self.inside[root] == self.inside[i]
            && self.verbal(root)
            && root >= lo_clause
            && root < i
        {
            top = root;
        }
        let whole = p.subtree(top);
        let a = whole.start.max(lo_clause);
        let b = whole.end.min(hi_clause);
        self.around(a, b, i..end, top, i, cue, who);
    }
}
