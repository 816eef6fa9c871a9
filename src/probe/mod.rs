//! What the world sees: DNS answers and bytes.
