//! Texts that are somebody's words as a whole: "The Foreign Secretary said:" and what follows, and statements whose
//! title names who makes them.

use crate::find::{Draft, Pass, Who};
use gesta_parse::{Deprel, Upos};
use gesta_text::{Document, Span};

const FIRST: &[&str] = &[
    "i",
    "we",
    "my",
    "our",
    "us",
    "me",
    "ours",
    "myself",
    "ourselves",
];

/// Adds one statement a sentence where the text itself is a statement. `author_is_person` says whether the actors
/// know a person as the author.
pub(crate) fn official(pass: &mut Pass, document: &Document, author_is_person: bool) {
    let p = pass.p;
    let sentences = p.text.sentences();
    let first_person: Vec<bool> = sentences
        .iter()
        .map(|s| {
            s.range()
                .any(|i| pass.inside[i] == 0 && FIRST.contains(&p.form(i).to_lowercase().as_str()))
        })
        .collect();
    // How many sentences from here on speak in the first person.
    let mut ahead = vec![0usize; sentences.len() + 1];
    for i in (0..sentences.len()).rev() {
        ahead[i] = ahead[i + 1] + usize::from(first_person[i]);
    }
    // A block that the line behind it signs: "– Judge Ann Smith".
    for t in 1..sentences.len() {
        if let Some(who) = signature(pass, t) {
            let block = sentences[t - 1].paragraph;
            let mut s = t;
            while s > 0 && sentences[s - 1].paragraph == block && s + 40 > t {
                s -= 1;
            }
            for (x, sentence) in sentences.iter().enumerate().take(t).skip(s) {
                let r = sentence.range();
                let plain = pass.inside[r.clone()].iter().all(|&q| q == 0);
                if plain && !p.form(r.end - 1).contains(':') {
                    whole(pass, x, who);
                }
            }
        }
    }
    let turns = turns(pass);
    if turns.iter().any(Option::is_some) {
        for (s, turn) in turns.into_iter().enumerate() {
            if let Some((head, from)) = turn {
                whole_from(pass, s, from, Who::Head(head));
            }
        }
        return;
    }
    let mut now: Option<(Who, Option<usize>)> = None; // speaker, last sentence
    let mut any = false;
    for s in 0..sentences.len() {
        let r = sentences[s].range();
        if let Some((who, saying)) = intro(pass, s) {
            let next = s + 1;
            if next < sentences.len()
                && let Some(stop) = extent(pass, s, &ahead, saying)
            {
                now = Some((who, stop));
                any = true;
            }
            continue;
        }
        let Some((who, stop)) = now else { continue };
        let new_paragraph = s == 0 || sentences[s - 1].paragraph != sentences[s].paragraph;
        let told = new_paragraph && of_the_speaker(pass, s, who, &first_person);
        if stop.is_some_and(|stop| s > stop) || (new_paragraph && ends_here(pass, s)) || told {
            now = None;
            continue;
        }
        if pass.inside[r.clone()].iter().any(|&q| q != 0) && pass.inside[r.start] != 0 {
            continue; // quoted: told by its marks already
        }
        whole(pass, s, who);
    }
    if any {
        return;
    }
    // The title names the speaker, and nobody is quoted in the text.
    let title = document.title.as_deref().unwrap_or("").to_lowercase();
    let titled = author_is_person && pass.cues.is_statement_title(&title);
    let quoted = pass.out.iter().any(|d| d.direct && d.cue_token.is_some());
    let speaks = author_is_person && ahead[0] * 4 >= sentences.len() && ahead[0] >= 2;
    if (titled || speaks) && !quoted && ahead[0] > 0 {
        for s in 0..sentences.len() {
            let new_paragraph = s == 0 || sentences[s - 1].paragraph != sentences[s].paragraph;
            if new_paragraph && ends_here(pass, s) {
                break;
            }
            whole(pass, s, Who::Author);
        }
    }
}

