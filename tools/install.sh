#!/bin/sh
# Builds the C libraries and lays them down with their headers and a pkg-config file:
#
#     tools/install.sh PREFIX
#
# What is installed can be moved: the pkg-config file finds its own place. PROFILE chooses
# another profile than `release`; DESTDIR is put in front of PREFIX, for packagers.
set -eu

if [ $# -ne 1 ] || [ -z "$1" ]; then
    echo "usage: $0 PREFIX" >&2
    exit 2
fi
profile=${PROFILE:-release}
root=$(cd "$(dirname "$0")/.." && pwd)
messages=$(mktemp)
trap 'rm -f "$messages"' EXIT

# The compiler knows what programs must link besides the static library; cargo repeats that
# from its cache when nothing is left to build. The paths of the libraries are in the messages
# as well, wherever the target folder is.
cargo rustc --manifest-path "$root/Cargo.toml" --package pantau-c --lib --profile "$profile" \
    --message-format json-render-diagnostics -- --print native-static-libs \
    >"$messages.json" 2>"$messages" || { cat "$messages" >&2; rm -f "$messages.json"; exit 1; }
artifact() {
    tr ',[]' '\n\n\n' <"$messages.json" | sed -n "s|^\"\(/[^\"]*/$1\)\"\$|\1|p" | tail -n 1
}
shared=$(artifact libpantau.so)
static=$(artifact libpantau.a)
rm -f "$messages.json"
private=$(sed -n 's/^.*native-static-libs: *//p' "$messages" | tail -n 1)
for found in "$shared" "$static" "$private"; do
    if [ -z "$found" ]; then
        cat "$messages" >&2
        echo "$0: the build gave no libpantau.so, no libpantau.a, or did not say what to link" >&2
        exit 1
    fi
done
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
major=${version%%.*}

prefix=${DESTDIR:-}$1
mkdir -p "$prefix/include" "$prefix/lib/pkgconfig"
install -m 644 "$root/include/pantau.h" "$root/include/pantau.hpp" "$prefix/include/"
install -m 644 "$static" "$prefix/lib/libpantau.a"
install -m 755 "$shared" "$prefix/lib/libpantau.so.$version"
ln -sf "libpantau.so.$version" "$prefix/lib/libpantau.so.$major"
ln -sf "libpantau.so.$major" "$prefix/lib/libpantau.so"
cat >"$prefix/lib/pkgconfig/pantau.pc" <<EOF
prefix=\${pcfiledir}/../..
includedir=\${prefix}/include
libdir=\${prefix}/lib

Name: pantau
Description: Runs text classifiers inside your program, watches them, and helps them learn
Version: $version
Cflags: -I\${includedir}
Libs: -L\${libdir} -lpantau
Libs.private: $private
EOF
echo "pantau $version is in $prefix"
