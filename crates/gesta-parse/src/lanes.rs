//! Sixteen floats at a time, on each unit: what the code between the matrix products is written in ([`crate::math`]).
//!
//! Every implementation gives the same bits: single IEEE operations, never fused, reductions in one order. [`Lanes`] is the
//! reference; the tests compare the others with it.
#![allow(unsafe_code)]

/// Floats of a vector.
pub(crate) const WIDTH: usize = 16;

/// Sixteen floats. An implementation for a vector unit may be named only in code that [`crate::simd::Unit::run`] runs on that unit.
pub(crate) trait Vector: Copy {
    fn splat(v: f32) -> Self;
    fn load(from: &[f32; WIDTH]) -> Self;
    /// Whole numbers from bytes.
    fn load_bytes(from: &[i8; WIDTH]) -> Self;
    fn store(self, to: &mut [f32; WIDTH]);
    fn add(self, b: Self) -> Self;
    fn sub(self, b: Self) -> Self;
    fn mul(self, b: Self) -> Self;
    fn div(self, b: Self) -> Self;
    /// `self` where it is greater, else (also beside NaN) `b`.
    fn max(self, b: Self) -> Self;
    /// `self` where it is smaller, else (also beside NaN) `b`.
    fn min(self, b: Self) -> Self;
    fn abs(self) -> Self;
    /// Times two to the power of the whole number in the lowest bits of `n`: the bits of `n` are shifted into the exponent.
    fn times_power(self, n: Self) -> Self;
    /// The lowest byte of each float's bits.
    fn low_bytes(self, to: &mut [u8; WIDTH]);
    /// Halves added to halves until one is left.
    fn sum(self) -> f32;
    /// The largest, found in the same order.
    fn largest(self) -> f32;
}

/// The reference, and what units without an implementation of their own use: compilers make vectors of it where they can.
#[derive(Clone, Copy)]
pub(crate) struct Lanes([f32; WIDTH]);

impl Lanes {
    #[inline(always)]
    fn with(self, b: Lanes, f: impl Fn(f32, f32) -> f32) -> Lanes {
        Lanes(std::array::from_fn(|i| f(self.0[i], b.0[i])))
    }

    #[inline(always)]
    fn fold(mut self, f: impl Fn(f32, f32) -> f32) -> f32 {
        let mut n = WIDTH / 2;
        while n > 0 {
            for i in 0..n {
                self.0[i] = f(self.0[i], self.0[i + n]);
            }
            n /= 2;
        }
        self.0[0]
    }
}

