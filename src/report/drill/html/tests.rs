//! The page holds for a drill of every kind; what it looks like is for a browser to judge.
