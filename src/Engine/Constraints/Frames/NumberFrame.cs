using Slerp.Engine.Constraints.Numbers;

namespace Slerp.Engine.Constraints.Frames;

/// <summary>Inside a number. It has no closing symbol: whatever cannot continue it is handed to the frame below.</summary>
internal sealed class NumberFrame(NumberShape shape, NumberCursor cursor, Frame parent) : Frame(parent, HashCode.Combine(4, shape, cursor))
{
    public override bool CanEnd => shape.CanEnd(cursor) && Parent.CanEndAfterChild;

    public override void Step(int symbol, FrameSink into)
    {
        if (shape.TryStep(cursor, symbol, out var next))
        {
            into.Add(new NumberFrame(shape, next, Parent));
        }

        // A symbol that is part of the number grammar never begins what follows a value in JSON, but it may in a surrounding grammar.
        if (shape.CanEnd(cursor))
        {
            var resumed = new FrameSink(int.MaxValue);
            Parent.Resume(resumed);
            for (var index = 0; index < resumed.Count; index++)
            {
                resumed[index].Step(symbol, into);
            }
        }
    }

    public override void Complete(List<int> symbols)
    {
        symbols.AddRange(shape.Complete(cursor).Select(c => (int)c));
        Parent.CompleteAfterChild(symbols);
    }

    public override bool CollectSpecials(ICollection<int> symbols)
    {
        if (!shape.CanEnd(cursor))
        {
            return false;
        }

        var resumed = new FrameSink(int.MaxValue);
        Parent.Resume(resumed);
        return Enumerable.Range(0, resumed.Count).Any(index => resumed[index].CollectSpecials(symbols));
    }

    protected override bool HasSameContent(Frame other) => other is NumberFrame frame && frame.IsSame(shape, cursor);

    private bool IsSame(NumberShape otherShape, NumberCursor otherCursor) => ReferenceEquals(shape, otherShape) && cursor == otherCursor;
}
