//! Other forms of a record: PLOVER's own JSON, and a table with one event a line. Each is computed from the record and
//! the text, and from nothing else.

use crate::record::{At, Event, EventPlace, Party, Record, Slot};
use gesta_text::OffsetUnit;
use serde_json::{Map, Value, json};

/// Finds the words of a record's spans in its text, whatever unit the record counts in.
pub struct Slices<'a> {
    text: &'a str,
    /// Every [`STRIDE`]th character: units before it, and its byte offset. Empty where units are bytes.
    marks: Vec<(u32, u32)>,
    unit: OffsetUnit,
}

const STRIDE: usize = 64;

impl<'a> Slices<'a> {
    /// Prepares look-ups in `text`, which must be the text that the record was made from.
    pub fn new(text: &'a str, unit: OffsetUnit) -> Self {
        let mut marks = Vec::new();
        if unit != OffsetUnit::Byte && !text.is_ascii() {
            let mut units = 0;
            for (i, (at, c)) in text.char_indices().enumerate() {
                if i % STRIDE == 0 {
                    marks.push((units, at as u32));
                }
                units += width(unit, c);
            }
        }
        Slices { text, marks, unit }
    }

    /// The byte offset of an offset in the record's unit, no further than the end.
    pub fn byte(&self, offset: u32) -> usize {
        let slot = self.marks.partition_point(|m| m.0 <= offset);
        let Some(&(mut units, start)) = self.marks.get(slot.wrapping_sub(1)) else {
            return (offset as usize).min(self.text.len());
        };
        for (at, c) in self.text[start as usize..].char_indices() {
            if units >= offset {
                return start as usize + at;
            }
            units += width(self.unit, c);
        }
        self.text.len()
    }

    /// The words of a span.
    pub fn of(&self, at: At) -> &'a str {
        self.text
            .get(self.byte(at[0])..self.byte(at[1]))
            .unwrap_or("")
    }
}

fn width(unit: OffsetUnit, c: char) -> u32 {
    match unit {
        OffsetUnit::Utf16 => c.len_utf16() as u32,
        _ => 1,
    }
}

impl Record {
    /// The name to show for an entity: its name, else its label.
    pub fn name_of(&self, entity: &str) -> Option<&str> {
        let e = self.entities.iter().find(|e| e.id == entity)?;
        Some(e.name.as_deref().unwrap_or(&e.label))
    }

    /// On whose word an event is told: the speakers, outermost first.
    pub fn told_by<'a>(&'a self, event: &'a Event) -> impl Iterator<Item = &'a Party> + 'a {
        event.attribution.iter().filter_map(|id| {
            self.statements
                .iter()
                .find(|s| s.id == *id)?
                .speaker
                .as_ref()
        })
    }

    /// The event's date as PLOVER and most tables want it: a day, or first and last day.
    fn days<'a>(&'a self, e: &'a Event) -> (Option<&'a str>, Option<&'a str>) {
        match &e.date {
            Some(d) if d.start == d.end => (Some(&d.start), None),
            Some(d) => (Some(&d.start), Some(&d.end)),
            None => (self.document.published.as_deref(), None),
        }
    }
}

