//! From what a rule found to a TIMEX3 value.

use crate::calendar::{self as cal, Cal, PARTS, SEASONS, Unit, add_days, monday_of};
use crate::lexicon::{ERAS, MODS, QUANTS, REFS, Slot};
use crate::matcher::Part;
use crate::rules::{Feast, Op, RuleSet};
use crate::{TimexKind, is_well_formed};
use jiff::civil::Date;

/// What grammar says of where on the line of time something stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tense {
    #[default]
    Unknown,
    Past,
    Future,
}

/// In which order the document writes dates in figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    DayFirst,
    MonthFirst,
}

/// A part of the day or a time by the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tod {
    Part(usize),
    Clock {
        h: i32,
        m: Option<i32>,
        s: Option<i32>,
        utc: bool,
    },
}

impl Tod {
    fn value(self) -> String {
        match self {
            Tod::Part(p) => format!("T{}", PARTS[p.min(5)]),
            Tod::Clock { h, m, s, utc } => {
                let mut out = format!("T{h:02}:{:02}", m.unwrap_or(0));
                if let Some(s) = s {
                    out.push_str(&format!(":{s:02}"));
                }
                if utc {
                    out.push('Z');
                }
                out
            }
        }
    }
}

/// What an expression comes to.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) kind: TimexKind,
    pub(crate) value: String,
    pub(crate) cal: Option<Cal>,
    pub(crate) range: Option<(Date, Date)>,
    pub(crate) modifier: Option<&'static str>,
    pub(crate) quant: Option<String>,
    pub(crate) freq: Option<String>,
    /// Whether a year stood in the text.
    pub(crate) explicit: bool,
}

/// What is known when an expression is read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Context {
    /// The document's date.
    pub(crate) document: Option<Date>,
    /// The day, month … told last.
    pub(crate) last: Option<Cal>,
    /// The day told last.
    pub(crate) last_day: Option<Date>,
    /// The last date whose year was given.
    pub(crate) last_explicit: Option<Cal>,
    /// A date whose year was given earlier in the same sentence.
    pub(crate) sentence_explicit: Option<Cal>,
    /// The day to which a bare time of day belongs.
    pub(crate) day_for_time: Option<Date>,
    pub(crate) order: Option<Order>,
}

struct Stamp {
    text: String,
    cal: Option<Cal>,
    range: Option<(Date, Date)>,
    explicit: bool,
}

impl Stamp {
    fn known(c: Cal) -> Stamp {
        Stamp {
            text: c.value(),
            cal: Some(c),
            range: None,
            explicit: false,
        }
    }
    fn relative(text: impl Into<String>) -> Stamp {
        Stamp {
            text: text.into(),
            cal: None,
            range: None,
            explicit: false,
        }
    }
    fn from(c: Option<Cal>, unit: Unit) -> Stamp {
        match c {
            Some(c) => Stamp::known(c),
            None => Stamp::relative(cal::unknown(unit)),
        }
    }
}

fn kind_days(a: Date, b: Date) -> i64 {
    // Both lie in jiff's range of years, so the difference in days always exists.
    a.until(b).map_or(0, |s| i64::from(s.get_days()))
}

