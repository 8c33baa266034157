//! Scenarios in, verdicts out.

pub mod case;
pub mod catalog;
pub mod cli;
pub mod contender;
pub mod diagnostic;
pub mod exit;
pub mod gate;
pub mod judge;
pub mod judgement;
pub mod library;
pub mod local;
pub mod mutants;
pub mod passive;
pub mod plan;
pub mod registry;
pub mod report;
pub mod runner;
pub mod scenario;
pub mod selection;
mod staging;
pub mod trace;
pub mod verdict;
pub mod watchdog;
pub mod yaml;