#[inline(always)]
fn greater(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

impl Vector for Lanes {
    #[inline(always)]
    fn splat(v: f32) -> Lanes {
        Lanes([v; WIDTH])
    }
    #[inline(always)]
    fn load(from: &[f32; WIDTH]) -> Lanes {
        Lanes(*from)
    }
    #[inline(always)]
    fn load_bytes(from: &[i8; WIDTH]) -> Lanes {
        Lanes(from.map(f32::from))
    }
    #[inline(always)]
    fn store(self, to: &mut [f32; WIDTH]) {
        *to = self.0;
    }
    #[inline(always)]
    fn add(self, b: Lanes) -> Lanes {
        self.with(b, |a, b| a + b)
    }
    #[inline(always)]
    fn sub(self, b: Lanes) -> Lanes {
        self.with(b, |a, b| a - b)
    }
    #[inline(always)]
    fn mul(self, b: Lanes) -> Lanes {
        self.with(b, |a, b| a * b)
    }
    #[inline(always)]
    fn div(self, b: Lanes) -> Lanes {
        self.with(b, |a, b| a / b)
    }
    #[inline(always)]
    fn max(self, b: Lanes) -> Lanes {
        self.with(b, greater)
    }
    #[inline(always)]
    fn min(self, b: Lanes) -> Lanes {
        self.with(b, |a, b| if a < b { a } else { b })
    }
    #[inline(always)]
    fn abs(self) -> Lanes {
        Lanes(self.0.map(f32::abs))
    }
    #[inline(always)]
    fn times_power(self, n: Lanes) -> Lanes {
        self.with(n, |a, n| {
            f32::from_bits(a.to_bits().wrapping_add(n.to_bits() << 23))
        })
    }
    #[inline(always)]
    fn low_bytes(self, to: &mut [u8; WIDTH]) {
        *to = self.0.map(|v| v.to_bits() as u8);
    }
    #[inline(always)]
    fn sum(self) -> f32 {
        self.fold(|a, b| a + b)
    }
    #[inline(always)]
    fn largest(self) -> f32 {
        self.fold(greater)
    }
}

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Avx2, Avx512};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Vector, WIDTH};
    use std::arch::x86_64::*;

    #[derive(Clone, Copy)]
    pub(crate) struct Avx512(__m512);

    /// Two halves.
    #[derive(Clone, Copy)]
    pub(crate) struct Avx2(__m256, __m256);

    // SAFETY of every block below: the trait's promise is that these types are named only in code that runs on their unit, so
    // the instructions are there; loads and stores go through references to arrays of their size.
    macro_rules! wide {
        ($($name:ident $f:ident)*) => {
            $(#[inline(always)]
            fn $name(self, b: Avx512) -> Avx512 {
                Avx512(unsafe { $f(self.0, b.0) })
            })*
        };
    }

    macro_rules! halves {
        ($($name:ident $f:ident)*) => {
            $(#[inline(always)]
            fn $name(self, b: Avx2) -> Avx2 {
                unsafe { Avx2($f(self.0, b.0), $f(self.1, b.1)) }
            })*
        };
    }

    /// The rest of a reduction, from eight lanes on.
    #[inline(always)]
    fn last(v: __m256, f: impl Fn(__m128, __m128) -> __m128) -> f32 {
        unsafe {
            let v = f(_mm256_castps256_ps128(v), _mm256_extractf128_ps::<1>(v));
            let v = f(v, _mm_movehl_ps(v, v));
            _mm_cvtss_f32(f(v, _mm_shuffle_ps::<1>(v, v)))
        }
    }

    impl Avx512 {
        #[inline(always)]
        fn halves(self) -> Avx2 {
            unsafe {
                let high = _mm512_extractf64x4_pd::<1>(_mm512_castps_pd(self.0));
                Avx2(_mm512_castps512_ps256(self.0), _mm256_castpd_ps(high))
            }
        }
    }

    impl Vector for Avx512 {
        wide! {
            add _mm512_add_ps
            sub _mm512_sub_ps
            mul _mm512_mul_ps
            div _mm512_div_ps
            max _mm512_max_ps
            min _mm512_min_ps
        }
        #[inline(always)]
        fn sum(self) -> f32 {
            self.halves().sum()
        }
        #[inline(always)]
        fn largest(self) -> f32 {
            self.halves().largest()
        }
        #[inline(always)]
        fn splat(v: f32) -> Avx512 {
            Avx512(unsafe { _mm512_set1_ps(v) })
        }
        #[inline(always)]
        fn load(from: &[f32; WIDTH]) -> Avx512 {
            Avx512(unsafe { _mm512_loadu_ps(from.as_ptr()) })
        }
        #[inline(always)]
        fn load_bytes(from: &[i8; WIDTH]) -> Avx512 {
            unsafe {
                let bytes = _mm_loadu_si128(from.as_ptr().cast());
                Avx512(_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(bytes)))
            }
        }
        #[inline(always)]
        fn store(self, to: &mut [f32; WIDTH]) {
            unsafe { _mm512_storeu_ps(to.as_mut_ptr(), self.0) }
        }
        #[inline(always)]
        fn abs(self) -> Avx512 {
            Avx512(unsafe { _mm512_abs_ps(self.0) })
        }
        #[inline(always)]
        fn times_power(self, n: Avx512) -> Avx512 {
            unsafe {
                let n = _mm512_slli_epi32::<23>(_mm512_castps_si512(n.0));
                Avx512(_mm512_castsi512_ps(_mm512_add_epi32(
                    _mm512_castps_si512(self.0),
                    n,
                )))
            }
        }
        #[inline(always)]
        fn low_bytes(self, to: &mut [u8; WIDTH]) {
            unsafe {
                let bytes = _mm512_cvtepi32_epi8(_mm512_castps_si512(self.0));
                _mm_storeu_si128(to.as_mut_ptr().cast(), bytes);
            }
        }
    }

    impl Vector for Avx2 {
        halves! {
            add _mm256_add_ps
            sub _mm256_sub_ps
            mul _mm256_mul_ps
            div _mm256_div_ps
            max _mm256_max_ps
            min _mm256_min_ps
        }
        #[inline(always)]
        fn sum(self) -> f32 {
            last(unsafe { _mm256_add_ps(self.0, self.1) }, |a, b| unsafe {
                _mm_add_ps(a, b)
            })
        }
        #[inline(always)]
        fn largest(self) -> f32 {
            last(unsafe { _mm256_max_ps(self.0, self.1) }, |a, b| unsafe {
                _mm_max_ps(a, b)
            })
        }
        #[inline(always)]
        fn splat(v: f32) -> Avx2 {
            let v = unsafe { _mm256_set1_ps(v) };
            Avx2(v, v)
        }
        #[inline(always)]
        fn load(from: &[f32; WIDTH]) -> Avx2 {
            let p = from.as_ptr();
            unsafe { Avx2(_mm256_loadu_ps(p), _mm256_loadu_ps(p.add(8))) }
        }
        #[inline(always)]
        fn load_bytes(from: &[i8; WIDTH]) -> Avx2 {
            unsafe {
                let bytes = _mm_loadu_si128(from.as_ptr().cast());
                let high = _mm_unpackhi_epi64(bytes, bytes);
                Avx2(
                    _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes)),
                    _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(high)),
                )
            }
        }
        #[inline(always)]
        fn store(self, to: &mut [f32; WIDTH]) {
            let p = to.as_mut_ptr();
            unsafe {
                _mm256_storeu_ps(p, self.0);
                _mm256_storeu_ps(p.add(8), self.1);
            }
        }
        #[inline(always)]
        fn abs(self) -> Avx2 {
            unsafe {
                let sign = _mm256_set1_ps(-0.0);
                Avx2(
                    _mm256_andnot_ps(sign, self.0),
                    _mm256_andnot_ps(sign, self.1),
                )
            }
        }
        #[inline(always)]
        fn times_power(self, n: Avx2) -> Avx2 {
            let half = |a, n| unsafe {
                let n = _mm256_slli_epi32::<23>(_mm256_castps_si256(n));
                _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a), n))
            };
            Avx2(half(self.0, n.0), half(self.1, n.1))
        }
        #[inline(always)]
        fn low_bytes(self, to: &mut [u8; WIDTH]) {
            unsafe {
                let low = _mm256_set1_epi32(255);
                let a = _mm256_and_si256(_mm256_castps_si256(self.0), low);
                let b = _mm256_and_si256(_mm256_castps_si256(self.1), low);
                // words of a, b | a, b; put in order, then bytes
                let words = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packus_epi32(a, b));
                let high = _mm256_extracti128_si256::<1>(words);
                let bytes = _mm_packus_epi16(_mm256_castsi256_si128(words), high);
                _mm_storeu_si128(to.as_mut_ptr().cast(), bytes);
            }
        }
    }
}

