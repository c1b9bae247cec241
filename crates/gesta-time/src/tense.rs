//! Past or future: what verbs and prepositions around an expression say.

use crate::lexicon::{Atom, Shape, class};
use crate::resolve::Tense;
use crate::rules::RuleSet;
use gesta_parse::{Deprel, Parsed, Upos};

/// Bits of the cue classes of `tense.toml`.
pub(crate) struct Cues {
    will: u128,
    would: u128,
    plan: u128,
    commit: u128,
    past: u128,
    present: u128,
    not_past: u128,
    to: u128,
    ahead: u128,
    since: u128,
    until: u128,
    stop: u128,
    not_verb: u128,
}

/// How far a cue may be from the expression.
const LEFT: usize = 40;
const RIGHT: usize = 24;

impl Cues {
    pub(crate) fn new(set: &RuleSet) -> Self {
        let bit = |n: &str| set.lexicon.bit(n);
        Cues {
            will: bit("WILL"),
            would: bit("WOULD"),
            plan: bit("PLAN"),
            commit: bit("COMMIT"),
            past: bit("PASTVERB"),
            present: bit("PRESENTVERB"),
            not_past: bit("NOTPAST"),
            to: bit("INFINITIVE"),
            ahead: bit("AHEAD"),
            since: bit("SINCE"),
            until: bit("UNTIL"),
            stop: bit("CLAUSEEND"),
            not_verb: bit("NOTVERB") | 1 << class::NUM,
        }
    }

    /// Tense from the words alone. `start..end` is the expression.
    pub(crate) fn of_words(&self, text: &str, atoms: &[Atom], start: usize, end: usize) -> Tense {
        let has = |a: &Atom, m: u128| a.bits & m != 0;
        if let Some(p) = start.checked_sub(1).and_then(|i| atoms.get(i)) {
            if has(p, self.since) {
                return Tense::Past;
            }
            if has(p, self.ahead) {
                return Tense::Future;
            }
        }
        let until = start
            .checked_sub(1)
            .and_then(|i| atoms.get(i))
            .is_some_and(|p| has(p, self.until));
        let mut seen_present = false;
        for i in (start.saturating_sub(LEFT)..start).rev() {
            let a = &atoms[i];
            if has(a, self.stop) {
                break;
            }
            if has(a, self.to) {
                let verb = i + 1 < start
                    && atoms
                        .get(i + 1)
                        .is_some_and(|n| n.shape == Shape::Lower && n.bits & self.not_verb == 0);
                if verb {
                    // "failed to reach" is past, "wants to reach" and "a plan to reach" are not.
                    let governor = i.checked_sub(1).map(|j| &atoms[j]);
                    let past = governor
                        .is_some_and(|g| self.is_past(text, g) && !has(g, self.plan | self.commit));
                    if !past || until {
                        return Tense::Future;
                    }
                    return Tense::Past;
                }
                continue;
            }
            if has(a, self.will | self.would) {
                return Tense::Future;
            }
            if has(a, self.plan) {
                return Tense::Future;
            }
            if self.is_past(text, a) {
                // "will be held", "to be opened"
                let ahead = (i.saturating_sub(4)..i)
                    .rev()
                    .map(|j| &atoms[j])
                    .take_while(|b| b.shape == Shape::Lower && !has(b, self.stop));
                let (mut will, mut to) = (false, false);
                for b in ahead {
                    will |= has(b, self.will | self.would);
                    to |= has(b, self.to);
                }
                if will {
                    return Tense::Future;
                }
                if to && !has(a, self.past) {
                    continue;
                }
                return if until && !has(a, self.past) {
                    Tense::Future
                } else {
                    Tense::Past
                };
            }
            seen_present |= has(a, self.present);
        }
        if until && seen_present {
            return Tense::Future;
        }
        if seen_present {
            return Tense::Unknown;
        }
        for (k, a) in atoms.iter().enumerate().skip(end).take(RIGHT) {
            if has(a, self.stop) {
                break;
            }
            if has(a, self.will) || has(a, self.plan) {
                return Tense::Future;
            }
            if self.is_past(text, a) {
                return Tense::Past;
            }
            if has(a, self.present) {
                // "is to meet"
                let next = atoms.get(k + 1).is_some_and(|n| has(n, self.to));
                return if next || until {
                    Tense::Future
                } else {
                    Tense::Unknown
                };
            }
        }
        if until { Tense::Future } else { Tense::Unknown }
    }

