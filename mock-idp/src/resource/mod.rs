//! Protected resources: how tokens that are shown to an API are judged.

mod inspection;

pub(crate) use inspection::{Shown, Trouble, inspect, presented, presented_token, shown, verified};
