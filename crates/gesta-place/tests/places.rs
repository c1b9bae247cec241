//! Names in context, parts of places, and what must hold on any text.

use gesta_parse::{Deprel, EntityKind, Feats, NamedSpan, Parsed, Upos, Word};
use gesta_place::{Geoparser, Place, PlaceContext, PlaceError, testing::plain};
use gesta_text::{Span, Text};
use proptest::prelude::*;
use std::sync::OnceLock;

fn geoparser() -> &'static Geoparser {
    static G: OnceLock<Geoparser> = OnceLock::new();
    G.get_or_init(Geoparser::bundled)
}
fn places(text: &str) -> Vec<Place> {
    geoparser().resolve(&plain(Text::new(text)), PlaceContext::default())
}
fn km(a: (f64, f64), b: (f64, f64)) -> f64 {
    let x = (a.1 - b.1) * ((a.0 + b.0) / 2.0).to_radians().cos();
    111.2 * ((a.0 - b.0).powi(2) + x * x).sqrt()
}

/// The table is a measure as well as a test: a few cases may fail while nobody has the model's tags, never many.
#[test]
fn ambiguous_names() {
    let table = include_str!("ambiguous.tsv");
    let (mut n, mut failed) = (0, Vec::new());
    for line in table.lines().filter(|l| !l.starts_with('#')).skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [text, name, expect] = cells[..] else {
            panic!("three cells: {line}")
        };
        let at = text
            .find(name)
            .unwrap_or_else(|| panic!("{name:?} is not in {text:?}")) as u32;
        let end = at + name.len() as u32;
        let found = places(text)
            .into_iter()
            .find(|p| p.span.start < end && at < p.span.end);
        let mut want = expect.split(' ');
        let state = want.next().unwrap_or("-");
        let right = match (&found, expect) {
            (None, e) => e == "-",
            (Some(_), "-") => false,
            (Some(p), _) => {
                let mut ok = state == "-" || p.country.is_some_and(|c| c.as_str() == state);
                for w in want {
                    ok &= match w.split_once(',') {
                        Some((a, b)) => {
                            let gold = (a.parse().unwrap(), b.parse().unwrap());
                            p.lat.zip(p.lon).is_some_and(|x| km(x, gold) < 100.0)
                        }
                        None => p.feature.is_some_and(|f| w.split('/').any(|x| x == f)),
                    };
                }
                ok
            }
        };
        n += 1;
        if !right {
            failed.push(format!(
                "{name} [{expect}] in {text:?}: {:?}",
                found.map(|p| (p.name, p.country, p.feature, p.lat, p.lon))
            ));
        }
    }
    assert!(n >= 150, "{n} cases");
    println!("{} of {n} right", n - failed.len());
    assert!(
        failed.is_empty(),
        "{} of {n} fail:\n{}",
        failed.len(),
        failed.join("\n")
    );
}

#[test]
fn parts_of_places() {
    for (text, name, country) in [
        (
            "Rockets fell in northern Syria on Monday.",
            "northern Syria",
            "SYR",
        ),
        (
            "They discussed Syria, where rebels attacked in the north of the country.",
            "northern Syria",
            "SYR",
        ),
        (
            "Iraq was calm. A bomb went off in the country's west.",
            "western Iraq",
            "IRQ",
        ),
        (
            "Shells hit the outskirts of Aleppo in Syria.",
            "outskirts of Aleppo",
            "SYR",
        ),
        (
            "Drones struck the southern suburbs of Beirut in Lebanon.",
            "southern suburbs of Beirut",
            "LBN",
        ),
    ] {
        let all = places(text);
        let hit = all.iter().find(|p| p.name == name);
        let hit = hit.unwrap_or_else(|| panic!("{name:?} in {text:?}: {all:?}"));
        assert_eq!(hit.country.map(|c| c.to_string()).as_deref(), Some(country));
        assert_eq!((hit.feature, hit.geonames), (Some("RGN"), None), "{text}");
    }
    let all = places("Rockets fell in northern Syria.");
    assert!(
        all[0].lat.unwrap() > 35.2,
        "a part lies to the north of the whole: {all:?}"
    );
}

#[test]
fn peoples_are_no_places() {
    for text in [
        "Syrian and Iraqi officials met.",
        "The Germans and the French agreed.",
        "Russian troops fought Ukrainian soldiers.",
    ] {
        assert_eq!(places(text), [], "{text}");
    }
}

