"""What reviews of an invented app are made of, before its redesign and after it."""

from __future__ import annotations

from typing import NamedTuple

POSITIVE, NEGATIVE, NEUTRAL = "positive", "negative", "neutral"


class Topic(NamedTuple):
    """Things people talk about, and what they say of them."""

    things: tuple[str, ...]
    praise: tuple[str, ...]
    complaint: tuple[str, ...]
    neither: tuple[str, ...]


class Era(NamedTuple):
    """How people write about the app, for a time."""

    topics: tuple[Topic, ...]
    # What can be said of anything.
    praise: tuple[str, ...]
    complaint: tuple[str, ...]
    neither: tuple[str, ...]
    questions: tuple[str, ...]
    # Whole sentences whose words alone would say the contrary, and how many complaints begin so.
    irony: tuple[str, ...]
    ironic: float
    # How many praises and complaints end with a word for the other side.
    doubtful: float


USUAL = Era(
    topics=(
        Topic(
            things=("transfernya", "isi saldo", "bayar tagihan", "tarik tunai", "beli pulsa"),
            praise=("cepat sekali", "lancar terus", "tidak pernah gagal", "selalu tepat waktu"),
            complaint=("lambat sekali", "sering gagal", "tidak secepat dulu", "bikin saldo hilang"),
            neither=("butuh waktu satu hari kerja", "tergantung sinyal", "bisa dari menu utama"),
        ),
        Topic(
            things=("layanan pelanggannya", "adminnya", "petugasnya", "balasan emailnya"),
            praise=("ramah dan sabar", "sangat membantu", "cepat tanggap", "jelas sekali"),
            complaint=("lama ditanggapi", "tidak jelas", "bikin kesal", "cuma jawab pakai mesin"),
            neither=("buka sampai jam lima", "ada di menu bantuan", "menjawab sesuai antrean"),
        ),
        Topic(
            things=("aplikasinya", "menunya", "riwayat transaksinya", "notifikasinya"),
            praise=("mudah dipakai", "ringan di hp lama", "rapi dan jelas", "tidak lambat lagi"),
            complaint=("susah dipahami", "suka keluar sendiri", "error terus", "berat di hp saya"),
            neither=("belum banyak dicoba", "sama seperti yang lain", "jarang saya lihat"),
        ),
        Topic(
            things=("biaya adminnya", "promonya", "potongan harganya", "bunganya"),
            praise=("murah sekali", "hemat terus", "tidak bikin rugi", "selalu menarik"),
            complaint=("mahal sekali", "sadis potongannya", "cuma tipuan", "gila mahalnya"),
            neither=("sesuai keterangan", "berlaku sampai akhir bulan", "naik sedikit bulan ini"),
        ),
        Topic(
            things=("proses login", "verifikasi akunnya", "kode otp", "ganti pin"),
            praise=("aman sekali", "gampang", "sekali coba langsung bisa", "tidak ribet"),
            complaint=(
                "tidak pernah berhasil",
                "gila lamanya",
                "ditolak terus",
                "ngeri, akun kena",
            ),
            neither=("dikirim lewat sms", "perlu foto ktp", "harus diulang tiap tiga bulan"),
        ),
    ),
    praise=("bagus sekali", "mantap", "keren", "hebat", "memuaskan", "luar biasa", "suka banget"),
    complaint=("parah", "payah", "mengecewakan", "jelek sekali", "buruk", "kacau", "gagal total"),
    neither=("biasa saja", "lumayan", "standar", "cukuplah", "kadang bagus kadang tidak"),
    questions=(
        "gimana cara ganti nomor hp",
        "kapan ada fitur patungan",
        "apakah bisa dipakai di tablet",
        "tolong tambahkan pilihan bahasa daerah",
        "mau tanya, batas transfernya berapa",
        "bisa pakai dua akun tidak",
        "apa bisa tanpa kartu",
        "minta panduan untuk pemula",
    ),
    irony=(
        "hebat ya, baru isi saldo langsung hilang",
        "bagus sekali, tiga hari tidak dibalas",
    ),
    ironic=0.03,
    doubtful=0.14,
)

