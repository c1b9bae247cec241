//! Integer matrix products, with the widest unit that the machine has; and the only `unsafe` code of this crate.
//!
//! Every path gives the same bits: products are summed exactly in 32-bit integers (activations are bytes from 1 to 255
//! that stand for -127 to 127, weights stay within -63 to 63, so that the pairwise 16-bit sums of `maddubs` cannot
//! saturate), and the step to floating point is one multiplication after another, never fused, in one order.
//! The float code around it is written once, in safe Rust, and compiled for each unit by [`Unit::run`].
#![allow(unsafe_code)]

/// Columns of one packed panel.
const PANEL: usize = 16;
/// Zero point of activations.
pub(crate) const ZERO: u8 = 128;
/// Largest magnitude of a weight.
pub(crate) const WEIGHT_MAX: i32 = 63;

/// A vector unit, chosen once when the model is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// No vector unit is assumed; the reference.
    Scalar,
    /// 256-bit integer units.
    Avx2,
    /// 256-bit units with byte dot products (AVX-VNNI), as recent client machines without AVX-512 have them.
    AvxVnni,
    /// 512-bit units with byte dot products.
    Avx512Vnni,
}

impl Unit {
    /// The best unit of this machine.
    pub fn detect() -> Unit {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vnni")
                && is_x86_feature_detected!("avx2")
            {
                return Unit::Avx512Vnni;
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("avxvnni") {
                return Unit::AvxVnni;
            }
            if is_x86_feature_detected!("avx2") {
                return Unit::Avx2;
            }
        }
        Unit::Scalar
    }

    /// Every unit that this machine has, the reference first.
    pub fn available() -> Vec<Unit> {
        let mut out = vec![Unit::Scalar];
        let best = Unit::detect();
        if best != Unit::Scalar {
            out.push(Unit::Avx2);
        }
        #[cfg(target_arch = "x86_64")]
        if best != Unit::Scalar && is_x86_feature_detected!("avxvnni") {
            out.push(Unit::AvxVnni);
        }
        if best == Unit::Avx512Vnni {
            out.push(best);
        }
        out
    }

    /// Runs `f` compiled for this unit. `f` must be `#[inline(always)]` code to gain anything from it.
    #[inline(always)]
    pub(crate) fn run<F: FnOnce()>(self, f: F) {
        #[cfg(target_arch = "x86_64")]
        {
            #[target_feature(enable = "avx2")]
            fn avx2<F: FnOnce()>(f: F) {
                f()
            }
            #[target_feature(enable = "avx2,avx512f,avx512bw,avx512vl,avx512dq")]
            fn avx512<F: FnOnce()>(f: F) {
                f()
            }
            match self {
                // SAFETY: `detect` and `available` yield these units only after the machine reported the features;
                // the variants cannot be had for the models' use otherwise (`Parser::with_unit` checks).
                Unit::Avx2 | Unit::AvxVnni => return unsafe { avx2(f) },
                Unit::Avx512Vnni => return unsafe { avx512(f) },
                Unit::Scalar => {}
            }
        }
        f()
    }
}

/// A weight matrix packed for the kernels: panels of 16 columns, four rows of `k` interleaved.
#[derive(Clone, Debug)]
pub(crate) struct Packed {
    pub n: usize,
    pub k: usize,
    panels: Vec<i8>,
    scale: Vec<f32>,
    bias: Vec<f32>,
    /// 128 × the sum of each column's weights: what the zero point adds.
    comp: Vec<i32>,
}

impl Packed {
    /// Packs `n` rows of `k` weights (the order in which they are trained). `k` must be a multiple of four.
    pub fn new(n: usize, k: usize, q: &[i8], scale: &[f32], bias: &[f32]) -> Packed {
        let wide = n.div_ceil(PANEL) * PANEL;
        let mut panels = vec![0i8; wide * k];
        let mut comp = vec![0i32; wide];
        for (col, row) in q.chunks_exact(k).take(n).enumerate() {
            let base = col / PANEL * PANEL * k + col % PANEL * 4;
            for (g, four) in row.chunks_exact(4).enumerate() {
                panels[base + g * PANEL * 4..][..4].copy_from_slice(four);
            }
            comp[col] = row.iter().map(|&w| i32::from(w)).sum::<i32>() * i32::from(ZERO);
        }
        let pad = |v: &[f32]| {
            let mut v = v[..n].to_vec();
            v.resize(wide, 0.0);
            v
        };
        Packed {
            n,
            k,
            panels,
            scale: pad(scale),
            bias: pad(bias),
            comp,
        }
    }

