using Slerp.Engine.Constraints.Shapes;

namespace Slerp.Engine.Constraints.Frames;

/// <summary>After a property name: the colon must follow, then the value. The parent is the object that already has the property.</summary>
internal sealed class ColonFrame(ValueShape shape, int whitespace, ObjectFrame parent) : Frame(parent, HashCode.Combine(9, shape, whitespace))
{
    public override void Step(int symbol, FrameSink into)
    {
        if (symbol == ':')
        {
            into.Add(new ValueFrame(shape, parent.Depth, 0, allowsWhitespace: true, parent));
        }
        else if (parent.Limits.Spelling is JsonSpelling.Every && Whitespace.Advance(parent.Limits, whitespace, symbol) is >= 0 and var read)
        {
            into.Add(new ColonFrame(shape, read, parent));
        }
    }

    public override void Complete(List<int> symbols)
    {
        symbols.Add(':');
        shape.WriteWitness(parent.Depth, symbols);
        parent.CompleteAfterChild(symbols);
    }

    protected override bool HasSameContent(Frame other) => other is ColonFrame frame && frame.IsSame(shape, whitespace);

    private bool IsSame(ValueShape otherShape, int otherWhitespace) => ReferenceEquals(shape, otherShape) && whitespace == otherWhitespace;
}
