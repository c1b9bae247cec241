//! Deep roles: who does it and to whom, whatever the surface (passive, relative clause, participle, control, noun).

use gesta_parse::{Deprel as D, Feats, Parsed, Upos};

/// How far a subject is looked for up the tree; keeps work linear on any tree.
const REACH: usize = 8;

/// Roles of one parsed text.
#[derive(Clone, Copy)]
pub(crate) struct Roles<'a> {
    pub p: &'a Parsed,
    /// Verbs that lend their subject to a noun: "launched an attack".
    pub light: &'a crate::pattern::Words,
    /// Verbs whose object is the subject of their infinitive.
    pub object_control: &'a crate::pattern::Words,
}

/// Prepositions whose gerund is done by the object of the verb above, where it has one.
const OBJECT_MARKS: &[&str] = &[
    "of", "for", "with", "from", "against", "into", "over", "about",
];

/// How one puts forth such a thing; who hears or cites it is another.
const ISSUE: &[&str] = &[
    "post",
    "issue",
    "release",
    "publish",
    "send",
    "write",
    "make",
    "deliver",
    "put",
    "sign",
    "share",
    "file",
    "submit",
    "adopt",
    "table",
    "give",
    "record",
    "upload",
    "tweet",
    "distribute",
];

/// What somebody writes or says: a participle behind it tells what he does by it.
const MESSAGES: &[&str] = &[
    "message",
    "statement",
    "letter",
    "post",
    "tweet",
    "video",
    "note",
    "communique",
    "communiqué",
    "report",
    "article",
    "petition",
    "complaint",
    "lawsuit",
    "suit",
    "motion",
    "declaration",
    "speech",
    "memo",
    "email",
    "resolution",
];

/// Nouns that say when or how often without a preposition.
const TIME_NOUNS: &[&str] = &[
    "time",
    "second",
    "minute",
    "hour",
    "day",
    "night",
    "morning",
    "afternoon",
    "evening",
    "noon",
    "midnight",
    "week",
    "weekend",
    "month",
    "year",
    "decade",
    "century",
    "today",
    "tomorrow",
    "yesterday",
    "tonight",
    "moment",
    "season",
    "spring",
    "summer",
    "autumn",
    "fall",
    "winter",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "way",
    "bit",
    "lot",
];

impl<'a> Roles<'a> {
    pub fn is_verb(&self, i: usize) -> bool {
        matches!(self.p.upos(i), Upos::Verb | Upos::Aux)
    }

    /// A passive participle, with or without its auxiliary.
    pub fn passive(&self, v: usize) -> bool {
        let w = self.p.word(v);
        // The tree may call a subject passive where the verb is plainly finite and active.
        let finite = matches!(w.xpos, "VBD" | "VBZ" | "VBP")
            || (w.xpos.is_empty() && w.feats.has(Feats::FIN));
        if self.p.kids(v).any(|k| {
            self.p.rel(k) == D::AuxPass
                || (!finite && matches!(self.p.rel(k), D::NsubjPass | D::CsubjPass | D::OblAgent))
        }) {
            return true;
        }
        let participle = w.xpos == "VBN" || (w.feats.has(Feats::PART) && w.feats.has(Feats::PAST));
        if !participle || self.p.kids(v).any(|k| self.p.rel(k) == D::Aux) {
            return false;
        }
        match self.p.rel(v) {
            D::Acl | D::Amod => true,
            D::Advcl | D::Xcomp => self.p.kid(v, D::Obj).is_none(),
            D::Conj => {
                !self.own_subject(v)
                    && self
                        .p
                        .head(v)
                        .is_some_and(|h| self.p.rel(h) != D::Conj && self.passive(h))
            }
            _ => false,
        }
    }

    fn own_subject(&self, v: usize) -> bool {
        self.p.kids(v).any(|k| {
            matches!(
                self.p.rel(k),
                D::Nsubj | D::NsubjPass | D::Csubj | D::NsubjOuter
            )
        })
    }

    /// A relative pronoun's antecedent, else the word itself.
    pub fn antecedent(&self, i: usize) -> usize {
        let w = self.p.word(i);
        let relative = w.feats.any(Feats::PRON_REL) || matches!(w.xpos, "WP" | "WDT");
        if w.upos == Upos::Pron && relative {
            let mut j = i;
            for _ in 0..REACH {
                if self.p.rel(j) == D::AclRelcl {
                    return self.p.head(j).unwrap_or(i);
                }
                match self.p.head(j) {
                    Some(h) => j = h,
                    None => break,
                }
            }
        }
        i
    }

