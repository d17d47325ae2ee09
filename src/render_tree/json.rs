//! One JSON object a frame, for `probe --at tree`.
