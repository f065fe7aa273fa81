using System.Text;
using System.Text.Json.Nodes;
using FsCheck.Fluent;
using Slerp.Engine.Backends;
using Slerp.Engine.Checkpoints;

namespace Slerp.Engine.Tests.Checkpoints;

public sealed class ModelConfigTests
{
    private const string Minimal = """
        {"model_type":"llama","hidden_size":64,"intermediate_size":172,"num_hidden_layers":5,"num_attention_heads":8,
         "vocab_size":512,"max_position_embeddings":512,"rms_norm_eps":1e-05}
        """;

    [Fact]
    public void Parse_MinimalConfig_FillsTheDocumentedDefaults()
    {
        var config = Parse();

        Assert.Null(config.Architecture);
        Assert.Equal("llama", config.ModelType);
        Assert.Equal((8, 8, 8), (config.HeadCount, config.KeyValueHeadCount, config.HeadDimension));
        Assert.Equal((10_000, 1), (config.RopeTheta, config.PartialRotaryFactor));
        Assert.Equal(new RopeScaling.None(), config.RopeScaling);
        Assert.Equal("silu", config.Activation);
        Assert.Null(config.TieWordEmbeddings);
        Assert.Null(config.SlidingWindow);
        Assert.Null(config.DeclaredDType);
        Assert.Empty(config.EndTokenIds);
        Assert.False(config.AttentionBias || config.MlpBias);
    }

