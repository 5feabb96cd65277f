//! Links: with a scheme, with `www.`, and host names that cannot be anything else.

use std::ops::Range;

use super::{LONGEST_HOST, char_after, char_before, host_run, is_label, is_valid_label, is_word};

const SCHEMES: [&str; 3] = ["https", "http", "ftp"];

/// Domains that make a bare host a link when a name with a dot stands before
/// them: with one name only, a space after a full stop is more often missing
/// (`bagus.id saya`), or it is a name such as `asp.net`.
const DOMAINS_BELOW_TWO: [&str; 9] = ["id", "net", "org", "edu", "gov", "io", "app", "dev", "xyz"];

/// Well-known hosts that need no more names before them.
const KNOWN_HOSTS: [(&str, &str); 11] = [
    ("tirto", "id"),
    ("wikipedia", "org"),
    ("wikimedia", "org"),
    ("mozilla", "org"),
    ("archive", "org"),
    ("change", "org"),
    ("academia", "edu"),
    ("slideshare", "net"),
    ("speedtest", "net"),
    ("behance", "net"),
    ("itch", "io"),
];

/// Domains that are words or abbreviations too often: a path must follow.
const DOMAINS_WITH_PATH: [&str; 39] = [
    "id", "io", "net", "org", "edu", "gov", "info", "me", "co", "ly", "be", "gl", "gg", "gd", "tv",
    "ee", "fm", "cc", "app", "dev", "ai", "xyz", "link", "shop", "store", "site", "online", "news",
    "page", "club", "live", "biz", "my", "sg", "uk", "au", "us", "jp", "de",
];

/// Second-level domains below `.id`.
const INDONESIAN: [&str; 12] =
    ["co", "or", "go", "ac", "sch", "web", "my", "biz", "desa", "mil", "net", "ponpes"];

/// Second-level domains below other countries.
const SECOND_LEVEL: [&str; 8] = ["co", "com", "org", "net", "edu", "ac", "gov", "or"];

const COUNTRIES: [&str; 16] = [
    "my", "sg", "uk", "au", "jp", "kr", "th", "nz", "za", "br", "ph", "vn", "hk", "tw", "bn", "tl",
];

/// The first link at or after byte `from`.
pub(crate) fn find_url(text: &str, from: usize) -> Option<Range<usize>> {
    let rest = text.as_bytes().get(from..)?;
    memchr::memchr2_iter(b'.', b':', rest).find_map(|offset| url_at(text, from, from + offset))
}

/// The link whose first `.` or whose `:` after the scheme is at byte `at`.
pub(crate) fn url_at(text: &str, from: usize, at: usize) -> Option<Range<usize>> {
    match text.as_bytes().get(at)? {
        b':' => with_scheme(text, from, at),
        b'.' => with_host(text, from, at),
        _ => None,
    }
}

fn with_scheme(text: &str, from: usize, colon: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    if !bytes[colon..].starts_with(b"://") || !char_after(text, colon + 3)?.is_alphanumeric() {
        return None;
    }
    let start = colon - scheme_before(bytes, from, colon)?;
    Some(start..tail_end(text, colon + 3))
}

/// The length of the scheme that ends at byte `colon`.
fn scheme_before(bytes: &[u8], from: usize, colon: usize) -> Option<usize> {
    SCHEMES.iter().map(|scheme| scheme.len()).zip(SCHEMES).find_map(|(length, scheme)| {
        let start = colon.checked_sub(length).filter(|&start| start >= from)?;
        bytes[start..colon].eq_ignore_ascii_case(scheme.as_bytes()).then_some(length)
    })
}

