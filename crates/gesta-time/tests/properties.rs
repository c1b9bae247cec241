//! What must hold for every text.

use gesta_text::Text;
use gesta_time::{Tagger, is_well_formed};
use jiff::ToSpan;
use jiff::civil::Date;
use proptest::prelude::*;
use std::sync::LazyLock;

static TAGGER: LazyLock<Tagger> = LazyLock::new(Tagger::english);

/// Words of the kind that rules look for, so that chance makes expressions out of them.
const WORDS: &[&str] = &[
    "March",
    "May",
    "Dec.",
    "3",
    "31",
    "29",
    "February",
    "2019",
    "1899",
    "0",
    "Monday",
    "Sunday",
    "evening",
    "night",
    "last",
    "next",
    "this",
    "the",
    "a",
    "of",
    "end",
    "early",
    "mid",
    "-",
    "/",
    ",",
    ".",
    ":",
    "week",
    "weeks",
    "days",
    "years",
    "century",
    "19th",
    "first",
    "fourth",
    "quarter",
    "half",
    "and",
    "two",
    "million",
    "several",
    "ago",
    "later",
    "earlier",
    "same",
    "every",
    "twice",
    "12:30",
    "p.m.",
    "UTC",
    "noon",
    "1990s",
    "'80s",
    "summer",
    "fiscal",
    "Easter",
    "Ramadan",
    "2999999999",
    "9999",
    "AH",
    "SH",
    "BE",
    "BC",
    "year",
    "today",
    "in",
    "from",
    "to",
    "will",
    "met",
    "on",
    "by",
    "2020-02-30",
    "30/02/2020",
    "99/99/99",
    "Q3",
    "H1",
    "until",
    "years",
    "decades",
    "\n",
    "\n\n",
    "(",
    ")",
    "é",
    "’",
    "–",
];

fn soup() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(WORDS), 0..30).prop_map(|w| w.join(" "))
}

fn any_date() -> impl Strategy<Value = Option<Date>> {
    proptest::option::of(
        (1i16..=9998, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| {
            Date::new(y, m, d).expect("the first 28 days are in every month")
        }),
    )
}

fn news_date() -> impl Strategy<Value = Date> {
    (1950i16..=2050, 1i8..=12, 1i8..=28)
        .prop_map(|(y, m, d)| Date::new(y, m, d).expect("the first 28 days are in every month"))
}

fn check(raw: &str, date: Option<Date>) -> Result<(), TestCaseError> {
    let text = Text::new(raw);
    let found = TAGGER.tag_text(&text, date);
    let mut last = 0;
    for t in &found {
        prop_assert!(is_well_formed(&t.value), "{} in {raw:?}", t.value);
        prop_assert!(t.span.start >= last && t.span.start < t.span.end);
        prop_assert!(raw.is_char_boundary(t.span.start as usize));
        prop_assert!(raw.is_char_boundary(t.span.end as usize));
        prop_assert!(!t.tokens.is_empty());
        prop_assert_eq!(t.start.is_some(), t.end.is_some());
        prop_assert!(t.start <= t.end);
        prop_assert!(t.start.is_none() || t.precision.is_some());
        last = t.span.end;
    }
    // A second run says the same.
    prop_assert_eq!(&found, &TAGGER.tag_text(&text, date));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_breaks_it(raw in any::<String>(), date in any_date()) {
        check(&raw, date)?;
    }

    #[test]
    fn words_of_time_in_any_order(raw in soup(), date in any_date()) {
        check(&raw, date)?;
    }

    /// A day that has been normalised reads as itself, with any document's date.
    #[test]
    fn normalising_twice_changes_nothing(raw in soup(), date in news_date(), other in any_date()) {
        for t in TAGGER.tag_text(&Text::new(raw), Some(date)) {
            let day_like = t.value.len() == 10 && t.value.as_bytes()[4] == b'-' && t.start == t.end && t.start.is_some();
            let year_like = t.value.len() == 4 && t.start.is_some() && t.value.as_str() > "1900" && t.value.as_str() < "2059";
            if day_like && t.value.as_str() > "1000" && t.value.as_str() < "2199" || year_like {
                let again = TAGGER.tag_text(&Text::new(format!("in {}", t.value)), other);
                prop_assert_eq!(again.len(), 1, "{}", t.value);
                prop_assert_eq!(&again[0].value, &t.value);
            }
        }
    }

    /// A document k weeks later means days k weeks later by its weekdays.
    #[test]
    fn weekdays_move_with_the_document(
        day in 0usize..7,
        frame in 0usize..6,
        date in news_date(),
        weeks in -200i64..200,
    ) {
        let name = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"][day];
        let raw = match frame {
            0 => format!("Talks were held on {name}."),
            1 => format!("Talks will be held on {name}."),
            2 => format!("Talks were held last {name}."),
            3 => format!("They meet next {name} evening."),
            4 => format!("The raid came late on {name}, two days later they left."),
            _ => format!("{name}'s vote was postponed until today."),
        };
        let text = Text::new(raw);
        let later = date.checked_add((7 * weeks).days()).expect("a date of this age");
        let (a, b) = (TAGGER.tag_text(&text, Some(date)), TAGGER.tag_text(&text, Some(later)));
        prop_assert_eq!(a.len(), b.len());
        prop_assert!(!a.is_empty());
        for (a, b) in a.iter().zip(&b) {
            let (x, y) = (a.start.expect("a weekday is a day"), b.start.expect("a weekday is a day"));
            prop_assert_eq!(x.checked_add((7 * weeks).days()).expect("a date of this age"), y);
            prop_assert_eq!(a.value.get(10..), b.value.get(10..));
        }
    }
}

/// One sentence of a hundred thousand words takes about ten times as long as one of ten thousand.
#[test]
fn time_is_linear() {
    let run = |n: usize| {
        let raw = "on the last day of the week in March 2019 , two years and ".repeat(n / 15);
        let text = Text::from_tokens(
            raw.clone(),
            &[(0, vec![gesta_text::Span::new(0, raw.trim_end().len())])],
        );
        // The best of three: other work on the machine only ever adds.
        (0..3)
            .map(|_| {
                let begin = std::time::Instant::now();
                assert!(!TAGGER.tag_text(&text, None).is_empty());
                begin.elapsed().as_secs_f64()
            })
            .fold(f64::MAX, f64::min)
    };
    let (short, long) = (run(10_000), run(100_000));
    assert!(long < 40.0 * short + 0.05, "{short} s and {long} s");
}
