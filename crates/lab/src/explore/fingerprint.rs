//! The hash by which states are remembered.

/// The increment of `SplitMix64`: 2⁶⁴ divided by the golden ratio, made odd.
const START: u64 = 0x9e37_79b9_7f4a_7c15;

/// A fingerprint of words, the same on every target.
///
/// Each word passes the finaliser of `SplitMix64` (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number
/// Generators", OOPSLA 2014; Stafford's variant 13), a bijection in which every bit of the output depends on every
/// bit of the input. Of two sequences that differ only in one word, the fingerprints therefore always differ.
pub fn fingerprint(words: &[u64]) -> u64 {
    words.iter().fold(START, |hash, word| mix(hash ^ word))
}

const fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::{START, fingerprint, mix};

    /// The first outputs of the published generator with seed 0.
    #[test]
    fn the_finaliser_is_the_published_one() {
        assert_eq!(mix(START), 0xe220_a839_7b1d_cdaf);
        assert_eq!(mix(START.wrapping_mul(2)), 0x6e78_9e6a_a1b9_65f4);
        assert_eq!(mix(START.wrapping_mul(3)), 0x06c4_5d18_8009_454f);
    }

    #[test]
    fn one_changed_bit_changes_about_half_of_the_fingerprint() {
        for word in 0..3_usize {
            for bit in 0..64 {
                let mut words = [1, 2, 3];
                let before = fingerprint(&words);
                words[word] ^= 1 << bit;
                let changed = (before ^ fingerprint(&words)).count_ones();
                assert!((12..=52).contains(&changed), "word {word}, bit {bit}: {changed} bits change");
            }
        }
    }
}
