//! Addresses of the Internet Protocol.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::stretch::Stretch;

/// The longest written form of an address, in bytes.
const LONGEST: usize = 45;

/// How far before four numbers a word may stand that decides about them, in bytes.
const WORD_REACH: usize = 24;

/// What is counted like an address: releases of programs and sections of texts.
const VERSIONS: [&[u8]; 36] = [
    b"v",
    b"ver",
    b"vers",
    b"versi",
    b"versinya",
    b"version",
    b"update",
    b"updatean",
    b"updatenya",
    b"updated",
    b"upgrade",
    b"downgrade",
    b"rilis",
    b"release",
    b"released",
    b"patch",
    b"build",
    b"firmware",
    b"apk",
    b"android",
    b"ios",
    b"windows",
    b"chrome",
    b"bab",
    b"subbab",
    b"pasal",
    b"ayat",
    b"butir",
    b"poin",
    b"bagian",
    b"lampiran",
    b"tabel",
    b"gambar",
    b"chapter",
    b"section",
    b"table",
];

/// The address of version 4 that starts at byte `at`.
pub(super) fn ipv4_at(stretch: Stretch<'_>, at: usize) -> Option<Range<usize>> {
    let mut end = at;
    for part in 0..4 {
        if part > 0 {
            if stretch.byte(end) != Some(b'.') {
                return None;
            }
            end += 1;
        }
        end += stretch.digits_at(end, 4);
    }
    let is_address = stretch.text[at..end].parse::<Ipv4Addr>().is_ok();
    let stands_alone = stretch.starts_number(at) && stretch.ends_number(end);
    let is_version = || {
        stretch.has_before(at, WORD_REACH, &VERSIONS)
            && !stretch.has_before(at, WORD_REACH, &[b"ip", b"ipv4"])
    };
    (is_address && stands_alone && !is_version()).then_some(at..end)
}

/// The address of version 6 whose first colon is at byte `colon`.
pub(super) fn ipv6_at(stretch: Stretch<'_>, colon: usize) -> Option<Range<usize>> {
    let is_part = |byte: u8| byte.is_ascii_hexdigit() || byte == b':';
    if !stretch.byte(colon + 1).is_some_and(is_part) {
        return None;
    }
    let mut start = colon;
    while stretch.byte_before(start, 1).is_some_and(|byte| byte.is_ascii_hexdigit()) {
        start -= 1;
        if colon - start > 4 {
            return None;
        }
    }
    if stretch.byte_before(start, 1) == Some(b':') || !stretch.starts_number(start) {
        return None;
    }
    let rest = &stretch.bytes()[start..];
    let length =
        rest.iter().take(LONGEST + 1).take_while(|&&byte| is_part(byte) || byte == b'.').count();
    let mut address = &stretch.text[start..start + length];
    address = address.trim_end_matches('.');
    if let Some(cut) = address.strip_suffix(':').filter(|cut| !cut.ends_with(':')) {
        address = cut;
    }
    let end = start + address.len();
    (is_unmistakable(address) && address.parse::<Ipv6Addr>().is_ok() && stretch.ends_number(end))
        .then_some(start..end)
}

/// Whether the text can hardly be a time with a typing error (`12::30`) or two
/// names (`Face::Dad`): such addresses are none that a person has.
fn is_unmistakable(address: &str) -> bool {
    let wide = |group: &str| group.len() > 2 && group.bytes().any(|byte| byte.is_ascii_digit());
    address == "::1" || address.split(':').any(wide)
}

/// Appends the address as the standard library writes it.
pub(super) fn normalize(address: &str, out: &mut String) {
    match address.parse::<IpAddr>() {
        Ok(address) => out.push_str(&address.to_string()),
        Err(_) => out.push_str(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v4(text: &str) -> Option<&str> {
        let at = text.find(|character: char| character.is_ascii_digit())?;
        ipv4_at(Stretch { text, floor: 0 }, at).map(|range| &text[range])
    }

    fn v6(text: &str) -> Option<&str> {
        ipv6_at(Stretch { text, floor: 0 }, text.find(':')?).map(|range| &text[range])
    }

    #[test]
    fn version_4() {
        assert_eq!(v4("update ip server 10.2.3.1"), Some("10.2.3.1"));
        for text in ["192.168.1.10", "ip 192.168.1.10.", "192.168.1.10:8080", "(192.168.1.10)/24"] {
            assert_eq!(v4(text), Some("192.168.1.10"), "{text}");
        }
        for text in [
            "1.2.3",
            "1.2.3.4.5",
            "256.1.1.1",
            "01.2.3.4",
            "1.250.000.000",
            "v1.2.3.4",
            "versi 1.2.3.4",
            "versi terbaru 2.23.10.76",
            "Update ke 2.23.10.76",
            "rilis 2.3.4.5",
            "BAB 1.2.3.4",
            "pasal 10.2.3.1",
            "v 2.3.4.5",
            "1.2.3.4rc",
            "1..2.3",
        ] {
            assert_eq!(v4(text), None, "{text}");
        }
    }

    #[test]
    fn version_6() {
        for (text, address) in [
            ("2001:db8::1", "2001:db8::1"),
            ("(fe80::1ff:fe23:4567:890a)", "fe80::1ff:fe23:4567:890a"),
            ("2001:DB8:0:0:0:0:0:1, ok", "2001:DB8:0:0:0:0:0:1"),
            ("::ffff:192.168.1.10.", "::ffff:192.168.1.10"),
            ("2001:db8::1: ya", "2001:db8::1"),
            ("::1", "::1"),
        ] {
            assert_eq!(v6(text), Some(address), "{text}");
        }
        for text in [
            "12:30",
            "12:30:45",
            "12::30",
            "std::fs",
            "Face::Dad",
            "::",
            ":3",
            "00:1A:2B:3C:4D:5E",
            "x2001:db8::1",
            "a:b",
        ] {
            assert_eq!(v6(text), None, "{text}");
        }
    }
}
