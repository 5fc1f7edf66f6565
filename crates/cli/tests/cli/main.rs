//! The command from outside: exit statuses, shapes of JSON, the same bytes twice.

mod checks;
mod command;
mod contests;
mod errors;
mod explores;
mod exports;
mod found;
mod runs;
mod sweeps;
