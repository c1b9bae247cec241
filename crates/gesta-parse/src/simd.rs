//! Integer matrix products, with the widest unit that the machine has. `unsafe` code stands here and in [`crate::lanes`] only.
//!
//! Every path gives the same bits: products are summed exactly in 32-bit integers (activations are bytes from 1 to 255
//! that stand for -127 to 127, weights stay within -63 to 63, so that the pairwise 16-bit sums of `maddubs` cannot
//! saturate), and the step to floating point is one multiplication after another, never fused, in one order.
//! The float code around it is written once and compiled for each unit by [`Unit::run`].
#![allow(unsafe_code)]

use crate::lanes::Vector;

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
    /// 128-bit units of every 64-bit ARM.
    Neon,
    /// The same with byte dot products (most ARM machines since 2018, every Apple M).
    NeonDot,
}

impl Unit {
    /// The best unit of this machine.
    pub fn detect() -> Unit {
        Unit::available().pop().unwrap_or(Unit::Scalar)
    }

    /// Every unit that this machine has, the reference first, the best last.
    pub fn available() -> Vec<Unit> {
        let mut out = vec![Unit::Scalar];
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            out.push(Unit::Avx2);
            if is_x86_feature_detected!("avxvnni") {
                out.push(Unit::AvxVnni);
            }
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vnni")
            {
                out.push(Unit::Avx512Vnni);
            }
        }
        #[cfg(target_arch = "aarch64")]
        if std::arch::is_aarch64_feature_detected!("neon") {
            out.push(Unit::Neon);
            if std::arch::is_aarch64_feature_detected!("dotprod") {
                out.push(Unit::NeonDot);
            }
        }
        out
    }

    /// Runs `work` with this unit's vectors, compiled for it.
    #[inline(always)]
    pub(crate) fn run<W: Work>(self, work: W) {
        #[cfg(target_arch = "x86_64")]
        {
            #[target_feature(enable = "avx2")]
            fn avx2<W: Work>(work: W) {
                work.on::<crate::lanes::Avx2>()
            }
            #[target_feature(enable = "avx2,avx512f,avx512bw,avx512vl,avx512dq")]
            fn avx512<W: Work>(work: W) {
                work.on::<crate::lanes::Avx512>()
            }
            match self {
                // SAFETY: `detect` and `available` yield these units only after the machine reported the features;
                // the variants cannot be had for the models' use otherwise (`Parser::with_unit` checks).
                Unit::Avx2 | Unit::AvxVnni => return unsafe { avx2(work) },
                Unit::Avx512Vnni => return unsafe { avx512(work) },
                _ => {}
            }
        }
        #[cfg(target_arch = "aarch64")]
        {
            #[target_feature(enable = "neon")]
            fn neon<W: Work>(work: W) {
                work.on::<crate::lanes::Neon>()
            }
            if matches!(self, Unit::Neon | Unit::NeonDot) {
                // SAFETY: as above.
                return unsafe { neon(work) };
            }
        }
        work.on::<crate::lanes::Lanes>()
    }
}

/// Something to do with a unit's vectors. `on`, and all that it calls with them, must be `#[inline(always)]`, or it is not
/// compiled for the unit.
pub(crate) trait Work {
    fn on<V: Vector>(self);
}

/// Panels worked on together; a block of weights is four rows of `k` by so many panels.
const GROUP: usize = 4;

/// A weight matrix packed for the kernels: groups of four panels of 16 columns; of each group, the blocks of four rows of `k`
/// that hold anything but zeros, one after another. Training leaves whole blocks at zero (`training/gesta_train/sparse.py`), and
/// they cost nothing here.
#[derive(Clone, Debug)]
pub(crate) struct Packed {
    k: usize,
    groups: Vec<Group>,
    /// Of each block, its first row of `k`; a group's in rising order.
    steps: Vec<u32>,
    weights: Vec<i8>,
    scale: Vec<f32>,
    bias: Vec<f32>,
    /// 128 × the sum of each column's weights: what the zero point adds.
    comp: Vec<i32>,
}

#[derive(Clone, Debug)]
struct Group {
    /// The first panel, and how many there are.
    panel: usize,
    panels: usize,
    steps: std::ops::Range<usize>,
    /// Where its weights begin.
    weights: usize,
}

