//! Sketches of protocols that exercise the kernel's trait; none of them is shipped.

pub(crate) mod coordinator;
pub(crate) mod gossip;
pub(crate) mod probe;
