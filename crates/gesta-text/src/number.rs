/// A whole number in digits ("1,200") or one word to ninety-nine ("twelve", "forty-five"); "dozens" and the like are none.
pub fn number(s: &str) -> Option<u32> {
    const SMALL: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] = [
        "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
    ];
    let at = |list: &[&str], w: &str| {
        list.iter()
            .position(|x| w.eq_ignore_ascii_case(x))
            .map(|n| n as u32)
    };
    let tens = |w: &str| at(&TENS, w).map(|n| 20 + 10 * n);
    if s.starts_with(|c: char| c.is_ascii_digit()) {
        return s.replace(',', "").parse().ok();
    }
    at(&SMALL, s).or_else(|| tens(s)).or_else(|| {
        let (a, b) = s.split_once('-')?;
        Some(tens(a)? + at(&SMALL[..10], b).filter(|&n| n > 0)?)
    })
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn digits_and_words() {
        for (text, n) in [
            ("1,200", Some(1200)),
            ("7", Some(7)),
            ("Twelve", Some(12)),
            ("ninety", Some(90)),
            ("forty-five", Some(45)),
            ("zero", Some(0)),
            ("dozens", None),
            ("forty-zero", None),
            ("", None),
            (",", None),
            ("3rd", None),
        ] {
            assert_eq!(number(text), n, "{text}");
        }
    }
}
