//! How drills end before their time.