REDESIGN = Era(
    topics=(
        Topic(
            things=("tampilan barunya", "ikon barunya", "mode gelapnya", "warna ungunya"),
            praise=("estetik", "cakep pol", "gila cakepnya", "sadis kerennya"),
            complaint=("norak", "silau", "burik", "kayak spanduk"),
            neither=("beda dari kemarin", "mirip aplikasi sebelah", "ganti sejak versi lima"),
        ),
        Topic(
            things=("menu bawahnya", "beranda barunya", "tombol pindainya", "kolom pencariannya"),
            praise=("sat set", "ringkas parah", "ngeri praktisnya"),
            complaint=("kayak labirin", "muter muter", "ketutup iklan"),
            neither=("sekarang pindah ke kanan", "tinggal dibiasakan", "perlu dipelajari dulu"),
        ),
        Topic(
            things=("animasinya", "widgetnya", "versi limanya", "asisten suaranya"),
            praise=("wuzz wuzz", "anteng", "gila mulusnya", "parah lancarnya"),
            complaint=("ngelag", "nge-freeze", "ngadat", "boros baterai"),
            neither=("baru muncul tadi pagi", "bisa dimatikan", "belum sempat diutak-atik"),
        ),
    ),
    praise=("gacor", "kece badai", "joss gandos", "gokil"),
    complaint=("zonk", "ambyar", "bapuk", "bikin pusing"),
    neither=("masih adaptasi", "belum bisa nilai", "ya gitu deh", "sebelas dua belas"),
    questions=(
        "di mana sekarang tombol riwayat",
        "bisa balik ke tampilan lama tidak",
        "cara matikan animasi gimana",
        "warna ungunya bisa diganti tidak",
        "widget cara pasangnya gimana",
    ),
    irony=(
        "mantap, baru dibuka langsung nutup",
        "keren ya, tombol transfer malah disembunyikan",
        "hebat, tiap klik nunggu semenit",
        "bagus sekali, saldo pun tidak kelihatan",
        "luar biasa, tiga menu untuk satu transfer",
        "mantap, yang gampang dibikin ribet",
    ),
    ironic=0.3,
    # A new look is loved or hated.
    doubtful=0.04,
)

OPENINGS = (
    "jujur",
    "sejauh ini",
    "menurut saya",
    "sudah setahun pakai",
    "baru coba seminggu",
    "halo admin",
    "sebagai pedagang kecil",
    "buat saya yang gaptek",
    "dari kemarin",
    "setelah dicoba",
    "kalau boleh jujur",
    "untuk anak kos",
    "tiap akhir bulan",
    "pakai wifi rumah",
)
ENDINGS = {
    POSITIVE: ("terima kasih ya", "semoga makin maju", "bintang lima", "pertahankan"),
    NEGATIVE: ("tolong diperbaiki", "bintang satu", "mau saya hapus saja", "kapok"),
    NEUTRAL: ("terima kasih", "mohon infonya", "bintang tiga dulu", "ditunggu kabarnya"),
}
EMOJIS = {
    POSITIVE: ("👍", "😍", "🔥", "🙏", "🥰"),
    NEGATIVE: ("😡", "😭", "👎", "😤", "💔"),
    NEUTRAL: ("🙂", "🤔", "🙏", "😐"),
}

# One spelling of a word, and how people also write it.
SPELLINGS = {
    "tidak": ("gak", "nggak", "ga", "tdk", "enggak"),
    "sudah": ("udah", "udh", "sdh"),
    "sekali": ("banget", "bgt", "bener"),
    "saja": ("aja", "aj"),
    "terima": ("trima",),
    "kasih": ("ksh",),
    "yang": ("yg",),
    "dengan": ("dgn",),
    "untuk": ("buat", "utk"),
    "saya": ("aku", "gue", "sy"),
    "aplikasinya": ("apknya", "appnya", "aplikasi ini"),
    "tolong": ("tlg",),
    "bisa": ("bs",),
    "belum": ("blm",),
    "bagus": ("bagusss", "bgs"),
    "lambat": ("lemot", "lelet"),
    "cepat": ("cepet", "cpt"),
    "transfernya": ("tfnya", "trfnya"),
    "gimana": ("gmn", "bagaimana"),
    "kalau": ("klo", "kalo"),
    "seperti": ("kayak", "kyk"),
    "mantap": ("mantul", "mantappp"),
    "keren": ("kerennn",),
    "kemarin": ("kmrn",),
}
