//! Stretches of the calendar and how TIMEX3 writes them.

use crate::Precision;
use jiff::Span;
use jiff::civil::{Date, Weekday, date};

/// Units of time, from fine to coarse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Weekend,
    Week,
    Month,
    Quarter,
    Half,
    Season,
    Year,
    Decade,
    Century,
    Millennium,
}

impl Unit {
    pub(crate) const NAMES: &'static [(&'static str, Unit)] = &[
        ("second", Unit::Second),
        ("minute", Unit::Minute),
        ("hour", Unit::Hour),
        ("day", Unit::Day),
        ("weekend", Unit::Weekend),
        ("week", Unit::Week),
        ("month", Unit::Month),
        ("quarter", Unit::Quarter),
        ("half", Unit::Half),
        ("season", Unit::Season),
        ("year", Unit::Year),
        ("decade", Unit::Decade),
        ("century", Unit::Century),
        ("millennium", Unit::Millennium),
    ];

    pub(crate) fn from_code(code: i32) -> Unit {
        Self::NAMES
            .get(code as usize)
            .map_or(Unit::Day, |(_, u)| *u)
    }

    /// The letter or letters of ISO 8601 and TIMEX3, and whether a `T` stands before.
    pub(crate) fn designator(self) -> (&'static str, bool) {
        match self {
            Unit::Second => ("S", true),
            Unit::Minute => ("M", true),
            Unit::Hour => ("H", true),
            Unit::Day => ("D", false),
            Unit::Weekend => ("WE", false),
            Unit::Week => ("W", false),
            Unit::Month => ("M", false),
            Unit::Quarter => ("Q", false),
            Unit::Half => ("H", false),
            Unit::Season => ("SN", false),
            Unit::Year => ("Y", false),
            Unit::Decade => ("DE", false),
            Unit::Century => ("CE", false),
            Unit::Millennium => ("ML", false),
        }
    }
}

pub(crate) const SEASONS: [&str; 4] = ["SP", "SU", "FA", "WI"];
pub(crate) const PARTS: [&str; 6] = ["MO", "MI", "AF", "EV", "NI", "DT"];

/// A stretch of the calendar that is wholly known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cal {
    Day(Date),
    /// ISO week: the Monday.
    Week(Date),
    /// Weekend of an ISO week: its Monday.
    Weekend(Date),
    Month(i32, i32),
    Quarter(i32, i32),
    Half(i32, i32),
    Season(i32, usize),
    Year(i32),
    /// The years n0 to n9.
    Decade(i32),
    /// The years n00 to n99.
    Century(i32),
}

fn ymd(y: i32, m: i32, d: i32) -> Option<Date> {
    Date::new(
        i16::try_from(y).ok()?,
        i8::try_from(m).ok()?,
        i8::try_from(d).ok()?,
    )
    .ok()
}

pub(crate) fn day(y: i32, m: i32, d: i32) -> Option<Cal> {
    if !(1..=9998).contains(&y) {
        return None;
    }
    ymd(y, m, d).map(Cal::Day)
}

pub(crate) fn monday_of(d: Date) -> Date {
    add_days(d, -(d.weekday().to_monday_zero_offset() as i64))
}

pub(crate) fn add_days(d: Date, n: i64) -> Date {
    plus(d, Step::Days(n)).unwrap_or(d)
}

enum Step {
    Days(i64),
    Months(i64),
    Years(i64),
}

/// A date moved; `None` beyond the years that dates can have. (jiff's own shorthands panic on large amounts.)
fn plus(d: Date, step: Step) -> Option<Date> {
    let span = match step {
        Step::Days(n) => Span::new().try_days(n),
        Step::Months(n) => Span::new().try_months(n),
        Step::Years(n) => Span::new().try_years(n),
    };
    d.checked_add(span.ok()?).ok()
}

fn add_months(y: i32, m: i32, n: i64) -> Option<(i32, i32)> {
    let t = i64::from(y) * 12 + i64::from(m) - 1 + n;
    let (y, m) = (t.div_euclid(12), t.rem_euclid(12) + 1);
    (1..=9998).contains(&y).then_some((y as i32, m as i32))
}

