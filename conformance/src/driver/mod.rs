//! The driver road: a foreign client under test, through a small program that speaks the driver protocol.

pub mod protocol;