fn with_host(text: &str, from: usize, dot: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    if !bytes.get(dot + 1).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let first = bytes[from..dot].iter().rev().take(64).take_while(|&&byte| is_label(byte)).count();
    let start = dot - first;
    if first == 0 || first > 63 {
        return None;
    }
    // Only the first dot of a host is looked at, or long hosts would be read again at each dot.
    if start >= from + 2 && bytes[start - 1] == b'.' && is_label(bytes[start - 2]) {
        return None;
    }
    if char_before(text, from, start).is_some_and(|before| before == '@' || is_word(before)) {
        return None;
    }
    let (end, before_scheme) = host_end(bytes, start)?;
    let glued = |after: char| after == '@' || is_word(after);
    if !before_scheme && char_after(text, end).is_some_and(glued) {
        return None;
    }
    let host = &text[start..end];
    if host.get(..4).is_some_and(|www| www.eq_ignore_ascii_case("www.")) {
        let label = host[4..].split('.').next().unwrap_or_default();
        let named = has_letter(label) && (label.len() > 2 || end - start > 4 + label.len());
        return named.then(|| start..tail_end(text, start + 4));
    }
    // Indonesian glues its endings on with a hyphen: `tokopedia.com-nya`.
    let last = host.rfind('.').map_or(0, |dot| dot + 1);
    let end = start + host[last..].find('-').map_or(host.len(), |hyphen| last + hyphen);
    let path = path_start(bytes, end);
    let says_something =
        path.is_some_and(|path| bytes.get(path + 1).is_some_and(u8::is_ascii_alphanumeric));
    (is_known_host(&text[start..end], says_something) && !follows_at_word(&bytes[from..start]))
        .then(|| start..path.map_or(end, |path| tail_end(text, path)))
}

/// Where the host that starts at byte `start` ends, and whether a scheme comes
/// right behind it, which is then the start of another link.
fn host_end(bytes: &[u8], start: usize) -> Option<(usize, bool)> {
    let mut end = host_run(bytes, start, LONGEST_HOST + 8)?;
    let scheme =
        bytes[end..].starts_with(b"://").then(|| scheme_before(bytes, start, end)).flatten();
    end -= scheme.unwrap_or(0);
    while end > start && bytes[end - 1] == b'.' {
        end -= 1;
    }
    (end - start <= LONGEST_HOST).then_some((end, scheme.is_some()))
}

/// Where the slash of a path after the host is, behind a port if there is one.
fn path_start(bytes: &[u8], host_end: usize) -> Option<usize> {
    let mut slash = host_end;
    if bytes.get(slash) == Some(&b':') {
        let digits =
            bytes[slash + 1..].iter().take(6).take_while(|byte| byte.is_ascii_digit()).count();
        if !(2..=5).contains(&digits) {
            return None;
        }
        slash += 1 + digits;
    }
    (bytes.get(slash) == Some(&b'/')).then_some(slash)
}

/// Whether `[at]` or `(at)` ends there: the host is a part of an e-mail address.
fn follows_at_word(before: &[u8]) -> bool {
    let before = before.strip_suffix(b" ").unwrap_or(before);
    let near = &before[before.len().saturating_sub(4)..];
    [&b"(at)"[..], b"[at]", b"{at}", b"<at>"].iter().any(|at| at.eq_ignore_ascii_case(near))
}

/// Whether a bare host name is unmistakably one.
fn is_known_host(host: &str, has_path: bool) -> bool {
    if !host.split('.').all(is_valid_label) {
        return false;
    }
    let mut labels = host.rsplit('.');
    let (Some(domain), Some(name)) = (labels.next(), labels.next()) else { return false };
    let is =
        |list: &[&str], label: &str| list.iter().any(|entry| entry.eq_ignore_ascii_case(label));
    let third = labels.next();
    if let Some(third) = third {
        let second_level: &[&str] = if domain.eq_ignore_ascii_case("id") {
            &INDONESIAN
        } else if is(&COUNTRIES, domain) {
            &SECOND_LEVEL
        } else {
            &[]
        };
        if is(second_level, name) {
            return has_letter(third);
        }
    }
    if !has_letter(name) {
        return false;
    }
    let is_well_known = || {
        KNOWN_HOSTS
            .iter()
            .any(|known| known.0.eq_ignore_ascii_case(name) && known.1.eq_ignore_ascii_case(domain))
    };
    (domain.eq_ignore_ascii_case("com") && name.len() > 1)
        || (third.is_some_and(has_letter) && name.len() > 3 && is(&DOMAINS_BELOW_TWO, domain))
        || (has_path && is(&DOMAINS_WITH_PATH, domain))
        || is_well_known()
}

