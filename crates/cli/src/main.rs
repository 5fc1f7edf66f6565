//! The consistory command.
fn main() {}
