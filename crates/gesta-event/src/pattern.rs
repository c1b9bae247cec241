//! The small language of a codebook entry: `when` (what must stand around the trigger) and slot paths (who fills it).
//!
//! ```text
//! when      = trigger { condition }
//! trigger   = [ "n:" | "a:" | "v:" ] lemmas           v is the default; "*" is any word of that class
//! condition = [ "-" ] test                            "-" forbids
//! test      = steps                                   the role is there
//!           | steps "=" lemmas                        … and its head is one of these
//!           | steps ":" ( "*" | lemmas )              the same, as one writes it with prepositions: "on:strike"
//!           | steps ":actor" | steps ":state"         … and an actor (a state) fills it
//!           | steps ":actors"                         … and two or more do
//!           | steps ":behind"                         … or an actor is behind the thing that does
//!           | steps ":place"                          … and it is a place whose country is known
//!           | steps ":armed" | ":official" | ":person" | ":foreign"   … and an actor of that sort fills it
//!           | "prt=" lemmas | "aux=" lemmas | "mod=" lemmas | "det=" lemmas | "under=" lemmas | "head=" lemmas
//!           | "case=" prepositions                    … before the trigger itself: "is behind the raid"
//!           | steps ":bare"                           a clause of command there: "that he resign", "that they must go"
//!           | steps ":self"                           the speaker of the statement stands there
//!           | "quoted" | "said" | "passive" | "active" | "finite" | "plural" | "future" | "negated" | "order" | "relative"
//! ROLE      = SUBJ | OBJ | IOBJ | COMP | INF | ING | POSS | PRED | AGENT | MOD | HEAD | XCOMP | SELF | NEG; in slots SPEAKER | HEARER too
//! lemmas    = word { "|" word } | "@" list            a list of codebook/lists.toml; may be mixed
//! slot      = alternative { "," alternative }         the first that yields somebody wins
//! alternative = path { "+" path }                     all together
//! path      = steps [ "~" | "^" | "#" ]               "~": look inside a thing for whose it is; "^": only the first
//!                                                     of those found; "#": the state in which the place there lies
//! steps     = step { "." step }                       from the trigger outwards: "OBJ.of" is the object's of-phrase
//! step      = one { "|" one }                         ROLE or preposition
//! ```

use std::collections::BTreeMap;

/// Word lists by name.
pub(crate) type Lists = BTreeMap<String, Vec<String>>;

/// A sorted set of lemmas; `any` matches all.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Words {
    pub any: bool,
    list: Vec<String>,
}

impl Words {
    pub fn has(&self, w: &str) -> bool {
        self.any || self.list.binary_search_by(|x| x.as_str().cmp(w)).is_ok()
    }
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(String::as_str)
    }
    /// From words one by one; each may be "@list".
    pub fn parse_list(words: &[String], lists: &Lists) -> Result<Self, String> {
        if words.is_empty() {
            return Ok(Words::default());
        }
        Self::parse(&words.join("|"), lists)
    }
    fn parse(s: &str, lists: &Lists) -> Result<Self, String> {
        if s == "*" {
            return Ok(Words {
                any: true,
                list: vec![],
            });
        }
        let mut list = Vec::new();
        for w in s.split('|') {
            if let Some(name) = w.strip_prefix('@') {
                list.extend(
                    lists
                        .get(name)
                        .ok_or(format!("there is no list named {name:?} in lists.toml"))?
                        .iter()
                        .cloned(),
                );
            } else if w.is_empty() {
                return Err(format!("an empty word in {s:?}"));
            } else {
                list.push(w.replace('_', " "));
            }
        }
        list.sort();
        list.dedup();
        Ok(Words { any: false, list })
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Role {
    Subj,
    Obj,
    Iobj,
    Comp,
    Inf,
    Ing,
    Poss,
    Pred,
    /// The clause of condition: "if they …"; "unless they …".
    If,
    Unless,
    Prep(Words),
    Speaker,
    Hearer,
    Agent,
    Mod,
    Head,
    Xcomp,
    Itself,
    Neg,
}

/// Alternatives at one step.
pub(crate) type StepSet = Vec<Role>;

fn parse_steps(s: &str, lists: &Lists) -> Result<Vec<StepSet>, String> {
    s.split('.').map(|step| parse_step(step, lists)).collect()
}

fn parse_step(s: &str, lists: &Lists) -> Result<StepSet, String> {
    let mut out = Vec::new();
    let mut preps = Vec::new();
    for one in s.split('|') {
        match one {
            "SUBJ" => out.push(Role::Subj),
            "OBJ" => out.push(Role::Obj),
            "IOBJ" => out.push(Role::Iobj),
            "COMP" => out.push(Role::Comp),
            "INF" => out.push(Role::Inf),
            "ING" => out.push(Role::Ing),
            "POSS" => out.push(Role::Poss),
            "PRED" => out.push(Role::Pred),
            "SPEAKER" => out.push(Role::Speaker),
            "HEARER" => out.push(Role::Hearer),
            "AGENT" => out.push(Role::Agent),
            "MOD" => out.push(Role::Mod),
            "HEAD" => out.push(Role::Head),
            "IF" => out.push(Role::If),
            "UNLESS" => out.push(Role::Unless),
            "XCOMP" => out.push(Role::Xcomp),
            "SELF" => out.push(Role::Itself),
            "NEG" => out.push(Role::Neg),
            _ if !one.is_empty()
                && one
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b'@')) =>
            {
                preps.push(one.to_owned())
            }
            _ => {
                return Err(format!(
                    "{one:?} is neither a role (SUBJ, OBJ, IOBJ, COMP, INF, ING, POSS, PRED, AGENT, MOD, HEAD, XCOMP, SELF, NEG, SPEAKER, HEARER) nor a preposition in small letters"
                ));
            }
        }
    }
    if !preps.is_empty() {
        out.push(Role::Prep(Words::parse_list(&preps, lists)?));
    }
    Ok(out)
}

