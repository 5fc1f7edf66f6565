//! Exhaustive exploration: published counts, agreement with a naive search, broken rules, symmetry, bounds.

mod bounds;
mod broken;
mod counts;
mod naive;
mod shapes;
mod symmetry;
mod worlds;
