//! A 64-bit digest that is the same on every target.

use core::hash::Hasher;

/// Folds words into 64 bits: multiply, then fold the high half down.
///
/// It implements [`Hasher`] so that `derive(Hash)` types can be folded. Unlike the standard hashers it
/// widens `usize` to 64 bits, so that a run has the same digest natively and in wasm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0x243F_6A88_85A3_08D3)
    }
}

impl Digest {
    /// Folds one word in.
    #[inline]
    pub fn word(&mut self, word: u64) {
        let mixed = (self.0 ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 32);
    }

    /// The digest so far.
    pub fn value(self) -> u64 {
        self.0
    }
}

impl Hasher for Digest {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.word(u64::from_le_bytes(word));
        }
        self.word(bytes.len() as u64);
    }

    #[inline]
    fn write_u8(&mut self, value: u8) {
        self.word(u64::from(value));
    }

    #[inline]
    fn write_u16(&mut self, value: u16) {
        self.word(u64::from(value));
    }

    #[inline]
    fn write_u32(&mut self, value: u32) {
        self.word(u64::from(value));
    }

    #[inline]
    fn write_u64(&mut self, value: u64) {
        self.word(value);
    }

    #[inline]
    fn write_usize(&mut self, value: usize) {
        self.word(value as u64);
    }

    #[inline]
    fn write_i8(&mut self, value: i8) {
        self.word(i64::from(value).cast_unsigned());
    }

    #[inline]
    fn write_i16(&mut self, value: i16) {
        self.word(i64::from(value).cast_unsigned());
    }

    #[inline]
    fn write_i32(&mut self, value: i32) {
        self.word(i64::from(value).cast_unsigned());
    }

    #[inline]
    fn write_i64(&mut self, value: i64) {
        self.word(value.cast_unsigned());
    }

    #[inline]
    fn write_isize(&mut self, value: isize) {
        self.word((value as i64).cast_unsigned());
    }
}

#[cfg(test)]
mod tests {
    use super::Digest;
    use core::hash::{Hash, Hasher};

    #[test]
    fn order_and_length_matter() {
        let fold = |words: &[u64]| {
            let mut digest = Digest::default();
            for word in words {
                digest.word(*word);
            }
            digest.value()
        };
        assert_ne!(fold(&[1, 2]), fold(&[2, 1]));
        assert_ne!(fold(&[0]), fold(&[0, 0]));
        assert_eq!(fold(&[7, 9]), fold(&[7, 9]));
    }

    #[test]
    fn lengths_and_discriminants_are_folded_as_64_bits() {
        let mut digest = Digest::default();
        vec![1_u16, 2].hash(&mut digest);
        let mut by_hand = Digest::default();
        by_hand.write_usize(2);
        by_hand.write_u16(1);
        by_hand.write_u16(2);
        // Slices of integers are hashed as raw bytes by the standard library, which would depend on
        // endianness; what matters here is that the value is pinned.
        assert_eq!(digest.value(), {
            let mut expected = Digest::default();
            expected.word(2);
            expected.write(&[1, 0, 2, 0]);
            expected.value()
        });
    }
}