impl RuleSet {
    /// Reads one part. `None`: nothing can be made of it ("February 30").
    pub(crate) fn read(&self, p: &Part, tense: Tense, ctx: &Context) -> Option<Reading> {
        let rule = &self.rules[p.rule as usize];
        let kind = self.kind_of(p);
        let modifier = p
            .get(Slot::Mod)
            .or_else(|| p.get(Slot::QtyMod))
            .and_then(|m| MODS.get(m as usize).copied());
        let mut r = Reading {
            kind,
            value: String::new(),
            cal: None,
            range: None,
            modifier,
            quant: None,
            freq: None,
            explicit: false,
        };
        let take = |r: &mut Reading, s: Stamp| {
            r.value = s.text;
            r.cal = s.cal;
            r.range = s.range;
            r.explicit = s.explicit;
        };
        match rule.op {
            Op::Nothing => return None,
            Op::Ref => {
                r.value = match (&rule.value, p.get(Slot::Ref)) {
                    (Some(v), _) => v.clone(),
                    (None, Some(n)) => (*REFS.get(n as usize)?).into(),
                    _ => return None,
                };
            }
            Op::Duration => {
                r.value = match &rule.value {
                    Some(v) => v.clone(),
                    None => duration(p)?,
                };
                if let (Some(dir), Some(doc), Some(unit), Some(q)) = (
                    p.get(Slot::Dir),
                    ctx.document,
                    p.get(Slot::Unit).map(Unit::from_code),
                    p.get(Slot::Qty),
                ) && q > 0
                    && q % 100 == 0
                    && dir != 0
                    && unit >= Unit::Day
                {
                    let n = i64::from(q / 100) * i64::from(dir.signum());
                    if let Some(Cal::Day(d)) = Cal::Day(doc).shift(n, unit) {
                        r.range = Some((d.min(doc), d.max(doc)));
                    }
                }
            }
            Op::Set => {
                r.value = match &rule.value {
                    Some(v) => v.clone(),
                    None => self.set_value(p)?,
                };
                r.quant = p
                    .get(Slot::Quant)
                    .and_then(|q| QUANTS.get(q as usize))
                    .map(|q| q.replace('_', " "));
                r.freq = p
                    .get(Slot::Freq)
                    .filter(|f| *f > 0)
                    .map(|f| format!("{f}X"));
            }
            Op::Ago | Op::Later => {
                let unit = Unit::from_code(p.get(Slot::Unit)?);
                let dir = i64::from(p.get(Slot::Dir).unwrap_or(-1).signum());
                // "more than a year ago" is a point before that of a year ago.
                r.modifier = r.modifier.map(|m| match (m, dir < 0) {
                    ("MORE_THAN", true) | ("LESS_THAN", false) => "BEFORE",
                    ("MORE_THAN", false) | ("LESS_THAN", true) => "AFTER",
                    ("EQUAL_OR_MORE", true) | ("EQUAL_OR_LESS", false) => "ON_OR_BEFORE",
                    ("EQUAL_OR_MORE", false) | ("EQUAL_OR_LESS", true) => "ON_OR_AFTER",
                    (m, _) => m,
                });
                let q = p.get(Slot::Qty).unwrap_or(100);
                if q < 0 {
                    r.value = REFS[if dir < 0 { 1 } else { 2 }].into();
                    r.kind = TimexKind::Date;
                } else {
                    let anchor = if rule.op == Op::Ago {
                        ctx.document.map(Cal::Day)
                    } else if unit <= Unit::Week {
                        ctx.last_day.or(ctx.document).map(Cal::Day)
                    } else {
                        ctx.last.or(ctx.document.map(Cal::Day))
                    };
                    take(&mut r, shifted(anchor, q, dir, unit, rule.op));
                    if r.kind == TimexKind::Date
                        && let Some(part) = p.get(Slot::Part)
                    {
                        add_time(&mut r, Tod::Part(part as usize));
                    }
                }
            }
            Op::Neighbour => {
                let unit = Unit::from_code(p.get(Slot::Unit)?);
                let n = i64::from(p.get(Slot::Dir).unwrap_or(0));
                let anchor = if unit <= Unit::Weekend {
                    ctx.last_day.or(ctx.document).map(Cal::Day)
                } else {
                    ctx.last
                        .filter(|c| c.unit() <= unit)
                        .or(ctx.document.map(Cal::Day))
                };
                let unit = unit.max(Unit::Day);
                let c = anchor.and_then(|a| a.widen(unit)?.step(n));
                take(&mut r, Stamp::from(c, unit));
                if let Some(part) = p.get(Slot::Part) {
                    add_time(&mut r, Tod::Part(part as usize));
                }
            }
            Op::Unit => {
                let unit = Unit::from_code(p.get(Slot::Unit)?);
                let n = i64::from(p.get(Slot::Dir).unwrap_or(0));
                let base = ctx.document.map(|d| Cal::around(d, unit));
                let base = match (unit, ctx.document) {
                    (Unit::Weekend, Some(d)) => {
                        // "the weekend" of a tale is the one that is over; "this weekend" only early in the week.
                        let weekday = d.weekday().to_monday_zero_offset();
                        let back = match p.get(Slot::Dir) {
                            None => weekday < 5 && tense != Tense::Future,
                            Some(0) => weekday < 3 && tense == Tense::Past,
                            _ => false,
                        };
                        Some(Cal::Weekend(add_days(
                            monday_of(d),
                            if back { -7 } else { 0 },
                        )))
                    }
                    _ => base,
                };
                take(&mut r, Stamp::from(base.and_then(|b| b.step(n)), unit));
                if let Some(part) = p.get(Slot::Part) {
                    add_time(&mut r, Tod::Part(part as usize));
                }
            }
            Op::Same => {
                let stamp = match p.get(Slot::Unit).map(Unit::from_code) {
                    Some(u @ (Unit::Second | Unit::Minute | Unit::Hour | Unit::Day)) => {
                        Stamp::from(
                            ctx.last_day.or(ctx.document).map(Cal::Day),
                            u.max(Unit::Day),
                        )
                    }
                    Some(u) => {
                        let c = ctx
                            .last
                            .filter(|c| c.unit() <= u)
                            .or(ctx.document.map(Cal::Day));
                        Stamp::from(c.and_then(|c| c.widen(u)), u)
                    }
                    None => match (p.get(Slot::Part), ctx.last) {
                        (Some(_), _) => {
                            Stamp::from(ctx.last_day.or(ctx.document).map(Cal::Day), Unit::Day)
                        }
                        (None, Some(c)) => Stamp::known(c),
                        (None, None) => Stamp::relative("PAST_REF"),
                    },
                };
                take(&mut r, stamp);
                if let Some(part) = p.get(Slot::Part) {
                    add_time(&mut r, Tod::Part(part as usize));
                }
            }
            Op::Numeric => {
                let (a, b) = (p.get(Slot::Ord)?, p.get(Slot::Freq)?);
                let y = self.year_of(p, ctx)?;
                let (d, m) = match (a > 12, b > 12) {
                    (true, true) => return None,
                    (true, false) => (a, b),
                    (false, true) => (b, a),
                    (false, false) => match ctx.order.unwrap_or(Order::MonthFirst) {
                        Order::DayFirst => (a, b),
                        Order::MonthFirst => (b, a),
                    },
                };
                let mut s = Stamp::known(cal::day(y, m, d)?);
                s.explicit = true;
                take(&mut r, s);
                if let Some(t) = time_of_day(p) {
                    add_time(&mut r, t);
                }
            }
            Op::Calendar => {
                let stamp = self.calendar(p, tense, ctx)?;
                take(&mut r, stamp);
                if let Some(t) = time_of_day(p) {
                    add_time(&mut r, t);
                }
            }
            Op::PartOf => {
                let inner = self.read(p.inner.as_deref()?, tense, ctx)?;
                return self.part_of(p, inner, r);
            }
        }
        // What no TIMEX3 value can hold is better left out than written down.
        is_well_formed(&r.value).then_some(r)
    }