fn last_of(y: i32, m: i32) -> Option<Date> {
    ymd(y, m, 1).map(|d| d.last_of_month())
}

impl Cal {
    /// The day, week, month … that holds `d`.
    pub(crate) fn around(d: Date, unit: Unit) -> Cal {
        let (y, m) = (i32::from(d.year()), i32::from(d.month()));
        match unit {
            Unit::Second | Unit::Minute | Unit::Hour | Unit::Day => Cal::Day(d),
            Unit::Weekend => Cal::Weekend(monday_of(d)),
            Unit::Week => Cal::Week(monday_of(d)),
            Unit::Month => Cal::Month(y, m),
            Unit::Quarter => Cal::Quarter(y, (m - 1) / 3 + 1),
            Unit::Half => Cal::Half(y, (m - 1) / 6 + 1),
            Unit::Season => match m {
                12 => Cal::Season(y, 3),
                1 | 2 => Cal::Season(y - 1, 3),
                3..=5 => Cal::Season(y, 0),
                6..=8 => Cal::Season(y, 1),
                _ => Cal::Season(y, 2),
            },
            Unit::Year => Cal::Year(y),
            Unit::Decade => Cal::Decade(y.div_euclid(10)),
            Unit::Century | Unit::Millennium => Cal::Century(y.div_euclid(100)),
        }
    }

    /// `n` steps of its own length on.
    pub(crate) fn step(self, n: i64) -> Option<Cal> {
        let n = n.clamp(-4_000_000, 4_000_000);
        let year = |y: i32, n: i64| {
            let y = i64::from(y) + n;
            (1..=9998).contains(&y).then_some(y as i32)
        };
        Some(match self {
            Cal::Day(d) => Cal::Day(plus(d, Step::Days(n))?),
            Cal::Week(d) => Cal::Week(plus(d, Step::Days(7 * n))?),
            Cal::Weekend(d) => Cal::Weekend(plus(d, Step::Days(7 * n))?),
            Cal::Month(y, m) => {
                let (y, m) = add_months(y, m, n)?;
                Cal::Month(y, m)
            }
            Cal::Quarter(y, q) => {
                let (y, m) = add_months(y, q * 3 - 2, 3 * n)?;
                Cal::Quarter(y, (m - 1) / 3 + 1)
            }
            Cal::Half(y, h) => {
                let (y, m) = add_months(y, h * 6 - 5, 6 * n)?;
                Cal::Half(y, (m - 1) / 6 + 1)
            }
            Cal::Season(y, s) => {
                let t = i64::from(y) * 4 + s as i64 + n;
                let y = t.div_euclid(4);
                if !(1..=9998).contains(&y) {
                    return None;
                }
                Cal::Season(y as i32, t.rem_euclid(4) as usize)
            }
            Cal::Year(y) => Cal::Year(year(y, n)?),
            Cal::Decade(y) => {
                let y = i64::from(y) + n;
                (0..=998).contains(&y).then_some(Cal::Decade(y as i32))?
            }
            Cal::Century(y) => {
                let y = i64::from(y) + n;
                (0..=98).contains(&y).then_some(Cal::Century(y as i32))?
            }
        })
    }

