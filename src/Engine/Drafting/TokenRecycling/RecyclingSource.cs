using Slerp.Engine.Drafting.TreeGrowth;

namespace Slerp.Engine.Drafting.TokenRecycling;

/// <summary>Token recycling: what was likely after a token before is tried after it again. Source: Luo et al. 2024 (2408.08696).</summary>
/// <remarks>
/// Learns the successors of every verified row; rows of the accepted path are written last, because their context is the true one. The prompt's own
/// pairs are learned first, those an earlier request of the conversation has not learned from already. The chance of each rank is measured while decoding, whether a tree was run or not.
/// </remarks>
internal sealed class RecyclingSource : CandidateSource
{
    /// <summary>Successors kept for each token: the published k.</summary>
    public const int Width = 8;

    // What the published trees imply; replaced by what is measured within a few dozen tokens.
    private static readonly double[] Priors = [0.45, 0.13, 0.07, 0.05, 0.03, 0.03, 0.02, 0.02];

    private readonly IDraftContext _context;
    private readonly RecyclingMemory _memory;
    private readonly SuccessorTable _table;
    private readonly HitRate[] _rates = [.. Priors.Select(static prior => new HitRate(prior))];
    private readonly int[] _tokens = new int[Width];
    private readonly float[] _logits = new float[Width];

    /// <summary>Creates the memory of a sequence.</summary>
    /// <param name="context">The sequence.</param>
    /// <param name="memory">Where its table comes from, and goes to when it has ended.</param>
    public RecyclingSource(IDraftContext context, RecyclingMemory memory)
    {
        _context = context;
        _memory = memory;
        var tokens = context.Tokens;
        _table = memory.Open(context.Tenant, Key(context), out var known);
        for (var index = Math.Max(1, known); index < tokens.Length; index++)
        {
            _table.Promote(tokens[index - 1], tokens[index]);
        }
    }

    /// <inheritdoc />
    public override string Name => "recycling";

    /// <inheritdoc />
    public override int TopK => Width;

    /// <inheritdoc />
    public override void Expand(int token, long cursor, List<Candidate> candidates)
    {
        var successors = _table.Successors(token);
        for (var rank = 0; rank < successors.Length; rank++)
        {
            candidates.Add(new Candidate(successors[rank], _rates[rank].Value, None));
        }
    }

    /// <inheritdoc />
    public override void Observe(in StepOutcome outcome)
    {
        for (var index = 0; index < outcome.Path.Length; index++)
        {
            CountRanks(outcome.Tree.Tokens[outcome.Path[index]], outcome.Chosen[index]);
        }

        for (var node = outcome.FirstNode; node < outcome.Tree.Count; node++)
        {
            if (outcome.Path.BinarySearch(node) < 0)
            {
                Learn(outcome, node);
            }
        }

        foreach (var node in outcome.Path)
        {
            Learn(outcome, node);
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        if (_context.HasEnded)
        {
            _memory.Keep(_context.Tenant, Key(_context), _table);
        }

        base.Dispose();
    }

    // Where rows have no ids, tokens do not tell one conversation from another: it is found by none and kept for none.
    private static ReadOnlySpan<int> Key(IDraftContext context) => context.Position == context.Tokens.Length ? context.Tokens : [];

    private void CountRanks(int token, int chosen)
    {
        var successors = _table.Successors(token);
        for (var rank = 0; rank < successors.Length; rank++)
        {
            _rates[rank].Count(successors[rank] == chosen);
        }
    }

    private void Learn(in StepOutcome outcome, int node)
    {
        outcome.Output.TopK(outcome.RowOf(node), _tokens, _logits);
        _table.Write(outcome.Tree.Tokens[node], _tokens);
    }
}
