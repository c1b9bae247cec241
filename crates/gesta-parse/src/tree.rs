//! From arc scores to a tree: exactly one root, no cycle.

/// Scores of one sentence, in rows of `wide`: `score[i * wide + h]` is word `i` under head `h`, where 0 is the root and `h` the
/// word `h - 1`; what stands beyond head `n` means nothing.
/// Writes each word's head in the same numbering. Greedy choice where it already is a tree; otherwise the maximum
/// spanning arborescence with one root.
pub(crate) fn decode(score: &[f32], n: usize, wide: usize, heads: &mut Vec<usize>) {
    heads.clear();
    for i in 0..n {
        let row = &score[i * wide..][..n + 1];
        let mut best = 0;
        for (h, &s) in row.iter().enumerate() {
            if h != i + 1 && s > row[best] {
                best = h;
            }
        }
        heads.push(best);
    }
    if !is_tree(heads) {
        arborescence(score, n, wide, heads);
    }
}

/// Whether exactly one word hangs from the root and every word reaches it.
pub(crate) fn is_tree(heads: &[usize]) -> bool {
    if heads.iter().filter(|&&h| h == 0).count() != 1 {
        return false;
    }
    // 0 unseen, otherwise the number of the walk that saw it first; reaching one's own walk again is a cycle
    let mut seen = vec![0usize; heads.len()];
    for start in 0..heads.len() {
        let mut i = start;
        loop {
            if seen[i] == start + 1 {
                return false;
            }
            if seen[i] != 0 {
                break;
            }
            seen[i] = start + 1;
            if heads[i] == 0 {
                break;
            }
            i = heads[i] - 1;
        }
    }
    true
}