    /// Moved by `n` units, kept as fine as the coarser of the two allows.
    pub(crate) fn shift(self, n: i64, unit: Unit) -> Option<Cal> {
        let n = n.clamp(-4_000_000, 4_000_000);
        Some(match (self, unit) {
            (Cal::Day(d), Unit::Second | Unit::Minute | Unit::Hour) => {
                let per = match unit {
                    Unit::Second => 86_400,
                    Unit::Minute => 1_440,
                    _ => 24,
                };
                Cal::Day(plus(d, Step::Days(n / per))?)
            }
            (Cal::Day(d), Unit::Day) => Cal::Day(plus(d, Step::Days(n))?),
            (Cal::Day(d), Unit::Week | Unit::Weekend) => Cal::Day(plus(d, Step::Days(7 * n))?),
            (Cal::Day(d), Unit::Month | Unit::Quarter | Unit::Half | Unit::Season) => {
                Cal::Day(plus(d, Step::Months(n * months(unit)))?)
            }
            (Cal::Day(d), _) => Cal::Day(plus(d, Step::Years(n * years(unit)))?),
            (Cal::Month(..), Unit::Month) => self.step(n)?,
            (Cal::Month(y, m), Unit::Quarter | Unit::Half | Unit::Season) => {
                let (y, m) = add_months(y, m, n * months(unit))?;
                Cal::Month(y, m)
            }
            (Cal::Year(_), Unit::Year | Unit::Decade | Unit::Century | Unit::Millennium) => {
                self.step(n * years(unit))?
            }
            (
                Cal::Month(..) | Cal::Quarter(..) | Cal::Half(..) | Cal::Season(..),
                Unit::Year | Unit::Decade | Unit::Century | Unit::Millennium,
            ) => {
                let n = n * years(unit);
                match self {
                    Cal::Month(..) => self.step(12 * n)?,
                    Cal::Quarter(..) | Cal::Season(..) => self.step(4 * n)?,
                    _ => self.step(2 * n)?,
                }
            }
            (Cal::Week(d) | Cal::Weekend(d), Unit::Week | Unit::Weekend) => match self {
                Cal::Weekend(_) => Cal::Weekend(plus(d, Step::Days(7 * n))?),
                _ => Cal::Week(plus(d, Step::Days(7 * n))?),
            },
            // A finer unit than what it is counted from: go by its first day.
            _ => Cal::around(self.start()?, unit).step(n)?,
        })
    }

    pub(crate) fn unit(self) -> Unit {
        match self {
            Cal::Day(_) => Unit::Day,
            Cal::Week(_) => Unit::Week,
            Cal::Weekend(_) => Unit::Weekend,
            Cal::Month(..) => Unit::Month,
            Cal::Quarter(..) => Unit::Quarter,
            Cal::Half(..) => Unit::Half,
            Cal::Season(..) => Unit::Season,
            Cal::Year(_) => Unit::Year,
            Cal::Decade(_) => Unit::Decade,
            Cal::Century(_) => Unit::Century,
        }
    }

    /// The day, week, month, year … in which it lies; itself where `unit` is finer.
    pub(crate) fn widen(self, unit: Unit) -> Option<Cal> {
        if self.unit() >= unit {
            return Some(self);
        }
        Some(Cal::around(self.start()?, unit))
    }

    /// First day.
    pub(crate) fn start(self) -> Option<Date> {
        match self {
            Cal::Day(d) | Cal::Week(d) => Some(d),
            Cal::Weekend(d) => Some(add_days(d, 5)),
            Cal::Month(y, m) => ymd(y, m, 1),
            Cal::Quarter(y, q) => ymd(y, q * 3 - 2, 1),
            Cal::Half(y, h) => ymd(y, h * 6 - 5, 1),
            Cal::Season(y, s) => ymd(y, 3 * (s as i32 + 1), 1),
            Cal::Year(y) => ymd(y, 1, 1),
            Cal::Decade(n) => ymd((n * 10).max(1), 1, 1),
            Cal::Century(n) => ymd((n * 100).max(1), 1, 1),
        }
    }

    /// Last day.
    pub(crate) fn end(self) -> Option<Date> {
        match self {
            Cal::Day(d) => Some(d),
            Cal::Week(d) | Cal::Weekend(d) => Some(add_days(d, 6)),
            Cal::Month(y, m) => last_of(y, m),
            Cal::Quarter(y, q) => last_of(y, q * 3),
            Cal::Half(y, h) => last_of(y, h * 6),
            // Meteorological seasons of the northern half; winter runs into the next year.
            Cal::Season(y, 3) => last_of(y + 1, 2),
            Cal::Season(y, s) => last_of(y, 3 * (s as i32 + 1) + 2),
            Cal::Year(y) => ymd(y, 12, 31),
            Cal::Decade(n) => ymd(n * 10 + 9, 12, 31),
            Cal::Century(n) => ymd(n * 100 + 99, 12, 31),
        }
    }