/// Who speaks in the turns of an interview, sentence by sentence: paragraphs that begin with a name and a colon, of two
/// speakers at least. The head of the name and the byte where the words begin; nobody for questions.
fn turns(pass: &Pass) -> Vec<Option<(usize, usize)>> {
    let p = pass.p;
    let sentences = p.text.sentences();
    let mut labels: Vec<(usize, String, usize, usize)> = Vec::new(); // sentence, label, head, first byte behind it
    for s in 0..sentences.len() {
        let r = sentences[s].range();
        if s > 0 && sentences[s - 1].paragraph == sentences[s].paragraph {
            continue;
        }
        let Some(colon) = r.clone().take(7).find(|&i| p.form(i) == ":") else {
            continue;
        };
        let words: Vec<usize> = (r.start..colon)
            .filter(|&i| p.form(i).starts_with(char::is_alphanumeric))
            .collect();
        let named = words.iter().all(|&i| {
            p.form(i).starts_with(char::is_uppercase)
                || matches!(p.form(i), "de" | "van" | "bin" | "al")
        });
        if let (Some(&head), true) = (words.last(), named) {
            let label: Vec<&str> = words.iter().map(|&i| p.form(i)).collect();
            let begin = p.text.tokens()[colon].span.end as usize;
            labels.push((s, label.join(" "), head, begin));
        }
    }
    let count = |l: &str| labels.iter().filter(|x| x.1 == l).count();
    let speakers: std::collections::BTreeSet<&str> = labels
        .iter()
        .map(|l| l.1.as_str())
        .filter(|l| count(l) > 1)
        .collect();
    let mut out = vec![None; sentences.len()];
    if labels.len() < 4 || speakers.len() < 2 {
        return out;
    }
    // Who is also named elsewhere, by more than the label, answers; a paper's initials ask.
    let known = |label: &str| {
        label.contains(' ')
            || (1..p.len()).any(|i| {
                p.form(i) == label
                    && p.upos(i) == Upos::Propn
                    && p.upos(i - 1) == Upos::Propn
                    && p.form(i - 1).starts_with(char::is_uppercase)
            })
    };
    for (n, (s, label, head, begin)) in labels.iter().enumerate() {
        let end = labels.get(n + 1).map_or(sentences.len(), |l| l.0);
        if !speakers.contains(label.as_str()) || !known(label) {
            continue;
        }
        for (t, slot) in out.iter_mut().enumerate().take(end).skip(*s) {
            let first = if t == *s {
                *begin
            } else {
                sentences[t].span.start as usize
            };
            *slot = Some((*head, first));
        }
    }
    out
}

fn whole(pass: &mut Pass, s: usize, speaker: Who) {
    let start = pass.p.text.sentences()[s].span.start as usize;
    whole_from(pass, s, start, speaker);
}

/// The sentence from byte `from` on as a direct statement.
fn whole_from(pass: &mut Pass, s: usize, from: usize, speaker: Who) {
    let span = pass.p.text.sentences()[s].span;
    let span = Span::new(
        from.max(span.start as usize).min(span.end as usize),
        span.end as usize,
    );
    let body = span.of(pass.p.text.raw());
    let trimmed = body.trim_start_matches(['-', '•', '*', '–', '—', '·', ' ', '\t', '\n']);
    let start = span.start as usize + (body.len() - trimmed.len());
    if !trimmed.contains(char::is_alphanumeric) {
        return;
    }
    pass.out.push(Draft {
        content: Span::new(start, span.end as usize),
        cue: Vec::new(),
        cue_token: None,
        speaker,
        hearer: None,
        direct: true,
        level: 0,
    });
}

/// "The Foreign Secretary said:" at the end of a paragraph, with no quotation mark behind: who, and whether the verb is
/// one of saying.
fn intro(pass: &Pass, s: usize) -> Option<(Who, bool)> {
    let p = pass.p;
    let here = &p.text.sentences()[s];
    let next = p.text.sentences().get(s + 1)?;
    let r = here.range();
    let last = r.end.checked_sub(1)?;
    if p.form(last) != ":"
        || pass.inside[last] != 0
        || next.paragraph == here.paragraph && pass.inside[next.range().start] != 0
    {
        return None;
    }
    let opens = pass
        .quotes
        .partition_point(|q| q.span.end <= next.span.start);
    if pass
        .quotes
        .get(opens)
        .is_some_and(|q| q.span.start <= next.span.start + 1)
    {
        return None;
    }
    let verb = r
        .clone()
        .rev()
        .take(60)
        .find(|&i| pass.quoting_verb(i) && pass.inside[i] == 0);
    let verb = verb.or_else(|| {
        r.clone().rev().take(60).find(|&i| {
            p.upos(i) == Upos::Verb && p.head(i).is_none() && p.kid(i, Deprel::Nsubj).is_some()
        })
    })?;
    match pass.speaker(verb) {
        Who::Head(h) => Some((Who::Head(h), pass.quoting_verb(verb))),
        _ => None,
    }
}