#[cfg(target_arch = "aarch64")]
pub(crate) use arm::Neon;

#[cfg(target_arch = "aarch64")]
mod arm {
    use super::{Vector, WIDTH};
    use std::arch::aarch64::*;

    /// Four quarters.
    #[derive(Clone, Copy)]
    pub(crate) struct Neon([float32x4_t; 4]);

    impl Neon {
        #[inline(always)]
        fn with(self, b: Neon, f: impl Fn(float32x4_t, float32x4_t) -> float32x4_t) -> Neon {
            Neon(std::array::from_fn(|i| f(self.0[i], b.0[i])))
        }

        #[inline(always)]
        fn fold(self, f: impl Fn(float32x4_t, float32x4_t) -> float32x4_t) -> f32 {
            let [a, b, c, d] = self.0;
            let v = f(f(a, c), f(b, d));
            // the upper half brought down, then the second lane
            unsafe {
                let v = f(v, vextq_f32::<2>(v, v));
                vgetq_lane_f32::<0>(f(v, vextq_f32::<1>(v, v)))
            }
        }
    }

    // SAFETY of every block above and below: the trait's promise is that this type is named only in code that runs on the unit;
    // loads and stores go through references to arrays of their size.
    impl Vector for Neon {
        #[inline(always)]
        fn splat(v: f32) -> Neon {
            Neon([unsafe { vdupq_n_f32(v) }; 4])
        }
        #[inline(always)]
        fn load(from: &[f32; WIDTH]) -> Neon {
            let p = from.as_ptr();
            Neon(std::array::from_fn(|i| unsafe { vld1q_f32(p.add(4 * i)) }))
        }
        #[inline(always)]
        fn load_bytes(from: &[i8; WIDTH]) -> Neon {
            unsafe {
                let bytes = vld1q_s8(from.as_ptr());
                let (a, b) = (vmovl_s8(vget_low_s8(bytes)), vmovl_high_s8(bytes));
                Neon([
                    vcvtq_f32_s32(vmovl_s16(vget_low_s16(a))),
                    vcvtq_f32_s32(vmovl_high_s16(a)),
                    vcvtq_f32_s32(vmovl_s16(vget_low_s16(b))),
                    vcvtq_f32_s32(vmovl_high_s16(b)),
                ])
            }
        }
        #[inline(always)]
        fn store(self, to: &mut [f32; WIDTH]) {
            let p = to.as_mut_ptr();
            for (i, v) in self.0.into_iter().enumerate() {
                unsafe { vst1q_f32(p.add(4 * i), v) }
            }
        }
        #[inline(always)]
        fn add(self, b: Neon) -> Neon {
            self.with(b, |a, b| unsafe { vaddq_f32(a, b) })
        }
        #[inline(always)]
        fn sub(self, b: Neon) -> Neon {
            self.with(b, |a, b| unsafe { vsubq_f32(a, b) })
        }
        #[inline(always)]
        fn mul(self, b: Neon) -> Neon {
            self.with(b, |a, b| unsafe { vmulq_f32(a, b) })
        }
        #[inline(always)]
        fn div(self, b: Neon) -> Neon {
            self.with(b, |a, b| unsafe { vdivq_f32(a, b) })
        }
        #[inline(always)]
        fn max(self, b: Neon) -> Neon {
            self.with(b, |a, b| unsafe { vbslq_f32(vcgtq_f32(a, b), a, b) })
        }
        #[inline(always)]
        fn min(self, b: Neon) -> Neon {
            self.with(b, |a, b| unsafe { vbslq_f32(vcltq_f32(a, b), a, b) })
        }
        #[inline(always)]
        fn abs(self) -> Neon {
            Neon(self.0.map(|v| unsafe { vabsq_f32(v) }))
        }
        #[inline(always)]
        fn times_power(self, n: Neon) -> Neon {
            self.with(n, |a, n| unsafe {
                let n = vshlq_n_s32::<23>(vreinterpretq_s32_f32(n));
                vreinterpretq_f32_s32(vaddq_s32(vreinterpretq_s32_f32(a), n))
            })
        }
        #[inline(always)]
        fn low_bytes(self, to: &mut [u8; WIDTH]) {
            unsafe {
                let [a, b, c, d] = self.0.map(|v| vmovn_u32(vreinterpretq_u32_f32(v)));
                let (low, high) = (vmovn_u16(vcombine_u16(a, b)), vmovn_u16(vcombine_u16(c, d)));
                vst1q_u8(to.as_mut_ptr(), vcombine_u8(low, high));
            }
        }
        #[inline(always)]
        fn sum(self) -> f32 {
            self.fold(|a, b| unsafe { vaddq_f32(a, b) })
        }
        #[inline(always)]
        fn largest(self) -> f32 {
            self.fold(|a, b| unsafe { vbslq_f32(vcgtq_f32(a, b), a, b) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::tests::noise;
    use crate::simd::{Unit, Work};

    /// Every operation on two vectors, as bits.
    struct All<'a>(&'a [f32; WIDTH], &'a [f32; WIDTH], &'a mut Vec<u32>);

    impl Work for All<'_> {
        #[inline(always)]
        fn on<V: Vector>(self) {
            let (a, b) = (V::load(self.0), V::load(self.1));
            let mut lanes = [0f32; WIDTH];
            for v in [
                a.add(b),
                a.sub(b),
                a.mul(b),
                a.div(b),
                a.max(b),
                a.min(b),
                a.abs(),
                a.times_power(b),
                V::splat(self.0[3]),
                V::load_bytes(&self.0.map(|v| v.to_bits() as i8)),
            ] {
                v.store(&mut lanes);
                // one NaN is as good as another
                self.2
                    .extend(lanes.map(|v| if v.is_nan() { f32::NAN } else { v }.to_bits()));
            }
            let mut bytes = [0u8; WIDTH];
            a.low_bytes(&mut bytes);
            self.2.extend(bytes.map(u32::from));
            for v in [a.sum(), a.largest(), b.sum(), b.largest()] {
                self.2.push(if v.is_nan() { f32::NAN } else { v }.to_bits());
            }
        }
    }

    #[test]
    fn every_unit_gives_the_same_bits() {
        let mut s = 88172645463325252u64;
        for round in 0..400 {
            let mut make = || -> [f32; WIDTH] {
                std::array::from_fn(|_| match (round % 4, noise(&mut s)) {
                    (0, n) => f32::from_bits(n),
                    (1, n) => (n % 7) as f32 - 3.0,
                    (2, n) if n % 5 == 0 => {
                        [0.0, -0.0, f32::INFINITY, f32::NAN][n as usize / 5 % 4]
                    }
                    (_, n) => n as f32 / 65536.0 - 32768.0,
                })
            };
            let (a, b) = (make(), make());
            let mut want = Vec::new();
            All(&a, &b, &mut want).on::<Lanes>();
            for unit in Unit::available() {
                let mut got = Vec::new();
                unit.run(All(&a, &b, &mut got));
                assert_eq!(want, got, "{unit:?} {a:?} {b:?}");
            }
        }
    }
}