    pub(crate) fn precision(self) -> Precision {
        match self {
            Cal::Day(_) => Precision::Day,
            Cal::Month(..) => Precision::Month,
            Cal::Year(_) => Precision::Year,
            _ => Precision::Range,
        }
    }

    pub(crate) fn year(self) -> Option<i32> {
        match self {
            Cal::Day(d) | Cal::Week(d) | Cal::Weekend(d) => Some(i32::from(d.year())),
            Cal::Month(y, _)
            | Cal::Quarter(y, _)
            | Cal::Half(y, _)
            | Cal::Season(y, _)
            | Cal::Year(y) => Some(y),
            _ => None,
        }
    }

    /// As TIMEX3 writes it.
    pub(crate) fn value(self) -> String {
        match self {
            Cal::Day(d) => format!("{:04}-{:02}-{:02}", d.year(), d.month(), d.day()),
            Cal::Week(d) => {
                let w = d.iso_week_date();
                format!("{:04}-W{:02}", w.year(), w.week())
            }
            Cal::Weekend(d) => {
                let w = d.iso_week_date();
                format!("{:04}-W{:02}-WE", w.year(), w.week())
            }
            Cal::Month(y, m) => format!("{y:04}-{m:02}"),
            Cal::Quarter(y, q) => format!("{y:04}-Q{q}"),
            Cal::Half(y, h) => format!("{y:04}-H{h}"),
            Cal::Season(y, s) => format!("{y:04}-{}", SEASONS[s & 3]),
            Cal::Year(y) => format!("{y:04}"),
            Cal::Decade(n) => format!("{n:03}"),
            Cal::Century(n) => format!("{n:02}"),
        }
    }
}

fn months(unit: Unit) -> i64 {
    match unit {
        Unit::Quarter | Unit::Season => 3,
        Unit::Half => 6,
        _ => 1,
    }
}

fn years(unit: Unit) -> i64 {
    match unit {
        Unit::Decade => 10,
        Unit::Century => 100,
        Unit::Millennium => 1000,
        _ => 1,
    }
}

/// The relative value of a unit that nothing fixes.
pub(crate) fn unknown(unit: Unit) -> &'static str {
    match unit {
        Unit::Second | Unit::Minute | Unit::Hour => "XXXX-XX-XXTXX",
        Unit::Day => "XXXX-XX-XX",
        Unit::Week => "XXXX-WXX",
        Unit::Weekend => "XXXX-WXX-WE",
        Unit::Month => "XXXX-XX",
        Unit::Quarter => "XXXX-QX",
        Unit::Half => "XXXX-HX",
        Unit::Season => "XXXX-XX",
        Unit::Year => "XXXX",
        Unit::Decade => "XXX",
        Unit::Century | Unit::Millennium => "XX",
    }
}

/// Western Easter Sunday (the anonymous Gregorian rule).
pub(crate) fn easter(y: i32) -> Option<Date> {
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let month = (h + l - 7 * m + 90) / 25;
    let day = (h + l - 7 * m + 33 * month + 19) % 32;
    ymd(y, month, day)
}

/// Orthodox Easter Sunday, in the Gregorian calendar.
pub(crate) fn orthodox_easter(y: i32) -> Option<Date> {
    let (a, b, c) = (y % 4, y % 7, y % 19);
    let d = (19 * c + 15) % 30;
    let e = (2 * a + 4 * b - d + 34) % 7;
    let julian = ymd(y, (d + e + 114) / 31, (d + e + 114) % 31 + 1)?;
    let gap = y / 100 - y / 400 - 2;
    Some(add_days(julian, i64::from(gap)))
}

/// Which days of the civil calendar may fall under a day of the tabular Islamic calendar: the sighting of the moon
/// moves it by a day either way.
pub(crate) fn hijri(y: i32, m: i32, d: i32) -> Option<Date> {
    if !(1..=9000).contains(&y) || !(1..=12).contains(&m) || !(1..=30).contains(&d) {
        return None;
    }
    let (y, m, d) = (i64::from(y), i64::from(m), i64::from(d));
    let days = d + (59 * (m - 1) + 1) / 2 + (y - 1) * 354 + (3 + 11 * y).div_euclid(30) - 1;
    // 1 Muharram 1 is 19 July 622 of the (proleptic) Gregorian calendar.
    plus(date(622, 7, 19), Step::Days(days))
}