/// What an actor must be for a test that names its sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Soldiers, rebels, gunmen.
    Armed,
    /// A state, its government, parliament, courts, police, army, or a body of states.
    Official,
    /// People, one or many.
    Person,
    /// Of another country than the subject.
    Foreign,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Test {
    Has(Vec<StepSet>),
    Lemma(Vec<StepSet>, Words),
    Actor(Vec<StepSet>),
    State(Vec<StepSet>),
    Actors(Vec<StepSet>),
    Behind(Vec<StepSet>),
    Place(Vec<StepSet>),
    Future,
    Negated,
    Sort(Vec<StepSet>, Sort),
    Prt(Words),
    Aux(Words),
    Mod(Words),
    Det(Words),
    Under(Words),
    HeadLemma(Words),
    Case(Words),
    Itself(Vec<StepSet>),
    Bare(Vec<StepSet>),
    Order,
    Relative,
    Quoted,
    Said,
    Passive,
    Active,
    Finite,
    Plural,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Condition {
    pub not: bool,
    pub test: Test,
    pub text: String,
}

/// Word class of a trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Verb,
    Noun,
    Adj,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct When {
    pub class: Class,
    pub trigger: Words,
    pub conditions: Vec<Condition>,
}

impl When {
    pub fn parse(s: &str, lists: &Lists) -> Result<Self, String> {
        let mut terms = s.split_whitespace();
        let first = terms.next().ok_or("it is empty")?;
        let (class, lemmas) = match first.split_once(':') {
            Some(("n", rest)) => (Class::Noun, rest),
            Some(("a", rest)) => (Class::Adj, rest),
            Some(("v", rest)) => (Class::Verb, rest),
            Some((c, _)) => {
                return Err(format!(
                    "{c:?} is no word class: the trigger begins with n:, a: or v:"
                ));
            }
            None => (Class::Verb, first),
        };
        let trigger = Words::parse(lemmas, lists)?;
        let mut conditions = Vec::new();
        for term in terms {
            let (not, body) = term.strip_prefix('-').map_or((false, term), |t| (true, t));
            let test = match body {
                "quoted" => Test::Quoted,
                "said" => Test::Said,
                "passive" => Test::Passive,
                "future" => Test::Future,
                "negated" => Test::Negated,
                "active" => Test::Active,
                "finite" => Test::Finite,
                "plural" => Test::Plural,
                "order" => Test::Order,
                "relative" => Test::Relative,
                _ => {
                    if let Some((key, words)) = body.split_once('=') {
                        let words = Words::parse(words, lists)?;
                        match key {
                            "prt" => Test::Prt(words),
                            "aux" => Test::Aux(words),
                            "mod" => Test::Mod(words),
                            "det" => Test::Det(words),
                            "under" => Test::Under(words),
                            "head" => Test::HeadLemma(words),
                            "case" => Test::Case(words),
                            _ => Test::Lemma(parse_steps(key, lists)?, words),
                        }
                    } else if let Some((role, what)) = body.split_once(':') {
                        let role = parse_steps(role, lists)?;
                        match what {
                            "actor" => Test::Actor(role),
                            "state" => Test::State(role),
                            "armed" => Test::Sort(role, Sort::Armed),
                            "official" => Test::Sort(role, Sort::Official),
                            "person" => Test::Sort(role, Sort::Person),
                            "foreign" => Test::Sort(role, Sort::Foreign),
                            "self" => Test::Itself(role),
                            "actors" => Test::Actors(role),
                            "behind" => Test::Behind(role),
                            "place" => Test::Place(role),
                            "bare" => Test::Bare(role),
                            "*" => Test::Has(role),
                            _ => Test::Lemma(role, Words::parse(what, lists)?),
                        }
                    } else {
                        Test::Has(parse_steps(body, lists)?)
                    }
                }
            };
            conditions.push(Condition {
                not,
                test,
                text: term.to_owned(),
            });
        }
        Ok(When {
            class,
            trigger,
            conditions,
        })
    }

    /// How narrow the entry is: of several that match one trigger the narrowest wins.
    pub fn weight(&self) -> usize {
        let conditions: usize = self
            .conditions
            .iter()
            .map(|c| match c.test {
                _ if c.not => 1,
                Test::Lemma(..)
                | Test::Mod(_)
                | Test::Under(_)
                | Test::Prt(_)
                | Test::Case(_)
                | Test::HeadLemma(_) => 3,
                _ => 2,
            })
            .sum();
        conditions + if self.trigger.any { 0 } else { 2 }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Path {
    pub steps: Vec<StepSet>,
    pub look: Look,
}

/// How those at the end of a path are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// The actors that stand there.
    Strict,
    /// Or those behind the thing that stands there.
    Loose,
    /// Only the first of several: "X and Y held an exercise" has one do it with the other.
    First,
    /// The state in which the place there lies.
    Place,
}

/// Alternatives of sums of paths.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SlotPath {
    pub alternatives: Vec<Vec<Path>>,
}

impl SlotPath {
    /// Whether it is the speaker who fills it.
    pub fn of_speaker(&self) -> bool {
        let first = self.alternatives.first().and_then(|a| a.first());
        let step = first.and_then(|p| p.steps.first());
        step.is_some_and(|s| s.contains(&Role::Speaker))
    }

    pub fn parse(s: &str, lists: &Lists) -> Result<Self, String> {
        let mut alternatives = Vec::new();
        for alternative in s.split(',').map(str::trim).filter(|a| !a.is_empty()) {
            let mut paths = Vec::new();
            for path in alternative.split('+').map(str::trim) {
                let (path, look) = match path.as_bytes().last() {
                    Some(b'~') => (&path[..path.len() - 1], Look::Loose),
                    Some(b'^') => (&path[..path.len() - 1], Look::First),
                    Some(b'#') => (&path[..path.len() - 1], Look::Place),
                    _ => (path, Look::Strict),
                };
                let steps = parse_steps(path, lists)?;
                paths.push(Path { steps, look });
            }
            alternatives.push(paths);
        }
        Ok(SlotPath { alternatives })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read() {
        let lists = Lists::from([(
            "attack".to_owned(),
            vec!["raid".to_owned(), "attack".to_owned()],
        )]);
        let w = When::parse("launch|carry OBJ=@attack|strike -on:actor prt=out", &lists).unwrap();
        assert!(w.trigger.has("carry") && w.class == Class::Verb && w.conditions.len() == 3);
        assert!(
            matches!(&w.conditions[0].test, Test::Lemma(steps, ws) if steps[0][0] == Role::Obj && ws.has("raid") && ws.has("strike"))
        );
        assert!(w.conditions[1].not);
        let s = SlotPath::parse("on|against, OBJ.by+SUBJ~", &lists).unwrap();
        assert_eq!(s.alternatives.len(), 2);
        assert!(s.alternatives[1][1].look == Look::Loose && s.alternatives[1][0].steps.len() == 2);
    }

    #[test]
    fn mistakes_are_named() {
        let none = Lists::new();
        for (bad, word) in [
            ("condemn OBJEKT", "OBJEKT"),
            ("x:attack", "x"),
            ("hit OBJ=@none", "none"),
            ("", "empty"),
        ] {
            let e = When::parse(bad, &none).unwrap_err();
            assert!(e.contains(word), "{bad}: {e}");
        }
    }
}
