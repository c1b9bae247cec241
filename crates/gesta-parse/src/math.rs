//! Float code between the matrix products, the same in every unit: no fused multiply-add, sums in one fixed order.
//! Everything here is `#[inline(always)]`, to be compiled for the unit in use by [`crate::simd::Unit::run`].
//! Rows are whole multiples of [`LANES`] long.

use crate::lanes::{Vector, WIDTH};
use crate::simd::ZERO;

/// Rows' lengths are multiples of this: two vectors, so that sums do not wait for one another.
pub(crate) const LANES: usize = 2 * WIDTH;

/// A number and this: rounded to the nearest whole number, which then stands in the lowest bits. 1.5 · 2^23.
const ROUND: f32 = 12_582_912.0;

#[inline(always)]
fn parts(x: &[f32]) -> &[[f32; WIDTH]] {
    x.as_chunks().0
}

#[inline(always)]
fn parts_mut(x: &mut [f32]) -> &mut [[f32; WIDTH]] {
    x.as_chunks_mut().0
}

/// Within -`most` and `most`; NaN becomes -`most`.
#[inline(always)]
fn clamp<V: Vector>(x: V, most: f32) -> V {
    V::splat(most).min(x).max(V::splat(-most))
}

/// e^-x for the gates: |x| ends at 40; relative error below 1e-4, a hundredth of the step to bytes that follows.
#[inline(always)]
fn exp_minus<V: Vector>(x: V) -> V {
    let x = clamp(x, 40.0).mul(V::splat(-std::f32::consts::LOG2_E));
    let t = x.add(V::splat(ROUND));
    let r = x.sub(t.sub(V::splat(ROUND)));
    let p = V::splat(0.055_171_67).mul(r).add(V::splat(0.242_611_13));
    let p = p.mul(r).add(V::splat(0.693_260_97));
    let p = p.mul(r).add(V::splat(0.999_928_06));
    p.times_power(t)
}

#[inline(always)]
fn max_abs<V: Vector>(x: &[f32]) -> f32 {
    let mut top = [V::splat(0.0); 2];
    for c in parts(x).as_chunks::<2>().0 {
        for (top, c) in top.iter_mut().zip(c) {
            *top = V::load(c).abs().max(*top);
        }
    }
    top[0].max(top[1]).largest()
}

/// One step of the recurrence: `c | f | o` → h = f h + (1 - f) c, out = h · o · sigmoid(o). `top` keeps the largest magnitudes of
/// `out` by lane.
#[inline(always)]
pub(crate) fn gate<V: Vector>(cfo: &[f32], h: &mut [f32], out: &mut [f32], top: &mut [f32; WIDTH]) {
    let n = h.len();
    let (c, rest) = cfo.split_at(n);
    let (f, o) = rest.split_at(n);
    let one = V::splat(1.0);
    let mut most = V::load(top);
    let gates = parts(c).iter().zip(parts(f)).zip(parts(o));
    for (((c, f), o), (h, out)) in gates.zip(parts_mut(h).iter_mut().zip(parts_mut(out))) {
        let (c, o) = (V::load(c), V::load(o));
        // both sigmoids by one division: the product of two sums of e^40 at most is still a number
        let a = one.add(exp_minus(V::load(f)));
        let b = one.add(exp_minus(o));
        let r = one.div(a.mul(b));
        let v = c.add(r.mul(b).mul(V::load(h).sub(c)));
        v.store(h);
        let v = v.mul(o.mul(r.mul(a)));
        v.store(out);
        most = v.abs().max(most);
    }
    most.store(top);
}

/// The largest of the lanes that [`gate`] kept.
#[inline(always)]
pub(crate) fn largest<V: Vector>(top: &[f32; WIDTH]) -> f32 {
    V::load(top).largest()
}

/// What a row is multiplied by and what is then taken off to make its mean 0 and its variance 1.
#[inline(always)]
fn moments<V: Vector>(x: &[f32]) -> (V, V) {
    let n = x.len() as f32;
    let (mut sum, mut square) = ([V::splat(0.0); 2], [V::splat(0.0); 2]);
    for c in parts(x).as_chunks::<2>().0 {
        for i in 0..2 {
            let v = V::load(&c[i]);
            sum[i] = sum[i].add(v);
            square[i] = square[i].add(v.mul(v));
        }
    }
    let mean = sum[0].add(sum[1]).sum() / n;
    let var = square[0].add(square[1]).sum() / n - mean * mean;
    let var = if var > 0.0 { var } else { 0.0 };
    let inv = 1.0 / (var + 1e-5).sqrt();
    (V::splat(inv), V::splat(mean * inv))
}

