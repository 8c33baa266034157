//! Drivers that do what no driver should.