    /// Width of an output row: `n` rounded up to whole panels.
    pub fn width(&self) -> usize {
        self.scale.len()
    }
}

/// `out[r] = (a[at[r]..][..k] - 128) · W · row_scale[r] · column scale + bias` for each row `r`.
pub(crate) fn matmul(
    unit: Unit,
    a: &[u8],
    at: &[u32],
    row_scale: &[f32],
    w: &Packed,
    out: &mut [f32],
) {
    let (m, wide, k) = (at.len(), w.width(), w.k);
    // The kernels read and write by pointer: everything they rely on is checked here.
    assert!(k % 4 == 0 && w.panels.len() == wide * k && wide % PANEL == 0);
    assert!(row_scale.len() >= m && out.len() >= m * wide);
    assert!(w.bias.len() == wide && w.comp.len() == wide);
    assert!(at.iter().all(|&o| o as usize + k <= a.len()));
    match unit {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: bounds were checked above; the unit was detected on this machine.
        Unit::Avx512Vnni => unsafe { x86::vnni(a, at, row_scale, w, out) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Unit::AvxVnni => unsafe { x86::avx_vnni(a, at, row_scale, w, out) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Unit::Avx2 => unsafe { x86::avx2(a, at, row_scale, w, out) },
        _ => scalar(a, at, row_scale, w, out),
    }
}

/// The reference: what the other paths must equal bit for bit.
fn scalar(a: &[u8], at: &[u32], row_scale: &[f32], w: &Packed, out: &mut [f32]) {
    let (wide, k) = (w.width(), w.k);
    for (p, panel) in w.panels.chunks_exact(PANEL * k).enumerate() {
        for (r, &o) in at.iter().enumerate() {
            let row = &a[o as usize..][..k];
            let mut acc = [0i32; PANEL];
            for (x, ws) in row.chunks_exact(4).zip(panel.chunks_exact(PANEL * 4)) {
                for (c, four) in acc.iter_mut().zip(ws.chunks_exact(4)) {
                    for (&x, &w) in x.iter().zip(four) {
                        *c += i32::from(x) * i32::from(w);
                    }
                }
            }
            for (c, acc) in acc.into_iter().enumerate() {
                let col = p * PANEL + c;
                out[r * wide + col] =
                    ((acc - w.comp[col]) as f32 * w.scale[col]) * row_scale[r] + w.bias[col];
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{PANEL, Packed};
    use std::arch::x86_64::*;

    /// Rows by panels of one tile; the panels are a parameter of the function.
    macro_rules! tile {
        ($name:ident, $feature:literal, $rows:literal, $lanes:literal, $zero:ident, $load:ident, $bcast:ident, $dot:expr,
         $sub:ident, $cvt:ident, $mul:ident, $add:ident, $set1:ident, $loadf:ident, $storef:ident) => {
            /// # Safety
            /// The features must be there, and `rows[i]..+k` readable; panels `p..p + PANELS` exist; `out[i]` holds a whole row.
            #[target_feature(enable = $feature)]
            #[inline]
            unsafe fn $name<const PANELS: usize>(
                rows: &[*const u8; $rows],
                scales: &[f32; $rows],
                outs: &[*mut f32; $rows],
                w: &Packed,
                p: usize,
            ) {
                const PARTS: usize = PANEL / $lanes;
                // SAFETY: the caller's promise; offsets stay below `k` and below the panels' length.
                unsafe {
                    let k = w.k;
                    let base = w.panels.as_ptr().add(p * PANEL * k);
                    let mut acc = [[[$zero(); PARTS]; PANELS]; $rows];
                    let mut g = 0;
                    while g < k {
                        let mut b = [[$zero(); PARTS]; PANELS];
                        for j in 0..PANELS {
                            for h in 0..PARTS {
                                b[j][h] = $load(
                                    base.add(j * PANEL * k + g * PANEL + h * $lanes * 4).cast(),
                                );
                            }
                        }
                        for i in 0..$rows {
                            let x = $bcast(rows[i].add(g).cast::<i32>().read_unaligned());
                            for j in 0..PANELS {
                                for h in 0..PARTS {
                                    acc[i][j][h] = $dot(acc[i][j][h], x, b[j][h]);
                                }
                            }
                        }
                        g += 4;
                    }
                    for i in 0..$rows {
                        let s = $set1(scales[i]);
                        for j in 0..PANELS {
                            for h in 0..PARTS {
                                let col = (p + j) * PANEL + h * $lanes;
                                let d = $sub(acc[i][j][h], $load(w.comp.as_ptr().add(col).cast()));
                                let f = $mul($mul($cvt(d), $loadf(w.scale.as_ptr().add(col))), s);
                                $storef(
                                    outs[i].add(col),
                                    $add(f, $loadf(w.bias.as_ptr().add(col))),
                                );
                            }
                        }
                    }
                }
            }
        };
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn dot2(acc: __m256i, x: __m256i, w: __m256i) -> __m256i {
        // |x| ≤ 255 and |w| ≤ 63: each pair's sum stays below 2^15.
        let pairs = _mm256_maddubs_epi16(x, w);
        _mm256_add_epi32(acc, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
    }

    tile!(
        vnni_6,
        "avx512f,avx512bw,avx512vl,avx512vnni",
        6,
        16,
        _mm512_setzero_si512,
        _mm512_loadu_si512,
        _mm512_set1_epi32,
        _mm512_dpbusd_epi32,
        _mm512_sub_epi32,
        _mm512_cvtepi32_ps,
        _mm512_mul_ps,
        _mm512_add_ps,
        _mm512_set1_ps,
        _mm512_loadu_ps,
        _mm512_storeu_ps
    );
    tile!(
        avx2_4,
        "avx2",
        4,
        8,
        _mm256_setzero_si256,
        _mm256_loadu_si256,
        _mm256_set1_epi32,
        dot2,
        _mm256_sub_epi32,
        _mm256_cvtepi32_ps,
        _mm256_mul_ps,
        _mm256_add_ps,
        _mm256_set1_ps,
        _mm256_loadu_ps,
        _mm256_storeu_ps
    );
    tile!(
        avx_vnni_6,
        "avx2,avxvnni",
        6,
        8,
        _mm256_setzero_si256,
        _mm256_loadu_si256,
        _mm256_set1_epi32,
        _mm256_dpbusd_avx_epi32,
        _mm256_sub_epi32,
        _mm256_cvtepi32_ps,
        _mm256_mul_ps,
        _mm256_add_ps,
        _mm256_set1_ps,
        _mm256_loadu_ps,
        _mm256_storeu_ps
    );

    /// Calls `tile` over all rows in groups of `N`; the last group repeats its last row into a spare row.
    macro_rules! sweep {
        ($a:ident, $at:ident, $scale:ident, $w:ident, $out:ident, $n:literal, $p:expr, $tile:expr) => {{
            let wide = $w.width();
            let mut r = 0;
            while r < $at.len() {
                let mut rows = [std::ptr::null(); $n];
                let mut scales = [0f32; $n];
                let mut outs = [std::ptr::null_mut(); $n];
                for i in 0..$n {
                    let row = (r + i).min($at.len() - 1);
                    rows[i] = $a.as_ptr().add($at[row] as usize);
                    scales[i] = $scale[row];
                    // Rows beyond the end write the last row again, with the same values.
                    outs[i] = $out.as_mut_ptr().add(row * wide);
                }
                $tile(&rows, &scales, &outs, $w, $p);
                r += $n;
            }
        }};
    }

    /// # Safety
    /// AVX-512 F/BW/VL/VNNI must be there and [`super::matmul`]'s checks passed.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    pub(super) unsafe fn vnni(a: &[u8], at: &[u32], scale: &[f32], w: &Packed, out: &mut [f32]) {
        // SAFETY: `matmul` checked every offset that is used here.
        unsafe {
            let panels = w.width() / PANEL;
            let mut p = 0;
            while p + 4 <= panels {
                sweep!(a, at, scale, w, out, 6, p, vnni_6::<4>);
                p += 4;
            }
            while p < panels {
                sweep!(a, at, scale, w, out, 6, p, vnni_6::<1>);
                p += 1;
            }
        }
    }

    /// # Safety
    /// AVX2 and AVX-VNNI must be there and [`super::matmul`]'s checks passed.
    #[target_feature(enable = "avx2,avxvnni")]
    pub(super) unsafe fn avx_vnni(
        a: &[u8],
        at: &[u32],
        scale: &[f32],
        w: &Packed,
        out: &mut [f32],
    ) {
        // SAFETY: as above.
        unsafe {
            for p in 0..w.width() / PANEL {
                sweep!(a, at, scale, w, out, 6, p, avx_vnni_6::<1>);
            }
        }
    }

    /// # Safety
    /// AVX2 must be there and [`super::matmul`]'s checks passed.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn avx2(a: &[u8], at: &[u32], scale: &[f32], w: &Packed, out: &mut [f32]) {
        // SAFETY: as above.
        unsafe {
            for p in 0..w.width() / PANEL {
                sweep!(a, at, scale, w, out, 4, p, avx2_4::<1>);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small generator: tests must not depend on the machine's randomness.
    fn noise(seed: &mut u64) -> u32 {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        (*seed >> 32) as u32
    }

    #[test]
    fn every_unit_gives_the_same_bits() {
        let mut s = 88172645463325252u64;
        for (m, n, k) in [
            (1, 1, 4),
            (7, 17, 100),
            (13, 64, 256),
            (6, 130, 512),
            (25, 384, 8),
        ] {
            // extremes often, so that saturation would show
            let q: Vec<i8> = (0..n * k)
                .map(|_| match noise(&mut s) % 4 {
                    0 => 63,
                    1 => -63,
                    _ => (noise(&mut s) % 127) as i8 - 63,
                })
                .collect();
            let a: Vec<u8> = (0..m * k + 64)
                .map(|_| match noise(&mut s) % 3 {
                    0 => 255,
                    1 => 1,
                    _ => noise(&mut s) as u8,
                })
                .collect();
            let scale: Vec<f32> = (0..n).map(|i| 0.01 + i as f32 * 0.001).collect();
            let bias: Vec<f32> = (0..n).map(|i| i as f32 * 0.3 - 2.0).collect();
            let w = Packed::new(n, k, &q, &scale, &bias);
            let at: Vec<u32> = (0..m as u32).map(|r| r * k as u32).collect();
            let rs: Vec<f32> = (0..m).map(|i| 0.02 + i as f32 * 0.0013).collect();
            let mut want = vec![0f32; m * w.width()];
            matmul(Unit::Scalar, &a, &at, &rs, &w, &mut want);
            // the scalar path against plain sums
            let r = m - 1;
            let c = n - 1;
            let sum: i32 = (0..k)
                .map(|i| (i32::from(a[r * k + i]) - 128) * i32::from(q[c * k + i]))
                .sum();
            assert_eq!(
                want[r * w.width() + c],
                (sum as f32 * scale[c]) * rs[r] + bias[c]
            );
            for unit in Unit::available() {
                let mut got = vec![0f32; m * w.width()];
                matmul(unit, &a, &at, &rs, &w, &mut got);
                assert!(
                    want.iter()
                        .zip(&got)
                        .all(|(a, b)| a.to_bits() == b.to_bits()),
                    "{unit:?} {m}x{n}x{k}"
                );
            }
        }
    }
}