    /// The year that stands in the text.
    fn year_of(&self, p: &Part, ctx: &Context) -> Option<i32> {
        if let Some(y) = p.get(Slot::Year) {
            return Some(y);
        }
        let yy = p.get(Slot::YearShort)?;
        let now = ctx.document.map_or(2030, |d| i32::from(d.year()));
        Some(short_year(yy, now + 10, 100))
    }

    fn calendar(&self, p: &Part, tense: Tense, ctx: &Context) -> Option<Stamp> {
        let doc = ctx.document;
        let dir = p.get(Slot::Dir);
        let explicit = self.year_of(p, ctx);
        if explicit.is_some_and(|y| !(1..=9998).contains(&y)) {
            return None;
        }
        if let Some(era) = p.get(Slot::Era)
            && let Some(y) = explicit
        {
            return era_year(ERAS.get(era as usize)?, y, p);
        }
        let seal = |c: Option<Cal>| {
            c.map(|c| {
                let mut s = Stamp::known(c);
                s.explicit = true;
                s
            })
        };
        if let Some(n) = p.get(Slot::Offset) {
            return Some(Stamp::from(
                doc.and_then(|d| Cal::Day(d).step(i64::from(n))),
                Unit::Day,
            ));
        }
        if let Some(h) = p.get(Slot::Holiday) {
            return self.holiday(self.holidays.get(h as usize)?, explicit, dir, tense, ctx);
        }
        let month = p.get(Slot::Month).or_else(|| p.get(Slot::MonthNum));
        let d = p.get(Slot::Day);
        if let Some(m) = month {
            if !(1..=12).contains(&m) {
                return None;
            }
            return match (explicit, d) {
                (Some(y), Some(d)) => seal(Some(cal::day(y, m, d)?)),
                (Some(y), None) if y > 0 => seal(Some(Cal::Month(y, m))),
                (Some(_), None) => None,
                (None, Some(d)) => {
                    // The longest a month can be: February 29 waits for its year.
                    cal::day(2024, m, d)?;
                    let c = self.day_of_year(m, d, p, tense, ctx);
                    Some(match c {
                        Some(c) => Stamp::known(c),
                        None => Stamp::relative(format!("XXXX-{m:02}-{d:02}")),
                    })
                }
                (None, None) => {
                    let c = month_near(m, dir, tense, ctx);
                    Some(match c {
                        Some(c) => Stamp::known(c),
                        None => Stamp::relative(format!("XXXX-{m:02}")),
                    })
                }
            };
        }
        if let Some(w) = p.get(Slot::Weekday) {
            if let Some(n) = d {
                // "Tuesday the 18th": the nearest month in which that is so.
                let c = doc.and_then(|doc| nearest_day_of_month(doc, n, tense, Some(w)));
                return Some(match c {
                    Some(c) => Stamp::known(Cal::Day(c)),
                    None => Stamp::relative(format!("XXXX-XX-{n:02}")),
                });
            }
            return Some(match doc.and_then(|doc| weekday_near(doc, w, dir, tense)) {
                Some(d) => Stamp::known(Cal::Day(d)),
                None => Stamp::relative(format!("XXXX-WXX-{w}")),
            });
        }
        if let Some(n) = d {
            let base = ctx.last_day.or(doc);
            let c = base.and_then(|b| nearest_day_of_month(b, n, tense, None));
            return Some(match c {
                Some(c) => Stamp::known(Cal::Day(c)),
                None => Stamp::relative(format!("XXXX-XX-{n:02}")),
            });
        }
        for (slot, unit, most) in [
            (Slot::Quarter, Unit::Quarter, 4),
            (Slot::Half, Unit::Half, 2),
            (Slot::Season, Unit::Season, 4),
        ] {
            let Some(n) = p.get(slot) else { continue };
            let last = n == -1;
            if !(last || (0..=most).contains(&n)) {
                return None;
            }
            let n = if last { most } else { n };
            let make = |y: i32| match unit {
                Unit::Quarter => Cal::Quarter(y, n),
                Unit::Half => Cal::Half(y, n),
                _ => Cal::Season(y, n as usize & 3),
            };
            if let Some(y) = explicit {
                return seal(Some(make(y)));
            }
            let relative = match unit {
                Unit::Quarter => format!("XXXX-Q{n}"),
                Unit::Half => format!("XXXX-H{n}"),
                _ => format!("XXXX-{}", SEASONS[n as usize & 3]),
            };
            let c = doc.and_then(|doc| cyclic_near(doc, make, dir, tense));
            return Some(match c {
                Some(c) => Stamp::known(c),
                None => Stamp::relative(relative),
            });
        }
        if let Some(n) = p.get(Slot::Decade) {
            if n >= 100 {
                return seal(Some(Cal::Decade(n / 10)));
            }
            let now = doc.map_or(2030, |d| i32::from(d.year()));
            return Some(Stamp::known(Cal::Decade(short_year(n, now, 100) / 10)));
        }
        if let Some(n) = p.get(Slot::Century) {
            if !(1..=40).contains(&n) {
                return None;
            }
            return seal(Some(Cal::Century(n - 1)));
        }
        if let Some(y) = explicit {
            return seal((y > 0).then_some(Cal::Year(y)));
        }
        if time_of_day(p).is_some() {
            return Some(Stamp::from(
                ctx.day_for_time.or(doc).map(Cal::Day),
                Unit::Day,
            ));
        }
        None
    }

