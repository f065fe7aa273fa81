using System.Text.Json;
using System.Text.Json.Nodes;
using Slerp.Engine;
using Slerp.Engine.Tokenizers;
using Slerp.Tests.Shared;
using Xunit.Abstractions;

namespace Slerp.Integration.Tests.Tokenizers;

/// <summary>Every malformed file ends in success or a typed error that names it, in bounded time and memory.</summary>
public sealed class MalformedTests(ITestOutputHelper output)
{
    private const long MaximumAllocation = 512L << 20;
    private const string FileName = "case/tokenizer.json";

    // What this importer answers where the list leaves it open. Load: at load; Encode: with the text; None: it works.
    private static readonly Dictionary<string, string> Verdicts = new(StringComparer.Ordinal)
    {
        ["vocab_gap"] = "None",
        ["vocab_negative_id"] = "Load: model.vocab.a",
        ["vocab_id_2e31m1"] = "Load: model.vocab.a",
        ["vocab_empty"] = "Load: model.vocab",
        ["merge_result_missing"] = "Load: model.merges[0]",
        ["merge_array_form"] = "None",
        ["added_token_empty"] = "Load: added_tokens[0].content",
        ["added_token_100k"] = "None",
        ["regex_catastrophic"] = "Encode: pattern",
        ["regex_invalid"] = "Load: pre_tokenizer.pattern.Regex",
        ["regex_possessive_oniguruma"] = "Load: pre_tokenizer.behavior",
        ["normalizer_replace_bomb"] = "Encode: normalizer",
        ["sequence_len_1e6"] = "Load: normalizer.normalizers[",
        ["precompiled_bad_base64"] = "Load: normalizer.type",
        ["byte_fallback_missing_bytes"] = "Load: model.byte_fallback",
        ["template_unknown_special"] = "Load: post_processor.single[0].SpecialToken.id",
        ["vocab_10MB_token"] = "Load: model.vocab.",
    };

    [SharedDataFact]
    public void Load_MalformedCases_SucceedOrNameFileAndField()
    {
        using var cases = JsonDocument.Parse(File.ReadAllBytes(SharedData.Path("malformed", "tokenizer_json_cases.json")));
        var count = 0;
        foreach (var test in cases.RootElement.EnumerateArray())
        {
            var name = test.GetProperty("name").GetString()!;
            if (name != "truncated_anywhere")
            {
                Assert.True(Verdicts.TryGetValue(name, out var verdict), $"A new case without a verdict: {name}");
                Check(name, Bytes(name, test.GetProperty("snippet")), verdict);
            }

            count++;
        }

        output.WriteLine($"{count} cases");
    }

    [SharedDataFact]
    public void Load_TruncatedFile_NamesTheFile()
    {
        var whole = File.ReadAllBytes(SharedData.Path("weights", "stories260K", "hf", "tokenizer.json")).AsMemory();
        whole = whole[..(whole.Span.LastIndexOf((byte)'}') + 1)];
        const int Cuts = 1000;
        for (var i = 0; i < Cuts; i++)
        {
            var cut = whole[..(int)((long)whole.Length * i / Cuts)];
            Assert.Equal(FileName, Assert.Throws<CheckpointException>(() => TokenizerJson.Load(cut, FileName)).File);
        }

        output.WriteLine($"{Cuts} truncations refused");
    }

    [SharedDataFact]
    public void Load_DamagedModelFile_IsReadOrRefused()
    {
        var whole = File.ReadAllBytes(SharedData.Path("weights", "stories260K", "tok512.model"));
        var refused = 0;
        for (var i = 0; i < whole.Length; i++)
        {
            refused += Refuses(whole.AsMemory(0, i));
            var damaged = whole.ToArray();
            damaged[i] ^= (byte)(1 << (i % 8));
            refused += Refuses(damaged);
        }

        output.WriteLine($"{2 * whole.Length} damaged files, {refused} refused, none failed otherwise");

        static int Refuses(ReadOnlyMemory<byte> bytes)
        {
            try
            {
                SentencePieceModel.Load(bytes, FileName).Encode("Once upon a time");
                return 0;
            }
            catch (CheckpointException)
            {
                return 1;
            }
        }
    }

    private void Check(string name, byte[] file, string verdict)
    {
        var answer = "";
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var milliseconds = ThreadTime.Measure(() => answer = Answer(file));
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        output.WriteLine($"{name}: {milliseconds} ms, {allocated >> 10} KiB, {answer}");
        Assert.StartsWith(verdict.Split(':')[0], answer, StringComparison.Ordinal);
        Assert.Contains(verdict.Split(": ")[^1], answer, StringComparison.Ordinal);
        Assert.True(answer == "None" || answer.Contains(FileName, StringComparison.Ordinal), answer);
        Assert.True(milliseconds < TestTimeouts.Short.TotalMilliseconds, $"{name}: {milliseconds} ms");
        Assert.True(allocated < MaximumAllocation, $"{name}: {allocated} bytes");
    }

    private static string Answer(byte[] file)
    {
        var text = new string('a', 65_536) + "b";
        try
        {
            var tokenizer = TokenizerJson.Load(file, FileName);
            try
            {
                tokenizer.Decode(tokenizer.Encode(text).Ids, skipSpecial: false);
                return "None";
            }
            catch (CheckpointException exception)
            {
                return $"Encode: {exception.Message}";
            }
        }
        catch (CheckpointException exception)
        {
            return $"Load: {exception.Message}";
        }
    }

    private static byte[] Bytes(string name, JsonElement snippet)
    {
        var file = JsonNode.Parse(
            """{"added_tokens": [], "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "aa": 3}, "merges": []}}""")!.AsObject();
        if (snippet.ValueKind == JsonValueKind.String)
        {
            Generate(name, file);
            return JsonSerializer.SerializeToUtf8Bytes(file);
        }

        foreach (var (key, value) in JsonNode.Parse(snippet.GetRawText())!.AsObject())
        {
            if (key == "model")
            {
                foreach (var (field, part) in value!.AsObject())
                {
                    file["model"]![field] = part!.DeepClone();
                }
            }
            else
            {
                file[key] = value!.DeepClone();
            }
        }

        return JsonSerializer.SerializeToUtf8Bytes(file);
    }

    private static void Generate(string name, JsonObject file)
    {
        switch (name)
        {
            case "added_token_100k":
                file["added_tokens"] = new JsonArray([.. Enumerable.Range(0, 100_000).Select(i =>
                    new JsonObject { ["id"] = 10 + i, ["content"] = $"aaaaaaaaaaaa{i}", ["special"] = true })]);
                break;
            case "sequence_len_1e6":
                file["normalizer"] = new JsonObject
                {
                    ["type"] = "Sequence",
                    ["normalizers"] = new JsonArray([.. Enumerable.Range(0, 1_000_000).Select(_ => new JsonObject { ["type"] = "NFC" })]),
                };
                break;
            case "vocab_10MB_token":
                file["model"]!["vocab"]![new string('a', 10_000_000)] = 9;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(name), name, "A generated case this test does not know.");
        }
    }
}
