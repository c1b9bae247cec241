//! Finds entries' triggers, fills their slots, and weighs what the sentence says of their reality.

use crate::attach::Attach;
use crate::codebook::{Codebook, Needs, Pattern};
use crate::pattern::{Class, Look, Role, SlotPath, Sort, StepSet, Test, Words};
use crate::quiet::{self, Field};
use crate::roles::Roles;
use crate::{Aux, Event, EventType, Layers, Magnitude, Slot, Step, Trace};
use gesta_actor::{EntityKind, Sector};
use gesta_parse::{Deprel as D, Parsed, Upos};
use gesta_text::Span;
use std::borrow::Cow;

/// How far reality is looked for up the tree.
const REACH: usize = 12;

/// The lists that the matcher reads, looked up once.
pub(crate) struct Scope {
    pub light: Words,
    pub object_control: Words,
    implicative: Words,
    future_verbs: Words,
    irrealis: Words,
    negative: Words,
    negators: Words,
    unreal_adjectives: Words,
    pub past_adverbs: Words,
    pub locative: Words,
    pub off_time: Words,
    pub occasion: Words,
    pub past_noun: Words,
    pledge: Words,
    pub deictic: Words,
    pub other_time: Words,
    raising: Words,
    pub force_noun: Words,
    ending: Words,
    referring: Words,
    bystander: Words,
    pub attacker: Words,
    bomb: Words,
    occurring: Words,
    denial: Words,
    pub nature: Words,
    pub done_to_noun: Words,
    pub tame: Words,
    pub blow: Words,
    pub protester: Words,
    pub policy: Words,
    quantity: Words,
}

impl Scope {
    pub fn new(book: &Codebook) -> Self {
        let l = |n: &str| book.list(n);
        Scope {
            light: l("light"),
            object_control: l("object_control"),
            implicative: l("implicative"),
            future_verbs: l("future_verbs"),
            irrealis: l("irrealis"),
            negative: l("negative"),
            negators: l("negators"),
            unreal_adjectives: l("unreal_adjectives"),
            past_adverbs: l("past_adverbs"),
            locative: l("locative"),
            off_time: l("off_time"),
            occasion: l("occasion"),
            past_noun: l("past_noun"),
            pledge: l("pledge"),
            deictic: l("deictic"),
            other_time: l("other_time"),
            raising: l("raising"),
            force_noun: l("force_noun"),
            ending: l("ending"),
            referring: l("referring"),
            bystander: l("bystander"),
            attacker: l("attacker"),
            bomb: l("bomb"),
            occurring: l("occurring"),
            denial: l("denial"),
            nature: l("nature"),
            done_to_noun: l("done_to_noun"),
            tame: l("tame"),
            blow: l("blow"),
            protester: l("protester"),
            policy: l("policy"),
            quantity: l("quantity"),
        }
    }
}

/// What the words around a trigger say of its reality.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Reality {
    pub negated: bool,
    pub future: bool,
    pub hypothetical: bool,
    /// Named only as the content of a wish, request, refusal or purpose.
    pub unreal: bool,
    /// Under a modal of necessity or ability.
    pub modal: bool,
    /// "had …ed": before the time of the story.
    pub perfect_past: bool,
    /// Future only as what is agreed or promised, which is done by saying so.
    pub pledged: bool,
}

pub(crate) struct Run<'a> {
    pub book: &'a Codebook,
    pub scope: &'a Scope,
    pub l: &'a Layers<'a>,
    pub p: &'a Parsed,
    pub roles: Roles<'a>,
    /// Lemma of each token, in small letters; where the codebook does not know it, the word it is a regular form of.
    pub lemma: Vec<Cow<'a, str>>,
    /// Innermost statement that holds each token.
    pub said: Vec<Option<u32>>,
    /// The field, such as sport, that the text is mostly of.
    pub field: Option<&'a Field>,
}

struct Firing<'a> {
    pattern: &'a Pattern,
    token: usize,
    event: Event,
    reality: Reality,
    /// Who and whom may be taken from an earlier telling.
    inherits: bool,
}

impl<'a> Run<'a> {
    pub fn new(book: &'a Codebook, scope: &'a Scope, l: &'a Layers<'a>) -> Self {
        let p = l.parsed;
        let mut said: Vec<Option<u32>> = vec![None; p.len()];
        let mut held: Vec<u32> = vec![u32::MAX; p.len()];
        for (i, s) in l.statements.iter().enumerate() {
            for c in &s.content {
                let from = p.text.tokens().partition_point(|t| t.span.end <= c.start);
                for t in from..p.len() {
                    if p.text.tokens()[t].span.start >= c.end {
                        break;
                    }
                    let len = c.len() as u32;
                    if len < held[t] {
                        held[t] = len;
                        said[t] = Some(i as u32);
                    }
                }
            }
        }
        let lemma = (0..p.len()).map(|t| lemma_of(book, p, t)).collect();
        let roles = Roles {
            p,
            light: &scope.light,
            object_control: &scope.object_control,
        };
        Run {
            book,
            scope,
            l,
            p,
            roles,
            lemma,
            said,
            field: quiet::field(&book.fields, p, l.actors),
        }
    }

    /// Codes the whole document.
    pub fn code(&self, mut traces: Option<&mut Vec<Trace>>) -> Vec<Event> {
        let mut events: Vec<Event> = Vec::new();
        let mut inherits: Vec<bool> = Vec::new();
        let attach = Attach::new(self);
        for s in 0..self.p.text.sentences().len() {
            let mut firings = self.sentence(s, &mut traces);
            self.settle(&mut firings, &mut traces);
            self.tellings(&mut firings);
            for f in firings {
                let mut event = f.event;
                inherits.push(f.inherits);
                attach.fill(&mut event, f.reality);
                if let Some(t) = traces.as_deref_mut() {
                    let trace = t.iter_mut().rev().find(|t| {
                        t.rule == event.rule && t.event.is_none() && t.trigger == event.trigger
                    });
                    if let Some(trace) = trace {
                        trace.event = Some(events.len() as u32);
                    }
                }
                events.push(event);
            }
        }
        let (events, went) = attach.finish(events, &inherits);
        for t in traces.into_iter().flatten() {
            let Some(old) = t.event else { continue };
            t.event = went.get(old as usize).copied().flatten();
            if t.event.is_none() {
                t.steps.push(Step {
                    what: "refused".into(),
                    how: "nobody takes part, or the sentence tells the same already".into(),
                    span: None,
                });
            }
        }
        events
    }

    /// Triggers by word class and lemma alone.
    pub fn vocabulary(&self) -> Vec<(usize, EventType)> {
        let mut out = Vec::new();
        for t in 0..self.p.len() {
            let Some(class) = self.class(t) else { continue };
            let listed = self
                .book
                .by_lemma
                .get(self.lemma[t].as_ref())
                .map_or(&[][..], |v| v.as_slice());
            out.extend(
                listed
                    .iter()
                    .map(|&i| &self.book.patterns[i as usize])
                    .filter(|p| p.when.class == class)
                    .map(|p| (t, p.event)),
            );
        }
        out
    }

    fn class(&self, t: usize) -> Option<Class> {
        match self.p.upos(t) {
            Upos::Verb => Some(Class::Verb),
            Upos::Noun | Upos::Propn => Some(Class::Noun),
            Upos::Adj => Some(Class::Adj),
            _ => None,
        }
    }