    /// A day of a month without a year.
    fn day_of_year(&self, m: i32, d: i32, p: &Part, tense: Tense, ctx: &Context) -> Option<Cal> {
        // "from 3 May 2015 to 8 June": the year just given holds.
        if let Some(y) = ctx.sentence_explicit.and_then(Cal::year)
            && let Some(c) = cal::day(y, m, d)
        {
            return Some(c);
        }
        let base = match (ctx.document, ctx.last_explicit) {
            (Some(d), _) => d,
            // An undated text that tells in order: the year goes on from the date given last.
            (None, Some(c)) if c.unit() <= Unit::Month => c.start()?,
            _ => return None,
        };
        let dir = p.get(Slot::Dir);
        let weekday = p.get(Slot::Weekday);
        let y = i32::from(base.year());
        let at = |y: i32| match cal::day(y, m, d) {
            Some(Cal::Day(d)) => Some(d),
            _ => None,
        };
        let candidates: Vec<Date> = [y - 1, y, y + 1].into_iter().filter_map(at).collect();
        if let Some(w) = weekday {
            // "Wednesday, 5 March" names its year, mostly.
            let fit = (y - 2..=y + 2)
                .filter_map(at)
                .filter(|c| i32::from(c.weekday().to_monday_one_offset()) == w)
                .min_by_key(|c| kind_days(base, *c).abs());
            if let Some(c) = fit {
                return Some(Cal::Day(c));
            }
        }
        let before = candidates.iter().copied().filter(|c| *c <= base).max();
        let after = candidates.iter().copied().filter(|c| *c >= base).min();
        let pick = match (dir, tense) {
            (Some(-1), _) => candidates.iter().copied().filter(|c| *c < base).max(),
            (Some(1), _) => candidates.iter().copied().filter(|c| *c > base).min(),
            (_, Tense::Past) => before.filter(|b| kind_days(*b, base) <= 300).or(after),
            (_, Tense::Future) => after.filter(|a| kind_days(base, *a) <= 300).or(before),
            _ => None,
        };
        pick.or_else(|| {
            candidates
                .into_iter()
                .min_by_key(|c| kind_days(base, *c).abs())
        })
        .map(Cal::Day)
    }

    fn holiday(
        &self,
        feast: &Feast,
        year: Option<i32>,
        dir: Option<i32>,
        tense: Tense,
        ctx: &Context,
    ) -> Option<Stamp> {
        let day_in = |y: i32| -> Option<(Date, Date)> {
            let one = |d: Option<Date>| d.map(|d| (d, d));
            match *feast {
                Feast::Hebrew(m, d) => one(cal::hebrew_in(y, m, d)),
                Feast::Listed(ref days) => days
                    .iter()
                    .find(|x| x.0 == y)
                    .and_then(|&(y, m, d)| cal::day(y, m, d))
                    .and_then(|c| match c {
                        Cal::Day(d) => Some((d, d)),
                        _ => None,
                    }),
                Feast::Fixed(m, d) | Feast::Once(_, m, d) => match cal::day(y, m, d)? {
                    Cal::Day(d) => Some((d, d)),
                    _ => None,
                },
                Feast::Nth(m, n, w, off) => {
                    one(cal::nth_weekday(y, m, n, w).map(|d| add_days(d, off)))
                }
                Feast::Easter(n) => one(cal::easter(y).map(|d| add_days(d, n))),
                Feast::Orthodox(n) => one(cal::orthodox_easter(y).map(|d| add_days(d, n))),
                Feast::Hijri(m, d, len) => {
                    // The Islamic year that has this day in the civil year y.
                    let about = (y - 622) * 33 / 32;
                    (about - 1..=about + 2)
                        .filter_map(|h| cal::hijri(h, m, d))
                        .find(|d| i32::from(d.year()) == y)
                        .map(|d| (add_days(d, -1), add_days(d, len)))
                }
            }
        };
        if let Feast::Once(y, m, d) = *feast {
            let mut s = Stamp::known(cal::day(y, m, d)?);
            s.explicit = true;
            return Some(s);
        }
        let year = match (year, ctx.document) {
            (Some(y), _) => y,
            (None, Some(doc)) => {
                let y = i32::from(doc.year());
                let all: Vec<(i32, Date)> = [y - 1, y, y + 1]
                    .into_iter()
                    .filter_map(|y| day_in(y).map(|d| (y, d.0)))
                    .collect();
                let before = all.iter().filter(|c| c.1 <= doc).max_by_key(|c| c.1);
                let after = all.iter().filter(|c| c.1 >= doc).min_by_key(|c| c.1);
                let near = all.iter().min_by_key(|c| kind_days(doc, c.1).abs());
                let pick = match (dir, tense) {
                    (Some(-1), _) => before,
                    (Some(1), _) => after,
                    (Some(0), _) => all.iter().find(|c| c.0 == y),
                    (_, Tense::Past) => before,
                    (_, Tense::Future) => after,
                    _ => near,
                };
                pick.or(near)?.0
            }
            (None, None) => {
                return Some(Stamp::relative(match *feast {
                    Feast::Fixed(m, d) => format!("XXXX-{m:02}-{d:02}"),
                    Feast::Nth(m, _, _, 0) => format!("XXXX-{m:02}-XX"),
                    _ => "XXXX-XX-XX".into(),
                }));
            }
        };
        let (a, b) = day_in(year)?;
        if a == b {
            let mut s = Stamp::known(Cal::Day(a));
            s.explicit = false;
            return Some(s);
        }
        // The moon decides: no day is named, only the days between which it lies.
        let (m, n) = (add_days(a, 1), add_days(b, -1));
        let same_month = (m.year(), m.month()) == (n.year(), n.month());
        Some(Stamp {
            text: if same_month {
                Cal::around(m, Unit::Month).value()
            } else if kind_days(m, n) >= 20 {
                // a whole month of that calendar: where most of it lies
                Cal::around(add_days(m, kind_days(m, n) / 2), Unit::Month).value()
            } else {
                Cal::around(m, Unit::Year).value()
            },
            cal: None,
            range: Some((a, b)),
            explicit: false,
        })
    }

