//! From drafts to statements: speakers become entities, nesting and form are read off, and pronouns of the first and
//! second person get their meaning.

use crate::content::overlap;
use crate::find::{Draft, Pass, Who};
use crate::{Party, Statement, StatementForm};
use gesta_actor::{Actors, Entity, EntityKind, Form, Mention};
use gesta_parse::{Deprel, Parsed, Upos};
use gesta_text::Span;
use std::collections::BTreeMap;

/// How many statements back an enclosing one is looked for.
const BACK: usize = 64;

struct Binder<'a> {
    p: &'a Parsed,
    actors: &'a mut Actors,
    /// One more than the widest mention with this head; 0 for none.
    by_head: Vec<u32>,
    /// One more than the narrowest mention that covers the token; 0 for none.
    cover: Vec<u32>,
    /// Entities that were added, by their words.
    added: BTreeMap<String, u32>,
}

pub(crate) fn bind(pass: Pass, mut drafts: Vec<Draft>, actors: &mut Actors) -> Vec<Statement> {
    let p = pass.p;
    drafts.sort_by_key(|d| {
        (
            d.content.start,
            std::cmp::Reverse(d.content.end),
            d.cue.is_empty(),
        )
    });
    let drafts = unique(drafts);

    let mut by_head = vec![0u32; p.len()];
    let mut cover = vec![0u32; p.len()];
    for (i, m) in actors.mentions.iter().enumerate() {
        let h = m.head as usize;
        if h < by_head.len() {
            let old = by_head[h];
            if old == 0 || actors.mentions[old as usize - 1].span.len() < m.span.len() {
                by_head[h] = i as u32 + 1;
            }
        }
        let (a, b) = (
            m.tokens.start as usize,
            (m.tokens.end as usize).min(cover.len()),
        );
        for slot in cover.get_mut(a..b).into_iter().flatten().take(40) {
            let old = *slot;
            if old == 0 || actors.mentions[old as usize - 1].span.len() > m.span.len() {
                *slot = i as u32 + 1;
            }
        }
    }
    let mut b = Binder {
        p,
        actors,
        by_head,
        cover,
        added: BTreeMap::new(),
    };

    let mut out: Vec<Statement> = Vec::with_capacity(drafts.len());
    for d in &drafts {
        // "I think", "we urge" inside somebody's own words are those words, no report of others.
        if let Who::Head(h) = d.speaker
            && (!d.direct || d.level != 0)
            && first_person(&lower(p, h))
        {
            continue;
        }
        let sentence = p
            .text
            .sentences()
            .partition_point(|s| s.span.end <= d.content.start)
            .min(p.text.sentences().len().saturating_sub(1));
        let enclosing = out
            .iter()
            .enumerate()
            .rev()
            .take(BACK)
            .find(|(_, s)| s.content[0].contains(d.content) && s.content[0] != d.content)
            .map(|(i, _)| i);
        let speaker = match d.speaker {
            Who::Head(h) => b.party(h, &out, enclosing, d),
            Who::Nobody => None,
            Who::Author => b.actors.author.map(|entity| Party { entity, span: None }),
            Who::Before => b.before(&out, d, sentence, enclosing),
        };
        let hearer = d.hearer.and_then(|h| b.known(h));
        let form = form(&pass, d);
        out.push(Statement {
            sentence: sentence as u32,
            speaker,
            hearer,
            cue: d.cue.clone(),
            cue_token: d.cue_token.map(|t| t as u32),
            content: vec![d.content],
            form,
            within: enclosing.map(|i| i as u32),
        });
    }
    b.pronouns(&pass, &out);
    b.deeds(&pass, out)
}

/// Drops what was found twice: the same words, or nearly the same under the same cue.
fn unique(drafts: Vec<Draft>) -> Vec<Draft> {
    let mut out: Vec<Draft> = Vec::with_capacity(drafts.len());
    for d in drafts {
        let twin = out.iter_mut().rev().take(6).find(|o| {
            let same = overlap(o.content, d.content);
            same > 0.999
                || (same > 0.85
                    && (o.cue_token == d.cue_token
                        || o.cue_token.is_none()
                        || d.cue_token.is_none())
                    && !(o.direct && o.cue.is_empty() && d.cue_token.is_some()))
        });
        match twin {
            None => out.push(d),
            Some(o) => {
                if o.cue.is_empty()
                    && !d.cue.is_empty()
                    && (o.speaker == Who::Before || o.speaker == d.speaker)
                {
                    let content = o.content;
                    *o = d;
                    o.content = content;
                }
            }
        }
    }
    out
}

