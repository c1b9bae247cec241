//! From cues and quotation marks to statements: which words are said, and which word heads the noun phrase of whoever
//! says them. Only tree, tokens and cue lists are read here; whom the words mean is the business of `bind`.

use crate::cues::{Cues, Hearer, Subject, Takes, Verb};
use crate::quote::{Quote, quotes};
use gesta_parse::{Deprel, Parsed, Upos};
use gesta_text::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Who speaks, before the actors are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// The noun phrase with this head.
    Head(usize),
    /// Nobody is named.
    Nobody,
    /// Whoever spoke last, or the one whom the sentence before is about.
    Before,
    /// The document's author.
    Author,
}

/// A statement before its speaker is resolved.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub content: Span,
    pub cue: Vec<Span>,
    pub cue_token: Option<usize>,
    pub speaker: Who,
    pub hearer: Option<usize>,
    /// Found by quotation marks or as a text's own sentence, not by the tree.
    pub direct: bool,
    /// One more than the quotation in which the cue stands; 0 outside.
    pub level: u32,
}

/// One thing that a verb reports: the head of its words, their tokens, and whether it is a finite clause.
#[derive(Clone, Copy, Debug)]
struct Part {
    head: usize,
    a: usize,
    b: usize,
    clause: bool,
}

/// Steps up the tree before a search gives up: keeps degenerate trees cheap.
const CLIMB: usize = 24;
/// Tokens beside a quotation that are searched for its cue.
const REACH: usize = 60;
/// The longest clause that is looked through, and the longest content of indirect speech.
const WINDOW: usize = 400;

pub(crate) struct Pass<'a> {
    pub p: &'a Parsed,
    pub cues: &'a Cues,
    pub quotes: Vec<Quote>,
    /// Tokens of each quotation.
    pub quote_tokens: Vec<Range<usize>>,
    /// One more than the innermost quotation of each token; 0 outside.
    pub inside: Vec<u32>,
    /// The cue to which each quotation was given.
    given: Vec<Option<usize>>,
    /// Cues that were given a quotation.
    givers: BTreeSet<usize>,
    /// Statements of each cue.
    by_cue: BTreeMap<usize, Vec<usize>>,
    /// Direct statements by the first byte of their content.
    direct_at: BTreeMap<u32, usize>,
    pub out: Vec<Draft>,
}

impl<'a> Pass<'a> {
    pub fn new(p: &'a Parsed, cues: &'a Cues) -> Self {
        let quotes = quotes(&p.text);
        let tokens = p.text.tokens();
        let mut inside = vec![0u32; tokens.len()];
        let mut quote_tokens = Vec::with_capacity(quotes.len());
        for (i, q) in quotes.iter().enumerate() {
            let a = tokens.partition_point(|t| t.span.start < q.inner.start);
            let b = tokens.partition_point(|t| t.span.end <= q.inner.end).max(a);
            inside[a..b].fill(i as u32 + 1);
            quote_tokens.push(a..b);
        }
        let given = vec![None; quotes.len()];
        Pass {
            p,
            cues,
            quotes,
            quote_tokens,
            inside,
            given,
            givers: BTreeSet::new(),
            by_cue: BTreeMap::new(),
            direct_at: BTreeMap::new(),
            out: Vec::new(),
        }
    }

    pub fn run(&mut self) {
        for q in 0..self.quotes.len() {
            self.quotation(q);
        }
        for i in 0..self.p.len() {
            match self.p.upos(i) {
                Upos::Verb => self.verb(i),
                Upos::Noun => self.noun(i),
                Upos::Adj => self.adjective(i),
                _ => {}
            }
            self.source(i);
        }
    }

    // ---- small questions ------------------------------------------------------------------------------------------

    fn text(&self, i: usize) -> &str {
        self.p.form(i)
    }
    fn is(&self, i: usize, word: &str) -> bool {
        self.p.form(i).eq_ignore_ascii_case(word)
    }
    fn lemma(&self, i: usize) -> String {
        let l = self.p.lemma(i);
        if l.is_empty() {
            self.p.form(i).to_lowercase()
        } else {
            l.to_lowercase()
        }
    }
    fn wordlike(&self, i: usize) -> bool {
        self.text(i).contains(|c: char| c.is_alphanumeric())
    }
    fn sentence(&self, i: usize) -> Range<usize> {
        self.p.text.sentences()[self.p.text.sentence_of(i)].range()
    }
    /// The subject of a verb: the nearest in front of it, else the first behind it.
    fn subject(&self, v: usize) -> Option<usize> {
        self.subject_at(v, self.inside[v])
    }
    /// The same, for a cue inside the quotation `level`: words of another quotation are no subject of it, but for a
    /// few words in scare quotes.
    fn subject_at(&self, v: usize, level: u32) -> Option<usize> {
        let is = |k: &usize| {
            matches!(
                self.p.rel(*k),
                Deprel::Nsubj | Deprel::NsubjOuter | Deprel::NsubjPass
            ) && !self.elsewhere(*k, level)
        };
        self.p
            .kids(v)
            .rev()
            .find(|k| *k < v && is(k))
            .or_else(|| self.p.kids(v).find(is))
    }
    /// Whether a token stands in a quotation of several words other than `level`.
    fn elsewhere(&self, i: usize, level: u32) -> bool {
        let q = self.inside[i];
        q != level && (q == 0 || self.quote_tokens[q as usize - 1].len() > 4)
    }
    fn kid(&self, i: usize, rels: &[Deprel]) -> Option<usize> {
        self.p.kids(i).find(|&k| rels.contains(&self.p.rel(k)))
    }
    fn gerund(&self, i: usize) -> bool {
        self.p.word(i).xpos == "VBG"
            || (self.text(i).ends_with("ing") && self.p.upos(i) == Upos::Verb)
    }
    fn infinitive(&self, i: usize) -> bool {
        let has_to = |v: usize| self.p.kids_by(v, Deprel::Mark).any(|k| self.is(k, "to"));
        has_to(i)
            || self
                .kid(i, &[Deprel::Cop, Deprel::Aux, Deprel::AuxPass])
                .is_some_and(has_to)
    }
    fn verbal(&self, i: usize) -> bool {
        self.p.upos(i) == Upos::Verb
            || self
                .kid(i, &[Deprel::Cop, Deprel::Nsubj, Deprel::NsubjPass])
                .is_some()
    }
    fn passive(&self, v: usize) -> bool {
        self.kid(v, &[Deprel::AuxPass, Deprel::NsubjPass, Deprel::CsubjPass])
            .is_some()
    }
    /// "was ordered", or a bare participle: "known as".
    fn done_to(&self, v: usize) -> bool {
        let bare = self.p.word(v).xpos == "VBN"
            && self.kid(v, &[Deprel::Aux, Deprel::Nsubj]).is_none()
            && matches!(
                self.p.rel(v),
                Deprel::Acl | Deprel::Advcl | Deprel::AclRelcl | Deprel::Dep
            );
        bare || self.passive(v)
    }
    fn negated(&self, v: usize) -> bool {
        self.p.kids(v).any(|k| {
            k < v
                && matches!(
                    self.text(k).to_ascii_lowercase().as_str(),
                    "not" | "n't" | "n’t" | "never" | "nor"
                )
        })
    }
    fn has_case(&self, i: usize, word: &str) -> bool {
        self.p
            .kids(i)
            .any(|k| matches!(self.p.rel(k), Deprel::Case | Deprel::Mark) && self.is(k, word))
    }

