//! Quotations: each is given to the cue that tells it, by position and tree.

use crate::cues::Hearer;
use crate::find::{Draft, Pass, REACH, Who};
use gesta_parse::{Deprel, Upos};
use gesta_text::Span;

impl<'a> Pass<'a> {
    pub(crate) fn quotation(&mut self, qi: usize) {
        let q = self.quotes[qi].clone();
        let own = self.quote_tokens[qi].clone();
        if own.is_empty() {
            return;
        }
        let words = own.clone().filter(|&i| self.wordlike(i)).take(8).count();
        if words == 0 {
            return;
        }
        let level = q.parent.map_or(0, |p| p + 1);
        let first_sentence = self.sentence(own.start);
        let last_sentence = self.sentence(own.end - 1);
        // Beside the quotation, in its sentence and inside the same outer marks.
        let mut left: Vec<usize> = Vec::new();
        let mut sibling_left = None;
        for i in (first_sentence.start..own.start).rev().take(REACH) {
            if self.p.text.tokens()[i].span.end > q.span.start {
                continue; // the mark itself
            }
            if self.inside[i] != level {
                if self.inside[i] < level && q.parent.is_some() {
                    break;
                }
                let mut s = (self.inside[i] as usize).saturating_sub(1);
                while self.quotes[s].parent.map_or(0, |p| p + 1) > level {
                    s = self.quotes[s].parent.map_or(0, |p| p as usize);
                }
                sibling_left.get_or_insert(s);
                continue;
            }
            left.push(i);
        }
        let mut right: Vec<usize> = Vec::new();
        for i in (own.end..last_sentence.end).take(REACH) {
            if self.p.text.tokens()[i].span.start < q.span.end {
                continue;
            }
            if self.inside[i] != level {
                break;
            }
            right.push(i);
        }
        let marks = |i: &usize| {
            matches!(
                self.text(*i),
                "\"" | "“" | "”" | "'" | "’" | "‘" | "''" | "``" | "„" | "«" | "»"
            )
        };
        left.retain(|i| !marks(i));
        right.retain(|i| !marks(i));

        let inner = q.inner.of(self.p.text.raw());
        let open_end = inner.ends_with([',', '?', '!', '…', '—', '–', '-'])
            || right
                .first()
                .is_some_and(|&i| matches!(self.text(i), "," | "—" | "–"));
        let left_bare = !left.iter().any(|&i| self.wordlike(i))
            || left
                .first()
                .is_some_and(|&i| matches!(self.text(i), "." | "!" | "?"));
        let right_words = right.iter().any(|&i| self.wordlike(i));

        // "…," X said
        let right_cue = if open_end || left_bare {
            self.right_cue(&right, open_end)
        } else {
            None
        };
        let left_ends = left
            .first()
            .map(|&i| self.text(i).to_owned())
            .unwrap_or_default();
        let strong_left = matches!(left_ends.as_str(), ":" | ",");
        if let Some((cue, has_subject)) = right_cue
            && (left_bare
                || (strong_left
                    && has_subject
                    && (sibling_left.is_some() || left_ends == ":")
                    && open_end
                    && inner.ends_with([',', '?', '!'])))
        {
            return self.give(qi, cue);
        }
        let upper = inner
            .trim_start_matches(['[', '(', '.', '…', '‘', '\''])
            .starts_with(|c: char| c.is_uppercase());
        if let Some((cue, true)) = right_cue
            && !strong_left
            && upper
            && words >= 4
        {
            return self.give(qi, cue);
        }
        // According to X, …: "…"
        if left_ends == ":"
            && left.iter().any(|&i| self.is(i, "according"))
            && !left.iter().any(|&i| self.quoting(i).is_some())
        {
            return self.direct(qi, Vec::new(), None, Who::Before, None);
        }
        // X said: "…"
        if let Some(cue) = self.left_cue(qi, &left, &left_ends, words, &right) {
            return self.give(qi, cue);
        }
        // said "…" and "…"
        if let Some(s) = sibling_left
            && let Some(v) = self.given[s]
            && left
                .iter()
                .take_while(|&&i| self.p.text.tokens()[i].span.start >= self.quotes[s].span.end)
                .all(|&i| !self.wordlike(i) || matches!(self.text(i), "and" | "but" | "or"))
        {
            self.given[qi] = Some(v);
            return self.direct(qi, Vec::new(), None, Who::Before, None);
        }
        if let Some((cue, true)) = right_cue
            && open_end
            && !left.iter().any(|&i| self.wordlike(i))
        {
            return self.give(qi, cue);
        }
        if q.parent.is_some() || q.single && words < 4 {
            return;
        }
        // A quotation that stands alone.
        if left_bare
            && (!right_words
                || right
                    .first()
                    .is_some_and(|&i| matches!(self.text(i), "(" | "[" | "—" | "–"))
                || (words >= 8 && self.new_start(&right)))
        {
            let (cue, token, who) = self
                .next_sentence_cue(own.end - 1)
                .or_else(|| Some((Vec::new(), None, self.announced(own.start)?)))
                .unwrap_or((Vec::new(), None, Who::Before));
            self.direct(qi, cue, token, who, None);
        }
    }

