namespace Slerp.Engine.Tests;

/// <summary>When a prompt has begun the reasoning of its answer.</summary>
public sealed class ReasoningMarkTests
{
    private static readonly ReasoningSyntax Syntax = new("<think>", "</think>");

    [Theory]
    [InlineData("<|assistant|><think>", true)]
    [InlineData("<|assistant|><think>\n\n", true)]
    [InlineData("<|assistant|><think>\n\n</think>\n", false)]
    [InlineData("<|assistant|>", false)]
    [InlineData("Reason within <think> and close it.\n<|assistant|>\n", false)]
    [InlineData("Reason within <think> and </think>.<|assistant|><think>\n", true)]
    public void Reasoning_IsBegun_WhereThePromptEndsWithTheMark(string tail, bool expected) => Assert.Equal(expected, ReasoningMark.Begins(Syntax, tail));
}