/// Days from the Hebrew epoch to the year's mean conjunction, moved off the weekdays on which a year may not begin.
fn hebrew_elapsed(y: i64) -> i64 {
    let months = (235 * y - 234).div_euclid(19);
    let parts = 12_084 + 13_753 * months;
    let days = 29 * months + parts.div_euclid(25_920);
    if (3 * (days + 1)).rem_euclid(7) < 3 {
        days + 1
    } else {
        days
    }
}

/// 1 Tishri of a Hebrew year, as days after 1 January of the year 1 (Gregorian). After Reingold and Dershowitz.
fn hebrew_new_year(y: i64) -> i64 {
    let (before, here, after) = (
        hebrew_elapsed(y - 1),
        hebrew_elapsed(y),
        hebrew_elapsed(y + 1),
    );
    let correction = if after - here == 356 {
        2
    } else {
        i64::from(here - before == 382)
    };
    -1_373_428 + here + correction
}

/// The day of the civil year `y` that is a day of the Hebrew calendar. Months: 1 Tishri, 2 Cheshvan, 3 Kislev, 4 Tevet, 5
/// Shevat, 7 Adar (the second in a leap year), 8 Nisan to 13 Elul.
pub(crate) fn hebrew_in(y: i32, m: i32, d: i32) -> Option<Date> {
    (y + 3760..=y + 3761)
        .filter_map(|h| hebrew(h, m, d))
        .find(|d| i32::from(d.year()) == y)
}

fn hebrew(y: i32, m: i32, d: i32) -> Option<Date> {
    let y = i64::from(y);
    let (start, next) = (hebrew_new_year(y), hebrew_new_year(y + 1));
    let length = next - start;
    let cheshvan = if matches!(length, 355 | 385) { 30 } else { 29 };
    let kislev = if matches!(length, 353 | 383) { 29 } else { 30 };
    // The months up to Shevat from the beginning, those from the last Adar on from the end, where lengths do not change.
    let first = match m {
        1 => start,
        2 => start + 30,
        3 => start + 30 + cheshvan,
        4 => start + 30 + cheshvan + kislev,
        5 => start + 30 + cheshvan + kislev + 29,
        7 => next - 177 - 29,
        8..=13 => next - 177 + [0, 30, 59, 89, 118, 148][m as usize - 8],
        _ => return None,
    };
    plus(date(1, 1, 1), Step::Days(first + i64::from(d) - 1))
}

/// Years after 1309 by whose start a leap day has been added, in a cycle of 33.
const LEAPS: [i32; 8] = [1, 5, 9, 13, 17, 21, 25, 29];

/// A day of the Solar Hijri calendar: six months of 31 days, five of 30, and the rest.
pub(crate) fn persian(y: i32, m: i32, d: i32) -> Option<Date> {
    let (start, end) = persian_year(y)?;
    if !(1..=12).contains(&m) || !(1..=31).contains(&d) || m > 6 && d > 30 {
        return None;
    }
    let before = if m <= 7 {
        31 * (m - 1)
    } else {
        186 + 30 * (m - 7)
    };
    let day = plus(start, Step::Days(i64::from(before + d - 1)))?;
    (day <= end).then_some(day)
}

/// First and last day of a year of the Solar Hijri calendar, which begins at the March equinox.
pub(crate) fn persian_year(y: i32) -> Option<(Date, Date)> {
    // The 33-year rule, counted from 1 Farvardin 1309 (21 March 1930); it follows the equinox from 1200 to 1500.
    let start = |y: i32| -> Option<Date> {
        let n = y - 1309;
        let (cycles, rest) = (n.div_euclid(33), n.rem_euclid(33));
        let leaps = cycles * 8 + LEAPS.iter().filter(|&&l| l <= rest).count() as i32;
        plus(
            date(1930, 3, 21),
            Step::Days(i64::from(n) * 365 + i64::from(leaps)),
        )
    };
    if !(1200..=1500).contains(&y) {
        return None;
    }
    Some((start(y)?, add_days(start(y + 1)?, -1)))
}

