//! From cues and quotation marks to statements: which words are said, and which word heads the noun phrase of whoever
//! says them. Only tree, tokens and cue lists are read here; whom the words mean is the business of `bind`.

use crate::cues::{Cues, Subject, Takes, Verb};
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
pub(crate) struct Part {
    pub head: usize,
    pub a: usize,
    pub b: usize,
    pub clause: bool,
}

/// Steps up the tree before a search gives up: keeps degenerate trees cheap.
pub(crate) const CLIMB: usize = 24;
/// Tokens beside a quotation that are searched for its cue.
pub(crate) const REACH: usize = 60;
/// The longest clause that is looked through, and the longest content of indirect speech.
pub(crate) const WINDOW: usize = 400;

pub(crate) struct Pass<'a> {
    pub p: &'a Parsed,
    pub cues: &'a Cues,
    pub quotes: Vec<Quote>,
    /// Tokens of each quotation.
    pub quote_tokens: Vec<Range<usize>>,
    /// One more than the innermost quotation of each token; 0 outside.
    pub inside: Vec<u32>,
    /// The cue to which each quotation was given.
    pub given: Vec<Option<usize>>,
    /// Cues that were given a quotation.
    pub givers: BTreeSet<usize>,
    /// Statements of each cue.
    pub by_cue: BTreeMap<usize, Vec<usize>>,
    /// Direct statements by the first byte of their content.
    pub direct_at: BTreeMap<u32, usize>,
    pub out: Vec<Draft>,
    /// Verbs by which somebody tells a deed that a noun names.
    pub deeds: Vec<usize>,
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
            deeds: Vec::new(),
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
        for i in 0..self.p.len() {
            if self.p.upos(i) == Upos::Verb && self.deed(i) {
                self.deeds.push(i);
            }
        }
    }

    /// "claimed responsibility", "confirmed the raid", "an attack claimed by …": told by somebody, without a clause.
    fn deed(&self, v: usize) -> bool {
        if self.by_cue.contains_key(&v) || self.negated(v) {
            return false;
        }
        let lemma = self.lemma(v);
        let object = if self.done_to(v) {
            if self.cues.is_deed(&lemma, "by") {
                return true;
            }
            self.kid(v, &[Deprel::NsubjPass])
        } else {
            self.kid(v, &[Deprel::Obj])
        };
        match object {
            Some(o) => self.cues.is_deed(&lemma, &self.lemma(o)),
            None => self.done_to(v) && self.cues.is_deed(&lemma, ""),
        }
    }

    pub(crate) fn text(&self, i: usize) -> &str {
        self.p.form(i)
    }
    pub(crate) fn is(&self, i: usize, word: &str) -> bool {
        self.p.form(i).eq_ignore_ascii_case(word)
    }
    pub(crate) fn lemma(&self, i: usize) -> String {
        let l = self.p.lemma(i);
        if l.is_empty() {
            self.p.form(i).to_lowercase()
        } else {
            l.to_lowercase()
        }
    }
    pub(crate) fn wordlike(&self, i: usize) -> bool {
        self.text(i).contains(|c: char| c.is_alphanumeric())
    }
    pub(crate) fn sentence(&self, i: usize) -> Range<usize> {
        self.p.text.sentences()[self.p.text.sentence_of(i)].range()
    }
    pub(crate) fn kid(&self, i: usize, rels: &[Deprel]) -> Option<usize> {
        self.p.kids(i).find(|&k| rels.contains(&self.p.rel(k)))
    }
    pub(crate) fn gerund(&self, i: usize) -> bool {
        self.p.word(i).xpos == "VBG"
            || (self.text(i).ends_with("ing") && self.p.upos(i) == Upos::Verb)
    }
    pub(crate) fn infinitive(&self, i: usize) -> bool {
        let has_to = |v: usize| self.p.kids_by(v, Deprel::Mark).any(|k| self.is(k, "to"));
        has_to(i)
            || self
                .kid(i, &[Deprel::Cop, Deprel::Aux, Deprel::AuxPass])
                .is_some_and(has_to)
    }
    pub(crate) fn verbal(&self, i: usize) -> bool {
        self.p.upos(i) == Upos::Verb
            || self
                .kid(i, &[Deprel::Cop, Deprel::Nsubj, Deprel::NsubjPass])
                .is_some()
    }
    pub(crate) fn passive(&self, v: usize) -> bool {
        self.kid(v, &[Deprel::AuxPass, Deprel::NsubjPass, Deprel::CsubjPass])
            .is_some()
    }
    /// "was ordered", or a bare participle: "known as".
    pub(crate) fn done_to(&self, v: usize) -> bool {
        let bare = self.p.word(v).xpos == "VBN"
            && self.kid(v, &[Deprel::Aux, Deprel::Nsubj]).is_none()
            && matches!(
                self.p.rel(v),
                Deprel::Acl | Deprel::Advcl | Deprel::AclRelcl | Deprel::Dep
            );
        bare || self.passive(v)
    }
    pub(crate) fn negated(&self, v: usize) -> bool {
        self.p.kids(v).any(|k| {
            k < v
                && matches!(
                    self.text(k).to_ascii_lowercase().as_str(),
                    "not" | "n't" | "n’t" | "never" | "nor"
                )
        }) || self.subject(v).is_some_and(|s| self.nobody(s))
    }

    /// "No group claimed it", "nobody said so".
    fn nobody(&self, s: usize) -> bool {
        ["nobody", "none", "neither"].iter().any(|w| self.is(s, w))
            || self.p.kids(s).any(|k| {
                self.p.rel(k) == Deprel::Det && (self.is(k, "no") || self.is(k, "neither"))
            })
    }
    pub(crate) fn has_case(&self, i: usize, word: &str) -> bool {
        self.p
            .kids(i)
            .any(|k| matches!(self.p.rel(k), Deprel::Case | Deprel::Mark) && self.is(k, word))
    }

    /// The entries of a verb that fit its particle; those without a particle if none does.
    pub(crate) fn entries(&self, v: usize) -> Vec<&'a Verb> {
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
    pub(crate) fn particle(&self, v: usize, word: &str) -> Option<usize> {
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
    pub(crate) fn cue_span(&self, v: usize, e: Option<&Verb>) -> Vec<Span> {
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
    pub(crate) fn quoting(&self, v: usize) -> Option<&'a Verb> {
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
    pub(crate) fn subject_fits(&self, v: usize, e: &Verb) -> bool {
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

    pub(crate) fn push(&mut self, draft: Draft) {
        if let Some(v) = draft.cue_token {
            self.by_cue.entry(v).or_default().push(self.out.len());
        }
        self.out.push(draft);
    }
}