fn form(pass: &Pass, d: &Draft) -> StatementForm {
    if d.direct {
        return StatementForm::Direct;
    }
    let tokens = pass.p.text.tokens();
    let a = tokens.partition_point(|t| t.span.end <= d.content.start);
    let b = tokens.partition_point(|t| t.span.start < d.content.end);
    let (mut quoted, mut plain) = (false, false);
    for i in a..b {
        if !pass.p.form(i).contains(char::is_alphanumeric) {
            continue;
        }
        let mut q = pass.inside[i];
        // deeper than the cue?
        let mut deeper = false;
        while q != 0 && q != d.level {
            deeper = true;
            q = pass.quotes[q as usize - 1].parent.map_or(0, |x| x + 1);
        }
        if deeper && q == d.level {
            quoted = true
        } else {
            plain = true
        }
    }
    match (quoted, plain) {
        (true, false) => StatementForm::Direct,
        (true, true) => StatementForm::Mixed,
        _ => StatementForm::Indirect,
    }
}

fn lower(p: &Parsed, i: usize) -> String {
    p.form(i).to_lowercase()
}

fn first_person(word: &str) -> bool {
    matches!(
        word,
        "i" | "me" | "my" | "mine" | "myself" | "we" | "us" | "our" | "ours" | "ourselves"
    )
}

fn second_person(word: &str) -> bool {
    matches!(word, "you" | "your" | "yours" | "yourself" | "yourselves")
}