impl Packed {
    /// Packs `n` rows of `k` weights (the order in which they are trained). `k` must be a multiple of four.
    pub fn new(n: usize, k: usize, q: &[i8], scale: &[f32], bias: &[f32]) -> Packed {
        // the kernels read four at a time, by pointer
        assert!(k.is_multiple_of(4) && q.len() >= n * k);
        let panels = n.div_ceil(PANEL);
        let wide = panels * PANEL;
        let (mut groups, mut steps, mut weights) = (Vec::new(), Vec::new(), Vec::new());
        for panel in (0..panels).step_by(GROUP) {
            let here = GROUP.min(panels - panel);
            let columns = panel * PANEL..((panel + here) * PANEL).min(n);
            let (first, start) = (steps.len(), weights.len());
            for g in (0..k).step_by(4) {
                if columns.clone().all(|c| q[c * k + g..][..4] == [0; 4]) {
                    continue;
                }
                steps.push(g as u32);
                let at = weights.len();
                weights.resize(at + here * PANEL * 4, 0i8);
                for c in columns.clone() {
                    weights[at + (c - panel * PANEL) * 4..][..4]
                        .copy_from_slice(&q[c * k + g..][..4]);
                }
            }
            groups.push(Group {
                panel,
                panels: here,
                steps: first..steps.len(),
                weights: start,
            });
        }
        let mut comp = vec![0i32; wide];
        for (c, row) in comp.iter_mut().zip(q.chunks_exact(k)).take(n) {
            *c = row.iter().map(|&w| i32::from(w)).sum::<i32>() * i32::from(ZERO);
        }
        let pad = |v: &[f32]| {
            let mut v = v[..n].to_vec();
            v.resize(wide, 0.0);
            v
        };
        Packed {
            k,
            groups,
            steps,
            weights,
            scale: pad(scale),
            bias: pad(bias),
            comp,
        }
    }

    /// Width of an output row: `n` rounded up to whole panels.
    pub fn width(&self) -> usize {
        self.scale.len()
    }

    /// Multiply-adds that a row costs; blocks of zeros cost none.
    pub fn macs(&self) -> usize {
        self.weights.len()
    }
}

/// What becomes of a product.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Put {
    /// It takes the place of what stood there.
    Place,
    /// It is added to it.
    Sum,
}