    fn is_past(&self, text: &str, a: &Atom) -> bool {
        if a.bits & self.past != 0 {
            return true;
        }
        if a.bits & (1 << class::WORD) == 0
            || a.shape != Shape::Lower
            || a.bits & self.not_past != 0
        {
            return false;
        }
        let w = &text.as_bytes()[a.start as usize..a.end as usize];
        w.len() > 4 && w.ends_with(b"ed")
    }

    /// Tense from the tree, where the text has been parsed. `token` is the expression's last token.
    pub(crate) fn of_tree(
        &self,
        set: &RuleSet,
        parsed: &Parsed,
        first: usize,
        token: usize,
        atoms: &[Atom],
        start: usize,
    ) -> Option<Tense> {
        let has_before = |m: u128| {
            start
                .checked_sub(1)
                .and_then(|i| atoms.get(i))
                .is_some_and(|p| p.bits & m != 0)
        };
        if has_before(self.since) {
            return Some(Tense::Past);
        }
        if has_before(self.ahead) {
            return Some(Tense::Future);
        }
        // The expression's head: the first of its words that hangs outside of it.
        let mut i = (first..=token)
            .find(|&i| parsed.head(i).is_none_or(|h| !(first..=token).contains(&h)))?;
        for _ in 0..64 {
            let word = parsed.word(i);
            let cue =
                set.lexicon.entries[set.lexicon.find(&parsed.form(i).to_lowercase()) as usize].bits;
            let outside = !(first..=token).contains(&i);
            if outside && matches!(word.upos, Upos::Verb | Upos::Aux) {
                let mut to = false;
                for k in parsed.kids(i) {
                    match parsed.rel(k) {
                        Deprel::Aux | Deprel::AuxPass | Deprel::Cop => {
                            let f = parsed.form(k).to_lowercase();
                            let bits = set.lexicon.entries[set.lexicon.find(&f) as usize].bits;
                            if bits & (self.will | self.would) != 0 {
                                return Some(Tense::Future);
                            }
                            if bits & self.past != 0 {
                                // "was to meet", "was due": told from the past.
                                return Some(if cue & self.plan != 0 {
                                    Tense::Future
                                } else {
                                    Tense::Past
                                });
                            }
                            if matches!(f.as_str(), "has" | "have" | "'ve") {
                                return Some(Tense::Past);
                            }
                        }
                        Deprel::Mark if parsed.form(k).eq_ignore_ascii_case("to") => to = true,
                        _ => {}
                    }
                }
                if to {
                    // An infinitive looks ahead from its governor, unless that is plainly past.
                    return match parsed.head(i) {
                        Some(h) => {
                            let f = parsed.form(h).to_lowercase();
                            let bits = set.lexicon.entries[set.lexicon.find(&f) as usize].bits;
                            let past = matches!(parsed.word(h).xpos, "VBD" | "VBN");
                            if bits & (self.plan | self.commit) != 0
                                || !past
                                || has_before(self.until)
                            {
                                Some(Tense::Future)
                            } else {
                                Some(Tense::Unknown)
                            }
                        }
                        None => Some(Tense::Future),
                    };
                }
                if cue & self.plan != 0 && word.xpos != "VBD" {
                    return Some(Tense::Future);
                }
                match word.xpos {
                    "VBD" if cue & self.plan == 0 || !has_before(self.until) => {
                        return Some(Tense::Past);
                    }
                    "VBN" if cue & self.plan == 0 => {
                        return Some(if has_before(self.until) {
                            Tense::Future
                        } else {
                            Tense::Past
                        });
                    }
                    "VBZ" | "VBP" => {
                        return Some(if has_before(self.until) {
                            Tense::Future
                        } else {
                            Tense::Unknown
                        });
                    }
                    _ => {}
                }
            } else if outside && cue & self.plan != 0 {
                return Some(Tense::Future);
            }
            match parsed.head(i) {
                Some(h) => i = h,
                None => break,
            }
        }
        None
    }
}
