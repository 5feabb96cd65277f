//! Gives the shared library its soname, so that programs look for the library
//! by its major version, however the file is named where it was linked.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let major = std::env::var("CARGO_PKG_VERSION_MAJOR").expect("cargo sets it");
    match std::env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("windows") => {}
        Ok("macos") => println!(
            "cargo::rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libpantau.{major}.dylib"
        ),
        _ => println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libpantau.so.{major}"),
    }
}
