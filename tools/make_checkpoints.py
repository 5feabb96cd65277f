#!/usr/bin/env python3
"""Makes tests/data/checkpoints: tiny random checkpoints of every family, with golden answers.

Makes tests/data/exported, too: one of them as torch exports it, and that quantised by ONNX Runtime.

Each folder is what `save_pretrained` writes, and a `golden.json` beside it: texts, the token ids
of transformers' own tokenizer, and the logits or vectors of transformers' own model in 32-bit
floats. The tests read only these files; this script was run once, with

    pip install torch transformers sentence-transformers tokenizers safetensors onnx onnxruntime
    python tools/make_checkpoints.py
"""

import json
import os
import shutil
from pathlib import Path

import torch
import transformers
from onnxruntime.quantization import quantize_dynamic
from sentence_transformers import SentenceTransformer
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoModel, AutoModelForSequenceClassification

OUT = Path(__file__).resolve().parent.parent / "tests/data/checkpoints"
EXPORTED = OUT.parent / "exported"
POSITIONS = 40
SIZES = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=32)
CORPUS = [
    "Aplikasi ini sangat bagus dan mudah dipakai",
    "Pelayanan buruk, saya kecewa sekali",
    "Makanan enak, harga murah, tempat nyaman",
    "Pengiriman lambat dan barang rusak",
    "I love this phone, it is great",
    "The battery is bad and the screen broke",
]
TEXTS = [
    "Aplikasi ini sangat bagus!",
    "I love this phone",
    "Pelayanan buruk, saya kecewa sekali 😡",
    "",
    "   ",
    "Çok güzel naïve café, 日本語 и русский",
    "bagus " * 60,
    "The battery is bad, the screen broke; pengiriman lambat dan barang rusak.",
]


def wordpiece():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=110, special_tokens=special))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.decoder = decoders.WordPiece()
    return tokenizer


ROBERTA_SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
ROBERTA_TEMPLATE = processors.TemplateProcessing(
    single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
)


def byte_level():
    """RoBERTa's kind. A vocabulary of all 256 bytes would be most of the file, so it only has those of the corpus."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=115, special_tokens=ROBERTA_SPECIAL))
    tokenizer.post_processor = ROBERTA_TEMPLATE
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def unigram():
    """XLM-R's kind."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(" {2,}", " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.train_from_iterator(
        CORPUS, trainers.UnigramTrainer(vocab_size=110, special_tokens=ROBERTA_SPECIAL, unk_token="<unk>")
    )
    tokenizer.post_processor = ROBERTA_TEMPLATE
    tokenizer.decoder = decoders.Metaspace()
    return tokenizer


def fast(tokenizer, family, limit):
    names = dict(cls_token="[CLS]", sep_token="[SEP]", pad_token="[PAD]", unk_token="[UNK]", mask_token="[MASK]")
    if "roberta" in family:
        names = dict(
            cls_token="<s>", sep_token="</s>", pad_token="<pad>", unk_token="<unk>", mask_token="<mask>",
            bos_token="<s>", eos_token="</s>",
        )
    return transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=limit, **names)


def random_model(auto, family, vocabulary, **more):
    torch.manual_seed(sum(map(ord, family)))
    sizes = SIZES
    if family == "distilbert":
        sizes = dict(dim=16, n_layers=2, n_heads=4, hidden_dim=32)
    if "roberta" in family:
        more = dict(pad_token_id=1, bos_token_id=0, eos_token_id=2, type_vocab_size=1) | more
    config = transformers.AutoConfig.for_model(
        family, vocab_size=vocabulary, max_position_embeddings=POSITIONS, **sizes, **more
    )
    model = auto.from_config(config).eval()
    with torch.no_grad():
        # As drawn, weights are so small that a missing bias or norm would hardly show.
        for name, value in model.named_parameters():
            if value.ndim == 2:
                value.mul_(20)
            elif name.endswith("bias"):
                value.copy_(torch.randn_like(value) * 0.3)
            else:
                value.add_(torch.randn_like(value) * 0.2)
    return model


def rounded(values):
    """Seven digits tell 32-bit floats of this size apart closely enough, at half the length."""
    if isinstance(values, list):
        return [rounded(value) for value in values]
    return float(f"{values:.7g}")


def golden(folder, model, tokenizer, limit, pooling=None):
    cases = []
    for text in TEXTS:
        ids = tokenizer(text, truncation=True, max_length=limit)["input_ids"]
        full = tokenizer(text)["input_ids"]
        with torch.no_grad():
            answer = model(torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long))
        case = dict(text=text, ids=ids, truncated=len(full) > len(ids))
        if hasattr(answer, "logits"):
            case["logits"] = rounded(answer.logits[0].tolist())
        else:
            tokens = answer.last_hidden_state[0]
            # All vectors of a text would be most of the file; the first, the last and the mean cover them.
            case["first"] = rounded(tokens[0].tolist())
            case["last"] = rounded(tokens[-1].tolist())
            embedding = tokens[0] if pooling == "cls" else tokens.mean(0)
            if pooling == "cls":
                embedding = torch.nn.functional.normalize(embedding, dim=0)
            case["embedding"] = rounded(embedding.tolist())
        cases.append(case)
    made_with = f"transformers {transformers.__version__}, torch {torch.__version__}"
    head = json.dumps(dict(made_with=made_with, max_tokens=limit))[:-1]
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    (folder / "golden.json").write_text(f'{head}, "cases": [\n{lines}\n]}}\n', encoding="utf-8")