/// PLOVER event records, one an event, with the field names of the PLOVER manual (JSON Data Fields, draft of 2021).
/// What PLOVER has no field for (auxiliary modes, attribution, rule, confidence) stands beside them under the record's
/// own names, as the manual allows. An event without a date of its own gets the day of publication, as PLOVER wants one.
pub fn plover(record: &Record, text: &str) -> Vec<Value> {
    let words = Slices::new(text, record.offsets);
    record
        .events
        .iter()
        .map(|e| {
            let (date, end) = record.days(e);
            let mut o = Map::new();
            let mut put = |name: &str, v: Value| o.insert(name.into(), v);
            put("id", json!(e.uid));
            put("has_event", json!(true));
            put("date", json!(date));
            if let Some(end) = end {
                put("enddate", json!(end));
            }
            put(
                "source",
                json!(
                    e.actor
                        .iter()
                        .map(|s| plover_actor(record, s))
                        .collect::<Vec<_>>()
                ),
            );
            put(
                "recipient",
                json!(
                    e.recipient
                        .iter()
                        .map(|s| plover_actor(record, s))
                        .collect::<Vec<_>>()
                ),
            );
            put("event", json!([e.event]));
            if let Some(p) = &e.place {
                put("event_loc", plover_place(record, p));
            }
            put(
                "event_text",
                json!(e.trigger.iter().map(|&t| words.of(t)).collect::<Vec<_>>()),
            );
            put("quad_code", json!(e.quad));
            put("event_scale", json!(e.score));
            put("mode", json!(e.mode));
            put("context", json!(e.context));
            let m = e.magnitude;
            let size: Map<String, Value> = [
                ("dead", m.dead),
                ("injured", m.injured),
                ("arrested", m.arrested),
                ("size", m.size),
            ]
            .into_iter()
            .filter_map(|(k, v)| Some((k.to_owned(), json!(v?))))
            .collect();
            if !size.is_empty() {
                put("size_info", Value::Object(size));
            }
            let link = e
                .same_as
                .as_ref()
                .and_then(|id| record.events.iter().find(|x| x.id == *id));
            put("link", json!(link.map(|x| &x.uid)));
            if let Some(s) = record.sentences.get(e.sentence as usize) {
                put("text", json!(words.of(s.span)));
                put(
                    "text_info",
                    json!({"sequence": e.sentence, "start": s.span[0], "end": s.span[1]}),
                );
            }
            put(
                "cite_info",
                json!({
                    "citation": record.document.id,
                    "url": record.document.url,
                    "title": record.document.title,
                    "language": record.document.language,
                    "publication": record.document.source,
                    "codebook": format!("gesta-{}", record.coder.codebook),
                }),
            );
            put("coder", json!(format!("gesta {}", record.coder.version)));
            put("aux", json!(e.aux));
            put(
                "attribution",
                json!(
                    record
                        .told_by(e)
                        .map(|p| party_name(record, p))
                        .collect::<Vec<_>>()
                ),
            );
            put("confidence", json!(e.confidence));
            put("rule", json!(e.rule));
            Value::Object(o)
        })
        .collect()
}

fn plover_actor(record: &Record, s: &Slot) -> Value {
    let entity = record.entities.iter().find(|e| e.id == s.entity);
    let mut o = Map::new();
    o.insert("code".into(), json!(s.country));
    o.insert("sector".into(), json!(s.sector));
    o.insert("actor_text".into(), json!(s.text));
    o.insert(
        "identifier_id".into(),
        json!(entity.and_then(|e| e.wikidata.as_ref())),
    );
    o.insert(
        "identifier_text".into(),
        json!(s.org.as_ref().or(entity.and_then(|e| e.name.as_ref()))),
    );
    o.insert(
        "office".into(),
        json!(entity.and_then(|e| e.office.as_ref())),
    );
    Value::Object(o)
}

fn plover_place(record: &Record, p: &EventPlace) -> Value {
    let toponym = record.places.iter().find(|x| x.id == p.place);
    json!({
        "geonameid": toponym.and_then(|t| t.geonames),
        "name": p.name,
        "latitude": p.lat,
        "longitude": p.lon,
        "feature code": toponym.and_then(|t| t.feature.as_ref()),
        "cc3": p.country,
        "admin1 code": toponym.and_then(|t| t.admin1.as_ref()),
    })
}

fn party_name<'a>(record: &'a Record, p: &'a Party) -> &'a str {
    record
        .name_of(&p.entity)
        .or(p.text.as_deref())
        .unwrap_or("")
}

/// The columns of [`table`].
pub const COLUMNS: &[&str] = &[
    "document",
    "published",
    "source",
    "title",
    "event_id",
    "uid",
    "event",
    "mode",
    "context",
    "quad",
    "score",
    "actor",
    "actor_country",
    "actor_org",
    "actor_sector",
    "recipient",
    "recipient_country",
    "recipient_org",
    "recipient_sector",
    "date_start",
    "date_end",
    "date_precision",
    "place",
    "place_country",
    "latitude",
    "longitude",
    "aux",
    "attribution",
    "dead",
    "injured",
    "arrested",
    "size",
    "same_as",
    "confidence",
    "rule",
    "trigger",
    "sentence",
    "text",
];

