//! The live view of a watch: one row for each vantage point, its answers as a line of cells, and how far a
//! switch has come at the foot.
//!
//! ```text
//!   watch::State ──┐
//!   keys ──▶ View ─┴──▶ draw ──▶ a frame of cells ──▶ terminal
//! ```
//!
//! [`draw`] is pure: tests draw into a buffer and read it. Colour never says anything alone: every cell
//! has a letter, so that the view can be read without colours and by anybody.

mod draw;
mod row;
mod show;
mod terminal;
#[cfg(test)]
mod tests;
mod view;

pub(super) use self::{
    show::{is_possible, show},
    view::Waiting,
};
