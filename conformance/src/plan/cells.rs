//! Which values are chosen together.

use mock_idp::Provider;

use super::axis::{Axis, AxisValue};
use crate::scenario::Cell;

/// One value for each of some axes, in the order of the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Chosen<'a>(Vec<(&'a Axis, &'a AxisValue)>);

impl<'a> Chosen<'a> {
    pub(super) fn get(&self, axis: &str) -> Option<(&'a Axis, &'a AxisValue)> {
        self.0.iter().copied().find(|(known, _)| known.name == axis)
    }

    pub(super) fn axes(&self) -> impl Iterator<Item = &'a str> {
        self.0.iter().map(|(axis, _)| axis.name.as_str())
    }

    pub(super) fn names(&self) -> Vec<&'a str> {
        self.0
            .iter()
            .map(|(_, value)| value.name.as_str())
            .collect()
    }

    pub(super) fn cell(&self) -> Cell {
        self.0
            .iter()
            .map(|(axis, value)| (axis.name.clone(), value.name.clone()))
            .collect()
    }

    pub(super) fn takes(&self, axis: &Axis, value: &AxisValue) -> bool {
        self.get(&axis.name)
            .is_some_and(|(_, chosen)| chosen.name == value.name)
    }

    /// The values of both.
    pub(super) fn with(&self, more: &Self) -> Self {
        Self(self.0.iter().chain(&more.0).copied().collect())
    }

    /// Whether every value may be used for this vendor and with the others.
    fn allowed(&self, provider: Provider) -> bool {
        self.0.iter().all(|(_, value)| {
            value
                .providers
                .as_ref()
                .is_none_or(|providers| providers.contains(&provider))
                && value.only.iter().all(|only| {
                    self.get(&only.axis)
                        .is_none_or(|(_, other)| only.names.contains(&other.name))
                })
        })
    }
}

/// The number of combinations before any is left out.
pub(super) fn product(axes: &[Axis]) -> usize {
    axes.iter()
        .fold(1, |n, axis| n.saturating_mul(axis.values.len().max(1)))
}

/// The combinations of `axes` that may be used for a vendor together with what is chosen already.
pub(super) fn combinations<'a>(
    axes: &'a [Axis],
    provider: Provider,
    chosen: &Chosen<'a>,
) -> Vec<Chosen<'a>> {
    let mut all = vec![Chosen::default()];
    for axis in axes {
        all = all
            .iter()
            .flat_map(|row| {
                axis.values.iter().map(move |value| {
                    let mut row = row.clone();
                    row.0.push((axis, value));
                    row
                })
            })
            .collect();
    }
    all.retain(|row| chosen.with(row).allowed(provider));
    all
}
