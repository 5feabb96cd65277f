//! The fixed inputs of the benches.

/// Reviews of twenty words, invented, as people write them.
pub fn reviews() -> Vec<&'static str> {
    include_str!("reviews.txt").lines().collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_review_has_twenty_words() {
        let reviews = super::reviews();
        assert!(reviews.len() >= 40, "{}", reviews.len());
        for review in reviews {
            assert_eq!(review.split_whitespace().count(), 20, "{review}");
        }
    }
}
