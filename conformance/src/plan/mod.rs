//! From a file to the cases it describes.
//!
//! [`load`] reads the head and the axes once. [`plan`] fills the references of the body in for each cell, reads the
//! result as typed values and examines it. Both collect every mistake of the file before they refuse it.

mod axis;
mod body;
mod cells;
mod expand;
mod file;
mod fill;
mod head;
mod lint;
mod load;
mod when;

pub use expand::plan;
pub use file::ScenarioFile;
pub use load::load;

#[cfg(test)]
mod tests;
