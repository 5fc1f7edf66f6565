//! Prints a scene as text: the picture of tests and terminals.