    /// "the end of …", "the third week of …", "the morning of …".
    fn part_of(&self, p: &Part, inner: Reading, mut r: Reading) -> Option<Reading> {
        let year = inner.cal.and_then(Cal::year);
        let year_text = || match inner.cal {
            Some(c) => c.year().map(|y| format!("{y:04}")),
            None => inner
                .value
                .get(..4)
                .filter(|y| y.bytes().all(|b| b.is_ascii_digit() || b == b'X'))
                .map(str::to_owned),
        };
        r.kind = inner.kind;
        r.value.clone_from(&inner.value);
        r.cal = inner.cal;
        r.range = inner.range;
        r.explicit = inner.explicit;
        r.modifier = r.modifier.or(inner.modifier);
        let set = |r: &mut Reading, c: Option<Cal>, text: String| {
            r.value = c.map_or(text, Cal::value);
            r.cal = c;
            r.range = None;
        };
        // Months, days, quarters, seasons of a year that the inner expression names.
        if let Some(m) = p.get(Slot::Month) {
            let y = year_text()?;
            if let Some(d) = p.get(Slot::Day) {
                cal::day(2024, m, d)?;
                let c = year.and_then(|y| cal::day(y, m, d));
                set(&mut r, c, format!("{y}-{m:02}-{d:02}"));
            } else {
                set(
                    &mut r,
                    year.map(|y| Cal::Month(y, m)),
                    format!("{y}-{m:02}"),
                );
            }
        } else if let Some(q) = p.get(Slot::Quarter) {
            let q = if q == -1 { 4 } else { q };
            if !(1..=4).contains(&q) {
                return None;
            }
            set(
                &mut r,
                year.map(|y| Cal::Quarter(y, q)),
                format!("{}-Q{q}", year_text()?),
            );
        } else if let Some(h) = p.get(Slot::Half) {
            let h = if h == -1 { 2 } else { h };
            if !(1..=2).contains(&h) {
                return None;
            }
            match inner.cal {
                Some(Cal::Year(_)) | None => set(
                    &mut r,
                    year.map(|y| Cal::Half(y, h)),
                    format!("{}-H{h}", year_text()?),
                ),
                // Half of a month, of a decade: TIMEX3 has no value, but a mod.
                _ => r.modifier = Some(if h == 1 { "START" } else { "END" }),
            }
        } else if let Some(s) = p.get(Slot::Season) {
            let s = s as usize & 3;
            set(
                &mut r,
                year.map(|y| Cal::Season(y, s)),
                format!("{}-{}", year_text()?, SEASONS[s]),
            );
        } else if let Some(h) = p.get(Slot::Holiday) {
            let feast = self.holidays.get(h as usize)?;
            let s = self.holiday(
                feast,
                Some(year?),
                None,
                Tense::Unknown,
                &Context::default(),
            )?;
            r.value = s.text;
            r.cal = s.cal;
            r.range = s.range;
        } else if let Some(w) = p.get(Slot::Weekday) {
            match (inner.cal, p.get(Slot::Ord)) {
                (Some(Cal::Month(y, m)), Some(n)) => {
                    let d = cal::nth_weekday(y, m, n, w)?;
                    set(&mut r, Some(Cal::Day(d)), String::new());
                }
                (Some(Cal::Week(monday)), _) => {
                    set(
                        &mut r,
                        Some(Cal::Day(add_days(monday, i64::from(w) - 1))),
                        String::new(),
                    );
                }
                (None, _) => set(&mut r, None, format!("XXXX-WXX-{w}")),
                // "Monday, 5 March": the date stands, whatever its weekday.
                _ => {}
            }
        } else if let Some(u) = p.get(Slot::Unit).map(Unit::from_code) {
            let n = p.get(Slot::Ord).or_else(|| p.get(Slot::Dir)).unwrap_or(1);
            match inner.cal.and_then(|c| nth_in(c, n, u)) {
                Some(c) => set(&mut r, Some(c), String::new()),
                None => set(&mut r, None, cal::unknown(u).into()),
            }
        }
        if let Some(t) = time_of_day(p) {
            if r.kind != TimexKind::Set {
                r.kind = TimexKind::Time;
            }
            let day = r.value.split('T').next().unwrap_or("").to_owned();
            if !(matches!(r.cal, Some(Cal::Day(_))) || day.len() == 10) {
                return None;
            }
            r.value = day;
            add_time(&mut r, t);
        }
        is_well_formed(&r.value).then_some(r)
    }

