//! What cue verbs report: clauses, infinitives, gerunds, names given; by the tree, and by the words where it fails.

use crate::cues::{Hearer, Subject, Takes, Verb};
use crate::find::{Draft, Part, Pass, WINDOW, Who};
use gesta_parse::{Deprel, Upos};
use gesta_text::Span;

impl<'a> Pass<'a> {
    pub(crate) fn verb(&mut self, v: usize) {
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
    pub(crate) fn goes_on(&self, mut b: usize, v: usize) -> usize {
        let p = self.p;
        let s = self.sentence(v);
        for _ in 0..4 {
            let next = (b..s.end).take(3).find(|&i| self.wordlike(i));
            // "… but would wait": a verb without a subject of its own that cannot be the cue's
            if let Some(n) = next.filter(|&n| {
                n + 2 < s.end
                    && matches!(self.text(n), "and" | "but")
                    && p.word(n + 1).xpos == "MD"
                    && self.inside[n] == self.inside[v]
            }) && let Some(k) = p
                .head(n + 1)
                .filter(|&k| k > n && self.subject(k).is_none())
                && p.subtree(k).end > n + 1
            {
                b = p.subtree(k).end.min(s.end);
                continue;
            }
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
    pub(crate) fn clause_behind(&self, v: usize) -> Option<Part> {
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
            if p.upos(i) == Upos::Verb
                && (matches!(p.word(i).xpos, "VBG")
                    || subject.is_none() && matches!(p.word(i).xpos, "VBN" | "VB"))
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
    pub(crate) fn quote_behind(&self, v: usize, e: &Verb) -> Option<Part> {
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
    pub(crate) fn name_behind(&self, v: usize, e: &Verb) -> Option<Part> {
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
    pub(crate) fn complements(&self, v: usize, e: &Verb) -> Vec<Part> {
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
                        && (particle.is_some()
                            || e.particle.is_empty()
                                && (obj.is_some() || passive || e.takes.any(Takes::TO))
                                && !purpose)
                    {
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
    pub(crate) fn on_object(&self, o: usize, e: &Verb) -> Option<usize> {
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

    pub(crate) fn holds_quote(&self, a: usize, b: usize) -> bool {
        (a..b.min(self.inside.len())).take(WINDOW).any(|i| {
            let q = self.inside[i];
            q != 0 && (i == 0 || self.inside[i - 1] != q) && self.given[q as usize - 1].is_none()
        })
    }
}
