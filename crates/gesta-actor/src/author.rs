//! Whose words a whole text is: an official statement's author, from its source, its title or its first lines.

use crate::data::OrgKind;
use crate::index::What;
use crate::{Actors, Entity, EntityKind, Resolver, Sector};
use gesta_parse::{Deprel as D, Parsed};
use gesta_text::{Country, Document, Text};

/// Finds the author and sets [`Actors::author`].
pub(crate) fn name(r: &Resolver, p: &Parsed, named: Option<Entity>, actors: &mut Actors) {
    if let Some(e) = from_text(r, p, actors) {
        actors.author = Some(e);
        return;
    }
    let Some(found) = named else { return };
    // an entity of the text that is the same
    let same = actors.entities.iter().position(|e| {
        if found.kind == EntityKind::Person {
            e.kind == EntityKind::Person && e.name.is_some() && e.name == found.name
        } else {
            e.kind == found.kind
                && e.country == found.country
                && e.org == found.org
                && e.sector == found.sector
        }
    });
    actors.author = Some(match same {
        Some(i) => i as u32,
        None => actors.add_entity(found),
    });
}

/// The author whom title or source name.
pub(crate) fn outside(r: &Resolver, document: &Document, day: u32) -> Option<Entity> {
    let title = document.title.as_deref().and_then(speaker_of);
    title.and_then(|t| resolve(r, t, day, true)).or_else(|| {
        document
            .source
            .as_deref()
            .and_then(|s| resolve(r, s, day, false))
    })
}

/// "Foreign Secretary Philip Hammond said:" as a line of its own.
fn from_text(r: &Resolver, p: &Parsed, actors: &Actors) -> Option<u32> {
    for (i, s) in p.text.sentences().iter().enumerate().take(8) {
        let range = s.range();
        let last = range.end.checked_sub(1)?;
        // the colon ends the line, and no quotation mark follows
        if p.form(last) != ":" || range.len() > 40 {
            continue;
        }
        let next = p.text.sentences().get(i + 1)?;
        if next.paragraph == s.paragraph
            || matches!(p.form(next.range().start), "\"" | "“" | "'" | "‘")
        {
            continue;
        }
        let said = range
            .clone()
            .find(|&t| r.cue("speech", p.lemma(t)) && p.kid(t, D::Nsubj).is_some())?;
        let m = actors.headed_by(p.kid(said, D::Nsubj)?)?;
        if let [e] = actors.mentions[m as usize].entities[..] {
            return Some(e);
        }
    }
    None
}

/// The piece of a title that names who speaks: "Statement by X on Y", "Address of X to Y", "X: our policy".
fn speaker_of(title: &str) -> Option<&str> {
    let lower = title.to_lowercase();
    if lower.len() != title.len() {
        return None;
    }
    for noun in [
        "statement",
        "address",
        "speech",
        "remarks",
        "message",
        "declaration",
        "lecture",
        "letter",
        "article",
    ] {
        if let Some(at) = lower.find(noun) {
            for prep in [" by ", " of ", " from "] {
                if let Some(i) = lower[at..].find(prep) {
                    let rest = &title[at + i + prep.len()..];
                    let low = &lower[at + i + prep.len()..];
                    let end = [
                        " on ",
                        " to ",
                        " at ",
                        " regarding ",
                        " about ",
                        " following ",
                        " before ",
                        ": ",
                    ]
                    .iter()
                    .filter_map(|w| low.find(w))
                    .min()
                    .unwrap_or(rest.len());
                    return Some(&rest[..end]);
                }
            }
            // "Foreign Secretary statement on …", "Foreign Secretary's speech"
            let before = title[..at]
                .trim()
                .trim_end_matches("'s")
                .trim_end_matches("’s");
            return (!before.is_empty()).then_some(before);
        }
    }
    None
}

/// The actor that a source's or title's words name. `any` takes states and persons too, else only official bodies.
fn resolve(r: &Resolver, words: &str, day: u32, any: bool) -> Option<Entity> {
    let text = Text::new(words);
    let mut matches = Vec::new();
    for s in text.sentences() {
        r.index.find(s.range(), |i| text.form(i), &mut matches);
    }
    let mut country: Option<Country> = None;
    let mut sectors: Vec<Sector> = Vec::new();
    let mut rank = 0;
    for m in &matches {
        for x in m.refs.iter().filter(|x| day == 0 || x.days.holds(day)) {
            match x.what {
                What::Person(i) if any => {
                    let v = r.person(i, day, &[], false);
                    let p = &r.data.persons[i as usize];
                    return Some(Entity {
                        kind: EntityKind::Person,
                        name: Some(p.name.clone()),
                        label: p.name.clone(),
                        country: v.country,
                        org: v.org,
                        sector: v.sectors.first().copied(),
                        sectors: v.sectors,
                        office: v.office,
                        wikidata: p.wikidata.clone(),
                        mentions: vec![],
                    });
                }
                What::Org(i) => {
                    let o = &r.data.orgs[i as usize];
                    let news = matches!(o.kind, OrgKind::Media);
                    if !x.weak && !news {
                        return Some(Entity {
                            kind: EntityKind::Organization,
                            name: Some(o.name.clone()),
                            label: o.name.clone(),
                            country: o.country,
                            org: o.org.clone(),
                            sector: o.sectors.first().copied(),
                            sectors: o.sectors.clone(),
                            office: None,
                            wikidata: o.wikidata.clone(),
                            mentions: vec![],
                        });
                    }
                    if news {
                        return None;
                    }
                }
                What::State(i) | What::Adjective(i) | What::Part(i, ..) | What::Demonym(i, _) => {
                    country = country.or(Some(r.data.states[i as usize].code));
                }
                What::Seat(i, k) if any || k > 0 => {
                    let s = &r.data.states[i as usize];
                    country = country.or(Some(s.code));
                    sectors = vec![s.seats[k as usize].1];
                    rank = rank.max(5);
                }
                What::Role(i, _) => {
                    let role = &r.data.roles[i as usize];
                    if role.rank >= rank && role.rank > 3 {
                        rank = role.rank;
                        if !role.sectors.is_empty() {
                            sectors = role.sectors.clone();
                        }
                    }
                }
                _ => {}
            }
        }
    }
    // a bare ISO code: "Address of CUB to the UN General Assembly"
    if country.is_none() && any {
        country = words
            .split(|c: char| !c.is_alphanumeric())
            .filter_map(|w| w.parse::<Country>().ok())
            .find(|c| r.state_of(*c).is_some());
    }
    let country = country?;
    if !any && (rank == 0 || sectors.first() == Some(&Sector::Jrn)) {
        return None;
    }
    if sectors.is_empty() {
        sectors.push(Sector::Gov);
    }
    let state = r
        .state_of(country)
        .map(|i| r.data.states[i as usize].name.clone());
    let plain =
        rank == 0 || matches!(words.to_lowercase().as_str(), w if w.ends_with("government"));
    Some(Entity {
        kind: if plain {
            EntityKind::State
        } else {
            EntityKind::Organization
        },
        name: if plain {
            state
        } else {
            Some(words.to_string())
        },
        label: words.to_string(),
        country: Some(country),
        org: None,
        sector: sectors.first().copied(),
        sectors,
        office: None,
        wikidata: None,
        mentions: vec![],
    })
}