    /// Whether what follows a quotation begins like a sentence of its own.
    pub(crate) fn new_start(&self, right: &[usize]) -> bool {
        right
            .first()
            .is_some_and(|&i| self.text(i).starts_with(char::is_uppercase))
    }

    pub(crate) fn right_cue(&self, right: &[usize], open_end: bool) -> Option<(usize, bool)> {
        let mut fresh = true;
        for (n, &i) in right.iter().enumerate().take(30) {
            let t = self.text(i);
            if matches!(t, ";" | "." | ":")
                || (n > 0
                    && matches!(t, "and" | "but")
                    && self.p.rel(i) == Deprel::Cc
                    && self.p.head(i).is_some_and(|h| self.p.upos(h) == Upos::Verb))
            {
                return None;
            }
            if self.p.upos(i) != Upos::Verb {
                fresh &= !self.wordlike(i);
                continue;
            }
            let Some(_) = self.quoting(i) else {
                // A verb of the subject's own relative clause may stand between.
                if matches!(self.p.rel(i), Deprel::AclRelcl | Deprel::Acl) {
                    continue;
                }
                return None;
            };
            let subject = self.kid(i, &[Deprel::Nsubj, Deprel::NsubjPass]).is_some()
                || (fresh && self.kid(i, &[Deprel::Obj]).is_some());
            let participle = self.gerund(i);
            if participle && !open_end {
                return None;
            }
            return Some((i, subject && !participle));
        }
        None
    }

    pub(crate) fn left_cue(
        &self,
        qi: usize,
        left: &[usize],
        ends: &str,
        words: usize,
        right: &[usize],
    ) -> Option<usize> {
        let own = self.quote_tokens[qi].clone();
        let q = &self.quotes[qi];
        if ends == ":" {
            let found = left
                .iter()
                .take(40)
                .copied()
                .find(|&i| self.quoting(i).is_some());
            if let Some(v) = found {
                return Some(v);
            }
            // "took a parting shot: …": the clause's own verb
            return left.iter().take(40).copied().find(|&i| {
                self.p.upos(i) == Upos::Verb
                    && (self.p.head(i).is_none() || self.kid(i, &[Deprel::Nsubj]).is_some())
                    && !matches!(self.p.rel(i), Deprel::AclRelcl | Deprel::Acl)
            });
        }
        let comma = ends == ",";
        let near = if comma { 30 } else { 14 };
        let at = left
            .iter()
            .take(near)
            .position(|&i| self.quoting(i).is_some())?;
        let v = left[at];
        let between = &left[..at];
        if between.iter().any(|&i| matches!(self.text(i), ";" | ".")) {
            return None;
        }
        // The head of what is quoted, and what governs it.
        let top = own.clone().find(|&i| {
            self.p.upos(i) != Upos::Punct && self.p.head(i).is_none_or(|h| !own.contains(&h))
        })?;
        let governor = self.p.head(top);
        let from_inside = |i: usize| {
            self.p.head(i).is_some_and(|h| own.contains(&h))
                && !matches!(
                    self.p.rel(i),
                    Deprel::Punct
                        | Deprel::Parataxis
                        | Deprel::Mark
                        | Deprel::Cc
                        | Deprel::Advmod
                        | Deprel::Discourse
                        | Deprel::Obl
                )
                && i != v
                && !self.p.under(v, i)
        };
        let raw = q.inner.of(self.p.text.raw());
        let upper = raw
            .trim_start_matches(['[', '(', '.', '…', '‘', '\''])
            .starts_with(|c: char| c.is_uppercase() || c.is_numeric());
        // A clause of the cue stands in front of the quotation already.
        let own_clause = self
            .p
            .kids_by(v, Deprel::Ccomp)
            .any(|c| between.contains(&c) && self.subject(c).is_some());
        if comma {
            // "said the bill, “a mess”, was dead": the clause goes on behind
            let split = self
                .kid(v, &[Deprel::Ccomp])
                .is_some_and(|c| right.contains(&c))
                && between.iter().any(|&i| self.p.rel(i) == Deprel::Nsubj);
            let relative = between.iter().any(|&i| {
                from_inside(i)
                    && matches!(
                        self.p.rel(i),
                        Deprel::Nsubj | Deprel::Cop | Deprel::NsubjPass
                    )
            });
            return (!split && (!relative || upper) && !own_clause).then_some(v);
        }
        if own_clause {
            return None;
        }
        // "suggested people “think about” it": a few words in the middle of a clause
        let goes_on = right.first().is_some_and(|&i| {
            self.wordlike(i)
                && !matches!(
                    self.text(i),
                    "and"
                        | "but"
                        | "as"
                        | "in"
                        | "on"
                        | "at"
                        | "to"
                        | "when"
                        | "after"
                        | "before"
                        | "during"
                )
        });
        if goes_on && words < 4 && !raw.ends_with(['.', '!', '?', ',']) && left.first() != Some(&v)
        {
            return None;
        }
        let last = *left.first()?;
        if last != v
            && (matches!(
                self.p.upos(last),
                Upos::Det | Upos::Adp | Upos::Adj | Upos::Aux | Upos::Num | Upos::Cconj
            ) || matches!(self.text(last), "'s" | "’s" | "to")
                || (matches!(self.p.upos(last), Upos::Part | Upos::Sconj)
                    && !self.is(last, "that")))
        {
            return None;
        }
        if between.iter().any(|&i| from_inside(i)) {
            return None;
        }
        if governor == Some(v)
            || self.p.head(v).is_some_and(|h| own.contains(&h))
            || governor.is_none()
        {
            return (words > 1 || last == v || self.p.rel(top) != Deprel::Amod).then_some(v);
        }
        (upper && words >= 3 && between.iter().all(|&i| self.p.upos(i) != Upos::Verb)).then_some(v)
    }

