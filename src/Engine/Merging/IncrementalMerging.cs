using System.Numerics.Tensors;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Merging;

/// <summary>The published method, token by token, at the cost of a few rows: equal to reading the whole text anew, bit for bit where rows are invariant.</summary>
/// <remarks>
/// <para>Pairs are anchored at the left, so the rows above the cutoff only change near the end. Each step finds the longest common beginning of the old rows and the
/// new ones, forgets what follows it in the upper layers, and runs the rest: 1 row where no pair was completed, E + 2 where one was.</para>
/// <para>What leaves the cutoff layer is kept on the host for the last E + 3 tokens: no row further back can change.</para>
/// </remarks>
internal sealed class IncrementalMerging(IncrementalMergePlan plan) : SequenceMerging(plan.Cutoff)
{
    private readonly Queue<float[]> _free = [];
    private readonly List<float[]> _kept = [];
    private int _firstKept;

    /// <inheritdoc />
    public override ITokenMerger Merger { get; } = new SlerpMerger();

    private int KeptTokens => plan.KeepLast + 3;

    /// <inheritdoc />
    public override int ChunkTokens(int rows, int tokens) => tokens;

    /// <inheritdoc />
    public override int KeptUpperRows(int rows, int tokens, int upperRows) =>
        Math.Min(upperRows, new IncrementalRows(plan, rows).CommonRows(new IncrementalRows(plan, rows + tokens)));

    /// <inheritdoc />
    public override int NewUpperRows(int rows, int tokens, int keptRows) => new IncrementalRows(plan, rows + tokens).Count - keptRows;

    /// <inheritdoc />
    public override bool Shortens(int firstToken, int count) => true;

    /// <inheritdoc />
    public override bool Moves(int firstToken) => false;

    /// <inheritdoc />
    public override float PositionOf(int token, int upperIndex) => plan.Positions == MergePositions.Compressed ? upperIndex : token;

    /// <inheritdoc />
    public override void Choose(in MergeInput input, MergeRows rows)
    {
        if (input.FirstToken == 0)
        {
            ResetFigures();
            Forget(int.MaxValue);
        }

        var target = new IncrementalRows(plan, input.FirstToken + input.Count);
        var begin = rows.Count;
        for (var index = input.UpperRows; index < target.Count; index++)
        {
            var tokens = target.TokensOf(index);
            var first = RowOf(input, tokens.First, rows);
            if (tokens.IsCopy)
            {
                rows.Keep(first, PositionOf(tokens.First, index));
            }
            else
            {
                rows.Join(first, RowOf(input, tokens.Second, rows), plan.Positions == MergePositions.Compressed ? index : tokens.First + 0.5f);
            }
        }

        CountSimilarity(input, rows.Pairs[begin..]);
        Remember(input);
        CountKeptPairs(input, target);
        MergedTokens = target.Pairs;
        Outcome = new MergeOutcome(Cutoff + 1, input.Count, rows.Count - begin);
    }

    private int RowOf(in MergeInput input, int token, MergeRows rows) =>
        token >= input.FirstToken ? input.FirstRow + token - input.FirstToken : rows.AddExtra(_kept[token - _firstKept]);

    // Pairs of rows of earlier steps are only at hand here.
    private void CountKeptPairs(in MergeInput input, IncrementalRows target)
    {
        for (var index = input.UpperRows; index < target.Count; index++)
        {
            var tokens = target.TokensOf(index);
            if (!tokens.IsCopy && tokens.First < input.FirstToken && tokens.First >= _firstKept)
            {
                Count(TensorPrimitives.CosineSimilarity(_kept[tokens.First - _firstKept], _kept[tokens.Second - _firstKept]));
            }
        }
    }

    private void Remember(in MergeInput input)
    {
        var end = input.FirstToken + input.Count;
        var first = Math.Max(0, end - KeptTokens);
        Forget(first);
        if (_kept.Count == 0)
        {
            _firstKept = Math.Max(first, input.FirstToken);
        }

        for (var token = _firstKept + _kept.Count; token < end; token++)
        {
            var values = _free.TryDequeue(out var used) ? used : new float[input.Hidden.Columns];
            input.Backend.Download(input.Hidden, input.FirstRow + token - input.FirstToken, values);
            _kept.Add(values);
        }
    }

    // Drops what was kept of tokens before the given one.
    private void Forget(int before)
    {
        var count = Math.Clamp(before - _firstKept, 0, _kept.Count);
        for (var index = 0; index < count; index++)
        {
            _free.Enqueue(_kept[index]);
        }

        _kept.RemoveRange(0, count);
        _firstKept += count;
    }
}
