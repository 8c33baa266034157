//! The scenario library of Tokenproof, embedded so that an installed binary runs without a checkout.

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The registry of requirements, `requirements.yaml`.
pub const REQUIREMENTS: &str = include_str!("../requirements.yaml");
