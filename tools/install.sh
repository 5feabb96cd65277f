#!/bin/sh
# Builds the C libraries and lays them down with their headers and a pkg-config file:
#
#     tools/install.sh PREFIX
#
# What is installed can be moved: the pkg-config file finds its own place. PROFILE chooses
# another profile than `release`; DESTDIR is put in front of PREFIX, for packagers. At the end it
# says how to compile a program there.
set -eu

if [ $# -ne 1 ] || [ -z "$1" ]; then
    echo "usage: $0 PREFIX" >&2
    exit 2
fi
profile=${PROFILE:-release}
root=$(cd "$(dirname "$0")/.." && pwd)
messages=$(mktemp -d)
trap 'rm -rf "$messages"' EXIT

# The compiler knows what programs must link besides the static library, and cargo repeats what
# it said when nothing is left to build. Where the libraries are is in cargo's messages as well,
# wherever the target folder is.
echo "building libpantau, profile $profile"
if ! ${CARGO:-cargo} rustc --manifest-path "$root/Cargo.toml" --package pantau-c --lib \
    --profile "$profile" --color never --message-format json-render-diagnostics \
    -- --print native-static-libs >"$messages/out" 2>"$messages/err"; then
    cat "$messages/err" >&2
    exit 1
fi
built() {
    tr ',[]' '\n\n\n' <"$messages/out" | sed -n "s|^\"\(/[^\"]*/$1\)\"\$|\1|p" | tail -n 1
}
shared=$(built libpantau.so)
static=$(built libpantau.a)
private=$(sed -n 's/^.*native-static-libs: *//p' "$messages/err" | tail -n 1)
if [ -z "$shared" ] || [ -z "$static" ] || [ -z "$private" ]; then
    cat "$messages/err" >&2
    echo "$0: the build gave no libpantau.so, no libpantau.a, or did not say what to link" >&2
    exit 1
fi
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

# The linker prefers libpantau.so, with pkg-config's --static too: for a program that does not need
# it, give libpantau.a itself instead of -lpantau, then what Libs.private names.
Name: pantau
Description: Runs text classifiers inside your program, watches them, and helps them learn
Version: $version
Cflags: -I\${includedir}
Libs: -L\${libdir} -lpantau
Libs.private: $private
EOF

# pkg-config and the loader are asked where they look, because every system has its own folders
# and users add theirs.
lib=$(cd "$prefix/lib" && pwd)
lib=${lib#"${DESTDIR:-}"}
case ":${PKG_CONFIG_PATH:-}:$(pkg-config --variable=pc_path pkg-config 2>/dev/null):" in
*":$lib/pkgconfig:"*)
    path=
    ;;
*)
    path="
    export PKG_CONFIG_PATH=$lib/pkgconfig\${PKG_CONFIG_PATH:+:\$PKG_CONFIG_PATH}"
    ;;
esac
loader_folders() {
    echo /usr/lib
    PATH=$PATH:/sbin:/usr/sbin ldconfig -N -X -v 2>/dev/null | cut -d : -f 1
}
if loader_folders | grep -Fx "$lib" >/dev/null; then
    run_path=
    loader="Once, as root, call \`ldconfig\`: programs then find libpantau.so."
else
    run_path=" -Wl,-rpath,$lib"
    loader="The rpath is where the program finds libpantau.so; without it, run the program with
LD_LIBRARY_PATH=$lib, or as root add that folder to /etc/ld.so.conf and call \`ldconfig\`."
fi
cat <<EOF
pantau $version is in $prefix

To compile program.c with it (for C++: c++ -std=c++17 and program.cpp):
$path
    cc program.c \$(pkg-config --cflags --libs pantau)$run_path -o program

$loader

To link it statically, so that the program runs without libpantau.so:

    cc program.c \$(pkg-config --cflags pantau) $lib/libpantau.a $private -o program
EOF
