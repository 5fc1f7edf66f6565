//! Calls a test with every protocol of the registry.

use consistory_protocols::{IDS, Spec, Visitor, visit};

/// A test of one protocol.
pub(crate) trait Check {
    fn check<P: Spec>(&self);
}

/// Performs a test on every protocol.
pub(crate) fn every_protocol(check: &impl Check) {
    struct Visit<'a, C>(&'a C);
    impl<C: Check> Visitor for Visit<'_, C> {
        type Output = ();
        fn visit<P: Spec>(self) {
            self.0.check::<P>();
        }
    }
    for id in IDS {
        visit(id, Visit(check)).expect("it is registered");
    }
}