/// The nth weekday of a month; the last for -1.
pub(crate) fn nth_weekday(y: i32, m: i32, n: i32, wd: i32) -> Option<Date> {
    let weekday = Weekday::from_monday_one_offset(i8::try_from(wd).ok()?).ok()?;
    ymd(y, m, 1)?
        .nth_weekday_of_month(i8::try_from(n).ok()?, weekday)
        .ok()
}

/// Whether a TIMEX3 value is well formed: a calendar expression, a time, a duration or a reference.
///
/// ```
/// use gesta_time::is_well_formed;
/// for v in ["2024-11-30TEV", "XXXX-WXX-3", "2024-W48-WE", "199", "PT2.5H", "PXY", "PAST_REF", "BC0044", "2009-06-01T12:00Z"] {
///     assert!(is_well_formed(v), "{v}");
/// }
/// for v in ["", "2024-13-01", "2024-02-30", "soon", "P", "PT", "2024-11-30T25:00"] {
///     assert!(!is_well_formed(v), "{v}");
/// }
/// ```
pub fn is_well_formed(value: &str) -> bool {
    if !value.is_ascii() {
        return false;
    }
    if matches!(value, "PRESENT_REF" | "PAST_REF" | "FUTURE_REF") {
        return true;
    }
    if let Some(rest) = value.strip_prefix('P') {
        return duration_ok(rest);
    }
    let (day, time) = match value.split_once('T') {
        Some((d, t)) => (d, Some(t)),
        None => (value, None),
    };
    let day = day
        .strip_prefix("BC")
        .or_else(|| day.strip_prefix("FY"))
        .unwrap_or(day);
    if let Some(t) = time
        && !(time_ok(t) && day.len() >= 10)
    {
        return false;
    }
    date_ok(day)
}

fn digits_or_x(s: &str, n: usize) -> bool {
    s.len() == n
        && (s.bytes().all(|b| b.is_ascii_digit()) || s.bytes().all(|b| b == b'X') || {
            n == 4 && s.bytes().all(|b| b.is_ascii_digit() || b == b'X')
        })
}

fn number(s: &str) -> Option<i32> {
    s.parse().ok()
}

fn date_ok(s: &str) -> bool {
    let parts: Vec<&str> = s.split('-').collect();
    match parts.as_slice() {
        [y] => (2..=4).contains(&y.len()) && digits_or_x(y, y.len()),
        [y, p] if digits_or_x(y, 4) => {
            SEASONS.contains(p)
                || matches!(
                    *p,
                    "Q1" | "Q2" | "Q3" | "Q4" | "QX" | "H1" | "H2" | "HX" | "XX"
                )
                || p.strip_prefix('W').is_some_and(week_ok)
                || (digits_or_x(p, 2) && number(p).is_some_and(|m| (1..=12).contains(&m)))
        }
        [y, w, d] if w.starts_with('W') => {
            digits_or_x(y, 4)
                && week_ok(&w[1..])
                && (*d == "WE" || (d.len() == 1 && (b'1'..=b'7').contains(&d.as_bytes()[0])))
        }
        [y, m, d] => {
            if !(digits_or_x(y, 4) && digits_or_x(m, 2) && digits_or_x(d, 2)) {
                return false;
            }
            let year = number(y).unwrap_or(2000);
            match (number(m), number(d)) {
                (Some(m), Some(d)) => ymd(year, m, d).is_some() || (year == 0 && d <= 31),
                (Some(m), None) => (1..=12).contains(&m),
                (None, Some(d)) => (1..=31).contains(&d),
                (None, None) => true,
            }
        }
        _ => false,
    }
}

fn week_ok(s: &str) -> bool {
    digits_or_x(s, 2) && number(s).is_none_or(|w| (1..=53).contains(&w))
}