fn has_letter(label: &str) -> bool {
    label.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Where a link ends whose first part ends before byte `from`: at the first
/// character that cannot be part of one or the first `)` or `]` that it did not
/// open, and before the punctuation of the sentence around it.
fn tail_end(text: &str, from: usize) -> usize {
    let mut open = (0_usize, 0_usize);
    let mut end = from;
    for (offset, character) in text[from..].char_indices() {
        match character {
            '(' => open.0 += 1,
            '[' => open.1 += 1,
            ')' if open.0 > 0 => open.0 -= 1,
            ']' if open.1 > 0 => open.1 -= 1,
            '-' | '.' | '_' | '~' | ':' | '/' | '?' | '#' | '@' | '!' | '$' | '&' | '\'' | '*'
            | '+' | ',' | ';' | '=' | '%' => {}
            _ if character.is_alphanumeric() => {}
            _ => break,
        }
        // What ends a sentence is part of the link only when more of the link follows.
        if !matches!(character, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '(' | '[') {
            end = from + offset + character.len_utf8();
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let mut links = Vec::new();
        let mut from = 0;
        while let Some(range) = find_url(text, from) {
            from = range.end;
            links.push(&text[range]);
        }
        links
    }

    #[test]
    fn links_are_found_without_the_punctuation_around_them() {
        for (text, link) in [
            ("cek https://tokopedia.com/promo?x=1&y=2#a.", "https://tokopedia.com/promo?x=1&y=2#a"),
            ("(lihat http://contoh.example/a_(b))!", "http://contoh.example/a_(b)"),
            ("HTTP://CONTOH.EXAMPLE", "HTTP://CONTOH.EXAMPLE"),
            ("ftp://berkas.example/x, lalu", "ftp://berkas.example/x"),
            ("lihathttps://t.co/AbC…", "https://t.co/AbC"),
            ("\"www.contoh.xyz\" bagus", "www.contoh.xyz"),
            ("buka WWW.contoh.co.id/;", "WWW.contoh.co.id/"),
            ("beli di tokopedia.com/promo!", "tokopedia.com/promo"),
            ("beli di tokopedia.com-nya", "tokopedia.com"),
            ("aplikasi shopee.co.id.", "shopee.co.id"),
            ("wah...Shopee.Com", "Shopee.Com"),
            ("baca tirto.id, ya", "tirto.id"),
            ("bantuan.tirto.id", "bantuan.tirto.id"),
            ("contoh.github.io", "contoh.github.io"),
            ("contoh.org/a", "contoh.org/a"),
            ("en.wikipedia.org", "en.wikipedia.org"),
            ("chat wa.me/628123 atau", "wa.me/628123"),
            ("bit.ly/abc?", "bit.ly/abc"),
            ("server.com:8080/masuk", "server.com:8080/masuk"),
            ("server.com:8 bintang", "server.com"),
            ("kampus.ac.id/ ok", "kampus.ac.id/"),
            ("http://例え.jp/パス です", "http://例え.jp/パス"),
        ] {
            assert_eq!(found(text), [link], "{text:?}");
        }
        assert_eq!(found("toko.comhttp://x.y kota.com"), ["toko.com", "http://x.y", "kota.com"]);
    }

    #[test]
    fn sentences_are_no_links() {
        for text in [
            "",
            ".",
            "bagus.di sini",
            "harga 1.000.id",
            "1.000.000",
            "versi 1.2.3",
            "nomor 12.com",
            "no.id",
            "akun.ID saya",
            "kasih.id saya",
            "bagus.org nya",
            "mantap.net",
            "selesai.edu",
            "a.no.id",
            "permintaannya-tirto.id",
            "budi[at]gmail.com",
            "budi (AT) gmail.com",
            "asp.net",
            "mahal.info dong",
            "dia.me too",
            "budi@gmail.com",
            "user@shopee.co.id",
            "budi.com@contoh.example",
            "@toko.com",
            "toko_.com",
            "http://",
            "http:// x",
            "www.",
            "www. x",
            "www.1",
            "www.1.2",
            "a..com",
            "co.id",
            "enak.com_",
            "caféteria é.com",
            "-.com",
            "toko-.com",
            "x.com",
            "jam 12:30",
            "std::io",
        ] {
            assert_eq!(found(text), [""; 0], "{text:?}");
        }
    }
}
