//! The session crate from outside: the gallery's golden transcripts, links, texts, branches, topics, hostile input.

mod because;
mod branches;
mod compares;
mod contests;
mod decoders;
mod gallery;
mod golden_links;
mod links;
mod pictures;
mod spacetime;
mod statements;
mod topics;
mod verdicts;
