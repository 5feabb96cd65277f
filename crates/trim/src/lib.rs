//! One call to the C library that the core, which has no unsafe code, cannot make itself.

/// Gives memory that was freed back to the system, where its allocator keeps it otherwise.
///
/// The GNU C library keeps freed blocks of up to 32 MB for later, in an arena for each thread: a
/// program that replaces a model now and then would seem to grow for ever.
pub fn trim() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        unsafe extern "C" {
            fn malloc_trim(keep: usize) -> i32;
        }
        // SAFETY: it takes the allocator's own locks and touches only memory that is free.
        unsafe {
            malloc_trim(0);
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[test]
    fn freed_memory_goes_back() {
        let resident = || {
            let sizes = std::fs::read_to_string("/proc/self/statm").unwrap();
            sizes.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
        };
        // Small blocks are never given back one by one, and the last one holds up the rest.
        let mut blocks: Vec<Vec<u8>> = (0..4_000).map(|_| vec![1; 16_000]).collect();
        let last = blocks.pop();
        drop(blocks);
        super::trim();
        let after = resident();
        assert!(after < 40_000_000, "{after} bytes");
        drop(last);
    }
}
