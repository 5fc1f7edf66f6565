//! The command from outside: exit codes, shapes of JSON, the same bytes twice.