fn time_ok(s: &str) -> bool {
    if PARTS.contains(&s) || s == "XX" {
        return true;
    }
    let s = s.strip_suffix('Z').unwrap_or(s);
    let s = match s.find(['+', '-']) {
        Some(at) => {
            let zone = &s[at + 1..];
            if !(zone.len() == 2 || (zone.len() == 5 && zone.as_bytes()[2] == b':')) {
                return false;
            }
            &s[..at]
        }
        None => s,
    };
    let parts: Vec<&str> = s.split(':').collect();
    parts.len() <= 3
        && parts.iter().enumerate().all(|(i, p)| {
            p.len() == 2
                && p.bytes().all(|b| b.is_ascii_digit())
                && number(p).is_some_and(|n| n <= if i == 0 { 24 } else { 59 })
        })
}

fn duration_ok(s: &str) -> bool {
    let (days, time) = match s.split_once('T') {
        Some((d, t)) => (d, Some(t)),
        None => (s, None),
    };
    let run = |mut s: &str, units: &[&str]| -> Option<usize> {
        let mut n = 0;
        while !s.is_empty() {
            let amount = s
                .find(|c: char| !(c.is_ascii_digit() || c == '.'))
                .unwrap_or(s.len());
            let amount = if amount == 0 && s.starts_with('X') {
                1
            } else {
                amount
            };
            let figures = &s[..amount];
            if amount == 0 || figures.starts_with('.') || figures.ends_with('.') {
                return None;
            }
            s = &s[amount..];
            let unit = units.iter().find(|u| s.starts_with(**u))?;
            s = &s[unit.len()..];
            n += 1;
        }
        Some(n)
    };
    let a = run(
        days,
        &[
            "DE", "CE", "ML", "WE", "SN", "SU", "SP", "FA", "WI", "NI", "MO", "EV", "AF", "Y", "M",
            "W", "D", "Q", "H",
        ],
    );
    let b = time.map_or(Some(0), |t| {
        run(t, &["NI", "MO", "EV", "AF", "DT", "H", "M", "S"]).filter(|&n| n > 0)
    });
    matches!((a, b), (Some(a), Some(b)) if a + b > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feasts_and_foreign_calendars() {
        // Known dates of public calendars.
        assert_eq!(easter(2024), Some(date(2024, 3, 31)));
        assert_eq!(easter(2019), Some(date(2019, 4, 21)));
        assert_eq!(orthodox_easter(2024), Some(date(2024, 5, 5)));
        assert_eq!(orthodox_easter(2023), Some(date(2023, 4, 16)));
        assert_eq!(nth_weekday(2024, 11, 4, 4), Some(date(2024, 11, 28)));
        assert_eq!(nth_weekday(2024, 5, -1, 1), Some(date(2024, 5, 27)));
        // Passover, Rosh Hashanah, Yom Kippur, Hanukkah, Purim
        for (y, m, d, month, day) in [
            (2024, 8, 15, 4, 23),
            (2024, 1, 1, 10, 3),
            (2023, 1, 1, 9, 16),
            (2025, 1, 1, 9, 23),
            (1973, 1, 10, 10, 6),
            (2024, 3, 25, 12, 26),
            (2023, 3, 25, 12, 8),
            (2024, 7, 14, 3, 24),
            (2025, 7, 14, 3, 14),
            (2023, 8, 15, 4, 6),
        ] {
            assert_eq!(hebrew_in(y, m, d), ymd(y, month, day), "{y} {m}-{d}");
        }
        let ramadan = hijri(1445, 9, 1).unwrap();
        assert!(
            (ramadan.duration_since(date(2024, 3, 11)).as_hours() / 24).abs() <= 1,
            "{ramadan}"
        );
        assert_eq!(
            persian_year(1403),
            Some((date(2024, 3, 20), date(2025, 3, 20)))
        );
        assert_eq!(persian_year(1399).unwrap().0, date(2020, 3, 20));
        assert_eq!(persian_year(1398).unwrap().0, date(2019, 3, 21));
        assert_eq!(persian_year(1400).unwrap().0, date(2021, 3, 21));
    }
}
