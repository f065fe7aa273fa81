using Slerp.Engine.Backends;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Merging;

/// <summary>Merges runs of a prompt while it is read; what follows is appended as it is.</summary>
/// <remarks>
/// A chunk never splits a pair. By parity the end of a chunk is moved; by similarity the last row of a chunk, where nothing yet says whether it pairs with the next,
/// is not kept but run again with the next chunk. So each chunk begins with a row that is free, and pairs do not depend on chunks.
/// </remarks>
internal sealed class PromptMerging : SequenceMerging
{
    private readonly PromptMergePlan _plan;
    private MergePair[] _neighbours = new MergePair[64];

    /// <summary>Creates the merging of one sequence.</summary>
    /// <param name="plan">What is merged.</param>
    /// <param name="inherited">Rows merged already, in rows found in the prefix cache.</param>
    public PromptMerging(PromptMergePlan plan, int inherited)
        : base(plan.Cutoff)
    {
        _plan = plan;
        MergedTokens = inherited;
        Merger = plan.Variant == MergeVariant.Reference ? new ReferenceSlerpMerger() : new SlerpMerger();
    }

    /// <inheritdoc />
    public override ITokenMerger Merger { get; }

    /// <inheritdoc />
    public override int ChunkTokens(int rows, int tokens)
    {
        var end = rows + tokens;
        if (SpanAt(end) is not { } span || end == span.Start)
        {
            return tokens;
        }

        if (_plan.Pairing is MergePairing.Similar)
        {
            // At least one row is decided where two are run.
            return Math.Max(tokens, 2);
        }

        return !IsSecond(span, end) ? tokens : tokens > 1 ? tokens - 1 : tokens + 1;
    }

    /// <inheritdoc />
    public override int KeptUpperRows(int rows, int tokens, int upperRows) => upperRows;

    /// <inheritdoc />
    public override int NewUpperRows(int rows, int tokens, int keptRows) => tokens;

    /// <inheritdoc />
    public override bool Moves(int firstToken) =>
        _plan.Positions == MergePositions.Compressed && firstToken > _plan.Start;

    /// <inheritdoc />
    public override bool Shortens(int firstToken, int count)
    {
        foreach (var span in _plan.Spans)
        {
            if (firstToken < span.End && firstToken + count > span.Start)
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc />
    public override float PositionOf(int token, int upperIndex) => _plan.Positions == MergePositions.Compressed ? upperIndex : token;

    /// <inheritdoc />
    public override void Choose(in MergeInput input, MergeRows rows)
    {
        var begin = rows.Count;
        var (row, decided) = (0, true);
        while (row < input.Count && decided)
        {
            if (SpanAt(input.FirstToken + row) is not { } span)
            {
                Keep(input, row++, begin, rows);
                continue;
            }

            var end = Math.Min(span.End - input.FirstToken, input.Count);
            if (_plan.Pairing is MergePairing.Similar similar)
            {
                row = JoinSimilar(input, span, row, end, similar.Threshold, begin, rows);
                decided = row == end;
            }
            else
            {
                JoinBlind(input, span, row, end, begin, rows);
                row = end;
            }
        }

        var upper = rows.Count - begin;
        MergedTokens += row - upper;
        Outcome = new MergeOutcome(Cutoff + 1, row, upper);
        if (_plan.Pairing is MergePairing.Blind)
        {
            CountSimilarity(input, rows.Pairs[begin..]);
        }
    }

    private static bool IsSecond(RowSpan span, int token)
    {
        var offset = token - span.Start;
        return offset > 1 && offset % 2 == 0 && offset / 2 <= MergeArithmetic.Pairs(span.Length);
    }

    private RowSpan? SpanAt(int token)
    {
        foreach (var span in _plan.Spans)
        {
            if (span.Contains(token))
            {
                return span;
            }
        }

        return null;
    }

    private void JoinBlind(in MergeInput input, RowSpan span, int row, int end, int begin, MergeRows rows)
    {
        var start = rows.Count;
        if (_plan.Variant == MergeVariant.Reference && (input.FirstToken + row != span.Start || input.FirstToken + end != span.End))
        {
            throw new InvalidOperationException("Merging as the published code does needs each run of rows in one step.");
        }

        while (row < end)
        {
            if (row + 1 < end && IsSecond(span, input.FirstToken + row + 1))
            {
                Join(input, row, begin, rows);
                row += 2;
            }
            else
            {
                Keep(input, row++, begin, rows);
            }
        }

        if (_plan.Variant == MergeVariant.Reference && MergeArithmetic.Pairs(span.Length) > 0)
        {
            rows.EndRun(start);
        }
    }

    // Returns the first row it could not decide about.
    private int JoinSimilar(in MergeInput input, RowSpan span, int row, int end, float threshold, int begin, MergeRows rows)
    {
        var cosines = NeighbourCosines(input, row, end);
        var isWhole = input.FirstToken + end == span.End;
        for (var first = row; row < end;)
        {
            if (row + 1 == end)
            {
                if (!isWhole)
                {
                    return row;
                }

                Keep(input, row++, begin, rows);
            }
            else if (cosines[row - first] >= threshold)
            {
                Count(cosines[row - first]);
                Join(input, row, begin, rows);
                row += 2;
            }
            else
            {
                Keep(input, row++, begin, rows);
            }
        }

        return row;
    }

    private Span<float> NeighbourCosines(in MergeInput input, int row, int end)
    {
        var count = end - row - 1;
        if (_neighbours.Length < count)
        {
            _neighbours = new MergePair[count];
        }

        for (var index = 0; index < count; index++)
        {
            _neighbours[index] = new MergePair(input.FirstRow + row + index, input.FirstRow + row + index + 1);
        }

        var cosines = Cosines(count);
        input.Backend.RowCosines(input.Hidden, _neighbours.AsSpan(0, count), cosines);
        return cosines;
    }

    private void Keep(in MergeInput input, int row, int begin, MergeRows rows) =>
        rows.Keep(input.FirstRow + row, PositionOf(input.FirstToken + row, input.UpperRows + rows.Count - begin));

    private void Join(in MergeInput input, int row, int begin, MergeRows rows)
    {
        var position = _plan.Positions == MergePositions.Compressed ? input.UpperRows + rows.Count - begin : input.FirstToken + row + 0.5f;
        rows.Join(input.FirstRow + row, input.FirstRow + row + 1, position);
    }
}
