//! The field store: kernels, buffers, cache. (To be written.)
