//! Buses: named places where many outputs meet and many inputs listen.

use super::model::{BusEntry, BusIndex};

/// Exact id, then exact name, then name without regard to case.
pub(super) fn find(buses: &[BusEntry], text: &str) -> Option<BusIndex> {
    let lower = text.to_lowercase();
    buses
        .iter()
        .position(|bus| bus.id == text)
        .or_else(|| buses.iter().position(|bus| bus.name == text))
        .or_else(|| {
            buses
                .iter()
                .position(|bus| bus.name.to_lowercase() == lower)
        })
        .map(BusIndex)
}