    /// All entries that fire in one sentence.
    fn sentence(&self, s: usize, traces: &mut Option<&mut Vec<Trace>>) -> Vec<Firing<'a>> {
        let mut out: Vec<Firing<'a>> = Vec::new();
        for t in self.p.text.sentences()[s].range() {
            let Some(class) = self.class(t) else { continue };
            let lemma = self.lemma[t].as_ref();
            let listed = self
                .book
                .by_lemma
                .get(lemma)
                .map_or(&[][..], |v| v.as_slice());
            let mut matched: Vec<&'a Pattern> = Vec::new();
            for &i in listed.iter().chain(&self.book.any) {
                let pattern = &self.book.patterns[i as usize];
                if pattern.when.class != class {
                    continue;
                }
                match pattern
                    .when
                    .conditions
                    .iter()
                    .find(|c| self.test(t, &c.test) == c.not)
                {
                    None => matched.push(pattern),
                    Some(c) => {
                        if let Some(tr) = traces.as_deref_mut() {
                            let step = Step {
                                what: "refused".into(),
                                how: format!("\"{}\" does not hold", c.text),
                                span: None,
                            };
                            tr.push(Trace {
                                rule: pattern.id.clone(),
                                trigger: vec![self.p.text.tokens()[t].span],
                                event: None,
                                steps: vec![step],
                            });
                        }
                    }
                }
            }
            // The narrowest entry first; of equals the one that stands first in the codebook.
            matched.sort_by_key(|p| std::cmp::Reverse(p.weight));
            let mut taken = false;
            for pattern in matched {
                if taken && !pattern.beside {
                    continue;
                }
                match self.fire(pattern, t, s) {
                    Ok((firing, steps)) => {
                        if let Some(tr) = traces.as_deref_mut() {
                            tr.push(Trace {
                                rule: pattern.id.clone(),
                                trigger: firing.event.trigger.clone(),
                                event: None,
                                steps,
                            });
                        }
                        taken |= !pattern.beside;
                        out.push(firing);
                    }
                    Err(why) => {
                        if let Some(tr) = traces.as_deref_mut() {
                            let step = Step {
                                what: "refused".into(),
                                how: why,
                                span: None,
                            };
                            tr.push(Trace {
                                rule: pattern.id.clone(),
                                trigger: vec![self.p.text.tokens()[t].span],
                                event: None,
                                steps: vec![step],
                            });
                        }
                    }
                }
            }
        }
        out
    }

    fn lemma_has(&self, words: &Words, i: usize) -> bool {
        if words.any {
            return true;
        }
        let lemma = self.lemma[i].as_ref();
        words.has(lemma)
            || words.has(&self.p.form(i).to_lowercase())
            // "troops" has no singular of its own
            || lemma.len() > 4 && lemma.strip_suffix('s').is_some_and(|w| words.has(w))
    }

    /// Whether a condition's test holds at trigger `t`.
    fn test(&self, t: usize, test: &Test) -> bool {
        let p = self.p;
        match test {
            Test::Has(r) => !self.walk(t, r).is_empty(),
            Test::Lemma(r, words) => self.walk(t, r).iter().any(|&k| {
                self.roles
                    .members(k)
                    .iter()
                    .any(|&m| self.lemma_has(words, m))
            }),
            Test::Actor(r) => self
                .walk(t, r)
                .iter()
                .any(|&k| !self.actors_at(k).is_empty()),
            Test::State(r) => self
                .walk(t, r)
                .iter()
                .flat_map(|&k| self.actors_at(k))
                .any(|s| self.l.actors.entities[s.entity as usize].kind == EntityKind::State),
            Test::Actors(r) => {
                let found = self.walk(t, r);
                let all = found.iter().flat_map(|&k| self.actors_at(k));
                let mut ids: Vec<u32> = all.map(|s| s.entity).collect();
                ids.sort_unstable();
                ids.dedup();
                ids.len() > 1
            }
            Test::Behind(r) => self
                .walk(t, r)
                .iter()
                .any(|&k| !self.loose(k, 0).is_empty()),
            Test::Future => self.reality(t).future,
            Test::Negated => self.reality(t).negated,
            Test::Place(r) => self
                .walk(t, r)
                .iter()
                .any(|&k| self.place_country(k).is_some()),
            Test::Sort(r, sort) => {
                let home: Vec<_> = match sort {
                    Sort::Foreign => self
                        .role(t, &Role::Subj)
                        .iter()
                        .flat_map(|&k| self.actors_at(k))
                        .filter_map(|s| s.country)
                        .collect(),
                    _ => vec![],
                };
                self.walk(t, r)
                    .iter()
                    .flat_map(|&k| self.actors_at(k))
                    .any(|s| {
                        use Sector::*;
                        let e = &self.l.actors.entities[s.entity as usize];
                        match sort {
                            Sort::Armed => matches!(e.sector, Some(Mil | Reb | Uaf | Prm)),
                            Sort::Official => {
                                e.kind == EntityKind::State
                                    || matches!(
                                        e.sector,
                                        Some(Gov | Leg | Jud | Cop | Mil | Spy | Igo | Uno | Eur)
                                    )
                            }
                            Sort::Person => {
                                matches!(e.kind, EntityKind::Person | EntityKind::Group)
                            }
                            Sort::Foreign => {
                                !home.is_empty() && s.country.is_some_and(|c| !home.contains(&c))
                            }
                        }
                    })
            }
            Test::Prt(words) => p
                .kids_by(t, D::CompoundPrt)
                .any(|k| words.has(&p.form(k).to_lowercase())),
            // Before its subject it asks or supposes: "should Oslo refuse".
            Test::Aux(words) => p.kids(t).any(|k| {
                matches!(p.rel(k), D::Aux | D::Cop | D::AuxPass)
                    && self.lemma_has(words, k)
                    && !p
                        .kids(t)
                        .any(|s| s > k && s < t && matches!(p.rel(s), D::Nsubj | D::NsubjPass))
            }),
            Test::Mod(words) => p.kids(t).any(|k| {
                matches!(
                    p.rel(k),
                    D::Amod | D::Compound | D::NmodDesc | D::Advmod | D::NmodUnmarked | D::Acl
                ) && self.lemma_has(words, k)
            }),
            Test::Det(words) => p.kids(t).any(|k| {
                matches!(p.rel(k), D::Det | D::DetPredet | D::NmodPoss | D::Nummod)
                    && self.lemma_has(words, k)
            }),
            Test::Under(words) => {
                let h = p.head(t).filter(|_| {
                    matches!(
                        p.rel(t),
                        D::Obj | D::NsubjPass | D::Obl | D::Nsubj | D::Conj | D::Xcomp
                    )
                });
                h.is_some_and(|h| self.lemma_has(words, h))
            }
            Test::Case(words) => words.has(&self.roles.case(t)),
            Test::Itself(r) => self.speaker_of(t).is_some_and(|speaker| {
                let all: Vec<Slot> = self
                    .walk(t, r)
                    .iter()
                    .flat_map(|&k| self.actors_at(k))
                    .collect();
                // a minister speaks for the state and its forces
                let organ =
                    |s: &Slot| matches!(s.sector, Some(Sector::Gov | Sector::Mil | Sector::Igo));
                all.iter().any(|s| {
                    s.entity == speaker.entity
                        || organ(s)
                            && organ(&speaker)
                            && (s.country.is_some() && s.country == speaker.country
                                || s.org.is_some() && s.org == speaker.org)
                })
            }),
            Test::Bare(r) => self.walk(t, r).iter().any(|&k| {
                let aux = |a: usize| matches!(p.rel(a), D::Aux | D::AuxPass | D::Cop);
                let must = p.kids(k).any(|a| {
                    aux(a) && matches!(p.form(a).to_lowercase().as_str(), "must" | "should" | "be")
                });
                // "that the budget include"
                let odd = p.word(k).xpos == "VBP"
                    && p.kids_by(k, D::Nsubj).any(|n| {
                        matches!(p.upos(n), Upos::Noun | Upos::Propn)
                            && !p.word(n).feats.has(gesta_parse::Feats::PLUR)
                            && p.kids_by(n, D::Conj).next().is_none()
                    });
                must || odd || p.word(k).xpos == "VB" && !p.kids(k).any(aux)
            }),
            Test::Order => self.orders(t),
            Test::Relative => p.rel(t) == D::AclRelcl,
            Test::HeadLemma(words) => p.head(t).is_some_and(|h| self.lemma_has(words, h)),
            Test::Quoted => self.said[t].is_some_and(|s| {
                self.l.statements[s as usize].form == gesta_statement::StatementForm::Direct
            }),
            Test::Said => self.said[t].is_some() || self.l.actors.author.is_some(),
            Test::Passive => self.roles.passive(t),
            Test::Active => !self.roles.passive(t),
            Test::Finite => {
                p.word(t).feats.has(gesta_parse::Feats::FIN)
                    || p.kids(t)
                        .any(|k| matches!(p.rel(k), D::Aux | D::Cop | D::AuxPass))
            }
            Test::Plural => p.word(t).feats.has(gesta_parse::Feats::PLUR),
        }
    }

    /// Tokens that a path leads to.
    fn walk(&self, t: usize, steps: &[StepSet]) -> Vec<usize> {
        let mut nodes = vec![t];
        for step in steps {
            nodes = nodes
                .iter()
                .flat_map(|&n| step.iter().flat_map(move |r| self.role(n, r)))
                .take(60)
                .collect();
        }
        nodes
    }

    /// Who does it. "X said that the sale breaks the law, and urged Y to stop it": what a thing cannot do, and the tree gives
    /// to it by coordination, is done by whoever speaks.
    fn subject(&self, t: usize) -> Vec<usize> {
        let own = self.roles.subject(t);
        let p = self.p;
        if p.rel(t) != D::Conj
            || !matches!(p.word(t).xpos, "VBD" | "VBZ" | "VBP")
            || own.iter().any(|&s| self.acts(s))
            || p.kids(t)
                .any(|k| matches!(p.rel(k), D::Nsubj | D::NsubjPass))
        {
            return own;
        }
        let mut clause = t;
        for _ in 0..6 {
            match (p.rel(clause), p.head(clause)) {
                (D::Conj, Some(h)) => clause = h,
                (D::Ccomp, Some(h)) if h < clause => return self.roles.subject(h),
                _ => break,
            }
        }
        own
    }

    /// Whether a nominal names somebody, not a thing.
    fn acts(&self, node: usize) -> bool {
        self.actors_at(node)
            .iter()
            .any(|s| self.l.actors.entities[s.entity as usize].kind != EntityKind::Other)
    }

    /// Tokens that stand in a role to `t`.
    fn role(&self, t: usize, role: &Role) -> Vec<usize> {
        let r = &self.roles;
        match role {
            Role::Subj => self.subject(t),
            Role::Obj => r.object(t),
            Role::Iobj => r.indirect(t),
            // "it is vital that they act"
            Role::Comp if !r.is_verb(t) => r
                .clause(t, &[D::Ccomp, D::Csubj, D::Parataxis, D::Acl, D::Advcl])
                .into_iter()
                .filter(|&k| {
                    self.p
                        .kids(k)
                        .any(|m| matches!(self.p.rel(m), D::Nsubj | D::NsubjPass))
                })
                .collect(),
            Role::Comp => r.clause(t, &[D::Ccomp, D::Parataxis]),
            Role::Inf => {
                let mut out = r.clause(t, &[D::Xcomp, D::Ccomp, D::Advcl, D::Acl, D::Csubj]);
                out.retain(|&k| {
                    self.p
                        .kids_by(k, D::Mark)
                        .any(|m| self.p.form(m).eq_ignore_ascii_case("to"))
                });
                out
            }
            Role::Ing => {
                let mut out = r.clause(t, &[D::Xcomp, D::Ccomp, D::Advcl, D::Obl, D::Acl]);
                out.retain(|&k| {
                    self.p.word(k).xpos == "VBG"
                        || self.p.word(k).feats.has(gesta_parse::Feats::GER)
                });
                out
            }
            Role::Poss => self.p.kids_by(t, D::NmodPoss).collect(),
            Role::Pred => {
                let mut out = r.clause(t, &[D::Xcomp, D::Advcl, D::Obl]);
                // "called the plan a “farce”": the name may hang on what is named
                if let Some(o) = self.p.kid(t, D::Obj).filter(|_| r.is_verb(t)) {
                    out.extend(self.p.kids(o).filter(|&k| {
                        k > o
                            && matches!(
                                self.p.rel(k),
                                D::Appos | D::Amod | D::Acl | D::NmodUnmarked
                            )
                    }));
                }
                out
            }
            Role::If | Role::Unless => {
                let word = if *role == Role::If { "if" } else { "unless" };
                let mut out = r.clause(t, &[D::Advcl]);
                out.retain(|&k| {
                    self.p
                        .kids_by(k, D::Mark)
                        .any(|m| self.p.form(m).eq_ignore_ascii_case(word))
                });
                out
            }
            Role::Prep(words) => r.preps(t, &|c| words.has(c)),
            Role::Agent => r.whose(t).into_iter().take(1).flatten().collect(),
            Role::Mod => self
                .p
                .kids(t)
                .filter(|&k| matches!(self.p.rel(k), D::Amod | D::Compound | D::NmodDesc))
                .collect(),
            Role::Head => self.p.head(t).into_iter().collect(),
            Role::Xcomp => r.clause(t, &[D::Xcomp]),
            Role::Itself => vec![t],
            Role::Neg => self
                .p
                .kids_by(t, D::Advmod)
                .filter(|&k| self.scope.negators.has(self.p.lemma(k)))
                .collect(),
            // in slots `follow` knows them; here, for a test of the word, only one named in the text
            Role::Speaker => self.said[t]
                .and_then(|s| self.l.statements[s as usize].speaker.as_ref())
                .and_then(|x| x.span)
                .and_then(|x| self.head_in(x))
                .into_iter()
                .collect(),
            Role::Hearer => vec![],
        }
    }

    /// Whose words `t` stands in: the innermost statement's speaker, else the text's author.
    fn speaker_of(&self, t: usize) -> Option<Slot> {
        match self.said[t] {
            Some(s) => {
                let party = self.l.statements[s as usize].speaker.as_ref()?;
                Some(self.slot_of(party.entity, party.span))
            }
            None => self.l.actors.author.map(|a| self.slot_of(a, None)),
        }
    }

    /// "Release them", "let us meet": an imperative in somebody's words.
    fn orders(&self, t: usize) -> bool {
        let p = self.p;
        p.word(t).xpos == "VB"
            && matches!(p.rel(t), D::Root | D::Ccomp | D::Parataxis | D::Conj)
            && !p.kids(t).any(|k| {
                matches!(
                    p.rel(k),
                    D::Nsubj | D::NsubjPass | D::Aux | D::Mark | D::AuxPass
                ) && !matches!(self.lemma[k].as_ref(), "do")
            })
            && (p.rel(t) != D::Conj || p.head(t).is_some_and(|h| self.orders(h)))
    }

    pub fn slot_of(&self, entity: u32, span: Option<Span>) -> Slot {
        let e = &self.l.actors.entities[entity as usize];
        Slot {
            entity,
            span,
            country: e.country,
            org: e.org.clone(),
            sector: e.sector,
        }
    }

    /// The token of a short span that hangs on one outside it.
    fn head_in(&self, s: Span) -> Option<usize> {
        let last = self.token_at(s)?;
        let tokens = self.p.text.tokens();
        let first = (0..=last.min(30))
            .map(|back| last - back)
            .take_while(|&i| tokens[i].span.start >= s.start)
            .last()?;
        (first..=last).find(|&i| self.p.head(i).is_none_or(|h| h < first || h > last))
    }

    /// The last token of a span.
    pub fn token_at(&self, s: Span) -> Option<usize> {
        let tokens = self.p.text.tokens();
        let after = tokens.partition_point(|t| t.span.end <= s.end);
        after.checked_sub(1)
    }

    fn mention_slots(&self, m: u32) -> Vec<Slot> {
        let m = &self.l.actors.mentions[m as usize];
        m.entities
            .iter()
            .map(|&e| self.slot_of(e, Some(m.span)))
            .collect()
    }

    /// Actors that a nominal names, members of a coordination included.
    pub fn actors_at(&self, node: usize) -> Vec<Slot> {
        let mut out = Vec::new();
        for m in self.roles.members(node) {
            // nobody, or a thing that goes off ("a VBIED")
            if self.nobody(m) || self.scope.bomb.has(&self.lemma[m]) {
                continue;
            }
            if let Some(i) = self.l.actors.headed_by(m) {
                out.extend(self.mention_slots(i));
                self.other_sides(m, &mut out);
                self.examples(m, &mut out);
            } else if self.scope.quantity.has(&self.lemma[m]) {
                // "thousands of people", "a group of soldiers": they
                let counted = |m: usize| {
                    let mut of = self.p.kids_by(m, D::Nmod);
                    of.find(|&k| self.p.case(k).eq_ignore_ascii_case("of"))
                };
                let mut k = counted(m);
                // "tens of thousands of people"
                if let Some(inner) = k.filter(|&k| self.scope.quantity.has(&self.lemma[k])) {
                    k = counted(inner).or(k);
                }
                if let Some(i) = k.and_then(|k| self.l.actors.headed_by(k)) {
                    out.extend(self.mention_slots(i));
                }
            }
        }
        out
    }

    /// "No group has claimed the attack": a nominal that says that there is none.
    fn nobody(&self, node: usize) -> bool {
        matches!(self.lemma[node].as_ref(), "nobody" | "none" | "neither")
            || self.p.kids(node).any(|k| {
                matches!(self.p.rel(k), D::Det | D::DetPredet)
                    && matches!(self.p.lemma(k), "no" | "neither")
                    // "not one soldier"
                    || k < node
                        && (self.p.lemma(k) == "not"
                            || self.p.lemma(k) == "one" && self.p.kids(k).any(|m| self.p.lemma(m) == "not"))
            })
    }

    /// "Norwegian and Kenyan officials", "the presidents of Peru and Chile": the nominal has one mention, of the side that
    /// is named first; those of the other sides are known by their states.
    fn other_sides(&self, node: usize, out: &mut Vec<Slot>) {
        let p = self.p;
        // "Norwegian and Kenyan police", but "a Norwegian and Kenyan citizen"
        let plural = p.word(node).feats.has(gesta_parse::Feats::PLUR);
        let one = || {
            p.kids(node)
                .any(|k| matches!(p.lemma(k), "a" | "an" | "one"))
        };
        if !out.iter().any(|s| s.country.is_some()) || !plural && one() {
            return;
        }
        for k in p.kids(node) {
            let names = match p.rel(k) {
                D::Amod | D::Compound | D::NmodPoss => true,
                D::Nmod if plural => matches!(p.case(k).as_str(), "of" | "from" | "in"),
                _ => false,
            };
            if !names || p.kids_by(k, D::Conj).next().is_none() {
                continue;
            }
            for m in self.roles.members(k) {
                let Some(i) = self.l.actors.headed_by(m) else {
                    continue;
                };
                for s in self.mention_slots(i) {
                    let state = self.l.actors.entities[s.entity as usize].kind == EntityKind::State;
                    if state && s.country.is_some() && !out.iter().any(|o| o.country == s.country) {
                        // "police from Kenya and Norway": police of both
                        let sector = out.last().and_then(|o| o.sector).or(s.sector);
                        out.push(Slot { sector, ..s });
                    }
                }
            }
        }
    }

    /// The country of the toponym that token `k` heads.
    fn place_country(&self, k: usize) -> Option<gesta_text::Country> {
        let at = self.p.text.tokens()[k].span;
        let i = self.l.places.partition_point(|x| x.span.end <= at.start);
        let place = self.l.places.get(i).filter(|x| x.span.start <= at.start)?;
        place.country
    }

    /// The state in which the place at `node` lies, where the text names the state or one of its people.
    fn state_of_place(&self, node: usize) -> Vec<Slot> {
        let mut out = Vec::new();
        for m in self.roles.members(node) {
            let Some(country) = self.place_country(m) else {
                continue;
            };
            let entities = &self.l.actors.entities;
            let found = entities
                .iter()
                .position(|e| e.country == Some(country) && e.kind == EntityKind::State)
                .or_else(|| entities.iter().position(|e| e.country == Some(country)));
            if let Some(e) = found {
                out.push(Slot {
                    sector: Some(Sector::Gov),
                    ..self.slot_of(e as u32, Some(self.p.text.tokens()[m].span))
                });
            }
        }
        out
    }

    /// "regional countries, including Norway", "allies such as Kenya": those who are named as examples take part too.
    fn examples(&self, m: usize, out: &mut Vec<Slot>) {
        for k in self.p.kids_by(m, D::Nmod).filter(|&k| k > m) {
            let case = self.p.case(k);
            if !matches!(case.as_str(), "including" | "such as" | "like" | "notably") {
                continue;
            }
            for k in self.roles.members(k) {
                let named = self.l.actors.headed_by(k).map(|i| self.mention_slots(i));
                for s in named.into_iter().flatten() {
                    if !out.iter().any(|o| o.entity == s.entity) {
                        out.push(s);
                    }
                }
            }
        }
    }

    /// As [`Run::actors_at`], and if nobody is named there, whoever is behind the thing.
    fn loose(&self, node: usize, depth: usize) -> Vec<Slot> {
        let strict = self.actors_at(node);
        if !strict.is_empty() || depth > 2 {
            return strict;
        }
        // "the bombing of a school": whose it is stands elsewhere
        let done_to = self.scope.done_to_noun.has(&self.lemma[node]);
        let befalls = |k: usize| done_to && self.p.head(k) == Some(node) && self.p.case(k) == "of";
        for group in self.roles.whose(node) {
            let found: Vec<Slot> = group
                .iter()
                .flat_map(|&k| {
                    if self.roles.is_verb(k) || befalls(k) {
                        vec![]
                    } else {
                        self.actors_at(k)
                    }
                })
                .collect();
            if !found.is_empty() {
                return found;
            }
        }
        for k in self.roles.preps(node, &|c| matches!(c, "of" | "by")) {
            let found = if self.roles.is_verb(k) || befalls(k) {
                vec![]
            } else {
                self.loose(k, depth + 1)
            };
            if !found.is_empty() {
                return found;
            }
        }
        vec![]
    }

    /// A slot that only names the writer's "it" or a thing that speaks is nobody.
    fn real(&self, x: &Slot) -> bool {
        let e = &self.l.actors.entities[x.entity as usize];
        e.kind != EntityKind::Other || e.country.is_some() || e.org.is_some()
    }

    fn fill(&self, t: usize, slot: &SlotPath) -> (Vec<Slot>, String) {
        for alternative in &slot.alternatives {
            let mut out: Vec<Slot> = Vec::new();
            for path in alternative {
                let found = self.follow(t, &path.steps, path.look);
                for s in found {
                    if self.real(&s) && !out.iter().any(|o| o.entity == s.entity) {
                        out.push(s);
                    }
                }
            }
            if !out.is_empty() {
                return (out, String::new());
            }
        }
        (vec![], "nobody found".into())
    }

    /// What a speech act is about: its object, else the phrase after "over", "about", "at"…
    pub fn topic(&self, t: usize) -> Option<usize> {
        let about = |c: &str| {
            matches!(
                c,
                "over"
                    | "about"
                    | "at"
                    | "by"
                    | "with"
                    | "of"
                    | "on"
                    | "for"
                    | "to"
                    | "into"
                    | "against"
            )
        };
        let r = &self.roles;
        let object = r.object(t).into_iter().next();
        // "express concern over", "made a statement on": the noun only carries it
        let carried = object.and_then(|o| {
            r.preps(o, &about)
                .into_iter()
                .next()
                .filter(|_| self.scope.light.has(&self.lemma[t]))
        });
        carried
            .or(object)
            .or_else(|| r.preps(t, &about).into_iter().next())
    }

    fn follow(&self, t: usize, steps: &[StepSet], look: Look) -> Vec<Slot> {
        let statement = self.said[t].map(|s| &self.l.statements[s as usize]);
        let first = steps.first().and_then(|s| s.first());
        if let Some(Role::Speaker) = first {
            let party = statement.and_then(|s| s.speaker.as_ref());
            return match party {
                Some(p) => vec![self.slot_of(p.entity, p.span)],
                None => self
                    .l
                    .actors
                    .author
                    .filter(|_| statement.is_none())
                    .map(|a| self.slot_of(a, None))
                    .into_iter()
                    .collect(),
            };
        }
        if let Some(Role::Hearer) = first {
            return statement
                .and_then(|s| s.hearer.as_ref())
                .map(|p| self.slot_of(p.entity, p.span))
                .into_iter()
                .collect();
        }
        let mut found: Vec<Slot> = self
            .walk(t, steps)
            .into_iter()
            .flat_map(|n| match look {
                Look::Loose => self.loose(n, 0),
                Look::Place => self.state_of_place(n),
                Look::Strict | Look::First => self.actors_at(n),
            })
            .collect();
        if look == Look::First {
            found.truncate(1);
        }
        found
    }

    fn fire(
        &self,
        pattern: &'a Pattern,
        t: usize,
        s: usize,
    ) -> Result<(Firing<'a>, Vec<Step>), String> {
        let (mut actor, how_a) = self.fill(t, &pattern.actor);
        let (mut recipient, how_r) = self.fill(t, &pattern.recipient);
        recipient.retain(|r| !actor.iter().any(|a| a.entity == r.entity));
        // Who speaks for a state does not address it as another: "Norway must stand firm".
        if pattern.actor.of_speaker() {
            recipient.retain(|r| {
                self.l.actors.entities[r.entity as usize].kind != EntityKind::State
                    || r.country.is_none()
                    || !actor.iter().any(|a| a.country == r.country)
            });
        }
        // "terrorist attacks": a word of kind before the noun names nobody.
        actor.retain(|x| {
            x.country.is_some()
                || x.org.is_some()
                || !x.span.and_then(|s| self.token_at(s)).is_some_and(|h| {
                    matches!(self.p.rel(h), D::Amod | D::Compound) && self.p.head(h) == Some(t)
                })
        });
        let barred = |x: &Slot| x.sector.is_some_and(|s| pattern.without.contains(&s));
        let idle = |x: &Slot| x.sector.is_some_and(|s| pattern.actor_without.contains(&s));
        if actor.iter().chain(&recipient).any(barred) || actor.iter().any(idle) {
            return Err("one takes part whom the entry leaves out".into());
        }
        let mut parties = actor.iter().chain(&recipient).peekable();
        // Crowds make politics of what they do together.
        let crowd = pattern.event == EventType::Protest;
        if parties.peek().is_some() && !crowd && !parties.any(public) {
            return Err("nobody of public life takes part".into());
        }
        if let Some(why) = self.quiet(t, pattern.event, &actor, &recipient) {
            return Err(why);
        }
        let ok = match pattern.needs {
            Needs::Any => !actor.is_empty() || !recipient.is_empty(),
            Needs::Actor => !actor.is_empty(),
            Needs::Recipient => !recipient.is_empty(),
            Needs::Both => !actor.is_empty() && !recipient.is_empty(),
        };
        let inherits = pattern.inherit
            && (actor.is_empty() || recipient.is_empty())
            && self.names_a_telling(t, pattern.event);
        if !ok && !inherits {
            return Err(format!(
                "it needs {:?}, but actor: {}, recipient: {}",
                pattern.needs,
                if actor.is_empty() { &how_a } else { "found" },
                if recipient.is_empty() {
                    &how_r
                } else {
                    "found"
                }
            ));
        }
        let reality = self.reality(t);
        if reality.unreal && !pattern.irrealis {
            return Err(
                "it stands only as the content of a wish, request, refusal or purpose".into(),
            );
        }
        // "is committed to defeating them" tells a policy, neither a deed nor a threat.
        let bound = governor(self.p, t).is_some_and(|h| {
            matches!(
                self.lemma[h].as_ref(),
                "commit" | "dedicate" | "devote" | "determined"
            )
        });
        if bound && reality.future && pattern.event == EventType::Assault {
            return Err("it is only what somebody is committed to".into());
        }
        let mut event = pattern.event;
        let mut mode = pattern.mode.clone();
        let mut aux = pattern.aux.clone();
        if reality.negated && !pattern.modal && !aux.contains(&Aux::Negation) {
            aux.push(Aux::Negation);
        }
        if (reality.hypothetical || reality.modal) && !pattern.modal {
            aux.push(Aux::Hypothetical);
        }
        if reality.future && !pattern.modal {
            let change = self.book.future.iter().find(|f| {
                f.from == event
                    && (f.when_mode.is_empty() || f.when_mode.iter().any(|m| mode.contains(m)))
            });
            match change {
                Some(f) => {
                    if f.to != event {
                        mode = f.mode.clone();
                    }
                    event = f.to;
                    let spoken = f.reported && self.said[t].is_some() && !self.told_indirectly(t);
                    if f.aux && !reality.pledged && !spoken {
                        aux.push(Aux::Future);
                    }
                }
                None => aux.push(Aux::Future),
            }
        }
        for m in self.book.means.iter().filter(|m| m.event == event) {
            if !mode.contains(&m.mode) && self.near(t, &m.words) {
                mode.push(m.mode);
            }
        }
        aux.sort();
        aux.dedup();
        let steps = self.steps(&actor, &recipient, reality);
        let event = Event {
            event,
            mode,
            context: pattern.context.clone(),
            trigger: self.trigger(t, pattern),
            token: t as u32,
            sentence: s as u32,
            attribution: self.attribution(t, event, &actor),
            actor,
            recipient,
            date: None,
            place: None,
            aux,
            magnitude: Magnitude::default(),
            same_as: None,
            confidence: pattern.confidence,
            rule: pattern.id.clone(),
        };
        Ok((
            Firing {
                pattern,
                token: t,
                event,
                reality,
                inherits,
            },
            steps,
        ))
    }

    /// Whether the clause names an act that was told before: "the strike", "in the attack", "five strikes destroyed".
    fn names_a_telling(&self, t: usize, event: EventType) -> bool {
        let p = self.p;
        // who forbids is told elsewhere in the report
        if event == EventType::Coerce {
            return self.roles.passive(t);
        }
        // protests are told by their time and place; the crowd stands elsewhere
        if event == EventType::Protest && p.upos(t) == Upos::Noun {
            return !matches!(p.rel(t), D::Compound | D::Amod);
        }
        let definite = |i: usize| {
            p.kids(i).any(|k| {
                matches!(p.rel(k), D::Det | D::Nummod)
                    && !matches!(self.lemma[k].as_ref(), "a" | "an" | "no" | "any" | "every")
            })
        };
        // "This is appalling", "called the decision a disgrace": what was told just before
        let verb = self.roles.is_verb(t);
        if self.p.kids(t).any(|k| {
            let lemma = self.lemma[k].as_ref();
            let here = if verb {
                matches!(p.rel(k), D::Obj | D::NsubjPass)
                    || event == EventType::Accuse && p.rel(k) == D::Nsubj
            } else {
                p.rel(k) == D::Nsubj
            };
            here && (matches!(lemma, "this" | "that" | "these" | "it")
                || !verb && self.scope.force_noun.has(lemma)
                || self.scope.referring.has(lemma)
                    && (definite(k) || p.kid(k, D::NmodPoss).is_some()))
        }) {
            return true;
        }
        if self.scope.force_noun.has(&self.lemma[t]) && p.upos(t) == Upos::Noun {
            let det = |words: &[&str]| {
                p.kids(t)
                    .any(|k| p.rel(k) == D::Det && words.contains(&self.lemma[k].as_ref()))
            };
            let part =
                matches!(p.rel(t), D::Compound | D::Amod) || det(&["no", "any", "every", "each"]);
            // one that only refers back and adds nothing is no telling of its own
            let bare = event == EventType::Assault
                && !p.kids(t).any(|k| {
                    matches!(
                        p.rel(k),
                        D::Nmod | D::NmodPoss | D::NmodUnmarked | D::Acl | D::AclRelcl | D::Nummod
                    )
                })
                && !matches!(p.rel(t), D::Nsubj | D::NsubjPass | D::Obj)
                && !p.head(t).is_some_and(|h| {
                    // blame adds who did it
                    matches!(p.lemma(h), "blame" | "attribute" | "ascribe")
                        || p.kids(h).any(|k| {
                            matches!(p.rel(k), D::OblUnmarked) || p.kid(k, D::Nummod).is_some()
                        })
                });
            return !part
                && !bare
                && (definite(t)
                    || p.kids(t)
                        .any(|k| matches!(p.rel(k), D::Nmod | D::NmodPoss | D::NmodUnmarked))
                    || matches!(p.rel(t), D::Nsubj | D::NsubjPass) && !det(&["a", "an"]));
        }
        // "claimed responsibility": for what was told
        if p.kid(t, D::Obj)
            .is_some_and(|o| self.lemma[o] == "responsibility")
        {
            return true;
        }
        p.kids(t).any(|k| {
            // "a bomb killed five" is told for the first time
            let new = p
                .kids_by(k, D::Det)
                .any(|d| matches!(self.lemma[d].as_ref(), "a" | "an" | "another"));
            let role = matches!(p.rel(k), D::Nsubj) && !new
                || (matches!(p.rel(k), D::Obl | D::OblAgent) && definite(k));
            role && (self.scope.force_noun.has(&self.lemma[k])
                || self.scope.bomb.has(&self.lemma[k]))
        })
    }

    fn steps(&self, actor: &[Slot], recipient: &[Slot], reality: Reality) -> Vec<Step> {
        let mut steps = Vec::new();
        for (what, slots) in [("actor", actor), ("recipient", recipient)] {
            for s in slots {
                let e = &self.l.actors.entities[s.entity as usize];
                steps.push(Step {
                    what: what.into(),
                    how: e.label.clone(),
                    span: s.span,
                });
            }
        }
        if reality != Reality::default() {
            steps.push(Step {
                what: "reality".into(),
                how: format!("{reality:?}"),
                span: None,
            });
        }
        steps
    }

    /// The words that carry the event: the trigger with its particle, negation left out.
    fn trigger(&self, t: usize, pattern: &Pattern) -> Vec<Span> {
        let tokens = self.p.text.tokens();
        let mut ids = vec![t];
        ids.extend(self.p.kids_by(t, D::CompoundPrt));
        for c in &pattern.when.conditions {
            if let (false, Test::Lemma(steps, words)) = (c.not, &c.test)
                && let [step] = steps.as_slice()
                && matches!(step.as_slice(), [Role::Obj | Role::Inf])
            {
                ids.extend(
                    self.walk(t, steps)
                        .into_iter()
                        .filter(|&k| self.lemma_has(words, k)),
                );
            }
            if let (false, Test::Mod(words)) = (c.not, &c.test) {
                ids.extend(self.p.kids(t).filter(|&k| self.lemma_has(words, k)));
            }
        }
        ids.sort_unstable();
        ids.dedup();
        let mut out: Vec<Span> = Vec::new();
        for i in ids {
            match out.last_mut() {
                Some(last)
                    if i > 0 && tokens[i - 1].span == *last || out_end_is(last, tokens, i) =>
                {
                    *last = last.cover(tokens[i].span)
                }
                _ => out.push(tokens[i].span),
            }
        }
        out
    }

    /// Whether one of `words` stands near the trigger: among its dependents, or at the noun or verb that it hangs on.
    fn near(&self, t: usize, words: &Words) -> bool {
        let has = |i: usize| self.lemma_has(words, i);
        if has(t) || self.p.kids(t).any(|k| has(k) || self.p.kids(k).any(has)) {
            return true;
        }
        match self.p.head(t) {
            Some(h)
                if matches!(
                    self.p.rel(t),
                    D::Obj
                        | D::Obl
                        | D::Nmod
                        | D::Compound
                        | D::Xcomp
                        | D::Acl
                        | D::Advcl
                        | D::NsubjPass
                        | D::Nsubj
                ) =>
            {
                has(h)
                    || (self.p.upos(h) == Upos::Noun || self.scope.light.has(self.p.lemma(h)))
                        && self.p.kids(h).any(has)
            }
            _ => false,
        }
    }

    /// Statements that hold the trigger, outermost first, less the one in which the actor itself performs the act by
    /// speaking.
    fn attribution(&self, t: usize, event: EventType, actor: &[Slot]) -> Vec<u32> {
        let mut chain = Vec::new();
        let deed = (!is_verbal(event)).then(|| self.deed_told(t)).flatten();
        let mut at = deed.or(self.said[t]);
        while let Some(s) = at {
            if chain.contains(&s) || chain.len() > 8 {
                break;
            }
            chain.push(s);
            at = self.l.statements[s as usize].within;
        }
        // "He announced Iraq's readiness": the cue itself is the trigger, and another one than the speaker acts.
        if chain.is_empty()
            && let Some(cue) = self.cue_at(t)
            && let Some(speaker) = &self.l.statements[cue as usize].speaker
            && !actor.is_empty()
            && !actor.iter().any(|a| a.entity == speaker.entity)
        {
            chain.push(cue);
        }
        if is_verbal(event)
            && !self.reports_own(t, event, chain.first().copied())
            && let Some(&inner) = chain.first()
            && let Some(speaker) = &self.l.statements[inner as usize].speaker
            && actor
                .iter()
                .any(|a| self.speaks_for(speaker.entity, a.entity))
        {
            chain.remove(0);
        }
        chain.reverse();
        chain
    }

    /// Whether who speaks is the actor, or the judge who speaks for the court that acts.
    fn speaks_for(&self, speaker: u32, actor: u32) -> bool {
        let (s, a) = (
            &self.l.actors.entities[speaker as usize],
            &self.l.actors.entities[actor as usize],
        );
        let body = !matches!(a.kind, EntityKind::Person | EntityKind::Other);
        speaker == actor
            || body
                && s.country == a.country
                && s.sector == Some(Sector::Jud)
                && a.sector == Some(Sector::Jud)
    }

    /// Whether somebody tells in his own words what he did or will do, other than by these words: "We proposed a bill",
    /// "she had asked for it", "we will work together".
    fn reports_own(&self, t: usize, event: EventType, statement: Option<u32>) -> bool {
        let Some(s) = statement.map(|s| &self.l.statements[s as usize]) else {
            return false;
        };
        // An accusation is made by telling it, in whatever tense.
        if event == EventType::Accuse {
            return false;
        }
        let p = self.p;
        // "will continue to support": the tense is that of the verb above
        let mut v = t;
        for _ in 0..3 {
            match (p.rel(v), p.head(v)) {
                (D::Xcomp | D::Conj, Some(h)) if p.kid(v, D::Aux).is_none() => v = h,
                _ => break,
            }
        }
        let aux = |words: &[&str]| {
            p.kids_by(v, D::Aux)
                .any(|k| words.contains(&p.form(k).to_lowercase().as_str()))
        };
        let told_words = s.form != gesta_statement::StatementForm::Indirect;
        let past = p.word(t).xpos == "VBD" || aux(&["have", "has", "had", "'ve"]);
        let will = event == EventType::Agree && aux(&["will", "'ll", "shall"]);
        aux(&["had"]) || will || told_words && past
    }

    /// The statement that tells the deed at `t` by naming it: "claimed responsibility for the raid", "a raid claimed by
    /// …", "confirmed the raid".
    fn deed_told(&self, t: usize) -> Option<u32> {
        let p = self.p;
        let sentence = p.text.sentence_of(t) as u32;
        let from = self.l.statements.partition_point(|s| s.sentence < sentence);
        let near = self.l.statements[from..]
            .iter()
            .take_while(|s| s.sentence == sentence)
            .take(64);
        near.enumerate()
            .filter(|(_, s)| s.content.is_empty())
            .find(|(_, s)| {
                let Some(cue) = s.cue_token.map(|c| c as usize) else {
                    return false;
                };
                cue == t
                    || p.head(cue) == Some(t) && matches!(p.rel(cue), D::Acl | D::AclRelcl)
                    || p.kids(cue).any(|k| {
                        let object = match p.rel(k) {
                            D::Obj => true,
                            D::NsubjPass => self.roles.passive(cue),
                            D::Obl => p.kid(cue, D::Obj).is_some() && p.case(k) == "for",
                            _ => false,
                        };
                        object && self.names(t, k)
                    })
            })
            .map(|(i, _)| (from + i) as u32)
    }

    /// Whether `t` heads the noun phrase of `k`, or stands in it without a clause between.
    fn names(&self, t: usize, k: usize) -> bool {
        let mut i = t;
        for _ in 0..6 {
            if i == k {
                return true;
            }
            if self.roles.is_verb(i) && !matches!(self.p.rel(i), D::Acl | D::Amod) {
                return false;
            }
            match (self.p.rel(i), self.p.head(i)) {
                (D::Nmod | D::Conj | D::Compound | D::Appos | D::NmodPoss | D::Acl, Some(h)) => {
                    i = h
                }
                _ => return false,
            }
        }
        false
    }

    /// The statement whose cue is token `t`.
    fn cue_at(&self, t: usize) -> Option<u32> {
        let sentence = self.p.text.sentence_of(t) as u32;
        let from = self.l.statements.partition_point(|s| s.sentence < sentence);
        let near = self.l.statements[from..]
            .iter()
            .take_while(|s| s.sentence == sentence);
        near.enumerate()
            .find(|(_, s)| s.cue_token == Some(t as u32))
            .map(|(i, _)| (from + i) as u32)
    }

    fn told_indirectly(&self, i: usize) -> bool {
        self.said[i].is_some_and(|s| {
            self.l.statements[s as usize].form != gesta_statement::StatementForm::Direct
        })
    }

    /// What the words around token `t` say of its reality.
    pub fn reality(&self, t: usize) -> Reality {
        let p = self.p;
        let mut r = Reality::default();
        let mut i = t;
        let mut own_subject = false;
        for step in 0..REACH {
            let clausal = self.roles.is_verb(i)
                || p.kids(i)
                    .any(|k| matches!(p.rel(k), D::Cop | D::Nsubj | D::NsubjPass));
            for k in p.kids(i) {
                let lemma = p.lemma(k);
                match p.rel(k) {
                    D::Advmod
                        if self.scope.negators.has(lemma)
                            || self.scope.negators.has(&p.form(k).to_lowercase()) =>
                    {
                        r.negated ^= true
                    }
                    D::Det if lemma == "no" => r.negated = true,
                    D::Nsubj | D::NsubjPass if clausal && !own_subject && self.nobody(k) => {
                        r.negated ^= true
                    }
                    // "expressed no regret", "reached no agreement"
                    D::Obj
                        if step == 0
                            && p.kids(k).any(|d| p.rel(d) == D::Det && p.lemma(d) == "no") =>
                    {
                        r.negated = true
                    }
                    // "Will they take part?"
                    D::Aux
                        if clausal
                            && p.rel(i) == D::Root
                            && p.kids(i).any(|s| {
                                s > k && s < i && matches!(p.rel(s), D::Nsubj | D::NsubjPass)
                            })
                            && p.kids(i).any(|q| p.rel(q) == D::Punct && p.form(q) == "?") =>
                    {
                        r.hypothetical = true
                    }
                    D::Aux | D::Cop if clausal => {
                        match (lemma, p.form(k).to_lowercase().as_str()) {
                            // "said it would": the future of a told past; elsewhere a supposition
                            ("will" | "shall", "would" | "should") | ("would", _) => {
                                if self.told_indirectly(i) {
                                    r.future = true;
                                } else {
                                    r.hypothetical = true;
                                }
                            }
                            ("will" | "shall" | "'ll", _) | (_, "'ll" | "wo" | "will") => {
                                r.future = true
                            }
                            ("could" | "might" | "may" | "can", _)
                            | (_, "could" | "might" | "may" | "can" | "ca") => r.modal = true,
                            ("should" | "must" | "ought", _) | (_, "should" | "must") => {
                                r.modal = true
                            }
                            ("have", "had" | "'d") if step == 0 => r.perfect_past = true,
                            _ => {}
                        }
                    }
                    D::Mark
                        if matches!(lemma, "if" | "unless" | "whether")
                            || matches!(
                                p.form(k).to_lowercase().as_str(),
                                "if" | "unless" | "whether"
                            ) =>
                    {
                        r.hypothetical = true
                    }
                    D::Amod | D::Advmod if step == 0 && self.scope.unreal_adjectives.has(lemma) => {
                        r.hypothetical = true
                    }
                    D::Case if step <= 1 && p.form(k).eq_ignore_ascii_case("without") => {
                        r.negated = true
                    }
                    // "is to visit", "is due to visit"
                    D::Mark
                        if clausal
                            && (matches!(lemma, "due" | "about" | "set")
                                || p.form(k).eq_ignore_ascii_case("to"))
                            && p.kids(i).any(|c| {
                                matches!(p.rel(c), D::Cop | D::Aux) && p.lemma(c) == "be"
                            })
                            && p.kids(i)
                                .any(|c| matches!(p.rel(c), D::Nsubj | D::NsubjOuter)) =>
                    {
                        r.future = true
                    }
                    _ => {}
                }
            }
            own_subject |= p
                .kids(i)
                .any(|k| matches!(p.rel(k), D::Nsubj | D::NsubjPass));
            let Some(h) = p.head(i) else { break };
            let lemma = p.lemma(h);
            let to = p
                .kids_by(i, D::Mark)
                .any(|k| p.form(k).eq_ignore_ascii_case("to"));
            // "is to leave office"
            let due = to
                && p.kids(i)
                    .any(|k| matches!(p.rel(k), D::Aux | D::Cop) && p.lemma(k) == "be");
            r.future |= due;
            let to = to && !due;
            match p.rel(i) {
                D::Conj => {}
                // "will return to the region, visiting Oslo"
                D::Advcl
                    if p.word(i).xpos == "VBG"
                        && p.kid(i, D::Mark).is_none()
                        && p.kids(h).any(|k| {
                            p.rel(k) == D::Aux && matches!(p.lemma(k), "will" | "shall" | "'ll")
                        }) =>
                {
                    r.future = true;
                    break;
                }
                D::Xcomp | D::Ccomp | D::Acl | D::Advcl | D::Csubj if to => {
                    // "To help them, Oslo agreed …": a purpose
                    if p.rel(i) == D::Advcl && i < h {
                        r.unreal = true;
                        break;
                    }
                    if lemma == "go" && p.word(h).xpos == "VBG" {
                        r.future = true;
                    } else if self.scope.implicative.has(lemma) {
                    } else if self.scope.future_verbs.has(lemma) || lemma == "be" {
                        r.pledged |= !r.future && self.scope.pledge.has(lemma);
                        r.future = true;
                    } else if self.scope.negative.has(lemma) {
                        r.negated = true;
                    } else if self.scope.raising.has(lemma) && self.roles.passive(h) {
                        // "is said to have …": told, not wished
                    } else if p
                        .kids(i)
                        .any(|k| p.rel(k) == D::Aux && p.lemma(k) == "have")
                    {
                    } else {
                        r.unreal = true;
                        break;
                    }
                }
                D::Xcomp | D::Advcl | D::Acl
                    if self.scope.negative.has(lemma) && !self.scope.ending.has(lemma) =>
                {
                    r.negated = true
                }
                // "the demand that Oslo ease its rules"
                D::Acl
                    if self.scope.irrealis.has(lemma)
                        && p.kids_by(i, D::Mark)
                            .any(|k| p.form(k).eq_ignore_ascii_case("that")) =>
                {
                    r.unreal = true;
                    break;
                }
                // "a round of talks": when the round is
                D::Nmod if p.case(i) == "of" && self.scope.occurring.has(lemma) => {}
                // "denied that it had sent arms"
                D::Ccomp if self.scope.denial.has(lemma) => r.negated ^= true,
                D::Xcomp | D::Ccomp if self.scope.irrealis.has(lemma) => {
                    r.unreal = true;
                    break;
                }
                // "denied a report that its ships had fired": they did not, he says
                D::Acl | D::AclRelcl | D::Ccomp
                    if matches!(p.rel(h), D::Obj)
                        && p.upos(h) == Upos::Noun
                        && p.head(h).is_some_and(|g| {
                            self.scope.negative.has(p.lemma(g)) || self.scope.denial.has(p.lemma(g))
                        }) =>
                {
                    r.negated = true;
                }
                // "kept X from seizing the ship": it was not seized
                D::Advcl
                    if p.kids_by(i, D::Mark).any(|k| p.lemma(k) == "from")
                        && (p.kid(h, D::Obj).is_some() || self.roles.passive(h)) =>
                {
                    r.negated = true;
                }
                D::Xcomp if self.scope.implicative.has(lemma) => {}
                D::Obj | D::NsubjPass if self.scope.light.has(lemma) => {}
                // "talks will take place", "a meeting is scheduled"
                D::Nsubj | D::NsubjPass if self.scope.occurring.has(lemma) => {
                    if self.scope.future_verbs.has(lemma) {
                        r.future = true;
                    }
                }
                // what must end goes on
                D::Obj | D::Nmod | D::Xcomp | D::NsubjPass if self.scope.ending.has(lemma) => break,
                D::Obj | D::Nmod | D::Obl | D::NsubjPass
                    if self.scope.irrealis.has(lemma) || self.scope.negative.has(lemma) =>
                {
                    r.unreal = true;
                    break;
                }
                D::Obl | D::Obj | D::Nmod
                    if p.case(i) == "for" && self.scope.irrealis.has(lemma) =>
                {
                    r.unreal = true;
                    break;
                }
                D::Advcl
                    if p.kids_by(i, D::Mark)
                        .any(|k| matches!(p.form(k).to_lowercase().as_str(), "if" | "unless")) =>
                {
                    break;
                }
                _ => break,
            }
            i = h;
        }
        r
    }

    /// What one sentence's events say together: double tellings go, and what is only the topic of a speech act goes.
    fn settle(&self, firings: &mut Vec<Firing<'a>>, traces: &mut Option<&mut Vec<Trace>>) {
        let mut drop: Vec<(usize, String)> = Vec::new();
        for i in 0..firings.len() {
            let f = &firings[i];
            let denied =
                f.event.aux.contains(&Aux::Negation) && !f.pattern.aux.contains(&Aux::Negation);
            if denied || f.event.aux.contains(&Aux::Hypothetical) {
                drop.push((i, "it is denied or only supposed".into()));
                continue;
            }
            // Neighbours only, so that a sentence of any length costs little.
            let (from, to) = (i.saturating_sub(40), firings.len().min(i + 40));
            for (j, g) in firings.iter().enumerate().take(to).skip(from) {
                if i == j || drop.iter().any(|d| d.0 == j) {
                    continue;
                }
                if !f.pattern.told && self.topic_of(f, g) || self.protested(f, g) {
                    drop.push((i, format!("it is only the topic of {}", g.pattern.id)));
                    break;
                }
                let same =
                    f.event.event == g.event.event && ids(&f.event.actor) == ids(&g.event.actor);
                let less = ids(&f.event.recipient)
                    .iter()
                    .all(|r| ids(&g.event.recipient).contains(r));
                if same
                    && less
                    && f.event.attribution == g.event.attribution
                    && (f.event.recipient.len() < g.event.recipient.len() || j < i)
                {
                    drop.push((i, format!("{} tells the same", g.pattern.id)));
                    break;
                }
            }
        }
        for (i, why) in drop.into_iter().rev() {
            let f = firings.remove(i);
            if let Some(t) = traces.as_deref_mut()
                && let Some(trace) = t
                    .iter_mut()
                    .rev()
                    .find(|t| t.rule == f.pattern.id && t.trigger == f.event.trigger)
            {
                trace.steps.push(Step {
                    what: "refused".into(),
                    how: why,
                    span: None,
                });
            }
        }
    }

    /// "X said that Y shelled Z": by telling it X accuses Y, where the two stand on different sides.
    fn tellings(&self, firings: &mut Vec<Firing<'a>>) {
        let mut more = Vec::new();
        for f in firings.iter() {
            let Some(telling) = self
                .book
                .telling
                .iter()
                .find(|x| x.of.contains(&f.event.event))
            else {
                continue;
            };
            let Some(&s) = f.event.attribution.last() else {
                continue;
            };
            let Some(speaker) = &self.l.statements[s as usize].speaker else {
                continue;
            };
            let speaker = self.slot_of(speaker.entity, speaker.span);
            let side = |x: &Slot| x.country.map(|c| c.to_string()).or(x.org.clone());
            let official = (speaker.country.is_some() || speaker.org.is_some())
                && speaker.sector.is_some_and(|x| telling.by.contains(&x))
                && !self.bystander(&speaker);
            // Who tells what was done to himself accuses whoever it was.
            let victim = f.event.recipient.iter().any(|r| r.entity == speaker.entity);
            // the people of a country may accuse its powers
            let power = |x: &Slot| {
                use Sector::*;
                x.sector
                    .is_some_and(|s| matches!(s, Gov | Mil | Cop | Spy | Jud | Prm))
            };
            let accused: Vec<Slot> = f
                .event
                .actor
                .iter()
                .filter(|a| {
                    side(a).is_some()
                        && (victim || side(a) != side(&speaker) || power(a) && !power(&speaker))
                })
                .cloned()
                .collect();
            // Who tells how rebels or gunmen were fought praises rather than accuses.
            let fought = f
                .event
                .recipient
                .iter()
                .any(|r| matches!(r.sector, Some(Sector::Reb | Sector::Uaf)));
            if fought || f.event.recipient.is_empty() && f.event.event == EventType::Assault {
                continue;
            }
            if !(official || victim)
                || accused.is_empty()
                || accused.len() < f.event.actor.len()
                || !f.event.aux.is_empty()
            {
                continue;
            }
            let done = |g: &Firing<'_>| {
                g.event.event == telling.is && ids(&g.event.actor) == [speaker.entity]
            };
            if firings.iter().any(done) || more.iter().any(done) {
                continue;
            }
            let mut event = f.event.clone();
            event.event = telling.is;
            event.mode = telling.mode.clone();
            event.recipient = accused;
            event.actor = vec![speaker];
            event.attribution.pop();
            event.confidence = 0.5;
            event.rule = telling.id.clone();
            more.push(Firing {
                pattern: f.pattern,
                token: f.token,
                event,
                reality: f.reality,
                inherits: false,
            });
        }
        firings.append(&mut more);
    }

    /// "Residents said", "a source said": who only tells what happened.
    fn bystander(&self, s: &Slot) -> bool {
        let entity = &self.l.actors.entities[s.entity as usize];
        entity.name.is_none()
            && s.span
                .and_then(|x| self.token_at(x))
                .is_some_and(|h| self.scope.bystander.has(&self.lemma[h]))
    }

    /// Whether `f` is only what the crowd of the protest `g` is out for: "marched to demand …", "a strike in protest at …".
    fn protested(&self, f: &Firing<'a>, g: &Firing<'a>) -> bool {
        let topic = matches!(
            f.event.event,
            EventType::Request | EventType::Accuse | EventType::Reject
        );
        if g.event.event != EventType::Protest
            || !topic
            || f.token == g.token
            || !self.p.under(f.token, g.token)
        {
            return false;
        }
        let crowd = ids(&g.event.actor);
        let own = f.event.actor.is_empty() || ids(&f.event.actor) == crowd;
        let finite = self
            .p
            .kids(f.token)
            .any(|k| matches!(self.p.rel(k), D::Nsubj | D::NsubjPass | D::Aux | D::AuxPass));
        own && !finite
    }

    /// Whether `f` is only what the speech act `g` is about: its noun or non-finite verb stands inside `g`'s phrase.
    fn topic_of(&self, f: &Firing<'a>, g: &Firing<'a>) -> bool {
        if !is_verbal(g.event.event) || matches!(g.event.event, EventType::Consult) {
            return false;
        }
        if f.token == g.token || !self.p.under(f.token, g.token) {
            return false;
        }
        // An accusation tells what it blames; anything else only names its topic.
        let told = matches!(g.event.event, EventType::Accuse) && !is_verbal(f.event.event);
        let mut i = f.token;
        while i != g.token {
            // "called for an end to X's raids": they go on
            if i != f.token
                && self.scope.ending.has(&self.lemma[i])
                && !is_verbal(f.event.event)
                && !f.event.actor.is_empty()
            {
                return false;
            }
            let finite = self.roles.is_verb(i)
                && self
                    .p
                    .kids(i)
                    .any(|k| matches!(self.p.rel(k), D::Nsubj | D::NsubjPass));
            // "in a call with X he urged": the talk is where it was said, not what was asked for
            let beside = f.event.event == EventType::Consult
                && self.p.rel(i) == D::Obl
                && matches!(
                    self.p.case(i).as_str(),
                    "in" | "during" | "at" | "after" | "following" | "before" | "on"
                );
            if finite
                || beside
                || matches!(
                    self.p.rel(i),
                    D::Conj | D::Parataxis | D::Advcl | D::AclRelcl
                )
            {
                return false;
            }
            match self.p.head(i) {
                Some(h) => i = h,
                None => return false,
            }
        }
        if told {
            f.event.actor.is_empty() && f.event.recipient.is_empty()
        } else {
            true
        }
    }
}