    fn set_value(&self, p: &Part) -> Option<String> {
        let tail = time_of_day(p).map_or(String::new(), Tod::value);
        if let Some(w) = p.get(Slot::Weekday) {
            return Some(format!("XXXX-WXX-{w}{tail}"));
        }
        if let Some(m) = p.get(Slot::Month) {
            return Some(match p.get(Slot::Day) {
                Some(d) => {
                    cal::day(2024, m, d)?;
                    format!("XXXX-{m:02}-{d:02}{tail}")
                }
                None => format!("XXXX-{m:02}"),
            });
        }
        if let Some(s) = p.get(Slot::Season) {
            return Some(format!("XXXX-{}", SEASONS[s as usize & 3]));
        }
        if p.get(Slot::Unit).is_some() {
            return duration(p);
        }
        (!tail.is_empty()).then(|| format!("XXXX-XX-XX{tail}"))
    }
}

fn add_time(r: &mut Reading, t: Tod) {
    let day_like = matches!(r.cal, Some(Cal::Day(_))) || (r.cal.is_none() && r.value.len() == 10);
    let weekday = r.value.len() >= 9 && r.value.starts_with("XXXX-WXX-");
    if (day_like || weekday) && !r.value.contains('T') {
        r.value.push_str(&t.value());
        r.kind = TimexKind::Time;
    }
}

fn time_of_day(p: &Part) -> Option<Tod> {
    if let Some(h) = p.get(Slot::Hour) {
        let (mut h, mut m) = (h, p.get(Slot::Minute));
        // "0800": four figures in one.
        if h > 24 {
            m = Some(h % 100);
            h /= 100;
        }
        match p.get(Slot::Meridiem) {
            Some(0) if h == 12 => h = 0,
            Some(1) if h < 12 => h += 12,
            _ => {}
        }
        // "a quarter to five"
        if let Some(n) = m.filter(|n| (-59..0).contains(n)) {
            (h, m) = ((h + 23) % 24, Some(60 + n));
        }
        if !(0..=24).contains(&h) || m.is_some_and(|m| !(0..=59).contains(&m)) {
            return None;
        }
        // "5 in the afternoon"
        if p.get(Slot::Meridiem).is_none()
            && h < 12
            && matches!(p.get(Slot::Part), Some(2..=4))
            && !(p.get(Slot::Part) == Some(4) && h < 5)
        {
            h += 12;
        }
        return Some(Tod::Clock {
            h,
            m,
            s: p.get(Slot::Second).filter(|s| *s <= 59),
            utc: p.get(Slot::Zone) == Some(1),
        });
    }
    p.get(Slot::Part).map(|n| Tod::Part(n as usize))
}

/// The full year of two figures: the last one not after `latest`.
fn short_year(yy: i32, latest: i32, per: i32) -> i32 {
    let base = latest.div_euclid(per) * per + yy;
    if base > latest && base > per {
        base - per
    } else {
        base
    }
}

fn duration(p: &Part) -> Option<String> {
    let unit = Unit::from_code(p.get(Slot::Unit)?);
    let q = p.get(Slot::Qty).unwrap_or(100);
    let mut text = length(q, unit);
    // "two years and three months"
    if let Some(inner) = p.inner.as_deref()
        && let Some(more) = inner.get(Slot::Unit).map(Unit::from_code)
        && more < unit
    {
        let add = length(inner.get(Slot::Qty).unwrap_or(100), more);
        let (days, time) = match add.strip_prefix("PT") {
            Some(t) => ("", t),
            None => (add.strip_prefix('P')?, ""),
        };
        text.push_str(days);
        if !time.is_empty() {
            if !text.contains('T') {
                text.push('T');
            }
            text.push_str(time);
        }
    }
    Some(text)
}

