using System.Text.Json.Nodes;
using Slerp.Engine;
using Slerp.Engine.Checkpoints;
using Slerp.Tests.Shared;
using Xunit.Abstractions;

namespace Slerp.Integration.Tests.Checkpoints;

public sealed class IndexCasesTests(ITestOutputHelper output)
{
    [SharedDataFact]
    public void OpenFolder_EveryCase_GivesTheExpectedVerdict()
    {
        var cases = JsonNode.Parse(File.ReadAllBytes(SharedData.Path("malformed", "index_json_cases.json")))!.AsArray();
        var (refused, accepted) = (0, 0);
        foreach (var test in cases)
        {
            using var folder = new TemporaryFolder();
            var name = test!["name"]!.GetValue<string>();
            var checkpoint = Path.GetDirectoryName(folder.Path("checkpoint", "nested", "config.json"))!;
            PutShards(folder, checkpoint, name);
            File.WriteAllText(Path.Combine(checkpoint, ShardIndex.FileName), test["index"]!.ToJsonString());
            var expectsRefusal = test["expected"]!.GetValue<string>() is var expected
                && expected.StartsWith("reject", StringComparison.Ordinal) && !expected.Contains("documented", StringComparison.Ordinal);

            var refusal = Record.Exception(() =>
            {
                SafetensorsWeights.OpenFolder(checkpoint).Dispose();
                ShardIndex.Read(Path.Combine(checkpoint, ShardIndex.FileName));
            });

            Assert.True(refusal is null or CheckpointException, $"{name}: {refusal}");
            Assert.True(expectsRefusal == (refusal is not null), $"{name}: {refusal?.Message ?? "accepted"}");
            output.WriteLine($"{name}: {refusal?.Message.Replace(folder.FullPath, "", StringComparison.Ordinal) ?? "accepted"}");
            (refused, accepted) = refusal is null ? (refused, accepted + 1) : (refused + 1, accepted);
        }

        output.WriteLine($"{refused} refused, {accepted} accepted.");
        Assert.Equal((13, 2), (refused, accepted));
    }

    /// <summary>Puts a good file wherever a careless reader would look, so that only the rule can refuse it.</summary>
    private static void PutShards(TemporaryFolder folder, string checkpoint, string name)
    {
        var shard = new SafetensorsWriter().Add("w", [2, 2], [1, 2, 3, 4]).ToBytes();
        File.WriteAllBytes(folder.Path("checkpoint", "other", "model.safetensors"), shard);
        File.WriteAllBytes(folder.Path("secret.safetensors"), shard);
        File.WriteAllBytes(folder.Path("checkpoint", "nested", "shards", "model.safetensors"), shard);
        string[] names = name == "total_size_negative" ? ["model.safetensors"] : ["a.safetensors", "b.safetensors", "model.safetensors ", "..%2fx.safetensors"];
        foreach (var file in names)
        {
            File.WriteAllBytes(Path.Combine(checkpoint, file), shard);
        }

        if (name == "shard_symlink_out")
        {
            File.CreateSymbolicLink(Path.Combine(checkpoint, "link.safetensors"), Path.Combine("..", "..", "secret.safetensors"));
        }
    }
}