    fn first(&self, v: usize, rels: &[D]) -> Option<usize> {
        self.p
            .kids(v)
            .find(|&k| rels.contains(&self.p.rel(k)))
            .map(|k| self.antecedent(k))
    }

    /// Whether a relative clause lacks `rel`, so that its antecedent stands for it.
    fn gap(&self, v: usize) -> bool {
        !self.p.kids(v).any(|k| {
            let w = self.p.word(k);
            w.upos == Upos::Pron && (w.feats.any(Feats::PRON_REL) || matches!(w.xpos, "WP" | "WDT"))
        })
    }

    /// The one who does it.
    pub fn subject(&self, v: usize) -> Vec<usize> {
        if self.p.upos(v) == Upos::Noun
            && !self
                .p
                .kids(v)
                .any(|k| matches!(self.p.rel(k), D::Nsubj | D::Cop))
        {
            return self.noun_subject(v);
        }
        self.verb_subject(v, 0)
    }

    fn verb_subject(&self, v: usize, depth: usize) -> Vec<usize> {
        if depth > REACH {
            return vec![];
        }
        if self.passive(v) {
            return self.by_agent(v);
        }
        self.surface_subject(v, depth)
    }

    fn by_agent(&self, v: usize) -> Vec<usize> {
        let by = |v: usize| {
            self.p.kids(v).find(|&k| {
                matches!(self.p.rel(k), D::Obl | D::Nmod)
                    && self
                        .p
                        .kids_by(k, D::Case)
                        .any(|c| self.p.form(c).eq_ignore_ascii_case("by"))
            })
        };
        let agent = self
            .p
            .kid(v, D::OblAgent)
            .or_else(|| by(v))
            .or_else(|| self.neighbours(v).find_map(by).filter(|&k| k > v))
            .or_else(|| self.aims(v).find_map(by));
        agent.into_iter().collect()
    }

