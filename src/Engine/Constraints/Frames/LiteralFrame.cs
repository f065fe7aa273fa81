namespace Slerp.Engine.Constraints.Frames;

/// <summary>A fixed run of symbols, at least one of which is still to come.</summary>
internal sealed class LiteralFrame(int[] symbols, int position, Frame parent) : Frame(parent, HashCode.Combine(3, symbols.Length, symbols[position], position))
{
    public static int[] True { get; } = [.. "true"u8];

    public static int[] False { get; } = [.. "false"u8];

    public static int[] Null { get; } = [.. "null"u8];

    private ReadOnlySpan<int> Rest => symbols.AsSpan(position);

    public override void Step(int symbol, FrameSink into)
    {
        if (symbol != symbols[position])
        {
            return;
        }

        if (position + 1 == symbols.Length)
        {
            Parent.Resume(into);
        }
        else
        {
            into.Add(new LiteralFrame(symbols, position + 1, Parent));
        }
    }

    public override void Complete(List<int> into)
    {
        foreach (var symbol in Rest)
        {
            into.Add(symbol);
        }

        Parent.CompleteAfterChild(into);
    }

    public override bool CollectSpecials(ICollection<int> into)
    {
        if (symbols[position] >= FirstSpecial)
        {
            into.Add(symbols[position]);
        }

        return false;
    }

    protected override bool HasSameContent(Frame other) => other is LiteralFrame frame && Rest.SequenceEqual(frame.Rest);
}
