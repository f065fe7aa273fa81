using Slerp.Engine.Templates;
using Slerp.Engine.Tests.Tokenizers;

namespace Slerp.Engine.Tests;

/// <summary>When a prompt has begun the reasoning of its answer.</summary>
public sealed class ReasoningMarkTests
{
    private static readonly ReasoningSyntax Syntax = new("<think>", "</think>");

    [Theory]
    [InlineData("<|assistant|>", true, true)]
    [InlineData("<|assistant|>", false, false)]
    [InlineData("<|assistant|><think>\n", true, false)]
    [InlineData("<|assistant|><think>\n\n</think>\n\n", true, false)]
    [InlineData("Reason within <think> and </think>.<|assistant|>", true, true)]
    public void Form_MayBeginWithReasoning_WhereThePromptHasNeitherBegunNorEndedIt(string tail, bool mayReason, bool expected) => Assert.Equal(
        expected, ReasoningMark.Of(Syntax, new RenderedPrompt(tail, [], []), TinyTokenizers.Load(TinyTokenizers.ByteLevel()), mayReason)!.MayBegin);

    [Theory]
    [InlineData("<|assistant|><think>", true)]
    [InlineData("<|assistant|><think>\n\n", true)]
    [InlineData("<|assistant|><think>\n\n</think>\n", false)]
    [InlineData("<|assistant|>", false)]
    [InlineData("Reason within <think> and close it.\n<|assistant|>\n", false)]
    [InlineData("Reason within <think> and </think>.<|assistant|><think>\n", true)]
    public void Reasoning_IsBegun_WhereThePromptEndsWithTheMark(string tail, bool expected) => Assert.Equal(expected, ReasoningMark.Begins(Syntax, tail));
}
