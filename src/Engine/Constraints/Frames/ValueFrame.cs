using Slerp.Engine.Constraints.Numbers;
using Slerp.Engine.Constraints.Shapes;

namespace Slerp.Engine.Constraints.Frames;

/// <summary>A value is expected: the first symbol decides its type, and opens one reading per alternative of that type.</summary>
internal sealed class ValueFrame(ValueShape shape, int depth, int whitespace, bool allowsWhitespace, Frame parent)
    : Frame(parent, HashCode.Combine(2, shape, depth, whitespace))
{
    public override void Step(int symbol, FrameSink into)
    {
        switch (symbol)
        {
            case '{':
                foreach (var alternative in shape.Objects)
                {
                    if (alternative.MinDepth <= shape.Limits.ValueDepth - depth)
                    {
                        into.Add(new ObjectFrame(alternative, shape.Limits, depth + 1, Parent));
                    }
                }

                break;
            case '[':
                foreach (var alternative in shape.Arrays)
                {
                    if (alternative.MinDepth <= shape.Limits.ValueDepth - depth)
                    {
                        into.Add(new ArrayFrame(alternative, shape.Limits, depth + 1, ContainerPhase.Open, 0, 0, Parent));
                    }
                }

                break;
            case '"':
                foreach (var matcher in shape.Strings)
                {
                    into.Add(new StringFrame(matcher, matcher.Start, default, Parent));
                }

                break;
            case '-' or (>= '0' and <= '9'):
                if (shape.Number?.TryStep(NumberCursor.Start, symbol, out var cursor) == true)
                {
                    into.Add(new NumberFrame(shape.Number, cursor, Parent));
                }

                break;
            case 't' when shape.AllowsTrue:
                into.Add(new LiteralFrame(LiteralFrame.True, 1, Parent));
                break;
            case 'f' when shape.AllowsFalse:
                into.Add(new LiteralFrame(LiteralFrame.False, 1, Parent));
                break;
            case 'n' when shape.AllowsNull:
                into.Add(new LiteralFrame(LiteralFrame.Null, 1, Parent));
                break;
            default:
                var read = allowsWhitespace ? Whitespace.Advance(shape.Limits, whitespace, symbol) : -1;
                if (read >= 0)
                {
                    into.Add(new ValueFrame(shape, depth, read, allowsWhitespace, Parent));
                }

                break;
        }
    }

    public override void Complete(List<int> symbols)
    {
        shape.WriteWitness(depth, symbols);
        Parent.CompleteAfterChild(symbols);
    }

    protected override bool HasSameContent(Frame other) => other is ValueFrame frame && frame.IsSame(shape, depth, whitespace);

    private bool IsSame(ValueShape otherShape, int otherDepth, int otherWhitespace) =>
        ReferenceEquals(shape, otherShape) && depth == otherDepth && whitespace == otherWhitespace;
}
