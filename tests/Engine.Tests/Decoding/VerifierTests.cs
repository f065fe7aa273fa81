using Slerp.Engine.Decoding;
using Slerp.Engine.Tests.Doubles;

namespace Slerp.Engine.Tests.Decoding;

/// <summary>The worked example of token recycling: a tree of eight nodes and what the target says at each.</summary>
public sealed class VerifierTests : IDisposable
{
    private readonly DecodingHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    [Fact]
    public void WorkedExample_AcceptsThePathAndAddsTheBonus()
    {
        var (sequence, verifier) = Walk((0, 7), (1, 1), (4, 5), (7, 6));
        Assert.Equal([0, 1, 4, 7], verifier.Path.ToArray());
        Assert.Equal([7, 1, 5, 6], verifier.Chosen.ToArray());
        Assert.Equal([5, 7, 1, 5, 6], sequence.Tokens.ToArray());
    }

    [Fact]
    public void WorkedExample_NothingAccepted()
    {
        var (sequence, verifier) = Walk((0, 8));
        Assert.Equal([0], verifier.Path.ToArray());
        Assert.Equal([8], verifier.Chosen.ToArray());
        Assert.Equal([5, 8], sequence.Tokens.ToArray());
    }

    [Fact]
    public void Limit_EndsTheWalkInsideTheDraft()
    {
        var (sequence, verifier) = Walk(tokens: 2, (0, 7), (1, 1), (4, 5), (7, 6));
        Assert.Equal([0, 1], verifier.Path.ToArray());
        Assert.True(sequence.IsDone);
        Assert.Equal([5, 7, 1], sequence.Tokens.ToArray());
    }

    private (Sequence Sequence, Verifier Verifier) Walk(params (int Node, int Token)[] says) => Walk(20, says);

    private (Sequence Sequence, Verifier Verifier) Walk(int tokens, params (int Node, int Token)[] says)
    {
        var sequence = _harness.Create([5], null, tokens: tokens);
        foreach (var (token, parent) in new[] { (5, -1), (7, 0), (2, 0), (9, 0), (1, 1), (4, 1), (3, 2), (5, 4) })
        {
            sequence.Tree.Add(token, parent);
        }

        var rows = Enumerable.Range(0, 8).Select(_ => new float[10]).ToArray();
        foreach (var (node, token) in says)
        {
            rows[node][token] = 1;
        }

        var verifier = new Verifier();
        verifier.Walk(sequence, new FixedOutput(rows), 0, 0);
        return (sequence, verifier);
    }
}