#[test]
fn the_publisher_counts() {
    let text = "A fire broke out in Perth on Monday.";
    let p = plain(Text::new(text));
    let at = |c: &str| {
        geoparser().resolve(
            &p,
            PlaceContext {
                publisher: c.parse().ok(),
            },
        )[0]
        .country
        .unwrap()
        .to_string()
    };
    assert_eq!(at("AUS"), "AUS");
}

#[test]
fn the_model_is_heard() {
    let text = Text::new("Chelsea spoke to reporters in Hanover.");
    let n = text.tokens().len();
    let word = Word {
        upos: Upos::X,
        xpos: "",
        feats: Feats::default(),
        head: None,
        deprel: Deprel::Dep,
        lemma: Span::default(),
    };
    let named = vec![
        NamedSpan {
            tokens: 0..1,
            kind: EntityKind::Per,
        },
        NamedSpan {
            tokens: 5..6,
            kind: EntityKind::Loc,
        },
    ];
    let parsed = Parsed::new(text, vec![word; n], String::new(), named);
    let all = geoparser().resolve(&parsed, PlaceContext::default());
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].tokens, 5..6);
}

#[test]
fn own_entries_and_their_errors() {
    let table = "name\tfeature\tlat\tlon\tcountry\taliases\nCamp Nightingale\tINSM\t35.1\t40.2\tSYR\tFort Sparrow\n";
    let g = Geoparser::bundled()
        .with_extra(&[("mine.tsv", table)])
        .unwrap();
    let all = g.resolve(
        &plain(Text::new("Shells hit Fort Sparrow at dawn.")),
        PlaceContext::default(),
    );
    assert_eq!(all[0].name, "Camp Nightingale");
    for (bad, field) in [
        ("name\tfeature\tlat\tlon\nA\tINSM\tnorth\t1\n", "lat"),
        ("name\tfeature\tlat\tlon\nA\tNOPE\t1\t1\n", "feature"),
        ("name\tfeature\tlat\nA\tINSM\t1\n", "lon"),
        (
            "name\tfeature\tlat\tlon\tcountry\nA\tINSM\t1\t1\tsyria\n",
            "country",
        ),
        ("name\tfeature\tlat\tlon\nA\tINSM\t91\t1\n", "lat"),
    ] {
        let Err(PlaceError::Table {
            file,
            line,
            field: at,
            ..
        }) = Geoparser::bundled().with_extra(&[("mine.tsv", bad)])
        else {
            panic!("{bad:?} passes")
        };
        assert_eq!((file.as_str(), at.as_str()), ("mine.tsv", field));
        assert!(line <= 2);
    }
    let broken = Geoparser::new(vec![b"GESTAGZ1 cut".to_vec()], "");
    assert!(matches!(broken, Err(PlaceError::Packed(_))));
}

#[test]
fn the_gazetteer_holds_what_it_promises() {
    assert!(geoparser().len() >= 270_000);
    assert!(
        std::fs::metadata(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../gazetteer/en.gaz"
        ))
        .unwrap()
        .len()
            <= 15_000_000
    );
}

#[test]
fn long_input_stays_linear() {
    let text = "Paris, London, Springfield, San Antonio, Santa Maria and Victoria ".repeat(4000);
    let start = std::time::Instant::now();
    let all = places(&text);
    assert!(all.len() > 10_000);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    places(&"San ".repeat(50_000));
    places(&"northern ".repeat(50_000));
    places(&"north of the country ".repeat(20_000));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn any_text(parts in prop::collection::vec(prop_oneof![
        "\\PC{0,12}",
        prop::sample::select(vec!["Paris", "northern", "Syria", ",", "the", "north of the country", "al-Bab", "U.S.", "D.C.", "'s", "’s", ".", "-", "New York", "Mr.", "in", "San José", "\n\n", "MOSUL", "Ł", "İ"]).prop_map(String::from),
    ], 0..40)) {
        let text = parts.join(" ");
        let all = places(&text);
        let mut end = 0;
        for p in &all {
            prop_assert!(p.span.start >= end && p.span.end > p.span.start);
            prop_assert!(text.get(p.span.start as usize..p.span.end as usize).is_some());
            prop_assert!((0.0..=1.0).contains(&p.confidence));
            prop_assert!(p.lat.is_none_or(|x| (-90.0..=90.0).contains(&x)) && p.lon.is_none_or(|x| (-180.0..=180.0).contains(&x)));
            end = p.span.end;
        }
        prop_assert_eq!(places(&text), all);
    }
}
