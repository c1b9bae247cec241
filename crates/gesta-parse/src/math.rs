//! Float code between the matrix products, the same in every unit: no fused multiply-add, sums in one fixed order.
//! Everything here is `#[inline(always)]`, to be compiled for the unit in use by [`crate::simd::Unit::run`].

use crate::simd::ZERO;

/// Partial sums of a reduction: one order, whatever the vector width.
const LANES: usize = 16;

/// e^x for |x| within the range of the gates; relative error below 1e-6.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    let x = x.clamp(-60.0, 60.0);
    const ROUND: f32 = 12_582_912.0; // 1.5 · 2^23: adding it rounds to the nearest whole number
    let n = (x * std::f32::consts::LOG2_E + ROUND) - ROUND;
    let r = (x - n * 0.693_359_4) - n * -2.121_944_4e-4;
    let mut p = 1.987_569_1e-4;
    for c in [
        1.398_2e-3,
        8.333_452e-3,
        4.166_579_6e-2,
        1.666_666_6e-1,
        5.0e-1,
    ] {
        p = p * r + c;
    }
    let y = (p * (r * r) + r) + 1.0;
    y * f32::from_bits(((n as i32 + 127) << 23) as u32)
}

#[inline(always)]
pub(crate) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

#[inline(always)]
fn fold(lanes: [f32; LANES]) -> f32 {
    let mut l = lanes;
    let mut n = LANES / 2;
    while n > 0 {
        for i in 0..n {
            l[i] += l[i + n];
        }
        n /= 2;
    }
    l[0]
}

#[inline(always)]
pub(crate) fn sum(x: &[f32]) -> f32 {
    let mut l = [0f32; LANES];
    for c in x.chunks_exact(LANES) {
        for i in 0..LANES {
            l[i] += c[i];
        }
    }
    for (i, v) in x.chunks_exact(LANES).remainder().iter().enumerate() {
        l[i] += v;
    }
    fold(l)
}

#[inline(always)]
pub(crate) fn dot(x: &[f32], y: &[f32]) -> f32 {
    let mut l = [0f32; LANES];
    for (a, b) in x.chunks_exact(LANES).zip(y.chunks_exact(LANES)) {
        for i in 0..LANES {
            l[i] += a[i] * b[i];
        }
    }
    fold(l)
}

#[inline(always)]
fn max_abs(x: &[f32]) -> f32 {
    let mut l = [0f32; LANES];
    for c in x.chunks_exact(LANES) {
        for i in 0..LANES {
            let a = c[i].abs();
            l[i] = if a > l[i] { a } else { l[i] };
        }
    }
    let mut m = 0f32;
    for v in l {
        m = if v > m { v } else { m };
    }
    m
}

/// Normalises a row to mean 0 and variance 1, then scales and shifts it.
#[inline(always)]
pub(crate) fn layer_norm(x: &[f32], gain: &[f32], shift: &[f32], out: &mut [f32]) {
    let n = x.len() as f32;
    let mean = sum(x) / n;
    let mut l = [0f32; LANES];
    for c in x.chunks_exact(LANES) {
        for i in 0..LANES {
            let d = c[i] - mean;
            l[i] += d * d;
        }
    }
    let inv = 1.0 / (fold(l) / n + 1e-5).sqrt();
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
        assert!(sigmoid(1e30) == 1.0 && sigmoid(-1e30) < 1e-20);
    }

    #[test]
    fn quantised_rows_come_back() {
        let x: Vec<f32> = (0..64).map(|i| (i as f32 - 31.0) * 0.37).collect();
        let mut q = vec![0; 64];
        let s = quantise_row(&x, &mut q);
        for (v, q) in x.iter().zip(&q) {
            assert!((v - (f32::from(*q) - 128.0) * s).abs() <= s * 0.5001);
        }
        assert_eq!(quantise_row(&[0.0; 16], &mut q[..16]), 0.0);
        assert!(q[..16].iter().all(|&b| b == ZERO));
        assert_eq!(quantise_row(&[f32::NAN; 16], &mut q[..16]), 0.0);
    }
}
