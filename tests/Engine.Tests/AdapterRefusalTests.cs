using System.Text.Json.Nodes;
using Slerp.Engine.Checkpoints;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests;

/// <summary>Adapters that cannot be merged: refused at load, with what is wrong and what to do.</summary>
public sealed class AdapterRefusalTests : IDisposable
{
    private const string Remedy = "Merge the adapter into its base with the library that trained it";

    private readonly TemporaryFolder _folder = new();
    private readonly ToyAdapter _adapter = new();
    private readonly string _model;

    public AdapterRefusalTests() => _model = _adapter.Model.Save(_folder);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("use_dora", "true")]
    [InlineData("fan_in_fan_out", "true")]
    [InlineData("lora_bias", "true")]
    [InlineData("use_qalora", "true")]
    [InlineData("rank_pattern", "{\"q_proj\": 8}")]
    [InlineData("alpha_pattern", "{\"q_proj\": 8}")]
    [InlineData("modules_to_save", "[\"lm_head\"]")]
    [InlineData("target_parameters", "[\"experts\"]")]
    [InlineData("trainable_token_indices", "[1, 2]")]
    [InlineData("trainable_token_indices", "{\"embed_tokens\": [1]}")]
    [InlineData("layer_replication", "[[0, 2], [1, 2]]")]
    [InlineData("alora_invocation_tokens", "[5]")]
    [InlineData("init_lora_weights", "\"pissa_niter_16\"")]
    [InlineData("init_lora_weights", "\"loftq\"")]
    [InlineData("bias", "\"all\"")]
    [InlineData("peft_type", "\"IA3\"")]
    [InlineData("peft_type", "null")]
    [InlineData("task_type", "\"SEQ_CLS\"")]
    public async Task Field_OfAnotherKindOfAdapter_IsRefusedByName(string field, string value)
    {
        var message = await RefusalAsync(_adapter with { Configure = config => config[field] = JsonNode.Parse(value) });
        Assert.Contains($"'{field}'", message, StringComparison.Ordinal);
        Assert.Contains(Remedy, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("init_lora_weights", "false")]
    [InlineData("init_lora_weights", "\"gaussian\"")]
    [InlineData("task_type", "null")]
    [InlineData("bias", "null")]
    [InlineData("loftq_config", "{}")]
    [InlineData("lora_dropout", "0.1")]
    [InlineData("exclude_modules", "[\"lm_head\"]")]
    [InlineData("qalora_group_size", "16")]
    [InlineData("target_modules", "[\"q_proj\", \"down_proj\", \"query_key_value\"]")]
    public async Task Field_ThatChangesNothingHere_IsTaken(string field, string value)
    {
        await using var engine = await SlerpEngine.LoadAsync(Options((_adapter with { Configure = config => config[field] = JsonNode.Parse(value) }).Save(_folder)));
        Assert.Equal(14, engine.Model.Adapter!.Matrices);
    }

    [Theory]
    [InlineData("base_model.model.model.embed_tokens.weight", "a whole weight in place of the base's, as added tokens or modules_to_save")]
    [InlineData("base_model.model.model.layers.0.self_attn.q_proj.bias", "not one of a pair")]
    [InlineData("base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector", "not one of a pair")]
    [InlineData("base_model.model.model.embed_tokens.lora_embedding_A", "changes the embedding table")]
    [InlineData("base_model.model.model.layers.0.self_attn.qkv_proj.lora_A.weight", "not one of a pair")]
    [InlineData("model.layers.0.self_attn.q_proj.weight", "not one of a pair")]
    public async Task Tensor_ThatIsNoUpdate_IsRefusedForWhatItIs(string tensor, string named)
    {
        var message = await RefusalAsync(_adapter with { Extend = writer => writer.Add(tensor, [2, 2], new float[4]) });
        Assert.Contains(tensor, message, StringComparison.Ordinal);
        Assert.Contains(named, message, StringComparison.Ordinal);
        Assert.Contains(Remedy, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.embed_tokens", 259, "changes the embedding table")]
    [InlineData("lm_head", 259, "tie_word_embeddings")]
    [InlineData("model.layers.2.mlp.up_proj", 48, "names 'somewhere/toy'")]
    [InlineData("model.layers.0.input_layernorm", 1, "no matrix")]
    public async Task Update_OfWhatCannotBeUpdated_IsRefused(string module, int rows, string named)
    {
        var message = await RefusalAsync(_adapter with { Extend = writer => Add(writer, module, rows, 32) });
        Assert.Contains(module, message, StringComparison.Ordinal);
        Assert.Contains(named, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Update_ThatTheModelNeverAsksFor_IsRefusedAndNotLost()
    {
        // The weights have three layers, config.json two: what adapts the third would change nothing.
        var large = new ToyCheckpoint { Layers = 3 };
        var path = large.Save(_folder, "large");
        var config = Path.Combine(path, "config.json");
        await File.WriteAllTextAsync(config, (await File.ReadAllTextAsync(config)).Replace("\"num_hidden_layers\":3", "\"num_hidden_layers\":2", StringComparison.Ordinal));
        var adapter = _adapter with { Model = large };
        var refusal = await Assert.ThrowsAsync<CheckpointException>(() => SlerpEngine.LoadAsync(Options(adapter.Save(_folder)) with { ModelPath = path }));
        Assert.Contains("14 of its tensors", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("model.layers.2.", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("the update would be lost", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64, 4)]
    [InlineData(32, 8)]
    public async Task Update_OfAnotherWidthOrRank_IsRefusedWithBothShapes(int width, int rank)
    {
        // The file of one adapter beside the configuration of another.
        var path = (_adapter with { Model = _adapter.Model with { Width = width }, Rank = rank, Configure = static config => config["r"] = 4 }).Save(_folder);
        var message = await RefusalAsync(path);
        Assert.Contains($"has shape [{rank}, {width}]; expected [4, 32]", message, StringComparison.Ordinal);
        Assert.Contains("do not fit adapter_config.json and the base model", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TargetWithoutAnUpdate_IsRefused()
    {
        var message = await RefusalAsync(_adapter with { Targets = ["q_proj"], Configure = static config => config["target_modules"] = new JsonArray("q_proj", "v_proj") });
        Assert.Contains("'v_proj'", message, StringComparison.Ordinal);
        Assert.Contains("incomplete", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoUpdateAtAll_IsRefused() =>
        Assert.Contains(
            "no update at all", await RefusalAsync(_adapter with { Targets = [], Configure = static config => config["target_modules"] = "nothing" }), StringComparison.Ordinal);

    [Fact]
    public async Task TokenizerWithAnAddedToken_IsRefusedWithBothSizes()
    {
        var path = Copy("tokenizer.json");
        var tokenizer = Path.Combine(path, "tokenizer.json");
        var text = await File.ReadAllTextAsync(tokenizer);
        await File.WriteAllTextAsync(tokenizer, text.Replace("""{"id":258,""", """{"id":259,""", StringComparison.Ordinal));
        var message = await RefusalAsync(path);
        Assert.Contains("the adapter's tokenizer has 260 ids, the model's 259", message, StringComparison.Ordinal);
        Assert.Contains("remove its tokenizer files", message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(tokenizer, text.Replace("im_end", "im_eot", StringComparison.Ordinal));
        Assert.Contains("the adapter's token 257 is '<|im_eot|>'", await RefusalAsync(path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EndTokenThatTheModelDoesNotHave_IsRefused()
    {
        var path = Copy("tokenizer_config.json");
        var config = Path.Combine(path, "tokenizer_config.json");
        await File.WriteAllTextAsync(config, """{"chat_template":"x","eos_token":"<|done|>"}""");
        Assert.Contains("'<|done|>'", await RefusalAsync(path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UpdateBeyondTheFormat_IsRefusedWithItsPlace()
    {
        // The base is within the format and so is the update: only their sum is not.
        var halves = _adapter with { Model = _adapter.Model with { DType = "F16", Change = static (name, _, values) => Fill(name, values) }, Configure = static config => config["lora_alpha"] = 1e6 };
        var model = halves.Model.Save(_folder, "halves");
        var refusal = await Assert.ThrowsAsync<CheckpointException>(() => SlerpEngine.LoadAsync(Options(halves.Save(_folder)) with { ModelPath = model }));
        Assert.Contains("out of the range of F16 in row 0", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("lora_alpha", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FolderThatIsNone_IsRefused()
    {
        Assert.Contains("no such folder", await RefusalAsync(_folder.FullPath + "-nowhere"), StringComparison.Ordinal);
        Assert.Contains("this is a file", await RefusalAsync(_folder.Write("file", "x")), StringComparison.Ordinal);
        Assert.Contains("holds no adapter_config.json", await RefusalAsync(_model), StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => SlerpEngine.LoadAsync(Options(" ")));
    }

    [Fact]
    public async Task PickledAdapter_IsNeverOpened()
    {
        var path = _adapter.Save(_folder);
        File.Move(Path.Combine(path, LoraWeights.WeightsFileName), Path.Combine(path, "adapter_model.bin"));
        Assert.Contains("save it as safetensors", await RefusalAsync(path), StringComparison.Ordinal);
    }

    private static void Add(SafetensorsWriter writer, string module, int rows, int columns) => writer
        .Add($"base_model.model.{module}.lora_A.weight", [4, columns], new float[4 * columns])
        .Add($"base_model.model.{module}.lora_B.weight", [rows, 4], new float[rows * 4]);

    private static void Fill(string name, Span<float> values)
    {
        if (name.EndsWith("0.self_attn.q_proj.weight", StringComparison.Ordinal))
        {
            values[..32].Fill(65_000);
        }
    }

    private Task<string> RefusalAsync(ToyAdapter adapter) => RefusalAsync(adapter.Save(_folder));

    // The base is none the worse for it: it loads, and answers, afterwards.
    private async Task<string> RefusalAsync(string path)
    {
        var refusal = await Assert.ThrowsAsync<CheckpointException>(() => SlerpEngine.LoadAsync(Options(path)));
        Assert.StartsWith(path, refusal.File, StringComparison.Ordinal);
        await using var engine = await SlerpEngine.LoadAsync(new EngineOptions { ModelPath = _model, Threads = 1, NotesFolder = "", WarmStart = false });
        Assert.Equal(4, (await engine.AnswerAsync(EngineRequests.Raw("x", 4))).Ids.Length);
        return refusal.Message;
    }

    private string Copy(string file)
    {
        var path = _adapter.Save(_folder);
        File.Copy(Path.Combine(_model, file), Path.Combine(path, file));
        return path;
    }

    private EngineOptions Options(string adapter) => new() { ModelPath = _model, AdapterPath = adapter, Threads = 1, NotesFolder = "", WarmStart = false };
}
