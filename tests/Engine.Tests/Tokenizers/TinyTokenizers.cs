using System.Text.Json;
using System.Text.Json.Nodes;
using Slerp.Engine.Tokenizers;

namespace Slerp.Engine.Tests.Tokenizers;

/// <summary>Small tokenizers made here, with a trap: both vocabularies can spell a control token by merging.</summary>
internal static class TinyTokenizers
{
    public const int EndId = 301;

    /// <summary>A byte-level tokenizer with the 256 byte tokens, a few words and the usual control tokens.</summary>
    public static JsonObject ByteLevel(string? pattern = null)
    {
        var vocabulary = new JsonObject();
        for (var value = 0; value < 256; value++)
        {
            vocabulary[ByteLevelAlphabet.Spell((byte)value).ToString()] = value;
        }

        var merges = new JsonArray();
        var next = 256;
        foreach (var word in (string[])["Ġthe", "Ġcat", "hello", "Ġhello", "ing", "123", "ĠĠĠĠ", "Ã©", "aaaaaaaa", "<|im_end|>"])
        {
            next = AddWord(vocabulary, merges, word, next, finalId: word == "<|im_end|>" ? EndId : null);
        }

        return new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(
                Added(300, "<|im_start|>", special: true), Added(EndId, "<|im_end|>", special: true), Added(302, "<tool_call>", special: false)),
            ["normalizer"] = new JsonObject { ["type"] = "NFC" },
            ["pre_tokenizer"] = pattern is null
                ? Json("""{"type": "ByteLevel", "add_prefix_space": false, "use_regex": true}""")
                : Split(pattern),
            ["post_processor"] = Json("""{"type": "ByteLevel"}"""),
            ["decoder"] = Json("""{"type": "ByteLevel"}"""),
            ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = merges },
        };
    }

    /// <summary>A tokenizer over characters with byte fallback, as Llama 2 has it.</summary>
    public static JsonObject Characters()
    {
        var vocabulary = new JsonObject { ["<unk>"] = 0, ["<s>"] = 1, ["</s>"] = 2 };
        for (var value = 0; value < 256; value++)
        {
            vocabulary[$"<0x{value:X2}>"] = 3 + value;
        }

        var merges = new JsonArray();
        var next = 259;
        foreach (var word in (string[])["▁the", "▁cat", "hello", "▁hello", "▁▁", "<s>", "<0x0A>"])
        {
            next = AddWord(vocabulary, merges, word, next, finalId: null);
        }

        return new JsonObject
        {
            ["added_tokens"] = new JsonArray(
                Added(0, "<unk>", special: true), Added(1, "<s>", special: true), Added(2, "</s>", special: true)),
            ["normalizer"] = Json(
                """
                {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"},
                  {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}
                """),
            ["post_processor"] = Json(
                """
                {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                 "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}}
                """),
            ["decoder"] = Json(
                """
                {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
                  {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
                """),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["unk_token"] = "<unk>",
                ["fuse_unk"] = true,
                ["byte_fallback"] = true,
                ["vocab"] = vocabulary,
                ["merges"] = merges,
            },
        };
    }

    /// <summary>The smallest file that loads, for cases that change one thing.</summary>
    public static JsonObject Minimal() => Json(
        """{"added_tokens": [], "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "1": 3}, "merges": []}}""");

    public static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();

    public static JsonObject Split(string pattern) => new()
    {
        ["type"] = "Sequence",
        ["pretokenizers"] = new JsonArray(
            new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = pattern }, ["behavior"] = "Isolated" },
            Json("""{"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}""")),
    };

    public static JsonObject Added(int id, string content, bool special, bool lstrip = false, bool rstrip = false, bool singleWord = false) => new()
    {
        ["id"] = id,
        ["content"] = content,
        ["single_word"] = singleWord,
        ["lstrip"] = lstrip,
        ["rstrip"] = rstrip,
        ["normalized"] = !special,
        ["special"] = special,
    };

    public static ITokenizer Load(JsonObject file) => TokenizerJson.Load(JsonSerializer.SerializeToUtf8Bytes(file), "tokenizer.json");

    /// <summary>Adds a word: joined from its first character and a known rest, else from its prefixes one character at a time.</summary>
    private static int AddWord(JsonObject vocabulary, JsonArray merges, string word, int next, int? finalId)
    {
        if (word.Length > 2 && vocabulary.ContainsKey(word[1..]))
        {
            vocabulary[word] = next++;
            merges.Add(new JsonArray(word[..1], word[1..]));
            return next;
        }

        for (var length = 1; length <= word.Length; length++)
        {
            foreach (var token in (string[])[word[length - 1].ToString(), word[..length]])
            {
                if (!vocabulary.ContainsKey(token))
                {
                    vocabulary[token] = length == word.Length && token == word && finalId is { } id ? id : next++;
                }
            }

            var isKnown = merges.Any(merge => merge![0]!.GetValue<string>() + merge[1]!.GetValue<string>() == word[..length]);
            if (length > 1 && !isKnown)
            {
                merges.Add(new JsonArray(word[..(length - 1)], word[(length - 1)..length]));
            }
        }

        return next == 300 ? 310 : next;
    }
}
