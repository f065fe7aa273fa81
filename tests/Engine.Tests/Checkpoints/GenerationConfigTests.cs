using System.Text;
using Slerp.Engine.Checkpoints;

namespace Slerp.Engine.Tests.Checkpoints;

public sealed class GenerationConfigTests
{
    [Fact]
    public void Parse_AllFields_AreKept()
    {
        var config = Parse("""
            {"eos_token_id":[7,8,7],"bos_token_id":1,"pad_token_id":0,"do_sample":true,"temperature":0.6,"top_k":20,"top_p":0.95,"min_p":0.05,
             "repetition_penalty":1.05,"transformers_version":"4.51.0","max_length":10}
            """);
        Assert.Equal<int>([7, 8], config.EndTokenIds);
        Assert.Equal((1, 0, true, 20), (config.BeginTokenId, config.PadTokenId, config.Samples, config.TopK));
        Assert.Equal((0.6, 0.95, 0.05, 1.05), (config.Temperature, config.TopP, config.MinP, config.RepetitionPenalty));
    }

    [Fact]
    public void Parse_EmptyObject_IsTheDefault()
    {
        var config = Parse("{}");
        Assert.Empty(config.EndTokenIds);
        Assert.Equal((false, 1.0, 50, 1.0, 0.0, 1.0), (config.Samples, config.Temperature, config.TopK, config.TopP, config.MinP, config.RepetitionPenalty));
    }

    [Theory]
    [InlineData("eos_token_id", "16")]
    [InlineData("eos_token_id", "[[1]]")]
    [InlineData("eos_token_id", "-1")]
    [InlineData("do_sample", "\"yes\"")]
    [InlineData("temperature", "-0.1")]
    [InlineData("temperature", "1e999")]
    [InlineData("top_k", "1.5")]
    [InlineData("top_p", "0")]
    [InlineData("top_p", "1.01")]
    [InlineData("min_p", "2")]
    [InlineData("repetition_penalty", "0")]
    public void Parse_BadField_IsRefusedByName(string field, string value)
    {
        var refusal = Assert.Throws<CheckpointException>(() => Parse($"{{\"{field}\":{value}}}"));
        Assert.Contains($"'{field}'", refusal.Message, StringComparison.Ordinal);
    }

    private static GenerationConfig Parse(string json) =>
        GenerationConfig.Parse(new JsonFields("generation_config.json", CheckpointJson.ParseObject("generation_config.json", Encoding.UTF8.GetBytes(json))), 16);
}