fn length(hundredths: i32, unit: Unit) -> String {
    let (unit, hundredths) = match (unit, hundredths) {
        (Unit::Hour, 50) => (Unit::Minute, 3000),
        (Unit::Minute, 50) => (Unit::Second, 3000),
        (Unit::Day, 50) => (Unit::Hour, 1200),
        (Unit::Year, 50) => (Unit::Month, 600),
        (Unit::Decade, 50) => (Unit::Year, 500),
        (Unit::Century, 50) => (Unit::Year, 5000),
        o => o,
    };
    let (letters, clock) = unit.designator();
    let t = if clock { "T" } else { "" };
    if hundredths < 0 {
        return format!("P{t}X{letters}");
    }
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    if rest == 0 {
        format!("P{t}{whole}{letters}")
    } else if rest % 10 == 0 {
        format!("P{t}{whole}.{}{letters}", rest / 10)
    } else {
        format!("P{t}{whole}.{rest:02}{letters}")
    }
}

/// An anchor moved by an amount, as fine as the unit says.
fn shifted(anchor: Option<Cal>, q: i32, dir: i64, unit: Unit, op: Op) -> Stamp {
    let n = i64::from(q / 100);
    let half = q % 100 != 0;
    let Some(anchor) = anchor else {
        return Stamp::relative(cal::unknown(unit));
    };
    if unit < Unit::Day {
        // Which day it was is fixed only as long as the count stays small against a day.
        let per = match unit {
            Unit::Hour => 1,
            Unit::Minute => 60,
            _ => 3600,
        };
        return match anchor {
            Cal::Day(d) if n / per <= 6 => Stamp {
                text: format!("{}TXX", Cal::Day(d).value()),
                cal: Some(Cal::Day(d)),
                range: None,
                explicit: false,
            },
            Cal::Day(d) => Stamp {
                text: format!("{}TXX", Cal::Day(add_days(d, dir * (n / per / 24))).value()),
                cal: None,
                range: None,
                explicit: false,
            },
            _ => Stamp::relative(cal::unknown(unit)),
        };
    }
    let (n, unit) = match unit {
        _ if half && unit == Unit::Year => (i64::from(q) * 12 / 100, Unit::Month),
        _ if half && unit == Unit::Month => (i64::from(q) * 30 / 100, Unit::Day),
        _ if half && unit == Unit::Week => (i64::from(q) * 7 / 100, Unit::Day),
        Unit::Decade => (n * 10, Unit::Year),
        u => (n, u),
    };
    let moved = anchor.shift(dir * n, unit).and_then(|c| match c.unit() {
        // "a year earlier" than a quarter or a month is the same quarter or month.
        Unit::Month | Unit::Quarter | Unit::Half | Unit::Season
            if op == Op::Later && anchor.unit() == c.unit() =>
        {
            Some(c)
        }
        _ => c.widen(unit),
    });
    Stamp::from(moved, unit)
}

fn weekday_near(doc: Date, w: i32, dir: Option<i32>, tense: Tense) -> Option<Date> {
    if !(1..=7).contains(&w) {
        return None;
    }
    let here = i64::from(doc.weekday().to_monday_one_offset());
    let back = (here - i64::from(w)).rem_euclid(7);
    let on = (i64::from(w) - here).rem_euclid(7);
    let n = match (dir, tense) {
        (Some(-1), _) => -(if back == 0 { 7 } else { back }),
        (Some(1), _) => {
            if on == 0 {
                7
            } else {
                on
            }
        }
        (_, Tense::Future) => on,
        (Some(0), Tense::Unknown) => on,
        _ => -back,
    };
    Some(add_days(doc, n))
}

fn month_near(m: i32, dir: Option<i32>, tense: Tense, ctx: &Context) -> Option<Cal> {
    // "from May 2015 to June", "In 2015 … in June"
    if dir.is_none()
        && let Some(y) = ctx.sentence_explicit.and_then(Cal::year)
    {
        return Some(Cal::Month(y, m));
    }
    let doc = ctx.document?;
    let (y, here) = (i32::from(doc.year()), i32::from(doc.month()));
    let back = (here - m).rem_euclid(12);
    let on = (m - here).rem_euclid(12);
    let n = match (dir, tense) {
        (Some(-1), _) => -(if back == 0 { 12 } else { back }),
        (Some(1), _) => {
            if on == 0 {
                12
            } else {
                on
            }
        }
        (Some(0), _) => m - here,
        (_, Tense::Future) => on,
        (_, Tense::Past) => -back,
        _ if on < back && on <= 4 => on,
        _ => -back,
    };
    Cal::Month(y, here).step(i64::from(n))
}

/// A quarter, half or season of an unnamed year.
fn cyclic_near(
    doc: Date,
    make: impl Fn(i32) -> Cal,
    dir: Option<i32>,
    tense: Tense,
) -> Option<Cal> {
    let y = i32::from(doc.year());
    let all: Vec<Cal> = (y - 2..=y + 2).map(make).collect();
    let begun = |c: &&Cal| c.start().is_some_and(|s| s <= doc);
    let over = |c: &&Cal| c.end().is_some_and(|e| e < doc);
    let open = |c: &&Cal| c.end().is_some_and(|e| e >= doc);
    let ahead = |c: &&Cal| c.start().is_some_and(|s| s > doc);
    match (dir, tense) {
        (Some(-1), _) => all.iter().rev().find(over),
        (Some(1), _) => all.iter().find(ahead),
        (Some(0), _) => all
            .iter()
            .find(|c| begun(c) && open(c))
            .or_else(|| all.iter().find(|c| c.year() == Some(y))),
        (_, Tense::Future) => all.iter().find(open),
        _ => all.iter().rev().find(begun),
    }
    .copied()
}

