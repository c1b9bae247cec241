//! Float code between the matrix products, the same in every unit: no fused multiply-add, sums in one fixed order.
//! Everything here is `#[inline(always)]`, to be compiled for the unit in use by [`crate::simd::Unit::run`].

use crate::simd::ZERO;

/// Partial sums of a reduction: one order, whatever the vector width; two vectors of 16, so that sums do not wait for one
/// another. The rows' lengths are multiples of it.
pub(crate) const LANES: usize = 32;
/// Gates are worked on in such pieces.
const GATES: usize = 16;

/// e^x for |x| within the range of the gates; relative error below 1e-6.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    let x = if x > 40.0 { 40.0 } else { x };
    let x = if x > -40.0 { x } else { -40.0 };
    const ROUND: f32 = 12_582_912.0; // 1.5 · 2^23: adding it rounds to the nearest whole number…
    let t = x * std::f32::consts::LOG2_E + ROUND;
    let n = t - ROUND;
    let r = (x - n * 0.693_359_4) - n * -2.121_944_4e-4;
    let mut p = 1.987_569_1e-4;
    p = p * r + 1.398_2e-3;
    p = p * r + 8.333_452e-3;
    p = p * r + 4.166_579_6e-2;
    p = p * r + 1.666_666_6e-1;
    p = p * r + 5.0e-1;
    let y = (p * (r * r) + r) + 1.0;
    // …which then stands in the lowest bits.
    y * f32::from_bits((t.to_bits() << 23).wrapping_add(0x3f80_0000))
}

/// The lanes made one, halves upon halves.
#[inline(always)]
fn fold(mut l: [f32; LANES], f: impl Fn(f32, f32) -> f32) -> f32 {
    let mut n = LANES / 2;
    while n > 0 {
        for i in 0..n {
            l[i] = f(l[i], l[i + n]);
        }
        n /= 2;
    }
    l[0]
}

/// Adds up `f` of every element pair; rows are whole multiples of the lanes.
#[inline(always)]
fn reduce(x: &[f32], y: &[f32], f: impl Fn(f32, f32) -> f32) -> f32 {
    let mut l = [0f32; LANES];
    for (a, b) in x
        .as_chunks::<LANES>()
        .0
        .iter()
        .zip(y.as_chunks::<LANES>().0)
    {
        for i in 0..LANES {
            l[i] += f(a[i], b[i]);
        }
    }
    fold(l, |a, b| a + b)
}

#[inline(always)]
pub(crate) fn dot(x: &[f32], y: &[f32]) -> f32 {
    reduce(x, y, |a, b| a * b)
}

#[inline(always)]
fn max_abs(x: &[f32]) -> f32 {
    let more = |a: f32, b: f32| if b > a { b } else { a };
    let mut l = [0f32; LANES];
    for c in x.as_chunks::<LANES>().0 {
        for i in 0..LANES {
            l[i] = more(l[i], c[i].abs());
        }
    }
    fold(l, more)
}

/// One step of the recurrence: `c | f | o` → h = f h + (1 - f) c, out = h · o · sigmoid(o).
#[inline(always)]
pub(crate) fn gate(cfo: &[f32], h: &mut [f32], out: &mut [f32]) {
    let n = h.len();
    let (c, rest) = cfo.split_at(n);
    let (f, o) = rest.split_at(n);
    let all = c
        .as_chunks::<GATES>()
        .0
        .iter()
        .zip(f.as_chunks::<GATES>().0)
        .zip(o.as_chunks::<GATES>().0);
    let all = all
        .zip(h.as_chunks_mut::<GATES>().0)
        .zip(out.as_chunks_mut::<GATES>().0);
    for ((((c, f), o), h), out) in all {
        for i in 0..GATES {
            // both sigmoids by one division: the product of two sums of e^40 at most is still a number
            let (a, b) = (1.0 + exp(-f[i]), 1.0 + exp(-o[i]));
            let r = 1.0 / (a * b);
            let v = (r * b) * h[i] + (1.0 - r * b) * c[i];
            h[i] = v;
            out[i] = v * (o[i] * (r * a));
        }
    }
}

/// Normalises a row to mean 0 and variance 1, then scales and shifts it.
#[inline(always)]
pub(crate) fn layer_norm(x: &[f32], gain: &[f32], shift: &[f32], out: &mut [f32]) {
    let n = x.len() as f32;
    let mean = reduce(x, x, |a, _| a) / n;
    let var = reduce(x, x, |a, _| (a - mean) * (a - mean)) / n;
    let inv = 1.0 / (var + 1e-5).sqrt();
    for (((o, &v), &g), &s) in out.iter_mut().zip(x).zip(gain).zip(shift) {
        *o = (v - mean) * inv * g + s;
    }
}

/// Writes a row as bytes around the zero point, `inv` units to 1.0.
#[inline(always)]
pub(crate) fn quantise(x: &[f32], inv: f32, out: &mut [u8]) {
    const ROUND: f32 = 12_582_912.0;
    for (o, &v) in out.iter_mut().zip(x) {
        let v = v * inv;
        let v = if v > 127.0 { 127.0 } else { v };
        let v = if v > -127.0 { v } else { -127.0 };
        let r = v + ROUND;
        *o = (r.to_bits() as u8).wrapping_add(ZERO);
    }
}

/// Quantises a row by its own largest value; returns the scale that undoes it.
#[inline(always)]
pub(crate) fn quantise_row(x: &[f32], out: &mut [u8]) -> f32 {
    let m = max_abs(x);
    if m > 0.0 && m.is_finite() {
        quantise(x, 127.0 / m, out);
        m / 127.0
    } else {
        out.fill(ZERO);
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_close() {
        for i in -3000..3000 {
            let x = i as f32 / 100.0;
            let want = f64::from(x).exp();
            assert!(((f64::from(exp(x)) - want) / want).abs() < 2e-6, "{x}");
        }
    }

    #[test]
    fn gates_open_and_shut() {
        let sigmoid = |x: f32| 1.0 / (1.0 + (-f64::from(x)).exp());
        for (f, o) in [(0.3, -2.0), (-1.5, 4.0), (1e30, -1e30), (-1e30, 1e30)] {
            let mut cfo = [0f32; 48];
            cfo[..16].fill(0.7);
            cfo[16..32].fill(f);
            cfo[32..].fill(o);
            let (mut h, mut out) = ([-0.4f32; 16], [0f32; 16]);
            gate(&cfo, &mut h, &mut out);
            let g = sigmoid(f);
            let want = g * -0.4 + (1.0 - g) * 0.7;
            assert!((f64::from(h[0]) - want).abs() < 1e-6, "{f} {}", h[0]);
            if o.abs() < 1e3 {
                let want = want * f64::from(o) * sigmoid(o);
                assert!((f64::from(out[15]) - want).abs() < 1e-5, "{o} {}", out[15]);
            }
            assert!(out[0].is_finite());
        }
    }

    #[test]
    fn quantised_rows_come_back() {
        let x: Vec<f32> = (0..64).map(|i| (i as f32 - 31.0) * 0.37).collect();
        let mut q = vec![0; 64];
        let s = quantise_row(&x, &mut q);
        for (v, q) in x.iter().zip(&q) {
            assert!((v - (f32::from(*q) - 128.0) * s).abs() <= s * 0.5001);
        }
        assert_eq!(quantise_row(&[0.0; 32], &mut q[..32]), 0.0);
        assert!(q[..32].iter().all(|&b| b == ZERO));
        assert_eq!(quantise_row(&[f32::NAN; 32], &mut q[..32]), 0.0);
    }
}