    /// "X released the following statement:" in the sentence before a quotation.
    pub(crate) fn announced(&self, first: usize) -> Option<Who> {
        let p = self.p;
        let before = p.text.sentence_of(first).checked_sub(1)?;
        let r = p.text.sentences()[before].range();
        if r.is_empty() || self.text(r.end - 1) != ":" || self.inside[r.end - 1] != 0 {
            return None;
        }
        let verb = r
            .clone()
            .rev()
            .take(REACH)
            .find(|&i| self.quoting(i).is_some())
            .or_else(|| {
                r.clone().take(REACH).find(|&i| {
                    matches!(p.word(i).xpos, "VBD" | "VBZ" | "VBP") && p.upos(i) == Upos::Verb
                })
            })?;
        match self.speaker(verb) {
            Who::Nobody => None,
            w => Some(w),
        }
    }

    /// `"…." Smith said.` cut after the quotation: the cue stands alone in the next sentence.
    pub(crate) fn next_sentence_cue(&self, last: usize) -> Option<(Vec<Span>, Option<usize>, Who)> {
        let s = self.p.text.sentence_of(last);
        let here = &self.p.text.sentences()[s];
        let next = self.p.text.sentences().get(s + 1)?;
        let range = next.range();
        if range.len() > 24 || self.inside[range.clone()].iter().any(|&q| q != 0) {
            return None;
        }
        // A dash and a name: "— Ann Smith, mayor".
        let first = range.clone().find(|&i| self.wordlike(i))?;
        let dash =
            first > range.start && matches!(self.text(first - 1), "—" | "–" | "-" | "--" | "―");
        if dash {
            let top = self
                .p
                .root(s + 1)
                .filter(|&r| range.contains(&r))
                .unwrap_or(first);
            let name = range.clone().find(|&i| self.p.upos(i) == Upos::Propn);
            let head = if matches!(self.p.upos(top), Upos::Propn | Upos::Noun) {
                Some(top)
            } else {
                name
            };
            return head.map(|h| (Vec::new(), None, Who::Head(h)));
        }
        if next.paragraph != here.paragraph {
            return None;
        }
        let v = range.clone().find(|&i| self.quoting(i).is_some())?;
        let own = self.kid(v, &[Deprel::Ccomp, Deprel::Xcomp]).is_some();
        let obj = self.kid(v, &[Deprel::Obj]).is_some_and(|o| {
            !self.entries(v).iter().any(|e| e.hearer == Hearer::Object)
                && o > v
                && self.kid(v, &[Deprel::Nsubj]).is_some()
        });
        (!own && !obj && self.p.head(v).is_none())
            .then(|| (self.cue_span(v, None), Some(v), self.speaker(v)))
    }

    pub(crate) fn give(&mut self, qi: usize, v: usize) {
        let again = !self.givers.insert(v);
        self.given[qi] = Some(v);
        let who = self.speaker(v);
        let e = self.quoting(v);
        let hearer = e.and_then(|e| self.hearer(v, e));
        if again {
            self.direct(qi, Vec::new(), None, who, hearer);
        } else {
            let cue = self.cue_span(v, e);
            self.direct(qi, cue, Some(v), who, hearer);
        }
    }

    pub(crate) fn direct(
        &mut self,
        qi: usize,
        cue: Vec<Span>,
        cue_token: Option<usize>,
        speaker: Who,
        hearer: Option<usize>,
    ) {
        let mut content = self.quotes[qi].inner;
        let raw = self.p.text.raw();
        let cut = content
            .of(raw)
            .trim_end_matches([',', ';', ':', '—', '–'])
            .trim_end();
        content.end = content.start + cut.len() as u32;
        if content.is_empty() {
            return;
        }
        let level = self.quotes[qi].parent.map_or(0, |p| p + 1);
        self.direct_at.insert(content.start, self.out.len());
        self.push(Draft {
            content,
            cue,
            cue_token,
            speaker,
            hearer,
            direct: true,
            level,
        });
    }
}