/// "the 18th": in this month or its neighbour.
fn nearest_day_of_month(base: Date, n: i32, tense: Tense, weekday: Option<i32>) -> Option<Date> {
    let Cal::Month(y, m) = Cal::around(base, Unit::Month) else {
        return None;
    };
    let mut best: Option<(i64, Date)> = None;
    for k in -2..=2 {
        let Some(Cal::Month(y, m)) = Cal::Month(y, m).step(k) else {
            continue;
        };
        let Some(Cal::Day(d)) = cal::day(y, m, n) else {
            continue;
        };
        if weekday.is_some_and(|w| i32::from(d.weekday().to_monday_one_offset()) != w) {
            continue;
        }
        let gap = kind_days(base, d);
        let wrong = match tense {
            Tense::Past => gap > 0,
            Tense::Future => gap < 0,
            Tense::Unknown => false,
        };
        let cost = gap.abs() + if wrong { 45 } else { 0 };
        if best.is_none_or(|b| cost < b.0) {
            best = Some((cost, d));
        }
    }
    best.map(|b| b.1)
}

/// The nth day, week, month … inside a stretch; -1 is the last.
fn nth_in(c: Cal, n: i32, unit: Unit) -> Option<Cal> {
    if n == 0 || c.unit() <= unit {
        return None;
    }
    let (start, end) = (c.start()?, c.end()?);
    if unit == Unit::Week || unit == Unit::Weekend {
        // A week belongs to where its Thursday lies, a weekend to where its Saturday lies.
        let mark = if unit == Unit::Week { 3 } else { 5 };
        let wrap = |d: Date| {
            if unit == Unit::Week {
                Cal::Week(monday_of(d))
            } else {
                Cal::Weekend(monday_of(d))
            }
        };
        let first = {
            let d = add_days(monday_of(start), mark);
            if d < start { add_days(d, 7) } else { d }
        };
        let last = {
            let d = add_days(monday_of(end), mark);
            if d > end { add_days(d, -7) } else { d }
        };
        let d = if n > 0 {
            add_days(first, 7 * (i64::from(n) - 1))
        } else {
            add_days(last, 7 * (i64::from(n) + 1))
        };
        return (start..=end).contains(&d).then(|| wrap(d));
    }
    let found = if n > 0 {
        Cal::around(start, unit).step(i64::from(n) - 1)?
    } else {
        Cal::around(end, unit).step(i64::from(n) + 1)?
    };
    (found.start()? >= start && found.end()? <= end).then_some(found)
}

/// A year of another era.
fn era_year(era: &str, y: i32, p: &Part) -> Option<Stamp> {
    let spread = |a: Date, b: Date, unit: Unit| {
        // The civil year or month in which most of it lies gives the value.
        let mid = add_days(a, kind_days(a, b) / 2);
        Stamp {
            text: Cal::around(mid, unit).value(),
            cal: None,
            range: Some((a, b)),
            explicit: true,
        }
    };
    match era {
        "CE" => {
            let mut s = Stamp::known(Cal::Year((y > 0).then_some(y)?));
            s.explicit = true;
            Some(s)
        }
        "BCE" => Some(Stamp::relative(format!("BC{:04}", y.min(9999)))),
        "FISCAL" => Some(Stamp {
            text: match p.get(Slot::Quarter) {
                Some(q) if (1..=4).contains(&q) => format!("FY{y:04}-Q{q}"),
                _ => format!("FY{y:04}"),
            },
            cal: None,
            range: None,
            explicit: true,
        }),
        "BUDDHIST" => {
            let mut s = Stamp::known(Cal::Year((y > 544).then_some(y - 543)?));
            s.explicit = true;
            Some(s)
        }
        "HIJRI" => {
            // The moon decides: a day either way.
            let m = p.get(Slot::Month);
            let (a, b, unit) = match (m, p.get(Slot::Day)) {
                (Some(m), Some(d)) => {
                    let day = cal::hijri(y, m, d)?;
                    (day, add_days(day, 1), Unit::Month)
                }
                (Some(12), None) => (cal::hijri(y, 12, 1)?, cal::hijri(y + 1, 1, 1)?, Unit::Month),
                (Some(m), None) => (cal::hijri(y, m, 1)?, cal::hijri(y, m + 1, 1)?, Unit::Month),
                (None, _) => (cal::hijri(y, 1, 1)?, cal::hijri(y + 1, 1, 1)?, Unit::Year),
            };
            Some(spread(add_days(a, -1), b, unit))
        }
        "PERSIAN" => match (p.get(Slot::Month), p.get(Slot::Day)) {
            (Some(m), Some(d)) => {
                let mut s = Stamp::known(Cal::Day(cal::persian(y, m, d)?));
                s.explicit = true;
                Some(s)
            }
            (Some(m), None) => {
                let a = cal::persian(y, m, 1)?;
                let b = match m {
                    12 => cal::persian(y + 1, 1, 1)?,
                    m => cal::persian(y, m + 1, 1)?,
                };
                Some(spread(a, add_days(b, -1), Unit::Month))
            }
            (None, _) => {
                let (a, b) = cal::persian_year(y)?;
                Some(spread(a, b, Unit::Year))
            }
        },
        _ => None,
    }
}
