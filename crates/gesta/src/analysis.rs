use crate::hash::{Parts, sha256};
use crate::record::*;
use gesta_actor::{Actors, EntityKind, Form};
use gesta_event::{Event as CodedEvent, Layers, Slot as CodedSlot};
use gesta_parse::Parsed;
use gesta_place::Place as Toponym;
use gesta_statement::{Party as StatedParty, Statement as FoundStatement, StatementForm};
use gesta_text::{Document, OffsetMap, Span};
use gesta_time::{Precision, Timex, TimexKind};

/// Everything that the rooms found in one document, from which the record is written.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// The document.
    pub document: Document,
    /// Sentences, tokens, tags, lemmas, dependencies.
    pub parsed: Parsed,
    /// Expressions of time.
    pub times: Vec<Timex>,
    /// Toponyms.
    pub places: Vec<Toponym>,
    /// Actors and their mentions.
    pub actors: Actors,
    /// Statements.
    pub statements: Vec<FoundStatement>,
    /// Events.
    pub events: Vec<CodedEvent>,
}

impl Analysis {
    /// The layers as the matcher reads them.
    pub fn layers(&self) -> Layers<'_> {
        Layers {
            document: &self.document,
            parsed: &self.parsed,
            times: &self.times,
            places: &self.places,
            actors: &self.actors,
            statements: &self.statements,
        }
    }

    /// The record. `coder` says what coded it.
    pub fn record(&self, coder: &CoderInfo, options: RecordOptions) -> Record {
        let text = self.document.text.as_str();
        let map = OffsetMap::new(text, options.offsets);
        let sha = sha256(text.as_bytes());
        let names = self.entity_ids();
        let w = Writer {
            a: self,
            text,
            map,
            names,
        };
        let mut seen_uids = std::collections::BTreeMap::new();
        Record {
            gesta: FORMAT,
            offsets: options.offsets,
            coder: coder.clone(),
            document: DocumentInfo {
                id: self.document.id.clone(),
                title: self.document.title.clone(),
                published: self.document.published.map(|d| d.to_string()),
                source: self.document.source.clone(),
                url: self.document.url.clone(),
                language: Some(
                    self.document
                        .language
                        .clone()
                        .unwrap_or_else(|| "en".into()),
                ),
                length: w.map.at(text.len() as u32),
                text: options.with_text.then(|| text.to_owned()),
                sha256: sha.clone(),
            },
            sentences: self
                .parsed
                .text
                .sentences()
                .iter()
                .map(|s| SentenceInfo {
                    span: w.at(s.span),
                    paragraph: s.paragraph,
                })
                .collect(),
            entities: w.entities(),
            times: w.times(),
            places: w.places(),
            statements: w.statements(),
            events: self
                .events
                .iter()
                .enumerate()
                .map(|(i, e)| {
                    let mut uid = uid(&sha, e, 0);
                    let twin = seen_uids.entry(uid.clone()).or_insert(0u32);
                    if *twin > 0 {
                        uid = self::uid(&sha, e, *twin);
                    }
                    *twin += 1;
                    w.event(i, e, uid)
                })
                .collect(),
        }
    }

    /// The id of each entity that the record holds: those that are mentioned or referred to, in the order of their
    /// first mention, the unmentioned (an author whom only the title names) last.
    fn entity_ids(&self) -> Vec<Option<String>> {
        let mut first: Vec<(u32, u32, usize)> = Vec::new();
        let mut wanted = vec![false; self.actors.entities.len()];
        let mut want = |e: u32| {
            if let Some(w) = wanted.get_mut(e as usize) {
                *w = true;
            }
        };
        for s in &self.statements {
            for p in s.speaker.iter().chain(&s.hearer) {
                want(p.entity);
            }
        }
        for e in &self.events {
            for s in e.actor.iter().chain(&e.recipient) {
                want(s.entity);
            }
        }
        for (i, e) in self.actors.entities.iter().enumerate() {
            let span = e
                .mentions
                .iter()
                .filter_map(|&m| self.actors.mentions.get(m as usize))
                .map(|m| m.span)
                .min();
            match span {
                Some(s) => first.push((s.start, s.end, i)),
                None if wanted[i] => first.push((u32::MAX, u32::MAX, i)),
                None => {}
            }
        }
        first.sort_unstable();
        let mut ids = vec![None; self.actors.entities.len()];
        for (n, &(_, _, i)) in first.iter().enumerate() {
            ids[i] = Some(format!("n{}", n + 1));
        }
        ids
    }
}

