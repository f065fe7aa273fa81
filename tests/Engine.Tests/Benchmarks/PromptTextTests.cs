using Slerp.Benchmarks.Measuring;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests.Benchmarks;

/// <summary>The prompts of the benchmarks have the length asked for: one word more would have too many tokens.</summary>
public sealed class PromptTextTests
{
    private readonly PromptText _prompts = new(Path.Combine(RepositoryRoot.Path, "models", "embedded"));

    [Theory]
    [InlineData(16, 1)]
    [InlineData(100, 2)]
    [InlineData(6000, 3)]
    public void Text_IsTheLongestOfSoManyTokens(int tokens, int variant)
    {
        var text = _prompts.Of(tokens, variant);
        Assert.InRange(_prompts.Ids(text).Length, tokens - 4, tokens);
        var longer = _prompts.Of(tokens * 2, variant);
        Assert.StartsWith(text + " ", longer, StringComparison.Ordinal);
        var end = longer.IndexOf(' ', text.Length + 1);
        Assert.True(_prompts.Ids(longer[..end]).Length > tokens);
    }

    [Fact]
    public void LessThanAWord_IsAWord() => Assert.Equal("stone", _prompts.Of(0, 1));

    [Fact]
    public void TextsOfTwoVariants_BeginDifferently() => Assert.NotEqual(_prompts.Of(8, 4)[..3], _prompts.Of(8, 5)[..3]);
}
