using Slerp.Engine.Constraints.Shapes;

namespace Slerp.Engine.Constraints.Frames;

/// <summary>Inside an array, between items.</summary>
internal sealed class ArrayFrame(ArrayShape shape, SchemaLimits limits, int depth, ContainerPhase phase, int count, int whitespace, Frame parent)
    : Frame(parent, HashCode.Combine(6, shape, depth, phase, count, whitespace))
{
    private bool CanClose => phase is not ContainerPhase.AfterComma && count >= shape.Least;

    public override void Step(int symbol, FrameSink into)
    {
        switch (symbol)
        {
            case ']':
                if (CanClose)
                {
                    Parent.Resume(into);
                }

                break;
            case ',':
                if (phase is ContainerPhase.AfterMember && (whitespace == 0 || limits.Spelling is JsonSpelling.Every) && shape.CanAdd(count, depth))
                {
                    into.Add(new ArrayFrame(shape, limits, depth, ContainerPhase.AfterComma, count, 0, Parent));
                }

                break;
            default:
                StepWhitespaceOrItem(symbol, into);
                break;
        }
    }

    public override void Complete(List<int> symbols)
    {
        if (phase is ContainerPhase.AfterComma)
        {
            shape.Item(count).WriteWitness(depth, symbols);
            new ArrayFrame(shape, limits, depth, ContainerPhase.AfterMember, shape.After(count), 0, Parent).Complete(symbols);
            return;
        }

        shape.CompleteItems(count, depth, symbols);
        symbols.Add(']');
        Parent.CompleteAfterChild(symbols);
    }

    protected override bool HasSameContent(Frame other) => other is ArrayFrame frame && frame.IsSame(shape, depth, phase, count, whitespace);

    private void StepWhitespaceOrItem(int symbol, FrameSink into)
    {
        var read = Whitespace.Advance(limits, whitespace, symbol);
        if (read >= 0)
        {
            // In plain spelling only the closing bracket may follow whitespace after an item.
            if (phase is not ContainerPhase.AfterMember || CanClose || limits.Spelling is JsonSpelling.Every)
            {
                into.Add(new ArrayFrame(shape, limits, depth, phase, count, read, Parent));
            }
        }
        else if (phase is not ContainerPhase.AfterMember && shape.CanAdd(count, depth))
        {
            var rest = new ArrayFrame(shape, limits, depth, ContainerPhase.AfterMember, shape.After(count), 0, Parent);
            new ValueFrame(shape.Item(count), depth, 0, allowsWhitespace: false, rest).Step(symbol, into);
        }
    }

    private bool IsSame(ArrayShape otherShape, int otherDepth, ContainerPhase otherPhase, int otherCount, int otherWhitespace) =>
        ReferenceEquals(shape, otherShape) && depth == otherDepth && phase == otherPhase && count == otherCount && whitespace == otherWhitespace;
}
