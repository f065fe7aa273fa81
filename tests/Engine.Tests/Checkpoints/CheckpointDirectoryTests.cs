using Slerp.Engine.Checkpoints;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests.Checkpoints;

public sealed class CheckpointDirectoryTests
{
    private const string Config = """
        {"architectures":["LlamaForCausalLM"],"hidden_size":8,"intermediate_size":16,"num_hidden_layers":1,"num_attention_heads":2,
         "vocab_size":16,"max_position_embeddings":32,"rms_norm_eps":1e-5,"eos_token_id":2}
        """;

    [Fact]
    public void Open_CompleteFolder_ExposesWhatIsThere()
    {
        using var folder = new TemporaryFolder();
        folder.Write("config.json", Config);
        folder.Write("generation_config.json", """{"eos_token_id":[2,3]}""");
        folder.Write("tokenizer.json", "{}");
        new SafetensorsWriter().Add("w", [2, 3], new float[6]).Save(folder.Path("model.safetensors"));

        var checkpoint = CheckpointDirectory.Open(folder.FullPath);
        using var weights = checkpoint.OpenWeights();

        Assert.Equal(24, checkpoint.WeightBytes);
        Assert.Equal<int>([2, 3], checkpoint.EndTokenIds);
        Assert.Equal(Path.GetFileName(folder.FullPath), checkpoint.Name);
        Assert.True(weights.Contains("w"));
        Assert.NotNull(checkpoint.FindFile("tokenizer.json"));
        Assert.Null(checkpoint.FindFile("tokenizer_config.json"));
    }

    [Fact]
    public void Open_NoGenerationConfig_TakesTheEndTokensOfTheConfig()
    {
        using var folder = new TemporaryFolder();
        folder.Write("config.json", Config);
        new SafetensorsWriter().Save(folder.Path("model.safetensors"));
        var checkpoint = CheckpointDirectory.Open(folder.FullPath + Path.DirectorySeparatorChar);
        Assert.Equal<int>([2], checkpoint.EndTokenIds);
        Assert.Equal(Path.GetFileName(folder.FullPath), checkpoint.Name);
    }

    [Fact]
    public void Open_HuggingFaceCacheSnapshot_IsNamedAfterTheModel()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.Path("models--owner--tiny-model", "blobs", "c"), Config);
        new SafetensorsWriter().Save(folder.Path("models--owner--tiny-model", "blobs", "w"));
        var snapshot = Path.GetDirectoryName(folder.Path("models--owner--tiny-model", "snapshots", "abc", "config.json"))!;
        File.CreateSymbolicLink(Path.Combine(snapshot, "config.json"), Path.Combine("..", "..", "blobs", "c"));
        File.CreateSymbolicLink(Path.Combine(snapshot, "model.safetensors"), Path.Combine("..", "..", "blobs", "w"));
        Assert.Equal("owner/tiny-model", CheckpointDirectory.Open(snapshot).Name);
    }

    [Fact]
    public void Open_SomethingMissing_SaysWhat()
    {
        using var folder = new TemporaryFolder();
        AssertRefused(folder.Path("nosuch"), "no such folder");
        AssertRefused(folder.FullPath, "config.json");
        folder.Write("config.json", Config);
        AssertRefused(folder.Path("config.json"), "this is a file");
        AssertRefused(folder.FullPath, "model.safetensors");
        new SafetensorsWriter().Save(folder.Path("model.safetensors"));
        folder.Write("generation_config.json", "{");
        AssertRefused(folder.FullPath, "generation_config.json");
    }

    [Fact]
    public void Open_PickleOnly_AsksForSafetensorsAndNeverOpensThePickle()
    {
        using var folder = new TemporaryFolder();
        folder.Write("config.json", Config);
        var pickle = folder.Write("pytorch_model.bin", [0x80, 0x02]);

        // Nobody else can open the file while this stream is: had the engine tried, the message would be another one.
        using var exclusive = new FileStream(pickle, FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        AssertRefused(folder.FullPath, "Convert them to safetensors");
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void Open_NoPath_IsAnArgumentError(string path) => Assert.Throws<ArgumentException>(() => CheckpointDirectory.Open(path));

    private static void AssertRefused(string path, string part) =>
        Assert.Contains(part, Assert.Throws<CheckpointException>(() => CheckpointDirectory.Open(path)).Message, StringComparison.Ordinal);
}
