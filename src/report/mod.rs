//! Values into text: one file a format.