/// Normalises a row to mean 0 and variance 1, then scales and shifts it.
#[inline(always)]
pub(crate) fn layer_norm<V: Vector>(x: &[f32], gain: &[f32], shift: &[f32], out: &mut [f32]) {
    let (inv, off) = moments::<V>(x);
    let all = parts(x).iter().zip(parts(gain)).zip(parts(shift));
    for (((v, g), s), o) in all.zip(parts_mut(out)) {
        let v = V::load(v).mul(inv).sub(off);
        v.mul(V::load(g)).add(V::load(s)).store(o);
    }
}

/// Normalises a row and writes it as bytes around the zero point; gain and shift are in units of the bytes.
#[inline(always)]
pub(crate) fn norm_bytes<V: Vector>(x: &[f32], gain: &[f32], shift: &[f32], out: &mut [u8]) {
    let (inv, off) = moments::<V>(x);
    let all = parts(x).iter().zip(parts(gain)).zip(parts(shift));
    for (((v, g), s), o) in all.zip(out.as_chunks_mut().0) {
        let v = V::load(v).mul(inv).sub(off);
        bytes(clamp(v.mul(V::load(g)).add(V::load(s)), 127.0), o);
    }
}

/// Numbers of -127 to 127 as bytes.
#[inline(always)]
fn bytes<V: Vector>(v: V, out: &mut [u8; WIDTH]) {
    v.add(V::splat(ROUND + ZERO as f32)).low_bytes(out);
}

/// Quantises a row by its own largest magnitude; returns the scale that undoes it.
#[inline(always)]
pub(crate) fn quantise<V: Vector>(x: &[f32], largest: f32, out: &mut [u8]) -> f32 {
    if largest > 0.0 && largest.is_finite() {
        let inv = V::splat(127.0 / largest);
        for (v, o) in parts(x).iter().zip(out.as_chunks_mut().0) {
            bytes(V::load(v).mul(inv), o);
        }
        largest / 127.0
    } else {
        out.fill(ZERO);
        0.0
    }
}

/// The same, the largest magnitude looked for first.
#[inline(always)]
pub(crate) fn quantise_row<V: Vector>(x: &[f32], out: &mut [u8]) -> f32 {
    quantise::<V>(x, max_abs::<V>(x), out)
}

/// Negative numbers become 0.
#[inline(always)]
pub(crate) fn relu<V: Vector>(x: &mut [f32]) {
    for x in parts_mut(x) {
        V::load(x).max(V::splat(0.0)).store(x);
    }
}

/// Sums of two rows, negative ones made 0.
#[inline(always)]
pub(crate) fn sum_relu<V: Vector>(a: &[f32], b: &[f32], out: &mut [f32]) {
    for ((a, b), o) in parts(a).iter().zip(parts(b)).zip(parts_mut(out)) {
        V::load(a).add(V::load(b)).max(V::splat(0.0)).store(o);
    }
}

/// Adds rows of bytes, each times its scale, to `out`; a piece of the sum stays in a register while all rows pass.
#[inline(always)]
pub(crate) fn add_rows<V: Vector>(rows: &[(&[i8], f32)], out: &mut [f32]) {
    for (c, out) in parts_mut(out).iter_mut().enumerate() {
        let mut sum = V::load(out);
        for &(row, scale) in rows {
            sum = sum.add(V::load_bytes(&row.as_chunks().0[c]).mul(V::splat(scale)));
        }
        sum.store(out);
    }
}