    /// Whom a noun of action is aimed at; its agent may have been attached there: "the raid on the town by X".
    fn aims(&self, n: usize) -> impl Iterator<Item = usize> + '_ {
        let noun = !self.is_verb(n);
        let at = |c: usize| {
            matches!(
                self.p.form(c).to_lowercase().as_str(),
                "on" | "against" | "upon" | "at"
            )
        };
        self.p
            .kids_by(n, D::Nmod)
            .filter(move |&k| noun && k > n && self.p.kids_by(k, D::Case).any(at))
    }

    /// Nouns beside which a phrase of `n` may have been attached by mistake: "the liberation of the town by X" (inside
    /// the of-phrase), "part of a plot by X" (outside it).
    fn neighbours(&self, n: usize) -> impl Iterator<Item = usize> + '_ {
        let of = |k: usize| {
            self.p.rel(k) == D::Nmod
                && self
                    .p
                    .kids_by(k, D::Case)
                    .any(|c| self.p.form(c).eq_ignore_ascii_case("of"))
        };
        let noun = !self.is_verb(n);
        let inside = self.p.kids(n).filter(move |&k| noun && of(k));
        let outside = self.p.head(n).filter(move |_| noun && of(n));
        inside.chain(outside)
    }

    /// The grammatical subject, found through coordination, control and participles.
    /// A noun before a finite verb that the tree takes for an adverbial: "Government aircraft bombed …".
    fn unmarked_subject(&self, v: usize) -> Option<usize> {
        let w = self.p.word(v);
        if !matches!(w.xpos, "VBD" | "VBZ" | "VBP") || self.p.head(v).is_some() {
            return None;
        }
        self.p
            .kids_by(v, D::OblUnmarked)
            .filter(|&k| k < v && matches!(self.p.upos(k), Upos::Noun | Upos::Propn))
            .find(|&k| !TIME_NOUNS.contains(&self.p.lemma(k).to_lowercase().as_str()))
    }

    fn surface_subject(&self, v: usize, depth: usize) -> Vec<usize> {
        if depth > REACH {
            return vec![];
        }
        // Of two, as behind a dateline ("NAIROBI (June 3) - Troops left"), the one next to the verb.
        let subjects = |k: &usize| {
            matches!(self.p.rel(*k), D::Nsubj | D::NsubjPass | D::NsubjOuter)
                && !(*k < v && self.nonfinite(v) && self.channelled(*k))
        };
        let (before, after): (Vec<usize>, Vec<usize>) =
            self.p.kids(v).filter(subjects).partition(|&k| k < v);
        if let Some(&s) = before.last().or(after.first()) {
            return vec![self.antecedent(s)];
        }
        if let Some(s) = self.unmarked_subject(v) {
            return vec![s];
        }
        let Some(h) = self.p.head(v) else {
            return vec![];
        };
        match self.p.rel(v) {
            D::Conj => self.surface_subject_of(h, depth + 1),
            D::Xcomp => {
                if let Some(o) = self.first(h, &[D::Obj, D::Iobj])
                    && (self.object_control.has(self.p.lemma(h))
                        || !self.p.kids_by(v, D::Mark).any(|_| true))
                {
                    return vec![o];
                }
                if self.object_control.has(self.p.lemma(h)) && self.passive(h) {
                    return self.first(h, &[D::NsubjPass]).into_iter().collect();
                }
                self.surface_subject_of(h, depth + 1)
            }
            D::Advcl | D::AdvclRelcl | D::Parataxis if self.nonfinite(v) => {
                // "accused X of shelling", "X was praised for sending", "kept X from leaving": X does it
                let whom = self.p.kids_by(v, D::Mark).next().and_then(|m| {
                    let mark = self.p.lemma(m);
                    OBJECT_MARKS.contains(&mark).then(|| {
                        self.first(h, &[D::Obj]).or_else(|| {
                            self.passive(h)
                                .then(|| self.first(h, &[D::NsubjPass, D::Nsubj]))
                                .flatten()
                        })
                    })
                });
                if let Some(o) = whom.flatten() {
                    return vec![o];
                }
                // "…, X said, calling for calm": behind the verb of saying it is the speaker who does it
                let mut h = h;
                while let (D::Ccomp | D::Parataxis, Some(g)) = (self.p.rel(h), self.p.head(h))
                    && h < g
                    && g < v
                {
                    h = g;
                }
                self.surface_subject_of(h, depth + 1)
            }
            D::Ccomp if self.nonfinite(v) => self.surface_subject_of(h, depth + 1),
            D::AclRelcl if self.gap(v) && self.p.kid(v, D::Obj).is_some() => vec![h],
            D::Acl => {
                // "the plan to attack", "progress in clearing": whose plan, whose progress
                if self.p.kids_by(v, D::Mark).next().is_some() {
                    let own = self.noun_subject(h);
                    match (own.is_empty(), self.p.rel(h), self.p.head(h)) {
                        // "in addition to stepping down, he …"
                        (true, D::Obl, Some(g)) if self.is_verb(g) => {
                            self.surface_subject(g, depth + 1)
                        }
                        _ => own,
                    }
                } else if self.p.rel(h) == D::Obj
                    && MESSAGES.contains(&self.p.lemma(h))
                    && (self.p.head(h)).is_some_and(|g| ISSUE.contains(&self.p.lemma(g)))
                {
                    // "issued a statement blaming X"
                    self.surface_subject_of(h, depth + 1)
                } else if let (Some(g), true) = (self.p.head(h), self.channel(h)) {
                    // "posted a message on Twitter blaming X", "marched on Sunday demanding X"
                    if self.is_verb(g) || self.p.rel(g) == D::Obj {
                        self.surface_subject_of(g, depth + 1)
                    } else {
                        vec![g]
                    }
                } else {
                    vec![h]
                }
            }
            D::Amod => vec![h],
            _ => vec![],
        }
    }

    fn surface_subject_of(&self, h: usize, depth: usize) -> Vec<usize> {
        if self.is_verb(h) || self.own_subject(h) {
            self.surface_subject(h, depth)
        } else if matches!(self.p.rel(h), D::Obj | D::Obl) {
            self.p
                .head(h)
                .map_or(vec![], |g| self.surface_subject(g, depth))
        } else {
            self.surface_subject(h, depth)
        }
    }

    /// A name behind "on" or "via" that the parse takes for a subject.
    fn channelled(&self, k: usize) -> bool {
        self.p.upos(k) == Upos::Propn && matches!(self.p.case(k).as_str(), "on" | "via")
    }

    /// "on Twitter", "via Facebook", "on Sunday": where or when something is said, by nobody of that name.
    fn channel(&self, h: usize) -> bool {
        self.p.upos(h) == Upos::Propn
            && matches!(self.p.rel(h), D::Obl | D::Nmod)
            && matches!(self.p.case(h).as_str(), "on" | "via")
    }

    fn nonfinite(&self, v: usize) -> bool {
        let w = self.p.word(v);
        matches!(w.xpos, "VBG" | "VBN" | "VB") || !w.feats.has(Feats::FIN)
    }

    /// Who is behind a noun of action: "X's raid", "the raid by X", "a Syrian raid", "X launched a raid".
    fn noun_subject(&self, n: usize) -> Vec<usize> {
        let by = self.by_agent(n);
        if !by.is_empty() {
            return by;
        }
        let mut out: Vec<usize> = self.p.kids_by(n, D::NmodPoss).collect();
        if out.is_empty() {
            out = self
                .p
                .kids(n)
                .filter(|&k| matches!(self.p.rel(k), D::Amod | D::Compound | D::NmodDesc))
                .collect();
        }
        if let Some(v) = self.light_verb(n) {
            let s = self.verb_subject(v, 1);
            if !s.is_empty() {
                return s;
            }
        }
        if out.is_empty() {
            out.extend(
                self.p
                    .kids_by(n, D::Acl)
                    .filter(|&k| self.passive(k))
                    .flat_map(|k| self.by_agent(k)),
            );
        }
        out
    }

    /// The light verb over a noun of action, if there is one.
    pub fn light_verb(&self, n: usize) -> Option<usize> {
        let mut n = n;
        for _ in 0..3 {
            let h = self.p.head(n)?;
            match self.p.rel(n) {
                D::Obj | D::NsubjPass | D::Obl
                    if self.is_verb(h) && self.light.has(self.p.lemma(h)) =>
                {
                    return Some(h);
                }
                D::Conj => n = h,
                D::Nmod if self.light.has(self.p.lemma(h)) => n = h,
                _ => return None,
            }
        }
        None
    }

    /// The one to whom it is done.
    pub fn object(&self, v: usize) -> Vec<usize> {
        if !self.is_verb(v) {
            return vec![];
        }
        if self.passive(v) {
            if let Some(s) = self.first(v, &[D::NsubjPass, D::Nsubj]) {
                return vec![s];
            }
            return match (self.p.rel(v), self.p.head(v)) {
                (D::Acl | D::Amod, Some(h)) => vec![h],
                _ => self.surface_subject(v, 0),
            };
        }
        if let Some(o) = self
            .second_object(v)
            .or_else(|| self.first(v, &[D::Obj]))
            .or_else(|| self.first(v, &[D::Iobj]))
            .or_else(|| self.after_particle(v))
        {
            return vec![o];
        }
        match (self.p.rel(v), self.p.head(v)) {
            (D::AclRelcl, Some(h)) if self.gap(v) && self.p.kid(v, D::Nsubj).is_some() => vec![h],
            // "attacked and killed three soldiers": the object stands with the last verb
            _ => self
                .p
                .kids_by(v, D::Conj)
                .find(|&k| self.is_verb(k) && !self.own_subject(k))
                .and_then(|k| self.first(k, &[D::Obj]))
                .into_iter()
                .collect(),
        }
    }

    /// "handed over control", where the tree takes "over" for a particle and "control" for a circumstance.
    fn after_particle(&self, v: usize) -> Option<usize> {
        let prt = self.p.kid(v, D::CompoundPrt)?;
        self.p
            .kids_by(v, D::Obl)
            .find(|&k| k > prt && self.p.case(k).is_empty())
    }

    /// "praised the decision on Twitter"; but "a ban on Twitter" is against it.
    fn names_a_channel(&self, k: usize, case: &str, i: usize) -> bool {
        const CHANNELS: &[&str] = &[
            "facebook",
            "instagram",
            "linkedin",
            "telegram",
            "tiktok",
            "twitter",
            "weibo",
            "whatsapp",
            "youtube",
        ];
        const AGAINST: &[&str] = &[
            "attack",
            "ban",
            "block",
            "crackdown",
            "curb",
            "fine",
            "limit",
            "pressure",
            "restriction",
            "sanction",
            "tax",
        ];
        let form = self.p.form(k).to_lowercase();
        matches!(case, "on" | "via")
            && CHANNELS.binary_search(&form.as_str()).is_ok()
            && AGAINST.binary_search(&self.p.lemma(i)).is_err()
    }

    /// "on Monday", "in May", "in the morning": no party to anything.
    fn names_a_time(&self, k: usize, case: &str) -> bool {
        const TIMES: &[&str] = &[
            "afternoon",
            "april",
            "august",
            "day",
            "december",
            "evening",
            "february",
            "friday",
            "january",
            "july",
            "june",
            "march",
            "may",
            "midnight",
            "monday",
            "month",
            "morning",
            "night",
            "noon",
            "november",
            "october",
            "saturday",
            "september",
            "sunday",
            "thursday",
            "today",
            "tuesday",
            "wednesday",
            "week",
            "weekend",
            "year",
            "yesterday",
        ];
        let form = self.p.form(k).to_lowercase();
        matches!(case, "on" | "in" | "at" | "by")
            && matches!(self.p.upos(k), Upos::Noun | Upos::Propn)
            && TIMES.binary_search(&form.as_str()).is_ok()
    }

    /// To whom something is given: the indirect object, also where the tree has two objects ("granted Oslo a loan").
    pub fn indirect(&self, v: usize) -> Vec<usize> {
        let iobj: Vec<usize> = self.p.kids_by(v, D::Iobj).collect();
        if iobj.is_empty() && self.second_object(v).is_some() {
            return self.p.kid(v, D::Obj).into_iter().collect();
        }
        iobj
    }

    /// The last of two objects: what is given.
    fn second_object(&self, v: usize) -> Option<usize> {
        self.p.kids_by(v, D::Obj).filter(|&k| k > v).nth(1)
    }

    /// The prepositional phrases of a word whose preposition `want` accepts.
    pub fn preps(&self, i: usize, want: &dyn Fn(&str) -> bool) -> Vec<usize> {
        let mut out = Vec::new();
        let collect = |i: usize, out: &mut Vec<usize>| {
            for k in self.p.kids(i) {
                if matches!(
                    self.p.rel(k),
                    D::Obl
                        | D::OblAgent
                        | D::Nmod
                        | D::Advcl
                        | D::Xcomp
                        | D::Acl
                        | D::Ccomp
                        | D::Csubj
                ) {
                    let case = self.case(k);
                    if !case.is_empty()
                        && want(&case)
                        && !self.names_a_time(k, &case)
                        && !self.names_a_channel(k, &case, i)
                    {
                        out.push(self.antecedent(k));
                    }
                }
            }
        };
        collect(i, &mut out);
        if out.is_empty() && !self.is_verb(i) {
            for k in self.neighbours(i) {
                collect(k, &mut out);
            }
            // "a strike by nurses against the ministry"
            for k in self.by_agent(i) {
                collect(k, &mut out);
            }
            out.retain(|&k| k > i);
        }
        if out.is_empty() {
            // "launched an attack on X": the phrase may hang on the verb or on the noun
            if self.is_verb(i) {
                if let Some(o) = self.p.kid(i, D::Obj) {
                    collect(o, &mut out);
                }
            } else if let (D::Obj | D::NsubjPass, Some(h)) = (self.p.rel(i), self.p.head(i)) {
                collect(h, &mut out);
            }
        }
        out
    }

    /// Case markers, or the preposition that marks a gerund clause ("of attacking") or an infinitive ("for them to leave").
    pub fn case(&self, i: usize) -> String {
        let case = self.p.case(i);
        if !case.is_empty() {
            return case;
        }
        let gerund = self.p.word(i).xpos == "VBG" || self.p.word(i).feats.has(Feats::GER);
        // "called for the army to leave": the infinitive with its own subject
        let mark = self
            .p
            .kids_by(i, D::Mark)
            .find(|&m| gerund || self.own_subject(i) && self.p.form(m).eq_ignore_ascii_case("for"));
        mark.map_or(String::new(), |m| self.p.form(m).to_lowercase())
    }

    /// Members of a coordination that begins at `i`.
    pub fn members(&self, i: usize) -> Vec<usize> {
        let mut out = vec![i];
        out.extend(
            self.p
                .kids_by(i, D::Conj)
                .filter(|&k| !self.is_verb(k))
                .take(40),
        );
        out
    }

    /// Who is behind a thing: agent, possessor, nationality, members ("forces of X").
    pub fn whose(&self, n: usize) -> Vec<Vec<usize>> {
        if self.is_verb(n) {
            return vec![self.subject(n), self.object(n)];
        }
        vec![
            self.by_agent(n),
            self.p.kids_by(n, D::NmodPoss).collect(),
            self.p
                .kids(n)
                .filter(|&k| matches!(self.p.rel(k), D::Amod | D::Compound | D::NmodDesc))
                .collect(),
            // "an ISIL-held town", "Turkish-backed rebels"
            self.p
                .kids(n)
                .filter(|&k| matches!(self.p.rel(k), D::Amod | D::Compound))
                .flat_map(|k| self.p.kids(k))
                .collect(),
            self.preps(n, &|c| matches!(c, "of" | "from")),
            self.p.kids_by(n, D::Appos).collect(),
            self.p
                .kids(n)
                .filter(|&k| matches!(self.p.rel(k), D::Acl | D::AclRelcl))
                .flat_map(|k| self.subject(k))
                .filter(|&k| k != n)
                .collect(),
        ]
    }

    /// Clauses of a kind: finite complements, infinitives, gerunds.
    pub fn clause(&self, v: usize, rels: &[D]) -> Vec<usize> {
        self.p
            .kids(v)
            .filter(|&k| rels.contains(&self.p.rel(k)))
            .collect()
    }
}
