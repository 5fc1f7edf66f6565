//! The judges on histories that were written down by hand, and on random ones.

mod brute;
mod conflicts;
mod notation;
mod objects;
mod random;
mod random_transactions;
mod transactions;
mod verdicts;
