//! What must hold of every protocol of the registry, whatever it is.

mod probe;
