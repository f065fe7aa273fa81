"""Reads and writes a model folder in the Hugging Face layout: BF16 safetensors, config and tokenizer."""

import json
import pathlib
import shutil

import numpy as np
import torch

import chat
import tokenizer as tokens
from model import Llama, Shape


def full_name(name):
    return "model." + name


def save_safetensors(path, named):
    """BF16 safetensors: 8-byte header length, JSON header padded to 8, then the data."""
    header, data, at = {"__metadata__": {"format": "pt"}}, [], 0
    for name, tensor in named:
        raw = tensor.detach().to(torch.bfloat16).contiguous().view(torch.int16).numpy().tobytes()
        header[name] = {"dtype": "BF16", "shape": list(tensor.shape), "data_offsets": [at, at + len(raw)]}
        data.append(raw)
        at += len(raw)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for raw in data:
            file.write(raw)


def load_safetensors(path):
    """Name to float32 tensor."""
    raw = pathlib.Path(path).read_bytes()
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:8 + size])
    found = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = (8 + size + offset for offset in entry["data_offsets"])
            half = torch.from_numpy(np.frombuffer(raw[begin:end], np.int16).copy()).view(torch.bfloat16)
            found[name] = half.float().view(entry["shape"])
    return found


def config(shape):
    return {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": shape.vocabulary, "hidden_size": shape.width,
        "intermediate_size": shape.hidden, "num_hidden_layers": shape.layers, "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.heads, "head_dim": shape.head_size, "hidden_act": "silu", "max_position_embeddings": shape.context,
        "rms_norm_eps": shape.epsilon, "rope_theta": shape.theta, "rope_scaling": None, "attention_bias": False, "mlp_bias": False,
        "attention_dropout": 0.0, "initializer_range": 0.02, "tie_word_embeddings": True, "use_cache": True, "torch_dtype": "bfloat16",
    }


def shape_of(folder):
    read = json.loads((pathlib.Path(folder) / "config.json").read_text(encoding="utf-8"))
    return Shape(read["vocab_size"], read["hidden_size"], read["num_hidden_layers"], read["num_attention_heads"], read["head_dim"],
                 read["intermediate_size"], read["max_position_embeddings"], read["rope_theta"], read["rms_norm_eps"])


def load_into(model, folder):
    found = load_safetensors(pathlib.Path(folder) / "model.safetensors")
    model.load_state_dict({name: found[full_name(name)] for name in model.state_dict()})


def load(folder):
    model = Llama(shape_of(folder))
    load_into(model, folder)
    return model


def save(model, tokenizer_path, folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = tokens.Tokenizer.load(tokenizer_path)
    ids = tokenizer.ids
    special = {name: ids[token] for name, token in (("bos_token_id", chat.TEXT_END), ("pad_token_id", chat.TEXT_END))}
    ends = [ids[chat.END], ids[chat.TEXT_END]]
    save_safetensors(folder / "model.safetensors", [(full_name(n), p) for n, p in model.state_dict().items()])
    write(folder / "config.json", {**config(model.shape), **special, "eos_token_id": ends})
    write(folder / "generation_config.json", {**special, "eos_token_id": ends, "do_sample": True, "temperature": 0.7})
    write(folder / "tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast", "add_bos_token": False, "add_prefix_space": False, "bos_token": None,
        "eos_token": chat.END, "pad_token": chat.TEXT_END, "unk_token": None, "model_max_length": model.shape.context,
        "clean_up_tokenization_spaces": False, "errors": "replace", "split_special_tokens": False,
        "added_tokens_decoder": {str(ids[s]): {"content": s, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False,
                                               "special": s in tokens.HIDDEN} for s in tokens.SPECIAL},
        "chat_template": chat.TEMPLATE})
    if pathlib.Path(tokenizer_path).resolve() != (folder / "tokenizer.json").resolve():
        shutil.copyfile(tokenizer_path, folder / "tokenizer.json")


def write(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
