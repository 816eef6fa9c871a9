//! Which number comes up, where the real world would throw dice?
//!
//! Checker phases, the moment at which a verdict reaches a name server, a draw among weights: all of
//! them vary in the real world, and all of them must come out the same when a run is repeated. So the
//! lab hashes what the number is for instead of asking a random generator.

/// A number that depends on `what` alone and looks like no pattern: FNV-1a over the parts, then the
/// finaliser of `SplitMix64`, because FNV by itself leaves neighbouring inputs close together.
pub(crate) fn number(what: &[&str]) -> u64 {
    let bytes = what.iter().flat_map(|part| part.bytes().chain([0xff]));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    mix(hash)
}

/// Spreads a counter over the whole range of numbers.
pub(crate) fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A fraction from 0 up to, but not including, 1, by [`number`].
pub(crate) fn fraction(what: &[&str]) -> f64 {
    // The upper 32 bits: exact in a float, and more than enough steps for a delay.
    let upper = u32::try_from(number(what) >> 32).expect("a number shifted by 32 bits has 32 bits");
    f64::from(upper) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_question_has_the_same_answer_and_parts_do_not_run_together() {
        assert_eq!(number(&["a", "b"]), number(&["a", "b"]));
        assert_ne!(number(&["a", "b"]), number(&["ab", ""]));
    }

    #[test]
    fn fractions_spread_over_the_whole_range() {
        let fractions: Vec<f64> = (0..1_000).map(|n| fraction(&["phase", &n.to_string()])).collect();
        assert!(fractions.iter().all(|f| (0.0..1.0).contains(f)));
        let mean = fractions.iter().sum::<f64>() / 1_000.0;
        assert!((0.45..0.55).contains(&mean), "mean {mean}");
    }
}