def make(name, family, tokenizer, auto=AutoModel, shards=None, **more):
    folder = OUT / name
    limit = POSITIONS - 2 if "roberta" in family else POSITIONS
    tokenizer = fast(tokenizer, family, limit)
    model = random_model(auto, family, len(tokenizer), **more)
    model.save_pretrained(folder, max_shard_size=shards or "5GB")
    tokenizer.save_pretrained(folder)
    golden(folder, model, tokenizer, limit)


def labels(*names):
    return dict(id2label=dict(enumerate(names)), label2id={name: index for index, name in enumerate(names)})


def old_indobert():
    """The layout of older IndoBERT checkpoints: `vocab.txt`, no `tokenizer.json`, and TensorFlow's names."""
    folder = OUT / "bert-old-layout"
    tokenizer = wordpiece()
    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    model = random_model(
        AutoModelForSequenceClassification, "bert", len(vocabulary), **labels("positive", "neutral", "negative")
    )
    model.save_pretrained(folder)
    from safetensors.torch import load_file, save_file

    weights = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): value
        for name, value in load_file(folder / "model.safetensors").items()
    }
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "vocab.txt").write_text("".join(f"{token}\n" for token, _ in vocabulary), encoding="utf-8")
    settings = dict(do_lower_case=True, model_max_length=POSITIONS, tokenizer_class="BertTokenizer")
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")
    golden(folder, model, transformers.AutoTokenizer.from_pretrained(folder), POSITIONS)


def sentence_transformer():
    """A sentence-transformers folder with the vector of the first token, scaled to length 1."""
    folder = OUT / "sentence-cls"
    limit = 24
    inner = OUT / "inner"
    make("inner", "bert", wordpiece())
    from sentence_transformers import models as modules

    transformer = modules.Transformer(str(inner), max_seq_length=limit)
    pooling = modules.Pooling(SIZES["hidden_size"], pooling_mode="cls")
    sentence = SentenceTransformer(modules=[transformer, pooling, modules.Normalize()], device="cpu")
    sentence.save(str(folder), create_model_card=False)
    shutil.rmtree(inner)
    model = AutoModel.from_pretrained(folder).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    golden(folder, model, tokenizer, limit, pooling="cls")
    cases = json.loads((folder / "golden.json").read_text(encoding="utf-8"))["cases"]
    for case, vector in zip(cases, sentence.encode(TEXTS, batch_size=1)):
        difference = max(abs(a - b) for a, b in zip(case["embedding"], vector))
        assert difference < 1e-6, f"sentence-transformers differs by {difference} for {case['text']!r}"


def exported():
    """What a user has who exported a model: its settings, and a graph instead of the weights."""
    source = OUT / "bert-classifier"
    shutil.rmtree(EXPORTED, ignore_errors=True)
    full, quantized = EXPORTED / "bert-classifier", EXPORTED / "bert-classifier-int8"
    for folder in (full, quantized):
        (folder / "onnx").mkdir(parents=True)
        for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
            shutil.copyfile(source / name, folder / name)
    model = AutoModelForSequenceClassification.from_pretrained(source, attn_implementation="eager").eval()

    class Logits(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, ids, mask, types):
            return self.model(input_ids=ids, attention_mask=mask, token_type_ids=types).logits

    ids = torch.tensor([[2, 5, 6, 3], [2, 7, 3, 0]])
    names = ["input_ids", "attention_mask", "token_type_ids"]
    axes = {name: {0: "batch", 1: "sequence"} for name in names} | {"logits": {0: "batch"}}
    inputs = (ids, (ids != 0).long(), torch.zeros_like(ids))
    torch.onnx.export(
        Logits(), inputs, str(full / "onnx/model.onnx"), input_names=names, output_names=["logits"],
        dynamic_axes=axes, opset_version=17, dynamo=False,
    )
    # One step for all numbers of a batch: a text is answered otherwise in another batch.
    quantize_dynamic(full / "onnx/model.onnx", quantized / "onnx/model_quantized.onnx")


def main():
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    shutil.rmtree(OUT, ignore_errors=True)
    classifier = AutoModelForSequenceClassification
    three = labels("negative", "neutral", "positive")
    make("bert-encoder", "bert", wordpiece())
    make("bert-classifier", "bert", wordpiece(), classifier, **three)
    make("distilbert-encoder", "distilbert", wordpiece())
    make("distilbert-classifier", "distilbert", wordpiece(), classifier, **three)
    make("roberta-encoder", "roberta", byte_level(), hidden_act="gelu_new")
    make("roberta-classifier", "roberta", byte_level(), classifier, shards="12KB", **three)
    make("xlm-roberta-encoder", "xlm-roberta", unigram())
    topics = labels("price", "service", "quality", "delivery")
    make(
        "xlm-roberta-multi-label", "xlm-roberta", unigram(), classifier,
        problem_type="multi_label_classification", **topics,
    )
    old_indobert()
    sentence_transformer()
    exported()


if __name__ == "__main__":
    main()