    /// The entries of a verb that fit its particle; those without a particle if none does.
    fn entries(&self, v: usize) -> Vec<&'a Verb> {
        let mut all = self.cues.verb(&self.lemma(v));
        if all.is_empty() {
            // A lemma that the parser cut wrongly: try what the ending allows.
            let form = self.text(v).to_lowercase();
            for (end, new) in [
                ("d", ""),
                ("ed", ""),
                ("ing", "e"),
                ("ing", ""),
                ("s", ""),
                ("es", ""),
                ("ied", "y"),
                ("ies", "y"),
            ] {
                if let Some(stem) = form.strip_suffix(end) {
                    all = self.cues.verb(&format!("{stem}{new}"));
                    if !all.is_empty() {
                        break;
                    }
                }
            }
        }
        let with: Vec<&Verb> = all
            .iter()
            .filter(|e| !e.particle.is_empty() && self.particle(v, &e.particle).is_some())
            .collect();
        if with.is_empty() {
            all.iter().filter(|e| e.particle.is_empty()).collect()
        } else {
            with
        }
    }
    /// Where the particle of a verb stands: just behind it, or a dependent of the particle kind.
    fn particle(&self, v: usize, word: &str) -> Option<usize> {
        let next = v + 1;
        if next < self.p.len() && self.is(next, word) {
            return Some(next);
        }
        self.p.kids(v).find(|&k| {
            k > v
                && k <= v + 4
                && matches!(
                    self.p.rel(k),
                    Deprel::CompoundPrt | Deprel::Advmod | Deprel::Xcomp
                )
                && self.is(k, word)
        })
    }
    fn cue_span(&self, v: usize, e: Option<&Verb>) -> Vec<Span> {
        let mut span = self.p.text.tokens()[v].span;
        if let Some(e) = e
            && !e.particle.is_empty()
            && let Some(k) = self.particle(v, &e.particle)
        {
            let part = self.p.text.tokens()[k].span;
            if k > v + 1 {
                return vec![span, part];
            }
            span = span.cover(part);
        }
        vec![span]
    }
    /// An entry of this verb that reports quotations.
    fn quoting(&self, v: usize) -> Option<&'a Verb> {
        if self.p.upos(v) != Upos::Verb
            || matches!(
                self.p.rel(v),
                Deprel::Amod | Deprel::Compound | Deprel::Case | Deprel::Mark | Deprel::Fixed
            )
        {
            return None;
        }
        self.entries(v)
            .into_iter()
            .find(|e| e.takes.any(Takes::QUOTE) && self.subject_fits(v, e))
    }
    pub fn quoting_verb(&self, v: usize) -> bool {
        self.quoting(v).is_some()
    }
    fn subject_fits(&self, v: usize, e: &Verb) -> bool {
        if e.subject == Subject::Any {
            return true;
        }
        let Who::Head(s) = self.speaker(v) else {
            return false;
        };
        let l = self.lemma(s);
        match e.subject {
            Subject::Text => {
                self.cues.is_text(&l) || self.cues.is_part(&l) || self.is(s, "it")
                    // "Facebook released a statement which read": the text's owner was put in its place
                    || self.kid(v, &[Deprel::Nsubj]).is_none_or(|n| n != s)
            }
            _ => {
                self.cues.is_court(&l)
                    || self.p.upos(s) == Upos::Pron
                    || self.p.kids(s).any(|k| {
                        matches!(
                            self.p.rel(k),
                            Deprel::Compound
                                | Deprel::Appos
                                | Deprel::Flat
                                | Deprel::NmodDesc
                                | Deprel::Nmod
                        ) && self.cues.is_court(&self.lemma(k))
                    })
            }
        }
    }

    // ---- quotations -----------------------------------------------------------------------------------------------

    fn quotation(&mut self, qi: usize) {
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
            let (cue, token, who) =
                self.next_sentence_cue(own.end - 1)
                    .unwrap_or((Vec::new(), None, Who::Before));
            return self.direct(qi, cue, token, who, None);
        }
    }

    /// Whether what follows a quotation begins like a sentence of its own.
    fn new_start(&self, right: &[usize]) -> bool {
        right
            .first()
            .is_some_and(|&i| self.text(i).starts_with(char::is_uppercase))
    }

    fn right_cue(&self, right: &[usize], open_end: bool) -> Option<(usize, bool)> {
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

    fn left_cue(
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
            return (!split && !(relative && !upper) && !own_clause).then_some(v);
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

    /// `"…." Smith said.` cut after the quotation: the cue stands alone in the next sentence.
    fn next_sentence_cue(&self, last: usize) -> Option<(Vec<Span>, Option<usize>, Who)> {
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

    fn give(&mut self, qi: usize, v: usize) {
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

    fn direct(
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

    fn push(&mut self, draft: Draft) {
        if let Some(v) = draft.cue_token {
            self.by_cue.entry(v).or_default().push(self.out.len());
        }
        self.out.push(draft);
    }

    // ---- speakers -------------------------------------------------------------------------------------------------

    /// The head of the noun phrase that speaks with verb `v`.
    pub fn speaker(&self, v: usize) -> Who {
        match self.raw_speaker(v) {
            Who::Head(h) => self.owner(h, v),
            w => w,
        }
    }

    fn raw_speaker(&self, start: usize) -> Who {
        let mut v = start;
        for _ in 0..CLIMB {
            if self.passive(v) && v == start {
                let agent = self.p.kids(v).find(|&k| {
                    matches!(self.p.rel(k), Deprel::OblAgent)
                        || (self.p.rel(k) == Deprel::Obl && self.has_case(k, "by"))
                });
                return agent.map_or(Who::Nobody, Who::Head);
            }
            // a reduced passive: "described by X as"
            if v == start
                && self.p.word(v).xpos == "VBN"
                && matches!(self.p.rel(v), Deprel::Acl | Deprel::Advcl)
                && self.kid(v, &[Deprel::Aux]).is_none()
            {
                let agent = self.p.kids(v).find(|&k| {
                    matches!(self.p.rel(k), Deprel::OblAgent)
                        || (self.p.rel(k) == Deprel::Obl && self.has_case(k, "by"))
                });
                return agent.map_or(Who::Nobody, Who::Head);
            }
            // "were described by X as …, saying": the agent goes on speaking
            if v != start
                && self.passive(v)
                && self.inside[v] == self.inside[start]
                && let Some(k) = self.p.kids(v).find(|&k| self.p.rel(k) == Deprel::OblAgent)
            {
                return Who::Head(k);
            }
            if let Some(s) = self.subject_at(v, self.inside[start]) {
                if matches!(
                    self.text(s).to_ascii_lowercase().as_str(),
                    "who" | "which" | "that" | "whom"
                ) && matches!(self.p.rel(v), Deprel::AclRelcl | Deprel::Acl)
                    && let Some(h) = self.p.head(v)
                {
                    return Who::Head(h);
                }
                return Who::Head(s);
            }
            if self.p.kids(v).any(|k| self.p.rel(k) == Deprel::Expl) {
                return Who::Nobody;
            }
            // "when asked", "if accused"
            if v == start
                && self.p.rel(v) == Deprel::Advcl
                && matches!(self.p.word(v).xpos, "VBN" | "VBD")
                && self.p.kids(v).any(|k| {
                    k < v
                        && matches!(
                            self.text(k).to_ascii_lowercase().as_str(),
                            "when" | "if" | "once" | "although" | "though" | "unless"
                        )
                })
            {
                return Who::Nobody;
            }
            // "…," said Ann Smith: the subject taken for an object, or lost
            if v == start
                && let Some(o) = self.inverted(v)
            {
                return Who::Head(o);
            }
            if v == start
                && self.gerund(v)
                && (self.has_case(v, "as") || v > 0 && self.is(v - 1, "as"))
            {
                // "quoted X, who leads Y, as saying"
                let s = self.sentence(v);
                let quoted = (s.start..v).rev().take(REACH).find(|&q| {
                    self.p.upos(q) == Upos::Verb
                        && matches!(self.lemma(q).as_str(), "quote" | "cite" | "report")
                });
                if let Some(q) = quoted {
                    let rels: &[Deprel] = if self.passive(q) {
                        &[Deprel::NsubjPass, Deprel::Nsubj]
                    } else {
                        &[Deprel::Obj]
                    };
                    if let Some(o) = self.kid(q, rels) {
                        return Who::Head(o);
                    }
                }
            }
            if v == start
                && let Some(n) = self.just_before(v)
            {
                return Who::Head(n);
            }
            let Some(h) = self.p.head(v) else {
                return Who::Nobody;
            };
            match self.p.rel(v) {
                // "…, saying": behind a comma a participle belongs to the clause
                Deprel::Acl
                    if self.gerund(v) && self.comma_before(v)
                        || v != start
                            && self.gerund(start)
                            && self.comma_before(start)
                            && self.p.upos(h) != Upos::Propn =>
                {
                    let mut g = self.p.head(h);
                    for _ in 0..CLIMB {
                        match g {
                            Some(x) if self.p.upos(x) != Upos::Verb => g = self.p.head(x),
                            _ => break,
                        }
                    }
                    match g {
                        Some(g) if self.speaks_at(g, self.inside[start]) => v = g,
                        _ => return Who::Head(h),
                    }
                }
                Deprel::Acl | Deprel::AclRelcl if self.p.upos(h) != Upos::Verb => {
                    return Who::Head(h);
                }
                Deprel::Xcomp | Deprel::Advcl | Deprel::Ccomp | Deprel::Obl => {
                    // "quoted X as saying", "asked X to say"
                    let as_saying = self.has_case(v, "as");
                    if (as_saying || self.p.rel(v) == Deprel::Xcomp)
                        && v == start
                        && let Some(o) = self.kid(h, &[Deprel::Obj, Deprel::Iobj])
                        && o < v
                        && self.p.upos(h) == Upos::Verb
                    {
                        return Who::Head(o);
                    }
                    if as_saying && self.passive(h) {
                        return self
                            .kid(h, &[Deprel::NsubjPass, Deprel::Nsubj])
                            .map_or(Who::Nobody, Who::Head);
                    }
                    v = h;
                }
                Deprel::Conj
                | Deprel::Parataxis
                | Deprel::AdvclRelcl
                | Deprel::Acl
                | Deprel::AclRelcl
                | Deprel::Dep => v = h,
                _ => return Who::Nobody,
            }
        }
        Who::Nobody
    }

    /// Whether a verb has somebody who may go on speaking.
    fn speaks_at(&self, g: usize, level: u32) -> bool {
        self.subject_at(g, level).is_some() || !matches!(self.p.rel(g), Deprel::Root)
    }

    fn comma_before(&self, v: usize) -> bool {
        let from = self.p.subtree(v).start;
        from > 0 && (self.text(from - 1) == "," || self.text(from) == ",")
    }

    /// A noun phrase right in front of a finite verb whose subject the tree has lost.
    fn just_before(&self, v: usize) -> Option<usize> {
        let p = self.p;
        let s = self.sentence(v);
        if !matches!(p.word(v).xpos, "VBD" | "VBZ" | "VBP") || v == s.start {
            return None;
        }
        let last = (s.start..v)
            .rev()
            .take(3)
            .find(|&i| p.upos(i) != Upos::Adv)?;
        let nominal = matches!(p.upos(last), Upos::Propn | Upos::Noun | Upos::Pron);
        if !nominal
            || self.inside[last] != self.inside[v]
            || matches!(
                self.text(last).to_ascii_lowercase().as_str(),
                "who" | "which" | "that"
            )
        {
            return None;
        }
        let mut head = last;
        for _ in 0..8 {
            match p.head(head) {
                Some(h)
                    if h < last
                        && s.contains(&h)
                        && self.inside[h] == self.inside[v]
                        && matches!(p.upos(h), Upos::Propn | Upos::Noun)
                        && matches!(
                            p.rel(head),
                            Deprel::Flat | Deprel::Compound | Deprel::NmodDesc | Deprel::Nmod
                        ) =>
                {
                    head = h;
                }
                _ => break,
            }
        }
        // the object of another verb is no subject
        (!matches!(p.rel(head), Deprel::Obj | Deprel::Obl | Deprel::Nmod)).then_some(head)
    }

    /// The subject behind a verb that follows a quotation or a comma: "…," said Ann Smith.
    fn inverted(&self, v: usize) -> Option<usize> {
        let p = self.p;
        let s = self.sentence(v);
        let mark = |i: usize| {
            matches!(
                self.text(i),
                "\"" | "”" | "’" | "'" | "''" | "," | "»" | "“" | "—" | "–"
            )
        };
        let addressed = self.entries(v).iter().any(|e| e.hearer == Hearer::Object);
        if !matches!(p.word(v).xpos, "VBD" | "VBZ" | "VBP" | "VBN")
            || v == s.start
            || !mark(v - 1)
            || addressed
        {
            return None;
        }
        let level = self.inside[v];
        let first = (v + 1..s.end)
            .take(12)
            .find(|&i| matches!(p.upos(i), Upos::Propn | Upos::Pron | Upos::Noun))?;
        let plain = (v + 1..first).all(|i| {
            matches!(
                p.upos(i),
                Upos::Det | Upos::Adj | Upos::Num | Upos::Punct | Upos::Part | Upos::Adv
            )
        });
        if !plain || self.inside[first] != level || self.text(v + 1) == "," {
            return None;
        }
        // "said former party leader Ann Smith": the name counts
        let name = (first..s.end)
            .take(8)
            .take_while(|&i| matches!(p.upos(i), Upos::Noun | Upos::Propn | Upos::Adj | Upos::Num))
            .find(|&i| p.upos(i) == Upos::Propn);
        let mut head = match name {
            Some(n) if p.upos(first) == Upos::Noun => n,
            _ => first,
        };
        for _ in 0..8 {
            match p.head(head) {
                Some(h)
                    if h > v
                        && s.contains(&h)
                        && self.inside[h] == level
                        && matches!(p.upos(h), Upos::Propn | Upos::Noun)
                        && matches!(
                            p.rel(head),
                            Deprel::Compound
                                | Deprel::Flat
                                | Deprel::NmodDesc
                                | Deprel::NmodPoss
                                | Deprel::Amod
                                | Deprel::Nmod
                                | Deprel::NmodUnmarked
                        ) =>
                {
                    head = h;
                }
                _ => break,
            }
        }
        Some(head)
    }

    /// A text speaks for its owner: "the minister's letter", "a report by the bank", "X issued a statement saying".
    fn owner(&self, head: usize, v: usize) -> Who {
        let mut h = head;
        for _ in 0..6 {
            let l = self.lemma(h);
            if self.p.upos(h) == Upos::Propn || !(self.cues.is_text(&l) || self.cues.is_part(&l)) {
                return Who::Head(h);
            }
            let part = self.cues.is_part(&l);
            let next = self.p.kids(h).find(|&k| match self.p.rel(k) {
                Deprel::NmodPoss => !part || !self.cues.is_text(&l),
                Deprel::Nmod => {
                    (part && self.has_case(k, "of"))
                        || ((self.has_case(k, "by") || self.has_case(k, "from"))
                            && self.p.upos(k) != Upos::Num)
                }
                _ => false,
            });
            if let Some(k) = next {
                h = k;
                continue;
            }
            // "numbers reported by the bank", "a tweet sent from the mayor's account"
            let made = self
                .p
                .kids(h)
                .filter(|&k| {
                    self.p.rel(k) == Deprel::Acl && self.p.word(k).xpos == "VBN" && (k < v || v < h)
                })
                .find_map(|k| {
                    let by = self.p.kids(k).find(|&a| {
                        self.p.rel(a) == Deprel::OblAgent
                            || (self.p.rel(a) == Deprel::Obl
                                && (self.has_case(a, "by") || self.has_case(a, "from")))
                    })?;
                    if self.has_case(by, "from") {
                        self.p.kid(by, Deprel::NmodPoss).or(Some(by))
                    } else {
                        Some(by)
                    }
                });
            if let Some(k) = made {
                return Who::Head(k);
            }
            // "X issued a statement that said"
            if let Some(w) = self.p.head(h)
                && self.p.rel(h) == Deprel::Obj
                && self.p.upos(w) == Upos::Verb
                && w != v
                && let Who::Head(s) = self.raw_speaker(w)
                && s != h
            {
                return Who::Head(s);
            }
            let name = self.p.kids(h).find(|&k| {
                self.p.rel(k) == Deprel::Compound
                    && self.p.upos(k) == Upos::Propn
                    && k < h
                    && h - k < 3
            });
            return Who::Head(name.unwrap_or(h));
        }
        Who::Head(h)
    }

    fn hearer(&self, v: usize, e: &Verb) -> Option<usize> {
        let object = || {
            let passive = if self.passive(v) {
                self.kid(v, &[Deprel::NsubjPass])
            } else {
                None
            };
            passive.or_else(|| {
                self.kid(v, &[Deprel::Iobj, Deprel::Obj])
                    .filter(|&o| o > v && self.inside[o] == self.inside[v])
            })
        };
        let to = || {
            self.p
                .kids_by(v, Deprel::Obl)
                .find(|&k| self.has_case(k, "to"))
        };
        let on = || {
            self.p.kids_by(v, Deprel::Obl).find(|&k| {
                !e.particle.is_empty()
                    && (self.has_case(k, &e.particle) || self.has_case(k, "upon"))
            })
        };
        match e.hearer {
            Hearer::None => None,
            Hearer::Object if !e.particle.is_empty() => on(),
            Hearer::Object => object(),
            Hearer::To => to(),
            Hearer::Both => object().or_else(to),
        }
    }

    // ---- verbs ----------------------------------------------------------------------------------------------------

    fn verb(&mut self, v: usize) {
        let entries = self.entries(v);
        if entries.is_empty()
            || matches!(
                self.p.rel(v),
                Deprel::Amod | Deprel::Compound | Deprel::Case | Deprel::Mark | Deprel::Fixed
            )
        {
            return;
        }
        let quoted = self.givers.contains(&v);
        let mut seen: Vec<Span> = Vec::new();
        let from = self.out.len();
        let speaker = self.speaker(v);
        let passive = self.done_to(v);
        let p_finite = self.p.word(v).xpos != "VBN" || self.kid(v, &[Deprel::Aux]).is_some();
        let object = self.kid(v, &[Deprel::Obj]).filter(|&o| o > v);
        let light = object.is_some_and(|o| {
            self.cues.is_light(&self.lemma(v)) && self.cues.noun(&self.lemma(o)).is_some()
        });
        let mut told = quoted;
        for e in entries.iter().copied() {
            if self.gerund(v)
                && matches!(
                    self.p.rel(v),
                    Deprel::Csubj | Deprel::Nsubj | Deprel::CsubjPass
                )
            {
                continue;
            }
            if self.negated(v) && e.class != "deny" || !self.subject_fits(v, e) {
                continue;
            }
            // "was ordered to leave", "is known as": nobody is reported to have said so
            let anonymous = speaker == Who::Nobody
                && (passive || self.p.rel(v) == Deprel::Advcl && !self.gerund(v));
            if anonymous && !matches!(e.class.as_str(), "say" | "report" | "accuse") {
                continue;
            }
            let mut parts = self.complements(v, e);
            // Coordinated clauses are one content.
            if let (Some(&first), Some(&last)) = (
                parts.iter().find(|p| p.clause),
                parts.iter().rev().find(|p| p.clause),
            ) && last.a > first.a
                && first.a > v
                && (self.subject(last.head).is_some()
                    || self
                        .p
                        .kids(last.head)
                        .any(|k| matches!(self.p.rel(k), Deprel::Cc | Deprel::Mark)))
            {
                parts.retain(|p| !p.clause || p.a == first.a);
                for p in parts.iter_mut().filter(|p| p.clause) {
                    p.b = p.b.max(last.b);
                }
            }
            if parts.is_empty()
                && seen.is_empty()
                && !passive
                && e.takes.any(Takes::CLAUSE)
                && !quoted
            {
                parts.extend(self.clause_behind(v).filter(|_| p_finite));
            }
            if parts.is_empty() && seen.is_empty() && e.takes.any(Takes::NAMING.or(Takes::AS)) {
                parts.extend(self.name_behind(v, e));
            }
            if parts.is_empty() && seen.is_empty() && e.takes.any(Takes::PREP_ING) && !quoted {
                parts.extend(self.quote_behind(v, e));
            }
            for part in parts.iter_mut().filter(|p| p.clause && p.a > v) {
                part.b = self.goes_on(part.b, v);
            }
            for part in parts {
                if anonymous
                    && !(part.clause
                        || e.takes.any(Takes::PREP_ING)
                        || e.takes.any(Takes::SUBJECT_TO) && self.infinitive(part.head))
                {
                    continue;
                }
                if e.subject == Subject::Court
                    && matches!(
                        self.text(part.a).to_ascii_lowercase().as_str(),
                        "whether" | "if" | "who" | "how" | "what"
                    )
                {
                    continue;
                }
                // "expressed a wish to …" is told by the noun
                if light && object.is_some_and(|o| part.a <= o) {
                    continue;
                }
                let Some(mut content) = self.settle(part.a, part.b, v) else {
                    continue;
                };
                // Words that a quotation of the same verb holds are told by it, and what stands in front of them is
                // the writer's when the verb follows.
                if quoted && part.a < v {
                    continue;
                }
                if quoted {
                    let head = self.p.text.tokens()[part.head].span;
                    let own = self
                        .by_cue
                        .get(&v)
                        .into_iter()
                        .flatten()
                        .map(|&d| self.out[d].content);
                    match own
                        .filter(|q| q.end > content.start)
                        .min_by_key(|q| q.start)
                    {
                        Some(q)
                            if q.start <= content.start || head.start >= q.start || part.a < v =>
                        {
                            continue;
                        }
                        Some(q) if q.start < content.end => {
                            let b = self
                                .p
                                .text
                                .tokens()
                                .partition_point(|t| t.span.end <= q.start);
                            match self.settle(part.a, b.saturating_sub(1), v) {
                                Some(c) => content = c,
                                None => continue,
                            }
                        }
                        _ => {}
                    }
                }
                if seen.iter().any(|s| s.overlaps(content)) {
                    continue;
                }
                seen.push(content);
                // A clause in front of a quotation of the same verb takes the cue from it.
                if self.out.len() == from && quoted {
                    told = false;
                    for d in self.by_cue.remove(&v).unwrap_or_default() {
                        let d = &mut self.out[d];
                        if d.content.start > content.start {
                            d.cue = Vec::new();
                            d.cue_token = None;
                        } else {
                            told = true;
                        }
                    }
                }
                let mut cue = if told {
                    Vec::new()
                } else {
                    self.cue_span(v, Some(e))
                };
                told = true;
                // "expressed his wish that": the noun is part of the cue
                if let Some(o) = self
                    .kid(v, &[Deprel::Obj])
                    .filter(|&o| o > v && o < v + 6 && part.a > o)
                    && part.clause
                    && !cue.is_empty()
                    && self.cues.is_light(&self.lemma(v))
                    && self.cues.noun(&self.lemma(o)).is_some()
                {
                    cue = vec![self.p.text.span_of(v..o + 1)];
                }
                let draft = Draft {
                    content,
                    cue_token: (!cue.is_empty()).then_some(v),
                    cue,
                    speaker,
                    hearer: self.hearer(v, e),
                    direct: false,
                    level: self.inside[v],
                };
                self.push(draft);
            }
        }
        if self.out.len() == from && !quoted {
            self.parenthesis(v, &entries);
        }
    }

    /// "…, and that …" behind a clause belongs to it.
    fn goes_on(&self, mut b: usize, v: usize) -> usize {
        let p = self.p;
        let s = self.sentence(v);
        for _ in 0..4 {
            let next = (b..s.end).take(3).find(|&i| self.wordlike(i));
            let Some(n) = next.filter(|&n| {
                n + 2 < s.end
                    && matches!(self.text(n), "and" | "but")
                    && self.is(n + 1, "that")
                    && self.inside[n] == self.inside[v]
            }) else {
                return b;
            };
            if p.rel(n + 1) != Deprel::Mark {
                return b;
            }
            let Some(k) = p.head(n + 1).filter(|&k| k > n) else {
                return b;
            };
            b = p.subtree(k).end.clamp(n + 2, s.end);
        }
        b
    }

    /// The clause behind a verb of saying where the tree hangs it elsewhere: "that …", or the next finite clause.
    fn clause_behind(&self, v: usize) -> Option<Part> {
        let p = self.p;
        let s = self.sentence(v);
        let told = self.entries(v).iter().any(|e| e.hearer == Hearer::Object);
        // Verbs that report clauses and hardly anything else: their "object" is a clause's subject.
        let bare = self
            .entries(v)
            .iter()
            .any(|e| e.class == "say" && !e.takes.any(Takes::AS) || e.subject == Subject::Court);
        let mut subject = None;
        let mut joined = 0;
        for i in (v + 1..s.end).take(24) {
            if self.inside[i] != self.inside[v] && subject.is_none() {
                // Words quoted inside the clause are no hindrance, a whole quotation is.
                if self.inside[i] < self.inside[v] {
                    return None;
                }
            }
            let t = self.text(i);
            if matches!(t, ";" | "." | ":" | "?" | "!") {
                return None;
            }
            let head = p.head(i);
            if self.is(i, "that") && matches!(p.rel(i), Deprel::Mark) && p.upos(i) == Upos::Sconj {
                let k = head.filter(|&k| k > i)?;
                return Some(Part {
                    head: k,
                    a: i + 1,
                    b: p.subtree(k).end.min(s.end),
                    clause: true,
                });
            }
            if t == "," || matches!(p.upos(i), Upos::Sconj) && head.is_some_and(|h| !self.gerund(h))
            {
                return None;
            }
            if matches!(
                t.to_ascii_lowercase().as_str(),
                "who" | "which" | "when" | "while" | "whom" | "whose"
            ) || self.is(i, "to") && p.rel(i) == Deprel::Mark && subject.is_none()
            {
                return None;
            }
            if matches!(p.upos(i), Upos::Cconj) {
                joined = i;
            }
            if subject.is_none()
                && p.upos(i) == Upos::Verb
                && matches!(p.word(i).xpos, "VBG" | "VBN" | "VB")
                && !self.cues.verb(&self.lemma(i)).is_empty()
            {
                return None;
            }
            if subject.is_none() {
                let head_of_clause =
                    matches!(p.rel(i), Deprel::Nsubj | Deprel::NsubjPass | Deprel::Expl)
                        && head.is_some_and(|h| h > i);
                let object = bare
                    && !told
                    && matches!(p.rel(i), Deprel::Obj | Deprel::Ccomp | Deprel::Xcomp)
                    && head == Some(v)
                    && matches!(p.upos(i), Upos::Noun | Upos::Propn | Upos::Pron);
                if head_of_clause || object {
                    subject = Some(i);
                }
            }
            let finite = matches!(p.word(i).xpos, "VBD" | "VBZ" | "VBP" | "MD")
                && matches!(p.upos(i), Upos::Verb | Upos::Aux);
            // "told reporters that": a noun taken for a verb
            let addressee = told
                && subject.is_none()
                && head == Some(v)
                && matches!(p.rel(i), Deprel::Iobj | Deprel::Obj);
            if finite && !addressee {
                let x = subject?;
                if joined + 1 == i {
                    return None;
                }
                let k = p
                    .head(x)
                    .filter(|&k| k > x)
                    .unwrap_or(if p.upos(i) == Upos::Aux {
                        p.head(i).filter(|&h| h > i).unwrap_or(i)
                    } else {
                        i
                    });
                // From the clause's subject, whatever adverbials of the cue stand in front of it.
                let mut a = p.subtree(x).start.clamp(v + 1, x);
                if a > v + 1
                    && matches!(
                        self.text(a - 1).to_ascii_lowercase().as_str(),
                        "how" | "why" | "where" | "what" | "whether" | "if"
                    )
                {
                    a -= 1;
                }
                let mut b = p.subtree(k).end.max(p.subtree(i).end).min(s.end);
                if b <= i {
                    b = i + 1;
                }
                return Some(Part {
                    head: k,
                    a,
                    b,
                    clause: true,
                });
            }
        }
        None
    }

    /// "accused X of “lying”" where the tree does not show it.
    fn quote_behind(&self, v: usize, e: &Verb) -> Option<Part> {
        let s = self.sentence(v);
        for i in (v + 1..s.end).take(16) {
            if matches!(self.text(i), "," | ";" | "." | ":") {
                return None;
            }
            if e.prepositions.iter().any(|w| self.is(i, w)) {
                let q = (i + 1..s.end)
                    .take(2)
                    .find_map(|j| (self.inside[j] != self.inside[v]).then_some(self.inside[j]))?;
                let qi = (q as usize).checked_sub(1)?;
                if self.given[qi].is_some() {
                    return None;
                }
                let b = self.quote_tokens[qi].end.min(s.end);
                return Some(Part {
                    head: i,
                    a: i,
                    b,
                    clause: false,
                });
            }
        }
        None
    }

    /// "called X “a fraud”", "described X as “useful”" where the tree does not show it: up to the end of the quotation.
    fn name_behind(&self, v: usize, e: &Verb) -> Option<Part> {
        let p = self.p;
        let s = self.sentence(v);
        let mut with_as = false;
        for i in (v + 1..s.end).take(24) {
            let q = self.inside[i];
            if q != self.inside[v] {
                let qi = (q as usize).checked_sub(1)?;
                let quote = &self.quotes[qi];
                if self.given[qi].is_some()
                    || quote.parent.map_or(0, |x| x + 1) != self.inside[v]
                    || i == v + 1
                {
                    return None;
                }
                let b = self.quote_tokens[qi].end.min(s.end);
                let fits =
                    with_as && e.takes.any(Takes::AS) || !with_as && e.takes.any(Takes::NAMING);
                return fits.then_some(Part {
                    head: i,
                    a: v + 1,
                    b,
                    clause: false,
                });
            }
            let t = self.text(i);
            if matches!(t, "," | ";" | "." | ":")
                || matches!(p.word(i).xpos, "VBD" | "VBZ" | "VBP" | "MD")
            {
                return None;
            }
            with_as |= t.eq_ignore_ascii_case("as");
        }
        None
    }

    /// Token ranges of what verb `v` reports, by entry `e`.
    fn complements(&self, v: usize, e: &Verb) -> Vec<Part> {
        let p = self.p;
        let mut out: Vec<Part> = Vec::new();
        let part = |head, a, b| Part {
            head,
            a,
            b,
            clause: false,
        };
        let clause = |head, a, b| Part {
            head,
            a,
            b,
            clause: true,
        };
        let passive = self.passive(v);
        let obj = p
            .kids(v)
            .find(|&k| matches!(p.rel(k), Deprel::Obj | Deprel::Iobj) && k > v);
        let s = self.sentence(v);
        let has_ccomp = self.kid(v, &[Deprel::Ccomp]).is_some();
        for k in p.kids(v) {
            let rel = p.rel(k);
            if out.len() >= 8 {
                break;
            }
            let sub = p.subtree(k);
            let (mut a, b) = (sub.start.max(s.start), sub.end.min(s.end));
            if k > v {
                a = a.max(v + 1);
            } else if sub.contains(&v) {
                continue;
            }
            let inf = self.infinitive(k) && !self.gerund(k);
            // Where an infinitive begins: at "to", or at "not" in front of it.
            let to = || {
                let to = p.kids_by(k, Deprel::Mark).find(|&m| self.is(m, "to"))?;
                let not = p.kids(k).find(|&m| {
                    m < to && matches!(self.text(m).to_ascii_lowercase().as_str(), "not" | "never")
                });
                Some(not.unwrap_or(to))
            };
            let with_as = self.has_case(k, "as");
            match rel {
                Deprel::Ccomp | Deprel::Csubj | Deprel::CsubjPass
                    if e.takes.any(Takes::CLAUSE) && !with_as =>
                {
                    if rel != Deprel::Ccomp && !passive {
                        continue;
                    }
                    if k < v && (p.subtree(k).end > v || self.subject(k).is_none()) {
                        continue;
                    }
                    // a gerund without subject is no clause
                    if self.gerund(k) && k == v + 1 && !e.takes.any(Takes::ING) {
                        continue;
                    }
                    out.push(clause(k, a, b));
                }
                Deprel::Parataxis if k > v && e.takes.any(Takes::CLAUSE) && !has_ccomp => {
                    let before = a.checked_sub(1).map(|i| self.text(i));
                    if before == Some(":") || (a == v + 1 && self.verbal(k)) {
                        out.push(clause(k, a, b));
                    }
                }
                Deprel::Xcomp | Deprel::Advcl | Deprel::Ccomp | Deprel::Acl if inf && k > v => {
                    let purpose = rel == Deprel::Advcl;
                    let particle = (!e.particle.is_empty())
                        .then(|| self.particle(v, &e.particle))
                        .flatten();
                    let for_to = p
                        .kids_by(k, Deprel::Mark)
                        .chain(p.kids_by(k, Deprel::Case))
                        .find(|&m| self.is(m, "for"));
                    if e.takes.any(Takes::SUBJECT_TO) && !purpose {
                        let from = obj
                            .filter(|&o| o < k && !passive)
                            .map_or(a, |o| p.subtree(o).start.max(v + 1));
                        out.push(part(k, from.min(a), b));
                    } else if e.takes.any(Takes::FOR_TO) && (particle.is_some() || for_to.is_some())
                    {
                        let from = for_to.or(particle).map_or(a, |f| f + 1);
                        out.push(part(k, from.min(b), b));
                    } else if e.takes.any(Takes::OBJECT_TO)
                        && e.particle.is_empty()
                        && (obj.is_some() || passive || e.takes.any(Takes::TO))
                        && !purpose
                    {
                        out.push(part(k, to().unwrap_or(a), b));
                    } else if e.takes.any(Takes::OBJECT_TO) && particle.is_some() {
                        out.push(part(k, to().unwrap_or(a), b));
                    } else if e.takes.any(Takes::TO)
                        && (!purpose || a == v + 1)
                        && (obj.is_none() || obj.is_some_and(|o| o > k))
                        && !passive
                    {
                        out.push(part(k, a, b));
                    }
                }
                Deprel::Obl if e.takes.any(Takes::FOR_TO) && k > v && self.has_case(k, "for") => {
                    // for Y [to …]: the infinitive hangs on Y or on the verb
                    let inf = p.kids(k).chain(p.kids(v)).find(|&x| {
                        x > k
                            && matches!(p.rel(x), Deprel::Acl | Deprel::Advcl | Deprel::Xcomp)
                            && self.infinitive(x)
                    });
                    let from = p.kids_by(k, Deprel::Case).last().map_or(a, |c| c + 1);
                    if let Some(x) = inf {
                        out.push(part(k, from, p.subtree(x).end.max(b).min(s.end)));
                    } else if e.takes.any(Takes::NOUN) && self.holds_quote(from, b) {
                        out.push(part(k, from, b));
                    }
                }
                Deprel::Xcomp | Deprel::Ccomp | Deprel::Advcl
                    if e.takes.any(Takes::ING)
                        && self.gerund(k)
                        && k > v
                        && p.kids_by(k, Deprel::Mark).next().is_none()
                        && rel != Deprel::Advcl
                        && obj.is_none() =>
                {
                    out.push(part(k, a, b));
                }
                Deprel::Advcl | Deprel::Obl | Deprel::Ccomp | Deprel::Xcomp | Deprel::Nmod
                    if e.takes.any(Takes::PREP_ING)
                        && self.gerund(k)
                        && k > v
                        && e.prepositions.iter().any(|w| self.has_case(k, w)) =>
                {
                    out.push(part(k, a, b));
                }
                Deprel::Obl | Deprel::Xcomp | Deprel::Advcl | Deprel::Ccomp
                    if with_as && e.takes.any(Takes::AS) && k > v =>
                {
                    let from = obj
                        .filter(|&o| o < k)
                        .map_or(a, |o| p.subtree(o).start.max(v + 1));
                    out.push(part(k, from.min(a), b));
                }
                Deprel::Obj
                    if e.takes.any(Takes::NAMING)
                        && k > v
                        && p.kids_by(k, Deprel::Appos).any(|c| {
                            c > k && p.upos(c) != Upos::Propn && (k..c).all(|i| self.text(i) != ",")
                        }) =>
                {
                    // "called the vote a sham" read as an apposition
                    out.push(part(k, a, b));
                }
                Deprel::Obj
                    if e.takes.any(Takes::PREP_ING.or(Takes::OBJECT_TO))
                        && e.particle.is_empty()
                        && k > v
                        && self.on_object(k, e).is_some() =>
                {
                    let x = self.on_object(k, e).unwrap_or(k);
                    let sub = p.subtree(x);
                    out.push(part(x, sub.start.max(k + 1), sub.end.min(s.end)));
                }
                Deprel::Obj if e.takes.any(Takes::AS) && k > v => {
                    // the parser hung "as Y" on the object
                    let on_object = p.kids(k).any(|n| {
                        matches!(p.rel(n), Deprel::Nmod | Deprel::Acl | Deprel::Advcl)
                            && self.has_case(n, "as")
                    });
                    if on_object {
                        out.push(part(k, a, b));
                    }
                }
                Deprel::Xcomp | Deprel::Ccomp | Deprel::Obj
                    if e.takes.any(Takes::NAMING) && k > v && !inf =>
                {
                    if rel == Deprel::Obj {
                        // two bare objects
                        if let Some(i) = p.kid(v, Deprel::Iobj).filter(|&i| i < k) {
                            out.push(part(k, p.subtree(i).start.max(v + 1), b));
                        } else if let Some(near) =
                            p.kids_by(v, Deprel::Obj).find(|&o| o < k && o > v)
                        {
                            out.push(part(k, p.subtree(near).start.max(v + 1), b));
                        }
                        continue;
                    }
                    if self.gerund(k)
                        || p.upos(k) == Upos::Adv
                        || self.p.rel(k) == Deprel::Ccomp && self.p.upos(k) == Upos::Verb
                    {
                        continue;
                    }
                    let from = obj
                        .filter(|&o| o < k)
                        .map(|o| p.subtree(o).start.max(v + 1));
                    let own = self.kid(k, &[Deprel::Nsubj]).map(|_| a);
                    if let Some(from) = from.or(own) {
                        out.push(part(k, from, b));
                    }
                }
                Deprel::Obj if e.takes.any(Takes::NOUN) && k > v && p.upos(k) != Upos::Propn => {
                    // "announced plans to close": the infinitive may hang on the verb
                    let end = p.subtree(k).end;
                    let inf = p.kids(v).find(|&c| {
                        c > k
                            && matches!(p.rel(c), Deprel::Advcl | Deprel::Xcomp)
                            && self.infinitive(c)
                            && p.subtree(c).start == end
                    });
                    if let Some(c) = inf.filter(|_| {
                        self.cues.noun(&self.lemma(k)).is_some()
                            || self.cues.is_plan(&self.lemma(k))
                    }) {
                        out.push(part(k, a, p.subtree(c).end.min(s.end)));
                        continue;
                    }
                    let holds = p.kids(k).any(|c| {
                        (p.rel(c) == Deprel::Acl
                            && (self.infinitive(c) || self.has_case(c, "that")))
                            || (p.rel(c) == Deprel::Nmod && self.gerund(c))
                            || (p.rel(c) == Deprel::Acl && self.gerund(c) && self.has_case(c, "of"))
                            || p.rel(c) == Deprel::Ccomp
                    });
                    let known = self.cues.noun(&self.lemma(k)).is_some()
                        || self.cues.is_plan(&self.lemma(k));
                    if (holds && known && p.upos(k) == Upos::Noun) || self.holds_quote(a, b) {
                        out.push(part(k, a, b));
                    }
                }
                _ => {}
            }
        }
        out
    }

    /// A gerund or infinitive that the parser hung on the object: "accused the rebels of shelling the town".
    fn on_object(&self, o: usize, e: &Verb) -> Option<usize> {
        self.p.kids_by(o, Deprel::Acl).find(|&x| {
            x > o
                && (e.takes.any(Takes::PREP_ING)
                    && self.gerund(x)
                    && e.prepositions.iter().any(|w| self.has_case(x, w))
                    || e.takes.any(Takes::OBJECT_TO)
                        && e.hearer == Hearer::Object
                        && self.infinitive(x)
                        && !self.gerund(x))
        })
    }

    fn holds_quote(&self, a: usize, b: usize) -> bool {
        (a..b.min(self.inside.len())).take(WINDOW).any(|i| {
            let q = self.inside[i];
            q != 0 && (i == 0 || self.inside[i - 1] != q) && self.given[q as usize - 1].is_none()
        })
    }

    /// "Talks failed, X said"; "as X noted, …": the clause around the cue is what is said.
    fn parenthesis(&mut self, v: usize, entries: &[&'a Verb]) {
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
    fn aside(&mut self, v: usize, e: &Verb, subject: usize) {
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
    fn around(
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

    // ---- nouns and prepositions -----------------------------------------------------------------------------------

    /// "a warning that …", "expressed the wish to …".
    fn noun(&mut self, n: usize) {
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
    fn adjective(&mut self, i: usize) {
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
    fn source_at(&self, i: usize) -> Option<&'a Vec<String>> {
        let s = self.sentence(i);
        self.cues
            .sources()
            .iter()
            .find(|w| i + w.len() < s.end && w.iter().enumerate().all(|(n, w)| self.is(i + n, w)))
    }

    /// "according to X": at token `i` its first word.
    fn source(&mut self, i: usize) {
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
        let top = if self.verbal(top) { top } else { c };
        let whole = p.subtree(top);
        let a = whole.start.max(lo_clause);
        let b = whole.end.min(hi_clause);
        self.around(a, b, i..end, top, i, cue, who);
    }

    // ---- content --------------------------------------------------------------------------------------------------

    /// The span of what is said for a token range: without marks at its ends, whole quotations, no cue inside.
    fn settle(&self, a: usize, b: usize, cue: usize) -> Option<Span> {
        let p = self.p;
        let s = self.sentence(cue);
        let (mut a, mut b) = (a.max(s.start), b.min(s.end));
        if let Some(q) = (self.inside[cue] as usize).checked_sub(1) {
            let r = &self.quote_tokens[q];
            a = a.max(r.start);
            b = b.min(r.end);
        }
        if b.saturating_sub(a) > WINDOW {
            if cue >= b {
                a = b - WINDOW
            } else {
                b = a + WINDOW
            }
        }
        // Nor does another act of saying: "…, adding that …".
        if let Some(next) = (a + 1..b).find(|&i| {
            i > cue + 1
                && self.p.word(i).xpos == "VBG"
                && (self.text(i - 1) == ","
                    || matches!(p.upos(i - 1), Upos::Adv) && i > a + 1 && self.text(i - 2) == ",")
                && self.inside[i] == self.inside[cue]
                && self
                    .entries(i)
                    .iter()
                    .any(|e| e.takes.any(Takes::CLAUSE) && e.class != "order")
        }) {
            b = next - 1;
        }
        // Nor does a relative clause that the writer hangs on its end: "…, which lies in the north".
        if let Some(comma) = (a + 3..b).find(|&i| {
            self.text(i) == ","
                && i > cue
                && i + 3 < b
                && self.inside[i] == self.inside[cue]
                && (i + 1..i + 3).any(|w| {
                    matches!(
                        self.text(w).to_ascii_lowercase().as_str(),
                        "which" | "who" | "whose" | "where" | "whom"
                    ) && (w..b).take(12).any(|r| {
                        p.rel(r) == Deprel::AclRelcl
                            && r > i
                            && p.subtree(r).start > i
                            && p.subtree(r).end + 1 >= b
                    })
                })
        }) {
            b = comma;
        }
        // Nor does "…, according to Y".
        if let Some(comma) = (a + 2..b).find(|&i| {
            i > cue + 1
                && self.is(i, "according")
                && self.inside[i] == self.inside[cue]
                && matches!(self.text(i - 1), "," | "”" | "\"")
        }) && self.source_at(cue).is_none()
        {
            b = comma;
        }
        // Nor does what stands behind a semicolon.
        if let Some(semi) = (a..b)
            .skip(1)
            .find(|&i| self.text(i) == ";" && self.inside[i] == self.inside[cue] && i > cue)
        {
            b = semi;
        }
        // The cue itself never belongs to what is said.
        if a <= cue && cue < b {
            if cue - a > b - cue {
                b = cue;
            } else {
                a = cue + 1;
            }
        }
        while a < b {
            let t = self.text(a);
            let that = self.is(a, "that") && matches!(p.upos(a), Upos::Sconj);
            let dull = !self.wordlike(a)
                && !self.opens(a)
                && !t.starts_with(['$', '€', '£', '#', '@', '[', '(', '“', '‘']);
            if that
                || dull
                || (matches!(p.upos(a), Upos::Cconj)
                    && p.rel(a) == Deprel::Cc
                    && p.head(a).is_some_and(|h| h >= b || h < a))
            {
                a += 1;
            } else {
                break;
            }
        }
        while b > a {
            let t = self.text(b - 1);
            let keeps = self.wordlike(b - 1)
                || t.ends_with([')', ']', '%', '"', '”', '’', '\'', '»', '?', '!', '$', '€']);
            if keeps {
                break;
            }
            b -= 1;
        }
        if a >= b {
            return None;
        }
        let mut span = p.text.span_of(a..b);
        // Quotations that it cuts are taken whole; one that it equals loses its marks.
        let raw = p.text.raw();
        let level = self.inside[cue];
        let at = self
            .quotes
            .partition_point(|q| q.span.start < span.start)
            .saturating_sub(8);
        for q in &self.quotes[at..] {
            if q.span.start >= span.end {
                break;
            }
            if q.span.end <= span.start || q.parent.map_or(0, |p| p + 1) != level {
                continue;
            }
            if q.span.start < span.start {
                span.start = q.span.start;
                continue;
            }
            let before = raw[span.start as usize..q.span.start as usize].trim_end();
            if before.ends_with(':') && q.inner.of(raw).split_whitespace().nth(2).is_some() {
                // What a colon introduces is a statement of its own.
                span.end = span.start + before.len() as u32;
                break;
            }
            if q.inner.end > span.end {
                span.end = q.span.end;
            }
            if q.inner.of(raw).ends_with(',') && q.span.end < span.end {
                // “a mess,” meaning …: behind a comma inside the marks the writer goes on
                let next = raw[q.span.end as usize..span.end as usize]
                    .split_whitespace()
                    .next()
                    .unwrap_or("");
                if !matches!(next, "and" | "or" | "but" | "that") {
                    span.end = q.span.end;
                    break;
                }
            }
        }
        if let Some(q) = self.quotes[at..].iter().take(20).find(|q| {
            q.span.start == span.start && q.inner.end <= span.end && q.span.end >= span.end
        }) {
            span = q.inner;
        }
        let body = span.of(raw);
        // A mark without its partner at either end.
        let body = strip_odd(body);
        let start = span.start as usize + (body.as_ptr() as usize - span.of(raw).as_ptr() as usize);
        let body = body.trim_end_matches([',', ';', ':']).trim_end();
        if body.is_empty() || !body.contains(char::is_alphanumeric) {
            return None;
        }
        Some(Span::new(start, start + body.len()))
    }

    fn opens(&self, i: usize) -> bool {
        let start = self.p.text.tokens()[i].span.start;
        self.quotes
            .binary_search_by(|q| q.span.start.cmp(&start))
            .is_ok()
    }
}

/// Cuts a quotation mark at either end that has no partner inside.
fn strip_odd(body: &str) -> &str {
    let mut body = body.trim();
    if let Some(last) = body.chars().next_back()
        && matches!(last, '"' | '”' | '»')
        && body
            .matches(|c| matches!(c, '"' | '“' | '”' | '«' | '»'))
            .count()
            % 2
            == 1
    {
        body = body[..body.len() - last.len_utf8()].trim_end();
    } else if let Some(first) = body.chars().next()
        && matches!(first, '"' | '“' | '«')
        && body
            .matches(|c| matches!(c, '"' | '“' | '”' | '«' | '»'))
            .count()
            % 2
            == 1
    {
        body = body[first.len_utf8()..].trim_start();
    }
    body
}

/// Bytes shared, as a part of the longer.
pub(crate) fn overlap(a: Span, b: Span) -> f32 {
    let inter = a.end.min(b.end).saturating_sub(a.start.max(b.start));
    inter as f32 / a.len().max(b.len()).max(1) as f32
}
