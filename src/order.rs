//! Lists in order. The page's lists are short, and the standard library's sorting costs kilobytes for each type of item.

/// Puts an item into a list that is in the order of that key, after its equals.
pub(crate) fn insert_by_key<T, K: Ord>(list: &mut Vec<T>, item: T, key: impl Fn(&T) -> K) {
    let of_item = key(&item);
    let place = list.partition_point(|other| key(other) <= of_item);
    list.insert(place, item);
}

#[cfg(test)]
mod tests {
    use super::insert_by_key;

    #[test]
    fn equals_keep_the_order_in_which_they_came() {
        let mut list = Vec::new();
        for item in [(2, 'a'), (1, 'b'), (2, 'c'), (0, 'd'), (1, 'e')] {
            insert_by_key(&mut list, item, |(number, _)| *number);
        }
        assert_eq!(list, [(0, 'd'), (1, 'b'), (1, 'e'), (2, 'a'), (2, 'c')]);
    }
}