/// Same in every run and on every machine: depends on the text and on the evidence alone. `twin` tells two events
/// apart that share all evidence.
fn uid(text_hash: &str, e: &CodedEvent, twin: u32) -> String {
    let mut h = Parts::new();
    h.add(text_hash).add(e.event.as_str());
    let mut spans = |part: &str, list: &mut dyn Iterator<Item = Option<Span>>| {
        h.add(part);
        for s in list {
            match s {
                Some(s) => h.add(s.start.to_le_bytes()).add(s.end.to_le_bytes()),
                None => h.add("-"),
            };
        }
    };
    spans("trigger", &mut e.trigger.iter().map(|&s| Some(s)));
    spans("actor", &mut e.actor.iter().map(|s| s.span));
    spans("recipient", &mut e.recipient.iter().map(|s| s.span));
    if twin > 0 {
        h.add(twin.to_le_bytes());
    }
    h.finish(12)
}

struct Writer<'a> {
    a: &'a Analysis,
    text: &'a str,
    map: OffsetMap<'a>,
    names: Vec<Option<String>>,
}

impl Writer<'_> {
    fn at(&self, s: Span) -> At {
        self.map.span(s)
    }
    fn words(&self, s: Option<Span>) -> Option<String> {
        s.map(|s| s.of(self.text).to_owned())
    }
    fn entity_id(&self, e: u32) -> String {
        self.names
            .get(e as usize)
            .cloned()
            .flatten()
            .unwrap_or_default()
    }

    fn entities(&self) -> Vec<Entity> {
        let mut order: Vec<(usize, &String, usize)> = self
            .names
            .iter()
            .enumerate()
            .filter_map(|(i, n)| n.as_ref().map(|n| (n.len(), n, i)))
            .collect();
        order.sort_unstable();
        order
            .into_iter()
            .map(|(_, id, i)| {
                let e = &self.a.actors.entities[i];
                Entity {
                    id: id.clone(),
                    kind: kind(e.kind).into(),
                    name: e.name.clone(),
                    label: e.label.clone(),
                    country: e.country.map(|c| c.to_string()),
                    org: e.org.clone(),
                    sector: e.sector.map(|s| s.to_string()),
                    sectors: e.sectors.iter().map(|s| s.to_string()).collect(),
                    office: e.office.clone(),
                    wikidata: e.wikidata.clone(),
                    mentions: e
                        .mentions
                        .iter()
                        .filter_map(|&m| self.a.actors.mentions.get(m as usize))
                        .map(|m| Mention {
                            span: self.at(m.span),
                            form: form(m.form).into(),
                        })
                        .collect(),
                }
            })
            .collect()
    }

    fn times(&self) -> Vec<Time> {
        self.a
            .times
            .iter()
            .enumerate()
            .map(|(i, t)| Time {
                id: id("t", i),
                span: self.at(t.span),
                kind: timex(t.kind).into(),
                value: t.value.clone(),
                start: t.start.map(|d| d.to_string()),
                end: t.end.map(|d| d.to_string()),
                precision: t.precision.map(|p| precision(p).into()),
                modifier: t.modifier.map(str::to_owned),
            })
            .collect()
    }

    fn places(&self) -> Vec<Place> {
        self.a
            .places
            .iter()
            .enumerate()
            .map(|(i, p)| Place {
                id: id("p", i),
                span: self.at(p.span),
                name: p.name.clone(),
                geonames: p.geonames,
                lat: p.lat.map(degrees),
                lon: p.lon.map(degrees),
                country: p.country.map(|c| c.to_string()),
                admin1: p.admin1.clone(),
                feature: p.feature.map(str::to_owned),
                confidence: share(p.confidence),
            })
            .collect()
    }

    fn party(&self, p: &StatedParty) -> Party {
        Party {
            entity: self.entity_id(p.entity),
            text: self.words(p.span),
            span: p.span.map(|s| self.at(s)),
        }
    }

    fn statements(&self) -> Vec<Statement> {
        self.a
            .statements
            .iter()
            .enumerate()
            .map(|(i, s)| Statement {
                id: id("s", i),
                sentence: s.sentence,
                speaker: s.speaker.as_ref().map(|p| self.party(p)),
                hearer: s.hearer.as_ref().map(|p| self.party(p)),
                cue: s.cue.iter().map(|&c| self.at(c)).collect(),
                content: s.content.iter().map(|&c| self.at(c)).collect(),
                form: statement_form(s.form).into(),
                within: s.within.map(|w| id("s", w as usize)),
            })
            .collect()
    }

    fn slot(&self, s: &CodedSlot) -> Slot {
        Slot {
            entity: self.entity_id(s.entity),
            text: self.words(s.span),
            span: s.span.map(|x| self.at(x)),
            country: s.country.map(|c| c.to_string()),
            org: s.org.clone(),
            sector: s.sector.map(|x| x.to_string()),
        }
    }

    fn event(&self, i: usize, e: &CodedEvent, uid: String) -> Event {
        let strings = |list: &[&'static str]| list.iter().map(|s| s.to_string()).collect();
        Event {
            id: id("e", i),
            uid,
            event: e.event.to_string(),
            mode: strings(&e.mode),
            context: strings(&e.context),
            trigger: e.trigger.iter().map(|&t| self.at(t)).collect(),
            sentence: e.sentence,
            actor: e.actor.iter().map(|s| self.slot(s)).collect(),
            recipient: e.recipient.iter().map(|s| self.slot(s)).collect(),
            date: e.date.as_ref().map(|d| EventDate {
                start: d.start.to_string(),
                end: d.end.to_string(),
                precision: precision(d.precision).into(),
                time: d.time.map(|t| id("t", t as usize)),
            }),
            place: e
                .place
                .and_then(|p| Some((p, self.a.places.get(p as usize)?)))
                .map(|(i, p)| EventPlace {
                    place: id("p", i as usize),
                    name: p.name.clone(),
                    country: p.country.map(|c| c.to_string()),
                    lat: p.lat.map(degrees),
                    lon: p.lon.map(degrees),
                }),
            aux: e.aux.iter().map(|a| a.as_str().to_owned()).collect(),
            attribution: e.attribution.iter().map(|&s| id("s", s as usize)).collect(),
            magnitude: Magnitude {
                dead: e.magnitude.dead,
                injured: e.magnitude.injured,
                arrested: e.magnitude.arrested,
                size: e.magnitude.size,
            },
            quad: e.quad(),
            score: e.score(),
            same_as: e.same_as.map(|s| id("e", s as usize)),
            confidence: share(e.confidence),
            rule: e.rule.clone(),
        }
    }
}