/// How far an introduction governs: `Some(None)` to the end, `Some(Some(n))` up to sentence `n`, `None` not at all.
fn extent(pass: &Pass, s: usize, ahead: &[usize], saying: bool) -> Option<Option<usize>> {
    let sentences = pass.p.text.sentences();
    // A line such as "– Judge Ann Smith" ends what it signs.
    for t in s + 1..sentences.len().min(s + 40) {
        if signature(pass, t).is_some() {
            return Some(Some(t - 1));
        }
    }
    let first = sentences[s + 1].span.of(pass.p.text.raw());
    if first.starts_with(['-', '•', '*', '·', '–']) {
        return None; // a list
    }
    if ahead[s + 1] > 0 {
        return Some(None);
    }
    // Without "I" or "we" only the next paragraph, and only behind a verb of saying.
    let base = sentences[s + 1].paragraph;
    let block = sentences[s + 1..]
        .iter()
        .take_while(|x| x.paragraph == base)
        .count();
    (saying && base != sentences[s].paragraph).then_some(Some(s + block))
}

/// "– Judge Ann Smith, in her ruling": a short paragraph that begins with a dash and a name.
fn signature(pass: &Pass, t: usize) -> Option<Who> {
    let p = pass.p;
    let sentences = p.text.sentences();
    let (here, before) = (&sentences[t], &sentences[t.checked_sub(1)?]);
    let r = here.range();
    if here.paragraph == before.paragraph
        || r.len() > 24
        || !here.span.of(p.text.raw()).starts_with(['–', '—', '―'])
    {
        return None;
    }
    let name = r.clone().find(|&i| matches!(p.upos(i), Upos::Propn))?;
    if name > r.start + 6
        || r.clone()
            .any(|i| matches!(p.word(i).xpos, "VBD" | "VBZ" | "VBP" | "MD"))
    {
        return None;
    }
    // The head of the name
    let mut head = name;
    for _ in 0..6 {
        match p.head(head) {
            Some(h) if r.contains(&h) && matches!(p.upos(h), Upos::Propn | Upos::Noun) => head = h,
            _ => break,
        }
    }
    Some(Who::Head(head))
}

/// Headings behind which an official text is no longer the speaker's.
fn ends_here(pass: &Pass, s: usize) -> bool {
    let text = pass.p.text.sentences()[s].span.of(pass.p.text.raw());
    let head: String = text.chars().take(40).collect::<String>().to_lowercase();
    pass.cues.is_stop(&head)
}

/// A paragraph without "I" or "we" whose first sentence tells of the speaker is the writer's again: "The minister will
/// travel on".
fn of_the_speaker(pass: &Pass, s: usize, who: Who, first_person: &[bool]) -> bool {
    let p = pass.p;
    let Who::Head(head) = who else { return false };
    let sentences = p.text.sentences();
    let here = sentences[s].paragraph;
    let speaks = (s..sentences.len())
        .take_while(|&t| sentences[t].paragraph == here)
        .take(40)
        .any(|t| first_person[t]);
    if speaks {
        return false;
    }
    let name: Vec<&str> = p
        .subtree(head)
        .take(20)
        .filter(|&i| p.upos(i) == Upos::Propn || i == head)
        .map(|i| p.form(i))
        .filter(|w| w.len() > 3)
        .collect();
    sentences[s]
        .range()
        .take(60)
        .any(|i| p.rel(i) == Deprel::Nsubj && name.contains(&p.form(i)))
}