/// Dependents by heads: `out[i][h]` = the product of row `i` of the `n` in `deps` with column `h` of `heads`, which stands in rows
/// of `wide` (a multiple of [`WIDTH`]) numbers, a row a number of the dependents'.
#[inline(always)]
pub(crate) fn pairs<V: Vector>(
    deps: &[f32],
    n: usize,
    heads: &[f32],
    wide: usize,
    out: &mut [f32],
) {
    const DEPS: usize = 6;
    let (step, k, deep) = (wide / WIDTH, heads.len() / wide, deps.len() / n);
    for from in (0..n).step_by(DEPS) {
        // the last dependent stands in for those beyond the end
        let d: [&[f32]; DEPS] = std::array::from_fn(|j| &deps[(from + j).min(n - 1) * deep..][..k]);
        for block in 0..step {
            let mut sum = [V::splat(0.0); DEPS];
            for (i, row) in parts(heads)[block..]
                .iter()
                .step_by(step)
                .enumerate()
                .take(k)
            {
                let row = V::load(row);
                for j in 0..DEPS {
                    sum[j] = sum[j].add(row.mul(V::splat(d[j][i])));
                }
            }
            for (j, sum) in sum.iter().enumerate().take(n - from) {
                sum.store(&mut parts_mut(&mut out[(from + j) * wide..])[block]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::Lanes;

    #[test]
    fn exp_is_close() {
        let one = |x: f32| {
            let mut lanes = [0f32; WIDTH];
            exp_minus(Lanes::splat(x)).store(&mut lanes);
            f64::from(lanes[5])
        };
        for i in -3900..3900 {
            let x = i as f32 / 100.0;
            let want = f64::from(-x).exp();
            assert!(((one(x) - want) / want).abs() < 1e-4, "{x}");
        }
        assert_eq!(one(f32::NAN), one(-40.0));
        assert_eq!(one(f32::INFINITY), one(40.0));
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
            let mut top = [0f32; WIDTH];
            gate::<Lanes>(&cfo, &mut h, &mut out, &mut top);
            assert_eq!(largest::<Lanes>(&top), out[3].abs());
            let g = sigmoid(f);
            let want = g * -0.4 + (1.0 - g) * 0.7;
            assert!((f64::from(h[0]) - want).abs() < 1e-4, "{f} {}", h[0]);
            if o.abs() < 1e3 {
                let want = want * f64::from(o) * sigmoid(o);
                assert!((f64::from(out[15]) - want).abs() < 1e-4, "{o} {}", out[15]);
            }
            assert!(out[0].is_finite());
        }
    }

    #[test]
    fn quantised_rows_come_back() {
        let x: Vec<f32> = (0..64).map(|i| (i as f32 - 31.0) * 0.37).collect();
        let mut q = vec![0; 64];
        let s = quantise::<Lanes>(&x, max_abs::<Lanes>(&x), &mut q);
        for (v, q) in x.iter().zip(&q) {
            assert!((v - (f32::from(*q) - 128.0) * s).abs() <= s * 0.5001);
        }
        assert_eq!(quantise::<Lanes>(&[0.0; 32], 0.0, &mut q[..32]), 0.0);
        assert!(q[..32].iter().all(|&b| b == ZERO));
        let none = [f32::NAN; 32];
        assert_eq!(
            quantise::<Lanes>(&none, max_abs::<Lanes>(&none), &mut q[..32]),
            0.0
        );
    }

    #[test]
    fn normalised_rows_have_mean_0_and_variance_1() {
        let x: Vec<f32> = (0..64)
            .map(|i| ((i * 37) % 64) as f32 * 0.2 - 3.0)
            .collect();
        let (gain, shift) = ([2.0f32; 64], [0.5f32; 64]);
        let mut y = vec![0f32; 64];
        layer_norm::<Lanes>(&x, &gain, &shift, &mut y);
        let mean = y.iter().sum::<f32>() / 64.0;
        let var = y.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / 64.0;
        assert!(
            (mean - 0.5).abs() < 1e-4 && (var - 4.0).abs() < 1e-3,
            "{mean} {var}"
        );
        let mut q = vec![0; 64];
        norm_bytes::<Lanes>(
            &x,
            &gain.map(|g| g * 20.0),
            &shift.map(|s| s * 20.0),
            &mut q,
        );
        for (v, q) in y.iter().zip(&q) {
            assert!((v * 20.0 - (f32::from(*q) - 128.0)).abs() <= 0.501);
        }
        norm_bytes::<Lanes>(&x, &[1e9; 64], &shift, &mut q);
        assert!(q.iter().all(|&q| q == 1 || q == 255), "the ends are kept");
    }

    #[test]
    fn pairs_are_products() {
        for n in [1usize, 5, 6, 17, 33] {
            let dep: Vec<f32> = (0..n * 8).map(|i| i as f32 * 0.1 - 2.0).collect();
            let wide = (n + 1).next_multiple_of(WIDTH);
            let heads: Vec<f32> = (0..8 * wide)
                .map(|i| ((i * 13) % 29) as f32 * 0.3 - 4.0)
                .collect();
            let mut out = vec![0f32; n * wide];
            pairs::<Lanes>(&dep, n, &heads, wide, &mut out);
            for i in 0..n {
                for h in 0..wide {
                    let want: f32 = (0..8).map(|k| dep[i * 8 + k] * heads[k * wide + h]).sum();
                    assert!((out[i * wide + h] - want).abs() < 1e-3);
                }
            }
        }
    }
}