fn id(letter: &str, index: usize) -> String {
    format!("{letter}{}", index + 1)
}

/// Two decimals: more would claim a precision that a confidence does not have.
fn share(x: f32) -> f64 {
    if x.is_finite() {
        (f64::from(x) * 100.0).round() / 100.0
    } else {
        0.0
    }
}

/// Five decimals of a degree: about a metre.
fn degrees(x: f64) -> f64 {
    if x.is_finite() {
        (x * 1e5).round() / 1e5
    } else {
        0.0
    }
}

fn kind(k: EntityKind) -> &'static str {
    match k {
        EntityKind::Person => "person",
        EntityKind::Organization => "organization",
        EntityKind::Group => "group",
        EntityKind::State => "state",
        EntityKind::Other => "other",
    }
}

fn form(f: Form) -> &'static str {
    match f {
        Form::Name => "name",
        Form::Nominal => "nominal",
        Form::Pronoun => "pronoun",
        Form::Metonym => "metonym",
        Form::Epithet => "epithet",
    }
}

fn timex(k: TimexKind) -> &'static str {
    match k {
        TimexKind::Date => "DATE",
        TimexKind::Time => "TIME",
        TimexKind::Duration => "DURATION",
        TimexKind::Set => "SET",
    }
}

fn precision(p: Precision) -> &'static str {
    match p {
        Precision::Day => "day",
        Precision::Month => "month",
        Precision::Year => "year",
        Precision::Range => "range",
    }
}

fn statement_form(f: StatementForm) -> &'static str {
    match f {
        StatementForm::Direct => "direct",
        StatementForm::Indirect => "indirect",
        StatementForm::Mixed => "mixed",
    }
}