fn lemma_of<'a>(book: &Codebook, p: &'a Parsed, t: usize) -> Cow<'a, str> {
    let lemma = p.lemma(t);
    let lemma = if lemma.chars().any(char::is_uppercase) {
        Cow::Owned(lemma.to_lowercase())
    } else {
        Cow::Borrowed(lemma)
    };
    if book.vocabulary.contains(lemma.as_ref())
        || !matches!(p.upos(t), Upos::Verb | Upos::Noun | Upos::Propn | Upos::Adj)
    {
        return lemma;
    }
    let form = p.form(t).to_lowercase();
    if book.vocabulary.contains(&form) {
        return Cow::Owned(form);
    }
    book.uninflect(&form)
        .map_or(lemma, |w| Cow::Owned(w.to_owned()))
}

/// What a verb hangs on, over its coordination.
fn governor(p: &Parsed, t: usize) -> Option<usize> {
    let mut at = t;
    for _ in 0..REACH {
        let h = p.head(at)?;
        if p.rel(at) != D::Conj {
            return Some(h);
        }
        at = h;
    }
    None
}

fn out_end_is(last: &Span, tokens: &[gesta_text::Token], i: usize) -> bool {
    i > 0 && tokens[i - 1].span.end == last.end
}

/// Whether somebody belongs to a state or a named body, or acts in an office or under arms: private people alone make no
/// political event.
fn public(s: &Slot) -> bool {
    use Sector::*;
    s.country.is_some()
        || s.org.is_some()
        || s.sector
            .is_some_and(|x| !matches!(x, Cvl | Soc | Unk | Bus | Med | Edu | Agr | Lab))
}

fn ids(slots: &[Slot]) -> Vec<u32> {
    let mut v: Vec<u32> = slots.iter().map(|s| s.entity).collect();
    v.sort_unstable();
    v
}

/// Types that are done by speaking.
pub(crate) fn is_verbal(e: EventType) -> bool {
    use EventType::*;
    matches!(
        e,
        Agree | Support | Concede | Request | Accuse | Reject | Threaten | Consult
    )
}
