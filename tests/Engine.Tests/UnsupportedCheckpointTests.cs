using System.Text.Json.Nodes;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests;

/// <summary>What is not supported is refused by its name before anything is allocated, whatever else its files say.</summary>
public sealed class UnsupportedCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _path;

    public UnsupportedCheckpointTests() => _path = new ToyCheckpoint().Save(_folder);

    public void Dispose() => _folder.Dispose();

    // The fields beside the name are those that such files have and a reader of known families would stumble over first.
    [Theory]
    [InlineData("MixtralForCausalLM", """{"num_local_experts": 8, "num_experts_per_tok": 2}""")]
    [InlineData("Qwen3MoeForCausalLM", """{"num_experts": 128, "moe_intermediate_size": 768}""")]
    [InlineData("DeepseekV3ForCausalLM", """{"n_routed_experts": 256, "head_dim": 7, "quantization_config": {"quant_method": "fp8"}}""")]
    [InlineData("GptOssForCausalLM", """{"quantization_config": {"quant_method": "mxfp4"}}""")]
    [InlineData("GemmaForCausalLM", """{"hidden_activation": null}""")]
    [InlineData("Gemma2ForCausalLM", """{"hidden_act": "gelu_pytorch_tanh", "attn_logit_softcapping": 50.0}""")]
    [InlineData("Gemma3ForConditionalGeneration", """{"hidden_size": null, "text_config": {"hidden_size": 32}, "vision_config": {}}""")]
    [InlineData("PhiForCausalLM", """{"rms_norm_eps": null, "layer_norm_eps": 1e-5}""")]
    [InlineData("Phi3ForCausalLM", """{"rope_scaling": {"type": "longrope", "long_factor": [1.0]}}""")]
    [InlineData("LlavaForConditionalGeneration", """{"hidden_size": null, "vocab_size": null, "text_config": {}, "vision_config": {}}""")]
    [InlineData("Qwen2VLForConditionalGeneration", """{"rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]}}""")]
    public async Task Architecture_IsRefusedByName(string architecture, string fields)
    {
        Configure(config =>
        {
            config["architectures"] = new JsonArray(architecture);
            foreach (var (name, value) in JsonNode.Parse(fields)!.AsObject())
            {
                config[name] = value?.DeepClone();
            }
        });
        var refusal = await Assert.ThrowsAsync<UnsupportedModelException>(LoadAsync);
        Assert.Contains($"'{architecture}'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("LlamaForCausalLM", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gptq")]
    [InlineData("awq")]
    [InlineData("bitsandbytes")]
    public async Task Quantization_IsRefusedByName(string method)
    {
        Configure(config => config["quantization_config"] = new JsonObject { ["quant_method"] = method, ["bits"] = 4 });
        var refusal = await Assert.ThrowsAsync<CheckpointException>(LoadAsync);
        Assert.Contains($"quantized ({method})", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Use the original checkpoint", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GgufFile_IsRefusedWithWhatToUseInstead()
    {
        var file = _folder.Write("model-Q4_K_M.GGUF", "GGUF");
        var refusal = await Assert.ThrowsAsync<CheckpointException>(() => LoadAsync(file));
        Assert.Contains("a GGUF file", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("original Hugging Face checkpoint", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FolderOfGgufFiles_IsRefusedWithTheirNames(bool hasConfig)
    {
        File.Delete(Path.Combine(_path, "model.safetensors"));
        File.WriteAllText(Path.Combine(_path, "model.gguf"), "GGUF");
        if (!hasConfig)
        {
            File.Delete(Path.Combine(_path, "config.json"));
        }

        var refusal = await Assert.ThrowsAsync<CheckpointException>(LoadAsync);
        Assert.Contains("GGUF files (model.gguf)", refusal.Message, StringComparison.Ordinal);
    }

    private void Configure(Action<JsonNode> change)
    {
        var file = Path.Combine(_path, "config.json");
        var config = JsonNode.Parse(File.ReadAllText(file))!;
        change(config);
        File.WriteAllText(file, config.ToJsonString());
    }

    private Task<SlerpEngine> LoadAsync() => LoadAsync(_path);

    private static Task<SlerpEngine> LoadAsync(string path) => SlerpEngine.LoadAsync(new EngineOptions { ModelPath = path, Threads = 1 });
}
