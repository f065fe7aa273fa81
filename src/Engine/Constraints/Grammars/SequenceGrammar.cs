using Slerp.Engine.Constraints.Frames;

namespace Slerp.Engine.Constraints.Grammars;

/// <summary>Items one after another; none is the empty text.</summary>
internal sealed class SequenceGrammar : Grammar
{
    private readonly IReadOnlyList<Grammar> _items;

    public SequenceGrammar(IReadOnlyList<Grammar> items)
    {
        if (items.SkipLast(1).Any(item => item is FreeTextGrammar))
        {
            throw new ArgumentException("Free text runs to the end; nothing can follow it in a sequence. Put it last.", nameof(items));
        }

        _items = items;
    }

    public override bool IsNullable => IsNullableFrom(0);

    public override void Begin(Frame parent, FrameSink into) => BeginAt(0, parent, into);

    public override void AppendShortest(List<int> symbols) => AppendFrom(0, symbols);

    private bool IsNullableFrom(int index) => _items.Skip(index).All(item => item.IsNullable);

    private void BeginAt(int index, Frame parent, FrameSink into)
    {
        if (index == _items.Count)
        {
            parent.Resume(into);
        }
        else
        {
            // A nullable item resumes its frame at once, which begins the next one.
            _items[index].Begin(new Part(this, index, parent), into);
        }
    }

    private void AppendFrom(int index, List<int> symbols)
    {
        for (; index < _items.Count; index++)
        {
            _items[index].AppendShortest(symbols);
        }
    }

    /// <summary>One item is being read.</summary>
    private sealed class Part(SequenceGrammar sequence, int index, Frame parent) : Frame(parent, HashCode.Combine(20, sequence, index))
    {
        public override bool CanEndAfterChild => sequence.IsNullableFrom(index + 1) && Parent.CanEndAfterChild;

        public override void Step(int symbol, FrameSink into)
        {
        }

        public override void Resume(FrameSink into) => sequence.BeginAt(index + 1, Parent, into);

        public override void Complete(List<int> symbols)
        {
            sequence.AppendFrom(index + 1, symbols);
            Parent.CompleteAfterChild(symbols);
        }

        protected override bool HasSameContent(Frame other) => other is Part part && part.IsSame(sequence, index);

        private bool IsSame(SequenceGrammar otherSequence, int otherIndex) => ReferenceEquals(sequence, otherSequence) && index == otherIndex;
    }
}
