//! A growing sequence that is cheap to clone: chunks are shared until somebody writes to them.

use core::hash::{Hash, Hasher};
use std::rc::Rc;

/// Elements per chunk: large enough that a clone touches few counters, small enough that the first
/// write after a clone copies little.
const CHUNK: usize = 64;

/// A vector of shared chunks: push, truncate and index as of a `Vec`, clone in `len / 64`.
///
/// Logs and their registries use it, because every keyframe of a timeline clones them.
#[derive(Clone, Debug)]
pub struct Chunks<T> {
    full: Vec<Rc<Vec<T>>>,
    len: usize,
}

impl<T: Hash> Hash for Chunks<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.len.hash(state);
        self.full.iter().for_each(|chunk| chunk.hash(state));
    }
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self { full: Vec::new(), len: 0 }
    }
}

impl<T: Clone> Chunks<T> {
    /// Appends an element.
    pub fn push(&mut self, value: T) {
        if self.len.is_multiple_of(CHUNK) {
            self.full.push(Rc::new(Vec::with_capacity(CHUNK)));
        }
        if let Some(last) = self.full.last_mut() {
            Rc::make_mut(last).push(value);
            self.len += 1;
        }
    }

    /// Keeps the first `len` elements.
    pub fn truncate(&mut self, len: usize) {
        if len >= self.len {
            return;
        }
        self.full.truncate(len.div_ceil(CHUNK));
        self.len = len;
        if let Some(last) = self.full.last_mut()
            && !len.is_multiple_of(CHUNK)
        {
            Rc::make_mut(last).truncate(len % CHUNK);
        }
    }

    /// The element at `index`, for writing.
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        let chunk = self.full.get_mut(index / CHUNK)?;
        Rc::make_mut(chunk).get_mut(index % CHUNK)
    }

    /// How many elements there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The element at `index`.
    #[inline]
    pub fn get(&self, index: usize) -> Option<&T> {
        self.full.get(index / CHUNK)?.get(index % CHUNK)
    }

    /// The last element.
    pub fn last(&self) -> Option<&T> {
        self.get(self.len.checked_sub(1)?)
    }

    /// The elements from `start` on.
    pub fn iter_from(&self, start: usize) -> impl Iterator<Item = &T> {
        let first = (start / CHUNK).min(self.full.len());
        let skip = start - first * CHUNK;
        self.full[first..].iter().flat_map(|chunk| chunk.iter()).skip(skip)
    }

    /// All elements.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.iter_from(0)
    }
}

#[cfg(test)]
mod tests {
    use super::Chunks;

    #[test]
    fn behaves_like_a_vec_across_chunk_borders() {
        let mut chunks = Chunks::default();
        let mut model = Vec::new();
        for round in 0..400_usize {
            if round % 7 == 6 {
                let keep = model.len().saturating_sub(round % 150);
                chunks.truncate(keep);
                model.truncate(keep);
            }
            for value in 0..=(round % 9) {
                chunks.push(value);
                model.push(value);
            }
            assert_eq!(chunks.len(), model.len());
            assert_eq!(chunks.last(), model.last());
            assert!(chunks.iter().eq(model.iter()));
            let middle = model.len() / 2;
            assert!(chunks.iter_from(middle).eq(model[middle..].iter()));
        }
    }

    #[test]
    fn a_clone_is_not_changed_by_its_original() {
        let mut original = Chunks::default();
        (0..100).for_each(|value| original.push(value));
        let copy = original.clone();
        original.truncate(65);
        original.push(7);
        assert_eq!(copy.len(), 100);
        assert!(copy.iter().copied().eq(0..100));
    }
}