/// The events as rows of a table with [`COLUMNS`]. Lists stand in one cell, parted by `|`; the lists of actors, their
/// countries, organisations and sectors have the same order, with nothing between two bars where one has none.
pub fn table(record: &Record, text: &str) -> Vec<Vec<String>> {
    let words = Slices::new(text, record.offsets);
    let d = &record.document;
    let some = |s: &Option<String>| s.clone().unwrap_or_default();
    let number = |n: Option<u32>| n.map_or(String::new(), |n| n.to_string());
    let degrees = |x: Option<f64>| x.map_or(String::new(), |x| x.to_string());
    record
        .events
        .iter()
        .map(|e| {
            let names = |slots: &[Slot]| {
                join(slots.iter().map(|s| {
                    record
                        .name_of(&s.entity)
                        .or(s.text.as_deref())
                        .unwrap_or("")
                        .to_owned()
                }))
            };
            let side = |slots: &[Slot]| {
                [
                    names(slots),
                    join(slots.iter().map(|s| some(&s.country))),
                    join(slots.iter().map(|s| some(&s.org))),
                    join(slots.iter().map(|s| some(&s.sector))),
                ]
            };
            let mut row = vec![
                d.id.clone(),
                some(&d.published),
                some(&d.source),
                some(&d.title),
                e.id.clone(),
                e.uid.clone(),
                e.event.clone(),
            ];
            row.extend([
                join(e.mode.iter().cloned()),
                join(e.context.iter().cloned()),
                e.quad.to_string(),
                e.score.to_string(),
            ]);
            row.extend(side(&e.actor));
            row.extend(side(&e.recipient));
            match &e.date {
                Some(x) => row.extend([x.start.clone(), x.end.clone(), x.precision.clone()]),
                None => row.extend([const { String::new() }; 3]),
            }
            match &e.place {
                Some(p) => row.extend([
                    p.name.clone(),
                    some(&p.country),
                    degrees(p.lat),
                    degrees(p.lon),
                ]),
                None => row.extend([const { String::new() }; 4]),
            }
            row.extend([
                join(e.aux.iter().cloned()),
                join(record.told_by(e).map(|p| party_name(record, p).to_owned())),
            ]);
            let m = e.magnitude;
            row.extend([m.dead, m.injured, m.arrested, m.size].map(number));
            row.extend([some(&e.same_as), e.confidence.to_string(), e.rule.clone()]);
            row.push(join(e.trigger.iter().map(|&t| words.of(t).to_owned())));
            row.push(e.sentence.to_string());
            row.push(
                record
                    .sentences
                    .get(e.sentence as usize)
                    .map_or(String::new(), |s| words.of(s.span).to_owned()),
            );
            row
        })
        .collect()
}

/// A bar inside a name would look like the bar between two.
fn join(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items
        .map(|s| {
            if s.contains('|') {
                s.replace('|', "/")
            } else {
                s
            }
        })
        .collect();
    items.join("|")
}

/// Rows as CSV, without a header.
pub fn csv(rows: &[Vec<String>]) -> Vec<u8> {
    let mut w = csv::WriterBuilder::new().from_writer(Vec::new());
    for row in rows {
        // Writing to memory does not fail, and all rows have the same length.
        let _ = w.write_record(row);
    }
    w.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_find_every_span_in_every_unit() {
        let text: String = "añ😀b\u{0}".repeat(60) + "end";
        for unit in [OffsetUnit::Codepoint, OffsetUnit::Utf16, OffsetUnit::Byte] {
            let (slices, map) = (
                Slices::new(&text, unit),
                gesta_text::OffsetMap::new(&text, unit),
            );
            for (at, c) in text.char_indices() {
                let span = gesta_text::Span::new(at, at + c.len_utf8());
                assert_eq!(slices.of(map.span(span)), c.to_string(), "{unit:?} at {at}");
            }
        }
    }
}