    [Theory]
    [InlineData("hidden_size", "0")]
    [InlineData("hidden_size", "2147483647")]
    [InlineData("hidden_size", "64.0")]
    [InlineData("hidden_size", "\"64\"")]
    [InlineData("hidden_size", "null")]
    [InlineData("num_attention_heads", "7")]
    [InlineData("num_attention_heads", "64")]
    [InlineData("num_key_value_heads", "null")]
    [InlineData("num_key_value_heads", "3")]
    [InlineData("head_dim", "7")]
    [InlineData("head_dim", "0")]
    [InlineData("rms_norm_eps", "0")]
    [InlineData("rms_norm_eps", "1e400")]
    [InlineData("rope_theta", "-1")]
    [InlineData("rope_theta", "\"10000\"")]
    [InlineData("partial_rotary_factor", "1.5")]
    [InlineData("hidden_act", "\"nosuch\"")]
    [InlineData("hidden_act", "1")]
    [InlineData("torch_dtype", "\"float8_e4m3fn\"")]
    [InlineData("dtype", "\"int8\"")]
    [InlineData("eos_token_id", "512")]
    [InlineData("eos_token_id", "[1,512]")]
    [InlineData("eos_token_id", "[1,\"2\"]")]
    [InlineData("bos_token_id", "-1")]
    [InlineData("sliding_window", "0")]
    [InlineData("use_sliding_window", "1")]
    [InlineData("layer_types", "[\"full_attention\"]")]
    [InlineData("layer_types", "[\"a\",\"b\",\"c\",\"d\",\"e\"]")]
    [InlineData("architectures", "\"LlamaForCausalLM\"")]
    [InlineData("architectures", "[1]")]
    [InlineData("quantization_config", "{\"quant_method\":\"gptq\"}")]
    public void Parse_BadField_IsRefusedByName(string field, string value)
    {
        var refusal = Assert.Throws<CheckpointException>(() => Parse((field, value)));
        Assert.Equal("config.json", refusal.File);
        Assert.Contains($"'{field}'", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"rope_type":"default"}""")]
    [InlineData("null")]
    public void Parse_NoRopeScaling_IsNone(string scaling) => Assert.Equal(new RopeScaling.None(), Parse(("rope_scaling", scaling)).RopeScaling);

    [Fact]
    public void Parse_EveryRopeScaling_KeepsItsParameters()
    {
        Assert.Equal(new RopeScaling.Linear(4), Parse(("rope_scaling", """{"type":"linear","factor":4}""")).RopeScaling);
        Assert.Equal(new RopeScaling.DynamicNtk(2.5, 512), Parse(("rope_scaling", """{"rope_type":"dynamic","factor":2.5}""")).RopeScaling);
        Assert.Equal(
            new RopeScaling.Llama3(8, 1, 4, 64),
            Parse(("rope_scaling", """{"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":64}""")).RopeScaling);
        Assert.Equal(
            new RopeScaling.Yarn(4, 128, 32, 1, null, null, null, true),
            Parse(("rope_scaling", """{"rope_type":"yarn","factor":4.0,"original_max_position_embeddings":128}""")).RopeScaling);
        Assert.Equal(
            new RopeScaling.Yarn(4, 128, 16, 2, 1.2, 0.7, 0.8, false),
            Parse(("rope_scaling", """
                {"type":"yarn","original_max_position_embeddings":128,"beta_fast":16,"beta_slow":2,"attention_factor":1.2,"mscale":0.7,"mscale_all_dim":0.8,"truncate":false}
                """)).RopeScaling);
    }

    [Fact]
    public void Parse_RopeParameters_ReplaceTheOlderFields()
    {
        var config = Parse(("rope_parameters", """{"rope_type":"linear","factor":2,"rope_theta":500000.0}"""));
        Assert.Equal(500_000, config.RopeTheta);
        Assert.Equal(new RopeScaling.Linear(2), config.RopeScaling);
        Assert.Equal(new RopeScaling.None(), Parse(("rope_parameters", """{"rope_theta":1000000}""")).RopeScaling);
    }

    [Theory]
    [InlineData("rope_scaling", """{"rope_type":"longrope","factor":4}""")]
    [InlineData("rope_scaling", """{"factor":4}""")]
    [InlineData("rope_scaling", """{"rope_type":"linear"}""")]
    [InlineData("rope_scaling", """{"rope_type":"linear","factor":0.5}""")]
    [InlineData("rope_scaling", """{"rope_type":"linear","factor":"4"}""")]
    [InlineData("rope_scaling", """{"rope_type":"llama3","factor":8,"low_freq_factor":4,"high_freq_factor":1,"original_max_position_embeddings":64}""")]
    [InlineData("rope_scaling", """{"rope_type":"llama3","factor":8,"low_freq_factor":1,"high_freq_factor":4}""")]
    [InlineData("rope_scaling", """{"rope_type":"yarn","factor":4,"beta_fast":1,"beta_slow":32}""")]
    [InlineData("rope_scaling", """{"rope_type":"yarn"}""")]
    [InlineData("rope_parameters", """{"full_attention":{"rope_type":"default"},"sliding_attention":{"rope_type":"default"}}""")]
    [InlineData("rope_scaling", "[]")]
    public void Parse_BadRopeScaling_IsRefusedByName(string field, string value)
    {
        var refusal = Assert.Throws<CheckpointException>(() => Parse((field, value)));
        Assert.Contains($"'{field}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WindowOfLayer_FollowsLayerTypesThenMaxWindowLayersThenAll()
    {
        Assert.Equal([16, 16, 16, 16, 16], Windows(("sliding_window", "16")));
        Assert.Equal([null, null, null, null, null], Windows(("sliding_window", "16"), ("use_sliding_window", "false")));
        Assert.Equal([null, null, null, 16, 16], Windows(("sliding_window", "16"), ("use_sliding_window", "true"), ("max_window_layers", "3")));
        Assert.Equal(
            [16, null, 16, null, null],
            Windows(("sliding_window", "16"), ("layer_types", """["sliding_attention","full_attention","sliding_attention","full_attention","full_attention"]""")));
    }

    [Fact]
    public void Parse_TokenIdsAndFormats_AreKept()
    {
        var config = Parse(("eos_token_id", "[2,3,2]"), ("bos_token_id", "1"), ("pad_token_id", "-1"), ("torch_dtype", "\"bfloat16\""), ("auto_map", """{"AutoModel":"evil.py"}"""));
        Assert.Equal<int>([2, 3], config.EndTokenIds);
        Assert.Equal((1, null, WeightDType.BF16), (config.BeginTokenId, config.PadTokenId, config.DeclaredDType));
    }

    [Fact]
    public void Parse_OlderNames_AreUnderstood()
    {
        const string Json = """
            {"model_type":"gpt_bigcode","n_embd":64,"n_head":4,"n_layer":2,"n_inner":128,"n_positions":512,"vocab_size":256,
             "layer_norm_epsilon":1e-5,"activation_function":"gelu_pytorch_tanh"}
            """;
        var config = ModelConfigReader.Parse(new JsonFields("config.json", CheckpointJson.ParseObject("config.json", Encoding.UTF8.GetBytes(Json))));
        Assert.Equal((64, 4, 2, 128, 512), (config.HiddenSize, config.HeadCount, config.LayerCount, config.IntermediateSize, config.MaxPositions));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\":1,\"\\u0061\":2}")]
    [InlineData("{} {}")]
    [InlineData("\uFEFF{}")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("{/* */}")]
    public void ParseObject_LooseJson_IsRefused(string json) =>
        Assert.Throws<CheckpointException>(() => CheckpointJson.ParseObject("config.json", Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void ParseObject_DeepNesting_IsRefused() =>
        Assert.Throws<CheckpointException>(() => CheckpointJson.ParseObject("config.json", Encoding.UTF8.GetBytes("{\"a\":" + new string('[', 100_000))));

    [Fact]
    public void Parse_RandomIntegers_GivesConsistentSizesOrATypedError() => Prop.ForAll<int[]>(static values =>
    {
        string[] names = ["hidden_size", "num_attention_heads", "num_key_value_heads", "head_dim", "num_hidden_layers", "vocab_size", "eos_token_id"];
        var changes = names.Zip(values, static (name, value) => (name, value.ToString(System.Globalization.CultureInfo.InvariantCulture))).ToArray();
        try
        {
            var config = Parse(changes);
            return config.HeadCount % config.KeyValueHeadCount == 0 && config.HeadDimension % 2 == 0
                && config.EndTokenIds.All(id => id < config.VocabularySize) && config is { HiddenSize: > 0, LayerCount: > 0 };
        }
        catch (CheckpointException refusal)
        {
            return names.Any(name => refusal.Message.Contains(name, StringComparison.Ordinal));
        }
    }).Holds();

    private static int?[] Windows(params (string Field, string Value)[] changes)
    {
        var config = Parse(changes);
        return [.. Enumerable.Range(0, 5).Select(config.WindowOfLayer)];
    }

    private static ModelConfig Parse(params (string Field, string Json)[] changes)
    {
        var json = JsonNode.Parse(Minimal)!.AsObject();
        foreach (var (field, _) in changes)
        {
            json.Remove(field);
        }

        // Spliced as text, so that values no JSON library would write stay as they are.
        var text = json.ToJsonString()[..^1] + string.Concat(changes.Select(static change => $",\"{change.Field}\":{change.Json}")) + "}";
        return ModelConfigReader.Parse(new JsonFields("config.json", CheckpointJson.ParseObject("config.json", Encoding.UTF8.GetBytes(text))));
    }
}