/// Chu-Liu/Edmonds by contraction, without recursion: quadratic memory and, in all but contrived cases, time.
fn arborescence(score: &[f32], n: usize, wide: usize, heads: &mut [usize]) {
    let w = n + 1;
    // Node 0 is the root; contracted cycles become nodes n+1…; at most n of them.
    // A penalty on every arc from the root larger than any difference leaves exactly one of them.
    let (mut lo, mut hi) = (0f64, 0f64);
    for &s in score.chunks(wide).take(n).flat_map(|row| &row[..w]) {
        let s = f64::from(s);
        if s.is_finite() {
            lo = lo.min(s);
            hi = hi.max(s);
        }
    }
    let penalty = (hi - lo + 1.0) * (w as f64 + 1.0);
    // row v, place u = (score, real dependent word, real head) of the arc from u into v; the root's row is never read
    let mut inc = vec![(0f64, 0u32, 0u32); w];
    inc.reserve((n + 4) * w);
    for i in 0..n {
        inc.extend((0..w).map(|h| {
            let s = f64::from(score[i * wide + h]);
            let s = if s.is_finite() { s } else { lo - 1.0 };
            let s = if h == 0 { s - penalty } else { s };
            (s, (i + 1) as u32, h as u32)
        }));
    }
    let mut group: Vec<usize> = (0..w).collect(); // node → the contracted node it is in at present (one step)
    let mut cycles: Vec<Vec<usize>> = Vec::new(); // members of node w + i
    let mut best: Vec<(f64, u32, u32)> = vec![(0.0, 0, 0); w];
    let find = |group: &[usize], mut v: usize| {
        while group[v] != v {
            v = group[v];
        }
        v
    };
    // walk state: 0 untouched, 1 on the path, 2 done (reaches the root)
    let mut state = vec![0u8; w];
    state[0] = 2;
    let mut path: Vec<usize> = Vec::new();
    for start in 1..w {
        let mut v = find(&group, start);
        while state[v] != 2 {
            if state[v] == 1 {
                // contract the part of the path from v on
                let at = path.iter().position(|&p| p == v).unwrap_or(0);
                let members: Vec<usize> = path.drain(at..).collect();
                let new = group.len();
                for &m in &members {
                    group[m] = new;
                }
                group.push(new);
                let from = inc.len();
                inc.resize(from + w, (f64::NEG_INFINITY, 0, 0));
                let (rows, row) = inc.split_at_mut(from);
                for &m in &members {
                    let off = best[m].0;
                    for (o, &(s, d, h)) in row.iter_mut().zip(&rows[m * w..][..w]) {
                        if s - off > o.0 {
                            *o = (s - off, d, h);
                        }
                    }
                }
                best.push((0.0, 0, 0));
                state.push(0);
                cycles.push(members);
                v = new;
                continue;
            }
            // best arc into v from outside of it
            let mut top = (f64::NEG_INFINITY, 0u32, 0u32);
            for (u, &arc) in inc[v * w..][..w].iter().enumerate() {
                if arc.0 > top.0 && find(&group, u) != v {
                    top = arc;
                }
            }
            best[v] = top;
            state[v] = 1;
            path.push(v);
            v = find(&group, top.2 as usize);
        }
        for p in path.drain(..) {
            state[p] = 2;
        }
    }
    // Expand from the last contraction to the first: within a cycle, the member that the chosen arc enters gives up its own.
    for (i, members) in cycles.iter().enumerate().rev() {
        let node = w + i;
        let arc = best[node];
        // the member that holds the word entered
        let mut m = arc.1 as usize;
        while group[m] != node {
            m = group[m];
        }
        debug_assert!(members.contains(&m));
        best[m] = arc;
    }
    for (i, h) in heads.iter_mut().enumerate() {
        *h = best[i + 1].2 as usize;
    }
    if !is_tree(heads) {
        // Only non-finite scores could lead here; a chain is a tree whatever happens.
        for (i, h) in heads.iter_mut().enumerate() {
            *h = i;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: &mut u64) -> f32 {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        ((*seed >> 40) as f32) / 65536.0 - 128.0
    }

    /// The best single-root tree by trying every assignment.
    fn brute(score: &[f32], n: usize) -> f32 {
        let mut best = f32::NEG_INFINITY;
        let mut heads = vec![0usize; n];
        loop {
            if is_tree(&heads) {
                let s = (0..n).map(|i| score[i * (n + 1) + heads[i]]).sum::<f32>();
                best = best.max(s);
            }
            let mut i = 0;
            while i < n {
                heads[i] += 1;
                if heads[i] <= n {
                    break;
                }
                heads[i] = 0;
                i += 1;
            }
            if i == n {
                return best;
            }
        }
    }

    #[test]
    fn finds_the_best_tree() {
        let mut s = 0x9E3779B97F4A7C15u64;
        for n in 1..=5 {
            for _ in 0..60 {
                let mut score: Vec<f32> = (0..n * (n + 1)).map(|_| noise(&mut s)).collect();
                for i in 0..n {
                    score[i * (n + 1) + i + 1] = -1e9;
                }
                let mut heads = Vec::new();
                decode(&score, n, n + 1, &mut heads);
                assert!(is_tree(&heads));
                let got: f32 = (0..n).map(|i| score[i * (n + 1) + heads[i]]).sum();
                assert!((got - brute(&score, n)).abs() < 1e-2, "n {n}");
            }
        }
    }

    #[test]
    fn any_scores_give_a_tree() {
        let mut s = 77u64;
        for n in [1, 2, 3, 17, 64, 200] {
            for kind in 0..4 {
                let score: Vec<f32> = (0..n * (n + 1))
                    .map(|i| match kind {
                        0 => noise(&mut s),
                        1 => 0.0,
                        2 => f32::NAN,
                        // every word wants the word after it: one great cycle
                        _ => {
                            if i % (n + 1) == (i / (n + 1) + 1) % n + 1 {
                                5.0
                            } else {
                                0.0
                            }
                        }
                    })
                    .collect();
                let mut heads = Vec::new();
                decode(&score, n, n + 1, &mut heads);
                assert!(is_tree(&heads), "n {n} kind {kind}");
            }
        }
    }
}