impl Binder<'_> {
    /// The party that a mention makes, if it is resolved.
    fn of_mention(&self, m: u32) -> Option<Party> {
        let mention = &self.actors.mentions[m as usize];
        mention.entities.first().map(|&entity| Party {
            entity,
            span: Some(mention.span),
        })
    }

    fn mention(&self, head: usize) -> Option<u32> {
        if let Some(m) = self.by_head[head].checked_sub(1) {
            return Some(m);
        }
        // The mention may take another word of the name for its head.
        let m = self.cover[head].checked_sub(1)?;
        let its = self.actors.mentions[m as usize].head as usize;
        (self.p.subtree(head).contains(&its) || self.p.head(head) == Some(its)).then_some(m)
    }

    /// Adds what is told by naming a deed, without words of its own: a statement without content.
    fn deeds(&mut self, pass: &Pass, out: Vec<Statement>) -> Vec<Statement> {
        let mut more: Vec<Statement> = Vec::new();
        for &v in &pass.deeds {
            let Who::Head(h) = pass.speaker(v) else {
                continue;
            };
            let span = self.p.text.tokens()[v].span;
            let sentence = self.p.text.sentence_of(v) as u32;
            let near = out.partition_point(|s| s.sentence < sentence);
            let enclosing = out[near..]
                .iter()
                .take_while(|s| s.sentence == sentence)
                .enumerate()
                .filter(|(_, s)| s.holds(span))
                .min_by_key(|(_, s)| s.content[0].len())
                .map(|(i, _)| near + i);
            let draft = Draft {
                content: span,
                cue: vec![span],
                cue_token: Some(v),
                speaker: Who::Head(h),
                hearer: None,
                direct: false,
                level: pass.inside[v],
            };
            let Some(speaker) = self.party(h, &out, enclosing, &draft) else {
                continue;
            };
            more.push(Statement {
                sentence,
                speaker: Some(speaker),
                hearer: None,
                cue: draft.cue,
                cue_token: Some(v as u32),
                content: Vec::new(),
                form: StatementForm::Indirect,
                within: enclosing.map(|i| i as u32),
            });
        }
        if more.is_empty() {
            return out;
        }
        // In the order of sentences, behind those with words.
        let mut new_index = vec![0u32; out.len()];
        let mut all: Vec<Statement> = Vec::with_capacity(out.len() + more.len());
        let mut more = more.into_iter().peekable();
        for (i, s) in out.into_iter().enumerate() {
            while let Some(m) = more.next_if(|m| m.sentence < s.sentence) {
                all.push(m);
            }
            new_index[i] = all.len() as u32;
            all.push(s);
        }
        all.extend(more);
        for s in &mut all {
            s.within = s.within.and_then(|w| new_index.get(w as usize).copied());
        }
        all
    }

    /// A party that the actors know already.
    fn known(&self, head: usize) -> Option<Party> {
        self.of_mention(self.mention(head)?)
    }

    /// The speaker whose noun phrase has this head; added to the actors if they do not know it.
    fn party(
        &mut self,
        head: usize,
        out: &[Statement],
        enclosing: Option<usize>,
        d: &Draft,
    ) -> Option<Party> {
        let word = lower(self.p, head);
        if first_person(&word) {
            let mut up = enclosing;
            while let Some(i) = up {
                if out[i].form != StatementForm::Indirect || out[i].cue.is_empty() {
                    let span = self.p.text.tokens()[head].span;
                    return out[i].speaker.as_ref().map(|s| Party {
                        entity: s.entity,
                        span: Some(span),
                    });
                }
                up = out[i].within.map(|w| w as usize);
            }
            let span = self.p.text.tokens()[head].span;
            return self.actors.author.map(|entity| Party {
                entity,
                span: Some(span),
            });
        }
        if let Some(m) = self.mention(head) {
            if let Some(party) = self.of_mention(m) {
                // "He also said" after somebody's statement is that speaker, whoever stands in what was said.
                if matches!(word.as_str(), "he" | "she")
                    && self
                        .p
                        .head(head)
                        .is_some_and(|h| d.cue_token == Some(h) && self.p.head(h).is_none())
                    && let Some(last) = self.last_speaker(out, d.content.start, 160)
                    && last.entity != party.entity
                    && self.actors.entities[last.entity as usize].kind == EntityKind::Person
                {
                    let entity = last.entity;
                    self.actors.bind(m, vec![entity]);
                    return Some(Party {
                        entity,
                        span: party.span,
                    });
                }
                // "the mayor, Ann Smith": the name beside it says more.
                let named = self.actors.entities[party.entity as usize].name.is_some();
                let own_name = named && self.actors.mentions[m as usize].form == Form::Name;
                return match self.beside(head) {
                    Some(b) if !own_name => Some(b),
                    _ => Some(party),
                };
            }
            let span = self.actors.mentions[m as usize].span;
            if self.p.upos(head) == Upos::Pron {
                return self.last_speaker(out, d.content.start, 400).map(|s| Party {
                    entity: s.entity,
                    span: Some(span),
                });
            }
            let party = self.add(head)?;
            self.actors.bind(m, vec![party.entity]);
            return Some(Party {
                entity: party.entity,
                span: Some(span),
            });
        }
        if self.p.upos(head) == Upos::Pron
            && matches!(
                word.as_str(),
                "he" | "she" | "they" | "it" | "him" | "her" | "them"
            )
        {
            let span = self.p.text.tokens()[head].span;
            return self.last_speaker(out, d.content.start, 400).map(|s| Party {
                entity: s.entity,
                span: Some(span),
            });
        }
        if let Some(b) = self.beside(head) {
            return Some(b);
        }
        self.add(head)
    }

    /// A named person in apposition.
    fn beside(&self, head: usize) -> Option<Party> {
        self.p
            .kids(head)
            .filter(|&k| {
                matches!(
                    self.p.rel(k),
                    Deprel::Appos | Deprel::Flat | Deprel::NmodDesc
                )
            })
            .filter_map(|k| self.known(k))
            .find(|b| {
                let e = &self.actors.entities[b.entity as usize];
                e.kind == EntityKind::Person && e.name.is_some()
            })
    }

    /// The last top-level speaker before `at`, not further than `reach` bytes.
    fn last_speaker<'s>(&self, out: &'s [Statement], at: u32, reach: u32) -> Option<&'s Party> {
        out.iter()
            .rev()
            .take(BACK)
            .filter(|s| {
                s.within.is_none() && s.content[0].end <= at && at - s.content[0].end <= reach
            })
            .find_map(|s| s.speaker.as_ref())
    }

    /// Who speaks in a quotation that names nobody.
    fn before(
        &mut self,
        out: &[Statement],
        d: &Draft,
        sentence: usize,
        enclosing: Option<usize>,
    ) -> Option<Party> {
        if let Some(i) = enclosing {
            return out[i].speaker.clone();
        }
        let sentences = self.p.text.sentences();
        let here = &sentences[sentence];
        for s in out.iter().rev().take(BACK) {
            if s.within.is_some() || s.content[0].end > d.content.start {
                continue;
            }
            // Sentences between the end of that statement and this one.
            let last = sentences.partition_point(|x| x.span.end < s.content[0].end);
            if sentence.saturating_sub(last) <= 2
                && here
                    .paragraph
                    .saturating_sub(sentences[last.min(sentence)].paragraph)
                    <= 1
            {
                return s.speaker.clone();
            }
            break;
        }
        let before = sentence.checked_sub(1)?;
        if here.paragraph.saturating_sub(sentences[before].paragraph) > 1 {
            return None;
        }
        let root = self.p.root(before)?;
        let subject = self
            .p
            .kids(root)
            .find(|&k| matches!(self.p.rel(k), Deprel::Nsubj | Deprel::NsubjPass))?;
        self.known(subject).or_else(|| {
            (self.p.upos(subject) == Upos::Propn)
                .then(|| self.add(subject))
                .flatten()
        })
    }

    /// A new entity for a noun phrase that the actors do not know.
    fn add(&mut self, head: usize) -> Option<Party> {
        let p = self.p;
        if matches!(
            p.upos(head),
            Upos::Verb | Upos::Aux | Upos::Punct | Upos::Adp | Upos::Sconj
        ) {
            return None;
        }
        // The noun phrase without relative clause, apposition and what else hangs behind.
        let sub = p.subtree(head);
        let mut a = sub.start.max(head.saturating_sub(15));
        let mut b = sub.end.min(head + 20);
        for k in p.kids(head) {
            let cut = matches!(
                p.rel(k),
                Deprel::AclRelcl
                    | Deprel::Acl
                    | Deprel::Appos
                    | Deprel::Parataxis
                    | Deprel::Punct
                    | Deprel::Advcl
                    | Deprel::Dep
                    | Deprel::Conj
                    | Deprel::Cc
            );
            let r = p.subtree(k);
            if cut && k > head && r.start > head {
                b = b.min(r.start);
            }
            if k < head
                && matches!(
                    p.rel(k),
                    Deprel::Punct | Deprel::Cc | Deprel::Case | Deprel::Mark
                )
            {
                a = a.max(r.end.min(head));
            }
        }
        let b = b.max(head + 1);
        let s = p.text.sentences()[p.text.sentence_of(head)].range();
        let (a, b) = (a.max(s.start), b.min(s.end));
        let mut b = b;
        while b > head + 1 && !p.form(b - 1).contains(char::is_alphanumeric) {
            b -= 1;
        }
        let span = p.text.span_of(a..b);
        let label = span
            .of(p.text.raw())
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        if label.is_empty() || !label.contains(char::is_alphanumeric) {
            return None;
        }
        let proper = p.upos(head) == Upos::Propn;
        let person = p.named.binary_search_by(|n| {
            if (n.tokens.end as usize) <= head {
                std::cmp::Ordering::Less
            } else if n.tokens.start as usize > head {
                std::cmp::Ordering::Greater
            } else {
                std::cmp::Ordering::Equal
            }
        });
        let kind = match person.ok().map(|i| p.named[i].kind) {
            Some(gesta_parse::EntityKind::Per) => EntityKind::Person,
            Some(gesta_parse::EntityKind::Org) => EntityKind::Organization,
            _ => EntityKind::Other,
        };
        let indefinite = p
            .kids_by(head, Deprel::Det)
            .any(|k| matches!(lower(p, k).as_str(), "a" | "an" | "another" | "some"));
        let key = label.to_lowercase();
        let entity = match self.added.get(&key) {
            Some(&e) if !indefinite => e,
            _ => {
                let name = proper.then(|| match person.ok().map(|i| &p.named[i]) {
                    Some(n) => p
                        .text
                        .span_of(n.tokens.start as usize..n.tokens.end as usize)
                        .of(p.text.raw())
                        .to_owned(),
                    None => label.clone(),
                });
                let e = self.actors.add_entity(Entity {
                    kind,
                    name,
                    label,
                    country: None,
                    org: None,
                    sector: None,
                    sectors: Vec::new(),
                    office: None,
                    wikidata: None,
                    mentions: Vec::new(),
                });
                self.added.insert(key, e);
                e
            }
        };
        let m = self.actors.add_mention(Mention {
            span,
            tokens: a as u32..b as u32,
            head: head as u32,
            form: if proper { Form::Name } else { Form::Nominal },
            entities: vec![entity],
            size: None,
        });
        self.by_head[head] = m + 1;
        Some(Party {
            entity,
            span: Some(span),
        })
    }

    /// "I" and "we" in somebody's words are that speaker, "you" is whoever is addressed; outside quotations they are
    /// the document's author.
    fn pronouns(&mut self, pass: &Pass, out: &[Statement]) {
        let todo: Vec<(u32, Span, usize)> = self
            .actors
            .mentions
            .iter()
            .enumerate()
            .filter(|(_, m)| m.form == Form::Pronoun && m.entities.is_empty())
            .map(|(i, m)| (i as u32, m.span, m.head as usize))
            .collect();
        for (m, span, head) in todo {
            if head >= self.p.len() {
                continue;
            }
            let word = lower(self.p, head);
            let (one, two) = (first_person(&word), second_person(&word));
            if !one && !two {
                continue;
            }
            let until = out.partition_point(|s| s.content[0].start <= span.start);
            let holder = out[..until].iter().rev().take(BACK).find(|s| {
                s.holds(span)
                    && (s.form == StatementForm::Direct
                        || (s.form == StatementForm::Mixed && pass.inside[head] != 0))
            });
            let entity = match holder {
                Some(s) if one => s.speaker.as_ref().map(|p| p.entity),
                Some(s) => s.hearer.as_ref().map(|p| p.entity),
                None if one && pass.inside[head] == 0 => self.actors.author,
                None => None,
            };
            if let Some(e) = entity {
                self.actors.bind(m, vec![e]);
            }
        }
    }
}