/// `out[r] = (a[at[r]..][..k] - 128) · W · row_scale[r] · column scale + bias` for each row `r`, or that added to `out[r]`.
pub(crate) fn matmul(
    unit: Unit,
    a: &[u8],
    at: &[u32],
    row_scale: &[f32],
    w: &Packed,
    into: Put,
    out: &mut [f32],
) {
    let (m, wide, k) = (at.len(), w.width(), w.k);
    // The kernels read and write by pointer: everything they rely on is checked here, or holds of every `Packed` (its fields are
    // private to this module and never change).
    assert!(row_scale.len() >= m && out.len() >= m * wide);
    assert!(at.iter().all(|&o| o as usize + k <= a.len()));
    match unit {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: bounds were checked above; the unit was detected on this machine.
        Unit::Avx512Vnni => unsafe { x86::vnni(a, at, row_scale, w, into, out) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Unit::AvxVnni => unsafe { x86::avx_vnni(a, at, row_scale, w, into, out) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Unit::Avx2 => unsafe { x86::avx2(a, at, row_scale, w, into, out) },
        #[cfg(target_arch = "aarch64")]
        // SAFETY: as above.
        Unit::Neon => unsafe { arm::neon(a, at, row_scale, w, into, out) },
        #[cfg(target_arch = "aarch64")]
        // SAFETY: as above.
        Unit::NeonDot => unsafe { arm::neon_dot(a, at, row_scale, w, into, out) },
        _ => scalar(a, at, row_scale, w, into, out),
    }
}

/// The reference: what the other paths must equal bit for bit.
fn scalar(a: &[u8], at: &[u32], row_scale: &[f32], w: &Packed, into: Put, out: &mut [f32]) {
    let wide = w.width();
    for g in &w.groups {
        let columns = g.panels * PANEL;
        for (r, &o) in at.iter().enumerate() {
            let mut acc = [0i32; GROUP * PANEL];
            let blocks = w.weights[g.weights..].chunks_exact(columns * 4);
            for (&step, block) in w.steps[g.steps.clone()].iter().zip(blocks) {
                let x = &a[o as usize + step as usize..][..4];
                for (c, four) in acc.iter_mut().zip(block.chunks_exact(4)) {
                    for (&x, &w) in x.iter().zip(four) {
                        *c += i32::from(x) * i32::from(w);
                    }
                }
            }
            for (c, acc) in acc[..columns].iter().enumerate() {
                let col = g.panel * PANEL + c;
                let v = ((acc - w.comp[col]) as f32 * w.scale[col]) * row_scale[r] + w.bias[col];
                let o = &mut out[r * wide + col];
                *o = if into == Put::Sum { *o + v } else { v };
            }
        }
    }
}

// Calls a tile over all rows, as many at a time as its registers hold, then three and one of what is over.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! sweep {
    ($a:ident, $at:ident, $scale:ident, $w:ident, $into:ident, $out:ident, $g:ident, $first:expr, $tile:ident, $rows:literal, $panels:literal) => {{
        let wide = $w.width();
        let mut r = 0;
        macro_rules! rows {
            ($n:literal) => {
                while $at.len() - r >= $n {
                    let mut rows = [std::ptr::null(); $n];
                    let mut scales = [0f32; $n];
                    let mut outs = [std::ptr::null_mut(); $n];
                    for i in 0..$n {
                        rows[i] = $a.as_ptr().add($at[r + i] as usize);
                        scales[i] = $scale[r + i];
                        outs[i] = $out.as_mut_ptr().add((r + i) * wide);
                    }
                    $tile::<$n, $panels>(&rows, &scales, &outs, $w, $g, $first, $into);
                    r += $n;
                }
            };
        }
        rows!($rows);
        rows!(3);
        rows!(1);
    }};
}

// A product that takes one panel after the other, for units whose registers hold no more.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! by_panels {
    ($name:ident, $feature:literal, $tile:ident, $rows:literal) => {
        /// # Safety
        /// The features must be there and [`super::matmul`]'s checks passed.
        #[target_feature(enable = $feature)]
        pub(super) unsafe fn $name(
            a: &[u8],
            at: &[u32],
            scale: &[f32],
            w: &Packed,
            into: Put,
            out: &mut [f32],
        ) {
            // SAFETY: `matmul` checked every offset that is used here.
            unsafe {
                for g in &w.groups {
                    for p in 0..g.panels {
                        sweep!(a, at, scale, w, into, out, g, p, $tile, $rows, 1);
                    }
                }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Group, PANEL, Packed, Put};
    use std::arch::x86_64::*;

    /// Rows by panels of one tile; the panels, of those that a group has, are parameters of the function.
    macro_rules! tile {
        ($name:ident, $feature:literal, $lanes:literal, $zero:ident, $load:ident, $bcast:ident, $dot:expr,
         $sub:ident, $cvt:ident, $mul:ident, $add:ident, $set1:ident, $loadf:ident, $storef:ident) => {
            /// # Safety
            /// The features must be there, and `rows[i]..+k` readable; panels `first..first + PANELS` of the group exist; `out[i]`
            /// holds a whole row.
            #[target_feature(enable = $feature)]
            #[inline]
            unsafe fn $name<const ROWS: usize, const PANELS: usize>(
                rows: &[*const u8; ROWS],
                scales: &[f32; ROWS],
                outs: &[*mut f32; ROWS],
                w: &Packed,
                g: &Group,
                first: usize,
                into: Put,
            ) {
                const PARTS: usize = PANEL / $lanes;
                // SAFETY: the caller's promise; `Packed::new` made a block of the group's width for each step, and steps below `k`.
                unsafe {
                    let block = g.panels * PANEL * 4;
                    let mut at = w.weights.as_ptr().add(g.weights + first * PANEL * 4);
                    let mut acc = [[[$zero(); PARTS]; PANELS]; ROWS];
                    for &step in w.steps.get_unchecked(g.steps.clone()) {
                        let mut b = [[$zero(); PARTS]; PANELS];
                        for j in 0..PANELS {
                            for h in 0..PARTS {
                                b[j][h] = $load(at.add(j * PANEL * 4 + h * $lanes * 4).cast());
                            }
                        }
                        for i in 0..ROWS {
                            let x =
                                $bcast(rows[i].add(step as usize).cast::<i32>().read_unaligned());
                            for j in 0..PANELS {
                                for h in 0..PARTS {
                                    acc[i][j][h] = $dot(acc[i][j][h], x, b[j][h]);
                                }
                            }
                        }
                        at = at.add(block);
                    }
                    for i in 0..ROWS {
                        let s = $set1(scales[i]);
                        for j in 0..PANELS {
                            for h in 0..PARTS {
                                let col = (g.panel + first + j) * PANEL + h * $lanes;
                                let d = $sub(acc[i][j][h], $load(w.comp.as_ptr().add(col).cast()));
                                let f = $mul($mul($cvt(d), $loadf(w.scale.as_ptr().add(col))), s);
                                let mut v = $add(f, $loadf(w.bias.as_ptr().add(col)));
                                if into == Put::Sum {
                                    v = $add($loadf(outs[i].add(col)), v);
                                }
                                $storef(outs[i].add(col), v);
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
        vnni_tile,
        "avx512f,avx512bw,avx512vl,avx512vnni",
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
        avx2_tile,
        "avx2",
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
        avx_vnni_tile,
        "avx2,avxvnni",
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

    /// # Safety
    /// AVX-512 F/BW/VL/VNNI must be there and [`super::matmul`]'s checks passed.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    pub(super) unsafe fn vnni(
        a: &[u8],
        at: &[u32],
        scale: &[f32],
        w: &Packed,
        into: Put,
        out: &mut [f32],
    ) {
        // SAFETY: `matmul` checked every offset that is used here.
        unsafe {
            for g in &w.groups {
                match g.panels {
                    4 => sweep!(a, at, scale, w, into, out, g, 0, vnni_tile, 6, 4),
                    3 => sweep!(a, at, scale, w, into, out, g, 0, vnni_tile, 6, 3),
                    2 => sweep!(a, at, scale, w, into, out, g, 0, vnni_tile, 12, 2),
                    _ => sweep!(a, at, scale, w, into, out, g, 0, vnni_tile, 12, 1),
                }
            }
        }
    }

    by_panels!(avx_vnni, "avx2,avxvnni", avx_vnni_tile, 6);
    by_panels!(avx2, "avx2", avx2_tile, 4);
}

#[cfg(target_arch = "aarch64")]
mod arm {
    use super::{Group, PANEL, Packed, Put};
    use std::arch::aarch64::*;

    /// Vectors of a panel.
    const PARTS: usize = PANEL / 4;

    /// Adds to each of four numbers the products of its four bytes.
    #[target_feature(enable = "neon,dotprod")]
    #[inline]
    fn dot(mut acc: int32x4_t, x: int8x16_t, w: int8x16_t) -> int32x4_t {
        // SAFETY: the instruction only computes; its intrinsic is not yet stable.
        unsafe {
            std::arch::asm!(
                "sdot {acc:v}.4s, {w:v}.16b, {x:v}.16b",
                acc = inout(vreg) acc, w = in(vreg) w, x = in(vreg) x,
                options(pure, nomem, nostack, preserves_flags)
            );
        }
        acc
    }

    /// The same in steps: |x| ≤ 128 and |w| ≤ 63, so two products fit 16 bits together.
    #[target_feature(enable = "neon")]
    #[inline]
    fn multiply(acc: int32x4_t, x: int8x16_t, w: int8x16_t) -> int32x4_t {
        let low = vmull_s8(vget_low_s8(x), vget_low_s8(w));
        vpadalq_s16(acc, vpaddq_s16(low, vmull_high_s8(x, w)))
    }

    macro_rules! tile {
        ($tile:ident, $feature:literal, $dot:ident) => {
            /// # Safety
            /// The features must be there, and `rows[i]..+k` readable; panel `first` of the group exists; `out[i]` holds a whole row.
            #[target_feature(enable = $feature)]
            #[inline]
            unsafe fn $tile<const ROWS: usize, const PANELS: usize>(
                rows: &[*const u8; ROWS],
                scales: &[f32; ROWS],
                outs: &[*mut f32; ROWS],
                w: &Packed,
                g: &Group,
                first: usize,
                into: Put,
            ) {
                // SAFETY: the caller's promise; `Packed::new` made a block of the group's width for each step, and steps below `k`.
                unsafe {
                    let block = g.panels * PANEL * 4;
                    let mut at = w.weights.as_ptr().add(g.weights + first * PANEL * 4);
                    let mut acc = [[vdupq_n_s32(0); PARTS]; ROWS];
                    // the zero point taken off: bytes around 128 become numbers around 0
                    let zero = vdupq_n_u8(super::ZERO);
                    for &step in w.steps.get_unchecked(g.steps.clone()) {
                        let mut b = [vdupq_n_s8(0); PARTS];
                        for h in 0..PARTS {
                            b[h] = vld1q_s8(at.add(h * 16));
                        }
                        for i in 0..ROWS {
                            let x = rows[i].add(step as usize).cast::<u32>().read_unaligned();
                            let x = veorq_u8(vreinterpretq_u8_u32(vdupq_n_u32(x)), zero);
                            for h in 0..PARTS {
                                acc[i][h] = $dot(acc[i][h], vreinterpretq_s8_u8(x), b[h]);
                            }
                        }
                        at = at.add(block);
                    }
                    for i in 0..ROWS {
                        let s = vdupq_n_f32(scales[i]);
                        for h in 0..PARTS {
                            let col = (g.panel + first) * PANEL + h * 4;
                            let f = vcvtq_f32_s32(acc[i][h]);
                            let f =
                                vmulq_f32(vmulq_f32(f, vld1q_f32(w.scale.as_ptr().add(col))), s);
                            let mut v = vaddq_f32(f, vld1q_f32(w.bias.as_ptr().add(col)));
                            if into == Put::Sum {
                                v = vaddq_f32(vld1q_f32(outs[i].add(col)), v);
                            }
                            vst1q_f32(outs[i].add(col), v);
                        }
                    }
                }
            }
        };
    }

    tile!(neon_tile, "neon", multiply);
    tile!(neon_dot_tile, "neon,dotprod", dot);
    by_panels!(neon, "neon", neon_tile, 6);
    by_panels!(neon_dot, "neon,dotprod", neon_dot_tile, 6);
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A small generator: tests must not depend on the machine's randomness.
    pub(crate) fn noise(seed: &mut u64) -> u32 {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        (*seed >> 32) as u32
    }

    #[test]
    fn every_unit_gives_the_same_bits() {
        let mut s = 88172645463325252u64;
        for (m, n, k) in [
            (1usize, 1usize, 4usize),
            (7, 17, 100),
            (13, 64, 256),
            (6, 130, 512),
            (25, 384, 8),
        ] {
            // extremes often, so that saturation would show; some blocks of 4 by 64 are nothing
            let gone: Vec<bool> = (0..n.div_ceil(64) * k / 4)
                .map(|_| noise(&mut s).is_multiple_of(3))
                .collect();
            let q: Vec<i8> = (0..n * k)
                .map(|i| match noise(&mut s) % 4 {
                    _ if gone[i / k / 64 * (k / 4) + i % k / 4] => 0,
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
            matmul(Unit::Scalar, &a, &at, &rs, &w, Put::Place, &mut want);
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
            let kept = gone.iter().filter(|g| !**g).count();
            assert!(w.macs() <= kept * 256, "blocks of nothing cost nothing");
            for unit in Unit::available() {
                let mut got = vec![0f32; m * w.width()];
                matmul(unit, &a, &at, &rs, &w, Put::Place, &mut got);
                let bits = |v: &[f32]| v.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
                assert_eq!(bits(&want), bits(&got), "{unit:?} {m}x{n}x{k}");
                // added to what was there
                matmul(unit, &a, &at, &rs, &w, Put::Sum, &mut got);
                let twice: Vec<f32> = want.iter().map(|v| v + v).collect();
                assert_eq!(bits(&twice), bits(&got), "{unit:?} {m}x{n}x{k}, summed");
            }
        }
    }
}
