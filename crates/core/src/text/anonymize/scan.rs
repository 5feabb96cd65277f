//! The walk along a text that finds what to replace.

use std::ops::Range;

use super::address::{ipv4_at, ipv6_at};
use super::bank::{card_at, iban_at};
use super::entity::Entity;
use super::groups::Groups;
use super::identity::{nik_at, npwp_at};
use super::phone::phone_at;
use super::plate::plate_at;
use super::stretch::Stretch;
use crate::text::pattern::{email_at, mention_at, url_at};

/// How many bytes behind its start an entity may be decided by. The longest is
/// an e-mail address: 64 bytes, an at sign and a domain of 253, or a host with
/// the scheme of the next link.
const REACH: usize = 384;

/// Something to replace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) entity: Entity,
    pub(super) range: Range<usize>,
}

/// A set of entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entities(u16);

impl Entities {
    pub(super) fn of(entities: &[Entity]) -> Self {
        Self(entities.iter().fold(0, |set, &entity| set | 1 << entity as u16))
    }

    pub(super) fn has(self, entity: Entity) -> bool {
        self.0 & 1 << entity as u16 != 0
    }

    /// Appends what is found in a text from `floor` on to `all`, in order.
    pub(super) fn find_in(self, text: &str, floor: usize, all: &mut Vec<Found>) {
        self.find_from(Stretch { text, floor }, floor, all);
    }

    /// What stands before a replacement is looked at again with the end of the
    /// text in its place: something may have been refused there only for what
    /// followed it without a space, or for the digits of the next number. So a
    /// text whose entities were replaced holds no more of them.
    fn find_from(self, mut stretch: Stretch<'_>, mut from: usize, all: &mut Vec<Found>) {
        while let Some(found) = self.first(stretch, from) {
            let Range { start, end } = found.range;
            let mut again = start.saturating_sub(REACH).max(stretch.floor);
            while !stretch.text.is_char_boundary(again) {
                again += 1;
            }
            if again < start {
                self.find_from(Stretch { text: &stretch.text[..start], ..stretch }, again, all);
            }
            all.push(found);
            stretch.floor = end;
            from = end;
        }
    }

    /// The first entity whose deciding byte is at or after `from`.
    fn first(self, stretch: Stretch<'_>, from: usize) -> Option<Found> {
        let bytes = stretch.bytes();
        let mut at = from;
        while let Some(offset) = bytes[at..].iter().position(|&byte| STOPS[usize::from(byte)]) {
            at += offset;
            let found = match bytes[at] {
                b'@' => self.at_sign(stretch, at),
                b'.' => self.url(stretch, at),
                b':' => self.colon(stretch, at),
                _ => {
                    let width = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                    let found = self.number(stretch, at, width);
                    at += width - 1;
                    found
                }
            };
            if found.is_some() {
                return found;
            }
            at += 1;
        }
        None
    }

    /// `range` as an entity that is looked for.
    fn wanted(self, entity: Entity, find: impl FnOnce() -> Option<Range<usize>>) -> Option<Found> {
        if self.has(entity) { find().map(|range| Found { entity, range }) } else { None }
    }

    fn url(self, stretch: Stretch<'_>, at: usize) -> Option<Found> {
        self.wanted(Entity::Url, || url_at(stretch.text, stretch.floor, at))
    }

    fn at_sign(self, stretch: Stretch<'_>, at: usize) -> Option<Found> {
        self.wanted(Entity::Email, || email_at(stretch.text, stretch.floor, at))
            .or_else(|| self.wanted(Entity::Handle, || mention_at(stretch.text, stretch.floor, at)))
    }

    fn colon(self, stretch: Stretch<'_>, at: usize) -> Option<Found> {
        self.url(stretch, at).or_else(|| self.wanted(Entity::Ip, || ipv6_at(stretch, at)))
    }

    /// The entity with the run of `width` digits at byte `at` in it.
    fn number(self, stretch: Stretch<'_>, at: usize, width: usize) -> Option<Found> {
        let before = stretch.byte_before(at, 1);
        if before.is_some_and(|byte| byte.is_ascii_digit()) {
            return None;
        }
        if width == 3 || width == 4 {
            let plate = self.wanted(Entity::Plate, || plate_at(stretch, at, width));
            if plate.is_some() {
                return plate;
            }
        }
        if before.is_some_and(|byte| byte.is_ascii_alphabetic()) {
            let account = self.wanted(Entity::Iban, || iban_at(stretch, at));
            if account.is_some() || !stretch.is_labelled(at) {
                return account;
            }
        }
        let next = stretch.byte(at + width);
        let alone = width < 8 && !matches!(next, Some(b' ' | b'-' | b'.' | b'(' | b')'));
        if alone || width > 19 {
            return None;
        }
        if width <= 3 && next == Some(b'.') {
            let address = self.wanted(Entity::Ip, || ipv4_at(stretch, at));
            if address.is_some() {
                return address;
            }
        }
        self.wanted(Entity::Phone, || phone_at(stretch, at)).or_else(|| self.checked(stretch, at))
    }

    /// The number with a check that starts at byte `at`.
    fn checked(self, stretch: Stretch<'_>, at: usize) -> Option<Found> {
        if !stretch.starts_number(at) {
            return None;
        }
        let groups = Groups::read(stretch, at);
        let grouped = groups.len() > 0 && groups.width(0) == 4;
        let card = || self.wanted(Entity::Card, || card_at(stretch, at, &groups));
        let nik = || self.wanted(Entity::Nik, || nik_at(stretch, at, &groups));
        // What may be both is more likely a card when it is written in fours.
        let either = if grouped { card().or_else(nik) } else { nik().or_else(card) };
        either.or_else(|| self.wanted(Entity::Npwp, || npwp_at(stretch, at, &groups)))
    }
}

/// The bytes by which an entity shows.
const STOPS: [bool; 256] = {
    let mut stops = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        stops[byte] = matches!(byte as u8, b'0'..=b'9' | b'@' | b'.' | b':');
        byte += 1;
    }
    stops
};
