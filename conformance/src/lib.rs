//! Scenarios in, verdicts out.

pub mod adapter;
pub mod case;
pub mod catalog;
pub mod check;
pub mod cli;
pub mod contender;
pub mod driver;
pub mod exit;
pub mod expectations;
pub mod faults;
pub mod frozen;
pub mod gate;
pub mod judge;
pub mod judgement;
mod kin;
pub mod library;
pub mod local;
pub mod mutants;
pub mod pace;
pub mod passive;
pub mod plan;
pub mod recording;
pub mod registry;
pub mod report;
pub mod runner;
pub mod scenario;
pub mod schema;
pub mod selection;
mod staging;
pub mod starter;
pub mod trace;
pub mod verdict;
pub mod watchdog;

pub use mock_idp::{diagnostic, yaml};
