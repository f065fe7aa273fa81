using System.Globalization;
using System.Text.Json.Nodes;
using Slerp.Engine;
using Slerp.Engine.Checkpoints;
using Slerp.Tests.Shared;
using Xunit.Abstractions;

namespace Slerp.Integration.Tests.Checkpoints;

public sealed class ConfigCasesTests(ITestOutputHelper output)
{
    /// <summary>Faults that show only beside the weights: config.json alone is well-formed.</summary>
    private static readonly string[] NeedWeights = ["vocab_size", "num_hidden_layers", "tie_word_embeddings"];

    [SharedDataFact]
    public void Open_EveryCase_GivesTheExpectedVerdictAndNamesTheField()
    {
        var cases = JsonNode.Parse(File.ReadAllBytes(SharedData.Path("malformed", "config_json_cases.json")))!;
        using var folder = new TemporaryFolder();
        File.Copy(StoriesGolden.WeightsFile, folder.Path("model.safetensors"));
        var (byConfig, byWeights, accepted) = (0, 0, 0);
        foreach (var test in cases["cases"]!.AsArray())
        {
            var config = cases["base"]!.DeepClone().AsObject();
            var change = test!["change"]!.AsObject().Single();
            config[change.Key] = change.Value?.DeepClone();
            folder.Write("config.json", config.ToJsonString());
            var expected = test["expected"]!.GetValue<string>();
            var name = test["name"]!.GetValue<string>();

            var refusal = TryOpen(folder.FullPath, out var checkpoint);

            if (refusal is not null)
            {
                Assert.StartsWith("reject", expected, StringComparison.Ordinal);
                Assert.Contains("config.json", refusal.File, StringComparison.Ordinal);
                Assert.True(refusal.Message.Contains(change.Key, StringComparison.Ordinal), $"{name}: the message does not name the field: {refusal.Message}");
                byConfig++;
            }
            else if (expected.StartsWith("reject", StringComparison.Ordinal) && NeedWeights.Contains(change.Key))
            {
                AssertWeightsDisagree(checkpoint!, name);
                byWeights++;
            }
            else
            {
                Assert.True(expected.StartsWith("accept", StringComparison.Ordinal) || expected == "reject or use model_type", $"{name} was accepted.");
                accepted++;
            }
        }

        output.WriteLine($"{byConfig} refused by config.json alone, {byWeights} beside the weights, {accepted} accepted.");
        Assert.Equal(cases["cases"]!.AsArray().Count, byConfig + byWeights + accepted);
        Assert.Equal(3, byWeights);
        Assert.Equal(2, accepted);
    }

    [SharedDataFact]
    public void ModelConfigReader_EveryFamily_IsReadAndTruncationsAreTyped()
    {
        var (families, truncations) = (0, 0);
        foreach (var path in Directory.GetFiles(SharedData.Path("weights", "families"), "config.json", SearchOption.AllDirectories))
        {
            var config = ModelConfigReader.Read(path);
            Assert.Equal((64, 4, 256), (config.HiddenSize, config.HeadCount, config.VocabularySize));
            Assert.Equal<int>([2], config.EndTokenIds);
            families++;
            var bytes = File.ReadAllBytes(path);
            for (var length = 0; length < bytes.Length - 2; length++, truncations++)
            {
                Assert.Throws<CheckpointException>(() => CheckpointJson.ParseObject("config.json", bytes.AsMemory(0, length)));
            }
        }

        output.WriteLine($"{families} families' config.json read; {truncations} truncations refused.");
        Assert.Equal(16, families);
    }

    private static void AssertWeightsDisagree(CheckpointDirectory checkpoint, string name)
    {
        using var weights = checkpoint.OpenWeights();
        var config = checkpoint.Config;
        var refusal = Record.Exception(() =>
        {
            weights.Get("model.embed_tokens.weight", config.VocabularySize, config.HiddenSize);
            if (config.TieWordEmbeddings == false)
            {
                weights.Get("lm_head.weight", config.VocabularySize, config.HiddenSize);
            }
        });
        using var file = SafetensorsFile.Open(Path.Combine(checkpoint.Path, "model.safetensors"));
        foreach (var tensor in file.Tensors)
        {
            if (tensor.Name.Split('.') is [_, "layers", var layer, ..] && int.Parse(layer, CultureInfo.InvariantCulture) < config.LayerCount)
            {
                weights.Get(tensor.Name, [.. tensor.Shape.Select(static dimension => (int)dimension)]);
            }
        }

        Assert.True(
            refusal is CheckpointException || weights.NeverServed.Any(static tensor => tensor.StartsWith("model.layers.4.", StringComparison.Ordinal)),
            $"{name}: the weights show no disagreement.");
    }

    private static CheckpointException? TryOpen(string folder, out CheckpointDirectory? checkpoint)
    {
        checkpoint = null;
        try
        {
            checkpoint = CheckpointDirectory.Open(folder);
            return null;
        }
        catch (CheckpointException refusal)
        {
            return refusal;
        }
    }
}
