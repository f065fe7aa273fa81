namespace Slerp.Engine.Steps;

/// <summary>Runs of a prompt's rows that are merged, each for itself: no pair lies in two of them.</summary>
/// <remarks>Append-only across turns: <see cref="Continue"/> keeps what an earlier plan did with the rows that are already cached.</remarks>
/// <param name="Cutoff">c: layers 0 to c see every row.</param>
/// <param name="Positions">The positions of the rows above.</param>
/// <param name="Pairing">Which neighbours become one.</param>
/// <param name="Variant">How the angle is measured.</param>
/// <param name="Spans">The runs: ascending, disjoint, each of at least two rows.</param>
internal sealed record PromptMergePlan(int Cutoff, MergePositions Positions, MergePairing Pairing, MergeVariant Variant, IReadOnlyList<RowSpan> Spans)
    : MergePlan(Cutoff, Positions)
{
    /// <summary>The first row of the first run; beyond all rows where there is none.</summary>
    public int Start => Spans.Count == 0 ? int.MaxValue : Spans[0].Start;

    /// <summary>The row after the last run.</summary>
    public int End => Spans.Count == 0 ? 0 : Spans[^1].End;

    /// <summary>Whether rows found in a prefix cache may stand for rows of this plan: not where the angle depends on the whole run.</summary>
    public bool AllowsPrefixReuse => Variant == MergeVariant.PerRow;

    /// <summary>Whether another plan merges in the same way, whatever it merges.</summary>
    public bool IsSameManner(PromptMergePlan other) =>
        Cutoff == other.Cutoff && Positions == other.Positions && Pairing == other.Pairing && Variant == other.Variant;

    /// <summary>The plan of a longer prompt whose first <paramref name="rows"/> rows were planned by <paramref name="earlier"/>: its runs there, this plan's after them.</summary>
    public PromptMergePlan Continue(PromptMergePlan? earlier, int rows)
    {
        var spans = new List<RowSpan>();
        foreach (var span in earlier?.Spans ?? [])
        {
            AddPart(spans, span.Start, Math.Min(span.End, rows));
        }

        foreach (var span in Spans)
        {
            AddPart(spans, Math.Max(span.Start, rows), span.End);
        }

        return this with { Spans = spans };
    }

    /// <summary>A number that tells apart what the rows above the cutoff of the first <paramref name="rows"/> tokens were made by; 0 where nothing of them is merged.</summary>
    /// <remarks>Stable between processes. Equal numbers mean equal rows only for equal tokens.</remarks>
    public long Fingerprint(int rows)
    {
        var state = 0L;
        foreach (var span in Spans)
        {
            var end = Math.Min(span.End, rows);
            if (end - span.Start > 1)
            {
                // A run that goes on beyond the rows pairs other rows near its end than one that ends there.
                state = Mix(state, span.Start, end, span.End > rows ? 1 : 0);
            }
        }

        var threshold = Pairing is MergePairing.Similar similar ? BitConverter.SingleToInt32Bits(similar.Threshold) : -1;
        return state == 0 ? 0 : Mix(state, Cutoff, ((int)Positions * 2) + (int)Variant, threshold);
    }

    /// <inheritdoc />
    public bool Equals(PromptMergePlan? other) =>
        other is not null && IsSameManner(other) && Spans.SequenceEqual(other.Spans);

    /// <inheritdoc />
    public override int GetHashCode() => Fingerprint(int.MaxValue).GetHashCode();

    private static void AddPart(List<RowSpan> spans, int start, int end)
    {
        if (end - start > 1)
        {
            spans.Add(new RowSpan(start, end - start));
        }
    }

    // FNV-1a over the bits of three numbers.
    private static long Mix(long state, int first, int second, int third)
    {
        unchecked
        {
            const ulong Prime = 0x100000001B3;
            var hash = (ulong)state ^ 0xCBF29CE484222325;
            foreach (var value in (ReadOnlySpan<int>)[first, second, third])
            {
                for (var shift = 0; shift < 32; shift += 8)
                {
                    hash = (hash ^ (byte)(value >> shift)) * Prime;
                }
            }

            return (long)hash;
        }
    }
}
